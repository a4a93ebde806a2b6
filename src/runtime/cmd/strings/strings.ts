/** strings: runs of printable characters in files. @man strings(1) */
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { closeOperand, openOperand, operandsOrStdin } from '#lib/libc/file-operand.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'Usage: strings [-a | - ] [-t format] [-n #] [file]...\n' +
  '       strings [-a | - ] [-o] [-t format] [-#] [file]...\n';

function* scan(
  io: Stdio,
  sys: Sys,
  fd: number,
  minimum: number,
  address: (offset: number) => string,
): Task<void> {
  const input = new Input(sys, fd, 65_536);
  let run = '';
  let offset = 0;
  for (;;) {
    const chunk = yield* input.readChunk();
    if (chunk === undefined) break;
    let text = '';
    for (const byte of chunk) {
      if (byte === 9 || (byte >= 32 && byte < 127)) run += String.fromCharCode(byte);
      else {
        if (run.length >= minimum) text += `${address(offset - run.length)}${run}\n`;
        run = '';
      }
      offset += 1;
    }
    yield* io.out.write(text);
    yield* sys.preempt(chunk.length >> 2);
  }
  if (run.length >= minimum) yield* io.out.write(`${address(offset - run.length)}${run}\n`);
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1).map((word) => word.replace(/^-(\d+)$/, '-n$1'));
  const parsed = getopt(args, 'an:ot:N:');
  const minimum = Number(optionValue(parsed, 'n') ?? 4);
  const format = optionValue(parsed, 't') ?? (hasOption(parsed, 'o') ? 'd' : undefined);
  const isBad = !(minimum > 0) || (format !== undefined && !/^[dox]$/.test(format));
  if (parsed.message !== undefined || isBad) return yield* usageError(io, USAGE, parsed.message);
  const radix = { d: 10, o: 8, x: 16 }[format as 'd' | 'o' | 'x'];
  const address = (offset: number): string =>
    format === undefined ? '' : `${offset.toString(radix).padStart(7)} `;
  let status = 0;
  for (const path of operandsOrStdin(parsed.operands)) {
    const fd = yield* openOperand(sys, path);
    if (isErrno(fd)) {
      yield* io.warn(`${path}: ${fd.message}`);
      status = 1;
      continue;
    }
    yield* scan(io, sys, fd, minimum, address);
    yield* closeOperand(sys, fd);
  }
  return status;
}

export const STRINGS: Command = {
  name: 'strings',
  path: '/usr/bin/strings',
  main: withStdio(main),
};

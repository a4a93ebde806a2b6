/**
 * cat. Surprising in illumos: `-b` implies `-n`, `-e` and `-t` only act with `-v`, and a form feed is
 * left alone like a tab.
 * @man cat(1)
 */
import { encodeLatin1 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { copyBytes } from '#lib/libc/copy-bytes.ts';
import { closeOperand, openOperand, operandsOrStdin } from '#lib/libc/file-operand.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { LineReader } from '#lib/libc/lines.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

interface CatOptions {
  readonly silent: boolean;
  readonly visible: boolean;
  readonly visibleTabs: boolean;
  readonly visibleEnds: boolean;
  readonly numbers: boolean;
  readonly skipsBlank: boolean;
}

/** One byte as -v shows it. */
function visibleByte(code: number, tabs: boolean): string {
  const low = code & 127;
  const meta = code > 127 ? 'M-' : '';
  if ((low === 9 || low === 12) && !tabs) return meta + String.fromCharCode(low);
  if (low < 32 || low === 127) return `${meta}^${String.fromCharCode(low ^ 64)}`;
  return meta + String.fromCharCode(low);
}

function visibleText(line: string, tabs: boolean): string {
  return line.replace(/[^ -~]/g, (char) => visibleByte(char.charCodeAt(0), tabs));
}

function* printLines(io: Stdio, sys: Sys, fd: number, options: CatOptions): Task<void> {
  const reader = new LineReader(sys, fd);
  let number = 1;
  for (;;) {
    const lines = yield* reader.batch();
    if (lines === undefined) return;
    let text = '';
    for (const line of lines) {
      if (options.numbers && !(options.skipsBlank && line === '')) {
        text += `${String(number).padStart(6)}\t`;
        number += 1;
      }
      text += options.visible ? visibleText(line, options.visibleTabs) : line;
      if (reader.lacksNewline) break;
      text += options.visible && options.visibleEnds ? '$\n' : '\n';
    }
    yield* io.out.write(encodeLatin1(text));
  }
}

function* catFile(io: Stdio, sys: Sys, fd: number, name: string, o: CatOptions): Task<number> {
  if (o.visible || o.numbers) {
    yield* printLines(io, sys, fd, o);
    return 0;
  }
  yield* io.out.flush();
  const failure = yield* copyBytes(sys, fd, 1);
  if (failure === undefined) return 0;
  if (failure.side === 'read') {
    yield* io.warn(`input error on ${name}: ${failure.error.message}`);
    return 1;
  }
  if (!o.silent) yield* io.warn(`write error: ${failure.error.message}`);
  return 2;
}

function isSameFile(target: Stat, source: Stat): boolean {
  const isStream = target.type === 'VCHR' || target.type === 'VBLK' || target.type === 'VSOCK';
  return !isStream && target.dev === source.dev && target.ino === source.ino;
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'usvtebn');
  const has = (letter: string): boolean => hasOption(parsed, letter);
  if (parsed.message !== undefined) {
    return yield* usageError(io, 'usage: cat [ -usvtebn ] [-|file] ...\n', parsed.message);
  }
  const options: CatOptions = {
    silent: has('s'),
    visible: has('v'),
    visibleTabs: has('t'),
    visibleEnds: has('e'),
    numbers: has('n') || has('b'),
    skipsBlank: has('b'),
  };
  const target = yield* sys.fstat(1);
  if (isErrno(target)) {
    if (!options.silent) yield* io.warn('Cannot stat stdout');
    return 2;
  }
  let status = 0;
  for (const path of operandsOrStdin(parsed.operands)) {
    const fd = yield* openOperand(sys, path);
    if (isErrno(fd)) {
      if (!options.silent) yield* io.warn(`cannot open ${path}: ${fd.message}`);
      status = 2;
      continue;
    }
    const source = yield* sys.fstat(fd);
    if (!isErrno(source) && isSameFile(target, source)) {
      if (!options.silent) yield* io.warn(`input/output files '${path}' identical`);
      status = 2;
    } else {
      const name = path === '-' ? 'standard input' : path;
      status = (yield* catFile(io, sys, fd, name, options)) || status;
    }
    yield* closeOperand(sys, fd);
    if (status === 2 && io.out.error !== undefined) break;
  }
  return status;
}

export const CAT: Command = { name: 'cat', path: '/usr/bin/cat', main: withStdio(main) };

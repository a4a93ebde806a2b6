/** base64: encodes, or decodes with -d; -w width, -i ignores foreign characters. */
import { decodeLatin1 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { openOperand } from '#lib/libc/file-operand.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function encode(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const word = (a << 16) | (b << 8) | c;
    const size = Math.min(3, bytes.length - at);
    for (let i = 0; i < 4; i += 1) {
      text += i > size ? '=' : (ALPHABET[(word >> (18 - 6 * i)) & 63] as string);
    }
  }
  return text;
}

/** undefined when a character does not belong there. */
function decode(text: string, ignores: boolean): Uint8Array | undefined {
  const bytes: number[] = [];
  let word = 0;
  let count = 0;
  for (const char of text) {
    if (char === '\n' || char === '=') continue;
    const value = ALPHABET.indexOf(char);
    if (value < 0 && ignores) continue;
    if (value < 0) return undefined;
    word = (word << 6) | value;
    count += 1;
    if (count % 4 === 0) bytes.push((word >> 16) & 255, (word >> 8) & 255, word & 255);
  }
  if (count % 4 === 2) bytes.push((word >> 4) & 255);
  else if (count % 4 === 3) bytes.push((word >> 10) & 255, (word >> 2) & 255);
  return count % 4 === 1 ? undefined : Uint8Array.from(bytes);
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'diw:');
  const width = Number(optionValue(parsed, 'w') ?? 76);
  const [path = '-', ...rest] = parsed.operands;
  if (parsed.message !== undefined || rest.length > 0 || !(width >= 0)) {
    return yield* usageError(io, 'usage: base64 [-di] [-w cols] [file]\n', parsed.message, 1);
  }
  const fd = yield* openOperand(sys, path);
  if (isErrno(fd)) {
    yield* io.warn(`${path}: ${fd.message}`);
    return 1;
  }
  const input = new Input(sys, fd, 65_536);
  if (hasOption(parsed, 'd')) {
    const bytes = yield* input.readAll();
    const text = decodeLatin1(bytes);
    const decoded = decode(text, hasOption(parsed, 'i'));
    if (decoded === undefined) {
      yield* io.warn('invalid input');
      return 1;
    }
    yield* io.out.write(decoded);
    return 0;
  }
  const text = encode(yield* input.readAll());
  if (width === 0) yield* io.out.write(text);
  else {
    for (let at = 0; at < text.length; at += width) {
      yield* io.out.write(`${text.slice(at, at + width)}\n`);
    }
  }
  return 0;
}

export const BASE64: Command = { name: 'base64', path: '/usr/bin/base64', main: withStdio(main) };

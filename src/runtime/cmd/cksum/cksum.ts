/** cksum, and sum (System V's sum, or BSD's with -r). @man cksum(1) sum(1) */
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { cksumEnd, cksumUpdate } from '#lib/libc/crc32.ts';
import { closeOperand, openOperand, operandsOrStdin } from '#lib/libc/file-operand.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { readSome } from '#lib/libc/lines.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

/** Goes over a file; the size, or what failed. */
function* eachChunk(
  sys: Sys,
  path: string,
  take: (bytes: Uint8Array) => void,
): Task<number | Errno> {
  const fd = yield* openOperand(sys, path);
  if (isErrno(fd)) return fd;
  const buffer = new Uint8Array(65_536);
  let total = 0;
  for (;;) {
    const size = yield* readSome(sys, fd, buffer);
    if (isErrno(size) || size === 0) {
      yield* closeOperand(sys, fd);
      return isErrno(size) ? size : total;
    }
    total += size;
    take(buffer.subarray(0, size));
    yield* sys.preempt(size >> 3);
  }
}

function* forFiles(
  io: Stdio,
  operands: readonly string[],
  line: (path: string) => Task<string | Errno>,
): Task<number> {
  let status = 0;
  for (const path of operandsOrStdin(operands)) {
    const text = yield* line(path);
    if (isErrno(text)) {
      yield* io.warn(`${path}: ${text.message}`);
      status = 1;
    } else yield* io.out.write(`${text}${operands.length === 0 ? '' : ` ${path}`}\n`);
  }
  return status;
}

export const CKSUM: Command = {
  name: 'cksum',
  path: '/usr/bin/cksum',
  main: withStdio(function* main(io, sys) {
    const parsed = getopt(sys.argv.slice(1), '');
    if (parsed.message !== undefined) {
      return yield* usageError(io, 'Usage: cksum [file ...]\n', parsed.message, 1);
    }
    return yield* forFiles(io, parsed.operands, function* line(path) {
      let crc = 0;
      const size = yield* eachChunk(sys, path, (bytes) => {
        crc = cksumUpdate(bytes, crc);
      });
      return isErrno(size) ? size : `${cksumEnd(crc, size)} ${size}`;
    });
  }),
};

export const SUM: Command = {
  name: 'sum',
  path: '/usr/bin/sum',
  main: withStdio(function* main(io, sys) {
    const parsed = getopt(sys.argv.slice(1), 'r');
    if (parsed.message !== undefined) {
      return yield* usageError(io, 'usage: sum [-r] [file...]\n', parsed.message, 1);
    }
    const isBsd = hasOption(parsed, 'r');
    return yield* forFiles(io, parsed.operands, function* line(path) {
      let sum = 0;
      const size = yield* eachChunk(sys, path, (bytes) => {
        for (const byte of bytes) {
          sum = isBsd ? (((sum >> 1) | ((sum & 1) << 15)) + byte) & 0xffff : sum + byte;
        }
      });
      if (isErrno(size)) return size;
      if (isBsd) {
        const blocks = String(Math.ceil(size / 512)).padStart(5);
        return `${String(sum).padStart(5, '0')} ${blocks}`;
      }
      const folded = (sum % 0x10000) + (Math.floor(sum / 0x10000) % 0x10000);
      return `${(folded & 0xffff) + (folded >> 16)} ${Math.ceil(size / 512)}`;
    });
  }),
};

/**
 * digest -a ALGORITHM, and md5sum, sha1sum, sha224sum, sha256sum, sha384sum, sha512sum with -c.
 * @man digest(1)
 */
import { decodeUtf8, toHex } from '#base/bytes.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { DIGESTS, type Hash } from '#lib/libc/digest.ts';
import { closeOperand, openOperand, operandsOrStdin } from '#lib/libc/file-operand.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { readSome } from '#lib/libc/lines.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

/** The digest of a file in hexadecimal. */
function* digestFile(sys: Sys, path: string, make: () => Hash): Task<string | Errno> {
  const fd = yield* openOperand(sys, path);
  if (isErrno(fd)) return fd;
  const hash = make();
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const size = yield* readSome(sys, fd, buffer);
    if (isErrno(size)) {
      yield* closeOperand(sys, fd);
      return size;
    }
    if (size === 0) break;
    hash.update(buffer.subarray(0, size));
    yield* sys.preempt(size);
  }
  yield* closeOperand(sys, fd);
  return toHex(hash.digest());
}

function* digestMain(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'a:lv');
  if (parsed.message !== undefined) {
    return yield* usageError(
      io,
      'Usage: digest -l | [-v] [-a algorithm] [file...]\n',
      parsed.message,
      1,
    );
  }
  if (hasOption(parsed, 'l')) {
    for (const name of Object.keys(DIGESTS)) yield* io.out.write(`${name}\n`);
    return 0;
  }
  const name = optionValue(parsed, 'a') ?? 'sha1';
  const make = Object.hasOwn(DIGESTS, name) ? DIGESTS[name] : undefined;
  if (make === undefined) {
    yield* io.warn(`unknown algorithm -- ${name}`);
    return 1;
  }
  const isNamed = hasOption(parsed, 'v') || parsed.operands.length > 1;
  let status = 0;
  for (const path of operandsOrStdin(parsed.operands)) {
    const sum = yield* digestFile(sys, path, make);
    if (isErrno(sum)) {
      yield* io.warn(`can not open input file ${path}`);
      status = 1;
    } else if (isNamed && path !== '-') yield* io.out.write(`${name} (${path}) = ${sum}\n`);
    else yield* io.out.write(`${sum}\n`);
  }
  return status;
}

function* check(io: Stdio, sys: Sys, path: string, make: () => Hash): Task<number> {
  const fd = yield* openOperand(sys, path);
  if (isErrno(fd)) {
    yield* io.warn(`${path}: ${fd.message}`);
    return 1;
  }
  const text = decodeUtf8(yield* new Input(sys, fd).readAll());
  yield* closeOperand(sys, fd);
  let failed = 0;
  for (const line of text.split('\n')) {
    const match = /^([0-9a-fA-F]+) [ *](.+)$/.exec(line);
    if (match === null) continue;
    const [, expected = '', name = ''] = match;
    const sum = yield* digestFile(sys, name, make);
    if (isErrno(sum)) yield* io.warn(`${name}: ${sum.message}`);
    const isGood = !isErrno(sum) && sum === expected.toLowerCase();
    if (!isGood) failed += 1;
    const verdict = isErrno(sum) ? 'FAILED open or read' : isGood ? 'OK' : 'FAILED';
    yield* io.out.write(`${name}: ${verdict}\n`);
  }
  if (failed > 0)
    yield* io.warn(`WARNING: ${failed} computed checksum${failed > 1 ? 's' : ''} did NOT match`);
  return failed > 0 ? 1 : 0;
}

function sumCommand(algorithm: string): Command {
  return {
    name: `${algorithm}sum`,
    path: `/usr/bin/${algorithm}sum`,
    main: withStdio(function* main(io, sys) {
      const make = DIGESTS[algorithm] as () => Hash;
      const parsed = getopt(sys.argv.slice(1), 'bct');
      if (parsed.message !== undefined) {
        return yield* usageError(io, `Usage: ${io.name} [-bct] [FILE]...\n`, parsed.message, 1);
      }
      let status = 0;
      for (const path of operandsOrStdin(parsed.operands)) {
        if (hasOption(parsed, 'c')) {
          status = Math.max(status, yield* check(io, sys, path, make));
          continue;
        }
        const sum = yield* digestFile(sys, path, make);
        if (isErrno(sum)) {
          yield* io.warn(`${path}: ${sum.message}`);
          status = 1;
        } else yield* io.out.write(`${sum} ${hasOption(parsed, 'b') ? '*' : ' '}${path}\n`);
      }
      return status;
    }),
  };
}

export const DIGEST: Command = {
  name: 'digest',
  path: '/usr/bin/digest',
  main: withStdio(digestMain),
};
export const MD5SUM: Command = sumCommand('md5');
export const SHA1SUM: Command = sumCommand('sha1');
export const SHA224SUM: Command = sumCommand('sha224');
export const SHA256SUM: Command = sumCommand('sha256');
export const SHA384SUM: Command = sumCommand('sha384');
export const SHA512SUM: Command = sumCommand('sha512');

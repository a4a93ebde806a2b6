/** file: what files are, by type and contents. @man file(1) */
import { decodeUtf8 } from '#base/bytes.ts';
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import { majorOf, minorOf } from '#abi/illumos/stat.ts';
import { nativeProgramName } from '#abi/native-program.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { describeBytes } from '#cmd/file/magic.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'usage: file [-bdh] [-M mfile] [-m mfile] [-f ffile] file ...\n' +
  '       file [-bdh] [-M mfile] [-m mfile] -f ffile\n' +
  '       file -i [-bh] [-f ffile] file ...\n' +
  '       file -c [-d] [-M mfile] [-m mfile]\n';
const SAMPLE = 36_864;

function specialType(stat: Stat): string | undefined {
  const numbers = `(${majorOf(stat.rdev)}/${minorOf(stat.rdev)})`;
  switch (stat.type) {
    case 'VDIR':
      return 'directory';
    case 'VCHR':
      return `character special ${numbers}`;
    case 'VBLK':
      return `block special ${numbers}`;
    case 'VFIFO':
      return 'fifo';
    case 'VSOCK':
      return 'socket';
    case 'VDOOR':
      return 'door';
    default:
      return undefined;
  }
}

function* describe(sys: Sys, path: string, keepsLink: boolean, isBrief: boolean): Task<string> {
  const own = yield* sys.lstat(path);
  if (isErrno(own)) return `cannot open: ${own.message}`;
  if (own.type === 'VLNK') {
    const target = yield* sys.readlink(path);
    const exists = !isErrno(yield* sys.stat(path));
    if (keepsLink || !exists) {
      return `symbolic link to ${isErrno(target) ? '?' : target}${exists ? '' : ' (not found)'}`;
    }
  }
  const stat = yield* sys.stat(path);
  if (isErrno(stat)) return `cannot open: ${stat.message}`;
  const special = specialType(stat);
  if (special !== undefined) return special;
  if (isBrief) return 'regular file';
  const fd = yield* sys.open(path, O_RDONLY);
  if (isErrno(fd)) return `cannot open: ${fd.message}`;
  const sample = new Uint8Array(SAMPLE);
  let used = 0;
  for (;;) {
    const size = yield* sys.read(fd, sample.subarray(used));
    if (isErrno(size) || size === 0) break;
    used += size;
    if (used === SAMPLE) break;
  }
  yield* sys.close(fd);
  const bytes = sample.subarray(0, used);
  return describeBytes(bytes, nativeProgramName(bytes));
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'bcdf:hiM:m:');
  const list = optionValue(parsed, 'f');
  const isBad = parsed.operands.length === 0 && list === undefined;
  if (parsed.message !== undefined || isBad) return yield* usageError(io, USAGE, parsed.message);
  let names = [...parsed.operands];
  if (list !== undefined) {
    const fd = list === '-' ? 0 : yield* sys.open(list, O_RDONLY);
    if (isErrno(fd)) {
      yield* io.warn(`cannot open ${list}: ${fd.message}`);
      return 2;
    }
    const text = decodeUtf8(yield* new Input(sys, fd).readAll());
    names = [...text.split('\n').filter((line) => line !== ''), ...names];
  }
  let status = 0;
  for (const path of names) {
    const what = yield* describe(sys, path, hasOption(parsed, 'h'), hasOption(parsed, 'i'));
    if (what.startsWith('cannot open')) status = 1;
    const head = hasOption(parsed, 'b') ? '' : `${path}:\t`;
    yield* io.out.write(`${head}${what}\n`);
  }
  return status;
}

export const FILE: Command = { name: 'file', path: '/usr/bin/file', main: withStdio(main) };

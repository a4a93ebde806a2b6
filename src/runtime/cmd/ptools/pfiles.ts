/** pfiles: open files of processes. @man pfiles(1) */
import {
  O_ACCMODE,
  O_APPEND,
  O_CREAT,
  O_DSYNC,
  O_EXCL,
  O_EXEC,
  O_LARGEFILE,
  O_NDELAY,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_RSYNC,
  O_SEARCH,
  O_SYNC,
  O_TRUNC,
  O_WRONLY,
  O_XATTR,
} from '#abi/illumos/fcntl.ts';
import type { Prfdinfo, Psinfo } from '#abi/illumos/procfs.ts';
import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFDOOR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFPORT,
  S_IFREG,
  S_IFSOCK,
} from '#abi/illumos/stat.ts';
import type { Command } from '#cmd/command.ts';
import { forEachProcess, reasonOf, titleLine } from '#cmd/ptools/targets.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';
import { readFiles } from '#lib/libproc/proc.ts';

const USAGE = `usage:	pfiles [-F] { pid | core } ...
  (report open files of each process)
  -F: force grabbing of the target process
`;

const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [S_IFCHR, 'S_IFCHR'],
  [S_IFBLK, 'S_IFBLK'],
  [S_IFIFO, 'S_IFIFO'],
  [S_IFDIR, 'S_IFDIR'],
  [S_IFREG, 'S_IFREG'],
  [S_IFLNK, 'S_IFLNK'],
  [S_IFSOCK, 'S_IFSOCK'],
  [S_IFDOOR, 'S_IFDOOR'],
  [S_IFPORT, 'S_IFPORT'],
]);

const ACCESS_NAMES: ReadonlyMap<number, string> = new Map([
  [O_RDONLY, 'O_RDONLY'],
  [O_WRONLY, 'O_WRONLY'],
  [O_RDWR, 'O_RDWR'],
  [O_SEARCH, 'O_SEARCH'],
  [O_EXEC, 'O_EXEC'],
]);

const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [O_NDELAY, 'O_NDELAY'],
  [O_NONBLOCK, 'O_NONBLOCK'],
  [O_APPEND, 'O_APPEND'],
  [O_SYNC, 'O_SYNC'],
  [O_DSYNC, 'O_DSYNC'],
  [O_RSYNC, 'O_RSYNC'],
  [O_CREAT, 'O_CREAT'],
  [O_TRUNC, 'O_TRUNC'],
  [O_EXCL, 'O_EXCL'],
  [O_NOCTTY, 'O_NOCTTY'],
  [O_LARGEFILE, 'O_LARGEFILE'],
  [O_XATTR, 'O_XATTR'],
];
const FD_CLOEXEC = 1;
const NO_DEVICE = 0xffff_ffff;

/** `O_RDWR|O_APPEND|O_CLOEXEC` */
export function flagText(flags: number, fdFlags: number): string {
  const access = flags & O_ACCMODE;
  let text = ACCESS_NAMES.get(access) ?? `0x${access.toString(16)}`;
  let rest = flags & ~O_ACCMODE;
  for (const [bit, name] of FLAG_NAMES) {
    if ((rest & bit) === bit) text += `|${name}`;
    rest &= ~bit;
  }
  if (rest !== 0) text += `|0x${rest.toString(16)}`;
  return fdFlags & FD_CLOEXEC ? `${text}|O_CLOEXEC` : text;
}

/** The lines of one open file. */
export function fileLines(file: Prfdinfo, isShort: boolean): string {
  const kind = file.mode & S_IFMT;
  const name = TYPE_NAMES.get(kind) ?? `0x${kind.toString(16).padStart(4, '0')} `;
  const mode = (file.mode & ~S_IFMT).toString(8).padStart(3, '0');
  const device = `dev:${file.major},${file.minor}`;
  let text = `${String(file.fd).padStart(4)}: ${name} mode:0${mode} ${device}`;
  if (kind === S_IFPORT) return `${text} uid:${file.uid} gid:${file.gid} size:${file.size}\n`;
  text += ` ino:${file.ino} uid:${file.uid} gid:${file.gid}`;
  const isDevice = file.rmajor !== NO_DEVICE || file.rminor !== NO_DEVICE;
  text += isDevice ? ` rdev:${file.rmajor},${file.rminor}\n` : ` size:${file.size}\n`;
  if (isShort) return text;
  text += `      ${flagText(file.fileflags, file.fdflags)}\n`;
  if (file.path !== '') text += `      ${file.path}\n`;
  const isSeekable = BigInt.asIntN(64, BigInt(file.offset)) !== -1n;
  return isSeekable ? `${text}      offset:${file.offset}\n` : text;
}

function* showProcess(io: Stdio, sys: Sys, info: Psinfo, isShort: boolean): Task<boolean> {
  if (info.pid === 0) {
    yield* io.out.write(`${titleLine(info)}  [system process]\n`);
    return true;
  }
  const files = yield* readFiles(sys, info.pid);
  if (isErrno(files)) {
    yield* io.warn(`${reasonOf(files.name)}: ${info.pid}`);
    return false;
  }
  yield* io.out.write(titleLine(info));
  // Every process here has the system's limit: no call asks for another's yet.
  const limit = yield* sys.getrlimit('nofile');
  const count = limit.current === Number.POSITIVE_INFINITY ? 'unlimited' : String(limit.current);
  yield* io.out.write(`  Current rlimit: ${count} file descriptors\n`);
  for (const file of files) yield* io.out.write(fileLines(file, isShort));
  return true;
}

function* pfiles(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'Fn');
  if (parsed.message !== undefined || parsed.operands.length === 0) {
    return yield* usageError(io, USAGE, parsed.message);
  }
  return yield* forEachProcess(io, sys, parsed.operands, (info) =>
    showProcess(io, sys, info, hasOption(parsed, 'n')),
  );
}

export const PFILES: Command = { name: 'pfiles', path: '/usr/bin/pfiles', main: withStdio(pfiles) };

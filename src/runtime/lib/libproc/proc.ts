/**
 * Reads /proc for ps, prstat, pgrep, pargs, pfiles, ptree … Everything a program learns of another
 * process comes from these files, so that permissions and exits between two reads are honest:
 * ENOENT means that the process is gone.
 * @man proc(5) libproc(3LIB)
 */
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import {
  type Lwpsinfo,
  type Prcred,
  type Prfdinfo,
  type Prusage,
  type Psinfo,
  type Pstatus,
  lwpsinfo,
  prcred,
  prfdinfo,
  prheader,
  prusage,
  psinfo,
  pstatus,
} from '#abi/illumos/procfs.ts';
import type { Struct } from '#abi/struct.ts';
import { concatBytes, decodeUtf8, viewOf } from '#base/bytes.ts';
import { EIO, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';

const PROC = '/proc';
const CHUNK_BYTES = 4096;

/** Ids of all processes, ascending. */
export function* listPids(sys: Sys): Task<number[] | Errno> {
  const names = yield* listDirectory(sys, PROC);
  if (isErrno(names)) return names;
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** psinfo of every process, ascending by pid; those that end meanwhile are left out. */
export function* listPsinfo(sys: Sys): Task<Psinfo[] | Errno> {
  const pids = yield* listPids(sys);
  if (isErrno(pids)) return pids;
  const all: Psinfo[] = [];
  for (const pid of pids) {
    const info = yield* readPsinfo(sys, pid);
    if (!isErrno(info)) all.push(info);
  }
  return all;
}

/** Anybody may read it. */
export function readPsinfo(sys: Sys, pid: number): Task<Psinfo | Errno> {
  return readStruct(sys, `${PROC}/${pid}/psinfo`, psinfo);
}

/** For the owner (and root) only, as all that follows but `readUsage`. */
export function readStatus(sys: Sys, pid: number): Task<Pstatus | Errno> {
  return readStruct(sys, `${PROC}/${pid}/status`, pstatus);
}

/** Anybody may read it. */
export function readUsage(sys: Sys, pid: number): Task<Prusage | Errno> {
  return readStruct(sys, `${PROC}/${pid}/usage`, prusage);
}

export function* readCred(sys: Sys, pid: number): Task<Prcred | Errno> {
  const bytes = yield* readWhole(sys, `${PROC}/${pid}/cred`);
  if (isErrno(bytes)) return bytes;
  if (bytes.length < prcred.size) return EIO;
  const fixed = prcred.decode(bytes);
  const groups: number[] = [];
  const view = viewOf(bytes);
  for (let i = 0; i < fixed.ngroups; i += 1) {
    const at = prcred.size + 4 * i;
    if (at + 4 <= bytes.length) groups.push(view.getUint32(at, true));
  }
  return { ...fixed, groups };
}

/** The whole argument vector, where psinfo has 80 bytes of it. */
export function readArgv(sys: Sys, pid: number): Task<string[] | Errno> {
  return readStrings(sys, `${PROC}/${pid}/argv`);
}

/** `NAME=value` strings. */
export function readEnviron(sys: Sys, pid: number): Task<string[] | Errno> {
  return readStrings(sys, `${PROC}/${pid}/environ`);
}

/** psinfo of each thread. */
export function* readLwps(sys: Sys, pid: number): Task<Lwpsinfo[] | Errno> {
  const bytes = yield* readWhole(sys, `${PROC}/${pid}/lpsinfo`);
  if (isErrno(bytes)) return bytes;
  if (bytes.length < prheader.size) return EIO;
  const { nent, entsize } = prheader.decode(bytes);
  const all: Lwpsinfo[] = [];
  for (let i = 0; i < Number(nent); i += 1) {
    const at = prheader.size + i * Number(entsize);
    all.push(lwpsinfo.decode(bytes.subarray(at)));
  }
  return all;
}

/** Open files in ascending order of descriptor. */
export function* readFiles(sys: Sys, pid: number): Task<Prfdinfo[] | Errno> {
  const names = yield* listDirectory(sys, `${PROC}/${pid}/fdinfo`);
  if (isErrno(names)) return names;
  const all: Prfdinfo[] = [];
  for (const fd of names.map(Number).sort((a, b) => a - b)) {
    const info = yield* readStruct(sys, `${PROC}/${pid}/fdinfo/${fd}`, prfdinfo);
    if (!isErrno(info)) all.push(info);
  }
  return all;
}

/** The path of a process's file: `cwd`, `root`, `a.out` or a descriptor's number. */
export function readPath(sys: Sys, pid: number, name: string): Task<string | Errno> {
  return sys.readlink(`${PROC}/${pid}/path/${name}`);
}

function* readStruct<F>(sys: Sys, path: string, layout: Struct<F>): Task<StructOf<F> | Errno> {
  const bytes = yield* readWhole(sys, path);
  if (isErrno(bytes)) return bytes;
  return bytes.length < layout.size ? EIO : layout.decode(bytes);
}

type StructOf<F> = ReturnType<Struct<F>['decode']>;

function* readStrings(sys: Sys, path: string): Task<string[] | Errno> {
  const bytes = yield* readWhole(sys, path);
  if (isErrno(bytes)) return bytes;
  const strings: string[] = [];
  let from = 0;
  for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, from)) {
    strings.push(decodeUtf8(bytes.subarray(from, end)));
    from = end + 1;
  }
  return strings;
}

/** All bytes of a small file. */
function* readWhole(sys: Sys, path: string): Task<Uint8Array | Errno> {
  const fd = yield* sys.open(path, O_RDONLY);
  if (isErrno(fd)) return fd;
  const parts: Uint8Array[] = [];
  for (;;) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const count = yield* sys.read(fd, chunk);
    if (isErrno(count)) {
      yield* sys.close(fd);
      return count;
    }
    if (count === 0) break;
    parts.push(chunk.subarray(0, count));
  }
  yield* sys.close(fd);
  return parts.length === 1 ? (parts[0] as Uint8Array) : concatBytes(parts);
}

/** Names in a directory without `.` and `..`. */
function* listDirectory(sys: Sys, path: string): Task<string[] | Errno> {
  const fd = yield* sys.open(path, O_RDONLY);
  if (isErrno(fd)) return fd;
  const names: string[] = [];
  for (;;) {
    const entries = yield* sys.getdents(fd);
    if (isErrno(entries) || entries.length === 0) {
      yield* sys.close(fd);
      return isErrno(entries) ? entries : names;
    }
    for (const { name } of entries) if (name !== '.' && name !== '..') names.push(name);
  }
}

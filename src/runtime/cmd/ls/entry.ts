/** What ls knows of one file, how it finds out, and the order of files. */
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import type { VnodeType } from '#kernel/vfs/vnode.ts';
import type { LsOptions } from '#cmd/ls/options.ts';
import { joinPath } from '#lib/libc/pathname.ts';
import type { Stdio } from '#lib/libc/stdio.ts';

export interface Entry {
  /** As it is printed: the operand or the name in its directory. */
  readonly name: string;
  readonly path: string;
  readonly isOperand: boolean;
  readonly stat: Stat;
  /** The type shown; a link that is an operand shows as the directory it leads to. */
  readonly type: VnodeType;
  /** A symbolic link's contents, when asked for. */
  readonly target: string | undefined;
  /** What a symbolic link leads to, when asked for; undefined when nowhere. */
  readonly targetStat: Stat | undefined;
}

/** Looks one file up; a failure is printed, and gives undefined. */
export function* statEntry(
  io: Stdio,
  sys: Sys,
  options: LsOptions,
  name: string,
  directory: string | undefined,
): Task<Entry | undefined> {
  const isOperand = directory === undefined;
  const path = isOperand ? name || '.' : joinPath(directory, name);
  const follows = options.follow === 'all' || (options.follow === 'operands' && isOperand);
  let stat = follows ? yield* sys.stat(path) : yield* sys.lstat(path);
  if (!isErrno(stat) && options.follow === 'operands' && isOperand && stat.type !== 'VDIR') {
    stat = yield* sys.lstat(path);
  }
  if (isErrno(stat)) {
    yield* io.out.flush();
    yield* io.err.write(`${path}: ${stat.message}\n`);
    return undefined;
  }
  let type = stat.type;
  let target: string | undefined;
  let targetStat: Stat | undefined;
  if (type === 'VLNK') {
    const wantsTarget = options.long || options.color !== 'never';
    if (wantsTarget) {
      const link = yield* sys.readlink(path);
      if (!isErrno(link)) target = link;
    }
    if (wantsTarget || isOperand) {
      const found = yield* sys.stat(path);
      if (!isErrno(found)) targetStat = found;
    }
    if (!options.long && isOperand && targetStat?.type === 'VDIR') {
      stat = targetStat;
      type = 'VDIR';
    }
  }
  return { name: name || '.', path, isOperand, stat, type, target, targetStat };
}

function timeOf(entry: Entry, options: LsOptions): bigint {
  const { stat } = entry;
  if (options.time === 'atime') return stat.atimeNs;
  return options.time === 'ctime' ? stat.ctimeNs : stat.mtimeNs;
}

export { timeOf };

/** Devices have no size to sort by. */
function sizeOf(entry: Entry): number {
  return entry.type === 'VCHR' || entry.type === 'VBLK' ? 0 : entry.stat.size;
}

export function compareEntries(options: LsOptions): (a: Entry, b: Entry) => number {
  const direction = options.reverse ? -1 : 1;
  return (a, b) => {
    let order = 0;
    if (options.sort === 'time') {
      const difference = timeOf(b, options) - timeOf(a, options);
      order = difference > 0n ? 1 : difference < 0n ? -1 : 0;
    } else if (options.sort === 'size') {
      order = sizeOf(b) - sizeOf(a);
    }
    if (order === 0) order = a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
    return order * direction;
  };
}

/** Whether a directory shows `name` at all. */
export function isShown(name: string, options: LsOptions): boolean {
  if (options.ignoreBackups && name.endsWith('~')) return false;
  if (!name.startsWith('.') || options.all) return true;
  return options.almostAll && name !== '.' && name !== '..';
}

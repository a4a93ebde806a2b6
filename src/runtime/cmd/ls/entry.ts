/** What ls knows of one file, how it finds out, and the order of files. */
import {
  ACE_ACCESS_ALLOWED_ACE_TYPE,
  ACE_ACCESS_DENIED_ACE_TYPE,
  ACE_EVERYONE,
  ACE_EXECUTE,
  ACE_IDENTIFIER_GROUP,
  ACE_INHERIT_ONLY_ACE,
  ACE_OWNING_GROUP,
  ACE_READ_DATA,
  ACE_TYPE_FLAGS,
  ACE_WRITE_DATA,
  type Ace,
} from '#abi/illumos/acl.ts';
import { isTrivialAcl } from '#abi/illumos/acl-common.ts';
import { _PC_XATTR_EXISTS } from '#abi/illumos/pathconf.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import type { VnodeType } from '#kernel/vfs/vnode.ts';
import type { LsOptions } from '#cmd/ls/options.ts';
import { joinPath } from '#lib/libc/pathname.ts';
import type { Stdio } from '#lib/libc/stdio.ts';
import { aclGet } from '#lib/libsec/acl-get.ts';

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
  /** Its access control list, with -l and where files have such. */
  readonly acl: readonly Ace[] | undefined;
  /** After the mode: `+` for a list that says more than the mode, `@` with -@, else a blank. */
  readonly aclMark: string;
  /** Its list could not be read. */
  readonly aclFailed: boolean;
}

/** The permissions that a list gives the group, which ls shows instead of the mode's. */
function groupBits(acl: readonly Ace[], gid: number): number {
  let seen = 0;
  let mode = 0;
  for (const { flags, mask, type, who } of acl) {
    if (type > ACE_ACCESS_DENIED_ACE_TYPE || (flags & ACE_INHERIT_ONLY_ACE) !== 0) continue;
    const kind = flags & ACE_TYPE_FLAGS;
    const isGroup = kind === ACE_OWNING_GROUP || (kind === ACE_IDENTIFIER_GROUP && who === gid);
    if (!isGroup && kind !== ACE_EVERYONE) continue;
    const bits =
      ((mask & ACE_READ_DATA) === 0 ? 0 : 0o40) |
      ((mask & ACE_WRITE_DATA) === 0 ? 0 : 0o20) |
      ((mask & ACE_EXECUTE) === 0 ? 0 : 0o10);
    if (type === ACE_ACCESS_ALLOWED_ACE_TYPE) mode |= bits & ~seen;
    seen |= bits;
  }
  return mode;
}

type AclPart = Pick<Entry, 'acl' | 'aclMark' | 'aclFailed' | 'stat'>;

/** What -l shows of the list; a link has none. */
function* aclPart(
  io: Stdio,
  sys: Sys,
  options: LsOptions,
  path: string,
  stat: Stat,
): Task<AclPart> {
  const plain = { acl: undefined, aclMark: ' ', aclFailed: false, stat };
  if (!options.long || stat.type === 'VLNK') return plain;
  const acl = yield* aclGet(sys, path);
  if (isErrno(acl)) {
    yield* io.out.flush();
    yield* io.err.write(`ls: can't read ACL on ${path}: ${acl.message}\n`);
    return { ...plain, aclFailed: true };
  }
  const hasMore = acl !== undefined && !isTrivialAcl(acl);
  const isMarked = options.xattrMark && (yield* sys.pathconf(path, _PC_XATTR_EXISTS)) === 1;
  const mode = hasMore ? (stat.mode & ~0o70) | groupBits(acl, stat.gid) : stat.mode;
  const aclMark = isMarked ? '@' : hasMore ? '+' : ' ';
  return { acl, aclMark, aclFailed: false, stat: { ...stat, mode } };
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
  const part = yield* aclPart(io, sys, options, path, stat);
  return { name: name || '.', path, isOperand, type, target, targetStat, ...part };
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

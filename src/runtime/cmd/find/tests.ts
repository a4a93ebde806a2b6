/** find's tests of one file: names, types, sizes, times, owners, permissions. @man find(1) */
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Task } from '#kernel/syscall/sys.ts';
import type { VnodeType } from '#kernel/vfs/vnode.ts';
import { type Predicate, parseCount, simple } from '#cmd/find/expression.ts';
import { type FindContext, FindError } from '#cmd/find/context.ts';
import { listDirectory } from '#lib/libc/directory.ts';
import { applyMode, parseMode } from '#lib/libc/file-mode.ts';
import { compileFnmatch } from '#lib/libc/fnmatch.ts';

const TYPES: Readonly<Record<string, VnodeType>> = {
  b: 'VBLK',
  c: 'VCHR',
  d: 'VDIR',
  D: 'VDOOR',
  f: 'VREG',
  l: 'VLNK',
  p: 'VFIFO',
  P: 'VPORT',
  s: 'VSOCK',
};

const DAY_NS = 86_400_000_000_000n;
const MINUTE_NS = 60_000_000_000n;

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 512,
  c: 1,
  k: 1024,
  M: 1_048_576,
  G: 1_073_741_824,
  T: 1_099_511_627_776,
};

function count(text: string, option: string): (value: number) => boolean {
  const holds = parseCount(text);
  if (holds === undefined) throw new FindError(`${option}: bad number ${text}`);
  return holds;
}

function ageTest(context: FindContext, option: string, text: string): Predicate {
  const holds = count(text, option);
  const unit = option.endsWith('min') ? MINUTE_NS : DAY_NS;
  const field = { a: 'atimeNs', c: 'ctimeNs', m: 'mtimeNs' }[option[1] as 'a' | 'c' | 'm'] as
    | 'atimeNs'
    | 'ctimeNs'
    | 'mtimeNs';
  return simple(({ stat }) => holds(Number((context.nowNs - stat[field]) / unit)));
}

function sizeTest(text: string): Predicate {
  const match = /^([+-]?\d+)([ckMGT]?)$/.exec(text);
  if (match === null) throw new FindError(`-size: bad number ${text}`);
  const holds = count(match[1] as string, '-size');
  const unit = SIZE_UNITS[match[2] as string] as number;
  return simple(({ stat }) => holds(Math.ceil(stat.size / unit)));
}

/** `mode` exactly, `-mode` all of these bits, `/mode` any of them. */
function permissionTest(text: string): Predicate {
  const prefix = /^[-/]/.test(text) && !/^-[rwxXst]/.test(text) ? (text[0] as string) : '';
  const change = parseMode(text.slice(prefix.length));
  if (change === undefined) throw new FindError(`-perm: bad mode ${text}`);
  const bits = applyMode(change, 0, false, 0);
  return simple(({ stat }) => {
    const mode = stat.mode & 0o7777;
    if (prefix === '-') return (mode & bits) === bits;
    return prefix === '/' ? bits === 0 || (mode & bits) !== 0 : mode === bits;
  });
}

/** Whether `stat` has an owner that the databases know. */
function* unknownOwner(context: FindContext, option: string): Task<Predicate> {
  const { accounts } = context;
  const known =
    option === '-nouser'
      ? new Set((yield* accounts.users()).map((user) => user.uid))
      : new Set((yield* accounts.groups()).map((group) => group.gid));
  const idOf = (stat: Stat): number => (option === '-nouser' ? stat.uid : stat.gid);
  return simple(({ stat }) => !known.has(idOf(stat)));
}

function* ownerTest(context: FindContext, option: string, text: string): Task<Predicate> {
  const { accounts } = context;
  const number = parseCount(text);
  const isUser = option === '-user';
  const id = isUser ? yield* accounts.userId(text) : yield* accounts.groupId(text);
  if (id === undefined && number === undefined) throw new FindError(`unknown user: ${text}`);
  const holds = id === undefined ? (number as (value: number) => boolean) : (v: number) => v === id;
  return simple(({ stat }) => holds(isUser ? stat.uid : stat.gid));
}

function emptyTest({ sys }: FindContext): Predicate {
  return function* evaluate({ path, stat }) {
    if (stat.type === 'VREG') return stat.size === 0;
    if (stat.type !== 'VDIR') return false;
    const names = yield* listDirectory(sys, path);
    return !isErrno(names) && names.length === 0;
  };
}

/** The predicate of `option`; undefined when there is no such test. */
export function* compileTest(
  context: FindContext,
  option: string,
  argument: () => string,
): Task<Predicate | undefined> {
  switch (option) {
    case '-true':
    case '-local':
      return simple(() => true);
    case '-false':
      return simple(() => false);
    case '-name':
    case '-iname': {
      const pattern = compileFnmatch(argument(), { ignoreCase: option === '-iname' });
      return simple(({ name }) => pattern.test(name));
    }
    case '-path':
    case '-ipath': {
      const pattern = compileFnmatch(argument(), { ignoreCase: option === '-ipath' });
      return simple(({ path }) => pattern.test(path));
    }
    case '-type': {
      const letter = argument();
      const type = TYPES[letter];
      if (type === undefined) throw new FindError(`-type: bad type ${letter}`);
      return simple(({ stat }) => stat.type === type);
    }
    case '-size':
      return sizeTest(argument());
    case '-perm':
      return permissionTest(argument());
    case '-links': {
      const holds = count(argument(), option);
      return simple(({ stat }) => holds(stat.nlink));
    }
    case '-inum': {
      const holds = count(argument(), option);
      return simple(({ stat }) => holds(stat.ino));
    }
    case '-fstype': {
      const name = argument();
      return simple(({ stat }) => stat.fstype === name);
    }
    case '-empty':
      return emptyTest(context);
    case '-user':
    case '-group':
      return yield* ownerTest(context, option, argument());
    case '-nouser':
    case '-nogroup':
      return yield* unknownOwner(context, option);
    default:
      return /^-[acm](?:time|min)$/.test(option) ? ageTest(context, option, argument()) : undefined;
  }
}

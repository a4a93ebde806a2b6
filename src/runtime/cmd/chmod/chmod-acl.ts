/**
 * chmod's operations on access control lists: `A=`, `A+`, `A-`, and the same with an entry's number.
 * Surprising: `A-` alone leaves the list that says what the mode says.
 * @man chmod(1)  @see lib/libsec/common/aclutils.c
 */
import {
  ACE_DIRECTORY_INHERIT_ACE,
  ACE_FILE_INHERIT_ACE,
  ACE_SETACL,
  type Ace,
} from '#abi/illumos/acl.ts';
import { ACE_INHERIT_FLAGS, trivialAces } from '#abi/illumos/acl-common.ts';
import { ENOSYS, isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import { aclGet } from '#lib/libsec/acl-get.ts';

/** What the first operand asks for; `slot` undefined = none was given. */
export interface AclOperation {
  readonly action: 'add' | 'delete' | 'delete slot' | 'replace' | 'strip';
  readonly slot: number | undefined;
  /** Entries still as text. */
  readonly entries: string;
}

/** What went wrong; `isFatal` ends chmod. */
export interface AclProblem {
  readonly message: string;
  readonly isFatal: boolean;
}

/** Undefined for a usage error. */
export function parseAclOperation(text: string): AclOperation | undefined {
  const [, number = '', sign = '', entries = ''] = /^A(\d*)([-+=])(.*)$/s.exec(text) ?? [];
  const slot = number === '' ? undefined : Number(number);
  if (sign === '-') {
    if (entries !== '') return slot === undefined ? { action: 'delete', slot, entries } : undefined;
    return { action: slot === undefined ? 'strip' : 'delete slot', slot, entries };
  }
  if (sign === '' || entries === '') return undefined;
  return { action: sign === '+' ? 'add' : 'replace', slot, entries };
}

function problem(message: string, isFatal = false): AclProblem {
  return { message, isFatal };
}

const BAD_SLOT: AclProblem = problem('Invalid ACL entry number specified');
const NOTHING_LEFT: AclProblem = problem("Can't remove all ACL entries from a file");

function isSame(a: Ace, b: Ace): boolean {
  return a.who === b.who && a.mask === b.mask && a.flags === b.flags && a.type === b.type;
}

/** The list that `operation` makes of `old`. */
function changed(
  old: readonly Ace[],
  { action, slot = 0 }: AclOperation,
  given: readonly Ace[],
): readonly Ace[] | AclProblem {
  switch (action) {
    case 'add':
      if (slot > old.length) return BAD_SLOT;
      return [...old.slice(0, slot), ...given, ...old.slice(slot)];
    case 'replace':
      if (slot >= old.length) return BAD_SLOT;
      return [...old.slice(0, slot), ...given, ...old.slice(slot + given.length)];
    case 'delete slot':
      if (slot >= old.length) return problem('Invalid slot specified for removal');
      return old.length === 1 ? NOTHING_LEFT : old.toSpliced(slot, 1);
    default: {
      const left = old.filter((ace) => !given.some((other) => isSame(ace, other)));
      if (left.length === old.length) return problem("ACL entry doesn't exist");
      return left.length === 0 ? NOTHING_LEFT : left;
    }
  }
}

/** `acl_check` */
function check(aces: readonly Ace[], isDirectory: boolean): AclProblem | undefined {
  const hint = 'See chmod(1) for more information on valid ACL syntax';
  for (const { flags } of aces) {
    const inherits = flags & ACE_INHERIT_FLAGS;
    if (inherits === 0) continue;
    if (!isDirectory) {
      return problem(`Inheritance flags are only allowed on directories\n${hint}`, true);
    }
    if ((inherits & (ACE_FILE_INHERIT_ACE | ACE_DIRECTORY_INHERIT_ACE)) === 0) {
      return problem(`Invalid inheritance flags\n${hint}`, true);
    }
  }
  return undefined;
}

/** Carries `operation` out on one file. */
export function* changeAcl(
  sys: Sys,
  path: string,
  stat: Stat,
  operation: AclOperation,
  given: readonly Ace[],
): Task<AclProblem | undefined> {
  const isDirectory = stat.type === 'VDIR';
  const { action, slot } = operation;
  const old = yield* aclGet(sys, path);
  if (isErrno(old)) return problem(old.message);
  if (action === 'strip') {
    if (old === undefined) return problem(ENOSYS.message);
    const plain = trivialAces(stat.mode, isDirectory);
    const set = yield* sys.acl(path, ACE_SETACL, plain.length, plain);
    const result = isErrno(set) ? set : yield* sys.chown(path, stat.uid, stat.gid);
    return isErrno(result) ? problem(result.message) : undefined;
  }
  const isWhole = action === 'replace' && slot === undefined;
  if (old === undefined && !isWhole && action !== 'delete slot') {
    return problem("ACL type's are different");
  }
  const next = isWhole || old === undefined ? given : changed(old, operation, given);
  if ('message' in next) return next;
  const wrong = check(next, isDirectory);
  if (wrong !== undefined) return wrong;
  const result =
    old === undefined ? ENOSYS : yield* sys.acl(path, ACE_SETACL, next.length, [...next]);
  return isErrno(result) ? problem(`Failed to set ACL: ${result.message}`) : undefined;
}

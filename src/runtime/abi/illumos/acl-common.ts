/**
 * What kernel and libsec both know of access control lists: the list that says what a mode says, and
 * whether a list says no more than a mode can.
 * @see common/acl/acl_common.c
 */
import {
  ACE_ACCESS_ALLOWED_ACE_TYPE,
  ACE_ACCESS_DENIED_ACE_TYPE,
  ACE_APPEND_DATA,
  ACE_DELETE,
  ACE_DELETE_CHILD,
  ACE_DIRECTORY_INHERIT_ACE,
  ACE_EVERYONE,
  ACE_EXECUTE,
  ACE_FILE_INHERIT_ACE,
  ACE_INHERIT_ONLY_ACE,
  ACE_NO_PROPAGATE_INHERIT_ACE,
  ACE_OWNER,
  ACE_OWNING_GROUP,
  ACE_READ_ACL,
  ACE_READ_ATTRIBUTES,
  ACE_READ_DATA,
  ACE_READ_NAMED_ATTRS,
  ACE_SYNCHRONIZE,
  ACE_TYPE_FLAGS,
  ACE_WRITE_ACL,
  ACE_WRITE_ATTRIBUTES,
  ACE_WRITE_DATA,
  ACE_WRITE_NAMED_ATTRS,
  ACE_WRITE_OWNER,
  type Ace,
} from '#abi/illumos/acl.ts';

const ALWAYS = ACE_READ_ACL | ACE_READ_ATTRIBUTES | ACE_READ_NAMED_ATTRS | ACE_SYNCHRONIZE;
const OWNER_ALWAYS =
  ALWAYS | ACE_WRITE_ATTRIBUTES | ACE_WRITE_OWNER | ACE_WRITE_ACL | ACE_WRITE_NAMED_ATTRS;

/** What three permission bits let do. */
function maskOf(bits: number, isDirectory: boolean): number {
  const write = ACE_WRITE_DATA | ACE_APPEND_DATA | (isDirectory ? ACE_DELETE_CHILD : 0);
  return (
    ((bits & 4) === 0 ? 0 : ACE_READ_DATA) |
    ((bits & 2) === 0 ? 0 : write) |
    ((bits & 1) === 0 ? 0 : ACE_EXECUTE)
  );
}

/** The entries that say what `mode` says: those before all others, and those after. */
export function modeEntries(
  mode: number,
  isDirectory: boolean,
): { first: Ace[]; last: Ace[]; groupMask: number } {
  const owner = (mode >> 6) & 7;
  const group = (mode >> 3) & 7;
  const other = mode & 7;
  // Later entries may not give what the class before them is refused.
  const denyOwner = maskOf(~owner & (group | other) & 7, isDirectory);
  const denyGroup = maskOf(~group & other & 7, isDirectory);
  const allowFirst = maskOf(owner & ~group & other & 7, isDirectory);
  const ace = (type: number, flags: number, mask: number): Ace => ({ who: -1, mask, flags, type });
  const allow = ACE_ACCESS_ALLOWED_ACE_TYPE;
  const deny = ACE_ACCESS_DENIED_ACE_TYPE;
  const first: Ace[] = [];
  if (allowFirst !== 0) first.push(ace(allow, ACE_OWNER, allowFirst));
  if (denyOwner !== 0) first.push(ace(deny, ACE_OWNER, denyOwner));
  if (denyGroup !== 0) first.push(ace(deny, ACE_OWNING_GROUP, denyGroup));
  const groupMask = ALWAYS | maskOf(group, isDirectory);
  const last = [
    ace(allow, ACE_OWNER, OWNER_ALWAYS | maskOf(owner, isDirectory)),
    ace(allow, ACE_OWNING_GROUP, groupMask),
    ace(allow, ACE_EVERYONE, ALWAYS | maskOf(other, isDirectory)),
  ];
  return { first, last, groupMask };
}

/** `acl_trivial_create`: three entries for usual modes, up to six for odd ones. */
export function trivialAces(mode: number, isDirectory: boolean): Ace[] {
  const { first, last } = modeEntries(mode, isDirectory);
  return [...first, ...last];
}

/** The flags by which an entry passes on to new files. */
export const ACE_INHERIT_FLAGS: number =
  ACE_FILE_INHERIT_ACE |
  ACE_DIRECTORY_INHERIT_ACE |
  ACE_NO_PROPAGATE_INHERIT_ACE |
  ACE_INHERIT_ONLY_ACE;
const OWNERS_ONLY = ACE_WRITE_OWNER | ACE_WRITE_ACL | ACE_WRITE_ATTRIBUTES | ACE_WRITE_NAMED_ATTRS;

/** `ace_trivial`: whether ls shows no `+`. */
export function isTrivialAcl(aces: readonly Ace[]): boolean {
  return aces.every(({ flags, mask, type }) => {
    const who = flags & ACE_TYPE_FLAGS;
    if (who !== ACE_OWNER && who !== ACE_OWNING_GROUP && who !== ACE_EVERYONE) return false;
    if ((flags & ACE_INHERIT_FLAGS) !== 0 || (mask & ACE_DELETE) !== 0) return false;
    if ((mask & ACE_DELETE_CHILD) !== 0 && (mask & ACE_WRITE_DATA) === 0) return false;
    const isDeny = type === ACE_ACCESS_DENIED_ACE_TYPE;
    if (isDeny && (mask & (ACE_READ_ACL | ACE_READ_ATTRIBUTES)) !== 0) return false;
    const isAllow = type === ACE_ACCESS_ALLOWED_ACE_TYPE;
    return !(isAllow && who !== ACE_OWNER && (mask & OWNERS_ONLY) !== 0);
  });
}

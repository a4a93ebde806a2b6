/**
 * What lists do: who may do what, the mode that a list comes down to, what chmod makes of one, what a
 * new file takes over from its directory.
 * @man acl(7)  @man zfs(8) aclmode, aclinherit  @see uts/common/fs/zfs/zfs_acl.c
 */
import {
  ACE_ACCESS_ALLOWED_ACE_TYPE,
  ACE_ACCESS_DENIED_ACE_TYPE,
  ACE_DIRECTORY_INHERIT_ACE,
  ACE_EVERYONE,
  ACE_EXECUTE,
  ACE_FILE_INHERIT_ACE,
  ACE_IDENTIFIER_GROUP,
  ACE_INHERIT_ONLY_ACE,
  ACE_INHERITED_ACE,
  ACE_MAX_TYPE,
  ACE_NO_PROPAGATE_INHERIT_ACE,
  ACE_OWNER,
  ACE_OWNING_GROUP,
  ACE_READ_DATA,
  ACE_TYPE_FLAGS,
  ACE_WRITE_ACL,
  ACE_WRITE_DATA,
  ACE_WRITE_OWNER,
  type Ace,
  MAX_ACL_ENTRIES,
} from '#abi/illumos/acl.ts';
import { modeEntries, trivialAces } from '#abi/illumos/acl-common.ts';
import { isAbstract } from './zfs-acl.ts';

/** Values of `aclmode` and `aclinherit`. */
export const ZFS_ACL_DISCARD = 0;
const ZFS_ACL_NOALLOW = 1;
export const ZFS_ACL_GROUPMASK = 2;
const ZFS_ACL_PASSTHROUGH = 3;
export const ZFS_ACL_RESTRICTED = 4;
const ZFS_ACL_PASSTHROUGH_X = 5;

const INHERITABLE = ACE_FILE_INHERIT_ACE | ACE_DIRECTORY_INHERIT_ACE;
const ALL_INHERIT =
  INHERITABLE | ACE_NO_PROPAGATE_INHERIT_ACE | ACE_INHERIT_ONLY_ACE | ACE_INHERITED_ACE;

/** Who asks, and whose the file is. */
export interface AclSubject {
  readonly uid: number;
  readonly isInGroup: (gid: number) => boolean;
  readonly fileUid: number;
  readonly fileGid: number;
}

function concerns({ flags, who }: Ace, subject: AclSubject): boolean {
  switch (flags & ACE_TYPE_FLAGS) {
    case ACE_OWNER:
      return subject.uid === subject.fileUid;
    case ACE_OWNING_GROUP:
      return subject.isInGroup(subject.fileGid);
    case ACE_EVERYONE:
      return true;
    case ACE_IDENTIFIER_GROUP:
      return subject.isInGroup(who);
    default:
      return subject.uid === who;
  }
}

/** Whether all of `wanted` is allowed: for each right the first entry that concerns it decides. */
export function isAllowed(aces: readonly Ace[], wanted: number, subject: AclSubject): boolean {
  let left = wanted;
  for (const ace of aces) {
    if (left === 0) break;
    if ((ace.flags & ACE_INHERIT_ONLY_ACE) !== 0 || !concerns(ace, subject)) continue;
    if (ace.type === ACE_ACCESS_DENIED_ACE_TYPE && (ace.mask & left) !== 0) return false;
    if (ace.type === ACE_ACCESS_ALLOWED_ACE_TYPE) left &= ~ace.mask;
  }
  return left === 0;
}

/** `zfs_unix_to_v4`: 4 read, 2 write, 1 execute. */
export function rightsOf(want: number): number {
  return (
    ((want & 4) === 0 ? 0 : ACE_READ_DATA) |
    ((want & 2) === 0 ? 0 : ACE_WRITE_DATA) |
    ((want & 1) === 0 ? 0 : ACE_EXECUTE)
  );
}

/** `zfs_mode_compute`: the nine permission bits that a list comes down to. */
export function modeOf(aces: readonly Ace[], uid: number, gid: number): number {
  let mode = 0;
  let seen = 0;
  const note = (bit: number, type: number): void => {
    if ((seen & bit) !== 0) return;
    seen |= bit;
    if (type === ACE_ACCESS_ALLOWED_ACE_TYPE) mode |= bit;
  };
  for (const { flags, who, mask, type } of aces) {
    if ((flags & ACE_INHERIT_ONLY_ACE) !== 0) continue;
    const kind = flags & ACE_TYPE_FLAGS;
    let shifts: readonly number[] = [];
    if (kind === ACE_OWNER || (kind === 0 && who === uid)) shifts = [6];
    else if (kind === ACE_OWNING_GROUP || (kind === ACE_IDENTIFIER_GROUP && who === gid)) {
      shifts = [3];
    } else if (kind === ACE_EVERYONE) shifts = [6, 3, 0];
    for (const shift of shifts) {
      if ((mask & ACE_READ_DATA) !== 0) note(4 << shift, type);
      if ((mask & ACE_WRITE_DATA) !== 0) note(2 << shift, type);
      if ((mask & ACE_EXECUTE) !== 0) note(1 << shift, type);
    }
  }
  return mode;
}

/** Whether a list says no more than a mode can: no named users and nothing to inherit. */
export function isTrivial(aces: readonly Ace[], isDirectory: boolean): boolean {
  const plain = trivialAces(modeOf(aces, -2, -2), isDirectory);
  return (
    aces.length === plain.length &&
    aces.every((ace, i) => {
      const other = plain[i] as Ace;
      return ace.mask === other.mask && ace.flags === other.flags && ace.type === other.type;
    })
  );
}

/** Whether anything in the list passes on to new files. */
export function isInheritable(aces: readonly Ace[]): boolean {
  return aces.some(({ flags }) => (flags & INHERITABLE) !== 0);
}

/** A list that can be set. `zfs_vsec_2_aclp` */
export function isValidAcl(aces: readonly Ace[], isDirectory: boolean): boolean {
  if (aces.length === 0 || aces.length > MAX_ACL_ENTRIES) return false;
  return aces.every(({ flags, type }) => {
    const kind = flags & ACE_TYPE_FLAGS;
    const isKnown = isAbstract(flags) || kind === 0 || kind === ACE_IDENTIFIER_GROUP;
    const inherits = flags & (INHERITABLE | ACE_INHERIT_ONLY_ACE | ACE_NO_PROPAGATE_INHERIT_ACE);
    const isUseless = (inherits & INHERITABLE) === 0 && inherits !== 0;
    return isKnown && type < ACE_MAX_TYPE && !isUseless && (isDirectory || inherits === 0);
  });
}

/**
 * `zfs_acl_chmod`: the list after chmod. `isSplit`: entries for owner@, group@ and everyone@ go (of a
 * directory they stay for its new files); `isTrimmed`: no entry gives more than the group has.
 */
export function chmodAcl(
  aces: readonly Ace[],
  mode: number,
  isDirectory: boolean,
  isSplit: boolean,
  isTrimmed: boolean,
): Ace[] {
  const { first, last, groupMask } = modeEntries(mode, isDirectory);
  const kept: Ace[] = [];
  for (const ace of aces) {
    let { flags, mask } = ace;
    if (isSplit && isAbstract(flags)) {
      if (!isDirectory || (flags & INHERITABLE) === 0) continue;
      flags |= ACE_INHERIT_ONLY_ACE;
    }
    const isActive = ace.type <= ACE_ACCESS_DENIED_ACE_TYPE && (flags & ACE_INHERIT_ONLY_ACE) === 0;
    if (isActive && isTrimmed && ace.type === ACE_ACCESS_ALLOWED_ACE_TYPE) mask &= groupMask;
    kept.push({ ...ace, flags, mask });
  }
  return [...first, ...kept, ...last];
}

function passesOn(flags: number, isDirectory: boolean): boolean {
  if (isDirectory && (flags & ACE_DIRECTORY_INHERIT_ACE) !== 0) return true;
  if ((flags & ACE_FILE_INHERIT_ACE) === 0) return false;
  return !(isDirectory && (flags & ACE_NO_PROPAGATE_INHERIT_ACE) !== 0);
}

/** The flags of an entry that was passed on. */
function inheritedFlags(flags: number, isDirectory: boolean): number {
  if (!isDirectory || (flags & ACE_NO_PROPAGATE_INHERIT_ACE) !== 0) {
    return (flags & ~ALL_INHERIT) | ACE_INHERITED_ACE;
  }
  const isForFilesOnly = (flags & INHERITABLE) === ACE_FILE_INHERIT_ACE;
  const base = isForFilesOnly ? flags | ACE_INHERIT_ONLY_ACE : flags & ~ACE_INHERIT_ONLY_ACE;
  return base | ACE_INHERITED_ACE;
}

/** `zfs_acl_ids_create`: the list of a new file in a directory with inheritable entries. */
export function inheritAcl(
  parent: readonly Ace[],
  mode: number,
  kind: 'file' | 'dir' | 'other',
  settings: { readonly aclMode: number; readonly aclInherit: number },
): Ace[] {
  const { aclInherit, aclMode } = settings;
  const isDirectory = kind === 'dir';
  const passesThrough = aclInherit === ZFS_ACL_PASSTHROUGH || aclInherit === ZFS_ACL_PASSTHROUGH_X;
  const taken: Ace[] = [];
  let needsMode = true;
  for (const ace of aclInherit === ZFS_ACL_DISCARD ? [] : parent) {
    const isAllow = ace.type === ACE_ACCESS_ALLOWED_ACE_TYPE;
    if (aclInherit === ZFS_ACL_NOALLOW && isAllow) continue;
    if (!passesOn(ace.flags, isDirectory)) continue;
    const isForDirectories = isDirectory && (ace.flags & ACE_DIRECTORY_INHERIT_ACE) !== 0;
    if (passesThrough && isAbstract(ace.flags) && (kind === 'file' || isForDirectories)) {
      needsMode = false;
    }
    let { mask } = ace;
    if (aclInherit === ZFS_ACL_PASSTHROUGH_X && isAllow && !isDirectory && (mode & 0o111) === 0) {
      mask &= ~ACE_EXECUTE;
    }
    if (aclInherit === ZFS_ACL_RESTRICTED && isAllow) mask &= ~(ACE_WRITE_ACL | ACE_WRITE_OWNER);
    taken.push({ ...ace, mask, flags: inheritedFlags(ace.flags, isDirectory) });
  }
  if (aclMode === ZFS_ACL_RESTRICTED && taken.length > 0) needsMode = false;
  if (!needsMode) return taken;
  const isTrimmed = aclMode === ZFS_ACL_GROUPMASK && !passesThrough;
  return chmodAcl(taken, mode, isDirectory, false, isTrimmed);
}

/**
 * Who may do what with a file: the one place that knows it. Today a privileged process is one with
 * effective uid 0; when privileges come, only this file changes.
 * @see uts/common/os/policy.c  @man privileges(7)
 */
import { S_ISGID, S_ISUID, S_ISVTX, S_IXGRP, S_IXOTH, S_IXUSR } from '#abi/illumos/stat.ts';
import type { Credentials } from '#kernel/os/cred.ts';
import { EACCES, EPERM, type Errno } from '#kernel/os/errno.ts';
import type { SettableAttributes, VnodeType } from '#kernel/vfs/vnode.ts';

/** What a permission check needs to know of a file. */
export interface Protected {
  readonly type: VnodeType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Whether the file's access control list allows `want`; undefined: the mode says it all. */
  byAcl?(want: number, cred: Credentials): boolean | undefined;
}

const ANY_EXECUTE = S_IXUSR | S_IXGRP | S_IXOTH;

export function isPrivileged(cred: Credentials): boolean {
  return cred.effectiveUid === 0;
}

export function isGroupMember(cred: Credentials, gid: number): boolean {
  return cred.effectiveGid === gid || cred.groups.includes(gid);
}

/**
 * `want` is a sum of 4 read, 2 write, 1 execute. The first class that fits (owner, group, other)
 * decides. A privileged process may all but execute a file that nobody may.
 */
export function checkAccess(file: Protected, want: number, cred: Credentials): Errno | undefined {
  if (isPrivileged(cred)) {
    const isProgram = (want & 1) !== 0 && file.type !== 'VDIR';
    return isProgram && (file.mode & ANY_EXECUTE) === 0 ? EACCES : undefined;
  }
  const listed = file.byAcl?.(want, cred);
  if (listed !== undefined) return listed ? undefined : EACCES;
  let shift = 0;
  if (cred.effectiveUid === file.uid) shift = 6;
  else if (isGroupMember(cred, file.gid)) shift = 3;
  return ((file.mode >> shift) & want) === want ? undefined : EACCES;
}

/** In a sticky directory only the owners, and who may write the file, take an entry away. */
export function checkStickyRemove(
  directory: Protected,
  entry: Protected,
  cred: Credentials,
): Errno | undefined {
  if ((directory.mode & S_ISVTX) === 0 || isPrivileged(cred)) return undefined;
  if (cred.effectiveUid === directory.uid || cred.effectiveUid === entry.uid) return undefined;
  if (entry.type === 'VREG' && checkAccess(entry, 2, cred) === undefined) return undefined;
  return EPERM;
}

/** Checks a setattr; the size is checked by write permission alone. @see secpolicy_vnode_setattr */
export function checkSetattr(
  file: Protected,
  changes: SettableAttributes,
  cred: Credentials,
): Errno | undefined {
  if (isPrivileged(cred)) return undefined;
  const isOwner = cred.effectiveUid === file.uid;
  if (changes.sizeBytes !== undefined) {
    const denied = checkAccess(file, 2, cred);
    if (denied !== undefined) return denied;
  }
  if (changes.mode !== undefined && !isOwner) return EPERM;
  if (changes.uid !== undefined && changes.uid !== file.uid) return EPERM;
  if (changes.gid !== undefined && changes.gid !== file.gid) {
    if (!isOwner || !isGroupMember(cred, changes.gid)) return EPERM;
  } else if ((changes.uid !== undefined || changes.gid !== undefined) && !isOwner) {
    return EPERM;
  }
  if ((changes.atimeNs !== undefined || changes.mtimeNs !== undefined) && !isOwner) {
    if (changes.timesAreNow !== true) return EPERM;
    return checkAccess(file, 2, cred);
  }
  return undefined;
}

/** The mode that chmod really sets: sticky files and foreign set-gid need privilege. */
export function permittedMode(file: Protected, mode: number, cred: Credentials): number {
  if (isPrivileged(cred)) return mode;
  let result = mode;
  if (file.type !== 'VDIR') result &= ~S_ISVTX;
  if (!isGroupMember(cred, file.gid)) result &= ~S_ISGID;
  return result;
}

/** The mode after chown or a write by an unprivileged process: set-id bits are gone. */
export function modeWithoutSetId(file: Protected, cred: Credentials): number {
  if (isPrivileged(cred) || file.type !== 'VREG') return file.mode;
  const isSetGid = (file.mode & (S_ISGID | S_IXGRP)) === (S_ISGID | S_IXGRP);
  return file.mode & ~(isSetGid ? S_ISUID | S_ISGID : S_ISUID);
}

/** Who the caller is and becomes. @see uts/common/syscall/{uid,gid,groups}.c  @man setuid(2) */
import { EINVAL, EPERM, type Errno } from '#kernel/os/errno.ts';
import type { Credentials } from '#kernel/os/cred.ts';
import type { Caller } from '#kernel/syscall/caller.ts';

/** `NGROUPS_MAX_DEFAULT` on SmartOS. */
const NGROUPS_MAX = 16;
const UID_MAX = 2 ** 31 - 1;

type Ids = { readonly real: number; readonly effective: number };

export function getuid(caller: Caller): Ids {
  const { cred } = caller.proc;
  return { real: cred.uid, effective: cred.effectiveUid };
}

export function getgid(caller: Caller): Ids {
  const { cred } = caller.proc;
  return { real: cred.gid, effective: cred.effectiveGid };
}

function become(caller: Caller, cred: Credentials): 0 {
  const { proc, kernel } = caller;
  if (cred.uid !== proc.cred.uid) kernel.procs.uidChanged(proc.cred.uid, cred.uid);
  proc.cred = cred;
  return 0;
}

export function setuid(caller: Caller, uid: number): Errno | 0 {
  const { cred } = caller.proc;
  if (!isId(uid)) return EINVAL;
  if (cred.effectiveUid === 0) {
    return become(caller, { ...cred, uid, effectiveUid: uid, savedUid: uid });
  }
  if (uid !== cred.uid && uid !== cred.savedUid) return EPERM;
  return become(caller, { ...cred, effectiveUid: uid });
}

export function setgid(caller: Caller, gid: number): Errno | 0 {
  const { cred } = caller.proc;
  if (!isId(gid)) return EINVAL;
  if (cred.effectiveUid === 0) {
    return become(caller, { ...cred, gid, effectiveGid: gid, savedGid: gid });
  }
  if (gid !== cred.gid && gid !== cred.savedGid) return EPERM;
  return become(caller, { ...cred, effectiveGid: gid });
}

export function getgroups(caller: Caller): readonly number[] {
  return caller.proc.cred.groups;
}

export function setgroups(caller: Caller, gids: readonly number[]): Errno | 0 {
  const { cred } = caller.proc;
  if (gids.length > NGROUPS_MAX || !gids.every(isId)) return EINVAL;
  if (cred.effectiveUid !== 0) return EPERM;
  return become(caller, { ...cred, groups: [...gids] });
}

function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id <= UID_MAX;
}

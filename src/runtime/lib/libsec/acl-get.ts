/** A file's access control list, where there are such. @see lib/libsec/common/aclutils.c */
import { ACE_GETACL, type Ace, MAX_ACL_ENTRIES } from '#abi/illumos/acl.ts';
import { _ACL_ACE_ENABLED, _PC_ACL_ENABLED } from '#abi/illumos/pathconf.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';

/** Undefined where there are mode bits only. */
export function* aclGet(sys: Sys, path: string): Task<readonly Ace[] | Errno | undefined> {
  if ((yield* sys.pathconf(path, _PC_ACL_ENABLED)) !== _ACL_ACE_ENABLED) return undefined;
  const list: Ace[] = [];
  const count = yield* sys.acl(path, ACE_GETACL, MAX_ACL_ENTRIES, list);
  return isErrno(count) ? count : list;
}

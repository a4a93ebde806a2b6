/**
 * acl(2), facl(2) and what pathconf(2) says of lists and extended attributes. Surprising: a filesystem
 * without lists answers ACE_GETACL too, with the list that says what the mode says, but pathconf says
 * that it has none.
 * @see uts/common/syscall/acl.c, uts/common/fs/fs_subr.c fs_fab_acl()
 */
import {
  ACE_GETACL,
  ACE_GETACLCNT,
  ACE_SETACL,
  type Ace,
  GETACL,
  GETACLCNT,
  MAX_ACL_ENTRIES,
  SETACL,
} from '#abi/illumos/acl.ts';
import { trivialAces } from '#abi/illumos/acl-common.ts';
import {
  _ACL_ACE_ENABLED,
  _PC_ACL_ENABLED,
  _PC_XATTR_ENABLED,
  _PC_XATTR_EXISTS,
} from '#abi/illumos/pathconf.ts';
import { EINVAL, ENOENT, ENOSPC, ENOSYS, EROFS, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import { find } from '#kernel/syscall/names.ts';
import type { Vnode } from '#kernel/vfs/vnode.ts';

function listOf(vnode: Vnode, caller: Caller): readonly Ace[] | Errno {
  const context = caller.context();
  const list = vnode.getAcl(context);
  if (list !== ENOSYS) return list;
  const attributes = vnode.getattr(context);
  if (isErrno(attributes)) return attributes;
  return trivialAces(attributes.mode, vnode.type === 'VDIR');
}

/** `list` is filled or read; answers the number of entries. */
export function acl(
  caller: Caller,
  at: string | number,
  command: number,
  count: number,
  list: Ace[],
): number | Errno {
  const vnode = find(caller, at, false);
  if (isErrno(vnode)) return vnode;
  switch (command) {
    case ACE_GETACLCNT:
    case ACE_GETACL: {
      const found = listOf(vnode, caller);
      if (isErrno(found) || command === ACE_GETACLCNT) return isErrno(found) ? found : found.length;
      if (found.length > count) return ENOSPC;
      list.splice(0, list.length, ...found.map((ace) => ({ ...ace })));
      return found.length;
    }
    case ACE_SETACL: {
      if (!(count > 0 && count <= MAX_ACL_ENTRIES && count <= list.length)) return EINVAL;
      if (vnode.vfs.isReadOnly) return EROFS;
      const given = list.slice(0, count).map(({ who, mask, flags, type }) => ({
        who: who | 0,
        mask: mask >>> 0,
        flags: flags & 0xffff,
        type: type & 0xffff,
      }));
      return vnode.setAcl(given, caller.context()) ?? 0;
    }
    case GETACL:
    case SETACL:
    case GETACLCNT:
      return ENOSYS;
    default:
      return EINVAL;
  }
}

/** The two names that every directory has. */
const OWN_ENTRIES = 2;

function hasXattrs(vnode: Vnode, caller: Caller): number | Errno {
  const context = caller.context();
  const directory = vnode.xattrDirectory(false, context);
  if (directory === ENOENT || directory === EINVAL) return 0;
  if (isErrno(directory)) return directory;
  const page = directory.readdir(0, OWN_ENTRIES + 1, context);
  return isErrno(page) ? page : Number(page.entries.length > OWN_ENTRIES);
}

/** @man pathconf(2) */
export function pathconf(caller: Caller, path: string, name: number): number | Errno {
  const vnode = find(caller, path, false);
  if (isErrno(vnode)) return vnode;
  switch (name) {
    case _PC_ACL_ENABLED:
      return vnode.getAcl(caller.context()) === ENOSYS ? 0 : _ACL_ACE_ENABLED;
    case _PC_XATTR_ENABLED: {
      const directory = vnode.xattrDirectory(false, caller.context());
      return Number(!isErrno(directory) || directory === ENOENT);
    }
    case _PC_XATTR_EXISTS:
      return hasXattrs(vnode, caller);
    default:
      return EINVAL;
  }
}

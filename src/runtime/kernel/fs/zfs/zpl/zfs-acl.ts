/**
 * Access control lists as files carry them: entries (ACEs) in the NFSv4 style. A file made with a mode
 * only has the trivial list that says the same.
 * @man acl(7)  @see uts/common/fs/zfs/zfs_acl.c, common/acl/acl_common.c
 */
import { viewOf } from '../ondisk/struct.ts';

const ACE_READ_DATA = 0x1;
const ACE_WRITE_DATA = 0x2;
const ACE_APPEND_DATA = 0x4;
const ACE_READ_NAMED_ATTRS = 0x8;
const ACE_WRITE_NAMED_ATTRS = 0x10;
const ACE_EXECUTE = 0x20;
const ACE_DELETE_CHILD = 0x40;
const ACE_READ_ATTRIBUTES = 0x80;
const ACE_WRITE_ATTRIBUTES = 0x100;
const ACE_READ_ACL = 0x20000;
const ACE_WRITE_ACL = 0x40000;
const ACE_WRITE_OWNER = 0x80000;
const ACE_SYNCHRONIZE = 0x100000;

const ACE_OWNER = 0x1000;
const ACE_GROUP: number = 0x2000 | 0x40;
const ACE_EVERYONE = 0x4000;
const ACCESS_ALLOWED = 0;
const ACCESS_DENIED = 1;

const ALWAYS = ACE_READ_ACL | ACE_READ_ATTRIBUTES | ACE_READ_NAMED_ATTRS | ACE_SYNCHRONIZE;
const OWNER_ALWAYS =
  ALWAYS | ACE_WRITE_ATTRIBUTES | ACE_WRITE_OWNER | ACE_WRITE_ACL | ACE_WRITE_NAMED_ATTRS;

export const ZFS_ACL_TRIVIAL = 0x4n;
export const ZFS_ACL_AUTO_INHERIT = 0x40n;
export const ZFS_NO_EXECS_DENIED = 0x100n;
export const ZFS_ARCHIVE = 0x800000000n;
export const ZFS_AV_MODIFIED = 0x40000000000n;

/** What three permission bits let do. */
function maskOf(bits: number, isDirectory: boolean): number {
  const write = ACE_WRITE_DATA | ACE_APPEND_DATA | (isDirectory ? ACE_DELETE_CHILD : 0);
  return (
    ((bits & 4) === 0 ? 0 : ACE_READ_DATA) |
    ((bits & 2) === 0 ? 0 : write) |
    ((bits & 1) === 0 ? 0 : ACE_EXECUTE)
  );
}

type Ace = readonly [type: number, who: number, mask: number];

/** The list that says what `mode` says; three entries for usual modes, up to six for odd ones. */
export function trivialAcl(
  mode: number,
  isDirectory: boolean,
): { count: number; bytes: Uint8Array } {
  const owner = (mode >> 6) & 7;
  const group = (mode >> 3) & 7;
  const other = mode & 7;
  // Later entries may not give what the class before them is refused.
  const denyOwner = maskOf(~owner & (group | other) & 7, isDirectory);
  const denyGroup = maskOf(~group & other & 7, isDirectory);
  const allowFirst = maskOf(owner & ~group & other & 7, isDirectory);
  const aces: Ace[] = [];
  if (allowFirst !== 0) aces.push([ACCESS_ALLOWED, ACE_OWNER, allowFirst]);
  if (denyOwner !== 0) aces.push([ACCESS_DENIED, ACE_OWNER, denyOwner]);
  if (denyGroup !== 0) aces.push([ACCESS_DENIED, ACE_GROUP, denyGroup]);
  aces.push([ACCESS_ALLOWED, ACE_OWNER, OWNER_ALWAYS | maskOf(owner, isDirectory)]);
  aces.push([ACCESS_ALLOWED, ACE_GROUP, ALWAYS | maskOf(group, isDirectory)]);
  aces.push([ACCESS_ALLOWED, ACE_EVERYONE, ALWAYS | maskOf(other, isDirectory)]);
  const bytes = new Uint8Array(aces.length * 8);
  const view = viewOf(bytes);
  aces.forEach(([type, who, mask], i) => {
    view.setUint16(i * 8, type, true);
    view.setUint16(i * 8 + 2, who, true);
    view.setUint32(i * 8 + 4, mask, true);
  });
  return { count: aces.length, bytes };
}

/** Flags of a file with a trivial list. */
export function trivialFlags(mode: number): bigint {
  const anyExec = (mode & 0o111) === 0o111;
  return (
    ZFS_ARCHIVE |
    ZFS_AV_MODIFIED |
    ZFS_ACL_AUTO_INHERIT |
    ZFS_ACL_TRIVIAL |
    (anyExec ? ZFS_NO_EXECS_DENIED : 0n)
  );
}

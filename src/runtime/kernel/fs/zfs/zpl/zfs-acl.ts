/**
 * Access control lists as files carry them: entries (ACEs) in the NFSv4 style. A file made with a mode
 * only has the trivial list that says the same.
 * Surprising: entries for owner@, group@ and everyone@ take 8 bytes on disk, others 16.
 * @man acl(7)  @see uts/common/fs/zfs/zfs_acl.c, common/acl/acl_common.c
 */
import {
  ACE_EVERYONE,
  ACE_OWNER,
  ACE_OWNING_GROUP,
  ACE_TYPE_FLAGS,
  type Ace,
} from '#abi/illumos/acl.ts';
import { trivialAces } from '#abi/illumos/acl-common.ts';
import { viewOf } from '../ondisk/struct.ts';
import { corrupt } from '../ondisk/zfs-error.ts';

/** `zp_flags` */
export const ZFS_XATTR = 0x1n;
export const ZFS_INHERIT_ACE = 0x2n;
export const ZFS_ACL_TRIVIAL = 0x4n;
export const ZFS_ACL_AUTO_INHERIT = 0x40n;
export const ZFS_NO_EXECS_DENIED = 0x100n;
export const ZFS_ARCHIVE = 0x800000000n;
export const ZFS_AV_MODIFIED = 0x40000000000n;

const ABSTRACT_SIZE = 8;
const NAMED_SIZE = 16;

/** Whether the entry is for owner@, group@ or everyone@. */
export function isAbstract(flags: number): boolean {
  const who = flags & ACE_TYPE_FLAGS;
  return who === ACE_OWNER || who === ACE_OWNING_GROUP || who === ACE_EVERYONE;
}

/** Entries as a file has them (`zfs_ace_t`). ZfsError when they are cut off. */
export function decodeAces(bytes: Uint8Array, count: number): Ace[] {
  const view = viewOf(bytes);
  const aces: Ace[] = [];
  for (let at = 0; aces.length < count; ) {
    if (at + ABSTRACT_SIZE > bytes.length) throw corrupt('zfs_acl_phys_t', `${count} entries`);
    const type = view.getUint16(at, true);
    const flags = view.getUint16(at + 2, true);
    const mask = view.getUint32(at + 4, true);
    let who = -1;
    if (!isAbstract(flags)) {
      if (at + NAMED_SIZE > bytes.length) throw corrupt('zfs_acl_phys_t', `${count} entries`);
      who = view.getUint32(at + 8, true);
      at += ABSTRACT_SIZE;
    }
    at += ABSTRACT_SIZE;
    aces.push({ who, mask, flags, type });
  }
  return aces;
}

export function encodeAces(aces: readonly Ace[]): { count: number; bytes: Uint8Array } {
  const size = aces.reduce(
    (sum, { flags }) => sum + (isAbstract(flags) ? ABSTRACT_SIZE : NAMED_SIZE),
    0,
  );
  const bytes = new Uint8Array(size);
  const view = viewOf(bytes);
  let at = 0;
  for (const { who, mask, flags, type } of aces) {
    view.setUint16(at, type, true);
    view.setUint16(at + 2, flags, true);
    view.setUint32(at + 4, mask, true);
    at += ABSTRACT_SIZE;
    if (isAbstract(flags)) continue;
    view.setBigUint64(at, BigInt(who >>> 0), true);
    at += ABSTRACT_SIZE;
  }
  return { count: aces.length, bytes };
}

/** The list that says what `mode` says; three entries for usual modes, up to six for odd ones. */
export function trivialAcl(
  mode: number,
  isDirectory: boolean,
): { count: number; bytes: Uint8Array } {
  return encodeAces(trivialAces(mode, isDirectory));
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

/** `ace_t` as programs and the log have it: 12 bytes each. */
export const ACE_T_SIZE = 12;

export function encodeAceT(aces: readonly Ace[]): Uint8Array {
  const bytes = new Uint8Array(aces.length * ACE_T_SIZE);
  const view = viewOf(bytes);
  aces.forEach(({ who, mask, flags, type }, i) => {
    view.setUint32(i * ACE_T_SIZE, who >>> 0, true);
    view.setUint32(i * ACE_T_SIZE + 4, mask, true);
    view.setUint16(i * ACE_T_SIZE + 8, flags, true);
    view.setUint16(i * ACE_T_SIZE + 10, type, true);
  });
  return bytes;
}

export function decodeAceT(bytes: Uint8Array): Ace[] {
  const view = viewOf(bytes);
  return Array.from({ length: Math.floor(bytes.length / ACE_T_SIZE) }, (_, i) => {
    const flags = view.getUint16(i * ACE_T_SIZE + 8, true);
    return {
      who: isAbstract(flags) ? -1 : view.getUint32(i * ACE_T_SIZE, true),
      mask: view.getUint32(i * ACE_T_SIZE + 4, true),
      flags,
      type: view.getUint16(i * ACE_T_SIZE + 10, true),
    };
  });
}

/**
 * Blocks written on a machine of the other byte order, turned into ours right after they were read.
 * What is swapped follows from the object type; a file's data never is. Each function is its own
 * inverse except for ZAP leaves, whose layout must be known in the order at hand.
 * @see uts/common/fs/zfs/zfs_byteswap.c, dnode.c dnode_byteswap(), zap.c zap_byteswap()
 */
import { byteSwapOf } from './dmu-ot.ts';
import { viewOf } from './struct.ts';

/** Which order the bytes are in before the swap. */
export type ByteOrder = 'little' | 'big';

export function swap16(bytes: Uint8Array, from: number, end: number): void {
  for (let at = from; at + 2 <= end; at += 2) {
    const byte = bytes[at] as number;
    bytes[at] = bytes[at + 1] as number;
    bytes[at + 1] = byte;
  }
}

export function swap32(bytes: Uint8Array, from: number, end: number): void {
  for (let at = from; at + 4 <= end; at += 4) bytes.subarray(at, at + 4).reverse();
}

export function swap64(bytes: Uint8Array, from: number, end: number): void {
  for (let at = from; at + 8 <= end; at += 8) bytes.subarray(at, at + 8).reverse();
}

const DNODE_CORE = 64;
const BLKPTR = 128;
const DNODE_FLAG_SPILL = 4;

/** One dnode; answers how many 512-byte slots it takes. */
function swapDnode(bytes: Uint8Array, at: number): number {
  const extra = bytes[at + 12] as number;
  const end = Math.min(at + 512 * (1 + extra), bytes.length);
  const type = bytes[at] as number;
  if (type === 0) {
    // A free slot is all zeros; never trust its extra slots.
    return 1;
  }
  const nblkptr = bytes[at + 3] as number;
  const bonusType = bytes[at + 4] as number;
  const hasSpill = ((bytes[at + 7] as number) & DNODE_FLAG_SPILL) !== 0;
  swap16(bytes, at + 8, at + 12);
  swap64(bytes, at + 16, at + DNODE_CORE);
  const bonusAt = Math.min(at + DNODE_CORE + nblkptr * BLKPTR, end);
  swap64(bytes, at + DNODE_CORE, bonusAt);
  const bonusEnd = hasSpill ? end - BLKPTR : end;
  if (bonusType !== 0 && bonusAt < bonusEnd) {
    swapByType(bonusType, bytes.subarray(bonusAt, bonusEnd), 'big');
  }
  if (hasSpill) swap64(bytes, end - BLKPTR, end);
  return 1 + extra;
}

function swapDnodes(bytes: Uint8Array): void {
  for (let at = 0; at + 512 <= bytes.length; ) at += 512 * swapDnode(bytes, at);
}

function swapObjset(bytes: Uint8Array): void {
  swapDnode(bytes, 0);
  swap64(bytes, 512, 720);
  for (let at = 1024; at + 512 <= bytes.length; at += 512) swapDnode(bytes, at);
}

const ZBT_LEAF = 0x8000000000000000n;
const ZBT_MICRO = 0x8000000000000003n;
const MZAP_ENTRY = 64;
const ZAP_CHUNK_ENTRY = 252;

function swapMicroZap(bytes: Uint8Array): void {
  swap64(bytes, 0, 24);
  for (let at = 64; at + MZAP_ENTRY <= bytes.length; at += MZAP_ENTRY) {
    swap64(bytes, at, at + 8);
    swap32(bytes, at + 8, at + 12);
  }
}

/** Header and hash table first, then each chunk by its kind, which is one byte in either order. */
function swapZapLeaf(bytes: Uint8Array): void {
  swap64(bytes, 0, 24);
  swap32(bytes, 24, 28);
  swap16(bytes, 28, 36);
  const hashEnd = 48 + (bytes.length / 32) * 2;
  swap16(bytes, 48, hashEnd);
  for (let at = hashEnd; at + 24 <= bytes.length; at += 24) {
    if (bytes[at] === ZAP_CHUNK_ENTRY) {
      swap16(bytes, at + 2, at + 12);
      swap32(bytes, at + 12, at + 16);
      swap64(bytes, at + 16, at + 24);
    } else {
      swap16(bytes, at + 22, at + 24);
    }
  }
}

function swapZap(bytes: Uint8Array, from: ByteOrder): void {
  const blockType = viewOf(bytes).getBigUint64(0, from === 'little');
  if (blockType === ZBT_MICRO) swapMicroZap(bytes);
  else if (blockType === ZBT_LEAF) swapZapLeaf(bytes);
  else swap64(bytes, 0, bytes.length);
}

/** `znode_phys_t` of ZPL versions before 5, with the ACL behind it. */
function swapZnode(bytes: Uint8Array): void {
  swap64(bytes, 0, Math.min(176, bytes.length));
  if (bytes.length < 264) return;
  // zp_acl: object, two 32-bit sizes or one 64-bit count, version, pad, then the entries.
  swap64(bytes, 176, 184);
  swap32(bytes, 184, 192);
  swap16(bytes, 192, 196);
  swapAcl(bytes.subarray(200, 264));
}

/** `zfs_ace_t`: access mask, flags, type; who follows only for named users and groups. */
function swapAcl(bytes: Uint8Array): void {
  const ACE_OWNER = 0x1000;
  const ACE_GROUP = 0x2000 | 0x0040;
  const ACE_EVERYONE = 0x4000;
  const ACE_TYPE_FLAGS = ACE_OWNER | 0x2000 | ACE_EVERYONE | 0x0040;
  for (let at = 0; at + 8 <= bytes.length; ) {
    swap16(bytes, at, at + 2);
    swap16(bytes, at + 2, at + 4);
    swap32(bytes, at + 4, at + 8);
    const view = viewOf(bytes);
    const who = view.getUint16(at + 2, true) & ACE_TYPE_FLAGS;
    const isAbstract = who === ACE_OWNER || who === ACE_GROUP || who === ACE_EVERYONE;
    if (!isAbstract && at + 16 <= bytes.length) swap64(bytes, at + 8, at + 16);
    at += isAbstract ? 8 : 16;
  }
}

/** Swaps `bytes`, a block or bonus buffer of object type `type`, in place. */
export function swapByType(type: number, bytes: Uint8Array, from: ByteOrder): void {
  switch (byteSwapOf(type)) {
    case 'uint8':
      return;
    case 'uint16':
      swap16(bytes, 0, bytes.length);
      return;
    case 'uint32':
      swap32(bytes, 0, bytes.length);
      return;
    case 'uint64':
      swap64(bytes, 0, bytes.length);
      return;
    case 'zap':
      swapZap(bytes, from);
      return;
    case 'dnode':
      swapDnodes(bytes);
      return;
    case 'objset':
      swapObjset(bytes);
      return;
    case 'znode':
      swapZnode(bytes);
      return;
    case 'acl':
      swapAcl(bytes);
      return;
    case 'oldacl':
      swap32(bytes, 0, bytes.length);
  }
}

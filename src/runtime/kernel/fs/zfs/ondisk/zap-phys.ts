/**
 * ZAP blocks. A micro ZAP is one block of 64-byte entries. A fat ZAP has a header block with the
 * pointer table in its second half, and leaf blocks: a hash table of chains through 24-byte chunks.
 *
 *   micro:  | type 8 | salt 8 | normflags 8 | pad 40 | entry 64 …
 *   leaf:   | header 48 | hash table 2 × size/32 | chunk 24 … |
 *
 * @spec ZFS On-Disk §5  @see sys/zap_impl.h, sys/zap_leaf.h
 */
import { cstring, n64, struct, type StructOf, u16, u32, u64, u8 } from './struct.ts';

export const ZBT_LEAF: bigint = 1n << 63n;
export const ZBT_HEADER: bigint = ZBT_LEAF + 1n;
export const ZBT_MICRO: bigint = ZBT_LEAF + 3n;
export const ZAP_MAGIC = 0x2f52ab2abn;
export const ZAP_LEAF_MAGIC = 0x2ab1eaf;

export const MZAP_ENT_LEN = 64;
/** Longest name in a micro ZAP, without its NUL. */
export const MZAP_MAX_NAME = 49;
export const MZAP_MAX_BLKSZ: number = 128 * 1024;
/** Longest name in any ZAP, without its NUL. */
export const ZAP_MAX_NAME = 255;
export const FZAP_BLOCK_SHIFT = 14;

const mzapFields: {
  blockType: ReturnType<typeof u64>;
  salt: ReturnType<typeof u64>;
  normflags: ReturnType<typeof n64>;
} = {
  blockType: u64(0),
  salt: u64(8),
  normflags: n64(16),
};
export const mzapPhys: ReturnType<typeof struct<typeof mzapFields>> = struct(
  'mzap_phys_t',
  64,
  mzapFields,
);

const mzapEntryFields: {
  value: ReturnType<typeof u64>;
  cd: ReturnType<typeof u32>;
  name: ReturnType<typeof cstring>;
} = { value: u64(0), cd: u32(8), name: cstring(14, 50) };
export const mzapEntPhys: ReturnType<typeof struct<typeof mzapEntryFields>> = struct(
  'mzap_ent_phys_t',
  MZAP_ENT_LEN,
  mzapEntryFields,
);

type N = ReturnType<typeof n64>;
const zapFields: {
  blockType: ReturnType<typeof u64>;
  magic: ReturnType<typeof u64>;
  ptrtblBlk: N;
  ptrtblNumblks: N;
  ptrtblShift: N;
  ptrtblNextblk: N;
  ptrtblBlksCopied: N;
  freeblk: N;
  numLeafs: N;
  numEntries: N;
  salt: ReturnType<typeof u64>;
  normflags: N;
  flags: N;
} = {
  blockType: u64(0),
  magic: u64(8),
  ptrtblBlk: n64(16),
  ptrtblNumblks: n64(24),
  ptrtblShift: n64(32),
  ptrtblNextblk: n64(40),
  ptrtblBlksCopied: n64(48),
  freeblk: n64(56),
  numLeafs: n64(64),
  numEntries: n64(72),
  salt: u64(80),
  normflags: n64(88),
  flags: n64(96),
};
/** `zap_phys_t` */
export const zapPhys: ReturnType<typeof struct<typeof zapFields>> = struct(
  'zap_phys_t',
  104,
  zapFields,
);
export type ZapPhys = StructOf<typeof zapPhys>;

export const ZAP_FLAG_HASH64 = 1;
export const ZAP_FLAG_UINT64_KEY = 2;
export const ZAP_FLAG_PRE_HASHED_KEY = 4;

const leafFields: {
  blockType: ReturnType<typeof u64>;
  prefix: N;
  magic: ReturnType<typeof u32>;
  nfree: ReturnType<typeof u16>;
  nentries: ReturnType<typeof u16>;
  prefixLen: ReturnType<typeof u16>;
  freelist: ReturnType<typeof u16>;
  flags: ReturnType<typeof u8>;
} = {
  blockType: u64(0),
  prefix: n64(16),
  magic: u32(24),
  nfree: u16(28),
  nentries: u16(30),
  prefixLen: u16(32),
  freelist: u16(34),
  flags: u8(36),
};
/** `struct zap_leaf_header` */
export const zapLeafHeader: ReturnType<typeof struct<typeof leafFields>> = struct(
  'zap_leaf_header',
  48,
  leafFields,
);
export type ZapLeafHeader = StructOf<typeof zapLeafHeader>;

export const ZAP_LEAF_CHUNKSIZE = 24;
export const ZAP_LEAF_ARRAY_BYTES = 21;
export const ZAP_CHUNK_FREE = 253;
export const ZAP_CHUNK_ENTRY = 252;
export const ZAP_CHUNK_ARRAY = 251;
export const CHAIN_END = 0xffff;
/** `ZLF_ENTRIES_CDSORTED` */
export const ZLF_ENTRIES_CDSORTED = 1;

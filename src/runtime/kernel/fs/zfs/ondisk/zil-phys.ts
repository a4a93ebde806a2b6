/**
 * The intent log on disk: a header in the objset block, a chain of blocks that name their successor,
 * and records in them, one for each change of a file.
 * Surprising: the pointer to a log block is written before the block is, so it can't hold a checksum
 * of it. Its checksum words are a name instead (two random words, the objset, a sequence number),
 * which the block's own checksum is taken over.
 *
 *   block = zil_chain_t 184 | records, each lr_t 32 + what its type says …
 *
 * @spec ZFS On-Disk §7  @see sys/zil.h
 */
import { SPA_BLKPTR_SIZE } from './blkptr.ts';
import { array, bytes, n64, type Struct, type StructOf, struct, u64 } from './struct.ts';

type N = ReturnType<typeof n64>;
type U = ReturnType<typeof u64>;
type B = ReturnType<typeof bytes>;
type A = ReturnType<typeof array<bigint>>;

/** `zil_header_t` */
export const zilHeader: Struct<{
  claimTxg: N;
  replaySeq: N;
  log: B;
  claimBlkSeq: N;
  flags: N;
  claimLrSeq: N;
}> = struct('zil_header_t', 192, {
  claimTxg: n64(0),
  replaySeq: n64(8),
  log: bytes(16, SPA_BLKPTR_SIZE),
  claimBlkSeq: n64(144),
  flags: n64(152),
  claimLrSeq: n64(160),
});
export type ZilHeader = StructOf<typeof zilHeader>;

export const ZIL_REPLAY_NEEDED = 1;
export const ZIL_CLAIM_LR_SEQ_VALID = 2;

/** `zil_chain_t` without its `zio_eck_t`. */
export const zilChain: Struct<{ nextBlk: B; nused: N }> = struct('zil_chain_t', 184, {
  nextBlk: bytes(8, SPA_BLKPTR_SIZE),
  nused: n64(136),
});
/** Where the `zio_eck_t` of a slim log block is. */
export const ZIL_CHAIN_ECK_OFFSET = 144;
export const ZIL_MIN_BLKSZ = 4096;

/** Words of a log block's name, as places in `BlockPointer.cksum` (two halves each). */
export const ZIL_ZC_OBJSET = 4;
export const ZIL_ZC_SEQ = 6;

export const TX_CREATE = 1;
export const TX_MKDIR = 2;
export const TX_MKXATTR = 3;
export const TX_SYMLINK = 4;
export const TX_REMOVE = 5;
export const TX_RMDIR = 6;
export const TX_LINK = 7;
export const TX_RENAME = 8;
export const TX_WRITE = 9;
export const TX_TRUNCATE = 10;
export const TX_SETATTR = 11;
export const TX_ACL_V0 = 12;
export const TX_ACL = 13;
export const TX_CREATE_ACL = 14;
export const TX_CREATE_ATTR = 15;
export const TX_CREATE_ACL_ATTR = 16;
export const TX_MKDIR_ACL = 17;
export const TX_MKDIR_ATTR = 18;
export const TX_MKDIR_ACL_ATTR = 19;
export const TX_WRITE2 = 20;

/** `TX_CI`: the name was given without regard to case. */
export const TX_CI: bigint = 1n << 63n;

/** `lr_t`, which every record begins with. */
export const lrCommon: Struct<{ txtype: U; reclen: N; txg: N; seq: N }> = struct('lr_t', 32, {
  txtype: u64(0),
  reclen: n64(8),
  txg: n64(16),
  seq: n64(24),
});

/** `_lr_create_t`; the name follows, and for a symbolic link its target. */
export const lrCreate: Struct<{
  doid: N;
  foid: U;
  mode: N;
  uid: U;
  gid: U;
  gen: U;
  crtime: A;
  rdev: U;
}> = struct('lr_create_t', 104, {
  doid: n64(32),
  foid: u64(40),
  mode: n64(48),
  uid: u64(56),
  gid: u64(64),
  gen: u64(72),
  crtime: array(u64, 80, 2),
  rdev: u64(96),
});

/** `lr_remove_t`; the name follows. */
export const lrRemove: Struct<{ doid: N }> = struct('lr_remove_t', 40, { doid: n64(32) });

/** `lr_link_t`; the name follows. */
export const lrLink: Struct<{ doid: N; linkObj: N }> = struct('lr_link_t', 48, {
  doid: n64(32),
  linkObj: n64(40),
});

/** `lr_rename_t`; both names follow. */
export const lrRename: Struct<{ sdoid: N; tdoid: N }> = struct('lr_rename_t', 48, {
  sdoid: n64(32),
  tdoid: n64(40),
});

/** `lr_write_t`; the data follows, unless `blkptr` says where it is. */
export const lrWrite: Struct<{ foid: N; offset: N; length: N; blkoff: N; blkptr: B }> = struct(
  'lr_write_t',
  192,
  {
    foid: n64(32),
    offset: n64(40),
    length: n64(48),
    blkoff: n64(56),
    blkptr: bytes(64, SPA_BLKPTR_SIZE),
  },
);

/** `lr_truncate_t`; length 0 stands for everything from the offset on. */
export const lrTruncate: Struct<{ foid: N; offset: N; length: N }> = struct('lr_truncate_t', 56, {
  foid: n64(32),
  offset: n64(40),
  length: n64(48),
});

/** `lr_setattr_t`; `mask` is of illumos's AT_ bits. */
export const lrSetattr: Struct<{
  foid: N;
  mask: N;
  mode: N;
  uid: U;
  gid: U;
  size: N;
  atime: A;
  mtime: A;
}> = struct('lr_setattr_t', 112, {
  foid: n64(32),
  mask: n64(40),
  mode: n64(48),
  uid: u64(56),
  gid: u64(64),
  size: n64(72),
  atime: array(u64, 80, 2),
  mtime: array(u64, 96, 2),
});

/** `lr_acl_t`; the entries follow as they are on disk. */
export const lrAcl: Struct<{
  foid: N;
  aclcnt: N;
  domcnt: N;
  fuidcnt: N;
  aclBytes: N;
  aclFlags: U;
}> = struct('lr_acl_t', 80, {
  foid: n64(32),
  aclcnt: n64(40),
  domcnt: n64(48),
  fuidcnt: n64(56),
  aclBytes: n64(64),
  aclFlags: u64(72),
});

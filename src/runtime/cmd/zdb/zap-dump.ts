/**
 * ZAPs: how full they are, and what is in them, by kind of object.
 * @see cmd/zdb/zdb.c dump_zap_stats(), dump_zap(), dump_sa_attrs(), dump_zpldir()
 */
import { decodeUtf8, toHex } from '#base/bytes.ts';
import type { Dnode } from '#kernel/fs/zfs/dmu/dnode.ts';
import { viewOf } from '#kernel/fs/zfs/ondisk/struct.ts';
import {
  CHAIN_END,
  ZAP_LEAF_ARRAY_BYTES,
  ZAP_LEAF_CHUNKSIZE,
  type ZapPhys,
  ZBT_MICRO,
  zapPhys,
} from '#kernel/fs/zfs/ondisk/zap-phys.ts';
import { zapCount } from '#kernel/fs/zfs/zap/zap.ts';
import { firstInteger, integersOf, type ZapValue } from '#kernel/fs/zfs/zap/zap-value.ts';
import { histogramText } from '#cmd/zdb/histogram.ts';
import { entriesOf } from '#cmd/zdb/zdb-context.ts';

/** `ZAP_HISTOGRAM_SIZE` */
const BUCKETS = 10;
const LEAF_HEADER = 48;

interface LeafCounts {
  readonly leafsWith2nPointers: number[];
  readonly blocksWithN5Entries: number[];
  readonly blocksNTenthsFull: number[];
  readonly entriesUsingNChunks: number[];
  readonly bucketsWithNEntries: number[];
}

const zeros = (): number[] => Array.from({ length: BUCKETS }, () => 0);

function bump(histogram: number[], n: number): void {
  const i = Math.min(n, BUCKETS - 1);
  histogram[i] = (histogram[i] ?? 0) + 1;
}

/** `zap_leaf_stats` */
function countLeaf(counts: LeafCounts, bytes: Uint8Array, tableShift: number): void {
  const view = viewOf(bytes);
  const nfree = view.getUint16(28, true);
  bump(counts.leafsWith2nPointers, tableShift - view.getUint16(32, true));
  bump(counts.blocksWithN5Entries, Math.floor(view.getUint16(30, true) / 5));
  const usedBytes = bytes.length - nfree * (ZAP_LEAF_ARRAY_BYTES + 1);
  bump(counts.blocksNTenthsFull, Math.floor((usedBytes * 10) / bytes.length));
  const buckets = bytes.length / 32;
  const chunksAt = LEAF_HEADER + 2 * buckets;
  const chunksFor = (size: number): number => Math.ceil(size / ZAP_LEAF_ARRAY_BYTES);
  for (let i = 0; i < buckets; i += 1) {
    let entries = 0;
    let chunk = view.getUint16(LEAF_HEADER + 2 * i, true);
    // A damaged chain can be a ring.
    while (chunk !== CHAIN_END && entries < buckets) {
      const at = chunksAt + chunk * ZAP_LEAF_CHUNKSIZE;
      const name = chunksFor(view.getUint16(at + 6, true));
      const value = chunksFor(view.getUint16(at + 10, true) * view.getUint8(at + 1));
      bump(counts.entriesUsingNChunks, 1 + name + value);
      chunk = view.getUint16(at + 2, true);
      entries += 1;
    }
    bump(counts.bucketsWithNEntries, entries);
  }
}

/** `zap_stats_ptrtbl`: each leaf once, though many entries of the table point to it. */
function countLeafs(dnode: Dnode, phys: ZapPhys): LeafCounts {
  const counts: LeafCounts = {
    leafsWith2nPointers: zeros(),
    blocksWithN5Entries: zeros(),
    blocksNTenthsFull: zeros(),
    entriesUsingNChunks: zeros(),
    bucketsWithNEntries: zeros(),
  };
  const size = dnode.dataBlockSize;
  const inHeader = phys.ptrtblNumblks === 0;
  const tables = inHeader
    ? [{ blkid: 0, from: size / 2 }]
    : Array.from({ length: phys.ptrtblNumblks }, (_, b) => ({
        blkid: phys.ptrtblBlk + b,
        from: 0,
      }));
  for (const { blkid, from } of tables) {
    const table = dnode.block(blkid);
    if (table === null) continue;
    const view = viewOf(table);
    let last = 0;
    for (let at = from; at < size; at += 8) {
      const leaf = view.getUint32(at, true);
      if (leaf === last) continue;
      last = leaf;
      const bytes = dnode.block(leaf);
      if (bytes !== null) countLeaf(counts, bytes, phys.ptrtblShift);
    }
  }
  return counts;
}

function fatStats(dnode: Dnode, header: Uint8Array): string {
  const phys = zapPhys.read(header);
  const counts = countLeafs(dnode, phys);
  return [
    '\tFat ZAP stats:',
    '\t\tPointer table:',
    `\t\t\t${2 ** phys.ptrtblShift} elements`,
    `\t\t\tzt_blk: ${phys.ptrtblBlk}`,
    `\t\t\tzt_numblks: ${phys.ptrtblNumblks}`,
    `\t\t\tzt_shift: ${phys.ptrtblShift}`,
    `\t\t\tzt_blks_copied: ${phys.ptrtblBlksCopied}`,
    `\t\t\tzt_nextblk: ${phys.ptrtblNextblk}`,
    `\t\tZAP entries: ${phys.numEntries}`,
    `\t\tLeaf blocks: ${phys.numLeafs}`,
    `\t\tTotal blocks: ${phys.freeblk}`,
    `\t\tzap_block_type: 0x${phys.blockType.toString(16)}`,
    `\t\tzap_magic: 0x${phys.magic.toString(16)}`,
    `\t\tzap_salt: 0x${phys.salt.toString(16)}`,
    `\t\tLeafs with 2^n pointers:\n${histogramText(counts.leafsWith2nPointers, 0)}` +
      `\t\tBlocks with n*5 entries:\n${histogramText(counts.blocksWithN5Entries, 0)}` +
      `\t\tBlocks n/10 full:\n${histogramText(counts.blocksNTenthsFull, 0)}` +
      `\t\tEntries with n chunks:\n${histogramText(counts.entriesUsingNChunks, 0)}` +
      `\t\tBuckets with n entries:\n${histogramText(counts.bucketsWithNEntries, 0)}`,
  ].join('\n');
}

/** `dump_zap_stats` */
export function zapStats(dnode: Dnode): string {
  const header = dnode.block(0);
  if (header === null) return '';
  if (viewOf(header).getBigUint64(0, true) !== ZBT_MICRO) return fatStats(dnode, header);
  const count = zapCount(dnode.objset, dnode.object);
  return `\tmicrozap: ${dnode.dataBlockSize} bytes, ${count} entries\n`;
}

/** Names whose values are shown as hexadecimal digits. */
const HEX_NAMES = new Set([
  'org.illumos:checksum_salt',
  'DSL_CRYPTO_MASTER_KEY_1',
  'DSL_CRYPTO_HMAC_KEY_1',
  'DSL_CRYPTO_IV',
  'DSL_CRYPTO_MAC',
]);

function valueText(name: string, value: ZapValue): string {
  if (value.integerSize === 1) {
    if (HEX_NAMES.has(name)) return toHex(value.bytes);
    const end = value.bytes.indexOf(0);
    return decodeUtf8(end < 0 ? value.bytes : value.bytes.subarray(0, end));
  }
  return integersOf(value)
    .map((word) => `${value.integerSize === 8 ? BigInt.asIntN(64, word) : word} `)
    .join('');
}

/** `dump_zap` */
export function zapText(dnode: Dnode): string {
  const lines = entriesOf(dnode.objset, dnode.object).map(({ name, value }) => {
    return `\t\t${name} = ${valueText(name, value)}\n`;
  });
  return `${zapStats(dnode)}\n${lines.join('')}`;
}

/** `dump_sa_attrs` */
export function saAttributesText(dnode: Dnode): string {
  const lines = entriesOf(dnode.objset, dnode.object).map(({ name, value }) => {
    const packed = firstInteger(value);
    const length = (packed >> 24n) & 0xffffn;
    const numbers = `${length}:${(packed >> 16n) & 0xffn}:${packed & 0xffffn}`;
    return `\t\t${name} =  ${packed.toString(16)} : [${numbers}]\n`;
  });
  return `${zapStats(dnode)}\n${lines.join('')}`;
}

/** `dump_sa_layouts` */
export function saLayoutsText(dnode: Dnode): string {
  const lines = entriesOf(dnode.objset, dnode.object).map(({ name, value }) => {
    const numbers = integersOf(value).map((n) => ` ${n} `);
    return `\t\t${name} = [${numbers.join('')}]\n`;
  });
  return `${zapStats(dnode)}\n${lines.join('')}`;
}

const DIRENT_TYPES: Readonly<Record<number, string>> = {
  0: 'not specified',
  1: 'FIFO',
  2: 'Character Device',
  4: 'Directory',
  6: 'Block Device',
  8: 'Regular File',
  10: 'Symbolic Link',
  12: 'Socket',
  13: 'Door',
  14: 'Event Port',
};

/** `dump_zpldir` */
export function directoryText(dnode: Dnode): string {
  const lines = entriesOf(dnode.objset, dnode.object).map(({ name, value }) => {
    const packed = firstInteger(value);
    const kind = Number(packed >> 60n);
    const type = DIRENT_TYPES[kind] ?? `${kind} (invalid)`;
    return `\t\t${name} = ${packed & (2n ** 48n - 1n)} (type: ${type})\n`;
  });
  return `${zapStats(dnode)}\n${lines.join('')}`;
}

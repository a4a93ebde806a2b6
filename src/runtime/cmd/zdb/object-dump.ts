/**
 * One object: its line in the table, then, with more -d, its attributes, content, pointers, segments.
 * @see cmd/zdb/zdb.c dump_object(), dump_indirect()
 */
import type { Dnode } from '#kernel/fs/zfs/dmu/dnode.ts';
import { type BlockPointer, isHole, readBlkptr } from '#kernel/fs/zfs/ondisk/blkptr.ts';
import {
  byteSwapOf,
  DMU_OT_DIRECTORY_CONTENTS,
  DMU_OT_DNODE,
  DMU_OT_PLAIN_FILE_CONTENTS,
  DMU_OT_SPACE_MAP,
  objectTypeName,
} from '#kernel/fs/zfs/ondisk/dmu-ot.ts';
import {
  DNODE_FLAG_SPILL_BLKPTR,
  DNODE_FLAG_USED_BYTES,
  DNODE_FLAG_USEROBJUSED_ACCOUNTED,
  DNODE_FLAG_USERUSED_ACCOUNTED,
  DNODE_MIN_SIZE,
  DNODES_PER_BLOCK,
} from '#kernel/fs/zfs/ondisk/dnode-phys.ts';
import { viewOf } from '#kernel/fs/zfs/ondisk/struct.ts';
import { ZfsError } from '#kernel/fs/zfs/ondisk/zfs-error.ts';
import { CHECKSUM_NAMES, COMPRESS_NAMES } from '#kernel/fs/zfs/ondisk/zio-algorithm.ts';
import type { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import { fixed } from '#lib/libc/fixed.ts';
import { compactBlkptr, hex } from '#cmd/zdb/blkptr-text.ts';
import {
  bpobjSubobjectsText,
  bpobjText,
  dslDatasetText,
  dslDirText,
  historyOffsetsText,
  packedNvlistText,
} from '#cmd/zdb/dsl-dump.ts';
import {
  directoryText,
  saAttributesText,
  saLayoutsText,
  zapStats,
  zapText,
} from '#cmd/zdb/zap-dump.ts';
import type { ZdbPool } from '#cmd/zdb/zdb-context.ts';
import { znodeText } from '#cmd/zdb/znode-dump.ts';

/** The dataset at hand: its file system, where it is one. */
export interface ObjectPlace {
  readonly zdb: ZdbPool;
  readonly reader: ZfsReader | null;
  /** How the dataset's own blocks are compressed, for -dddddd. */
  readonly compress: number;
}

export const OBJECT_HEADER: string = `\n${[
  'Object'.padStart(10),
  'lvl'.padStart(3),
  'iblk'.padStart(5),
  'dblk'.padStart(5),
  'dsize'.padStart(5),
  'dnsize',
  'lsize'.padStart(5),
  ' %full',
  'type',
].join('  ')}\n`;

type Viewer = (place: ObjectPlace, dnode: Dnode, isBonus: boolean) => string;

const zap: Viewer = (_, dnode, isBonus) => (isBonus ? '' : zapText(dnode));
const znode: Viewer = ({ zdb, reader }, dnode) =>
  reader === null ? '' : znodeText(zdb, reader, dnode).text;

/** `object_viewer[]`: by type; types without a row show nothing. */
const VIEWERS: Readonly<Record<number, Viewer>> = {
  1: zap,
  2: ({ zdb }, dnode) => numbersText(zdb, dnode),
  4: (_, dnode, isBonus) => (isBonus ? packedNvlistText(dnode) : ''),
  6: ({ zdb }, dnode, isBonus) => (isBonus ? bpobjText(zdb, dnode) : ''),
  12: ({ zdb }, dnode, isBonus) => (isBonus ? dslDirText(zdb, dnode) : ''),
  13: zap,
  14: zap,
  15: zap,
  16: ({ zdb }, dnode, isBonus) => (isBonus ? dslDatasetText(zdb, dnode) : ''),
  17: znode,
  20: (_, dnode) => directoryText(dnode),
  21: zap,
  22: zap,
  24: zap,
  26: ({ zdb }, dnode) => numbersText(zdb, dnode),
  27: zap,
  28: zap,
  30: (_, dnode, isBonus) => (isBonus ? historyOffsetsText(dnode) : ''),
  31: zap,
  32: zap,
  36: (_, dnode, isBonus) => (isBonus ? packedNvlistText(dnode) : ''),
  37: zap,
  38: zap,
  39: zap,
  40: zap,
  41: zap,
  42: (_, dnode) => zapStats(dnode),
  43: zap,
  44: znode,
  45: zap,
  46: (_, dnode) => saAttributesText(dnode),
  47: (_, dnode) => saLayoutsText(dnode),
  48: zap,
  50: zap,
  52: zap,
  53: (_, dnode, isBonus) => (isBonus ? '' : bpobjSubobjectsText(dnode)),
};
const DMU_OT_NEWTYPE = 0x80;
const OTHER_UINT64 = 26;
const OTHER_ZAP = 27;

function view(place: ObjectPlace, dnode: Dnode, type: number, isBonus: boolean): string {
  let row = type;
  if ((type & DMU_OT_NEWTYPE) !== 0) {
    const swap = byteSwapOf(type);
    if (swap === 'zap') row = OTHER_ZAP;
    else if (swap === 'uint64') row = OTHER_UINT64;
    else return '\tUNKNOWN OBJECT TYPE\n';
  }
  try {
    return VIEWERS[row]?.(place, dnode, isBonus) ?? '';
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    return `\t\t(${error.message})\n`;
  }
}

/** `dump_uint64`: from -dddddd on; at most a mebibyte. */
function numbersText(zdb: ZdbPool, dnode: Dnode): string {
  if (zdb.count('d') < 6) return '';
  const size = (dnode.maxblkid + 1) * dnode.dataBlockSize;
  if (size === 0) return '\t\t[]\n';
  const bytes = dnode.readBytes(0, Math.min(size, 2 ** 20));
  const view64 = viewOf(bytes);
  let text = '\t\t[';
  for (let i = 0; i * 8 < bytes.length; i += 1) {
    if (i > 0) text += i % 4 === 0 ? ',\n\t\t' : ', ';
    text += view64.getBigUint64(i * 8, true).toString(16);
  }
  return `${text}${bytes.length === size ? '' : ', ... '}]\n`;
}

function algorithmText(place: ObjectPlace, dnode: Dnode, verbosity: number): string {
  const isVerbose = verbosity >= 6;
  let text = '';
  if (dnode.checksum !== 0 || isVerbose) text += ` (K=${CHECKSUM_NAMES[dnode.checksum]})`;
  if (dnode.compress !== 0) text += ` (Z=${COMPRESS_NAMES[dnode.compress]})`;
  else if (isVerbose) text += ` (Z=inherit=${COMPRESS_NAMES[place.compress]})`;
  return text;
}

/** The object's line. */
function lineText(place: ObjectPlace, dnode: Dnode, verbosity: number): string {
  const { zdb } = place;
  const lsize = (dnode.maxblkid + 1) * dnode.dataBlockSize;
  const fill = dnode.blkptrs.reduce((sum, bp) => sum + bp.fill, 0);
  const perBlock = dnode.object === 0 ? DNODES_PER_BLOCK : 1;
  const full = (100 * fill * dnode.dataBlockSize) / perBlock / lsize;
  const columns = [
    String(dnode.object).padStart(10),
    String(dnode.nlevels).padStart(3),
    zdb.nice(dnode.indblkshift === 0 ? 0 : 2 ** dnode.indblkshift).padStart(5),
    zdb.nice(dnode.dataBlockSize).padStart(5),
    zdb.nice(Math.floor((dnode.used + 256) / 512) * 512).padStart(5),
    zdb.nice(dnode.slots * DNODE_MIN_SIZE).padStart(6),
    zdb.nice(lsize).padStart(5),
    fixed(full, 2).padStart(6),
    objectTypeName(dnode.type) + algorithmText(place, dnode, verbosity),
  ];
  return `${columns.join('  ')}\n`;
}

function flagsText({ flags }: Dnode): string {
  const names: [number, string][] = [
    [DNODE_FLAG_USED_BYTES, 'USED_BYTES '],
    [DNODE_FLAG_USERUSED_ACCOUNTED, 'USERUSED_ACCOUNTED '],
    [DNODE_FLAG_USEROBJUSED_ACCOUNTED, 'USEROBJUSED_ACCOUNTED '],
    [DNODE_FLAG_SPILL_BLKPTR, 'SPILL_BLKPTR'],
  ];
  return names.map(([bit, name]) => ((flags & bit) === 0 ? '' : name)).join('');
}

/** `dump_object`: without the heading of the table. */
export function objectText(place: ObjectPlace, dnode: Dnode, verbosity: number): string {
  const { zdb } = place;
  let text = lineText(place, dnode, verbosity);
  if (dnode.bonusType !== 0 && verbosity > 3) {
    const size = zdb.nice(dnode.bonusLen).padStart(5);
    text += `${' '.repeat(45)}${size}  ${' bonus'}  ${objectTypeName(dnode.bonusType)}\n`;
  }
  if (verbosity >= 4) {
    text += `\tdnode flags: ${flagsText(dnode)}\n\tdnode maxblkid: ${dnode.maxblkid}\n`;
    text += view(place, dnode, dnode.bonusType, true);
    text += view(place, dnode, dnode.type, false);
  }
  if (verbosity >= 5) text += indirectText(zdb, dnode) + segmentsText(zdb, dnode);
  return text;
}

/** `dump_indirect` */
function indirectText(zdb: ZdbPool, dnode: Dnode): string {
  const out: string[] = ['Indirect blocks:\n'];
  const top = dnode.nlevels - 1;
  const visit = (bp: BlockPointer, level: number, blkid: number): void => {
    if (bp.birth === 0) return;
    const offset = blkid * 2 ** (level * dnode.epbs) * dnode.dataBlockSize;
    const column = `${' '.repeat(top - level)}L${level}${' '.repeat(level + 1)}`;
    out.push(`${hex(offset).padStart(16)} ${column}${compactBlkptr(zdb, bp)}\n`);
    if (level === 0 || isHole(bp)) return;
    const bytes = dnode.objset.arc.read(bp);
    const entries = bytes.length / 128;
    for (let i = 0; i < entries; i += 1) {
      visit(readBlkptr(bytes, i * 128), level - 1, blkid * entries + i);
    }
  };
  dnode.blkptrs.forEach((bp, i) => visit(bp, top, i));
  return `${out.join('')}\n`;
}

/** Ranges that hold something: of the meta-dnode by dnodes, else by blocks. */
function segments(dnode: Dnode): [start: number, end: number][] {
  const found: [number, number][] = [];
  const add = (start: number, end: number): void => {
    const last = found.at(-1);
    if (last?.[1] === start) last[1] = end;
    else found.push([start, end]);
  };
  const size = dnode.dataBlockSize;
  const addDnodes = (at: number): void => {
    const bytes = dnode.block(at / size);
    if (bytes === null) return;
    for (let slot = 0; slot < size / DNODE_MIN_SIZE; slot += 1) {
      const start = slot * DNODE_MIN_SIZE;
      if (bytes[start] === 0) continue;
      const slots = 1 + (bytes[start + 12] as number);
      add(at + start, at + start + slots * DNODE_MIN_SIZE);
      slot += slots - 1;
    }
  };
  const visit = (bp: BlockPointer, level: number, blkid: number): void => {
    if (isHole(bp)) return;
    if (level === 0) {
      if (dnode.type === DMU_OT_DNODE) addDnodes(blkid * size);
      else add(blkid * size, (blkid + 1) * size);
      return;
    }
    const bytes = dnode.objset.arc.read(bp);
    const entries = bytes.length / 128;
    for (let i = 0; i < entries; i += 1) {
      visit(readBlkptr(bytes, i * 128), level - 1, blkid * entries + i);
    }
  };
  dnode.blkptrs.forEach((bp, i) => visit(bp, dnode.nlevels - 1, i));
  return found;
}

function segmentsText(zdb: ZdbPool, dnode: Dnode): string {
  return segments(dnode)
    .map(([start, end]) => {
      const range = [start, end].map((at) => hex(at).padStart(16, '0')).join(', ');
      return `\t\tsegment [${range}) size ${zdb.nice(end - start).padStart(5)}\n`;
    })
    .join('');
}

/** Which objects a range on the command line is about: `ZOR_FLAG_*`. */
export interface TypeFilter {
  readonly letters: ReadonlySet<string>;
  readonly isAll: boolean;
}

/** `match_object_type` */
export function matchesType(type: number, filter: TypeFilter): boolean {
  if (filter.isAll && filter.letters.size === 4) return true;
  if (type === DMU_OT_DIRECTORY_CONTENTS) return filter.letters.has('d');
  if (type === DMU_OT_PLAIN_FILE_CONTENTS) return filter.letters.has('f');
  if (type === DMU_OT_SPACE_MAP) return filter.letters.has('m');
  if (objectTypeName(type) === 'zap') return filter.letters.has('z');
  return filter.isAll;
}

/**
 * Blocks counted by type, level and size, and the tables of -bb.
 * @see cmd/zdb/zdb.c dump_block_stats(), dump_size_histograms()
 */
import { type BlockPointer, type Dva, isGang } from '#kernel/fs/zfs/ondisk/blkptr.ts';
import { objectTypeName } from '#kernel/fs/zfs/ondisk/dmu-ot.ts';
import { fixed } from '#lib/libc/fixed.ts';
import type { VdevOnDisk } from '#lib/libzpool/space-maps.ts';
import { logicalSize } from '#cmd/zdb/blkptr-text.ts';
import { histogramText } from '#cmd/zdb/histogram.ts';
import type { ZdbPool } from '#cmd/zdb/zdb-context.ts';

/** `DMU_OT_NUMTYPES`; the rows after it are zdb's own. */
const NUMTYPES = 54;
const EXTRA_NAMES = ['deferred free', 'dedup ditto', 'other', 'Total'];
const OT_TOTAL: number = NUMTYPES + 3;
/** `SPA_MINBLOCKSHIFT` … 16 MiB. */
const MIN_SHIFT = 9;
const MAX_SHIFT = 24;
const PSIZE_BUCKETS = 258;

/** `zdb_blkstats_t` */
export interface BlockCounts {
  count: number;
  lsize: number;
  psize: number;
  asize: number;
  gangs: number;
  dittoSameVdev: number;
  dittoSameMetaslab: number;
  readonly psizes: number[];
}

function emptyCounts(): BlockCounts {
  return {
    count: 0,
    lsize: 0,
    psize: 0,
    asize: 0,
    gangs: 0,
    dittoSameVdev: 0,
    dittoSameMetaslab: 0,
    psizes: [],
  };
}

interface SizeHistogram {
  readonly name: string;
  readonly counts: number[];
  readonly bytes: number[];
}

function metaslabOf(vdevs: readonly VdevOnDisk[], dva: Dva): number {
  const shift = vdevs.find((vdev) => vdev.id === dva.vdev)?.shift ?? 0;
  return Math.floor(dva.offset / 2 ** shift);
}

function addTo(counts: BlockCounts, bp: BlockPointer, vdevs: readonly VdevOnDisk[]): void {
  const isEmbedded = bp.embedded !== null;
  const psize = isEmbedded ? 0 : bp.psize;
  counts.count += 1;
  counts.lsize += logicalSize(bp);
  counts.psize += psize;
  counts.asize += bp.dvas.reduce((sum, dva) => sum + dva.asize, 0);
  if (isGang(bp)) counts.gangs += bp.dvas.filter((dva) => dva.isGang).length;
  const bucket = Math.min(psize / 512, PSIZE_BUCKETS - 1);
  counts.psizes[bucket] = (counts.psizes[bucket] ?? 0) + 1;
  const pairs = bp.dvas.flatMap((a, i) => bp.dvas.slice(i + 1).map((b) => [a, b] as const));
  const sameVdev = pairs.filter(([a, b]) => a.vdev === b.vdev);
  if (sameVdev.length === 0) return;
  counts.dittoSameVdev += 1;
  if (sameVdev.some(([a, b]) => metaslabOf(vdevs, a) === metaslabOf(vdevs, b))) {
    counts.dittoSameMetaslab += 1;
  }
}

export class BlockTotals {
  readonly total: BlockCounts = emptyCounts();
  /** By type, then by level; level −1 is the sum. */
  readonly #byType: Map<number, Map<number, BlockCounts>> = new Map();
  /** How many embedded blocks there are of each size, by kind. */
  readonly embedded: Map<number, number[]> = new Map();
  readonly sizes: readonly SizeHistogram[] = ['psize', 'lsize', 'asize'].map((name) => ({
    name,
    counts: [],
    bytes: [],
  }));

  add(bp: BlockPointer, type: number, vdevs: readonly VdevOnDisk[]): void {
    addTo(this.total, bp, vdevs);
    for (const row of [type, OT_TOTAL]) {
      for (const level of [bp.level, -1]) addTo(this.#counts(row, level), bp, vdevs);
    }
    if (bp.embedded !== null) {
      const histogram = this.embedded.get(bp.checksum) ?? Array.from({ length: 113 }, () => 0);
      histogram[bp.psize] = (histogram[bp.psize] ?? 0) + 1;
      this.embedded.set(bp.checksum, histogram);
      return;
    }
    const asize = bp.dvas.reduce((sum, dva) => sum + dva.asize, 0);
    const values = [bp.psize, bp.lsize, asize];
    this.sizes.forEach(({ counts, bytes }, i) => {
      const size = values[i] ?? 0;
      const bin = Math.floor(Math.log2(size));
      counts[bin] = (counts[bin] ?? 0) + 1;
      bytes[bin] = (bytes[bin] ?? 0) + size;
    });
  }

  #counts(type: number, level: number): BlockCounts {
    const levels = this.#byType.get(type) ?? new Map<number, BlockCounts>();
    this.#byType.set(type, levels);
    const counts = levels.get(level) ?? emptyCounts();
    levels.set(level, counts);
    return counts;
  }

  counts(type: number, level: number): BlockCounts | undefined {
    return this.#byType.get(type)?.get(level);
  }
}

export function embeddedText(zdb: ZdbPool, totals: BlockTotals): string {
  let text = '';
  for (const [kind, histogram] of [...totals.embedded].sort(([a], [b]) => a - b)) {
    const count = histogram.reduce((a, b) => a + b, 0);
    text += `\n\tadditional, non-pointer bps of type ${kind}: ${String(count).padStart(10)}\n`;
    if (zdb.count('b') < 3) continue;
    text += '\t number of (compressed) bytes:  number of bps\n';
    text += histogramText(histogram, 0);
  }
  return text;
}

function rowText(zdb: ZdbPool, counts: BlockCounts, total: BlockCounts, name: string): string {
  const columns = [
    zdb.nice(counts.count).padStart(6),
    zdb.nice(counts.lsize).padStart(5),
    zdb.nice(counts.psize).padStart(5),
    zdb.nice(counts.asize).padStart(5),
    zdb.nice(Math.floor(counts.asize / counts.count)).padStart(5),
    fixed(counts.lsize / counts.psize, 2).padStart(5),
    fixed((100 * counts.asize) / total.asize, 2).padStart(6),
    name,
  ];
  let text = `${columns.join('\t')}\n`;
  if (zdb.count('b') >= 3 && counts.gangs > 0) {
    text += `\t number of ganged blocks: ${zdb.nice(counts.gangs)}\n`;
  }
  if (zdb.count('b') >= 4) {
    const filled = Array.from({ length: PSIZE_BUCKETS }, (_, i) => counts.psizes[i] ?? 0);
    text += 'psize (in 512-byte sectors): number of blocks\n';
    text += histogramText(filled, 0);
  }
  return text;
}

/** The table by type; from -bbb on by level too. */
export function typeTableText(zdb: ZdbPool, totals: BlockTotals): string {
  let text = '\nBlocks\tLSIZE\tPSIZE\tASIZE\t  avg\t comp\t%Total\tType\n';
  for (let type = 0; type <= OT_TOTAL; type += 1) {
    const name = type < NUMTYPES ? objectTypeName(type) : (EXTRA_NAMES[type - NUMTYPES] ?? '');
    const all = totals.counts(type, -1);
    if (all === undefined || all.asize === 0) {
      text += `     -\t    -\t    -\t    -\t    -\t    -\t     -\t${name}\n`;
      continue;
    }
    if (zdb.count('b') >= 3) {
      for (let level = 8; level >= 0; level -= 1) {
        const counts = totals.counts(type, level);
        if (counts === undefined || counts.asize === 0) continue;
        if (level === 0 && counts.asize === all.asize) continue;
        text += rowText(zdb, counts, totals.total, `    L${level} ${name}`);
      }
    }
    text += rowText(zdb, all, totals.total, name);
  }
  return text;
}

/** `dump_size_histograms` */
export function sizeHistogramText(zdb: ZdbPool, { sizes }: BlockTotals): string {
  const isRaw = zdb.count('P') > 0;
  const names = sizes.map(({ name }) => name);
  const [first = '', second = '', third = ''] = names;
  let text = '\nBlock Size Histogram\n';
  if (isRaw) text += `\nblock\t${first}\t\t\t${second}\t\t\t  ${third}\nsize\t`;
  else {
    const gap = ' '.repeat(14);
    text += `\n  block   ${first.padEnd(7)}${gap}${second.padEnd(7)}${gap}${third}\n   size `;
  }
  text += isRaw
    ? 'Count\tSize\tCum.\t'.repeat(3)
    : ['Count', 'Size', 'Cum.']
        .map((title) => title.padStart(7))
        .join('')
        .repeat(3);
  text += '\n';
  const sums = sizes.map(() => 0);
  for (let shift = MIN_SHIFT; shift <= MAX_SHIFT; shift += 1) {
    const label = zdb.nice(2 ** shift);
    text += isRaw ? label : `${label.padStart(7)}:`;
    sizes.forEach(({ counts, bytes }, i) => {
      sums[i] = (sums[i] ?? 0) + (bytes[shift] ?? 0);
      for (const value of [counts[shift] ?? 0, bytes[shift] ?? 0, sums[i] ?? 0]) {
        text += isRaw ? `\t${zdb.nice(value)}` : zdb.nice(value).padStart(7);
      }
    });
    text += '\n';
  }
  return text;
}

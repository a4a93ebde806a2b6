/**
 * `zfs:0:arcstats`, over the caches of all pools: here each pool has its own.
 * @see uts/common/fs/zfs/arc.c arc_stats
 */
import type { KstatData, KstatSource } from '#kernel/os/kstat.ts';
import type { Arc } from '../arc/arc.ts';
import type { Spa } from '../pool/spa.ts';

type Row = readonly [name: string, of: (arc: Arc) => number];

const ROWS: readonly Row[] = [
  ['hits', (arc) => arc.stats.hits],
  ['misses', (arc) => arc.stats.misses],
  ['mru_ghost_hits', (arc) => arc.stats.mruGhostHits],
  ['mfu_ghost_hits', (arc) => arc.stats.mfuGhostHits],
  ['p', (arc) => Math.floor(arc.mruTargetBytes)],
  ['size', (arc) => arc.sizeBytes],
  ['l2_hits', (arc) => arc.l2?.stats.hits ?? 0],
  ['l2_misses', (arc) => arc.l2?.stats.misses ?? 0],
  ['l2_feeds', (arc) => arc.l2?.stats.feeds ?? 0],
  ['l2_read_bytes', (arc) => arc.l2?.stats.readBytes ?? 0],
  ['l2_write_bytes', (arc) => arc.l2?.stats.writeBytes ?? 0],
  ['l2_writes_sent', (arc) => arc.l2?.stats.writesSent ?? 0],
  ['l2_writes_error', (arc) => arc.l2?.stats.writesFailed ?? 0],
  ['l2_cksum_bad', (arc) => arc.l2?.stats.checksumBad ?? 0],
  ['l2_io_error', (arc) => arc.l2?.stats.ioErrors ?? 0],
  ['l2_size', (arc) => arc.l2?.sizeBytes ?? 0],
  ['l2_hdr_size', (arc) => arc.l2?.headerBytes ?? 0],
];

/** `limitBytes` is what all of them together may take. */
export function arcKstat(pools: () => readonly Spa[], limitBytes: number): KstatSource {
  const read = (): KstatData => {
    const caches = pools().map(({ arc }) => arc);
    const sums = ROWS.map(([name, of]) => [name, caches.reduce((sum, arc) => sum + of(arc), 0)]);
    return { ...Object.fromEntries(sums), c: limitBytes, c_max: limitBytes };
  };
  return { module: 'zfs', instance: 0, name: 'arcstats', class: 'misc', read };
}

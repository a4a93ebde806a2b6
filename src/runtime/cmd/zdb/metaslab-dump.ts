/**
 * Metaslabs, their space maps, groups of them, and the log of space maps.
 * @see cmd/zdb/zdb.c dump_metaslabs(), dump_metaslab_groups(), dump_log_spacemaps()
 */
import { viewOf } from '#kernel/fs/zfs/ondisk/struct.ts';
import { RangeTree } from '#kernel/fs/zfs/metaslab/range-tree.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { Output } from '#lib/libc/stdio.ts';
import {
  allocatedRanges,
  logChanges,
  type MetaslabOnDisk,
  readLogs,
  readMetaslabs,
  type SpaceMap,
  type VdevOnDisk,
} from '#lib/libzpool/space-maps.ts';
import { hex } from '#cmd/zdb/blkptr-text.ts';
import { histogramText } from '#cmd/zdb/histogram.ts';
import type { ZdbPool } from '#cmd/zdb/zdb-context.ts';

const HISTOGRAM_FEATURE = 'com.delphix:spacemap_histogram';
const LOG_FEATURE = 'com.delphix:log_spacemap';
/** `RANGE_TREE_HISTOGRAM_SIZE` */
const RANGE_BUCKETS = 64;
/** `SM_NO_VDEVID` */
const NO_VDEV: bigint = 2n ** 24n;
/** `zfs_frag_table`: how bad free ranges of 512, 1024 … bytes are, in percent. */
const FRAGMENTATION = [100, 100, 98, 95, 90, 80, 70, 60, 50, 40, 30, 20, 15, 10, 5, 0];

/** `metaslab_set_fragmentation`; null without histograms. */
export function fragmentationOf(map: SpaceMap | null, shift: number): number | null {
  if (map === null) return 0;
  if (map.histogram === null) return null;
  let total = 0;
  let sum = 0;
  map.histogram.forEach((count, i) => {
    const space = count * 2 ** (i + shift);
    const row = Math.min(shift - 9 + i, FRAGMENTATION.length - 1);
    total += space;
    sum += space * (FRAGMENTATION[row] ?? 0);
  });
  return total === 0 ? 0 : Math.floor(sum / total);
}

/** One word of a space map as the debug form shows it. */
const ACTIONS = ['ALLOC', 'FREE', 'CONDENSE', 'INVALID'];

/** `dump_spacemap` */
function spaceMapText(zdb: ZdbPool, map: SpaceMap, start: number, shift: number): string {
  const alloc = BigInt.asUintN(64, BigInt(map.allocatedBytes)).toString(16);
  let text = `space map object ${map.object}:\n  smp_length = 0x${hex(map.lengthBytes)}\n`;
  text += `  smp_alloc = 0x${alloc}\n`;
  if (zdb.count('d') < 6 && zdb.count('m') < 4) return text;
  const view = viewOf(zdb.mos.dnode(map.object).readBytes(0, map.lengthBytes));
  const unit = 2n ** BigInt(shift);
  let entry = 0;
  let sum = 0n;
  for (let at = 0; at + 8 <= map.lengthBytes; at += 8) {
    const word = view.getBigUint64(at, true);
    const label = `\t    [${String(entry).padStart(6)}]`;
    entry += 1;
    const prefix = word >> 62n;
    if (prefix === 2n) {
      const txg = word & (2n ** 50n - 1n);
      const pass = (word >> 50n) & 0x3ffn;
      const action = ACTIONS[Number((word >> 60n) & 3n)];
      text += txg === 0n ? `${label} PADDING\n` : `${label} ${action}: txg ${txg} pass ${pass}\n`;
      continue;
    }
    let run = ((word & 0x7fffn) + 1n) * unit;
    let offset = ((word >> 16n) & (2n ** 47n - 1n)) * unit;
    let isFree = ((word >> 15n) & 1n) === 1n;
    let vdev = NO_VDEV;
    let words = 1;
    if (prefix === 3n && at + 16 <= map.lengthBytes) {
      at += 8;
      const second = view.getBigUint64(at, true);
      run = (((word >> 24n) & (2n ** 36n - 1n)) + 1n) * unit;
      vdev = word & 0xffffffn;
      offset = (second & (2n ** 63n - 1n)) * unit;
      isFree = second >> 63n === 1n;
      words = 2;
    }
    const from = offset + BigInt(start);
    sum += isFree ? -run : run;
    const range = [from, from + run].map((n) => n.toString(16).padStart(10, '0')).join('-');
    const size = run.toString(16).padStart(6, '0');
    text += `${label}    ${isFree ? 'F' : 'A'}  range: ${range}  size: ${size}`;
    text += ` vdev: ${String(vdev).padStart(6, '0')} words: ${words}\n`;
  }
  if (sum !== BigInt(map.allocatedBytes)) {
    text += `space_map_object alloc (${map.allocatedBytes}) INCONSISTENT`;
    text += ` with space map summary (${sum})\n`;
  }
  return text;
}

/** Free ranges of a metaslab as it is in memory after its logs were replayed. */
function freeRanges(zdb: ZdbPool, vdev: VdevOnDisk, metaslab: MetaslabOnDisk): [number, number][] {
  const tree = allocatedRanges(zdb.pool, vdev, metaslab);
  applyLogs(zdb, vdev, metaslab, tree);
  const free: [number, number][] = [];
  let at = metaslab.start;
  tree.forEach((start, size) => {
    if (start > at) free.push([at, start - at]);
    at = start + size;
  });
  const end = metaslab.start + metaslab.size;
  if (end > at) free.push([at, end - at]);
  return free;
}

/** What logs say about a metaslab after its own map was last written. */
export function applyLogs(
  zdb: ZdbPool,
  vdev: VdevOnDisk,
  metaslab: MetaslabOnDisk,
  tree: RangeTree,
): void {
  for (const { txg, map } of readLogs(zdb.pool)) {
    if (txg < metaslab.unflushedTxg) continue;
    for (const change of logChanges(zdb.pool, map)) {
      const isHere =
        change.vdev === vdev.id &&
        change.start >= metaslab.start &&
        change.start < metaslab.start + metaslab.size;
      if (!isHere) continue;
      if (change.isFree) tree.remove(change.start, change.size);
      else tree.add(change.start, change.size);
    }
  }
}

/** `dump_metaslab_stats` */
function statsText(zdb: ZdbPool, vdev: VdevOnDisk, metaslab: MetaslabOnDisk): string {
  const free = freeRanges(zdb, vdev, metaslab);
  const histogram = Array.from({ length: RANGE_BUCKETS }, () => 0);
  let space = 0;
  let largest = 0;
  for (const [, size] of free) {
    const bucket = Math.floor(Math.log2(size));
    histogram[bucket] = (histogram[bucket] ?? 0) + 1;
    space += size;
    largest = Math.max(largest, size);
  }
  const percent = Math.floor((space * 100) / metaslab.size);
  const count = String(free.length).padStart(10);
  const max = zdb.nice(largest).padStart(6);
  return (
    `\t ${'segments'.padStart(25)} ${count}   ${'maxsize'}  ${max}   ${'freepct'} ` +
    `${String(percent).padStart(4)}%\n\tIn-memory histogram:\n${histogramText(histogram, 0)}`
  );
}

/** `dump_metaslab` */
function metaslabText(zdb: ZdbPool, vdev: VdevOnDisk, metaslab: MetaslabOnDisk): string {
  const { map } = metaslab;
  const free = zdb.nice(metaslab.size - (map?.allocatedBytes ?? 0));
  const columns = [
    `\tmetaslab ${String(metaslab.id).padStart(6)}`,
    `offset ${hex(metaslab.start).padStart(12)}`,
    `spacemap ${String(map?.object ?? 0).padStart(6)}`,
    `free    ${free.padStart(5)}`,
  ];
  let text = `${columns.join('   ')}\n`;
  if (zdb.count('m') > 2 && zdb.count('L') === 0) text += statsText(zdb, vdev, metaslab);
  if (zdb.count('m') > 1 && map !== null && zdb.isActive(HISTOGRAM_FEATURE)) {
    const fragmentation = fragmentationOf(map, vdev.ashift) ?? 'invalid';
    text += `\tOn-disk histogram:\t\tfragmentation ${fragmentation}\n`;
    text += histogramText(map.histogram ?? Array.from({ length: 32 }, () => 0), vdev.ashift);
  }
  if (map !== null) text += spaceMapText(zdb, map, metaslab.start, vdev.ashift);
  if (zdb.isActive(LOG_FEATURE)) {
    text += `\tFlush data:\n\tunflushed txg=${metaslab.unflushedTxg}\n\n`;
  }
  return text;
}

/** `print_vdev_metaslab_header` */
function headerText(vdev: VdevOnDisk): string {
  const unflushed =
    vdev.unflushedObject === 0 ? '' : `   ms_unflushed_phys object ${vdev.unflushedObject}`;
  const count = String(vdev.metaslabs.length).padStart(5);
  const titles = `${'offset'.padEnd(19)}   ${'spacemap'.padEnd(15)}   ${'free'.padEnd(12)}`;
  const rules = [15, 19, 15, 12].map((width) => '-'.repeat(width)).join('   ');
  return (
    `\tvdev ${String(vdev.id).padStart(10)}   ${vdev.isLog ? 'log' : ''}${unflushed}\n` +
    `\tmetaslabs ${count}   ${titles}\n\t${rules}\n`
  );
}

/** `dump_metaslabs`; `chosen` is a vdev and metaslabs of it. Answers what goes to stderr. */
export function* dumpMetaslabs(
  zdb: ZdbPool,
  out: Output,
  chosen: readonly number[],
): Task<string | undefined> {
  const all = yield* zdb.pager.run(() => readMetaslabs(zdb.pool));
  yield* out.write('\nMetaslabs:\n');
  const [wanted, ...numbers] = chosen;
  const vdevs = wanted === undefined ? all : all.filter((vdev) => vdev.id === wanted);
  if (vdevs.length === 0) return `zdb: bad vdev id: ${wanted}\n`;
  let complaints = '';
  for (const vdev of vdevs) {
    yield* out.write(headerText(vdev));
    const ids = numbers.length > 0 ? numbers : vdev.metaslabs.map((metaslab) => metaslab.id);
    for (const id of ids) {
      const metaslab = vdev.metaslabs[id];
      if (metaslab === undefined) complaints += `bad metaslab number ${id}\n`;
      else yield* out.write(yield* zdb.pager.run(() => metaslabText(zdb, vdev, metaslab)));
    }
    yield* out.write('\n');
  }
  return complaints === '' ? undefined : complaints;
}

/** `dump_metaslab_groups` */
export function metaslabGroupsText(zdb: ZdbPool): string {
  const poolHistogram = Array.from({ length: RANGE_BUCKETS }, () => 0);
  let text = '';
  let weighted = 0;
  let space = 0;
  let isInvalid = false;
  for (const vdev of readMetaslabs(zdb.pool)) {
    if (vdev.isLog) continue;
    const histogram = Array.from({ length: RANGE_BUCKETS }, () => 0);
    const known: number[] = [];
    for (const { map } of vdev.metaslabs) {
      map?.histogram?.forEach((count, i) => {
        const bucket = i + vdev.ashift;
        histogram[bucket] = (histogram[bucket] ?? 0) + count;
        poolHistogram[bucket] = (poolHistogram[bucket] ?? 0) + count;
      });
      const fragmentation = fragmentationOf(map, vdev.ashift);
      if (fragmentation !== null) known.push(fragmentation);
    }
    const sum = known.reduce((a, b) => a + b, 0);
    const isKnown = known.length > Math.floor(vdev.metaslabs.length / 2);
    const group = isKnown ? Math.floor(sum / known.length) : null;
    const size = vdev.metaslabs.length * 2 ** vdev.shift;
    if (group === null) isInvalid = true;
    weighted += (group ?? 0) * size;
    space += size;
    const count = String(vdev.metaslabs.length).padStart(5);
    text += `\tvdev ${String(vdev.id).padStart(10)}\t\tmetaslabs${count}\t\tfragmentation`;
    text += group === null ? '  -\n' : `${String(group).padStart(3)}%\n`;
    text += histogramText(histogram, 0);
  }
  const whole = space === 0 || isInvalid ? '  -' : `${Math.floor(weighted / space)}`.padStart(3);
  text += `\tpool ${zdb.pool.name}\tfragmentation\t${whole}${isInvalid ? '' : '%'}\n`;
  return text + histogramText(poolHistogram, 0);
}

/** `dump_log_spacemaps`, `dump_log_spacemap_obsolete_stats` */
export function logSpaceMapsText(zdb: ZdbPool): string {
  if (!zdb.isActive(LOG_FEATURE)) return '';
  let text = '\nLog Space Maps in Pool:\n';
  const logs = readLogs(zdb.pool);
  for (const { txg, map } of logs) {
    text += `Log Spacemap object ${map.object} txg ${txg}\n${spaceMapText(zdb, map, 0, 9)}`;
  }
  text += '\nLog Space Map Obsolete Entry Statistics:\n';
  const vdevs = readMetaslabs(zdb.pool);
  let valid = 0;
  let total = 0;
  for (const { txg, map } of logs) {
    const changes = logChanges(zdb.pool, map);
    const good = changes.filter(({ vdev: id, start }) => {
      const vdev = vdevs.find((each) => each.id === id);
      const metaslab = vdev?.metaslabs[Math.floor(start / 2 ** vdev.shift)];
      return metaslab !== undefined && txg >= metaslab.unflushedTxg;
    });
    valid += good.length;
    total += changes.length;
    text += obsoleteRow(good.length, changes.length, `txg ${txg}`);
  }
  return `${text}${obsoleteRow(valid, total, 'total')}\n`;
}

function obsoleteRow(valid: number, total: number, what: string): string {
  const all = String(total).padEnd(8);
  return `${String(valid).padEnd(8)} valid entries out of ${all} - ${what}\n`;
}

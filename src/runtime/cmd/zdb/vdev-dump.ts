/**
 * What zdb says about vdevs: reads it did itself, and dirty time logs.
 * @see cmd/zdb/zdb.c dump_dtl(), lib/libzpool/util.c show_pool_stats()
 */
import { forEachSpaceMapEntry } from '#kernel/fs/zfs/ondisk/space-map.ts';
import {
  type NvList,
  nvGetListArray,
  nvGetNumber,
  nvGetString,
} from '#kernel/fs/zfs/ondisk/nvlist.ts';
import { VdevDisk } from '#kernel/fs/zfs/vdev/vdev-disk.ts';
import type { Vdev } from '#kernel/fs/zfs/vdev/vdev.ts';
import { RangeTree } from '#kernel/fs/zfs/metaslab/range-tree.ts';
import { nicenum } from '#lib/libc/nicenum.ts';
import { readMetaslabs, readSpaceMap, topConfigs } from '#lib/libzpool/space-maps.ts';
import type { ZdbPool } from '#cmd/zdb/zdb-context.ts';

interface Counters {
  readonly readOps: number;
  readonly readBytes: number;
  readonly readErrors: number;
  readonly checksumErrors: number;
}

function sum(vdevs: readonly Vdev[]): Counters {
  const leaves = vdevs.flatMap((vdev) => vdev.leaves());
  const add = (pick: (vdev: Vdev) => number): number =>
    leaves.reduce((total, leaf) => total + pick(leaf), 0);
  return {
    readOps: add(({ stats }) => stats.readOps),
    readBytes: add(({ stats }) => stats.readBytes),
    readErrors: add(({ stats }) => stats.readErrors),
    checksumErrors: add(({ stats }) => stats.checksumErrors),
  };
}

/** Where a leaf was found, which need not be where its configuration says. */
function pathOf(config: NvList, vdev: Vdev | undefined): string | undefined {
  const device = vdev instanceof VdevDisk ? vdev.device : null;
  return device?.name ?? nvGetString(config, 'path');
}

/** `show_vdev_stats`: one line; `space` is allocated and all bytes, where they are known. */
function statsRow(
  name: string,
  indent: number,
  counters: Counters,
  space: { allocated: number; size: number } | null,
): string {
  const width = Math.abs(indent + name.length - 25 - (space === null ? 12 : 0));
  const free = space === null ? 0 : space.size - space.allocated;
  const sizes =
    space === null ? '' : nicenum(space.allocated).padStart(6) + nicenum(free).padStart(6);
  const numbers = [
    counters.readOps,
    0,
    counters.readBytes,
    0,
    counters.readErrors,
    0,
    counters.checksumErrors,
  ].map((value) => nicenum(value).padStart(5));
  return `${' '.repeat(indent)}${name}${' '.repeat(width)}${sizes} ${numbers.join(' ')}\n`;
}

/** `show_pool_stats` */
export function poolStatsText(zdb: ZdbPool): string {
  const tops = zdb.pool.zio.tops.flatMap((top) => (top === undefined ? [] : [top.vdev]));
  const spaces = new Map(
    readMetaslabs(zdb.pool).map((vdev) => {
      const allocated = vdev.metaslabs.reduce((n, { map }) => n + (map?.allocatedBytes ?? 0), 0);
      return [vdev.id, { allocated, size: vdev.metaslabs.length * 2 ** vdev.shift }] as const;
    }),
  );
  const all = [...spaces.values()].reduce(
    (a, b) => ({ allocated: a.allocated + b.allocated, size: a.size + b.size }),
    { allocated: 0, size: 0 },
  );
  let text =
    '                            capacity   operations   bandwidth  ---- errors ----\n' +
    'description                used avail  read write  read write  read write cksum\n' +
    statsRow(zdb.pool.name, 0, sum(tops), all);
  const visit = (config: NvList, vdev: Vdev | undefined, indent: number): void => {
    const type = nvGetString(config, 'type') ?? '';
    const parity = nvGetNumber(config, 'nparity') ?? '';
    const name = pathOf(config, vdev) ?? `${type}${parity}`;
    const space = indent === 2 && vdev !== undefined ? spaces.get(vdev.id) : undefined;
    text += statsRow(name, indent, sum(vdev === undefined ? [] : [vdev]), space ?? null);
    nvGetListArray(config, 'children').forEach((child, i) => {
      visit(child, vdev?.children[i], indent + 2);
    });
  };
  topConfigs(zdb.pool.config).forEach((config, id) =>
    visit(config, zdb.pool.zio.tops[id]?.vdev, 2),
  );
  return text;
}

/** Txgs that a leaf missed, from its log. */
function missing(zdb: ZdbPool, config: NvList): [number, number][] {
  const map = readSpaceMap(zdb.pool, nvGetNumber(config, 'DTL') ?? 0);
  if (map === null) return [];
  const tree = new RangeTree();
  const bytes = zdb.mos.dnode(map.object).readBytes(0, map.lengthBytes);
  forEachSpaceMapEntry(bytes, ({ offset, run, isFree }) => {
    if (isFree) tree.remove(offset, run);
    else tree.add(offset, run);
  });
  const ranges: [number, number][] = [];
  tree.forEach((start, size) => ranges.push([start, size]));
  return ranges;
}

/** `dump_dtl` */
export function dtlText(zdb: ZdbPool): string {
  let text = `\nDirty time logs:\n\n\t${zdb.pool.name} [DTL-required]\n`;
  const visit = (
    config: NvList,
    vdev: Vdev | undefined,
    indent: number,
    isRequired: boolean,
  ): void => {
    const name = pathOf(config, vdev) ?? nvGetString(config, 'type') ?? '';
    const word = isRequired ? 'DTL-required' : 'DTL-expendable';
    text += `\t${' '.repeat(indent)}${name} [${word}]\n`;
    for (const [start, size] of missing(zdb, config)) {
      const range = `[${start},${start + size}) length ${size}`;
      text += `\t${' '.repeat(indent + 2)}missing ${range}\n`;
    }
    const children = nvGetListArray(config, 'children');
    // One side of a mirror, or a disk of a raidz, can be done without.
    const isAlone = isRequired && children.length === 1;
    children.forEach((child, i) => visit(child, vdev?.children[i], indent + 4, isAlone));
  };
  topConfigs(zdb.pool.config).forEach((config, id) => {
    visit(config, zdb.pool.zio.tops[id]?.vdev, 4, true);
  });
  return text;
}

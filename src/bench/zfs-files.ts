/**
 * Many small files, and snapshots: 100 000 files of 1 KiB made in one directory and written out, and
 * the time of a snapshot over 10 files and over 10 000, which must be the same. The peer of the
 * files is the host's own file system.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, median } from '#bench/measure.ts';
import { zfsSnapshot } from '#kernel/fs/zfs/pool/dsl-ops.ts';
import { spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import {
  AS_ROOT,
  type BenchPool,
  createFile,
  good,
  makeBenchPool,
  textLike,
} from '#testing/zfs/bench-pool.ts';

const MiB = 2 ** 20;
const FILES = 100_000;
const HOST_FILES = 20_000;
const FILE_BYTES = 1024;
const SNAPSHOTS = 15;

function secondsOf(work: () => void): number {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
}

function makeFiles(pool: BenchPool, folder: string, count: number): number {
  const data = textLike(64 * 1024);
  const mode = { type: 'VDIR', mode: 0o755 } as const;
  const directory = good(pool.vfs.root().mkdir(folder, mode, AS_ROOT));
  return secondsOf(() => {
    for (let n = 0; n < count; n += 1) {
      const at = (n * 64) % (data.length - FILE_BYTES);
      const file = createFile(directory, `file${n}`);
      good(file.write(0, data.subarray(at, at + FILE_BYTES), AS_ROOT));
    }
    spaSync(pool.spa);
  });
}

function makeHostFiles(folder: string): number {
  const data = textLike(64 * 1024);
  mkdirSync(join(folder, 'many'));
  return secondsOf(() => {
    for (let n = 0; n < HOST_FILES; n += 1) {
      const fd = openSync(join(folder, 'many', `file${n}`), 'w');
      writeSync(fd, data, (n * 64) % (data.length - FILE_BYTES), FILE_BYTES);
      closeSync(fd);
    }
  });
}

/** The middle time of a snapshot with its txg, in milliseconds. */
function snapshotMs(pool: BenchPool, prefix: string): number {
  const times = Array.from({ length: SNAPSHOTS }, (_, n) =>
    secondsOf(() => {
      good(zfsSnapshot(pool.spa, [`tank@${prefix}${n}`]));
    }),
  );
  return median(times) * 1000;
}

export const bench: Bench = {
  name: 'zfs-files',
  run() {
    const pool = makeBenchPool(4096 * MiB, 64 * MiB);
    try {
      makeFiles(pool, 'few', 10);
      snapshotMs(pool, 'warm');
      const few = snapshotMs(pool, 'few');
      makeFiles(pool, 'more', 10_000);
      const many = snapshotMs(pool, 'many');
      const own = FILES / makeFiles(pool, 'most', FILES);
      const host = HOST_FILES / makeHostFiles(pool.folder);
      return [
        { name: 'zfs/create-files', value: own, unit: '1/s', better: 'higher', bound: 20_000 },
        {
          name: 'zfs/create-files-over-host',
          value: own,
          unit: '1/s',
          better: 'higher',
          peer: { name: 'host files', value: host },
        },
        {
          name: 'zfs/snapshot-10000-files',
          value: many,
          unit: 'ms',
          better: 'lower',
          peer: { name: '10 files', value: few },
          bound: 2,
        },
      ];
    } finally {
      pool.close();
    }
  },
};

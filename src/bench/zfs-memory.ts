/**
 * What an imported pool costs in memory: one of 100 GB (sparse) with a million blocks in it, and what
 * reading all of them leaves behind, held against the limit of the cache. Measured in a process of
 * its own, which has made nothing else: its growth is the highest it ever had, not what is left.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { FileDisk } from '#hosts/node/file-disk.ts';
import type { Bench } from '#bench/measure.ts';
import { spaExport, spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import { spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { Checksums } from '#kernel/fs/zfs/zio/zio-checksum.ts';
import type { Vnode } from '#kernel/vfs/vnode.ts';
import {
  AS_ROOT,
  createFile,
  good,
  makeBenchPool,
  mountBench,
  textLike,
} from '#testing/zfs/bench-pool.ts';
import { testHost } from '#testing/zfs/pool-kit.ts';

const MB = 1e6;
const MiB = 2 ** 20;
const POOL_BYTES = 100e9;
const BLOCKS = 1_000_000;
/** Packed, each takes one sector. */
const BLOCK_BYTES = 1024;
const WRITE_BYTES: number = 128 * 1024;
const FILES = 20;
const ARC_BYTES: number = 64 * MiB;
const LIMIT_MB = 200;

/** Fills the pool's files: a million blocks of their own. */
function fill(pool: ReturnType<typeof makeBenchPool>): void {
  pool.vfs.fs.objset.settings.recordSize = BLOCK_BYTES;
  const data = textLike(WRITE_BYTES);
  const perFile = (BLOCKS / FILES) * BLOCK_BYTES;
  for (let n = 0; n < FILES; n += 1) {
    const file = createFile(pool.vfs.root(), `file${n}`);
    for (let at = 0; at < perFile; at += WRITE_BYTES) {
      good(file.write(at, data.subarray(0, Math.min(WRITE_BYTES, perFile - at)), AS_ROOT));
    }
    spaSync(pool.spa);
  }
  spaExport(pool.spa);
}

interface Growth {
  /** Highest resident size over that before the import. */
  readonly importMB: number;
  /** What the process holds more than before, after reading everything and collecting garbage. */
  readonly heldMB: number;
}

/** Runs in a process of its own, started with `--expose-gc`. */
export function measureImport(file: string): Growth {
  const collect = (globalThis as { gc?: () => void }).gc ?? ((): void => {});
  const heldBytes = (): number => {
    // Twice: buffers are given back in the second round.
    collect();
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const host = { ...testHost(), arcLimitBytes: ARC_BYTES };
  const before = heldBytes();
  const residentBefore = process.memoryUsage.rss();
  const device = new FileDisk('d0', file);
  const [found] = findPools([device], new Checksums(host.codecs));
  if (found === undefined) throw new Error('no pool');
  const spa = spaOpen(found, host);
  const vfs = mountBench(spa);
  good(vfs.root().readdir(0, 100, AS_ROOT));
  createFile(vfs.root(), 'new');
  spaSync(spa);
  const importMB = (process.resourceUsage().maxRSS * 1024 - residentBefore) / MB;
  const target = new Uint8Array(WRITE_BYTES);
  for (let n = 0; n < FILES; n += 1) {
    const each = good(vfs.root().lookup(`file${n}`, AS_ROOT)) as Vnode;
    let at = 0;
    for (let count = -1; count !== 0; at += count) {
      count = Number(good(each.read(at, target, AS_ROOT)));
    }
  }
  const heldMB = (heldBytes() - before) / MB;
  // Still in use, so that nothing above was garbage.
  if (spa.arc.sizeBytes > ARC_BYTES) throw new Error('the cache is over its limit');
  return { importMB, heldMB };
}

export const bench: Bench = {
  name: 'zfs-memory',
  run() {
    const pool = makeBenchPool(POOL_BYTES - (POOL_BYTES % 512), ARC_BYTES);
    try {
      fill(pool);
      const here = fileURLToPath(import.meta.url);
      const image = JSON.stringify(join(pool.folder, 'd0.img'));
      const code = `const { measureImport } = await import(${JSON.stringify(here)});
        console.log(JSON.stringify(measureImport(${image})));`;
      const words = ['--expose-gc', '--input-type=module', '--eval', code];
      const cwd = dirname(here);
      const child = spawnSync(process.execPath, words, { cwd, encoding: 'utf8' });
      if (child.status !== 0) throw new Error(child.stderr);
      const { importMB, heldMB } = JSON.parse(child.stdout) as Growth;
      return [
        {
          name: 'zfs/import-million-blocks',
          value: importMB,
          unit: 'MB',
          better: 'lower',
          bound: LIMIT_MB,
        },
        {
          name: 'zfs/memory-over-arc-limit',
          value: heldMB,
          unit: 'MB',
          better: 'lower',
          peer: { name: 'limit of the cache', value: ARC_BYTES / MB },
          bound: 1.1,
        },
      ];
    } finally {
      pool.close();
    }
  },
};

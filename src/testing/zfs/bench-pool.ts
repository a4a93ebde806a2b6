/**
 * A pool on a file of the host with its root file system mounted, for benchmarks: what a node has,
 * without the node. And data that compresses about as well as text does.
 */
import { ftruncateSync, mkdtempSync, openSync, closeSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileDisk } from '#hosts/node/file-disk.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import { mountDataset } from '#kernel/fs/zfs/pool/zfs-mount.ts';
import type { ZfsVfs } from '#kernel/fs/zfs/zpl/zfs-vfs.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { contextOf, credentials, makeVfsFixture } from '#testing/vfs-fixture.ts';
import type { Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';
import { testHost } from './pool-kit.ts';

export const AS_ROOT: VnodeContext = contextOf(credentials(0, 0));

export interface BenchPool {
  readonly spa: Spa;
  readonly vfs: ZfsVfs;
  /** Other files of the benchmark may lie here too. */
  readonly folder: string;
  close(): void;
}

/** Makes pool `tank` on one sparse file of `sizeBytes` in a new folder. */
export function makeBenchPool(sizeBytes: number, arcLimitBytes: number): BenchPool {
  const folder = mkdtempSync(join(tmpdir(), 'zfs-bench-'));
  const file = join(folder, 'd0.img');
  const fd = openSync(file, 'w');
  ftruncateSync(fd, sizeBytes);
  closeSync(fd);
  const device = new FileDisk('d0', file);
  const options = { ...testHost(), arcLimitBytes };
  const spa = spaCreate('tank', [{ kind: 'file', device, path: '/d0' }], options);
  return {
    spa,
    vfs: mountBench(spa),
    folder,
    close: () => {
      device.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Mounts the root file system of `tank`. */
export function mountBench(spa: Spa): ZfsVfs {
  const dataset = spa.dsl.findDataset('tank');
  if (dataset === undefined) throw new Error('no dataset');
  return mountDataset(spa, dataset, 7, makeVfsFixture().special, false);
}

/** The result of a call that must succeed. */
export function good<T>(result: T | Errno): T {
  if (isErrno(result)) throw new Error(result.name);
  return result;
}

export function createFile(directory: Vnode, name: string): Vnode {
  return good(directory.create(name, { type: 'VREG', mode: 0o644 }, true, AS_ROOT));
}

/** Words of a small vocabulary in random order: lz4 makes about half of it. */
export function textLike(sizeBytes: number, seed = 1): Uint8Array {
  const random = new SeededRandom(seed);
  const words = Array.from({ length: 4096 }, () =>
    Uint8Array.from({ length: 3 + (random.uint32() % 8) }, () => 97 + (random.uint32() % 26)),
  );
  const bytes = new Uint8Array(sizeBytes).fill(32);
  for (let at = 0; at < sizeBytes; ) {
    // Some words are much more frequent than others, as in a language.
    const share = random.uint32() / 2 ** 32;
    const word = words[Math.floor(words.length * share ** 6)] as Uint8Array;
    bytes.set(word.subarray(0, sizeBytes - at), at);
    at += word.length + 1;
  }
  return bytes;
}

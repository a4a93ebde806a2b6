/**
 * What properties and limits do to the files of a mounted file system: the throttle on dirty data,
 * holes, access times, devices, programs.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EACCES, ENXIO, EROFS, type Errno, isErrno } from '#kernel/os/errno.ts';
import { isWouldBlock, type WouldBlock } from '#kernel/disp/wait.ts';
import { contextOf, credentials, makeVfsFixture } from '#testing/vfs-fixture.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { testHost } from '#testing/zfs/pool-kit.ts';
import { DIRTY_DATA_MAX } from '../pool/dmu-tx.ts';
import type { Spa } from '../pool/spa.ts';
import { spaCreate } from '../pool/spa-create.ts';
import { spaSync } from '../pool/spa-sync.ts';
import { zfsSnapshot } from '../pool/dsl-ops.ts';
import { mountDataset } from '../pool/zfs-mount.ts';
import type { ZfsVfs } from './zfs-vfs.ts';

const MiB = 2 ** 20;
const ROOT = contextOf(credentials(0, 0));
const FILE = { type: 'VREG', mode: 0o644 } as const;

function good<T>(result: T | Errno | WouldBlock): T {
  if (isErrno(result)) throw new Error(result.name);
  if (isWouldBlock(result)) throw new Error('would block');
  return result;
}

function makeFs(sizeBytes = 64 * MiB): { spa: Spa; vfs: ZfsVfs } {
  const disk = new MemoryDisk('d0', sizeBytes);
  const spa = spaCreate('tank', [{ kind: 'file', device: disk, path: '/d0' }], testHost());
  const dataset = spa.dsl.findDataset('tank');
  if (dataset === undefined) throw new Error('no dataset');
  return { spa, vfs: mountDataset(spa, dataset, 7, makeVfsFixture().special, false) };
}

/** Bytes in dirty buffers: what the throttle is there to bound. */
function dirtyBytes(vfs: ZfsVfs): number {
  let sum = 0;
  for (const dnode of vfs.fs.objset.dirtyDnodes) {
    for (const bytes of dnode.dirty?.values() ?? []) sum += bytes.length;
  }
  return sum;
}

test('never more than zfs_dirty_data_max waits in memory, not even for one large write', () => {
  const { spa, vfs } = makeFs(512 * MiB);
  const { txg } = spa;
  const file = good(vfs.root().create('large', FILE, false, ROOT));
  const piece = new Uint8Array(8 * MiB);
  let most = 0;
  for (let n = 0; n < 12; n += 1) {
    piece.fill(n + 1);
    good(file.write(n * piece.length, piece, ROOT));
    most = Math.max(most, dirtyBytes(vfs));
  }
  expect(most).toBeLessThanOrEqual(DIRTY_DATA_MAX);
  // The bound is reached, not just never come near: else writes would wait for nothing.
  expect(most).toBeGreaterThan(DIRTY_DATA_MAX / 2);
  const whole = new Uint8Array(96 * MiB).fill(7);
  const before = spa.txg;
  expect(good(file.write(0, whole, ROOT))).toBe(whole.length);
  expect(dirtyBytes(vfs)).toBeLessThanOrEqual(DIRTY_DATA_MAX);
  // A txg each time the bound is met, and no more of them.
  expect(spa.txg - before).toBeLessThanOrEqual(2);
  expect(spa.txg - txg).toBeLessThanOrEqual(4);
});

test('holes and data are found as in a plain model', { timeout: 20_000 }, () => {
  const { spa, vfs } = makeFs();
  const size = 4096;
  vfs.fs.objset.settings.recordSize = size;
  let serial = 0;
  fc.assert(
    fc.property(
      fc.array(fc.record({ block: fc.nat(300), count: fc.integer({ min: 1, max: 3 }) }), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.boolean(),
      fc.nat(310),
      (writes, isSynced, from) => {
        const file = good(vfs.root().create(`f${(serial += 1)}`, FILE, true, ROOT));
        const blocks = new Set<number>();
        for (const { block, count } of writes) {
          good(file.write(block * size, new Uint8Array(count * size).fill(9), ROOT));
          for (let n = 0; n < count; n += 1) blocks.add(block + n);
        }
        if (isSynced) spaSync(spa);
        const end = Math.max(...blocks) + 1;
        const next = (isData: boolean): number | undefined => {
          for (let n = from; n < end; n += 1) if (blocks.has(n) === isData) return n * size;
          return isData ? undefined : end * size;
        };
        const expected = (isData: boolean): number | Errno =>
          from >= end ? ENXIO : (next(isData) ?? ENXIO);
        // The first block grows with a small file: until the second one there is no hole before it.
        if (end <= 1) return;
        expect(file.seekContent(from * size, 'data', ROOT)).toBe(expected(true));
        expect(file.seekContent(from * size, 'hole', ROOT)).toBe(expected(false));
      },
    ),
    { numRuns: 60 },
  );
});

test('atime=off keeps access times, on changes them', () => {
  const { vfs } = makeFs();
  const file = good(vfs.root().create('a', FILE, false, ROOT));
  good(file.write(0, new Uint8Array(10).fill(1), ROOT));
  good(file.setattr({ atimeNs: 5n }, ROOT));
  vfs.settings.atime = false;
  good(file.read(0, new Uint8Array(10), ROOT));
  expect(good(file.getattr(ROOT)).atimeNs).toBe(5n);
  vfs.settings.atime = true;
  good(file.read(0, new Uint8Array(10), ROOT));
  expect(good(file.getattr(ROOT)).atimeNs).not.toBe(5n);
});

test('devices=off opens no device, exec=off runs no program, setuid=off is told', () => {
  const { vfs } = makeFs();
  const root = vfs.root();
  const node = good(root.create('null', { type: 'VCHR', mode: 0o666, rdev: 1 }, true, ROOT));
  const program = good(root.create('program', { type: 'VREG', mode: 0o755 }, true, ROOT));
  vfs.settings.devices = false;
  expect(node.open(0, ROOT)).toBe(ENXIO);
  expect(program.access(1, ROOT)).toBeUndefined();
  vfs.settings.exec = false;
  expect(program.access(1, ROOT)).toBe(EACCES);
  expect(root.access(1, ROOT)).toBeUndefined();
  expect(vfs.honoursSetId).toBe(true);
  vfs.settings.setuid = false;
  expect(vfs.honoursSetId).toBe(false);
});

test('a snapshot is mounted read-only', () => {
  const { spa, vfs } = makeFs();
  good(vfs.root().create('a', FILE, false, ROOT));
  expect(zfsSnapshot(spa, ['tank@s'])).toBeUndefined();
  const snapshot = spa.dsl.findDataset('tank@s');
  if (snapshot === undefined) throw new Error('no snapshot');
  const frozen = mountDataset(spa, snapshot, 8, makeVfsFixture().special, false);
  expect(frozen.root().create('b', FILE, false, ROOT)).toBe(EROFS);
  expect(isErrno(frozen.root().lookup('a', ROOT))).toBe(false);
});

/**
 * The intent log through the vnode layer: what was made to last is there after the power failed, with
 * nothing of the txg on disk.
 */
import { expect, test } from 'vitest';
import { O_DSYNC } from '#abi/illumos/fcntl.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import { isWouldBlock, type WouldBlock } from '#kernel/disp/wait.ts';
import type { Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';
import { contextOf, credentials, makeVfsFixture } from '#testing/vfs-fixture.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { testHost } from '#testing/zfs/pool-kit.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { zilOf } from '../pool/spa-log.ts';
import { mountDataset } from '../pool/zfs-mount.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { spaCreate } from '../pool/spa-create.ts';
import { spaOpen } from '../pool/spa-open.ts';
import { spaSync } from '../pool/spa-sync.ts';
import type { Spa } from '../pool/spa.ts';
import { findPools } from '../spa/spa-config.ts';
import { Checksums } from '../zio/zio-checksum.ts';
import type { ZfsVfs } from '../zpl/zfs-vfs.ts';
import { SYNC_ALWAYS, SYNC_DISABLED } from './zil.ts';

const MiB = 2 ** 20;
const ROOT = contextOf(credentials(0, 0));
const SYNC: VnodeContext = { ...ROOT, fileFlags: O_DSYNC };
const FILE = { type: 'VREG', mode: 0o644 } as const;
const DIR = { type: 'VDIR', mode: 0o755 } as const;

function good<T>(result: T | Errno | WouldBlock): T {
  if (isErrno(result)) throw new Error(result.name);
  if (isWouldBlock(result)) throw new Error('would block');
  return result;
}

function mount(spa: Spa): ZfsVfs {
  const dataset = spa.dsl.findDataset('tank');
  if (dataset === undefined) throw new Error('no dataset');
  return mountDataset(spa, dataset, 7, makeVfsFixture().special, false);
}

function makePool(): { spa: Spa; disk: MemoryDisk; vfs: ZfsVfs } {
  const disk = new MemoryDisk('d0', 64 * MiB);
  const spa = spaCreate('tank', [{ kind: 'file', device: disk, path: '/d0' }], testHost());
  const vfs = mount(spa);
  // The first use of a log costs a txg; from then on its head is known.
  const probe = good(vfs.root().create('probe', FILE, false, ROOT));
  good(probe.fsync(ROOT));
  return { spa, disk, vfs };
}

/** The pool as another host finds it when the power fails now. */
function afterCrash(disk: MemoryDisk): { spa: Spa; vfs: ZfsVfs } {
  const image = disk.clone();
  const [found] = findPools([image], new Checksums(nodeCodecs));
  if (found === undefined) throw new Error('no pool');
  const spa = spaOpen(found, testHost(2));
  return { spa, vfs: mount(spa) };
}

function contentOf(vfs: ZfsVfs, path: string): string | undefined {
  let at: Vnode = vfs.root();
  for (const name of path.split('/')) {
    const next = at.lookup(name, ROOT);
    if (isErrno(next)) return undefined;
    at = next;
  }
  const attributes = good(at.getattr(ROOT));
  const bytes = new Uint8Array(attributes.sizeBytes);
  good(at.read(0, bytes, ROOT));
  return Buffer.from(bytes).toString();
}

const text = (value: string): Uint8Array => Buffer.from(value);

test('an O_DSYNC write and an fsync last without a txg', () => {
  const { spa, disk, vfs } = makePool();
  const { txg } = spa;
  const a = good(vfs.root().create('a', FILE, false, ROOT));
  good(a.write(0, text('hello'), SYNC));
  const dir = good(vfs.root().mkdir('dir', DIR, ROOT));
  const b = good(dir.create('b', FILE, false, ROOT));
  good(b.write(0, text('x'.repeat(300_000)), ROOT));
  good(b.fsync(ROOT));
  expect(spa.txg).toBe(txg);
  const later = afterCrash(disk);
  expect(contentOf(later.vfs, 'a')).toBe('hello');
  expect(contentOf(later.vfs, 'dir/b')).toBe('x'.repeat(300_000));
});

test('an fsync keeps its own file and all names, not the data of other files', () => {
  const { disk, vfs } = makePool();
  const a = good(vfs.root().create('a', FILE, false, ROOT));
  const b = good(vfs.root().create('b', FILE, false, ROOT));
  good(a.write(0, text('mine'), ROOT));
  good(b.write(0, text('other'), ROOT));
  good(a.fsync(ROOT));
  const later = afterCrash(disk);
  expect(contentOf(later.vfs, 'a')).toBe('mine');
  expect(contentOf(later.vfs, 'b')).toBe('');
});

test('every kind of change is done again', () => {
  const { spa, disk, vfs } = makePool();
  const root = vfs.root();
  const dir = good(root.mkdir('dir', DIR, ROOT));
  const file = good(root.create('old', FILE, false, ROOT));
  good(file.write(0, text('0123456789'), ROOT));
  good(root.link(file, 'hard', ROOT));
  good(root.symlink('soft', 'to/where', FILE, ROOT));
  good(root.mkdir('empty', DIR, ROOT));
  good(root.rmdir('empty', ROOT));
  good(root.create('gone', FILE, false, ROOT));
  good(root.remove('gone', ROOT));
  good(root.create('target', FILE, false, ROOT));
  good(root.rename('old', dir, 'new', ROOT));
  good(root.rename('hard', root, 'target', ROOT));
  good(file.setattr({ sizeBytes: 4 }, ROOT));
  good(file.setattr({ mode: 0o4711, uid: 5, gid: 6, mtimeNs: 1_500_000_000n }, ROOT));
  good(root.create('node', { type: 'VCHR', mode: 0o600, rdev: 77 }, true, ROOT));
  const { txg } = spa;
  good(file.fsync(ROOT));
  expect(spa.txg).toBe(txg);
  const { vfs: later } = afterCrash(disk);
  const names = good(later.root().readdir(0, 100, ROOT)).entries.map((each) => each.name);
  expect(names.sort()).toEqual(['.', '..', 'dir', 'node', 'probe', 'soft', 'target']);
  expect(contentOf(later, 'dir/new')).toBe('0123');
  expect(contentOf(later, 'target')).toBe('0123');
  expect(good(good(later.root().lookup('soft', ROOT)).readlink(ROOT))).toBe('to/where');
  expect(good(good(later.root().lookup('target', ROOT)).getattr(ROOT))).toMatchObject({
    mode: 0o4711,
    uid: 5,
    gid: 6,
    mtimeNs: 1_500_000_000n,
    linkCount: 2,
  });
  expect(good(good(later.root().lookup('node', ROOT)).getattr(ROOT))).toMatchObject({ rdev: 77 });
});

test('a replayed log is empty, and what is done then lasts too', () => {
  const { disk, vfs } = makePool();
  const a = good(vfs.root().create('a', FILE, false, ROOT));
  good(a.write(0, text('one'), SYNC));
  const first = disk.clone();
  const [found] = findPools([first], new Checksums(nodeCodecs));
  if (found === undefined) throw new Error('no pool');
  const spa = spaOpen(found, testHost(2));
  const later = mount(spa);
  const again = good(later.root().lookup('a', ROOT));
  good(again.write(0, text('two'), SYNC));
  good(again.write(3, text('three'), SYNC));
  const third = afterCrash(first);
  expect(contentOf(third.vfs, 'a')).toBe('twothree');
  spaSync(third.spa);
  const { allocatedBytes } = third.spa.space;
  for (let n = 0; n < 5; n += 1) {
    good(good(third.vfs.root().lookup('a', ROOT)).write(0, text('!'), SYNC));
    spaSync(third.spa);
  }
  // Log blocks are given back with each txg.
  expect(Math.abs(third.spa.space.allocatedBytes - allocatedBytes)).toBeLessThan(MiB);
});

test('sync=always keeps everything, sync=disabled nothing', () => {
  const { disk, vfs } = makePool();
  const { settings } = vfs.fs.objset;
  settings.sync = SYNC_ALWAYS;
  const a = good(vfs.root().create('a', FILE, false, ROOT));
  good(a.write(0, text('kept'), ROOT));
  settings.sync = SYNC_DISABLED;
  const b = good(vfs.root().create('b', FILE, false, ROOT));
  good(b.write(0, text('lost'), SYNC));
  good(b.fsync(ROOT));
  const later = afterCrash(disk);
  expect(contentOf(later.vfs, 'a')).toBe('kept');
  expect(contentOf(later.vfs, 'b')).toBeUndefined();
});

test('an object number that is used again within a txg', () => {
  const { disk, vfs } = makePool();
  const root = vfs.root();
  for (let n = 0; n < 5; n += 1) {
    const file = good(root.create('same', FILE, false, ROOT));
    good(file.write(0, text(`content ${n}`), ROOT));
    good(file.fsync(ROOT));
    if (n < 4) good(root.remove('same', ROOT));
  }
  expect(contentOf(afterCrash(disk).vfs, 'same')).toBe('content 4');
});

/** Bytes that don't compress. */
function noise(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  new SeededRandom(seed).fill(bytes);
  return bytes;
}

test('a large write is written once: the log points to it, and the txg takes it over', () => {
  const { spa, disk, vfs } = makePool();
  const a = good(vfs.root().create('a', FILE, false, ROOT));
  const data = noise(400_000, 1);
  good(a.write(0, data, SYNC));
  const { stats } = zilOf(spa, spa.dsl.findDataset('tank') as DslDataset);
  expect(stats.bytes).toBeLessThan(20_000);
  const before = spa.space.allocatedBytes;
  const later = afterCrash(disk);
  expect(contentOf(later.vfs, 'a')).toBe(Buffer.from(data).toString());
  spaSync(spa);
  // Nothing of it was written a second time.
  expect(spa.space.allocatedBytes - before).toBeLessThan(100_000);
  expect(contentOf(vfs, 'a')).toBe(Buffer.from(data).toString());
});

test('what was written early and changed afterwards is written again and given back', () => {
  const { spa, disk, vfs } = makePool();
  const a = good(vfs.root().create('a', FILE, false, ROOT));
  spaSync(spa);
  const { allocatedBytes } = spa.space;
  for (let n = 0; n < 6; n += 1) {
    good(a.write(0, noise(131_072, n), SYNC));
    good(a.write(1000, text('changed'), ROOT));
    good(a.fsync(ROOT));
  }
  good(a.setattr({ sizeBytes: 200_000 }, ROOT));
  good(a.fsync(ROOT));
  const expected = Buffer.alloc(200_000);
  expected.set(noise(131_072, 5));
  expected.set(text('changed'), 1000);
  expect(contentOf(afterCrash(disk).vfs, 'a')).toBe(expected.toString());
  good(vfs.root().remove('a', ROOT));
  for (let n = 0; n < 4; n += 1) {
    good(vfs.root().setattr({ mtimeNs: 1n }, ROOT));
    spaSync(spa);
  }
  expect(Math.abs(spa.space.allocatedBytes - allocatedBytes)).toBeLessThan(60_000);
});

test('a write whose data is missing was never acknowledged: the log ends there', () => {
  const { disk, vfs } = makePool();
  const a = good(vfs.root().create('a', FILE, false, ROOT));
  good(a.write(0, text('small'), SYNC));
  const data = noise(131_072, 3);
  good(a.write(0, data, SYNC));
  // The block itself is lost, the log is not.
  let lost = 0;
  for (const chunk of disk.chunks.values()) {
    const at = Buffer.from(chunk.buffer).indexOf(Buffer.from(data.subarray(1000, 1100)));
    if (at < 0) continue;
    chunk.fill(0, at, at + 100);
    lost += 1;
  }
  expect(lost).toBe(1);
  expect(contentOf(afterCrash(disk).vfs, 'a')).toBe('small');
});

test('a full pool: no room for the log, the txg is written', () => {
  const { spa, vfs } = makePool();
  const a = good(vfs.root().create('a', FILE, false, ROOT));
  good(a.write(0, text('x'), SYNC));
  const { txg } = spa;
  const zil = zilOf(spa, spa.dsl.findDataset('tank') as DslDataset);
  const tryAllocate = spa.metaslabs.tryAllocate.bind(spa.metaslabs);
  spa.metaslabs.tryAllocate = (psize, others) =>
    psize === 4096 && spa.pass === 0 ? undefined : tryAllocate(psize, others);
  good(a.write(0, text('y'), SYNC));
  expect(spa.txg).toBe(txg + 1);
  expect(zil.pendingCount).toBe(0);
});

test('several records point to one block', () => {
  const { disk, vfs } = makePool();
  const a = good(vfs.root().create('a', FILE, false, ROOT));
  const expected = Buffer.alloc(131_072);
  for (let n = 0; n < 3; n += 1) {
    const data = noise(40_000, n);
    good(a.write(n * 45_000, data.subarray(0, 131_072 - n * 45_000), ROOT));
    expected.set(data.subarray(0, 131_072 - n * 45_000), n * 45_000);
  }
  good(a.write(130_000, text('last'), ROOT));
  expected.set(text('last'), 130_000);
  good(a.fsync(ROOT));
  const later = contentOf(afterCrash(disk).vfs, 'a') ?? '';
  expect(later).toBe(expected.subarray(0, 130_004).toString());
});

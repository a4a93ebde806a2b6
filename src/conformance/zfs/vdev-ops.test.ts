/**
 * Disks come and go under a pool in use: attach, replace, detach, resilver, spares, caches and logs.
 * After each step the content is the model's, and genuine zdb of both versions finds labels,
 * configuration, guid sums and every block right.
 */
import { describe, expect, test } from 'vitest';
import { scanStart, scanStep, scrubAll } from '#kernel/fs/zfs/pool/scan-ops.ts';
import { nvUint64 } from '#abi/illumos/nvpair.ts';
import { spaPropSet } from '#kernel/fs/zfs/pool/spa-prop.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import { spaExport, spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import { spaVdevAdd, spaVdevRemove } from '#kernel/fs/zfs/pool/spa-vdev-add.ts';
import { spaVdevAttach, spaVdevDetach } from '#kernel/fs/zfs/pool/spa-vdev-attach.ts';
import {
  vdevClear,
  vdevOffline,
  vdevOnline,
  vdevReopen,
} from '#kernel/fs/zfs/pool/spa-vdev-state.ts';
import { watchFaults } from '#kernel/fs/zfs/pool/zfs-diagnosis.ts';
import { EBUSY, EIO, ENOTSUP } from '#kernel/os/errno.ts';
import { type BlockDevice, BlockDeviceError } from '#runtime/host.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import type { VdevSpec } from '#kernel/fs/zfs/pool/vdev-create.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { VdevDisk } from '#kernel/fs/zfs/vdev/vdev-disk.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { checkPool, hasZdb, testHost } from '#testing/zfs/pool-kit.ts';
import { PulledDisk } from '#testing/zfs/pulled-disk.ts';
import { Workload } from '#testing/zfs/workload.ts';

const MiB = 2 ** 20;
const SEED = Number(process.env['ZFS_SEED'] ?? 1);

function disk(name: string, sizeMiB = 64): MemoryDisk {
  return new MemoryDisk(name, sizeMiB * MiB);
}

const pathOf = (device: MemoryDisk): string => `/vdev/${device.name}.img`;
const leaf = (device: MemoryDisk): VdevSpec => ({ kind: 'file', device, path: pathOf(device) });

function leafOf(spa: Spa, device: MemoryDisk): VdevDisk {
  for (const top of spa.zio.tops) {
    for (const each of top?.vdev.leaves() ?? []) {
      if (each instanceof VdevDisk && each.path === pathOf(device)) return each;
    }
  }
  throw new Error(`no leaf ${device.name}`);
}

function work(specs: VdevSpec[], steps = 150): Workload {
  const made = new Workload(spaCreate('tank', specs, testHost(SEED)), new SeededRandom(SEED));
  for (let step = 0; step < steps; step += 1) made.step();
  return made;
}

function steps(load: Workload, count: number): void {
  for (let step = 0; step < count; step += 1) load.step();
}

/** Runs the resilver to its end with a workload beside it. */
function resilver(load: Workload, maxBytes = 200_000): number {
  let turns = 0;
  while (scanStep(load.spa, maxBytes)) {
    turns += 1;
    load.step();
  }
  return turns;
}

function reopen(load: Workload, all: readonly MemoryDisk[], arcLimitBytes = 32 * MiB): void {
  spaExport(load.spa);
  const [found] = findPools(all, load.spa.zio.checksums);
  if (found === undefined) throw new Error('no pool');
  load.reopen(spaOpen(found, { ...testHost(SEED), arcLimitBytes }));
}

/** One version of zdb is quicker; the pool at the end of a test is shown to both. */
const ONLY_23 = ['--no-feature-conservative'];

function judge(load: Workload, all: readonly MemoryDisk[], options = ONLY_23): void {
  expect(load.compare()).toEqual([]);
  spaSync(load.spa);
  if (hasZdb) expect(checkPool(all, 'tank', options)).toEqual([]);
}

describe('disks come and go', () => {
  test('a disk becomes a mirror, and one side of it a disk again', { timeout: 200_000 }, () => {
    const [a, b] = [disk('a'), disk('b')];
    const load = work([leaf(a)]);
    expect(spaVdevAttach(load.spa, leafOf(load.spa, a).guid, leaf(b), { isReplacing: false })).toBe(
      undefined,
    );
    steps(load, 20);
    judge(load, [a, b]);
    expect(resilver(load)).toBeGreaterThan(3);
    expect(leafOf(load.spa, b).missing.isEmpty).toBe(true);
    judge(load, [a, b]);
    expect(spaVdevDetach(load.spa, leafOf(load.spa, a).guid)).toBe(undefined);
    steps(load, 50);
    judge(load, [b]);
    reopen(load, [a, b]);
    judge(load, [b], []);
    expect(load.spa.zio.tops[0]?.vdev.stats.checksumErrors).toBe(0);
  });

  test('a raidz disk is replaced while the pool is used', { timeout: 200_000 }, () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => disk(name));
    const fresh = disk('e', 80);
    const load = work([{ kind: 'raidz', parity: 1, children: all.map(leaf) }]);
    const old = leafOf(load.spa, all[1] as MemoryDisk);
    expect(spaVdevAttach(load.spa, old.guid, leaf(fresh), { isReplacing: true })).toBe(undefined);
    judge(load, [...all, fresh]);
    scanStep(load.spa, 100_000);
    // It goes on after a reboot.
    const { examined } = load.spa.scan.phys;
    expect(examined).toBeGreaterThan(0);
    reopen(load, [...all, fresh]);
    expect(load.spa.scan.isResilvering).toBe(true);
    expect(load.spa.scan.phys.examined).toBe(examined);
    resilver(load);
    const rest = [all[0], all[2], all[3], fresh] as MemoryDisk[];
    expect(load.spa.zio.tops[0]?.vdev.children.map(({ type }) => type)).toEqual(
      Array.from({ length: 4 }, () => 'file'),
    );
    judge(load, rest, []);
    scanStart(load.spa, 'SCRUB');
    while (scanStep(load.spa));
    expect(load.spa.scan.phys).toMatchObject({ errors: 0, processed: 0 });
  });

  test('a disk that was away gets what it missed, and no more', { timeout: 200_000 }, () => {
    const [a, b] = [disk('a'), disk('b')];
    const load = work([{ kind: 'mirror', children: [leaf(a), leaf(b)] }], 300);
    reopen(load, [a]);
    expect(leafOf(load.spa, b).state).toBe('UNAVAIL');
    steps(load, 40);
    judge(load, [a], ['--missing', '1', ...ONLY_23]);
    reopen(load, [a, b]);
    expect(load.spa.scan.isResilvering).toBe(true);
    resilver(load, 2 ** 30);
    const { processed, toExamine } = load.spa.scan.phys;
    expect(processed).toBeGreaterThan(0);
    expect(processed).toBeLessThan(toExamine / 2);
    expect(leafOf(load.spa, b).stats.checksumErrors).toBe(0);
    judge(load, [a, b]);
    // b alone has all of it.
    reopen(load, [b]);
    expect(load.compare()).toEqual([]);
  });

  test('offline and online: what was missed is made up for', { timeout: 200_000 }, () => {
    const all = ['a', 'b', 'c'].map((name) => disk(name));
    const load = work([{ kind: 'raidz', parity: 1, children: all.map(leaf) }]);
    const [a, b] = all as [MemoryDisk, MemoryDisk];
    expect(vdevOffline(load.spa, leafOf(load.spa, a).guid, false)).toBe(undefined);
    expect(vdevOffline(load.spa, leafOf(load.spa, b).guid, true)).toBe(EBUSY);
    steps(load, 30);
    judge(load, all);
    reopen(load, all);
    expect(leafOf(load.spa, a).state).toBe('OFFLINE');
    steps(load, 30);
    expect(vdevOnline(load.spa, leafOf(load.spa, a).guid)).toBe('ONLINE');
    expect(load.spa.scan.isResilvering).toBe(true);
    expect(vdevOffline(load.spa, leafOf(load.spa, b).guid, true)).toBe(EBUSY);
    resilver(load);
    expect(vdevOffline(load.spa, leafOf(load.spa, b).guid, true)).toBe(undefined);
    expect(load.compare()).toEqual([]);
    reopen(load, all);
    expect(leafOf(load.spa, b).state).toBe('ONLINE');
    resilver(load);
    judge(load, all, []);
  });

  test('vdevs, a log, a spare and a cache are added; what can go goes', {
    timeout: 200_000,
  }, () => {
    const [a, b, log, spare, cache, tail] = ['a', 'b', 'log', 'spare', 'cache', 'tail'].map(
      (name) => disk(name),
    ) as [MemoryDisk, MemoryDisk, MemoryDisk, MemoryDisk, MemoryDisk, MemoryDisk];
    const load = work([leaf(a)]);
    const request = { logs: [leaf(log)], spares: [leaf(spare)], caches: [leaf(cache)] };
    expect(spaVdevAdd(load.spa, request)).toBe(undefined);
    expect(spaVdevAdd(load.spa, { data: [leaf(b)] })).toBe(undefined);
    steps(load, 60);
    judge(load, [a, b, log, spare, cache]);
    reopen(load, [a, b, log, spare, cache]);
    const { aux } = load.spa;
    expect([...aux.spares, ...aux.caches].map(({ state }) => state)).toEqual(['ONLINE', 'ONLINE']);
    expect(spaVdevRemove(load.spa, leafOf(load.spa, a).guid)).toBe(ENOTSUP);
    expect(spaVdevRemove(load.spa, leafOf(load.spa, log).guid)).toBe(undefined);
    expect(spaVdevRemove(load.spa, aux.spares[0]?.guid ?? 0n)).toBe(undefined);
    expect(spaVdevRemove(load.spa, aux.caches[0]?.guid ?? 0n)).toBe(undefined);
    expect(load.spa.zio.tops.map((top) => top === undefined)).toEqual([false, true, false]);
    steps(load, 30);
    judge(load, [a, b], []);
    reopen(load, [a, b, log]);
    expect(spaVdevAdd(load.spa, { data: [leaf(tail)] })).toBe(undefined);
    expect(load.spa.zio.tops.map((top) => top?.vdev.id)).toEqual([0, 1, 2]);
    steps(load, 30);
    judge(load, [a, b, tail], []);
  });

  test('a cache device is used, fails, comes back', { timeout: 200_000 }, () => {
    const [a, cache] = [disk('a'), new PulledDisk(disk('cache'))];
    const load = work([leaf(a)], 100);
    const spec: VdevSpec = { kind: 'file', device: cache, path: '/vdev/cache.img' };
    expect(spaVdevAdd(load.spa, { caches: [spec] })).toBe(undefined);
    reopen(load, [a, cache.inner], 3 * MiB);
    const work2 = (): void => {
      for (let n = 0; n < 15; n += 1) {
        steps(load, 10);
        expect(load.compare()).toEqual([]);
      }
    };
    work2();
    const { arc, aux } = load.spa;
    const [vdev] = aux.caches as [VdevDisk];
    expect(arc.l2?.stats.hits).toBeGreaterThan(0);
    expect(arc.l2?.stats.checksumBad).toBe(0);
    judge(load, [a, cache.inner]);
    const good = vdev.device;
    vdev.device = failing(cache.inner);
    work2();
    expect(vdev.stats.readErrors + vdev.stats.writeErrors).toBeGreaterThan(0);
    vdev.device = good;
    expect(vdevClear(load.spa, vdev.guid)).toBe(undefined);
    expect(vdevOffline(load.spa, vdev.guid, false)).toBe(undefined);
    expect([vdev.state, arc.l2?.sizeBytes]).toEqual(['OFFLINE', 0]);
    work2();
    expect(vdevOnline(load.spa, vdev.guid)).toBe('ONLINE');
    work2();
    expect(arc.l2?.sizeBytes).toBeGreaterThan(0);
    judge(load, [a, cache.inner], []);
  });

  test('a spare steps in for a disk that fails, and is given back', { timeout: 200_000 }, () => {
    const all = ['a', 'b', 'c'].map((name) => disk(name));
    const [spare, fresh] = [disk('spare'), disk('fresh')];
    const load = work([{ kind: 'raidz', parity: 1, children: all.map(leaf) }]);
    expect(spaVdevAdd(load.spa, { spares: [leaf(spare)] })).toBe(undefined);
    const diagnosis = watchFaults(load.spa);
    const victim = leafOf(load.spa, all[2] as MemoryDisk);
    const real = victim.device as MemoryDisk;
    victim.device = failing(real);
    steps(load, 20);
    spaSync(load.spa);
    expect(diagnosis.act()).toBe(true);
    expect(victim.state).toBe('FAULTED');
    expect(load.spa.zio.tops[0]?.vdev.children.map(({ type }) => type)).toEqual([
      'file',
      'file',
      'spare',
    ]);
    resilver(load);
    const standing = [all[0], all[1], spare] as MemoryDisk[];
    judge(load, standing, ['--missing', '1', ...ONLY_23]);
    reopen(load, [...all, spare]);
    expect(spaVdevRemove(load.spa, load.spa.aux.spares[0]?.guid ?? 0n)).toBe(EBUSY);
    // The broken disk is replaced: the spare is free again.
    const broken = leafOf(load.spa, all[2] as MemoryDisk);
    expect(spaVdevAttach(load.spa, broken.guid, leaf(fresh), { isReplacing: true })).toBe(
      undefined,
    );
    resilver(load);
    expect(load.spa.zio.tops[0]?.vdev.children.map(({ type }) => type)).toEqual(
      Array.from({ length: 3 }, () => 'file'),
    );
    const after = [all[0], all[1], fresh] as MemoryDisk[];
    judge(load, [...after, spare], []);
    reopen(load, [...after, spare]);
    expect(load.spa.aux.spares.map((each) => load.spa.aux.isInUse(each))).toEqual([false]);
    expect(load.compare()).toEqual([]);
  });

  test('a pool whose disk is pulled waits, and goes on when it is back', {
    timeout: 60_000,
  }, () => {
    const inner = disk('a');
    const pulled = new PulledDisk(inner);
    const load = work([{ kind: 'file', device: pulled, path: pathOf(inner) }], 60);
    spaSync(load.spa);
    const before = load.spa.txg;
    for (let step = 0; step < 20; step += 1) load.fileStep();
    pulled.isOut = true;
    expect(() => spaSync(load.spa)).toThrow(/device failed/);
    expect(load.spa.isSuspended).toBe(true);
    expect(vdevClear(load.spa)).toBe(EIO);
    pulled.isOut = false;
    expect(vdevClear(load.spa)).toBe(undefined);
    expect(load.spa.isSuspended).toBe(false);
    expect(load.spa.txg).toBe(before + 2);
    steps(load, 30);
    resilver(load);
    judge(load, [inner]);
    reopen(load, [inner]);
    expect(load.compare()).toEqual([]);
  });

  test('a read mends what it finds wrong, on a mirror and on raidz', { timeout: 60_000 }, () => {
    for (const kind of ['mirror', 'raidz'] as const) {
      const all = ['a', 'b', 'c'].map((name) => disk(name));
      const children = all.map(leaf);
      const load = work(
        [kind === 'raidz' ? { kind, parity: 1, children } : { kind, children }],
        80,
      );
      reopen(load, all);
      const noise = new Uint8Array(MiB).fill(0x5a);
      for (let at = 4; at < 60; at += 1) all[0]?.write(at * MiB, noise);
      expect(load.compare()).toEqual([]);
      const { checksumErrors, repairedBytes } = leafOf(load.spa, all[0] as MemoryDisk).stats;
      expect(checksumErrors).toBeGreaterThan(0);
      expect(repairedBytes).toBeGreaterThan(0);
      // What was read is right now on the disk itself: a second look finds less to mend.
      reopen(load, all);
      const wanted = load.compare();
      expect(wanted).toEqual([]);
      const again = leafOf(load.spa, all[0] as MemoryDisk).stats.checksumErrors;
      expect(again).toBeLessThan(checksumErrors);
      scrubAll(load.spa);
      expect(scrubAll(load.spa)).toMatchObject({ errors: [], repairedBytes: 0 });
    }
  });

  test('a write that went elsewhere is found and mended by a scrub', { timeout: 60_000 }, () => {
    const all = ['a', 'b', 'c'].map((name) => new PulledDisk(disk(name)));
    const specs = all.map(
      (device): VdevSpec => ({ kind: 'file', device, path: `/${device.name}` }),
    );
    const load = work([{ kind: 'raidz', parity: 1, children: specs }], 60);
    let misdirected = 0;
    for (let round = 0; round < 8; round += 1) {
      for (let step = 0; step < 6; step += 1) load.fileStep();
      const victim = all[round % 3] as PulledDisk;
      victim.misdirectBy = 1024 * 1024;
      spaSync(load.spa);
      if (victim.misdirectBy === 0) misdirected += 1;
      victim.misdirectBy = 0;
      expect(scrubAll(load.spa).errors).toEqual([]);
    }
    expect(misdirected).toBeGreaterThan(4);
    expect(load.compare()).toEqual([]);
    expect(scrubAll(load.spa)).toMatchObject({ errors: [], repairedBytes: 0 });
  });

  test('import: missing logs, missing and duplicate vdevs, a wrong guid sum', {
    timeout: 60_000,
  }, () => {
    const [a, b, log] = [disk('a'), disk('b'), disk('log')];
    const load = work([leaf(a)], 30);
    expect(spaVdevAdd(load.spa, { logs: [leaf(log)], data: [leaf(b)] })).toBe(undefined);
    steps(load, 30);
    spaExport(load.spa);
    const open = (all: readonly MemoryDisk[], mayMissLog = false): Spa => {
      const [found] = findPools(all, load.spa.zio.checksums);
      if (found === undefined) throw new Error('no pool');
      return spaOpen(found, { ...testHost(SEED + 1), mayMissLog });
    };
    const copies = [a, b, log].map((each) => each.clone());
    expect(() => open([a, b])).toThrow(/missing/);
    expect(() => open([b, log])).toThrow(/missing/);
    const without = open([a, b], true);
    expect(without.zio.tops.find((top) => top?.vdev.config.get('is_log'))).toBeDefined();
    load.reopen(without);
    expect(load.compare()).toEqual([]);
    spaExport(without);
    // Of two disks with one label the newer one counts.
    expect(load.compareWith(open([...copies, a, b]), load.model)).toEqual([]);
    // A label that knows of another pool's vdev does not fit the uberblock.
    const [found] = findPools([a, b], load.spa.zio.checksums);
    if (found === undefined) throw new Error('no pool');
    const wrong = { ...found, guid: found.guid + 1n };
    expect(() => spaOpen(wrong, { ...testHost(1), mayMissLog: true })).toThrow(/bad guid sum/);
  });

  test('larger disks make a larger pool when they are told to', { timeout: 200_000 }, () => {
    const [a, b] = [disk('a'), disk('b', 256)];
    const load = work([leaf(a)], 60);
    const before = load.spa.space.sizeBytes;
    spaVdevAttach(load.spa, leafOf(load.spa, a).guid, leaf(b), { isReplacing: true });
    resilver(load);
    expect(load.spa.space.sizeBytes).toBe(before);
    expect(vdevOnline(load.spa, leafOf(load.spa, b).guid, { expands: true })).toBe('ONLINE');
    expect(load.spa.space.sizeBytes).toBeGreaterThan(before * 3);
    steps(load, 60);
    judge(load, [b], []);
    reopen(load, [b]);
    expect(load.compare()).toEqual([]);
  });

  test('with autoexpand=on a disk that has grown is used as soon as it is looked at', {
    timeout: 200_000,
  }, () => {
    const grow = (old: MemoryDisk, sizeMiB: number): MemoryDisk => {
      const larger = disk(old.name, sizeMiB);
      for (const [n, chunk] of old.chunks) larger.chunks.set(n, chunk);
      return larger;
    };
    const a = disk('a');
    const load = work([leaf(a)], 60);
    const before = load.spa.space.sizeBytes;
    const b = grow(a, 160);
    reopen(load, [b]);
    expect(load.spa.space.sizeBytes).toBe(before);
    expect(spaPropSet(load.spa, new Map([['autoexpand', nvUint64(1n)]]))).toBe(undefined);
    vdevReopen(load.spa);
    const after = load.spa.space.sizeBytes;
    expect(after).toBeGreaterThan(before * 2);
    steps(load, 60);
    judge(load, [b]);
    const c = grow(b, 256);
    reopen(load, [c]);
    expect(load.spa.space.sizeBytes).toBeGreaterThan(after * 1.5);
    steps(load, 30);
    judge(load, [c], []);
    const guid = leafOf(load.spa, c).guid;
    const larger = grow(c, 400);
    leafOf(load.spa, c).device = larger;
    expect(vdevOnline(load.spa, guid)).toBe('ONLINE');
    expect(load.spa.space.sizeBytes).toBeGreaterThan(after * 2);
    judge(load, [larger]);
  });
});

/** A disk that fails every access from now on. */
function failing(inner: MemoryDisk): BlockDevice {
  const fail = (): never => {
    throw new BlockDeviceError('EIO', 'made to fail');
  };
  const { name, sizeBytes, sectorSize } = inner;
  return {
    name,
    sizeBytes,
    sectorSize,
    isReadOnly: false,
    read: fail,
    write: fail,
    flush: fail,
    discard: fail,
  };
}

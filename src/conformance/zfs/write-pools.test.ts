/**
 * Pools written by us, judged by genuine zdb of both versions: labels, every checksum, leaks, fill
 * counts, space maps, feature list. After random work the content is compared with a model as well,
 * before and after a re-import.
 */
import { describe, expect, test } from 'vitest';
import type { DslDataset } from '#kernel/fs/zfs/dsl/dsl-dataset.ts';
import { zfsCreate, zfsSnapshot } from '#kernel/fs/zfs/pool/dsl-ops.ts';
import { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import { zfsDestroy } from '#kernel/fs/zfs/pool/dsl-destroy-ops.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import { spaExport, spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import { isSpaDirty, spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import type { VdevSpec } from '#kernel/fs/zfs/pool/vdev-create.ts';
import { openFileSystem } from '#kernel/fs/zfs/pool/zfs-mount.ts';
import { findPools, type FoundPool } from '#kernel/fs/zfs/spa/spa-config.ts';
import { Checksums } from '#kernel/fs/zfs/zio/zio-checksum.ts';
import { userSpace } from '#kernel/fs/zfs/zpl/zfs-userspace.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { fixtureDisk, hasFixtures } from '#testing/zfs/fixtures.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { checkPool, hasZdb, testHost } from '#testing/zfs/pool-kit.ts';
import { Workload } from '#testing/zfs/workload.ts';

const MiB = 2 ** 20;

function disks(count: number, sectorSize = 512, sizeMiB = 64): MemoryDisk[] {
  const made = (i: number): MemoryDisk => new MemoryDisk(`d${i}`, sizeMiB * MiB, sectorSize);
  return Array.from({ length: count }, (_, i) => made(i));
}

const leaf = (device: MemoryDisk): VdevSpec => ({
  kind: 'file',
  device,
  path: `/vdev/${device.name}.img`,
});

/** One version is quicker; the feature gate of the older one is asked where `isJudgedTwice`. */
const ONLY_23 = ['--no-feature-conservative'];

interface Layout {
  readonly isJudgedTwice?: true;
  readonly name: string;
  readonly disks: MemoryDisk[];
  readonly specs: (all: MemoryDisk[]) => VdevSpec[];
}

const LAYOUTS: readonly Layout[] = [
  { name: 'one disk', isJudgedTwice: true, disks: disks(1), specs: (all) => all.map(leaf) },
  { name: 'two disks of 4K sectors', disks: disks(2, 4096), specs: (all) => all.map(leaf) },
  {
    name: 'a mirror',
    disks: disks(2),
    specs: (all) => [{ kind: 'mirror', children: all.map(leaf) }],
  },
  {
    name: 'raidz1 of three',
    isJudgedTwice: true,
    disks: disks(3),
    specs: (all) => [{ kind: 'raidz', parity: 1, children: all.map(leaf) }],
  },
  {
    name: 'raidz2 of five, 4K sectors',
    disks: disks(5, 4096),
    specs: (all) => [{ kind: 'raidz', parity: 2, children: all.map(leaf) }],
  },
  {
    name: 'raidz3 of six',
    disks: disks(6),
    specs: (all) => [{ kind: 'raidz', parity: 3, children: all.map(leaf) }],
  },
];

const STEPS = Number(process.env['ZFS_STEPS'] ?? 1200);
const SEED = Number(process.env['ZFS_SEED'] ?? 1);

describe.skipIf(!hasZdb)('pools we write (skipped: zdb missing)', () => {
  test('an empty pool on one disk', { timeout: 120_000 }, () => {
    const all = disks(1);
    spaCreate('tank', all.map(leaf), testHost());
    expect(checkPool(all, 'tank')).toEqual([]);
  });

  test.each(LAYOUTS)('random work on $name', { timeout: 300_000 }, (layout) => {
    const host = testHost(SEED);
    const all = layout.disks;
    const spa = spaCreate('tank', layout.specs(all), host);
    const work = new Workload(spa, new SeededRandom(SEED));
    for (let step = 0; step < STEPS; step += 1) work.step();
    expect(work.compare()).toEqual([]);
    if (isSpaDirty(spa)) spaSync(spa);
    spaExport(spa);
    const [found] = findPools(all, spa.zio.checksums);
    if (found === undefined) throw new Error('the pool is gone');
    work.reopen(spaOpen(found, host));
    expect(work.compare()).toEqual([]);
    for (let step = 0; step < STEPS / 4; step += 1) work.step();
    expect(work.compare()).toEqual([]);
    spaExport(work.spa);
    const options = layout.isJudgedTwice === true ? [] : ONLY_23;
    expect(checkPool(all, 'tank', ['--exported', ...options])).toEqual([]);
  });

  test('every compression with every checksum', { timeout: 120_000 }, () => {
    const all = disks(1, 512, 256);
    const host = testHost(SEED);
    const spa = spaCreate('tank', all.map(leaf), host);
    const random = new SeededRandom(SEED);
    const noise = new Uint8Array(150_000);
    random.fill(noise);
    const mixed = noise.slice().fill(0x20, 4000, 120_000);
    const large = new Uint8Array(3 * MiB).fill(0x41).fill(0x42, MiB, MiB + 70_000);
    const wanted = new Map<string, Uint8Array>([
      ['noise', noise],
      ['mixed', mixed],
      ['large', large],
      ['tiny', noise.subarray(0, 90)],
      ['zeros', new Uint8Array(200_000)],
    ]);
    const names: string[] = [];
    for (const compression of [2n, 3n, 5n, 10n, 13n, 14n, 15n]) {
      for (const checksum of [6n, 7n, 8n]) {
        const name = `tank/c${compression}-${checksum}`;
        const props = { compression, checksum, recordsize: 2n ** (12n + (checksum % 3n) * 4n) };
        expect(zfsCreate(spa, name, new Map(Object.entries(props)))).toBeUndefined();
        const fs = openFileSystem(spa, spa.dsl.findDataset(name) as DslDataset);
        for (const [file, content] of wanted) {
          const made = fs.create(fs.rootObject, file, { mode: 0o100644, uid: 0, gid: 0 });
          if (isErrno(made)) throw new Error(made.name);
          fs.write(made, 0, content);
        }
        names.push(name);
      }
    }
    spaExport(spa);
    const [found] = findPools(all, spa.zio.checksums);
    const again = spaOpen(found as FoundPool, host);
    for (const name of names) {
      const reader = new ZfsReader((again.dsl.findDataset(name) as DslDataset).objset);
      for (const [file, content] of wanted) {
        const object = reader.lookup(reader.rootObject, file) as number;
        expect(Buffer.compare(reader.read(object, 0, content.length), content)).toBe(0);
      }
    }
    spaExport(again);
    expect(checkPool(all, 'tank', ['--exported'])).toEqual([]);
  });
});

describe.skipIf(!hasZdb || !hasFixtures)(
  'genuine pools we write to (skipped: zdb or fixtures missing)',
  () => {
    test('a genuine pool is imported, worked on and exported', { timeout: 120_000 }, () => {
      const all = [fixtureDisk('bare')];
      const host = testHost(SEED);
      const [found] = findPools(all, new Checksums(nodeCodecs));
      if (found === undefined) throw new Error('no pool');
      const spa = spaOpen(found, host);
      const head = spa.dsl.findDataset('bare');
      if (head === undefined) throw new Error('no dataset');
      const fs = openFileSystem(spa, head);
      const before = userSpace(fs.objset, 'user').get(0) ?? 0;
      const made = fs.create(fs.rootObject, 'ours', { mode: 0o100644, uid: 0, gid: 0 });
      if (isErrno(made)) throw new Error(made.name);
      fs.write(made, 0, new Uint8Array(300_000).fill(7));
      fs.remove(fs.rootObject, 'seq.txt');
      for (const { name } of Array.from(fs.entries(fs.lookup(fs.rootObject, 'big') as number))) {
        fs.remove(fs.lookup(fs.rootObject, 'big') as number, name);
      }
      spaSync(spa);
      expect(zfsSnapshot(spa, ['bare@ours'])).toBeUndefined();
      expect(zfsDestroy(spa, 'bare@s1')).toBeUndefined();
      expect(userSpace(fs.objset, 'user').get(0)).not.toBe(before);
      const counted = [...fs.objset.objects()].map((object) => fs.objset.dnode(object));
      const files = counted.filter((dnode) => dnode.bonusType === 44);
      const rootFiles = files.filter(({ object }) => fs.attributes(object).uid === 0n);
      const used = rootFiles.reduce((sum, dnode) => sum + dnode.used + 512, 0);
      expect(userSpace(fs.objset, 'user').get(0)).toBe(used);
      spaExport(spa);
      expect(checkPool(all, 'bare', ['--exported'])).toEqual([]);
    });

    test('pools that use what we do not keep up are refused for writing, not for reading', () => {
      const found = (name: string): FoundPool =>
        findPools([fixtureDisk(name)], new Checksums(nodeCodecs))[0] as FoundPool;
      expect(() => spaOpen(found('ill'), testHost())).toThrow(/can only be opened read-only/);
      expect(() => spaOpen(found('v28'), testHost())).toThrow(/its version is too old/);
    });
  },
);

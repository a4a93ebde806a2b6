/**
 * Genuine pools, made by OpenZFS's kernel module, read by us: every file's SHA-256, type, mode,
 * owner, links, size, time, link target and extended attribute as recorded when they were made.
 */
import { describe, expect, test } from 'vitest';
import { type LoadedPool, spaLoad } from '#kernel/fs/zfs/pool/spa-load.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { Checksums } from '#kernel/fs/zfs/zio/zio-checksum.ts';
import { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import { differences } from '#testing/zfs/expected-tree.ts';
import { fixtureDisk, hasFixtures } from '#testing/zfs/fixtures.ts';
import type { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';

const MiB = 2 ** 20;

function load(disks: MemoryDisk[], name: string): LoadedPool {
  const found = findPools(disks, new Checksums(nodeCodecs)).find((pool) => pool.name === name);
  if (found === undefined) throw new Error(`no pool ${name}`);
  return spaLoad(found, { codecs: nodeCodecs, arcLimitBytes: 16 * MiB, isReadOnly: true });
}

function open(pool: LoadedPool, dataset: string): ZfsReader {
  const found = pool.dsl.findDataset(dataset);
  if (found === undefined) throw new Error(`no dataset ${dataset}`);
  return new ZfsReader(found.objset);
}

describe.skipIf(!hasFixtures)('genuine pools (skipped: fixtures missing)', () => {
  test('bare: no features, ashift 9', () => {
    const pool = load([fixtureDisk('bare')], 'bare');
    expect(differences(open(pool, 'bare'), 'bare')).toEqual([]);
    expect(differences(open(pool, 'bare@s1'), 'bare')).toEqual([]);
  });

  test('ill: the features of illumos, ashift 12, lz4, a volume and a second file system', () => {
    const pool = load([fixtureDisk('ill')], 'ill');
    // fs is a mount point: what was recorded there belongs to ill/fs.
    expect(differences(open(pool, 'ill'), 'ill', ['./fs'])).toEqual([]);
    expect(differences(open(pool, 'ill@s1'), 'ill', ['./fs'])).toEqual([]);
    expect([...pool.dsl.allDirs()].map((dir) => dir.fullName)).toEqual([
      'ill',
      'ill/fs',
      'ill/vol',
    ]);
    const volume = pool.dsl.findDataset('ill/vol');
    expect(volume?.objset.dnode(1).type).toBe(23);
  });

  test('v28: a pool of before features', () => {
    const pool = load([fixtureDisk('v28')], 'v28');
    expect(differences(open(pool, 'v28'), 'v28')).toEqual([]);
    expect(differences(open(pool, 'v28@s1'), 'v28')).toEqual([]);
  });

  test('mir: a mirror with all features of OpenZFS 2.3, and each half alone', () => {
    for (const names of [['m0', 'm1'], ['m0'], ['m1']]) {
      const pool = load(names.map(fixtureDisk), 'mir');
      expect(differences(open(pool, 'mir'), 'mir')).toEqual([]);
      expect(differences(open(pool, 'mir@s1'), 'mir-s1')).toEqual([]);
    }
  });

  test('rz1: raidz1, whole and with each disk missing', () => {
    for (const names of [
      ['r0', 'r1', 'r2'],
      ['r1', 'r2'],
      ['r0', 'r2'],
      ['r0', 'r1'],
    ]) {
      const pool = load(names.map(fixtureDisk), 'rz1');
      expect(differences(open(pool, 'rz1'), 'rz1')).toEqual([]);
      expect(differences(open(pool, 'rz1@s1'), 'rz1-s1')).toEqual([]);
    }
  });

  test('empty: the smallest genuine pool', () => {
    const pool = load([fixtureDisk('empty')], 'empty');
    const reader = open(pool, 'empty');
    expect([...reader.entries(reader.rootObject)]).toEqual([]);
    expect(pool.uberblock.txg).toBe(15);
  });
});

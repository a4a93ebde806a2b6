/** raidz: every combination of lost columns that parity can mend is mended, for odd sizes too. */
import { expect, test } from 'vitest';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { equalBytes } from '#base/bytes.ts';
import { VdevDisk } from './vdev-disk.ts';
import { VdevRaidz } from './vdev-raidz.ts';
import { raidzAsize } from './vdev-raidz-map.ts';

const MiB = 2 ** 20;

function build(childCount: number, parity: number): { raidz: VdevRaidz; leaves: VdevDisk[] } {
  const leaves = Array.from({ length: childCount }, (_, id) => {
    const identity = { type: 'file', id, guid: BigInt(id + 1), ashift: 9 };
    return new VdevDisk(identity, `/d${id}`, new MemoryDisk(`d${id}`, 16 * MiB));
  });
  const identity = { type: 'raidz', id: 0, guid: 99n, ashift: 9 };
  return { raidz: new VdevRaidz(identity, leaves, parity), leaves };
}

function pattern(size: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => Math.imul(i + seed, 2654435761) >>> 23);
}

test.each([
  [3, 1],
  [5, 2],
  [7, 3],
  [4, 3],
])('%i disks with parity %i survive the loss of as many disks', (childCount, parity) => {
  const { raidz, leaves } = build(childCount, parity);
  const sizes = [512, 1024, 1536, 4096, 7168, 16384];
  const blocks = sizes.map((size, n) => ({ offset: n * MiB, bytes: pattern(size, n) }));
  for (const { offset, bytes } of blocks) raidz.write(offset, bytes);
  for (let lost = 0; lost < 2 ** childCount; lost += 1) {
    const gone = leaves.filter((_, i) => ((lost >> i) & 1) === 1);
    if (gone.length > parity) continue;
    for (const leaf of gone) leaf.isOfflineForNow = true;
    for (const { offset, bytes } of blocks) {
      expect(raidz.read(offset, bytes.length, (read) => equalBytes(read, bytes))).toEqual(bytes);
    }
    for (const leaf of gone) leaf.isOfflineForNow = false;
  }
});

test('silent damage is found by the checksum, mended and written again', () => {
  const { raidz, leaves } = build(5, 2);
  const bytes = pattern(8192, 5);
  raidz.write(0, bytes);
  const verify = (read: Uint8Array): boolean => equalBytes(read, bytes);
  for (const at of [1, 3]) leaves[at]?.tryWrite(0, new Uint8Array(1024).fill(0xee));
  expect(raidz.read(0, bytes.length, verify)).toEqual(bytes);
  const before = leaves.map((leaf) => leaf.stats.checksumErrors);
  expect(before.reduce((a, b) => a + b)).toBe(2);
  expect(raidz.read(0, bytes.length, verify)).toEqual(bytes);
  expect(leaves.map((leaf) => leaf.stats.checksumErrors)).toEqual(before);
});

test('more damage than parity can mend is an error, not wrong data', () => {
  const { raidz, leaves } = build(3, 1);
  const bytes = pattern(4096, 9);
  raidz.write(0, bytes);
  for (const leaf of leaves.slice(0, 2)) leaf.tryWrite(0, new Uint8Array(4096).fill(1));
  expect(() => raidz.read(0, bytes.length, (read) => equalBytes(read, bytes))).toThrow(
    /bad checksum/,
  );
});

test('allocation is padded to a multiple of parity + 1 sectors', () => {
  expect(raidzAsize(512, 9, 3, 1)).toBe(1024);
  expect(raidzAsize(1024, 9, 3, 1)).toBe(2048);
  expect(raidzAsize(131072, 9, 3, 1)).toBe(196608);
  expect(raidzAsize(4096, 12, 5, 2)).toBe(12288);
});

/** raidz: every combination of lost columns that parity can mend is mended, for odd sizes too. */
import { expect, test } from 'vitest';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import fc from 'fast-check';
import { equalBytes } from '#base/bytes.ts';
import { VdevDisk } from './vdev-disk.ts';
import { RaidzMachine } from './raidz-machine.ts';
import { VdevRaidz } from './vdev-raidz.ts';
import { raidzCombine, raidzGenerate, raidzReconstruct } from './vdev-raidz-math.ts';
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

/** Columns of whole sectors, the later ones one shorter in part, some not there. */
const stripe = fc
  .record({
    seed: fc.nat(1000),
    columns: fc.integer({ min: 1, max: 9 }),
    sectors: fc.integer({ min: 1, max: 5 }),
    short: fc.nat(8),
    parity: fc.integer({ min: 1, max: 3 }),
    lost: fc.uniqueArray(fc.nat(8), { maxLength: 3 }),
  })
  .map(({ seed, columns, sectors, short, parity, lost }) => ({
    parity,
    size: sectors * 512,
    lost: lost.filter((i) => i < columns).slice(0, parity),
    data: Array.from({ length: columns }, (_, i) =>
      pattern(
        (i >= columns - (short % columns) ? Math.max(1, sectors - 1) : sectors) * 512,
        seed + i,
      ),
    ),
  }));

test('parity in WebAssembly is parity in TypeScript, and mends the same', () => {
  const machine = new RaidzMachine();
  const plain = { generate: raidzGenerate, combine: raidzCombine };
  fc.assert(
    fc.property(stripe, ({ parity: count, size, lost, data }) => {
      const parity = machine.generate(data, count, size);
      expect(parity).toEqual(raidzGenerate(data, count, size));
      const kept = data.map((column, i) => (lost.includes(i) ? null : column));
      const sizes = data.map((column) => column.length);
      expect(machine.generate(kept, count, size)).toEqual(raidzGenerate(kept, count, size));
      const missing = data.filter((_, i) => lost.includes(i));
      expect(raidzReconstruct(kept, sizes, parity, machine)).toEqual(missing);
      expect(raidzReconstruct(kept, sizes, parity, plain)).toEqual(missing);
    }),
    { numRuns: 100 },
  );
  const terms = [3, 255, 0].map((factor, i) => ({ column: pattern(1024, i), factor }));
  expect(machine.combine(terms, 512)).toEqual(raidzCombine(terms, 512));
  const large = pattern(300 * 1024, 1);
  expect(machine.generate([large], 2, large.length)).toEqual([large, large]);
});

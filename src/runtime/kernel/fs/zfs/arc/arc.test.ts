/** The cache keeps to its limit, keeps what is read again, and learns from what it let go. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { type BlockPointer, HOLE, writeBlkptr } from '../ondisk/blkptr.ts';
import { ZIO_CHECKSUM_OFF, ZIO_COMPRESS_OFF } from '../ondisk/zio-algorithm.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import { ZioContext } from '../zio/zio.ts';
import { Arc } from './arc.ts';
import { type CachedDnode, DnodeCache } from './dnode-cache.ts';

const KiB = 1024;
const MiB: number = 1024 * KiB;
const LIMIT: number = MiB;
const BLOCK: number = 8 * KiB;

const zio = new ZioContext(nodeCodecs);

function makeArc(): Arc {
  const identity = { type: 'file', id: 0, guid: 1n, ashift: 9 };
  const asize = 1024 * MiB;
  const disk = new MemoryDisk('d0', asize + 8 * MiB);
  zio.tops = [{ vdev: new VdevDisk(identity, '/d0', disk), asize }];
  return new Arc(zio, LIMIT);
}

/** The block number `n` of those of one size. */
function pointer(n: number, size = BLOCK, birth = 4): BlockPointer {
  return {
    ...HOLE,
    dvas: [{ vdev: 0, offset: n * size, asize: size, isGang: false }],
    lsize: size,
    psize: size,
    checksum: ZIO_CHECKSUM_OFF,
    compress: ZIO_COMPRESS_OFF,
    isLittleEndian: true,
    birth,
    fill: 1,
  };
}

/** Whether a read is answered from memory. It counts as a use. */
function isHit(arc: Arc, bp: BlockPointer): boolean {
  const { misses } = arc.stats;
  arc.read(bp);
  return arc.stats.misses === misses;
}

/** Bytes of the blocks that are here, without using them. */
function heldBytes(arc: Arc, pointers: readonly BlockPointer[]): number {
  return pointers.reduce((sum, bp) => {
    const indirect = new Uint8Array(128);
    writeBlkptr(indirect, 0, bp);
    return sum + (arc.peek(indirect, 0)?.length ?? 0);
  }, 0);
}

test('whatever is read, the blocks in memory stay below the limit, and use it', () => {
  const place = fc.nat(999);
  const act = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('read' as const), place }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('insert' as const), place }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), place }) },
  );
  const sizes = fc.constantFrom(512, 4 * KiB, 32 * KiB, 128 * KiB);
  fc.assert(
    fc.property(fc.array(act, { maxLength: 400 }), sizes, (acts, size) => {
      const arc = makeArc();
      const all = Array.from({ length: 1000 }, (_, n) => pointer(n, size));
      for (const { kind, place: n } of acts) {
        const bp = all[n] as BlockPointer;
        if (kind === 'read') expect(arc.read(bp).length).toBe(size);
        else if (kind === 'insert') arc.insert(bp, new Uint8Array(size));
        else arc.forget(bp);
        expect(arc.sizeBytes).toBeLessThanOrEqual(LIMIT);
      }
      expect(heldBytes(arc, all)).toBeLessThanOrEqual(arc.sizeBytes);
    }),
    { numRuns: 40 },
  );
  const arc = makeArc();
  const all = Array.from({ length: 1000 }, (_, n) => pointer(n));
  for (let round = 0; round < 3; round += 1) for (const bp of all) arc.read(bp);
  expect(heldBytes(arc, all)).toBeGreaterThan(LIMIT * 0.9);
  expect(heldBytes(arc, all)).toBeLessThanOrEqual(LIMIT);
});

test('many small blocks count with what it takes to hold them', () => {
  const arc = makeArc();
  const all = Array.from({ length: 10_000 }, (_, n) => pointer(n, 512));
  for (const bp of all) arc.read(bp);
  const count = heldBytes(arc, all) / 512;
  expect(count * (512 + 200)).toBeLessThanOrEqual(LIMIT);
  expect(count).toBeGreaterThan(1000);
});

test('what is read again survives a walk over everything else once', () => {
  const arc = makeArc();
  const often = Array.from({ length: 30 }, (_, n) => pointer(n));
  for (let round = 0; round < 2; round += 1) for (const bp of often) arc.read(bp);
  for (let n = 1000; n < 3000; n += 1) arc.read(pointer(n));
  expect(often.every((bp) => isHit(arc, bp))).toBe(true);
});

test('a block that comes back from a ghost list shifts the balance towards that list', () => {
  const arc = makeArc();
  const before = arc.mruTargetBytes;
  // Often used: so many that what is read once has only its half; and a loop longer than that.
  const often = Array.from({ length: 90 }, (_, n) => pointer(n));
  for (let round = 0; round < 2; round += 1) for (const bp of often) arc.read(bp);
  for (let n = 1000; n < 1080; n += 1) arc.read(pointer(n));
  for (let n = 1000; n < 1010; n += 1) arc.read(pointer(n));
  expect(arc.stats.mruGhostHits).toBeGreaterThan(0);
  const raised = arc.mruTargetBytes;
  expect(raised).toBeGreaterThan(before);
  // Then the often used ones that had to go are wanted again.
  for (const bp of often) arc.read(bp);
  expect(arc.stats.mfuGhostHits).toBeGreaterThan(0);
  expect(arc.mruTargetBytes).toBeLessThan(raised);
});

test('a place that was freed and used again is not taken for what was there before', () => {
  const arc = makeArc();
  arc.insert(pointer(1), new Uint8Array(BLOCK).fill(1));
  expect(arc.read(pointer(1))[0]).toBe(1);
  expect(arc.read(pointer(1, BLOCK, 5))[0]).toBe(0);
  expect(isHit(arc, pointer(1))).toBe(false);
  arc.insert(pointer(2), new Uint8Array(BLOCK).fill(2));
  arc.forget(pointer(2));
  expect(isHit(arc, pointer(2))).toBe(false);
});

test('peek answers by the raw pointer what read answers', () => {
  const arc = makeArc();
  const far = { vdev: 0, offset: 2 ** 40 + 512 * 77, asize: BLOCK, isGang: false };
  const bp = { ...pointer(0), dvas: [far], birth: 2 ** 35 + 7, physicalBirth: 2 ** 34 + 3 };
  const bytes = new Uint8Array(BLOCK).fill(9);
  arc.insert(bp, bytes);
  const indirect = new Uint8Array(512);
  writeBlkptr(indirect, 128, bp);
  writeBlkptr(indirect, 256, { ...bp, physicalBirth: 0 });
  expect(arc.peek(indirect, 128)).toBe(bytes);
  expect(arc.peek(indirect, 256)).toBeUndefined();
  expect(arc.peek(indirect, 0)).toBeUndefined();
});

test('the cache of dnodes drops clean ones that nobody asked for, and keeps dirty ones', () => {
  const cache = new DnodeCache(100);
  const dropped = new Set<number>();
  const make = (n: number, isDirty: boolean): CachedDnode => ({
    wasUsed: true,
    letGo: () => {
      if (isDirty) return false;
      dropped.add(n);
      return true;
    },
  });
  const hot = make(-1, false);
  cache.add(hot);
  for (let n = 0; n < 50; n += 1) cache.add(make(n, true));
  for (let n = 50; n < 5000; n += 1) {
    hot.wasUsed = true;
    cache.add(make(n, false));
    expect(cache.count).toBeLessThanOrEqual(100 + 32 + 50);
  }
  expect(dropped.has(-1)).toBe(false);
  expect([...dropped].every((n) => n >= 50)).toBe(true);
  expect(dropped.size).toBe(5000 - 50 - (cache.count - 51));
});

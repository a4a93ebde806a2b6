/** What cache devices hold is given back, and never anything else, whatever happens to them. */
import { expect, test } from 'vitest';
import { SeededRandom } from '#testing/sim/random.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { PulledDisk } from '#testing/zfs/pulled-disk.ts';
import { type BlockPointer, HOLE } from '../ondisk/blkptr.ts';
import { VDEV_LABEL_START_SIZE } from '../ondisk/label.ts';
import {
  ZIO_CHECKSUM_FLETCHER_4,
  ZIO_CHECKSUM_OFF,
  ZIO_COMPRESS_LZ4,
  ZIO_COMPRESS_OFF,
} from '../ondisk/zio-algorithm.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import { ZioContext } from '../zio/zio.ts';
import { Arc } from './arc.ts';
import { L2_HEADER_BYTES, type L2Arc } from './l2arc.ts';

const MiB: number = 2 ** 20;
const LIMIT: number = MiB;
const BLOCK = 8192;
const DATA_DNODE = 10;
const FILE = 19;

const leafOf = (name: string, disk: PulledDisk): VdevDisk =>
  new VdevDisk({ type: 'file', id: 0, guid: 1n, ashift: 9 }, `/${name}`, disk);

/** A pool of one disk with `count` blocks, every other one packed, and a cache device. */
class Fixture {
  readonly zio = new ZioContext(nodeCodecs);
  readonly pool = new PulledDisk(new MemoryDisk('pool', 256 * MiB));
  readonly main: VdevDisk = leafOf('pool', this.pool);
  readonly cacheDisk: PulledDisk;
  readonly cache: VdevDisk;
  readonly arc: Arc;
  readonly blocks: { readonly bp: BlockPointer; readonly bytes: Uint8Array }[] = [];

  constructor(count: number, cacheDisk: MemoryDisk = new MemoryDisk('cache', 64 * MiB)) {
    this.zio.tops = [{ vdev: this.main, asize: 240 * MiB }];
    this.cacheDisk = new PulledDisk(cacheDisk);
    this.cache = leafOf('cache', this.cacheDisk);
    this.arc = new Arc(this.zio, LIMIT);
    this.arc.setCaches([this.cache]);
    const random = new SeededRandom(7);
    for (let n = 0; n < count; n += 1) this.blocks.push(this.#make(n, random));
  }

  get l2(): L2Arc {
    if (this.arc.l2 === null) throw new Error('there is no cache device');
    return this.arc.l2;
  }

  #make(n: number, random: SeededRandom): { bp: BlockPointer; bytes: Uint8Array } {
    const isPacked = n % 2 === 1;
    const bytes = new Uint8Array(BLOCK);
    const filled = isPacked ? 2048 : BLOCK;
    for (let at = 0; at < filled; at += 4) {
      new DataView(bytes.buffer).setUint32(at, random.uint32());
    }
    const compress = isPacked ? ZIO_COMPRESS_LZ4 : ZIO_COMPRESS_OFF;
    let stored = bytes;
    if (isPacked) {
      const packed = this.zio.compressor.compress(compress, bytes) as Uint8Array;
      stored = new Uint8Array(Math.ceil(packed.length / 512) * 512);
      stored.set(packed);
    }
    const offset = n * BLOCK;
    this.main.write(offset, stored);
    const sum = this.zio.checksums.compute(ZIO_CHECKSUM_FLETCHER_4, stored) as Uint32Array;
    const bp: BlockPointer = {
      ...HOLE,
      dvas: [{ vdev: 0, offset, asize: BLOCK, isGang: false }],
      lsize: BLOCK,
      psize: stored.length,
      checksum: ZIO_CHECKSUM_FLETCHER_4,
      cksum: sum.slice(),
      compress,
      type: FILE,
      isLittleEndian: true,
      birth: 4,
      fill: 1,
    };
    return { bp, bytes };
  }

  /** Reads every block once, with a feed now and then; each must be what was written. */
  readAll(secondary = 2): void {
    for (const [n, { bp, bytes }] of this.blocks.entries()) {
      expect(this.arc.read(bp, secondary)).toEqual(bytes);
      expect(this.arc.sizeBytes).toBeLessThanOrEqual(LIMIT);
      if (n % 8 === 7) this.l2.feed();
    }
  }

  /** Asks the ARC for all blocks while the pool's disk is away: how many came from the cache. */
  countWithoutPool(): number {
    this.pool.isBroken = true;
    let count = 0;
    for (const { bp, bytes } of this.blocks) {
      try {
        expect(this.arc.read(bp)).toEqual(bytes);
        count += 1;
      } catch (error) {
        if (!String(error).includes('I/O error')) throw error;
      }
    }
    this.pool.isBroken = false;
    return count;
  }
}

test('blocks that were let go come back from the cache device, verified', () => {
  const at = new Fixture(400);
  at.readAll();
  const before = at.main.stats.readOps;
  at.readAll();
  expect(at.l2.stats.hits).toBeGreaterThan(300);
  expect(at.main.stats.readOps - before).toBe(at.l2.stats.misses - 400);
  expect(at.l2.stats.checksumBad).toBe(0);
  const { allocatedBytes, sizeBytes } = at.l2.spaceOf(at.cache);
  expect(allocatedBytes).toBe(at.l2.sizeBytes);
  expect(allocatedBytes).toBeGreaterThan(MiB);
  expect(sizeBytes).toBe(64 * MiB - VDEV_LABEL_START_SIZE - 512 * 1024);
  expect(at.l2.headerBytes % L2_HEADER_BYTES).toBe(0);
  // One write carries many blocks.
  expect(at.cache.stats.writeOps).toBeLessThan(at.l2.headerBytes / L2_HEADER_BYTES / 4);
});

test('a feed is bounded, and nothing goes out without one', () => {
  const at = new Fixture(400);
  for (const { bp } of at.blocks) at.arc.read(bp);
  expect(at.cache.stats.writeOps).toBe(0);
  at.l2.feed();
  expect(at.cache.stats.writeOps).toBe(1);
  expect(at.cache.stats.writeBytes).toBeLessThanOrEqual(LIMIT / 8);
});

test('whatever the cache device answers, the data is right', () => {
  const at = new Fixture(400);
  at.readAll();
  const random = new SeededRandom(3);
  for (const chunk of at.cacheDisk.inner.chunks.values()) {
    for (let n = 0; n < chunk.length; n += 512) {
      const place = n + (random.uint32() % 512);
      chunk[place] = (chunk[place] ?? 0) ^ 0x10;
    }
  }
  at.readAll();
  expect(at.l2.stats.checksumBad).toBeGreaterThan(200);
  expect(at.cache.stats.checksumErrors).toBe(at.l2.stats.checksumBad);
});

test('a write that goes astray, a device that fails or goes away: the pool answers', () => {
  const at = new Fixture(400);
  at.cacheDisk.misdirectBy = 4096;
  at.readAll();
  at.readAll();
  expect(at.l2.stats.checksumBad).toBeGreaterThan(0);
  at.cacheDisk.isBroken = true;
  at.readAll();
  expect(at.l2.stats.ioErrors).toBeGreaterThan(100);
  expect(at.l2.stats.writesFailed).toBeGreaterThan(0);
  at.cacheDisk.isBroken = false;
  at.readAll();
  expect(at.countWithoutPool()).toBeGreaterThan(300);
  at.cache.isOfflineForNow = true;
  at.arc.setCaches([at.cache]);
  expect([at.l2.sizeBytes, at.l2.headerBytes]).toEqual([0, 0]);
  at.readAll();
});

test('the ring goes round: what is overwritten is forgotten, the rest is still right', () => {
  // Room for about forty blocks, on sectors of 4 KiB.
  const small = new MemoryDisk('cache', VDEV_LABEL_START_SIZE + 768 * 1024, 4096);
  const at = new Fixture(400, small);
  for (let round = 0; round < 3; round += 1) at.readAll();
  expect(at.l2.stats.writeBytes).toBeGreaterThan(8 * 256 * 1024);
  const { allocatedBytes, sizeBytes } = at.l2.spaceOf(at.cache);
  expect(sizeBytes).toBe(256 * 1024);
  expect(allocatedBytes).toBeLessThanOrEqual(sizeBytes);
  expect(allocatedBytes).toBeGreaterThan(sizeBytes / 2);
  expect(at.l2.stats.checksumBad).toBe(0);
  expect(at.countWithoutPool()).toBeLessThan(400);
});

test('a device that is taken away takes what it held with it; none left costs nothing', () => {
  const at = new Fixture(400);
  at.readAll();
  const { l2 } = at;
  at.arc.setCaches([]);
  expect(at.arc.l2).toBe(null);
  expect([l2.sizeBytes, l2.memoryBytes]).toEqual([0, 0]);
  const { writeOps, readOps } = at.cache.stats;
  for (const { bp, bytes } of at.blocks) expect(at.arc.read(bp)).toEqual(bytes);
  expect([at.cache.stats.writeOps, at.cache.stats.readOps]).toEqual([writeOps, readOps]);
});

test('secondarycache decides what may go to a cache device', () => {
  const none = new Fixture(400);
  none.readAll(0);
  expect(none.cache.stats.writeOps).toBe(0);
  const metadata = new Fixture(400);
  metadata.blocks.forEach((block, n) => {
    if (n % 4 === 0) metadata.blocks[n] = { ...block, bp: { ...block.bp, type: DATA_DNODE } };
  });
  metadata.readAll(1);
  metadata.readAll(1);
  expect(metadata.l2.stats.hits).toBeGreaterThan(0);
  expect(metadata.l2.headerBytes / L2_HEADER_BYTES).toBeLessThanOrEqual(100);
});

test('a block without a checksum is not cached, one that was freed is forgotten', () => {
  const bare = new Fixture(400);
  bare.blocks.forEach((block, n) => {
    bare.blocks[n] = { ...block, bp: { ...block.bp, checksum: ZIO_CHECKSUM_OFF } };
  });
  bare.readAll();
  expect(bare.cache.stats.writeOps).toBe(0);
  const at = new Fixture(400);
  at.readAll();
  for (const { bp } of at.blocks) at.arc.forget(bp);
  expect([at.l2.sizeBytes, at.l2.memoryBytes]).toEqual([0, 0]);
  // The place has another block now.
  at.readAll();
  const { hits } = at.l2.stats;
  const young = at.blocks.map(({ bp }) => ({ ...bp, birth: 5 }));
  for (const bp of young) at.arc.read(bp);
  expect(at.l2.stats.hits).toBe(hits);
});

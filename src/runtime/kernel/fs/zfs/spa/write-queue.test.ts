/** Put together or not, blocks are on the disk as if each had been written at once, in order. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import { WriteQueue } from './write-queue.ts';

const MiB = 2 ** 20;
const SECTOR = 512;

function disks(): VdevDisk[] {
  return [0, 1].map((id) => {
    const identity = { type: 'file', id, guid: BigInt(id + 1), ashift: 9 };
    return new VdevDisk(identity, `/d${id}`, new MemoryDisk(`d${id}`, 16 * MiB));
  });
}

/** Near each other, so that runs touch, overlap and are written over. */
const write = fc.record({
  disk: fc.nat(1),
  sector: fc.nat(300),
  sectors: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(130)),
  follows: fc.boolean(),
  txg: fc.integer({ min: 4, max: 5 }),
  value: fc.integer({ min: 1, max: 255 }),
});

test('the disks hold what writing each block at once would leave', () => {
  fc.assert(
    fc.property(fc.array(write, { maxLength: 60 }), (writes) => {
      const [queued, plain] = [disks(), disks()];
      const queue = new WriteQueue();
      let end = 0;
      for (const { disk, sector, sectors, follows, txg, value } of writes) {
        const at = follows ? end : sector * SECTOR;
        const bytes = new Uint8Array(sectors * SECTOR).fill(value);
        end = at + bytes.length;
        queue.write(queued[disk] as VdevDisk, at, bytes, txg);
        bytes.fill(0);
        (plain[disk] as VdevDisk).write(at, new Uint8Array(bytes.length).fill(value));
      }
      queue.flush();
      expect(queue.isEmpty).toBe(true);
      const content = (disk: VdevDisk): Uint8Array | null => disk.tryRead(0, 8 * MiB);
      for (const i of [0, 1]) {
        expect(
          Buffer.compare(
            content(queued[i] as VdevDisk) as Uint8Array,
            content(plain[i] as VdevDisk) as Uint8Array,
          ),
        ).toBe(0);
      }
    }),
    { numRuns: 40 },
  );
});

test('neighbours go out in one write', () => {
  const [disk] = disks() as [VdevDisk];
  const queue = new WriteQueue();
  for (let n = 0; n < 100; n += 1) queue.write(disk, n * 1024, new Uint8Array(1024).fill(n), 4);
  expect(disk.stats.writeOps).toBe(0);
  queue.flush();
  expect(disk.stats.writeOps).toBe(1);
  expect(disk.tryRead(99 * 1024, 512)?.[0]).toBe(99);
});

test('what failed is kept and made again, and what was discarded is not written', () => {
  const [disk] = disks() as [VdevDisk];
  const queue = new WriteQueue();
  queue.write(disk, 0, new Uint8Array(512).fill(1), 4);
  queue.discard();
  queue.flush();
  expect(disk.tryRead(0, 512)?.[0]).toBe(0);
  queue.write(disk, 0, new Uint8Array(512).fill(1), 4);
  queue.write(disk, 4096, new Uint8Array(1024).fill(2), 4);
  const { device } = disk;
  disk.device = null;
  queue.flush();
  expect(queue.isParked).toBe(true);
  expect(queue.parkedAt(disk, 4608, 512)?.[0]).toBe(2);
  expect(queue.parkedAt(disk, 4608, 1024)).toBe(null);
  expect(queue.retry()).toBe(false);
  disk.device = device;
  expect(queue.retry()).toBe(true);
  expect(disk.tryRead(4608, 512)?.[0]).toBe(2);
  expect(queue.isParked).toBe(false);
});

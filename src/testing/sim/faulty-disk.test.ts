import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FaultyDisk } from '#testing/sim/faulty-disk.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';

const SIZE = 64 * 512;

function filled(value: number, sectors = 1): Uint8Array {
  return new Uint8Array(sectors * 512).fill(value);
}

function sector(disk: MemoryDisk | FaultyDisk, index: number): Uint8Array {
  const target = new Uint8Array(512);
  disk.read(index * 512, target);
  return target;
}

test('without faults it is the disk below, with a cache that a flush empties', () => {
  const below = new MemoryDisk('d', SIZE);
  const disk = new FaultyDisk(below, new SeededRandom(1));
  disk.write(512, filled(7, 2));
  expect(sector(disk, 2)).toEqual(filled(7));
  expect(sector(below, 2)).toEqual(filled(0));
  disk.flush();
  expect(sector(below, 2)).toEqual(filled(7));
});

test('what a flush wrote survives a power cut; later sectors are old or new, never mixed', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.nat(60), { maxLength: 20 }), (seed, places) => {
      const below = new MemoryDisk('d', SIZE);
      const disk = new FaultyDisk(below, new SeededRandom(seed));
      disk.write(0, filled(1, 64));
      disk.flush();
      for (const place of places) disk.write(place * 512, filled(2, 3));
      disk.cutPower();
      for (let index = 0; index < 64; index += 1) {
        const content = sector(below, index);
        const wasWritten = places.some((place) => index >= place && index < place + 3);
        const value = content[0];
        expect(wasWritten ? [1, 2] : [1]).toContain(value);
        expect(content).toEqual(filled(value as number));
      }
    }),
    { numRuns: 50 },
  );
});

test('each fault happens as told, and the same seed gives the same faults', () => {
  const run = (seed: number): string => {
    const random = new SeededRandom(seed);
    const disk = new FaultyDisk(new MemoryDisk('d', SIZE), random, {
      readErrors: 0.3,
      bitRot: 0.3,
    });
    let story = '';
    for (let i = 0; i < 200; i += 1) {
      try {
        story += sector(disk, i % 64).some((byte) => byte !== 0) ? 'r' : '.';
      } catch {
        story += 'E';
      }
    }
    return story;
  };
  expect(run(5)).toBe(run(5));
  expect(run(5)).not.toBe(run(6));
  expect(run(5)).toMatch(/(?=.*r)(?=.*E)(?=.*\.)/);
  const third = new FaultyDisk(new MemoryDisk('d', SIZE), new SeededRandom(1), { failIoNumber: 3 });
  third.flush();
  third.flush();
  expect(() => third.flush()).toThrow('d: I/O 3 failed');
  third.flush();
  const gone = new FaultyDisk(new MemoryDisk('d', SIZE), new SeededRandom(1), {
    goneFromIoNumber: 2,
  });
  gone.flush();
  expect(() => sector(gone, 0)).toThrow('gone');
  expect(() => gone.flush()).toThrow('gone');
});

test('a lost flush and a misdirected write say nothing', () => {
  const below = new MemoryDisk('d', SIZE);
  const disk = new FaultyDisk(below, new SeededRandom(1), { lostFlushes: 1 });
  disk.write(0, filled(9));
  disk.flush();
  expect(sector(below, 0)).toEqual(filled(0));
  const astray = new FaultyDisk(below, new SeededRandom(2), { misdirected: 1 });
  astray.write(0, filled(3));
  astray.flush();
  const hit = Array.from({ length: 64 }, (_, index) => sector(below, index)[0]);
  expect(hit.filter((value) => value === 3)).toHaveLength(1);
});

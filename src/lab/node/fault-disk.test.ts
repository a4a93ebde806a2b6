import { expect, test } from 'vitest';
import { BlockDeviceError } from '#runtime/host.ts';
import { FaultDisk, NO_FAULTS } from '#lab/node/fault-disk.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';

const SIZE = 4 * 2 ** 20;

function codeOf(work: () => void): string {
  try {
    work();
    return 'ok';
  } catch (error) {
    if (!(error instanceof BlockDeviceError)) throw error;
    return error.code;
  }
}

test('a pulled disk fails every command, and has what it had when it is put back', () => {
  const disk = new FaultDisk(new MemoryDisk('c1t0d0', SIZE), new SeededRandom(1));
  const sector = new Uint8Array(512).fill(7);
  disk.write(512, sector);
  disk.faults = { ...NO_FAULTS, isPulled: true };
  const target = new Uint8Array(512);
  const commands = [
    () => disk.read(512, target),
    () => disk.write(512, target),
    () => disk.flush(),
    () => disk.discard(0, 512),
  ];
  expect(commands.map(codeOf)).toEqual(['ENXIO', 'ENXIO', 'ENXIO', 'ENXIO']);
  disk.faults = NO_FAULTS;
  disk.read(512, target);
  expect(target).toEqual(sector);
});

test('a slow disk waits before each command, and does it', () => {
  const waits: number[] = [];
  const below = new MemoryDisk('c1t0d0', SIZE);
  const disk = new FaultDisk(below, new SeededRandom(1), (ms) => waits.push(ms));
  disk.faults = { ...NO_FAULTS, delayMs: 40 };
  disk.write(0, new Uint8Array(512).fill(1));
  disk.flush();
  expect(waits).toEqual([40, 40]);
});

test('failing reads leave writes alone, and the other way round', () => {
  const disk = new FaultDisk(new MemoryDisk('c1t0d0', SIZE), new SeededRandom(1));
  const bytes = new Uint8Array(512);
  disk.faults = { ...NO_FAULTS, readErrorChance: 1 };
  const commands = [() => disk.read(0, bytes), () => disk.write(0, bytes), () => disk.flush()];
  expect(commands.map(codeOf)).toEqual(['EIO', 'ok', 'ok']);
  disk.faults = { ...NO_FAULTS, writeErrorChance: 1 };
  expect(commands.map(codeOf)).toEqual(['ok', 'EIO', 'ok']);
});

test('corrupt reads bring one wrong bit, the disk itself stays right', () => {
  const below = new MemoryDisk('c1t0d0', SIZE);
  const disk = new FaultDisk(below, new SeededRandom(1));
  disk.faults = { ...NO_FAULTS, corruptReadChance: 1 };
  const target = new Uint8Array(512);
  disk.read(0, target);
  const ones = target.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
  expect(ones).toBe(1);
  below.read(0, target);
  expect(target.every((byte) => byte === 0)).toBe(true);
});

test('bits flip in sectors that hold something: where it was written, or found by looking', () => {
  const run = (isWrittenBefore: boolean, seed: number): number[] => {
    const below = new MemoryDisk('c1t0d0', SIZE);
    const disk = new FaultDisk(below, new SeededRandom(seed));
    const content = new Uint8Array(1024).fill(0xff);
    const at = 3 * 2 ** 20 + 512;
    if (isWrittenBefore) below.write(at, content);
    else disk.write(at, content);
    const flips = disk.flipBits({ count: 5, fromBytes: 0, sizeBytes: SIZE });
    expect(flips.every((place) => place >= at && place < at + 1024)).toBe(true);
    return flips;
  };
  for (const isWrittenBefore of [false, true]) {
    expect(run(isWrittenBefore, 3)).toHaveLength(5);
    expect(run(isWrittenBefore, 3)).toEqual(run(isWrittenBefore, 3));
    expect(run(isWrittenBefore, 3)).not.toEqual(run(isWrittenBefore, 4));
  }
  const disk = new FaultDisk(new MemoryDisk('c1t0d0', SIZE), new SeededRandom(1));
  const mended: number[] = [];
  disk.onMended = (atBytes) => mended.push(...atBytes);
  disk.write(0, new Uint8Array(1024).fill(1));
  const [at = 0] = disk.flipBits({ count: 1, fromBytes: 0, sizeBytes: SIZE });
  disk.write(2048, new Uint8Array(512));
  expect(mended).toEqual([]);
  disk.write(at - (at % 512), new Uint8Array(512));
  expect(mended).toEqual([at]);
  const empty = new FaultDisk(new MemoryDisk('c1t1d0', SIZE), new SeededRandom(1));
  expect(empty.flipBits({ count: 5, fromBytes: 0, sizeBytes: SIZE })).toEqual([]);
});

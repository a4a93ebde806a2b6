/** The host's disks, clock, randomness and codecs, as a node gets them. */
import { ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { closeSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import { MiB } from '#base/units.ts';
import { hostClock } from '#hosts/node/clock.ts';
import { nodeCodecs } from '#hosts/node/codecs.ts';
import { FileDisk } from '#hosts/node/file-disk.ts';
import { seededRandom, systemRandom } from '#hosts/node/random.ts';

let base: string;
let file: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'host-'));
  file = join(base, 'disk.img');
  const fd = openSync(file, 'w');
  ftruncateSync(fd, 8 * MiB);
  closeSync(fd);
});
afterEach(() => rmSync(base, { recursive: true }));

test('byte n of the disk is byte n of the file', () => {
  const disk = new FileDisk('c1t0d0', file);
  expect(disk.sizeBytes).toBe(8 * MiB);
  disk.write(1024, new Uint8Array(512).fill(7));
  disk.flush();
  const sector = new Uint8Array(512);
  disk.read(1024, sector);
  expect(sector).toEqual(new Uint8Array(512).fill(7));
  expect(readFileSync(file).indexOf(7)).toBe(1024);
  disk.close();
});

test('discard reads back as zeros, and gives space back at the end', () => {
  const disk = new FileDisk('c1t0d0', file);
  const piece = new Uint8Array(2 * MiB).fill(9);
  disk.write(0, piece);
  disk.write(6 * MiB, piece);
  disk.discard(0, MiB);
  disk.discard(6 * MiB, 2 * MiB);
  const back = new Uint8Array(2 * MiB);
  disk.read(0, back);
  expect([back[0], back[MiB - 1], back[MiB]]).toEqual([0, 0, 9]);
  disk.read(6 * MiB, back);
  expect(back.every((byte) => byte === 0)).toBe(true);
  expect(disk.sizeBytes).toBe(8 * MiB);
  expect(statSync(file).blocks * 512).toBeLessThanOrEqual(2 * MiB + 8192);
  disk.close();
});

test.each([
  ['ENOSPC', 'ENOSPC'],
  ['EDQUOT', 'ENOSPC'],
  ['EROFS', 'EROFS'],
  ['EIO', 'EIO'],
  ['ENODEV', 'ENXIO'],
])('a host that says %s is %s to the node, and what was stored stays', (code, expected) => {
  let isFull = false;
  const disk = new FileDisk('c1t0d0', file, {
    calls: {
      read: (fd, target, at) => readSync(fd, target, 0, target.length, at),
      write: (fd, source, at) => {
        // A full disk takes a part first, as real ones do.
        if (isFull && source.length <= 256) throw Object.assign(new Error(code), { code });
        const size = isFull ? source.length - 256 : source.length;
        return writeSync(fd, source, 0, size, at);
      },
      sync: () => {},
    },
  });
  disk.write(0, new Uint8Array(512).fill(1));
  isFull = true;
  expect(() => disk.write(4096, new Uint8Array(512).fill(2))).toThrow(
    expect.objectContaining({ name: 'BlockDeviceError', code: expected }),
  );
  const sector = new Uint8Array(512);
  disk.read(0, sector);
  expect(sector).toEqual(new Uint8Array(512).fill(1));
  disk.close();
});

test('a file cut short under the node is an I/O error, a read-only disk says so', () => {
  const disk = new FileDisk('c1t0d0', file);
  writeFileSync(file, new Uint8Array(512));
  expect(() => disk.read(4096, new Uint8Array(512))).toThrow('the file has become shorter');
  disk.close();
  const fixed = new FileDisk('c1t0d0', file, { isReadOnly: true });
  expect(() => fixed.write(0, new Uint8Array(512))).toThrow('it is read-only');
  expect(() => fixed.discard(0, 512)).toThrow('it is read-only');
  fixed.flush();
  fixed.close();
});

test('equal seeds give equal trees, and a draw in one branch leaves the others', () => {
  const one = seededRandom(42);
  const two = seededRandom(42);
  for (let i = 0; i < 1000; i += 1) one.child('noise').uint32();
  one.uint64();
  const a = one.child('zfs');
  const b = two.child('zfs');
  const bytes = [new Uint8Array(10_000), new Uint8Array(10_000)] as const;
  a.fill(bytes[0]);
  b.fill(bytes[1]);
  expect(bytes[0]).toEqual(bytes[1]);
  expect([a.uint32(), a.uint64()]).toEqual([b.uint32(), b.uint64()]);
  expect(seededRandom(43).child('zfs').uint64()).not.toBe(seededRandom(42).child('zfs').uint64());
  expect(systemRandom().uint64()).not.toBe(systemRandom().uint64());
});

test('the clock has nanoseconds and does not go back', () => {
  const clock = hostClock();
  let last = clock.monotonicNs();
  for (let i = 0; i < 1000; i += 1) {
    const now = clock.monotonicNs();
    expect(now >= last).toBe(true);
    last = now;
  }
  expect(Math.abs(Number(clock.realtimeNs() / 1_000_000n) - Date.now())).toBeLessThan(5000);
});

test('codecs: back to the same, limits hold, damage is a CodecError', () => {
  const codecs = nodeCodecs();
  const text = encodeUtf8('illumos '.repeat(1000));
  expect(codecs.gunzip(codecs.gzip(text, 9), text.length)).toEqual(Buffer.from(text));
  expect(codecs.inflate(codecs.deflate(text, 6), text.length)).toEqual(Buffer.from(text));
  const failing = expect.objectContaining({ name: 'CodecError' }) as Error;
  expect(() => codecs.gunzip(codecs.gzip(text, 9), 100)).toThrow(failing);
  expect(() => codecs.gunzip(text, 100)).toThrow(failing);
  expect(() => codecs.zstdDecompress(text, 100)).toThrow(failing);
  expect(Buffer.from(codecs.digest('sha1', encodeUtf8('abc'))).toString('hex')).toBe(
    'a9993e364706816aba3e25717850c26c9cd0d89d',
  );
});

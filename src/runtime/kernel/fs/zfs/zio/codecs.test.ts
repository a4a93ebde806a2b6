/** Compression and checksums: round trips, hostile input, sums against plain big-number loops. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeededRandom } from '#testing/sim/random.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { Fletcher } from './fletcher.ts';
import { Lz4, lz4Decompress } from './lz4.ts';
import { lzjbCompress, lzjbDecompress } from './lzjb.ts';
import { Compressor } from './zio-compress.ts';
import { zleCompress, zleDecompress } from './zle.ts';

/** Bytes with runs and repeats, as files have. */
const content = fc
  .array(
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 })),
    { minLength: 1, maxLength: 40 },
  )
  .map((parts) => {
    const bytes = parts.flatMap(([piece, times]) =>
      Array.from({ length: times }, () => [...piece]),
    );
    return Uint8Array.from(bytes.flat());
  });

const lz4 = new Lz4();
const KINDS = [
  ['lzjb', lzjbCompress, lzjbDecompress],
  ['zle', zleCompress, zleDecompress],
  ['lz4', (from: Uint8Array, to: Uint8Array) => lz4.compress(from, to), lz4Decompress],
] as const;

test.each(KINDS)('%s gives back what it took', (_name, compress, decompress) => {
  fc.assert(
    fc.property(content, (bytes) => {
      const packed = new Uint8Array(bytes.length + 4000);
      const size = compress(bytes, packed);
      expect(size).toBeGreaterThan(0);
      const plain = new Uint8Array(bytes.length);
      expect(decompress(packed.subarray(0, size), plain)).toBe(true);
      expect(plain).toEqual(bytes);
    }),
    { numRuns: 150 },
  );
});

test.each(KINDS)('%s refuses or survives any input within the target', (_name, _, decompress) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(2000), (bytes, size) => {
      expect(typeof decompress(bytes, new Uint8Array(size))).toBe('boolean');
    }),
    { numRuns: 500 },
  );
});

test('a block that would not shrink by an eighth is not compressed', () => {
  const noise = new Uint8Array(4096);
  new SeededRandom(1).fill(noise);
  const compressor = new Compressor(nodeCodecs);
  const text = new Uint8Array(4096).fill(65);
  for (const kind of [3, 5, 13, 15]) {
    expect(compressor.compress(kind, noise)).toBeNull();
    const packed = compressor.compress(kind, text) as Uint8Array;
    expect(packed.length).toBeLessThan(400);
    expect(compressor.decompress(kind, packed, 4096)).toEqual(text);
  }
});

test('fletcher2 and fletcher4 are the sums of sums', () => {
  const fletcher = new Fletcher();
  const mask = (1n << 64n) - 1n;
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 64, maxLength: 2048 }), (raw) => {
      const bytes = raw.slice(0, raw.length - (raw.length % 16));
      const view = new DataView(bytes.buffer);
      const four = [0n, 0n, 0n, 0n];
      for (let at = 0; at < bytes.length; at += 4) {
        let sum = BigInt(view.getUint32(at, true));
        for (let i = 0; i < 4; i += 1) {
          sum = ((four[i] as bigint) + sum) & mask;
          four[i] = sum;
        }
      }
      const two = [0n, 0n, 0n, 0n] as [bigint, bigint, bigint, bigint];
      for (let at = 0; at < bytes.length; at += 16) {
        two[0] = (two[0] + view.getBigUint64(at, true)) & mask;
        two[1] = (two[1] + view.getBigUint64(at + 8, true)) & mask;
        two[2] = (two[2] + two[0]) & mask;
        two[3] = (two[3] + two[1]) & mask;
      }
      const words = (sum: Uint32Array): bigint[] => [...new BigUint64Array(sum.buffer)];
      expect(words(fletcher.fletcher4(bytes))).toEqual(four);
      expect(words(fletcher.fletcher2(bytes))).toEqual(two);
    }),
    { numRuns: 60 },
  );
});

test('fletcher4 goes on from a seed and takes lengths that are no multiple of 16', () => {
  const fletcher = new Fletcher();
  const bytes = Uint8Array.from({ length: 312 * 3 }, (_, i) => i * 7);
  const whole = fletcher.fletcher4(bytes);
  const first = fletcher.fletcher4(bytes.subarray(0, 312));
  expect(fletcher.fletcher4(bytes.subarray(312), first)).toEqual(whole);
});

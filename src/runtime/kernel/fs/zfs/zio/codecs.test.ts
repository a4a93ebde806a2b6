/** Compression and checksums: round trips, hostile input, sums against plain big-number loops. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeededRandom } from '#testing/sim/random.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { Fletcher } from './fletcher.ts';
import { BlockMachine } from './block-machine.ts';
import { Lz4, LZ4_HEADER, lz4Decompress } from './lz4.ts';
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

const machine = new BlockMachine();

/** The size as the header says it, then what the machine makes of the rest. */
function unpackByMachine(packed: Uint8Array, size: number): Uint8Array | null {
  if (packed.length < LZ4_HEADER) return null;
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(0);
  if (length > packed.length - LZ4_HEADER) return null;
  return machine.lz4Decompress(packed.subarray(LZ4_HEADER, LZ4_HEADER + length), size);
}

/** Long blocks of pieces of earlier pieces and of noise, near and far apart. */
const long = fc
  .tuple(fc.nat(), fc.integer({ min: 13, max: 300_000 }), fc.integer({ min: 1, max: 40 }))
  .map(([seed, size, variety]) => {
    const random = new SeededRandom(seed);
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const run = 1 + (random.uint32() % 200);
      const piece = new Uint8Array(run);
      if (at > 0 && random.uint32() % variety !== 0) {
        const from = random.uint32() % at;
        for (let i = 0; i < run; i += 1) piece[i] = bytes[(from + i) % at] as number;
      } else {
        random.fill(piece);
      }
      bytes.set(piece.subarray(0, size - at), at);
      at += run;
    }
    return bytes;
  });

test('lz4 in WebAssembly makes the bytes that lz4 in TypeScript makes', () => {
  fc.assert(
    fc.property(fc.oneof(content, long), fc.integer({ min: 1, max: 9 }), (bytes, eighths) => {
      const limit = Math.floor((bytes.length * eighths) / 8) + 20;
      const expected = new Uint8Array(limit);
      const size = lz4.compress(bytes, expected);
      const packed = machine.lz4Compress(bytes, LZ4_HEADER, limit)?.slice();
      expect(packed?.length ?? 0).toBe(size);
      if (packed === undefined) return;
      expect(packed.subarray(LZ4_HEADER)).toEqual(expected.subarray(LZ4_HEADER, size));
      expect(unpackByMachine(expected.subarray(0, size), bytes.length)).toEqual(bytes);
    }),
    { numRuns: 150 },
  );
});

test('lz4 in WebAssembly unpacks and refuses what lz4 in TypeScript does', () => {
  const damaged = fc
    .tuple(content, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(20))
    .map(([bytes, flips, more]) => {
      const packed = new Uint8Array(bytes.length + 4000);
      const size = lz4.compress(bytes, packed);
      for (const [at, value] of flips) packed[at % size] = value;
      return { packed: packed.slice(0, size), size: Math.max(0, bytes.length + more - 10) };
    });
  const junk = fc.record({ packed: fc.uint8Array({ maxLength: 60 }), size: fc.nat(400) });
  const tiny = junk.map(({ packed, size }) => {
    const whole = new Uint8Array(LZ4_HEADER + packed.length);
    whole[3] = packed.length;
    whole.set(packed, LZ4_HEADER);
    return { packed: whole, size };
  });
  fc.assert(
    fc.property(fc.oneof(damaged, junk, tiny), ({ packed, size }) => {
      const expected = new Uint8Array(size);
      const plain = unpackByMachine(packed, size);
      if (lz4Decompress(packed, expected)) expect(plain).toEqual(expected);
      else expect(plain).toBeNull();
    }),
    { numRuns: 2000 },
  );
});

test('a block that would not shrink by an eighth is not compressed', () => {
  const noise = new Uint8Array(4096);
  new SeededRandom(1).fill(noise);
  const compressor = new Compressor(nodeCodecs);
  const text = new Uint8Array(4096).fill(65);
  for (const kind of [3, 5, 13, 15]) {
    expect(compressor.compress(kind, noise)).toBeNull();
    const packed = compressor.compress(kind, text)?.slice() as Uint8Array;
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

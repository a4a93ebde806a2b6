import fc from 'fast-check';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { codeLengths } from '#lib/libc/deflate/huffman.ts';
import { type ByteSource, gunzipStream, gzipStream } from '#lib/libc/gzip.ts';
import type { Task } from '#kernel/syscall/sys.ts';

/** Runs a task that never traps. */
function run<T>(task: Task<T>): T {
  const step = task.next();
  if (step.done !== true) throw new Error(`unexpected trap ${step.value.trap}`);
  return step.value;
}

function source(data: Uint8Array, size: number): ByteSource {
  let at = 0;
  return function* read() {
    if (at >= data.length) return undefined;
    at += size;
    return data.subarray(at - size, at);
  };
}

function collect(): { parts: Uint8Array[]; sink: (bytes: Uint8Array) => Task<void> } {
  const parts: Uint8Array[] = [];
  return {
    parts,
    sink: function* sink(bytes) {
      parts.push(bytes.slice());
    },
  };
}

function pack(data: Uint8Array, level: number, chunk: number): Buffer {
  const { parts, sink } = collect();
  run(gzipStream(source(data, chunk), sink, level, { name: 'x', mtime: 7 }));
  return Buffer.concat(parts);
}

/** Text with repeats near and far, which is what finds mistakes in matches. */
const data = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 400 })))
  .map((pieces) =>
    Buffer.concat(pieces.map(([bytes, times]) => Buffer.alloc(bytes.length * times, bytes))),
  );

test('zlib unpacks what we pack, and we what zlib packs, in chunks of any size', () => {
  fc.assert(
    fc.property(
      data,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 5000 }),
      (bytes, level, chunk) => {
        expect(gunzipSync(pack(bytes, level, chunk)).equals(bytes)).toBe(true);
        const { parts, sink } = collect();
        const packed = gzipSync(bytes, { level });
        expect(run(gunzipStream(source(packed, chunk), sink))).toMatchObject({ name: undefined });
        expect(Buffer.concat(parts).equals(bytes)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test('damaged input never hangs or throws: it is named, or did no damage', () => {
  const data = Buffer.from('hello hello hello hello world'.repeat(50));
  const packed = gzipSync(data);
  fc.assert(
    fc.property(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const bad = Buffer.from(packed);
      bad[at] = (bad[at] as number) ^ flip;
      const { parts, sink } = collect();
      const result = run(gunzipStream(source(bad, 100), sink));
      // The last byte of the compressed data has bits that mean nothing.
      if (at >= 10 && typeof result !== 'string') expect(Buffer.concat(parts)).toEqual(data);
    }),
  );
  const cut = run(gunzipStream(source(packed.subarray(0, 40), 7), collect().sink));
  expect(cut).toBe('unexpected end of file');
});

test('code lengths under a limit leave no code unused', () => {
  const frequencies = fc.array(fc.oneof(fc.nat(3), fc.nat(100_000)), {
    minLength: 2,
    maxLength: 60,
  });
  fc.assert(
    fc.property(frequencies, fc.integer({ min: 6, max: 15 }), (counts, limit) => {
      const lengths = codeLengths(counts, limit);
      let room = 2 ** limit;
      lengths.forEach((length, symbol) => {
        expect(length).toBeLessThanOrEqual(limit);
        if ((counts[symbol] as number) > 0) expect(length).toBeGreaterThan(0);
        if (length > 0) room -= 2 ** (limit - length);
      });
      expect(room).toBe(0);
    }),
    { numRuns: 500 },
  );
});

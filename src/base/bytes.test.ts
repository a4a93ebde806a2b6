import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes, concatBytes, decodeLatin1, encodeLatin1, toHex } from '#base/bytes.ts';

test('Latin-1 text keeps every byte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
      expect(encodeLatin1(decodeLatin1(bytes))).toEqual(bytes);
    }),
    { numRuns: 30 },
  );
});

test('concatBytes keeps order, compareBytes sorts a prefix first', () => {
  const ab = concatBytes([Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 255)]);
  expect(toHex(ab)).toBe('0102ff');
  expect(compareBytes(ab.subarray(0, 2), ab)).toBeLessThan(0);
  expect(compareBytes(ab, Uint8Array.of(1, 3))).toBeLessThan(0);
});

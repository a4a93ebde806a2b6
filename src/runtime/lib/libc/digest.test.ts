import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { toHex } from '#base/bytes.ts';
import { crc32 } from '#lib/libc/crc32.ts';
import { DIGESTS } from '#lib/libc/digest.ts';

test('digests agree with the host’s whatever the pieces', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 });
  fc.assert(
    fc.property(pieces, (parts) => {
      for (const [name, make] of Object.entries(DIGESTS)) {
        const ours = make();
        const theirs = createHash(name);
        for (const part of parts) {
          ours.update(part);
          theirs.update(part);
        }
        expect(toHex(ours.digest())).toBe(theirs.digest('hex'));
      }
      const all = Buffer.concat(parts);
      expect(crc32(all)).toBe(zlibCrc32(all));
    }),
    { numRuns: 40 },
  );
});

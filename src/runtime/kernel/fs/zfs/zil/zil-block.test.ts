/**
 * Log blocks: only the one that its pointer names is taken, whole and untorn; anything else is the
 * end of the log.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { HOLE, type BlockPointer } from '../ondisk/blkptr.ts';
import { TX_REMOVE, zilChain } from '../ondisk/zil-phys.ts';
import { Checksums } from '../zio/zio-checksum.ts';
import { newRecord } from './itx.ts';
import { decodeLogBlock, firstName, logPointer, nextName, sealedSize } from './zil-block.ts';

const checksums = new Checksums(nodeCodecs);
const SIZE = 12_288;

function pointer(name: Uint32Array): BlockPointer {
  return logPointer([{ vdev: 0, offset: 0, asize: SIZE, isGang: false }], SIZE, 7, name);
}

/** A sealed block with `count` records, and the bytes that are written of it. */
function block(name: Uint32Array, count: number): { bytes: Uint8Array; written: number } {
  const bytes = new Uint8Array(SIZE);
  let used = zilChain.sizeBytes;
  for (let n = 0; n < count; n += 1) {
    const record = newRecord(TX_REMOVE, 60);
    bytes.set(record, used);
    used += record.length;
  }
  const written = sealedSize(bytes, used, pointer(nextName(name)));
  checksums.sealLog(pointer(name).checksum, bytes, name);
  return { bytes, written };
}

const verify = (bytes: Uint8Array, name: Uint32Array): boolean =>
  checksums.verifyLog(pointer(name).checksum, bytes, name);

test('a block is what its name says, and only that', () => {
  const name = firstName([1n, 2n], 54);
  const { bytes } = block(name, 5);
  expect(verify(bytes, name)).toBe(true);
  expect(verify(bytes, nextName(name))).toBe(false);
  expect(verify(bytes, firstName([1n, 3n], 54))).toBe(false);
  expect(verify(bytes, firstName([1n, 2n], 55))).toBe(false);
  expect(decodeLogBlock(bytes, pointer(name))?.records).toHaveLength(5);
  expect(decodeLogBlock(bytes, pointer(nextName(name)))).toBeNull();
});

test('any changed byte of what was written is seen; what lies behind it does not count', () => {
  const name = firstName([3n, 4n], 1);
  const { bytes, written } = block(name, 40);
  expect(written).toBe(4096);
  fc.assert(
    fc.property(fc.nat(SIZE - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const torn = bytes.slice();
      torn[at] = (torn[at] as number) ^ change;
      expect(verify(torn, name)).toBe(at >= written);
    }),
  );
});

test('hostile chains end the log instead of leaving it', () => {
  const name = firstName([5n, 6n], 1);
  fc.assert(
    fc.property(fc.nat(2 ** 40), fc.nat(2 ** 33), (used, reclen) => {
      const { bytes } = block(name, 2);
      const view = new DataView(bytes.buffer);
      view.setBigUint64(136, BigInt(used), true);
      view.setBigUint64(zilChain.sizeBytes + 8, BigInt(reclen), true);
      const decoded = decodeLogBlock(bytes, pointer(name));
      for (const record of decoded?.records ?? []) {
        expect(record.bytes.length).toBeLessThanOrEqual(SIZE);
      }
      expect(typeof verify(bytes, name)).toBe('boolean');
    }),
  );
  const { bytes } = block(name, 1);
  sealedSize(bytes, zilChain.sizeBytes, HOLE);
  expect(decodeLogBlock(bytes, pointer(name))).toBeNull();
});

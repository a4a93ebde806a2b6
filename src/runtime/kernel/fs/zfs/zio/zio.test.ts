/** A block that is being written stays as it was packed while others are read. */
import { expect, test } from 'vitest';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { ZIO_CHECKSUM_FLETCHER_4, ZIO_COMPRESS_LZ4 } from '../ondisk/zio-algorithm.ts';
import { ZioContext } from './zio.ts';

test('what was packed is not disturbed by reading: finding it a place may read a space map', () => {
  const { packing, compressor, checksums } = new ZioContext(nodeCodecs);
  const text = (letter: number): Uint8Array => new Uint8Array(131_072).fill(letter);
  const other = compressor.compress(ZIO_COMPRESS_LZ4, text(66))?.slice() as Uint8Array;
  const packed = packing.compressor.compress(ZIO_COMPRESS_LZ4, text(65)) as Uint8Array;
  const stored = packing.compressor.padTo(packed, Math.ceil(packed.length / 512) * 512);
  const before = stored.slice();
  expect(compressor.decompress(ZIO_COMPRESS_LZ4, other, 131_072)).toEqual(text(66));
  expect(checksums.compute(ZIO_CHECKSUM_FLETCHER_4, text(67))).not.toBeNull();
  expect(stored).toEqual(before);
  expect(compressor.decompress(ZIO_COMPRESS_LZ4, stored, 131_072)).toEqual(text(65));
});

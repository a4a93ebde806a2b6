/**
 * Storage as bytes: something that is read at an offset, and what a writer of images makes: a size
 * and the ranges that hold anything. Everything between the ranges is zeros.
 */

export interface ByteSource {
  readonly sizeBytes: number;
  /** Fills all of `target`; reading past the end is a programmer's error. */
  read(offsetBytes: number, target: Uint8Array): void;
}

export interface ByteExtent {
  readonly offsetBytes: number;
  readonly bytes: Uint8Array;
}

/** Ranges in rising order that do not touch each other's bytes. Bytes are borrowed: don't write. */
export interface SparseBytes {
  readonly sizeBytes: number;
  readonly extents: readonly ByteExtent[];
}

export function sparseOf(bytes: Uint8Array): SparseBytes {
  return { sizeBytes: bytes.length, extents: [{ offsetBytes: 0, bytes }] };
}

/** `extents` in any order; throws RangeError where two overlap or one sticks out. */
export function sparseBytes(sizeBytes: number, extents: readonly ByteExtent[]): SparseBytes {
  const sorted = extents
    .filter(({ bytes }) => bytes.length > 0)
    .sort((a, b) => a.offsetBytes - b.offsetBytes);
  let end = 0;
  for (const { offsetBytes, bytes } of sorted) {
    if (offsetBytes < end) throw new RangeError(`two ranges of an image overlap at ${offsetBytes}`);
    end = offsetBytes + bytes.length;
  }
  if (end > sizeBytes) throw new RangeError(`a range of an image ends at ${end}, past its size`);
  return { sizeBytes, extents: sorted };
}

/** The extents of `image` when it begins at `offsetBytes` of something larger. */
export function extentsAt(offsetBytes: number, image: SparseBytes): ByteExtent[] {
  return image.extents.map((extent) => ({
    offsetBytes: offsetBytes + extent.offsetBytes,
    bytes: extent.bytes,
  }));
}

/** Reads what a writer made. */
export function sourceOf(image: SparseBytes): ByteSource {
  return {
    sizeBytes: image.sizeBytes,
    read(offsetBytes, target) {
      target.fill(0);
      const end = offsetBytes + target.length;
      for (const extent of image.extents) {
        const from = Math.max(offsetBytes, extent.offsetBytes);
        const to = Math.min(end, extent.offsetBytes + extent.bytes.length);
        if (from >= to) continue;
        const part = extent.bytes.subarray(from - extent.offsetBytes, to - extent.offsetBytes);
        target.set(part, from - offsetBytes);
      }
    },
  };
}

/** A part of `source` as a source of its own, as a partition of a disk. */
export function windowOf(source: ByteSource, offsetBytes: number, sizeBytes: number): ByteSource {
  if (offsetBytes < 0 || sizeBytes < 0 || offsetBytes + sizeBytes > source.sizeBytes) {
    const range = `${offsetBytes} to ${offsetBytes + sizeBytes}`;
    throw new RangeError(`${range} is not in a medium of ${source.sizeBytes} bytes`);
  }
  return { sizeBytes, read: (at, target) => source.read(offsetBytes + at, target) };
}

/** Reads any range through calls that must be whole sectors, such as a disk's. */
export function unalignedSource(source: ByteSource, sectorSize: number): ByteSource {
  return {
    sizeBytes: source.sizeBytes,
    read(offsetBytes, target) {
      const from = offsetBytes - (offsetBytes % sectorSize);
      const end = Math.ceil((offsetBytes + target.length) / sectorSize) * sectorSize;
      if (from === offsetBytes && end - from === target.length) {
        source.read(from, target);
        return;
      }
      const whole = new Uint8Array(end - from);
      source.read(from, whole);
      target.set(whole.subarray(offsetBytes - from, offsetBytes - from + target.length));
    },
  };
}

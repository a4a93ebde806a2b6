/** Which ranges of a file hold something: found by looking, since Node.js can't ask the system. */
import { createHash } from 'node:crypto';
import { fstatSync, readSync } from 'node:fs';
import { KiB, MiB } from '#base/units.ts';

export interface Range {
  readonly offset: number;
  readonly size: number;
}

const LOOK_BYTES = MiB;
const GRAIN_BYTES = 64 * KiB;
const NOTHING = Buffer.alloc(LOOK_BYTES);
const ZEROS = Buffer.alloc(GRAIN_BYTES);

/** The stored ranges in order, and the SHA-256 of the whole content, in one reading. */
export function mapFile(fd: number, sizeBytes: number): { ranges: Range[]; sha256: string } {
  const hash = createHash('sha256');
  // A file without a block holds nothing: no need to read ten gigabytes to see it.
  if (fstatSync(fd).blocks === 0) {
    for (let left = sizeBytes; left > 0; left -= NOTHING.length) {
      hash.update(NOTHING.subarray(0, Math.min(left, NOTHING.length)));
    }
    return { ranges: [], sha256: hash.digest('hex') };
  }
  const ranges: { offset: number; size: number }[] = [];
  const buffer = Buffer.alloc(LOOK_BYTES);
  for (let at = 0; at < sizeBytes; ) {
    const count = readSync(fd, buffer, 0, Math.min(LOOK_BYTES, sizeBytes - at), at);
    if (count === 0) throw new Error('the file has become shorter');
    hash.update(buffer.subarray(0, count));
    for (let from = 0; from < count; from += GRAIN_BYTES) {
      const grain = buffer.subarray(from, Math.min(from + GRAIN_BYTES, count));
      if (grain.equals(ZEROS.subarray(0, grain.length))) continue;
      const last = ranges.at(-1);
      const offset = at + from;
      if (last !== undefined && last.offset + last.size === offset) last.size += grain.length;
      else ranges.push({ offset, size: grain.length });
    }
    at += count;
  }
  return { ranges, sha256: hash.digest('hex') };
}

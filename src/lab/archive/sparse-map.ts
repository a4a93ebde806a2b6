/**
 * Which ranges of a file hold something: found by looking, since Node.js can't ask the system. Long
 * work, so others get their turn in between.
 */
import { createHash, type Hash } from 'node:crypto';
import { fstatSync, readSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { KiB, MiB } from '#base/units.ts';

export interface Range {
  readonly offset: number;
  readonly size: number;
}

const LOOK_BYTES = MiB;
const GRAIN_BYTES = 64 * KiB;
const NOTHING = Buffer.alloc(LOOK_BYTES);
const ZEROS = Buffer.alloc(GRAIN_BYTES);

/** Work between two turns of the event loop: some milliseconds. */
const TURN_BYTES = 8 * MiB;

/** Adds `count` zeros to a hash. */
export async function hashZeros(hash: Hash, count: number): Promise<void> {
  for (let done = 0; done < count; done += NOTHING.length) {
    hash.update(NOTHING.subarray(0, Math.min(count - done, NOTHING.length)));
    if ((done + NOTHING.length) % TURN_BYTES === 0) await turn();
  }
}

/** The stored ranges in order, and the SHA-256 of the whole content, in one reading. */
export async function mapFile(
  fd: number,
  sizeBytes: number,
): Promise<{ ranges: Range[]; sha256: string }> {
  const hash = createHash('sha256');
  // A file without a block holds nothing: no need to read ten gigabytes to see it.
  if (fstatSync(fd).blocks === 0) {
    await hashZeros(hash, sizeBytes);
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
    if (at % TURN_BYTES === 0) await turn();
  }
  return { ranges, sha256: hash.digest('hex') };
}

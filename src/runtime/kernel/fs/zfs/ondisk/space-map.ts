/**
 * Entries of a space map: allocations and frees of one metaslab in the order they happened. Offsets
 * and runs count sectors. One word holds runs of up to 2^15 sectors, two words (spacemap_v2) more;
 * debug entries say which txg and pass wrote what follows.
 *
 *   one word:  0 | offset 47 | type 1 | run − 1 15
 *   debug:     10 | action 2 | pass 10 | txg 50
 *   two words: 11 | pad 2 | run − 1 36 | vdev 24      type 1 | offset 63
 *
 * @see sys/space_map.h
 */
import { viewOf } from './struct.ts';

export interface SpaceMapEntry {
  readonly isFree: boolean;
  /** In sectors from the start of the metaslab; two-word entries of a log, of the vdev. */
  readonly offset: number;
  readonly run: number;
  /** Vdev of a two-word entry, else undefined. */
  readonly vdev: number | undefined;
}

/** `SM_RUN_MAX` */
export const SM_RUN_MAX: number = 2 ** 15;
const NO_VDEV: number = 2 ** 24 - 1;
const TWO_32 = 2 ** 32;

/** Calls `visit` for each entry of `bytes`, a whole number of words. */
export function forEachSpaceMapEntry(
  bytes: Uint8Array,
  visit: (entry: SpaceMapEntry) => void,
): void {
  const view = viewOf(bytes);
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const low = view.getUint32(at, true);
    const high = view.getUint32(at + 4, true);
    const prefix = high >>> 30;
    if (prefix === 2) continue;
    if (prefix < 2) {
      visit({
        isFree: ((low >>> 15) & 1) === 1,
        offset: (high & 0x7fffffff) * 2 ** 16 + (low >>> 16),
        run: (low & 0x7fff) + 1,
        vdev: undefined,
      });
      continue;
    }
    const vdev = low & 0xffffff;
    const run = (high & 0x0fffffff) * 2 ** 8 + (low >>> 24) + 1;
    at += 8;
    if (at + 8 > bytes.length) return;
    const low2 = view.getUint32(at, true);
    const high2 = view.getUint32(at + 4, true);
    visit({
      isFree: high2 >= 0x80000000,
      offset: (high2 & 0x7fffffff) * TWO_32 + low2,
      run,
      vdev: vdev === NO_VDEV ? undefined : vdev,
    });
  }
}

/** Collects one-word entries and hands them out as bytes. */
export class SpaceMapWriter {
  readonly #words: number[] = [];

  debug(isFree: boolean, pass: number, txg: number): void {
    const action = isFree ? 1 : 0;
    const high =
      (2 * 2 ** 30 + action * 2 ** 28 + (pass & 0x3ff) * 2 ** 18 + Math.floor(txg / TWO_32)) >>> 0;
    this.#words.push(txg % TWO_32, high);
  }

  /** A range in sectors; split where it is longer than one entry can say. */
  range(isFree: boolean, offset: number, run: number): void {
    for (let done = 0; done < run; done += SM_RUN_MAX) {
      const count = Math.min(SM_RUN_MAX, run - done);
      const at = offset + done;
      const low = ((at % 2 ** 16) * 2 ** 16 + (isFree ? 0x8000 : 0) + (count - 1)) >>> 0;
      this.#words.push(low, Math.floor(at / 2 ** 16));
    }
  }

  bytes(): Uint8Array {
    const words = Uint32Array.from(this.#words);
    return new Uint8Array(words.buffer);
  }
}

/**
 * Fletcher checksums: running sums of sums, modulo 2^64. Fletcher-4 goes over 32-bit words with four
 * sums, fletcher-2 over pairs of 64-bit words with two sums each.
 * Surprising: JavaScript has no fast 64-bit addition, so the loops are WebAssembly
 * (zio/fletcher-code.ts). Measured: see docs/decisions/0006.
 * @spec ZFS On-Disk §2.3  @see uts/common/fs/zfs: zfs_fletcher.c
 */
import { BlockMachine } from './block-machine.ts';

/** Longer input is summed piece by piece. */
const CHUNK = 4 * 65536;

export class Fletcher {
  readonly #machine: BlockMachine;

  constructor(machine: BlockMachine = new BlockMachine()) {
    this.#machine = machine;
  }

  /** Four 64-bit sums as low and high halves; `bytes` is a multiple of 4 long. */
  fletcher4(bytes: Uint8Array, seed?: Uint32Array): Uint32Array {
    const whole = bytes.length - (bytes.length % 16);
    let sums = seed;
    for (let at = 0; at < whole; at += CHUNK) {
      const chunk =
        whole === bytes.length && whole <= CHUNK
          ? bytes
          : bytes.subarray(at, Math.min(at + CHUNK, whole));
      if (sums === undefined) sums = this.#machine.fletcher4(chunk);
      else sums = this.#machine.fletcher4From(sums, chunk);
    }
    sums = sums === seed ? (seed?.slice() ?? new Uint32Array(8)) : (sums as Uint32Array);
    if (whole < bytes.length) addTail(sums, bytes.subarray(whole));
    return sums;
  }

  /** `bytes` is a multiple of 16 long. */
  fletcher2(bytes: Uint8Array): Uint32Array {
    return this.#machine.fletcher2(bytes);
  }
}

/** Up to three more words (send stream records are 312 bytes long). */
function addTail(sums: Uint32Array, bytes: Uint8Array): void {
  const wide = new BigUint64Array(sums.buffer, sums.byteOffset, 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    let sum = BigInt(view.getUint32(at, true));
    for (let i = 0; i < 4; i += 1) {
      sum = BigInt.asUintN(64, (wide[i] as bigint) + sum);
      wide[i] = sum;
    }
  }
}

/**
 * Fletcher checksums: running sums of sums, modulo 2^64. Fletcher-4 goes over 32-bit words with four
 * sums, fletcher-2 over pairs of 64-bit words with two sums each.
 * Surprising: JavaScript has no fast 64-bit addition, so the loops are WebAssembly, emitted here.
 * Measured: 50 × a loop over 32-bit halves, see docs/decisions/0006.
 * @spec ZFS On-Disk §2.3  @see uts/common/fs/zfs: zfs_fletcher.c
 */
import { assembleModule, I32, I64, leb, sleb } from './wasm-module.ts';

const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const LOCAL_TEE = 0x22;
const I64_LOAD = 0x29;
const I64_LOAD32_U = 0x35;
const I64_STORE = 0x37;
const I32_CONST = 0x41;
const I32_ADD = 0x6a;
const I32_LT_U = 0x49;
const I64_ADD = 0x7c;
const LOOP = 0x03;
const BR_IF = 0x0d;
const END = 0x0b;
const VOID = 0x40;

/** Parameters 0 = first byte, 1 = end; sums are at byte 0. Locals 2 … 5 are the sums. */
const STATE = 0;
/** Where the data is copied to; a multiple of 16 behind the sums. */
const DATA = 64;
const PAGES = 5;
const CHUNK = 4 * 65536;

/** Code as a list of pieces. */
const code = (...pieces: readonly (readonly number[])[]): number[] => pieces.flat();

const loadState = (local: number): number[] =>
  code([I32_CONST], sleb(STATE), [I64_LOAD, 3], leb((local - 2) * 8), [LOCAL_SET, local]);
const storeState = (local: number): number[] =>
  code([I32_CONST], sleb(STATE), [LOCAL_GET, local, I64_STORE, 3], leb((local - 2) * 8));
/** local += value on the stack's top. */
const addLocal = (local: number, addend: readonly number[]): number[] =>
  code([LOCAL_GET, local], addend, [I64_ADD, LOCAL_SET, local]);
const SUMS = [2, 3, 4, 5] as const;

function loop(step: number, work: readonly number[]): number[] {
  return code(
    SUMS.flatMap(loadState),
    [LOOP, VOID],
    work,
    [LOCAL_GET, 0, I32_CONST],
    sleb(step),
    [I32_ADD, LOCAL_TEE, 0, LOCAL_GET, 1, I32_LT_U],
    [BR_IF, 0, END],
    SUMS.flatMap(storeState),
  );
}

/** a += word, b += a, c += b, d += c; four words a turn. */
const fletcher4Word = (offset: number): number[] => [
  ...addLocal(2, [LOCAL_GET, 0, I64_LOAD32_U, 2, ...leb(offset)]),
  ...addLocal(3, [LOCAL_GET, 2]),
  ...addLocal(4, [LOCAL_GET, 3]),
  ...addLocal(5, [LOCAL_GET, 4]),
];
/** Sums in the order of the checksum's words: a0, a1, b0, b1. */
const fletcher2Pair = (offset: number): number[] => [
  ...addLocal(2, [LOCAL_GET, 0, I64_LOAD, 3, ...leb(offset)]),
  ...addLocal(3, [LOCAL_GET, 0, I64_LOAD, 3, ...leb(offset + 8)]),
  ...addLocal(4, [LOCAL_GET, 2]),
  ...addLocal(5, [LOCAL_GET, 3]),
];

const parameters = [I32, I32];
const locals = [[4, I64]] as const;

type Kernel = (from: number, end: number) => void;

/** The two checksums with a scratch memory of their own; one for each pool. */
export class Fletcher {
  readonly #memory: Uint8Array;
  readonly #state: Uint32Array;
  readonly #fletcher4: Kernel;
  readonly #fletcher2: Kernel;

  constructor() {
    const words = [0, 4, 8, 12].flatMap(fletcher4Word);
    const module = new WebAssembly.Module(
      assembleModule(PAGES, [
        { name: 'fletcher4', parameters, locals, body: loop(16, words) },
        { name: 'fletcher2', parameters, locals, body: loop(16, fletcher2Pair(0)) },
      ]),
    );
    const { exports } = new WebAssembly.Instance(module);
    const memory = exports['memory'] as WebAssembly.Memory;
    this.#memory = new Uint8Array(memory.buffer);
    this.#state = new Uint32Array(memory.buffer, STATE, 8);
    this.#fletcher4 = exports['fletcher4'] as Kernel;
    this.#fletcher2 = exports['fletcher2'] as Kernel;
  }

  /** Four 64-bit sums as low and high halves; `bytes` is a multiple of 4 long. */
  fletcher4(bytes: Uint8Array, seed?: Uint32Array): Uint32Array {
    return this.#run(this.#fletcher4, bytes, seed);
  }

  /** `bytes` is a multiple of 16 long. */
  fletcher2(bytes: Uint8Array): Uint32Array {
    return this.#run(this.#fletcher2, bytes, undefined);
  }

  #run(kernel: Kernel, bytes: Uint8Array, seed: Uint32Array | undefined): Uint32Array {
    if (seed === undefined) this.#state.fill(0);
    else this.#state.set(seed);
    const whole = bytes.length - (bytes.length % 16);
    for (let at = 0; at < whole; at += CHUNK) {
      const chunk = bytes.subarray(at, Math.min(at + CHUNK, whole));
      this.#memory.set(chunk, DATA);
      kernel(DATA, DATA + chunk.length);
    }
    const sums = this.#state.slice();
    if (whole < bytes.length) addTail(sums, bytes.subarray(whole));
    return sums;
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

/**
 * Parity of raidz in WebAssembly, sixteen bytes at a time; vdev-raidz-math.ts has the same in plain
 * TypeScript, which the tests hold against it.
 *
 *   0     16     32  64      + capacity    + capacity    …
 *   | low | high | – | column | P or result | Q | R |
 *
 * A factor's products are two tables of sixteen: for the lower and for the upper four bits.
 * @see uts/common/fs/zfs/vdev_raidz.c
 */
import {
  add,
  addBytes,
  all,
  and128,
  branchIf,
  type Code,
  get,
  i32,
  lessThanBytes,
  load128,
  loop,
  ltU,
  set,
  shrBytesU,
  splat8,
  store128,
  swizzle,
  wasmFunction,
  xor128,
} from '#base/wasm-code.ts';
import { assembleModule, type WasmFunction } from '#base/wasm-module.ts';
import { gfMultiply, type RaidzArithmetic, type RaidzTerm } from './vdev-raidz-math.ts';

const PAGE = 65536;
const LOW_TABLE = 0;
const HIGH_TABLE = 16;
const COLUMNS = 64;
const FIRST_CAPACITY: number = 128 * 1024;
const BUFFERS = 4;
/** What doubling takes away when it carries: the field's polynomial without its top bit. */
const POLYNOMIAL = 0x1d;

const splat = (value: number): Code => splat8(i32(value));

/** `addColumnN(at, end, step)`: the column at `at` into N parity columns, `step` apart. */
function addColumnCode(parityCount: number): WasmFunction {
  return wasmFunction({
    name: `addColumn${parityCount}`,
    parameters: ['at', 'end', 'step'],
    locals: ['to'],
    vectors: ['data', 'sum', 'zero', 'polynomial'],
    body: (l) => {
      const double = set(
        l.sum,
        xor128(
          addBytes(get(l.sum), get(l.sum)),
          and128(lessThanBytes(get(l.sum), get(l.zero)), get(l.polynomial)),
        ),
      );
      const into = (doublings: number): Code =>
        all(
          set(l.to, add(get(l.to), get(l.step))),
          set(l.sum, load128(get(l.to))),
          ...Array.from({ length: doublings }, () => double),
          store128(get(l.to), xor128(get(l.sum), get(l.data))),
        );
      return all(
        set(l.zero, splat(0)),
        set(l.polynomial, splat(POLYNOMIAL)),
        loop(
          set(l.data, load128(get(l.at))),
          set(l.to, get(l.at)),
          ...Array.from({ length: parityCount }, (_, doublings) => into(doublings)),
          set(l.at, add(get(l.at), i32(16))),
          branchIf(0, ltU(get(l.at), get(l.end))),
        ),
      );
    },
  });
}

/** `addProduct(at, end, step)`: the column at `at`, times the tables, to the result. */
const ADD_PRODUCT: WasmFunction = wasmFunction({
  name: 'addProduct',
  parameters: ['at', 'end', 'step'],
  locals: ['to'],
  vectors: ['data', 'low', 'high', 'nibble'],
  body: (l) => {
    const product = xor128(
      swizzle(get(l.low), and128(get(l.data), get(l.nibble))),
      swizzle(get(l.high), shrBytesU(get(l.data), i32(4))),
    );
    return all(
      set(l.low, load128(i32(LOW_TABLE))),
      set(l.high, load128(i32(HIGH_TABLE))),
      set(l.nibble, splat(15)),
      loop(
        set(l.data, load128(get(l.at))),
        set(l.to, add(get(l.at), get(l.step))),
        store128(get(l.to), xor128(load128(get(l.to)), product)),
        set(l.at, add(get(l.at), i32(16))),
        branchIf(0, ltU(get(l.at), get(l.end))),
      ),
    );
  },
});

type Kernel = (at: number, end: number, step: number) => void;

/** Columns are a multiple of 16 bytes long, as sectors are. */
export class RaidzMachine implements RaidzArithmetic {
  readonly #memory: WebAssembly.Memory;
  readonly #addColumn: readonly Kernel[];
  readonly #addProduct: Kernel;
  #bytes: Uint8Array;
  #capacity = FIRST_CAPACITY;

  constructor() {
    const pages = Math.ceil((COLUMNS + BUFFERS * FIRST_CAPACITY) / PAGE);
    const functions = [...[1, 2, 3].map(addColumnCode), ADD_PRODUCT];
    const module = new WebAssembly.Module(assembleModule(pages, functions));
    const { exports } = new WebAssembly.Instance(module);
    this.#memory = exports['memory'] as WebAssembly.Memory;
    this.#addColumn = [1, 2, 3].map((count) => exports[`addColumn${count}`] as Kernel);
    this.#addProduct = exports['addProduct'] as Kernel;
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  #reserve(sizeBytes: number): void {
    if (sizeBytes <= this.#capacity) return;
    this.#capacity = Math.ceil(sizeBytes / PAGE) * PAGE;
    const missing = COLUMNS + BUFFERS * this.#capacity - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  /** Puts `column` in front, cut or filled up with zeros to `size`. */
  #place(column: Uint8Array | null, size: number): void {
    const length = Math.min(column?.length ?? 0, size);
    if (column !== null) this.#bytes.set(column.subarray(0, length), COLUMNS);
    this.#bytes.fill(0, COLUMNS + length, COLUMNS + size);
  }

  #buffer(index: number, size: number): Uint8Array {
    const at = COLUMNS + index * this.#capacity;
    return this.#bytes.subarray(at, at + size);
  }

  generate(data: readonly (Uint8Array | null)[], parityCount: number, size: number): Uint8Array[] {
    this.#reserve(size);
    const parity = Array.from({ length: parityCount }, (_, i) => this.#buffer(i + 1, size).fill(0));
    const kernel = this.#addColumn[parityCount - 1] as Kernel;
    for (const column of data) {
      this.#place(column, size);
      if (size > 0) kernel(COLUMNS, COLUMNS + size, this.#capacity);
    }
    return parity.map((column) => column.slice());
  }

  combine(terms: readonly RaidzTerm[], size: number): Uint8Array {
    this.#reserve(size);
    const result = this.#buffer(1, size).fill(0);
    for (const { column, factor } of terms) {
      this.#place(column, size);
      for (let i = 0; i < 16; i += 1) {
        this.#bytes[LOW_TABLE + i] = gfMultiply(factor, i);
        this.#bytes[HIGH_TABLE + i] = gfMultiply(factor, i << 4);
      }
      if (size > 0) this.#addProduct(COLUMNS, COLUMNS + size, this.#capacity);
    }
    return result.slice();
  }
}

/**
 * Parity of raidz in GF(2^8) with the polynomial 0x11d: P is the sum of the data columns, Q the sum
 * weighted by powers of 2, R by powers of 4. Missing columns are the solution of as many linear
 * equations as there are good parity columns.
 * The work on whole columns is done in WebAssembly (raidz-machine.ts); the same in TypeScript here is
 * what the tests hold it against.
 * @see uts/common/fs/zfs/vdev_raidz.c
 */
import { assert } from '#base/assert.ts';

const FIELD = 256;

export interface RaidzTerm {
  readonly column: Uint8Array;
  readonly factor: number;
}

/** Who does the work on whole columns: WebAssembly (raidz-machine.ts) or the functions here. */
export interface RaidzArithmetic {
  /** The parity columns over `data`, each of `size` bytes; fresh buffers. */
  generate(data: readonly (Uint8Array | null)[], parityCount: number, size: number): Uint8Array[];
  /** The sum of columns times factors, a fresh buffer of `size` bytes. */
  combine(terms: readonly RaidzTerm[], size: number): Uint8Array;
}

interface Tables {
  readonly exp: Uint8Array;
  readonly log: Uint8Array;
}

function makeTables(): Tables {
  const exp = new Uint8Array(2 * FIELD);
  const log = new Uint8Array(FIELD);
  let value = 1;
  for (let power = 0; power < FIELD - 1; power += 1) {
    exp[power] = value;
    exp[power + FIELD - 1] = value;
    log[value] = power;
    value <<= 1;
    if (value >= FIELD) value ^= 0x11d;
  }
  return { exp, log };
}

const TABLES: Tables = makeTables();

export function gfMultiply(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return TABLES.exp[(TABLES.log[a] as number) + (TABLES.log[b] as number)] as number;
}

function gfInverse(a: number): number {
  return TABLES.exp[FIELD - 1 - (TABLES.log[a] as number)] as number;
}

function gfPower(exponent: number): number {
  return TABLES.exp[exponent % (FIELD - 1)] as number;
}

/** Weight of data column `index` of `count` in parity column `parity`: 1, 2^n or 4^n. */
function weight(parity: number, index: number, count: number): number {
  return gfPower(parity * (count - 1 - index));
}

/** Four field elements in a word times 2. */
function double(word: number): number {
  return ((word << 1) & 0xfefefefe) ^ (((word >>> 7) & 0x01010101) * 0x1d);
}

function words(bytes: Uint8Array): Uint32Array {
  assert((bytes.byteOffset & 3) === 0, 'raidz columns are aligned');
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
}

/**
 * The parity columns over `data`; a null column counts as zeros. All have the first one's size or
 * less (`size`); shorter ones are padded with zeros.
 */
export function raidzGenerate(
  data: readonly (Uint8Array | null)[],
  parityCount: number,
  size: number,
): Uint8Array[] {
  const parity = Array.from({ length: parityCount }, () => new Uint8Array(size));
  const [p, q, r] = parity.map(words);
  for (const column of data) {
    const source = column === null ? new Uint32Array(0) : words(column);
    if (p !== undefined) for (let i = 0; i < source.length; i += 1) p[i]! ^= source[i] as number;
    if (q !== undefined) {
      for (let i = 0; i < source.length; i += 1)
        q[i] = double(q[i] as number) ^ (source[i] as number);
      for (let i = source.length; i < q.length; i += 1) q[i] = double(q[i] as number);
    }
    if (r !== undefined) {
      for (let i = 0; i < source.length; i += 1) {
        r[i] = double(double(r[i] as number)) ^ (source[i] as number);
      }
      for (let i = source.length; i < r.length; i += 1) r[i] = double(double(r[i] as number));
    }
  }
  return parity;
}

/** The sum of columns times factors, `size` bytes of it. */
export function raidzCombine(terms: readonly RaidzTerm[], size: number): Uint8Array {
  const sum = new Uint8Array(size);
  for (const { column, factor } of terms) {
    const table = Uint8Array.from({ length: FIELD }, (_, value) => gfMultiply(factor, value));
    const count = Math.min(size, column.length);
    for (let i = 0; i < count; i += 1) {
      sum[i] = (sum[i] as number) ^ (table[column[i] as number] as number);
    }
  }
  return sum;
}

/** The inverse of a small matrix over the field, or null when it has none. */
function invert(matrix: readonly (readonly number[])[]): number[][] | null {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let column = 0; column < size; column += 1) {
    const pivot = rows.findIndex((row, i) => i >= column && row[column] !== 0);
    if (pivot < 0) return null;
    [rows[column], rows[pivot]] = [rows[pivot] as number[], rows[column] as number[]];
    const scale = gfInverse((rows[column] as number[])[column] as number);
    rows[column] = (rows[column] as number[]).map((value) => gfMultiply(value, scale));
    for (let i = 0; i < size; i += 1) {
      const factor = (rows[i] as number[])[column] as number;
      if (i === column || factor === 0) continue;
      rows[i] = (rows[i] as number[]).map(
        (value, j) => value ^ gfMultiply(factor, (rows[column] as number[])[j] as number),
      );
    }
  }
  return rows.map((row) => row.slice(size));
}

/**
 * The missing data columns: `data` has null in their places, `sizes` tells how long each column is,
 * `parity` has null for parity that is missing too. Null when there is too little parity.
 */
export function raidzReconstruct(
  data: readonly (Uint8Array | null)[],
  sizes: readonly number[],
  parity: readonly (Uint8Array | null)[],
  arithmetic: RaidzArithmetic,
): Uint8Array[] | null {
  const missing = data.flatMap((column, i) => (column === null ? [i] : []));
  const good = parity.flatMap((column, i) => (column === null ? [] : [i])).slice(0, missing.length);
  if (good.length < missing.length) return null;
  if (missing.length === 0) return [];
  const longest = parity[good[0] as number]?.length ?? 0;
  const known = arithmetic.generate(data, parity.length, longest);
  const inverse = invert(good.map((i) => missing.map((j) => weight(i, j, data.length))));
  if (inverse === null) return null;
  const syndromes = good.map((i) => {
    const [computed, found] = [known[i] as Uint8Array, parity[i] as Uint8Array];
    const terms = [computed, found].map((column) => ({ column, factor: 1 }));
    return arithmetic.combine(terms, longest);
  });
  return missing.map((j, row) => {
    const factors = inverse[row] as number[];
    const terms = syndromes.map((column, n) => ({ column, factor: factors[n] as number }));
    return arithmetic.combine(terms, sizes[j] as number);
  });
}

/**
 * The least of a WebAssembly assembler: one module with one memory and a few exported functions whose
 * bodies are given as bytes (base/wasm-code.ts writes them). Enough for loops over 64-bit words and
 * vectors, which JavaScript has no fast types for.
 * @spec WebAssembly Core 5 (binary format)
 */
import { encodeUtf8 } from './bytes.ts';

export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;

export interface WasmFunction {
  readonly name: string;
  /** Value types of the parameters. */
  readonly parameters: readonly number[];
  /** Value types of the results, one at most; larger results go through memory. */
  readonly results?: readonly number[];
  /** Runs of locals: [count, type]. */
  readonly locals: readonly (readonly [number, number])[];
  /** Instructions without the final `end`. */
  readonly body: readonly number[];
}

/** Unsigned LEB128. */
export function leb(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const byte = rest & 0x7f;
    rest = Math.floor(rest / 128);
    out.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return out;
}

/** Signed LEB128, for `i32.const`. */
export function sleb(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    out.push(isLast ? byte : byte | 0x80);
    if (isLast) return out;
  }
}

const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...leb(content.length),
  ...content,
];
const vector = (items: readonly (readonly number[])[]): number[] => [
  ...leb(items.length),
  ...items.flat(),
];
const text = (name: string): number[] => {
  const bytes = [...encodeUtf8(name)];
  return [...leb(bytes.length), ...bytes];
};

/** The bytes of a module that exports `memory` (of `pages` 64 KiB pages) and `functions`. */
export function assembleModule(pages: number, functions: readonly WasmFunction[]): Uint8Array {
  const list = (types: readonly number[]): number[] => vector(types.map((type) => [type]));
  const types = functions.map((f) => [0x60, ...list(f.parameters), ...list(f.results ?? [])]);
  const bodies = functions.map((f) => {
    const locals = vector(f.locals.map(([count, type]) => [...leb(count), type]));
    const code = [...locals, ...f.body, 0x0b];
    return [...leb(code.length), ...code];
  });
  const exports = functions.map((f, i) => [...text(f.name), 0, ...leb(i)]);
  const magicAndVersion = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  return Uint8Array.from([
    ...magicAndVersion,
    ...section(1, vector(types)),
    ...section(3, vector(functions.map((_, i) => leb(i)))),
    ...section(5, vector([[0, ...leb(pages)]])),
    ...section(7, vector([[...text('memory'), 2, 0], ...exports])),
    ...section(10, vector(bodies)),
  ]);
}

/**
 * Bodies of WebAssembly functions as nested calls: each gives the bytes that leave a value, or that do
 * something. Addresses and conditions are i32, unsigned unless the name says otherwise.
 * Surprising: a branch names how many blocks it leaves, counted from the inside, and `when` is one.
 * @spec WebAssembly Core 5.4 (instructions), SIMD and bulk memory included
 */
import { I32, I64, leb, sleb, V128, type WasmFunction } from './wasm-module.ts';

export type Code = readonly number[];

const VOID = 0x40;
const END = 0x0b;

/** One instruction after its operands. */
const op =
  (code: number) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), code];
const load =
  (code: number, align: number) =>
  (address: Code, offset = 0): Code => [...address, code, align, ...leb(offset)];
const store =
  (code: number, align: number) =>
  (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    code,
    align,
    ...leb(offset),
  ];
/** A vector instruction after its operands. */
const vector =
  (code: number) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), 0xfd, ...leb(code)];

export const get = (local: number): Code => [0x20, ...leb(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...leb(local)];
export const i32 = (value: number): Code => [0x41, ...sleb(value)];
export const i64 = (value: number): Code => [0x42, ...sleb(value)];

export const load8: ReturnType<typeof load> = load(0x2d, 0);
export const load16: ReturnType<typeof load> = load(0x2f, 0);
export const load32: ReturnType<typeof load> = load(0x28, 0);
export const load64: ReturnType<typeof load> = load(0x29, 0);
/** A 32-bit word as a 64-bit number. */
export const load32to64: ReturnType<typeof load> = load(0x35, 0);
export const store8: ReturnType<typeof store> = store(0x3a, 0);
export const store16: ReturnType<typeof store> = store(0x3b, 0);
export const store32: ReturnType<typeof store> = store(0x36, 0);
export const store64: ReturnType<typeof store> = store(0x37, 0);

type Operation = ReturnType<typeof op>;
export const add: Operation = op(0x6a);
export const sub: Operation = op(0x6b);
export const mul: Operation = op(0x6c);
export const divU: Operation = op(0x6e);
export const and: Operation = op(0x71);
export const or: Operation = op(0x72);
export const shl: Operation = op(0x74);
export const shrU: Operation = op(0x76);
export const eq: Operation = op(0x46);
export const ne: Operation = op(0x47);
export const ltU: Operation = op(0x49);
export const gtU: Operation = op(0x4b);
export const geU: Operation = op(0x4f);
export const add64: Operation = op(0x7c);
export const mul64: Operation = op(0x7e);
export const xor64: Operation = op(0x85);
export const isZero64: Operation = op(0x50);
/** Zero bits below the lowest one bit, as an i32. */
export const ctz64 = (value: Code): Code => [...value, 0x7a, 0xa7];

export const load128 = (address: Code, offset = 0): Code => [
  ...address,
  0xfd,
  0,
  0,
  ...leb(offset),
];
export const store128 = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  0xfd,
  11,
  0,
  ...leb(offset),
];
export const splat8: Operation = vector(15);
export const xor128: Operation = vector(81);
export const and128: Operation = vector(78);
export const addBytes: Operation = vector(110);
/** Each byte below `0` as a signed number becomes all ones, others zero. */
export const lessThanBytes: Operation = vector(37);
/** Byte i of the result is byte (b's i) of a; indices past 15 give zero. */
export const swizzle: Operation = vector(14);
export const shrBytesU: Operation = vector(109);
export const addWide: Operation = vector(206);
/** The lower, the upper two 32-bit words as 64-bit numbers. */
export const extendLow32: Operation = vector(201);
export const extendHigh32: Operation = vector(202);
/** A 64-bit number of the vector. */
export const lane64 = (value: Code, lane: number): Code => [...value, 0xfd, ...leb(29), lane];

export const block = (...body: readonly Code[]): Code => [0x02, VOID, ...body.flat(), END];
export const loop = (...body: readonly Code[]): Code => [0x03, VOID, ...body.flat(), END];
export const when = (condition: Code, body: Code, otherwise?: Code): Code => [
  ...condition,
  0x04,
  VOID,
  ...body,
  ...(otherwise === undefined ? [] : [0x05, ...otherwise]),
  END,
];
export const branch = (depth: number): Code => [0x0c, ...leb(depth)];
export const branchIf = (depth: number, condition: Code): Code => [
  ...condition,
  0x0d,
  ...leb(depth),
];
export const give = (value: Code): Code => [...value, 0x0f];
export const all = (...body: readonly Code[]): Code => body.flat();
/** memory.fill */
export const fill = (address: Code, value: Code, count: Code): Code => [
  ...address,
  ...value,
  ...count,
  0xfc,
  11,
  0,
];

/** Numbers of locals by name. */
export type Locals<Name extends string> = Readonly<Record<Name, number>>;

/** A function whose parameters are i32 and whose locals have names. */
export function wasmFunction<Name extends string>(text: {
  readonly name: string;
  readonly parameters: readonly Name[];
  readonly locals?: readonly Name[];
  readonly wide?: readonly Name[];
  readonly vectors?: readonly Name[];
  readonly hasResult?: boolean;
  readonly body: (locals: Locals<Name>) => Code;
}): WasmFunction {
  const { parameters, locals = [], wide = [], vectors = [] } = text;
  const names = [...parameters, ...locals, ...wide, ...vectors];
  const numbers = Object.fromEntries(names.map((name, i) => [name, i])) as Locals<Name>;
  return {
    name: text.name,
    parameters: parameters.map(() => I32),
    results: text.hasResult === true ? [I32] : [],
    locals: [
      [locals.length, I32],
      [wide.length, I64],
      [vectors.length, V128],
    ],
    body: text.body(numbers),
  };
}

/**
 * The loops of the Fletcher checksums as WebAssembly. Sums of a running checksum are kept at
 * `stateAt`: four 64-bit words that a loop takes up and leaves.
 * `fletcher4` goes word by word. `fletcher4Wide` sums each fourth word apart, in vectors, and puts
 * the four together at the end; it begins from zero.
 * @see uts/common/fs/zfs: zfs_fletcher.c; OpenZFS zfs_fletcher_superscalar4.c for the factors
 */
import {
  add,
  add64,
  addWide,
  all,
  branchIf,
  type Code,
  extendHigh32,
  extendLow32,
  get,
  i32,
  i64,
  lane64,
  load32to64,
  load64,
  load128,
  loop,
  ltU,
  mul64,
  set,
  store64,
  wasmFunction,
} from '#base/wasm-code.ts';
import type { WasmFunction } from '#base/wasm-module.ts';

const WORDS = [0, 1, 2, 3] as const;
type Sums = readonly [number, number, number, number];

const forward = (at: number, end: number, step: number): Code =>
  all(set(at, add(get(at), i32(step))), branchIf(0, ltU(get(at), get(end))));
const increase64 = (local: number, by: Code): Code => set(local, add64(get(local), by));

/** A loop over `at` … `end` with the running sums in locals. */
function running(stateAt: number, sums: Sums, work: Code): Code {
  return all(
    ...WORDS.map((i) => set(sums[i], load64(i32(stateAt), i * 8))),
    loop(work),
    ...WORDS.map((i) => store64(i32(stateAt), get(sums[i]), i * 8)),
  );
}

/** Lane j sums words j, j + 4, …: what each contributes to the whole, by sum and lane. */
const FACTORS: readonly (readonly (readonly [sum: string, factors: Sums])[])[] = [
  [['a', [1, 1, 1, 1]]],
  [
    ['a', [0, -1, -2, -3]],
    ['b', [4, 4, 4, 4]],
  ],
  [
    ['a', [0, 0, 1, 3]],
    ['b', [-6, -10, -14, -18]],
    ['c', [16, 16, 16, 16]],
  ],
  [
    ['a', [0, 0, 0, -1]],
    ['b', [4, 10, 20, 34]],
    ['c', [-48, -64, -80, -96]],
    ['d', [64, 64, 64, 64]],
  ],
];

function wideBody(stateAt: number, l: (name: string) => number): Code {
  const [at, end] = [l('at'), l('end')];
  const letters = ['a', 'b', 'c', 'd'];
  const step = (half: string): Code =>
    all(
      ...letters.map((letter, i) => {
        const by = i === 0 ? get(l(half)) : get(l(`${letters[i - 1]}${half}`));
        return set(l(`${letter}${half}`), addWide(get(l(`${letter}${half}`)), by));
      }),
    );
  const lane = (letter: string, j: number): Code =>
    lane64(get(l(`${letter}${j < 2 ? 'Low' : 'High'}`)), j % 2);
  const sums = FACTORS.map((rows, i) => {
    const terms = rows.flatMap(([letter, factors]) =>
      factors.map((factor, j) => mul64(lane(letter, j), i64(factor))),
    );
    const whole = terms.reduce((sum, term) => add64(sum, term));
    return store64(i32(stateAt), whole, i * 8);
  });
  return all(
    loop(
      set(l('words'), load128(get(at))),
      set(l('Low'), extendLow32(get(l('words')))),
      set(l('High'), extendHigh32(get(l('words')))),
      step('Low'),
      step('High'),
      forward(at, end, 16),
    ),
    ...sums,
  );
}

/** All three; they take the first byte and the end, and sizes are multiples of 16. */
export function fletcherCode(stateAt: number): WasmFunction[] {
  const shape = { parameters: ['at', 'end'], wide: ['a', 'b', 'c', 'd'] } as const;
  const sums = (l: Readonly<Record<'a' | 'b' | 'c' | 'd', number>>): Sums => [l.a, l.b, l.c, l.d];
  const lanes = ['a', 'b', 'c', 'd'].flatMap((letter) => [`${letter}Low`, `${letter}High`]);
  return [
    wasmFunction({
      ...shape,
      name: 'fletcher4',
      body: (l) => {
        // a += word, b += a, c += b, d += c; four words a turn.
        const word = (offset: number): Code =>
          all(
            increase64(l.a, load32to64(get(l.at), offset)),
            increase64(l.b, get(l.a)),
            increase64(l.c, get(l.b)),
            increase64(l.d, get(l.c)),
          );
        const work = all(word(0), word(4), word(8), word(12), forward(l.at, l.end, 16));
        return running(stateAt, sums(l), work);
      },
    }),
    wasmFunction({
      ...shape,
      name: 'fletcher2',
      body: (l) => {
        // Sums in the order of the checksum's words: a0, a1, b0, b1.
        const work = all(
          increase64(l.a, load64(get(l.at), 0)),
          increase64(l.b, load64(get(l.at), 8)),
          increase64(l.c, get(l.a)),
          increase64(l.d, get(l.b)),
          forward(l.at, l.end, 16),
        );
        return running(stateAt, sums(l), work);
      },
    }),
    wasmFunction({
      name: 'fletcher4Wide',
      parameters: ['at', 'end'],
      vectors: ['words', 'Low', 'High', ...lanes],
      body: (l) =>
        wideBody(stateAt, (name) => (l as Readonly<Record<string, number>>)[name] as number),
    }),
  ];
}

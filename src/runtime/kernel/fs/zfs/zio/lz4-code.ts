/**
 * LZ4 as WebAssembly: the same algorithm and the same bytes as zio/lz4.ts, which is its twin in the
 * tests, but eight or sixteen bytes at a time.
 * Surprising: copies run past their end by up to 31 bytes, so both buffers need that much room behind
 * them; and a position of 0 in the hash table stands for none, as data lies above 65535.
 * @spec LZ4 block format
 */
import {
  add,
  all,
  and,
  block,
  branch,
  branchIf,
  type Code,
  ctz64,
  divU,
  eq,
  fill,
  geU,
  get,
  give,
  gtU,
  i32,
  isZero64,
  load8,
  load16,
  load32,
  load64,
  load128,
  loop,
  ltU,
  mul,
  ne,
  or,
  set,
  shl,
  shrU,
  splat8,
  store8,
  store16,
  store32,
  store64,
  store128,
  sub,
  wasmFunction,
  when,
  xor64,
} from '#base/wasm-code.ts';
import type { WasmFunction } from '#base/wasm-module.ts';
import {
  LAST_LITERALS,
  LAST_ROOM,
  MATCH_LIMIT,
  MATCH_ROOM,
  MAX_DISTANCE,
  MIN_MATCH,
  SKIP_TRIGGER,
} from './lz4.ts';

/** 2654435761 as a signed number. */
const HASH_FACTOR = -1_640_531_535;

const increase = (local: number, by: Code): Code => set(local, add(get(local), by));

/** Writes `rest` as 255, 255, … rest at `to`, which moves on. */
const putLength = (to: number, rest: number): Code =>
  all(
    block(
      loop(
        branchIf(1, ltU(get(rest), i32(255))),
        store8(get(to), i32(255)),
        increase(to, i32(1)),
        set(rest, sub(get(rest), i32(255))),
        branch(0),
      ),
    ),
    store8(get(to), get(rest)),
    increase(to, i32(1)),
  );

/** Copies from `from` to `to` by sixteen until `to` is at or behind `stop`; both move on. */
const copyWide = (from: number, to: number, stop: number): Code =>
  loop(
    store128(get(to), load128(get(from))),
    increase(from, i32(16)),
    increase(to, i32(16)),
    branchIf(0, ltU(get(to), get(stop))),
  );

const COMPRESS_LOCALS: readonly string[] =
  'from to anchor limit matchEnd tries word slot copy token length stop a b distance shift'.split(
    ' ',
  );

export function lz4CompressCode(tableAt: number): WasmFunction {
  return wasmFunction({
    name: 'lz4Compress',
    parameters: ['source', 'end', 'target', 'targetEnd', 'hashLog'],
    locals: COMPRESS_LOCALS,
    wide: ['difference'],
    hasResult: true,
    body: (names) => compressBody(tableAt, (name) => names[name] as number),
  });
}

type Local = (name: string) => number;

const slotOf = (tableAt: number, word: Code, l: Local): Code =>
  add(i32(tableAt), shl(shrU(mul(word, i32(HASH_FACTOR)), get(l('shift'))), i32(2)));

/** The literals from anchor to `end`, behind their token at `to`, with `spare` bytes after them. */
const putLiterals = (l: Local, end: Code, spare: number): Code => {
  const [to, token, length, anchor] = [l('to'), l('token'), l('length'), l('anchor')];
  return all(
    set(length, sub(end, get(anchor))),
    when(
      gtU(
        add(add(get(to), get(length)), add(divU(get(length), i32(255)), i32(spare))),
        get(l('targetEnd')),
      ),
      give(i32(0)),
    ),
    set(token, get(to)),
    increase(to, i32(1)),
    set(l('stop'), get(length)),
    when(
      geU(get(length), i32(15)),
      all(
        store8(get(token), i32(15 << 4)),
        set(length, sub(get(length), i32(15))),
        putLength(to, length),
      ),
      store8(get(token), shl(get(length), i32(4))),
    ),
    set(l('a'), get(anchor)),
    set(l('b'), get(to)),
    increase(to, get(l('stop'))),
    copyWide(l('a'), l('b'), to),
  );
};

/** Moves `from` and `copy` on while they are equal, eight bytes at a time and then one. */
const extendMatch = (l: Local): Code => {
  const [from, copy, matchEnd] = [l('from'), l('copy'), get(l('matchEnd'))];
  return block(
    loop(
      when(
        gtU(add(get(from), i32(8)), matchEnd),
        block(
          loop(
            branchIf(1, geU(get(from), matchEnd)),
            branchIf(1, ne(load8(get(from)), load8(get(copy)))),
            increase(from, i32(1)),
            increase(copy, i32(1)),
            branch(0),
          ),
        ),
        all(
          set(l('difference'), xor64(load64(get(from)), load64(get(copy)))),
          when(
            isZero64(get(l('difference'))),
            all(increase(from, i32(8)), increase(copy, i32(8)), branch(2)),
            increase(from, shrU(ctz64(get(l('difference'))), i32(3))),
          ),
        ),
      ),
    ),
  );
};

/** The distance, and how long the match is: the literals' token gets the length too. */
const putMatch = (l: Local): Code => {
  const [from, to, copy, anchor] = [l('from'), l('to'), l('copy'), l('anchor')];
  const length = l('length');
  return all(
    store16(get(to), get(l('distance'))),
    increase(to, i32(2)),
    increase(from, i32(MIN_MATCH)),
    increase(copy, i32(MIN_MATCH)),
    set(anchor, get(from)),
    extendMatch(l),
    set(length, sub(get(from), get(anchor))),
    when(
      gtU(add(add(get(to), divU(get(length), i32(255))), i32(2)), get(l('targetEnd'))),
      give(i32(0)),
    ),
    when(
      geU(get(length), i32(15)),
      all(
        store8(get(l('token')), or(load8(get(l('token'))), i32(15))),
        set(length, sub(get(length), i32(15))),
        putLength(to, length),
      ),
      store8(get(l('token')), or(load8(get(l('token'))), get(length))),
    ),
    set(anchor, get(from)),
  );
};

function compressBody(tableAt: number, l: Local): Code {
  const [from, to, copy, anchor] = [l('from'), l('to'), l('copy'), l('anchor')];
  const [word, slot, tries] = [l('word'), l('slot'), l('tries')];
  const search = all(
    set(word, load32(get(from))),
    set(slot, slotOf(tableAt, get(word), l)),
    set(copy, load32(get(slot))),
    store32(get(slot), get(from)),
    set(l('distance'), sub(get(from), get(copy))),
    when(
      or(gtU(get(l('distance')), i32(MAX_DISTANCE)), ne(load32(get(copy)), get(word))),
      all(
        increase(from, shrU(get(tries), i32(SKIP_TRIGGER))),
        increase(tries, i32(1)),
        branchIf(1, ltU(get(from), get(l('limit')))),
        branch(2),
      ),
    ),
    set(tries, i32(1 << SKIP_TRIGGER)),
  );
  const extendBack = block(
    loop(
      branchIf(1, or(eq(get(from), get(anchor)), eq(get(copy), get(l('source'))))),
      branchIf(1, ne(load8(sub(get(from), i32(1))), load8(sub(get(copy), i32(1))))),
      set(from, sub(get(from), i32(1))),
      set(copy, sub(get(copy), i32(1))),
      branch(0),
    ),
  );
  return all(
    fill(i32(tableAt), i32(0), shl(i32(4), get(l('hashLog')))),
    set(l('shift'), sub(i32(32), get(l('hashLog')))),
    set(l('limit'), sub(get(l('end')), i32(MATCH_LIMIT))),
    set(l('matchEnd'), sub(get(l('end')), i32(LAST_LITERALS))),
    set(from, get(l('source'))),
    set(anchor, get(from)),
    set(to, get(l('target'))),
    set(tries, i32(1 << SKIP_TRIGGER)),
    block(
      branchIf(0, geU(get(from), get(l('limit')))),
      loop(
        search,
        extendBack,
        putLiterals(l, get(from), MATCH_ROOM),
        putMatch(l),
        branchIf(1, geU(get(from), get(l('limit')))),
        set(copy, sub(get(from), i32(2))),
        store32(slotOf(tableAt, load32(get(copy)), l), get(copy)),
        branch(0),
      ),
    ),
    putLiterals(l, get(l('end')), LAST_ROOM),
    sub(get(to), get(l('target'))),
  );
}

/** Adds what follows a nibble of 15; gives 0 from the function when the input ends. */
const addLength = (l: Local, length: number): Code =>
  when(
    eq(get(length), i32(15)),
    loop(
      when(geU(get(l('from')), get(l('end'))), give(i32(0))),
      set(l('more'), load8(get(l('from')))),
      increase(l('from'), i32(1)),
      increase(length, get(l('more'))),
      branchIf(0, eq(get(l('more')), i32(255))),
    ),
  );

/** Copies `length` bytes from `distance` back; they may overlap, which repeats a pattern. */
const copyMatch = (l: Local): Code => {
  const [to, a, b, stop, distance] = [l('to'), l('a'), l('b'), l('stop'), l('distance')];
  const byEight = loop(
    store64(get(b), load64(get(a))),
    increase(a, i32(8)),
    increase(b, i32(8)),
    branchIf(0, ltU(get(b), get(stop))),
  );
  const byOne = (until: Code): Code =>
    loop(
      store8(get(b), load8(get(a))),
      increase(a, i32(1)),
      increase(b, i32(1)),
      branchIf(0, ltU(get(b), until)),
    );
  const splat = all(
    set(l('pattern'), splat8(load8(get(a)))),
    loop(
      store128(get(b), get(l('pattern'))),
      increase(b, i32(16)),
      branchIf(0, ltU(get(b), get(stop))),
    ),
  );
  // A short pattern: sixteen bytes one by one, then eight at a time from a whole number of
  // patterns back, 8 to 14 bytes.
  const short = all(
    byOne(add(get(to), i32(16))),
    set(a, divU(i32(7), get(distance))),
    set(a, sub(get(b), add(mul(get(a), get(distance)), get(distance)))),
    when(ltU(get(b), get(stop)), byEight),
  );
  return all(
    set(a, sub(get(to), get(distance))),
    set(b, get(to)),
    set(stop, add(get(to), get(l('length')))),
    when(
      geU(get(distance), i32(16)),
      copyWide(a, b, stop),
      when(geU(get(distance), i32(8)), byEight, when(eq(get(distance), i32(1)), splat, short)),
    ),
    set(to, get(stop)),
  );
};

/** 1 when all of the target was filled, 0 for bad input. */
export const LZ4_DECOMPRESS_CODE: WasmFunction = wasmFunction({
  name: 'lz4Decompress',
  parameters: ['source', 'end', 'target', 'targetEnd'],
  locals: ['from', 'to', 'token', 'length', 'more', 'distance', 'a', 'b', 'stop'],
  vectors: ['pattern'],
  hasResult: true,
  body: (names) => {
    const l: Local = (name) => (names as Readonly<Record<string, number>>)[name] as number;
    const [from, to, length, end] = [l('from'), l('to'), l('length'), get(l('end'))];
    const room = sub(get(l('targetEnd')), get(to));
    return all(
      set(from, get(l('source'))),
      set(to, get(l('target'))),
      block(
        loop(
          branchIf(1, geU(get(from), end)),
          set(l('token'), load8(get(from))),
          increase(from, i32(1)),
          set(length, shrU(get(l('token')), i32(4))),
          addLength(l, length),
          when(or(gtU(get(length), sub(end, get(from))), gtU(get(length), room)), give(i32(0))),
          set(l('a'), get(from)),
          set(l('b'), get(to)),
          increase(from, get(length)),
          increase(to, get(length)),
          copyWide(l('a'), l('b'), to),
          branchIf(1, geU(get(from), end)),
          when(gtU(add(get(from), i32(2)), end), give(i32(0))),
          set(l('distance'), load16(get(from))),
          increase(from, i32(2)),
          when(
            or(
              eq(get(l('distance')), i32(0)),
              gtU(get(l('distance')), sub(get(to), get(l('target')))),
            ),
            give(i32(0)),
          ),
          set(length, and(get(l('token')), i32(15))),
          addLength(l, length),
          increase(length, i32(MIN_MATCH)),
          when(gtU(get(length), room), give(i32(0))),
          copyMatch(l),
          branch(0),
        ),
      ),
      eq(get(to), get(l('targetEnd'))),
    );
  },
});

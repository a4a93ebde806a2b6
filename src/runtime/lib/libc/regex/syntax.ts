/**
 * The tree of a POSIX regular expression. Text is Latin-1: one character a byte, as in the C locale,
 * so that a set of characters is 256 bits and nothing is lost on the way.
 */

/** Bit c of word c >> 5: character c belongs to the set. */
export type CharSet = Uint32Array;

export type Assertion = 'bol' | 'eol' | 'wordStart' | 'wordEnd' | 'wordBoundary' | 'notBoundary';

export type RegexNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | { readonly kind: 'concat'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'either'; readonly options: readonly RegexNode[] }
  | {
      readonly kind: 'repeat';
      readonly body: RegexNode;
      readonly min: number;
      /** Infinity for `*`, `+` and `{m,}`. */
      readonly max: number;
    }
  | { readonly kind: 'group'; readonly body: RegexNode; readonly index: number }
  | { readonly kind: 'back'; readonly index: number };

export const EMPTY: RegexNode = { kind: 'empty' };

export function emptySet(): CharSet {
  return new Uint32Array(8);
}

export function addToSet(set: CharSet, code: number): void {
  set[code >> 5] = (set[code >> 5] as number) | (1 << (code & 31));
}

export function inSet(set: CharSet, code: number): boolean {
  return (((set[code >> 5] ?? 0) >>> (code & 31)) & 1) === 1;
}

export function setOf(...codes: readonly number[]): CharSet {
  const set = emptySet();
  for (const code of codes) addToSet(set, code);
  return set;
}

/** Adds `first` … `last`. */
export function addRange(set: CharSet, first: number, last: number): void {
  for (let code = first; code <= last; code += 1) addToSet(set, code);
}

/** Complements `set` in place. */
export function complementSet(set: CharSet): CharSet {
  for (let i = 0; i < 8; i += 1) set[i] = ~(set[i] as number);
  return set;
}

/** Adds the other case of every ASCII letter in place. */
export function foldSet(set: CharSet): CharSet {
  for (let upper = 65; upper <= 90; upper += 1) {
    if (inSet(set, upper)) addToSet(set, upper + 32);
    else if (inSet(set, upper + 32)) addToSet(set, upper);
  }
  return set;
}

/** [A-Za-z0-9_] */
export function isWordCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95
  );
}

/** Character classes of the C locale as inclusive ranges. @man isalpha(3C) */
export const CHARACTER_CLASSES: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  alpha: [
    [65, 90],
    [97, 122],
  ],
  digit: [[48, 57]],
  alnum: [
    [48, 57],
    [65, 90],
    [97, 122],
  ],
  upper: [[65, 90]],
  lower: [[97, 122]],
  space: [
    [9, 13],
    [32, 32],
  ],
  blank: [
    [9, 9],
    [32, 32],
  ],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  print: [[32, 126]],
  graph: [[33, 126]],
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  xdigit: [
    [48, 57],
    [65, 70],
    [97, 102],
  ],
};

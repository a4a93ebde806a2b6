/**
 * The order of lines. Each line's keys are taken out once and turned into something that compares
 * fast: a number or a string.
 */
import { type KeyFlags, type SortKey, keyText } from '#cmd/sort/key.ts';

export interface SortOrder {
  readonly keys: readonly SortKey[];
  readonly global: KeyFlags;
  readonly separator: string | undefined;
  /** No last comparison of whole lines: -s or -u. */
  readonly isStable: boolean;
}

/** A line with its keys ready. */
export interface Item {
  readonly line: string;
  readonly keys: readonly (string | number)[];
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const UNITS = 'KMGTPEZY';

function numberOf(text: string, kind: KeyFlags['numeric']): number {
  if (kind === 'month') return MONTHS.indexOf(text.trimStart().slice(0, 3).toLowerCase());
  if (kind === 'float') {
    const value = Number.parseFloat(text);
    return Number.isNaN(value) ? -Infinity : value;
  }
  const match = /^[ \t]*(-?)([\d,]*)(\.\d*)?([a-zA-Z])?/.exec(text);
  if (match === null) return 0;
  const digits = (match[2] as string).replaceAll(',', '');
  const value = Number(`${digits || '0'}${match[3] ?? ''}`);
  const signed = match[1] === '-' ? -value : value;
  if (kind !== 'human' || match[4] === undefined) return signed;
  const power = UNITS.indexOf(match[4].toUpperCase());
  return power < 0 ? signed : signed * 1024 ** (power + 1);
}

function textOf(text: string, flags: KeyFlags): string {
  let key = text;
  if (flags.dictionary) key = key.replace(/[^A-Za-z0-9 \t]/g, '');
  if (flags.printable) key = key.replace(/[^ -~]/g, '');
  return flags.fold ? key.toUpperCase() : key;
}

function keyValue(text: string, flags: KeyFlags): string | number {
  return flags.numeric === 'no' ? textOf(text, flags) : numberOf(text, flags.numeric);
}

/** Whether lines compare as they are, so that no items are needed. */
export function isPlainOrder(order: SortOrder): boolean {
  const { numeric, dictionary, fold, printable, skipBlanks } = order.global;
  const isSpecial = dictionary || fold || printable || skipBlanks || numeric !== 'no';
  return order.keys.length === 0 && !isSpecial;
}

export function makeItem(line: string, order: SortOrder): Item {
  const { keys, global, separator } = order;
  if (keys.length > 0) {
    return { line, keys: keys.map((key) => keyValue(keyText(line, key, separator), key.flags)) };
  }
  const text = global.skipBlanks ? line.replace(/^[ \t]+/, '') : line;
  return { line, keys: [keyValue(text, global)] };
}

/** Compares by keys only: 0 means equal for -u. */
export function compareKeys(order: SortOrder): (a: Item, b: Item) => number {
  const { keys, global } = order;
  const signs = keys.length > 0 ? keys.map((key) => (key.flags.reverse ? -1 : 1)) : [];
  if (keys.length === 0) signs.push(global.reverse ? -1 : 1);
  if (signs.length === 1) {
    const sign = signs[0] as number;
    return (a, b) => {
      const left = a.keys[0] as string;
      const right = b.keys[0] as string;
      return left < right ? -sign : left > right ? sign : 0;
    };
  }
  return (a, b) => {
    for (let i = 0; i < signs.length; i += 1) {
      const left = a.keys[i] as string | number;
      const right = b.keys[i] as string | number;
      if (left < right) return -(signs[i] as number);
      if (left > right) return signs[i] as number;
    }
    return 0;
  };
}

/** The whole order: keys, then the lines themselves unless stable. */
export function compareItems(order: SortOrder): (a: Item, b: Item) => number {
  const byKeys = compareKeys(order);
  if (order.isStable) return byKeys;
  const sign = order.global.reverse ? -1 : 1;
  return (a, b) => byKeys(a, b) || (a.line < b.line ? -sign : a.line > b.line ? sign : 0);
}

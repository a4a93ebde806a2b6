/**
 * awk's values: numbers, strings, text from input that may look like a number, and nothing yet.
 * Comparison is numeric when both sides are numbers or look like them (and come from input).
 */
import { formatOne, parseFormat } from '#lib/libc/format.ts';

/** Text from the input, the command line or ENVIRON: a "numeric string" when it looks like one. */
export class InputText {
  readonly text: string;
  #number: number | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Its number when the whole of it looks like one, else NaN. */
  get strictNumber(): number {
    this.#number ??= looksNumeric(this.text) ? prefixNumber(this.text) : Number.NaN;
    return this.#number;
  }
}

export type Value = number | string | InputText | undefined;

const NUMERIC = /^[ \t\n\r\f\v]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[ \t\n\r\f\v]*$/;
const PREFIX = /^[ \t\n\r\f\v]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/;

function looksNumeric(text: string): boolean {
  return NUMERIC.test(text);
}

/** Like strtod for decimal numbers: what the text begins with, or 0. */
function prefixNumber(text: string): number {
  const size = text.length;
  if (size > 0 && size < 10) {
    // The usual case by hand: a few digits.
    let value = 0;
    let at = 0;
    for (; at < size; at += 1) {
      const digit = text.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === size) return value;
  }
  const match = PREFIX.exec(text);
  return match === null ? 0 : Number(match[0]);
}

export function toNumber(value: Value): number {
  if (typeof value === 'number') return value;
  if (value === undefined) return 0;
  return prefixNumber(typeof value === 'string' ? value : value.text);
}

/** `format` is CONVFMT or OFMT; whole numbers print without it. */
export function numberToString(value: number, format: string): string {
  if (Number.isInteger(value)) {
    return Math.abs(value) < 1e16 ? String(value) : BigInt(value).toString();
  }
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return parseFormat(format)
    .map((piece) => (typeof piece === 'string' ? piece : formatOne(piece, value, [])))
    .join('');
}

export function toText(value: Value, convfmt: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberToString(value, convfmt);
  return value === undefined ? '' : value.text;
}

export function toBoolean(value: Value): boolean {
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  if (value === undefined) return false;
  const number = value.strictNumber;
  return Number.isNaN(number) ? value.text !== '' : number !== 0;
}

function comparableNumber(value: Value): number {
  if (typeof value === 'number') return value;
  if (value === undefined) return 0;
  return typeof value === 'string' ? Number.NaN : value.strictNumber;
}

/** Negative, 0 or positive. */
export function compareValues(left: Value, right: Value, convfmt: string): number {
  const a = comparableNumber(left);
  const b = comparableNumber(right);
  const isNumeric =
    (!Number.isNaN(a) || typeof left === 'number') &&
    (!Number.isNaN(b) || typeof right === 'number');
  if (isNumeric) return a < b ? -1 : a > b ? 1 : 0;
  const x = toText(left, convfmt);
  const y = toText(right, convfmt);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** sprintf of `format` with `args`; missing ones count as empty. */
export function sprintf(format: string, args: readonly Value[], convfmt: string): string {
  let text = '';
  let next = 0;
  for (const piece of parseFormat(format)) {
    if (typeof piece === 'string') {
      text += piece;
      continue;
    }
    const stars: number[] = [];
    if (piece.width === '*') stars.push(Math.trunc(toNumber(args[next++])));
    if (piece.precision === '*') stars.push(Math.trunc(toNumber(args[next++])));
    const value = args[next];
    next += 1;
    if (piece.letter === 's') text += formatOne(piece, toText(value, convfmt), stars);
    else if (piece.letter === 'c') text += formatOne(piece, character(value), stars);
    else text += formatOne(piece, toNumber(value), stars);
  }
  return text;
}

/** %c: a number's character, or a string's first one. */
function character(value: Value): string {
  const isNumber =
    typeof value === 'number' || (value instanceof InputText && !Number.isNaN(value.strictNumber));
  if (isNumber) return String.fromCharCode(Math.trunc(toNumber(value)) & 255);
  return toText(value, '%.6g').slice(0, 1);
}

/** od's type strings: `o2`, `x1z`, `d4u4`, `c`, `a`, `fD`. @man od(1) */
export interface OdFormat {
  readonly kind: 'o' | 'd' | 'u' | 'x' | 'f' | 'a' | 'c';
  readonly size: number;
  readonly width: number;
  /** Columns that a number takes, with the blanks before it. */
  readonly column: number;
}

const SIZES: Readonly<Record<string, number>> = { C: 1, S: 2, I: 4, L: 8, F: 4, D: 8 };
/** Columns of the widest number, by kind and size. */
const WIDTHS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  o: { 1: 3, 2: 6, 4: 11, 8: 22 },
  d: { 1: 4, 2: 6, 4: 11, 8: 20 },
  u: { 1: 3, 2: 5, 4: 10, 8: 20 },
  x: { 1: 2, 2: 4, 4: 8, 8: 16 },
  f: { 4: 15, 8: 24 },
};
const NAMES =
  'nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si ' +
  'dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp';
const ESCAPES: Readonly<Record<number, string>> = {
  0: '\\0',
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
};

export function parseTypes(texts: readonly string[]): OdFormat[] | undefined {
  const formats: Omit<OdFormat, 'column'>[] = [];
  for (const text of texts) {
    const form = /(?:([ac])|([doux])(\d+|[CSIL])?|(f)(\d+|[FDL])?)/y;
    let at = 0;
    while (at < text.length) {
      form.lastIndex = at;
      const match = form.exec(text);
      if (match === null) return undefined;
      at = form.lastIndex;
      const [, character, integer, integerSize, float, floatSize] = match;
      if (character !== undefined) {
        formats.push({ kind: character as 'a' | 'c', size: 1, width: 3 });
        continue;
      }
      const kind = (integer ?? float) as 'o' | 'd' | 'u' | 'x' | 'f';
      const given = integerSize ?? floatSize;
      const size = given === undefined ? (kind === 'f' ? 8 : 4) : (SIZES[given] ?? Number(given));
      const width = WIDTHS[kind]?.[size];
      if (width === undefined) return undefined;
      formats.push({ kind, size, width });
    }
  }
  // Columns of several formats stand below each other: a byte is as wide as its widest number.
  const perByte = Math.max(...formats.map(({ width, size }) => (width + 1) / size));
  return formats.map((format) => ({ ...format, column: Math.ceil(perByte * format.size) }));
}

function character(code: number, isNamed: boolean): string {
  if (isNamed) {
    const low = code & 127;
    if (low === 127) return 'del';
    return low <= 32 ? (NAMES.split(' ')[low] as string) : String.fromCharCode(low);
  }
  const escape = ESCAPES[code];
  if (escape !== undefined) return escape;
  const isPlain = code >= 32 && code < 127;
  return isPlain ? String.fromCharCode(code) : code.toString(8).padStart(3, '0');
}

function number(format: OdFormat, view: DataView, at: number): string {
  const { kind, size } = format;
  if (kind === 'f') {
    const value = size === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
    const digits = size === 4 ? 7 : 15;
    const text = value.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');
    return text;
  }
  let value = 0n;
  for (let i = size - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(view.getUint8(at + i));
  if (kind === 'd') value = BigInt.asIntN(size * 8, value);
  const radix = kind === 'o' ? 8 : kind === 'x' ? 16 : 10;
  const text = value.toString(radix);
  return kind === 'o' || kind === 'x' ? text.padStart(format.width, '0') : text;
}

/** One row without its address; missing bytes of the last number count as zero. */
export function rowText(format: OdFormat, bytes: Uint8Array): string {
  const { kind, size, column } = format;
  const padded = new Uint8Array(Math.ceil(bytes.length / size) * size);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  let text = '';
  for (let at = 0; at < padded.length; at += size) {
    const item =
      kind === 'a' || kind === 'c'
        ? character(padded[at] as number, kind === 'a')
        : number(format, view, at);
    text += item.padStart(column);
  }
  return text;
}

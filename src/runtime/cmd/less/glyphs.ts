/**
 * How a line is shown: characters with attributes. Backspaces make bold and underlined characters (as
 * nroff prints manual pages), tabs become blanks, control characters ^X, and with -R the colours of
 * escape sequences are kept.
 */
import { isRawByte, rawByte } from '#lib/libcurses/bytes-text.ts';
import {
  A_BOLD,
  A_NORMAL,
  A_REVERSE,
  A_UNDERLINE,
  withBackground,
  withForeground,
} from '#lib/libcurses/screen.ts';
import { characterWidth } from '#lib/libcurses/width.ts';

/** One character on the screen. */
export interface Glyph {
  readonly text: string;
  readonly width: number;
  readonly attribute: number;
  /** Place in the line's plain text, which searches look at. */
  readonly at: number;
}

export interface ShownLine {
  readonly glyphs: readonly Glyph[];
  /** The line without backspaces and, with -R, without escape sequences. */
  readonly plain: string;
}

const TAB_STOP = 8;
const SGR = /^\x1b\[([0-9;:]*)m/;
/** Other sequences that -R passes over: what moves the cursor has no place here. */
const SEQUENCE = /^\x1b\[[0-9;:?]*[A-Za-z]/;

interface Builder {
  glyphs: Glyph[];
  plain: string;
  column: number;
}

function add(builder: Builder, text: string, attribute: number): void {
  const at = builder.plain.length;
  for (const character of text) {
    const width = characterWidth(character.codePointAt(0) as number);
    const last = builder.glyphs.at(-1);
    if (width === 0 && last !== undefined) {
      builder.glyphs[builder.glyphs.length - 1] = { ...last, text: last.text + character };
      continue;
    }
    builder.glyphs.push({ text: character, width, attribute, at });
    builder.column += width;
  }
}

/** Lays out one line. `keepsColours` is -R. */
export function showLine(line: string, keepsColours: boolean): ShownLine {
  if (/^[\x20-\x7e]*$/.test(line)) return plainLine(line);
  const builder: Builder = { glyphs: [], plain: '', column: 0 };
  let look = A_NORMAL;
  let at = 0;
  while (at < line.length) {
    const code = line.codePointAt(at) as number;
    const character = String.fromCodePoint(code);
    if (code === 0x1b && keepsColours) {
      const rest = line.slice(at);
      const sgr = SGR.exec(rest);
      const sequence = sgr ?? SEQUENCE.exec(rest);
      if (sgr !== null) look = applySgr(look, sgr[1] ?? '');
      if (sequence !== null) {
        at += sequence[0].length;
        continue;
      }
    }
    if (line[at + character.length] === '\b' && at + character.length + 1 < line.length) {
      at = overstrike(builder, line, at, look);
      continue;
    }
    addCharacter(builder, character, code, look);
    at += character.length;
  }
  return builder;
}

function plainLine(line: string): ShownLine {
  const glyphs: Glyph[] = [];
  for (let at = 0; at < line.length; at += 1) {
    glyphs.push({ text: line[at] as string, width: 1, attribute: A_NORMAL, at });
  }
  return { glyphs, plain: line };
}

function addCharacter(builder: Builder, character: string, code: number, look: number): void {
  if (code === 9) add(builder, ' '.repeat(TAB_STOP - (builder.column % TAB_STOP)), look);
  else if (code < 0x20) add(builder, `^${String.fromCharCode(code + 0x40)}`, look | A_REVERSE);
  else if (code === 0x7f) add(builder, '^?', look | A_REVERSE);
  else if (isRawByte(code)) {
    add(builder, `<${rawByte(code).toString(16).toUpperCase()}>`, look | A_REVERSE);
  } else add(builder, character, look);
  builder.plain += character;
}

/** `c BS c` is bold, `_ BS c` underlined; repeats of that do both. Answers the place behind it. */
function overstrike(builder: Builder, line: string, start: number, look: number): number {
  let attribute = look;
  let at = start;
  let shown = String.fromCodePoint(line.codePointAt(at) as number);
  at += shown.length;
  while (line[at] === '\b' && at + 1 < line.length) {
    const next = String.fromCodePoint(line.codePointAt(at + 1) as number);
    if (next === shown) attribute |= shown === '_' && attribute & A_BOLD ? A_UNDERLINE : A_BOLD;
    else if (shown === '_' || next === '_') attribute |= A_UNDERLINE;
    if (shown === '_') shown = next;
    at += 1 + next.length;
  }
  add(builder, shown, attribute);
  builder.plain += shown;
  return at;
}

/** Select Graphic Rendition on top of `look`. */
function applySgr(look: number, parameters: string): number {
  const codes = parameters.split(/[;:]/).map(Number);
  let result = look;
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] as number;
    if (code === 0) result = A_NORMAL;
    else if (code === 1) result |= A_BOLD;
    else if (code === 4) result |= A_UNDERLINE;
    else if (code === 7) result |= A_REVERSE;
    else if (code === 22) result &= ~A_BOLD;
    else if (code === 24) result &= ~A_UNDERLINE;
    else if (code === 27) result &= ~A_REVERSE;
    else if (code >= 30 && code <= 37) result = withForeground(result, code - 30);
    else if (code >= 90 && code <= 97) result = withForeground(result, code - 82);
    else if (code === 39) result = withForeground(result, undefined);
    else if (code >= 40 && code <= 47) result = withBackground(result, code - 40);
    else if (code >= 100 && code <= 107) result = withBackground(result, code - 92);
    else if (code === 49) result = withBackground(result, undefined);
    else if ((code === 38 || code === 48) && codes[i + 1] === 5) {
      const colour = codes[i + 2] ?? 0;
      result = code === 38 ? withForeground(result, colour) : withBackground(result, colour);
      i += 2;
    }
  }
  return result;
}

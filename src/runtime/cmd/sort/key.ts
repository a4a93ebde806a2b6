/**
 * Sort keys: `-k F[.C][flags][,F[.C][flags]]` and the old `+F.C -F.C`. Fields are separated by -t, or
 * begin where blanks begin: their leading blanks belong to them unless `b` is given.
 * @man sort(1)
 */
export interface KeyFlags {
  skipBlanks: boolean;
  dictionary: boolean;
  fold: boolean;
  printable: boolean;
  numeric: 'no' | 'decimal' | 'float' | 'month' | 'human';
  reverse: boolean;
}

export interface SortKey {
  readonly startField: number;
  readonly startChar: number;
  readonly startSkips: boolean;
  /** Infinity: to the end of the line. */
  readonly endField: number;
  /** 0: the end of the field. */
  readonly endChar: number;
  readonly endSkips: boolean;
  readonly flags: KeyFlags;
}

export function noFlags(): KeyFlags {
  return {
    skipBlanks: false,
    dictionary: false,
    fold: false,
    printable: false,
    numeric: 'no',
    reverse: false,
  };
}

/** Sets one ordering letter; false when it is none. */
export function setFlag(flags: KeyFlags, letter: string): boolean {
  if (letter === 'b') flags.skipBlanks = true;
  else if (letter === 'd') flags.dictionary = true;
  else if (letter === 'f') flags.fold = true;
  else if (letter === 'i') flags.printable = true;
  else if (letter === 'n') flags.numeric = 'decimal';
  else if (letter === 'g') flags.numeric = 'float';
  else if (letter === 'M') flags.numeric = 'month';
  else if (letter === 'h') flags.numeric = 'human';
  else if (letter === 'r') flags.reverse = true;
  else return false;
  return true;
}

/** A key with its own flags has none of the global ones. */
export function parseKey(text: string, global: KeyFlags): SortKey | undefined {
  const match = /^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?$/.exec(text);
  if (match === null) return undefined;
  const [, field = '', char, before = '', endField, endChar, after = ''] = match;
  if (Number(field) < 1 || (char !== undefined && Number(char) < 1)) return undefined;
  const letters = before + after;
  const flags = letters === '' ? { ...global } : noFlags();
  for (const letter of letters) if (!setFlag(flags, letter)) return undefined;
  return {
    startField: Number(field) - 1,
    startChar: char === undefined ? 0 : Number(char) - 1,
    startSkips: before.includes('b') || (letters === '' && global.skipBlanks),
    endField: endField === undefined ? Infinity : Number(endField) - 1,
    endChar: Number(endChar ?? 0),
    endSkips: after.includes('b') || (letters === '' && global.skipBlanks),
    flags,
  };
}

/** `+F.C` and `-F.C` count from 0; the end is exclusive. */
export function parseOldKey(
  start: string,
  end: string | undefined,
  global: KeyFlags,
): SortKey | undefined {
  const form = /^[+-](\d+)(?:\.(\d+))?([a-zA-Z]*)$/;
  const from = form.exec(start);
  const to = end === undefined ? undefined : form.exec(end);
  if (from === null || to === null) return undefined;
  const first = `${Number(from[1]) + 1}.${Number(from[2] ?? 0) + 1}${from[3]}`;
  if (to === undefined) return parseKey(first, global);
  const chars = Number(to[2] ?? 0);
  const last = chars === 0 ? `${to[1]}` : `${Number(to[1]) + 1}.${chars}`;
  return Number(to[1]) === 0 && chars === 0
    ? parseKey(`${first},1.1`, global)
    : parseKey(`${first},${last}${to[3]}`, global);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** Offset where field `index` begins; past the end when there is no such field. */
function fieldStart(line: string, index: number, separator: string | undefined): number {
  let at = 0;
  for (let field = 0; field < index; field += 1) {
    if (separator !== undefined) {
      const next = line.indexOf(separator, at);
      if (next < 0) return line.length;
      at = next + 1;
    } else at = skipField(line, at);
    if (at >= line.length && separator === undefined) return line.length;
  }
  return at;
}

/** The end of a blank-separated field: its leading blanks, then everything up to a blank. */
function skipField(line: string, from: number): number {
  let at = from;
  while (at < line.length && isBlank(line.charCodeAt(at))) at += 1;
  while (at < line.length && !isBlank(line.charCodeAt(at))) at += 1;
  return at;
}

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (at < line.length && isBlank(line.charCodeAt(at))) at += 1;
  return at;
}

/** The text that `key` takes from `line`. */
export function keyText(line: string, key: SortKey, separator: string | undefined): string {
  let start = fieldStart(line, key.startField, separator);
  if (key.startSkips) start = skipBlanks(line, start);
  start = Math.min(line.length, start + key.startChar);
  if (key.endField === Infinity) return line.slice(start);
  let end = fieldStart(line, key.endField, separator);
  if (key.endChar === 0) {
    if (separator === undefined) end = skipField(line, end);
    else {
      const next = line.indexOf(separator, end);
      end = next < 0 ? line.length : next;
    }
  } else {
    if (key.endSkips) end = skipBlanks(line, end);
    end = Math.min(line.length, end + key.endChar);
  }
  return line.slice(start, Math.max(start, end));
}

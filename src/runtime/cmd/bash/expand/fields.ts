/**
 * Collects what the parts of a word expand to and splits it into fields. Each field is kept twice:
 * its value, and the value as a pattern in which quoted characters are escaped.
 * @man bash(1) Word Splitting
 */
import { escapePattern } from '#cmd/bash/pattern.ts';

export interface Field {
  readonly value: string;
  /** The value as a pattern; undefined when nothing in it can be one. */
  readonly pattern: string | undefined;
}

/** A stretch of a field; what is quoted is escaped in the pattern. */
interface Piece {
  readonly text: string;
  readonly isQuoted: boolean;
}

const LIVE = /[*?[\\(]/;

export class Fields {
  readonly #fields: Field[] = [];
  readonly #ifs: string;
  /** False: one field whatever comes (assignments, patterns, here-strings). */
  readonly #splits: boolean;
  #value = '';
  #pieces: Piece[] = [];
  /** Some unquoted text has pattern characters. */
  #isLive = false;
  #isStarted = false;
  /** The last field ended with IFS white space: a delimiter that follows belongs to it. */
  #endedByBlank = false;

  constructor(ifs: string, splits: boolean) {
    this.#ifs = ifs;
    this.#splits = splits;
  }

  /** What `"$*"` puts between its words. */
  get joiner(): string {
    return this.#ifs === '' ? '' : String.fromCodePoint(this.#ifs.codePointAt(0) as number);
  }

  get splits(): boolean {
    return this.#splits;
  }

  /** Unquoted text of the word itself: not split, its pattern characters are live. */
  text(text: string): void {
    if (!this.#isLive && LIVE.test(text)) this.#isLive = true;
    this.#append(text, false);
  }

  /** Also when empty it makes the field exist. */
  quoted(text: string): void {
    this.#append(text, true);
  }

  #append(text: string, isQuoted: boolean): void {
    this.#value += text;
    this.#pieces.push({ text, isQuoted });
    this.#isStarted = true;
    this.#endedByBlank = false;
  }

  /** The result of an unquoted expansion. */
  split(text: string): void {
    const ifs = this.#ifs;
    if (!this.#splits || ifs === '' || !includesAny(text, ifs)) {
      if (text !== '') this.text(text);
      return;
    }
    let start = 0;
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at] as string;
      if (!ifs.includes(char)) continue;
      if (at > start) this.text(text.slice(start, at));
      start = at + 1;
      if (char === ' ' || char === '\t' || char === '\n') {
        if (!this.#isStarted) continue;
        this.#finish();
        this.#endedByBlank = true;
      } else if (this.#isStarted) {
        this.#finish();
      } else if (this.#endedByBlank) {
        this.#endedByBlank = false;
      } else {
        this.#isStarted = true;
        this.#finish();
      }
    }
    const rest = text.slice(start);
    if (rest !== '') this.text(rest);
  }

  /** Between the words of `$@`. */
  next(): void {
    if (!this.#splits) {
      this.#append(' ', true);
      return;
    }
    if (this.#isStarted) this.#finish();
    this.#endedByBlank = false;
  }

  #finish(): void {
    this.#fields.push({
      value: this.#value,
      pattern: this.#isLive ? this.pattern : undefined,
    });
    this.#value = '';
    this.#pieces = [];
    this.#isLive = false;
    this.#isStarted = false;
    this.#endedByBlank = false;
  }

  /** All fields; the builder is done. */
  take(): readonly Field[] {
    if (this.#isStarted) this.#finish();
    return this.#fields;
  }

  /** Everything as one text, for contexts without splitting. */
  get value(): string {
    return this.#value;
  }

  /** The same as a pattern. */
  get pattern(): string {
    return this.#pieces
      .map(({ text, isQuoted }) => (isQuoted ? escapePattern(text) : text))
      .join('');
  }
}

function includesAny(text: string, chars: string): boolean {
  for (const char of chars) if (text.includes(char)) return true;
  return false;
}

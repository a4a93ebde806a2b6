/**
 * $0 and its fields. Fields are split when first asked for, with the FS of the time the record was
 * read; assigning one rebuilds $0 with OFS when $0 is asked for.
 */
import { InputText, type Value, toText } from '#cmd/awk/value.ts';
import type { Regex } from '#lib/libc/regex.ts';

/** Makes a Regex of a dynamic pattern. */
export type RegexSource = (source: string) => Regex;

/** Splits as FS says: a blank = runs of blanks, one character = itself, else a pattern. */
export function splitText(text: string, fs: string | Regex, regexOf: RegexSource): string[] {
  if (text === '') return [];
  if (fs === ' ') return splitBlanks(text);
  if (fs === '') return text.split('');
  if (typeof fs === 'string' && fs.length === 1 && fs !== '\\') return text.split(fs);
  const regex = typeof fs === 'string' ? regexOf(fs) : fs;
  const parts: string[] = [];
  let copied = 0;
  for (let from = 0; from <= text.length; ) {
    const span = regex.find(text, from);
    if (span === undefined) break;
    if (span[0] === span[1]) {
      from = span[1] + 1;
      continue;
    }
    parts.push(text.slice(copied, span[0]));
    copied = span[1];
    from = span[1];
  }
  parts.push(text.slice(copied));
  return parts;
}

/** Words between blanks, tabs and newlines. */
function splitBlanks(text: string): string[] {
  const words: string[] = [];
  const size = text.length;
  for (let at = 0; at < size; ) {
    let code = text.charCodeAt(at);
    if (code === 32 || code === 9 || code === 10) {
      at += 1;
      continue;
    }
    const start = at;
    do {
      at += 1;
      code = at < size ? text.charCodeAt(at) : 32;
    } while (code !== 32 && code !== 9 && code !== 10);
    words.push(text.slice(start, at));
  }
  return words;
}

export class AwkRecord {
  readonly #regexOf: RegexSource;
  #text = '';
  #textIsStale = false;
  /** $1 … at 0 …; undefined until asked for. */
  #fields: Value[] | undefined;
  #fs = ' ';
  #inParagraph = false;
  /** The value of OFS and CONVFMT, for the rebuilding of $0. */
  separator: () => string;
  convfmt: () => string;

  constructor(regexOf: RegexSource, separator: () => string, convfmt: () => string) {
    this.#regexOf = regexOf;
    this.separator = separator;
    this.convfmt = convfmt;
  }

  /** A new $0. `inParagraph`: a newline separates fields too (RS is empty). */
  set(text: string, fs: string, inParagraph: boolean): void {
    this.#text = text;
    this.#textIsStale = false;
    this.#fields = undefined;
    this.#fs = fs;
    this.#inParagraph = inParagraph;
  }

  #split(): Value[] {
    if (this.#fields !== undefined) return this.#fields;
    let parts: string[];
    if (this.#inParagraph && this.#fs !== ' ') {
      parts = this.#text.split('\n').flatMap((line) => splitText(line, this.#fs, this.#regexOf));
    } else parts = splitText(this.#text, this.#fs, this.#regexOf);
    this.#fields = parts.map((part) => new InputText(part));
    return this.#fields;
  }

  get text(): string {
    if (this.#textIsStale) {
      const convfmt = this.convfmt();
      this.#text = (this.#fields ?? []).map((v) => toText(v, convfmt)).join(this.separator());
      this.#textIsStale = false;
    }
    return this.#text;
  }

  get count(): number {
    return this.#split().length;
  }

  set count(count: number) {
    const fields = this.#split();
    while (fields.length < count) fields.push('');
    fields.length = Math.max(0, count);
    this.#textIsStale = true;
  }

  get(index: number): Value {
    if (index === 0) return new InputText(this.text);
    return this.#split()[index - 1];
  }

  setField(index: number, value: Value): void {
    const fields = this.#split();
    while (fields.length < index) fields.push('');
    fields[index - 1] = value;
    this.#textIsStale = true;
  }
}

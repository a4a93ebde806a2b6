/**
 * The pager's state between two keys, without a terminal: which text, which place, which options. The
 * host gives keys and text; less.ts makes it of system calls, tests of plain values.
 */
import { utf8ToLatin1 } from '#base/bytes.ts';
import type { Errno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { compileRegex, type Regex, RegexError } from '#lib/libc/regex.ts';
import { type ShownLine, showLine } from '#cmd/less/glyphs.ts';
import type { TextSource } from '#cmd/less/source.ts';
import {
  comparePlaces,
  down,
  lastTop,
  type Place,
  rowsOf,
  up,
  type WindowOptions,
} from '#cmd/less/window.ts';

export interface PagerHost {
  /** The next key; undefined = hang-up. Draws when it must wait; '' after `timeoutMs`. */
  nextKey(pager: Pager, timeoutMs?: number): Task<string | undefined>;
  /** Reads a piece of the current text into it; false when there is none, or a key is waiting. */
  readMore(source: TextSource): Task<boolean>;
  open(name: string): Task<TextSource | Errno>;
  /** Opens the text again at its start: R and switching back. */
  runOnTerminal(command: string): Task<void>;
  suspend(): Task<void>;
}

/** Options that can be changed while paging. */
export interface PagerOptions {
  chops: boolean;
  numbers: boolean;
  keepsColours: boolean;
  ignoreCase: 'never' | 'lower' | 'always';
  /** The prompt of more(1), which also ends at the end of the text. */
  isMore: boolean;
  quitsAtEnd: boolean;
  highlights: boolean;
}

const NUMBER_WIDTH = 8;

export class Pager {
  readonly host: PagerHost;
  readonly options: PagerOptions;
  files: string[];
  fileIndex = 0;
  source: TextSource;
  top: Place = { line: 0, row: 0 };
  shift = 0;
  rows = 23;
  columns = 80;
  /** Shown instead of the prompt until the next key. */
  message = '';
  /** What is being typed on the bottom line. */
  typed: string | undefined;
  isNew = true;
  isFinished = false;
  isFollowing = false;
  bells = 0;
  halfWindow: number | undefined;
  fullWindow: number | undefined;
  pattern:
    | { readonly text: string; readonly isForward: boolean; readonly isInverse: boolean }
    | undefined;
  readonly marks: Map<string, Place> = new Map();
  /** Keys that are typed before the first screen is drawn. */
  startKeys: string[] = [];
  #regex: Regex | undefined;
  #shown: Map<number, ShownLine> = new Map();
  #shownFor = '';

  constructor(host: PagerHost, options: PagerOptions, files: string[], source: TextSource) {
    this.host = host;
    this.options = options;
    this.files = files;
    this.source = source;
  }

  get windowOptions(): WindowOptions {
    const columns = Math.max(2, this.columns - (this.options.numbers ? NUMBER_WIDTH : 0));
    return { columns, chops: this.options.chops, shift: this.shift };
  }

  /** The next key: what `+` of the command line still has, then the keyboard. */
  *key(timeoutMs?: number): Task<string | undefined> {
    const waiting = this.startKeys.shift();
    return waiting ?? (yield* this.host.nextKey(this, timeoutMs));
  }

  /** How line `index` looks. The last line may still grow, so it is never remembered. */
  shown(index: number): ShownLine {
    const key = String(this.options.keepsColours);
    if (key !== this.#shownFor || this.#shown.size > 4000) {
      this.#shown = new Map();
      this.#shownFor = key;
    }
    const known = this.#shown.get(index);
    if (known !== undefined) return known;
    const shown = showLine(this.source.line(index), this.options.keepsColours);
    if (index < this.source.lineCount - 1) this.#shown.set(index, shown);
    return shown;
  }

  forgetShown(): void {
    this.#shown = new Map();
  }

  readonly heightOf = (line: number): number => {
    return rowsOf(this.shown(line), this.windowOptions).length;
  };

  /** Reads until `line` is known, or the text or the patience (a key came) ends. */
  *load(line: number): Task<void> {
    while (this.source.lineCount <= line && !this.source.isComplete) {
      if (!(yield* this.host.readMore(this.source))) return;
    }
  }

  /** Reads what a window at the present place, and one more, may show. */
  *loadWindow(): Task<void> {
    yield* this.load(this.top.line + 2 * this.rows);
  }

  get endTop(): Place {
    return lastTop(this.rows, this.source.lineCount, this.heightOf);
  }

  /** The end of the text is on the screen. */
  get isAtEnd(): boolean {
    return this.source.isComplete && comparePlaces(this.top, this.endTop) >= 0;
  }

  /** Down by rows, not further than shows the end; `isForced` goes on (J, and files that grow). */
  *forward(count: number, isForced = false): Task<void> {
    yield* this.load(this.top.line + count + 2 * this.rows);
    const target = down(this.top, count, this.source.lineCount, this.heightOf);
    const limit = this.endTop;
    if (isForced || comparePlaces(target, limit) <= 0) this.top = target;
    else if (comparePlaces(this.top, limit) < 0) this.top = limit;
    else this.bells += 1;
  }

  back(count: number): void {
    if (this.top.line === 0 && this.top.row === 0) this.bells += 1;
    this.top = up(this.top, count, this.heightOf);
  }

  *goTo(line: number): Task<void> {
    this.marks.set("'", this.top);
    yield* this.load(line + 2 * this.rows);
    const target = { line: Math.min(line, Math.max(0, this.source.lineCount - 1)), row: 0 };
    if (line >= this.source.lineCount) {
      this.bells += 1;
      this.message = `Cannot seek to line number ${line + 1}`;
    }
    this.top = target;
  }

  *goToEnd(): Task<void> {
    this.marks.set("'", this.top);
    yield* this.load(Number.MAX_SAFE_INTEGER);
    this.top = this.endTop;
  }

  /** What a search looks for. Answers regcomp's complaint, or nothing. */
  setPattern(text: string, isForward: boolean, isInverse: boolean): string | undefined {
    const { ignoreCase } = this.options;
    const folds = ignoreCase === 'always' || (ignoreCase === 'lower' && !/[A-Z]/.test(text));
    const regex = compileRegex(utf8ToLatin1(text), { syntax: 'extended', ignoreCase: folds });
    if (regex instanceof RegexError) return 'Invalid pattern';
    this.#regex = regex;
    this.pattern = { text, isForward, isInverse };
    this.options.highlights = true;
    return undefined;
  }

  /** The pattern again, after -i was toggled. */
  recompile(): void {
    const { pattern } = this;
    if (pattern !== undefined) this.setPattern(pattern.text, pattern.isForward, pattern.isInverse);
  }

  matches(line: number): boolean {
    return this.#regex?.test(utf8ToLatin1(this.shown(line).plain)) === true;
  }

  /** Places of all matches in a line of plain text, as offsets into it. */
  highlights(plain: string): readonly (readonly [number, number])[] {
    const regex = this.#regex;
    if (regex === undefined || !this.options.highlights || this.pattern?.isInverse === true)
      return [];
    const latin = utf8ToLatin1(plain);
    if (latin.length !== plain.length) return wideHighlights(regex, plain, latin);
    return matchesIn(regex, latin);
  }

  /** Goes to the `count`th line that matches, from the top of the screen on. */
  *search(count: number, isForward: boolean): Task<void> {
    let line = this.top.line;
    let left = count;
    while (left > 0) {
      line += isForward ? 1 : -1;
      if (isForward) yield* this.load(line);
      if (line < 0 || line >= this.source.lineCount) {
        this.message = 'Pattern not found';
        this.bells += 1;
        return;
      }
      if (this.matches(line) !== (this.pattern?.isInverse === true)) left -= 1;
    }
    yield* this.load(line + 2 * this.rows);
    this.marks.set("'", this.top);
    this.top = { line, row: 0 };
  }

  /** Shows another file; answers what is wrong with it. */
  *show(index: number): Task<string | undefined> {
    const name = this.files[index];
    if (name === undefined) return index < 0 ? 'No previous file' : 'No next file';
    const source = yield* this.host.open(name);
    if ('message' in source) return `${name}: ${source.message}`;
    this.fileIndex = index;
    this.source = source;
    this.top = { line: 0, row: 0 };
    this.isNew = true;
    this.forgetShown();
    yield* this.loadWindow();
    return undefined;
  }
}

function matchesIn(regex: Regex, text: string): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  for (let from = 0; from <= text.length && found.length < 1000; ) {
    const match = regex.find(text, from);
    if (match === undefined) break;
    if (match[1] > match[0]) found.push(match);
    from = Math.max(match[1], match[0] + 1);
  }
  return found;
}

/** Offsets in UTF-8 bytes made offsets in characters. */
function wideHighlights(regex: Regex, plain: string, latin: string): (readonly [number, number])[] {
  const units: number[] = [];
  let unit = 0;
  for (const character of plain) {
    const size = utf8ToLatin1(character).length;
    for (let i = 0; i < size; i += 1) units.push(unit);
    unit += character.length;
  }
  units.push(unit);
  return matchesIn(regex, latin).map(([start, end]) => [units[start] ?? 0, units[end] ?? unit]);
}

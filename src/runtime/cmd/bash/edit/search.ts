/** Ctrl-R: incremental search backwards through the history (and Ctrl-S forwards). */
import type { Key } from '#cmd/bash/edit/keys.ts';

/** The search is over: the line to go on with, and the key that ended it if it has still to act. */
export interface SearchEnd {
  readonly text: string;
  /** The history line found; undefined = the line as it was. */
  readonly position: number | undefined;
  readonly cursor: number;
  readonly pass: Key | undefined;
}

export class HistorySearch {
  readonly #history: readonly string[];
  readonly #original: string;
  readonly #originalCursor: number;
  readonly #start: number;
  #needle = '';
  #position: number | undefined;
  #offset = 0;
  #isFailing = false;
  #direction: -1 | 1 = -1;

  constructor(history: readonly string[], position: number, text: string, cursor: number) {
    this.#history = history;
    this.#start = position;
    this.#original = text;
    this.#originalCursor = cursor;
  }

  show(): { prompt: string; text: string; cursor: number } {
    const failing = this.#isFailing ? 'failed ' : '';
    const kind = this.#direction < 0 ? 'reverse-i-search' : 'i-search';
    return {
      prompt: `(${failing}${kind})\`${this.#needle}': `,
      text: this.#line,
      cursor: this.#position === undefined ? this.#originalCursor : this.#offset,
    };
  }

  get #line(): string {
    if (this.#position === undefined) return this.#original;
    return this.#history[this.#position] ?? '';
  }

  press(key: Key): SearchEnd | 'more' {
    if (key.kind === 'text') {
      this.#needle += key.text;
      this.#find(this.#position ?? this.#start - 1);
      return 'more';
    }
    const name = key.kind === 'key' ? key.name : '';
    if (name === 'C-r' || name === 'C-s') {
      this.#direction = name === 'C-r' ? -1 : 1;
      if (this.#needle !== '') this.#find((this.#position ?? this.#start) + this.#direction);
      return 'more';
    }
    if (name === 'backspace' || name === 'C-h') {
      this.#needle = Array.from(this.#needle).slice(0, -1).join('');
      this.#isFailing = false;
      if (this.#needle === '') this.#position = undefined;
      else this.#find(this.#start - 1);
      return 'more';
    }
    if (name === 'C-g') {
      return {
        text: this.#original,
        position: undefined,
        cursor: this.#originalCursor,
        pass: undefined,
      };
    }
    const { text, cursor } = this.show();
    const isPlainEnd = name === 'C-[' || name === 'C-j';
    return { text, position: this.#position, cursor, pass: isPlainEnd ? undefined : key };
  }

  #find(from: number): void {
    for (let at = from; at >= 0 && at < this.#history.length; at += this.#direction) {
      const offset = (this.#history[at] as string).lastIndexOf(this.#needle);
      if (offset < 0) continue;
      this.#position = at;
      this.#offset = Array.from((this.#history[at] as string).slice(0, offset)).length;
      this.#isFailing = false;
      return;
    }
    this.#isFailing = true;
  }
}

/**
 * The text being edited and the cursor in it, with undo. Positions count characters (code points);
 * combining marks are characters of their own, as in readline's UTF-8 mode without grapheme rules.
 * @man readline(3)
 */
interface Snapshot {
  readonly text: readonly string[];
  readonly cursor: number;
}

export class EditBuffer {
  #text: string[] = [];
  #cursor = 0;
  #undo: Snapshot[] = [];
  /** The last change was typing: the next typed character joins its undo step. */
  #isTyping = false;

  get text(): string {
    return this.#text.join('');
  }

  get characters(): readonly string[] {
    return this.#text;
  }

  get length(): number {
    return this.#text.length;
  }

  get cursor(): number {
    return this.#cursor;
  }

  get beforeCursor(): string {
    return this.#text.slice(0, this.#cursor).join('');
  }

  moveTo(position: number): void {
    this.#cursor = Math.max(0, Math.min(this.#text.length, position));
    this.#isTyping = false;
  }

  #remember(): void {
    this.#undo.push({ text: this.#text.slice(), cursor: this.#cursor });
    this.#isTyping = false;
  }

  insert(text: string, isTyped = false): void {
    if (!isTyped || !this.#isTyping) this.#remember();
    const characters = Array.from(text);
    this.#text.splice(this.#cursor, 0, ...characters);
    this.#cursor += characters.length;
    this.#isTyping = isTyped;
  }

  /** Removes from `start` to `end`; what was there. The cursor ends at `start`. */
  remove(start: number, end: number): string {
    const from = Math.max(0, Math.min(start, end));
    const to = Math.min(this.#text.length, Math.max(start, end));
    if (from === to) return '';
    this.#remember();
    const removed = this.#text.splice(from, to - from);
    this.#cursor = from;
    return removed.join('');
  }

  replaceAll(text: string, cursor?: number): void {
    this.#remember();
    this.#text = Array.from(text);
    this.moveTo(cursor ?? this.#text.length);
  }

  /** A fresh line: nothing to undo. */
  reset(text: string): void {
    this.#text = Array.from(text);
    this.#undo = [];
    this.moveTo(this.#text.length);
  }

  /** False when there is nothing to undo. */
  undo(): boolean {
    const last = this.#undo.pop();
    if (last === undefined) return false;
    this.#text = [...last.text];
    this.moveTo(last.cursor);
    return true;
  }

  undoAll(): void {
    const [first] = this.#undo;
    if (first === undefined) return;
    this.#text = [...first.text];
    this.moveTo(first.cursor);
    this.#undo = [];
  }

  /** The end of the word at or after `from`: where Meta-f goes. */
  wordEnd(from: number): number {
    let at = from;
    while (at < this.length && !isWordCharacter(this.#text[at])) at += 1;
    while (at < this.length && isWordCharacter(this.#text[at])) at += 1;
    return at;
  }

  /** The start of the word before `from`: where Meta-b goes. */
  wordStart(from: number): number {
    let at = from;
    while (at > 0 && !isWordCharacter(this.#text[at - 1])) at -= 1;
    while (at > 0 && isWordCharacter(this.#text[at - 1])) at -= 1;
    return at;
  }

  /** The start of the blank-separated word before `from`: what Ctrl-W kills. */
  blankWordStart(from: number): number {
    let at = from;
    while (at > 0 && isBlank(this.#text[at - 1])) at -= 1;
    while (at > 0 && !isBlank(this.#text[at - 1])) at -= 1;
    return at;
  }

  transposeCharacters(): boolean {
    if (this.length < 2 || this.#cursor === 0) return false;
    const at = this.#cursor === this.length ? this.#cursor - 1 : this.#cursor;
    this.#remember();
    const [a, b] = [this.#text[at - 1] as string, this.#text[at] as string];
    this.#text[at - 1] = b;
    this.#text[at] = a;
    this.moveTo(at + 1);
    return true;
  }

  transposeWords(): boolean {
    const end = this.wordEnd(this.#cursor);
    const start = this.wordStart(end);
    const firstStart = this.wordStart(start);
    const firstEnd = this.wordEnd(firstStart);
    if (firstStart >= start || firstEnd > start) return false;
    this.#remember();
    const cut = (from: number, to: number): string[] => this.#text.slice(from, to);
    const swapped = [...cut(start, end), ...cut(firstEnd, start), ...cut(firstStart, firstEnd)];
    this.#text.splice(firstStart, end - firstStart, ...swapped);
    this.moveTo(end);
    return true;
  }

  /** Meta-u, Meta-l, Meta-c. */
  changeWordCase(kind: 'upper' | 'lower' | 'capital'): void {
    const start = this.#cursor;
    const end = this.wordEnd(start);
    if (start === end) return;
    this.#remember();
    let isFirst = true;
    for (let at = start; at < end; at += 1) {
      const char = this.#text[at] as string;
      if (!isWordCharacter(char)) continue;
      const isUpper = kind === 'upper' || (kind === 'capital' && isFirst);
      this.#text[at] = isUpper ? char.toUpperCase() : char.toLowerCase();
      isFirst = false;
    }
    this.moveTo(end);
  }
}

function isWordCharacter(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}]/u.test(char);
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\n';
}

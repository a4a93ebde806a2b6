/**
 * The list of command lines, pure. Numbers go on when old lines fall off; HISTCONTROL and HISTIGNORE
 * decide what gets in.
 * @man bash(1) HISTORY
 */
import type { PatternCache } from '#cmd/bash/pattern.ts';

export interface HistoryRules {
  /** HISTCONTROL, split at colons. */
  readonly control: ReadonlySet<string>;
  /** HISTIGNORE, split at colons. */
  readonly ignore: readonly string[];
  /** HISTSIZE; Infinity = no limit. */
  readonly size: number;
}

export class History {
  #lines: string[] = [];
  /** The number of the first line kept. */
  #first = 1;
  /** Lines from here on are not in the file yet. */
  #unsaved = 0;

  clone(): History {
    const copy = new History();
    copy.#lines = [...this.#lines];
    copy.#first = this.#first;
    copy.#unsaved = this.#unsaved;
    return copy;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  get firstNumber(): number {
    return this.#first;
  }

  get nextNumber(): number {
    return this.#first + this.#lines.length;
  }

  /** The lines that were entered in this session. */
  get newLines(): readonly string[] {
    return this.#lines.slice(this.#unsaved);
  }

  markSaved(): void {
    this.#unsaved = this.#lines.length;
  }

  byNumber(number: number): string | undefined {
    return this.#lines[number - this.#first];
  }

  /** Lines read from the file. */
  load(lines: readonly string[], size: number): void {
    for (const line of lines) this.#append(line, size);
    this.markSaved();
  }

  /** A line that was entered; false when the rules keep it out. */
  add(line: string, rules: HistoryRules, patterns: PatternCache): boolean {
    const { control } = rules;
    const both = control.has('ignoreboth');
    if (line === '') return false;
    if ((both || control.has('ignorespace')) && /^[ \t]/.test(line)) return false;
    if ((both || control.has('ignoredups')) && line === this.#lines.at(-1)) return false;
    const isIgnored = rules.ignore.some((given) => {
      const pattern = given === '&' ? (this.#lines.at(-1) ?? '') : given;
      return patterns.whole(pattern, { extended: false, ignoreCase: false }).test(line);
    });
    if (isIgnored) return false;
    if (control.has('erasedups')) this.#lines = this.#lines.filter((known) => known !== line);
    this.#append(line, rules.size);
    return true;
  }

  #append(line: string, size: number): void {
    this.#lines.push(line);
    while (this.#lines.length > size) {
      this.#lines.shift();
      this.#first += 1;
      this.#unsaved = Math.max(0, this.#unsaved - 1);
    }
  }

  /** `history -s`, and what replaces a line that history expansion changed. */
  store(line: string, size: number): void {
    this.#append(line, size);
  }

  /** Takes back the last line (fc, `history -s`). */
  dropLast(): void {
    this.#lines.pop();
  }

  remove(number: number): boolean {
    const index = number - this.#first;
    if (index < 0 || index >= this.#lines.length) return false;
    this.#lines.splice(index, 1);
    return true;
  }

  clear(): void {
    this.#lines = [];
    this.#first = 1;
    this.#unsaved = 0;
  }
}

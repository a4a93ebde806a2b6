/**
 * Registers: a–z (A–Z append), 0 the last yank, 1–9 the last deletions of lines, - the last small
 * deletion, and the unnamed one, which is the last text put anywhere.
 * @man vi(1) Buffers
 */
import { ViError } from '#cmd/vi/vi-error.ts';

export interface RegisterText {
  readonly lines: readonly string[];
  readonly isLinewise: boolean;
}

export class Registers {
  readonly #texts: Map<string, RegisterText> = new Map();

  /** The text to put; undefined when the register is empty. */
  get(name: string | undefined): RegisterText | undefined {
    return this.#texts.get((name ?? '"').toLowerCase());
  }

  /** All registers that hold something, in the order :registers shows them. */
  entries(): readonly (readonly [string, RegisterText])[] {
    return [...this.#texts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Keeps yanked text. */
  yank(name: string | undefined, text: RegisterText): void {
    if (name === undefined || name === '"') this.#texts.set('0', text);
    this.#store(name, text);
  }

  /** Keeps deleted text; `isBig` deletions also go through the numbered registers. */
  delete(name: string | undefined, text: RegisterText, isBig: boolean): void {
    if (isBig || text.isLinewise || text.lines.length > 1) {
      for (let number = 9; number > 1; number -= 1) {
        const before = this.#texts.get(String(number - 1));
        if (before !== undefined) this.#texts.set(String(number), before);
      }
      this.#texts.set('1', text);
    } else if (name === undefined) {
      this.#texts.set('-', text);
    }
    this.#store(name, text);
  }

  #store(name: string | undefined, text: RegisterText): void {
    if (name === '_') return;
    const key = name?.toLowerCase();
    if (key !== undefined && key !== '"' && !/^[a-z0-9-]$/.test(key)) {
      throw new ViError('Invalid buffer name');
    }
    let kept = text;
    if (key !== undefined && name !== key) {
      const before = this.#texts.get(key);
      if (before !== undefined) kept = append(before, text);
    }
    if (key !== undefined) this.#texts.set(key, kept);
    this.#texts.set('"', kept);
  }
}

function append(before: RegisterText, text: RegisterText): RegisterText {
  if (before.isLinewise || text.isLinewise) {
    return { lines: [...before.lines, ...text.lines], isLinewise: true };
  }
  const lines = [...before.lines];
  const last = lines.pop() ?? '';
  return {
    lines: [...lines, last + (text.lines[0] ?? ''), ...text.lines.slice(1)],
    isLinewise: false,
  };
}

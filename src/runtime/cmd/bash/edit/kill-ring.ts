/** Killed text, newest first in turn: Ctrl-Y yanks, Meta-Y replaces by the next older. */
import type { EditBuffer } from '#cmd/bash/edit/buffer.ts';

const MAX_ENTRIES = 10;

export class KillRing {
  #entries: string[] = [];
  #at = 0;
  #yanked = 0;

  add(text: string, how: 'new' | 'append' | 'prepend'): void {
    const last = this.#entries.pop();
    if (last === undefined || how === 'new') {
      if (last !== undefined) this.#entries.push(last);
      this.#entries.push(text);
    } else this.#entries.push(how === 'append' ? last + text : text + last);
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift();
    this.#at = this.#entries.length - 1;
  }

  yank(buffer: EditBuffer): 'bell' | undefined {
    const text = this.#entries[this.#at];
    if (text === undefined) return 'bell';
    buffer.insert(text);
    this.#yanked = Array.from(text).length;
    return undefined;
  }

  yankPop(buffer: EditBuffer, lastAction: string): 'bell' | undefined {
    if (lastAction !== 'C-y' && lastAction !== 'M-y') return 'bell';
    buffer.remove(buffer.cursor - this.#yanked, buffer.cursor);
    this.#at = (this.#at - 1 + this.#entries.length) % this.#entries.length;
    return this.yank(buffer);
  }
}

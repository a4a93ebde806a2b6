/**
 * Bytes from the terminal → keys. Holds back what is incomplete: an escape sequence, half a UTF-8
 * character, a paste in brackets.
 * @spec ECMA-48 §5.4, xterm control sequences (bracketed paste)
 */
import { decodeText } from '#cmd/bash/text.ts';

export type Key =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'paste'; readonly text: string }
  /** `C-a`, `M-f`, `up`, `home`, `delete`, `C-left` … */
  | { readonly kind: 'key'; readonly name: string };

const PASTE_START = [0x1b, 0x5b, 0x32, 0x30, 0x30, 0x7e];
const PASTE_END = [0x1b, 0x5b, 0x32, 0x30, 0x31, 0x7e];

const FINAL_NAMES: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  Z: 'S-tab',
};

const TILDE_NAMES: Readonly<Record<string, string>> = {
  '1': 'home',
  '2': 'insert',
  '3': 'delete',
  '4': 'end',
  '5': 'page-up',
  '6': 'page-down',
  '7': 'home',
  '8': 'end',
};

export class KeyDecoder {
  #pending: number[] = [];

  /** True while an escape sequence has only begun. */
  get isWaiting(): boolean {
    return this.#pending.length > 0;
  }

  /** The keys that `bytes` complete. */
  feed(bytes: Iterable<number>): Key[] {
    this.#pending.push(...bytes);
    const keys: Key[] = [];
    for (;;) {
      const key = this.#next();
      if (key === undefined) return keys;
      keys.push(key);
    }
  }

  #take(count: number, key: Key): Key {
    this.#pending.splice(0, count);
    return key;
  }

  #next(): Key | undefined {
    const [first, second] = this.#pending;
    if (first === undefined) return undefined;
    if (first === 0x1b) return second === undefined ? undefined : this.#escape(second);
    if (first < 0x20 || first === 0x7f) return this.#take(1, control(first));
    const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    if (this.#pending.length < size) return undefined;
    const text = decodeText(Uint8Array.from(this.#pending.slice(0, size)));
    return this.#take(size, { kind: 'text', text });
  }

  #escape(second: number): Key | undefined {
    if (second === 0x5b) return this.#sequence();
    if (second === 0x4f) {
      const third = this.#pending[2];
      if (third === undefined) return undefined;
      return this.#take(3, named(FINAL_NAMES[String.fromCharCode(third)]));
    }
    if (second === 0x1b) {
      // Meta and an arrow: ESC ESC [ A
      this.#pending.splice(0, 1);
      const key = this.#next();
      if (key === undefined) this.#pending.unshift(0x1b);
      else if (key.kind === 'key') return { kind: 'key', name: `M-${key.name}` };
      return key;
    }
    if (second < 0x20 || second === 0x7f) {
      const key = control(second);
      return this.#take(2, named(`M-${key.kind === 'key' ? key.name : ''}`));
    }
    return this.#take(2, named(`M-${String.fromCharCode(second)}`));
  }

  /** After ESC [ */
  #sequence(): Key | undefined {
    if (PASTE_START.every((byte, i) => this.#pending[i] === byte)) return this.#paste();
    let at = 2;
    while (at < this.#pending.length && (this.#pending[at] as number) < 0x40) at += 1;
    const final = this.#pending[at];
    if (final === undefined) return undefined;
    const parameters = String.fromCharCode(...this.#pending.slice(2, at));
    const letter = String.fromCharCode(final);
    const [code = '', modifier = ''] = parameters.split(';');
    const base = letter === '~' ? TILDE_NAMES[code] : FINAL_NAMES[letter];
    const prefix = modifier === '5' ? 'C-' : modifier === '3' ? 'M-' : '';
    return this.#take(at + 1, named(base === undefined ? undefined : prefix + base));
  }

  #paste(): Key | undefined {
    for (let at = PASTE_START.length; at + PASTE_END.length <= this.#pending.length; at += 1) {
      if (!PASTE_END.every((byte, i) => this.#pending[at + i] === byte)) continue;
      const bytes = Uint8Array.from(this.#pending.slice(PASTE_START.length, at));
      const text = decodeText(bytes).replace(/\r\n?/g, '\n');
      return this.#take(at + PASTE_END.length, { kind: 'paste', text });
    }
    return undefined;
  }
}

function named(name: string | undefined): Key {
  return { kind: 'key', name: name ?? 'unknown' };
}

function control(byte: number): Key {
  if (byte === 0x7f) return named('backspace');
  if (byte === 0x0d || byte === 0x0a) return named('enter');
  if (byte === 0x09) return named('tab');
  return named(`C-${String.fromCharCode(byte + 0x40).toLowerCase()}`);
}

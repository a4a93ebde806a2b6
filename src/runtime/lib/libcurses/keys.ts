/**
 * Keys from a terminal's bytes: a key is one character, or a name in angle brackets (`<Up>`, `<F1>`).
 * Control characters stay themselves (`\x1b`, `\r`, `\x06`). A lone escape can't be told from the
 * start of a sequence until time passes: the caller calls `flush` when no more bytes came.
 */
import { decodeText } from '#lib/libcurses/bytes-text.ts';

const FINAL_KEYS: Readonly<Record<string, string>> = {
  A: '<Up>',
  B: '<Down>',
  C: '<Right>',
  D: '<Left>',
  H: '<Home>',
  F: '<End>',
  P: '<F1>',
  Q: '<F2>',
  R: '<F3>',
  S: '<F4>',
  Z: '<BackTab>',
};

/** `ESC [ N ~` */
const NUMBERED_KEYS: Readonly<Record<string, string>> = {
  1: '<Home>',
  2: '<Insert>',
  3: '<Delete>',
  4: '<End>',
  5: '<PageUp>',
  6: '<PageDown>',
  7: '<Home>',
  8: '<End>',
  11: '<F1>',
  12: '<F2>',
  13: '<F3>',
  14: '<F4>',
  15: '<F5>',
  17: '<F6>',
  18: '<F7>',
  19: '<F8>',
  20: '<F9>',
  21: '<F10>',
  23: '<F11>',
  24: '<F12>',
  200: '<PasteStart>',
  201: '<PasteEnd>',
};

const SEQUENCE = /^\x1b(?:\[([0-9;]*)([A-Za-z~])|O([A-Za-z]))/;
const UNFINISHED = /^\x1b(?:\[[0-9;]*|O)?$/;

export class KeyDecoder {
  #pending = new Uint8Array(0);

  /** True while bytes wait that may be the start of something longer. */
  get isPending(): boolean {
    return this.#pending.length > 0;
  }

  /** The keys that are complete with `bytes`. */
  feed(bytes: Uint8Array): string[] {
    const all = new Uint8Array(this.#pending.length + bytes.length);
    all.set(this.#pending);
    all.set(bytes, this.#pending.length);
    const complete = all.length - unfinishedCharacter(all);
    const { keys, rest } = split(decodeText(all.subarray(0, complete)));
    // What is left of a sequence is ASCII: one byte a character.
    this.#pending = all.slice(complete - rest.length);
    return keys;
  }

  /** The waiting bytes as keys of their own: no more came in time. */
  flush(): string[] {
    const text = decodeText(this.#pending);
    this.#pending = new Uint8Array(0);
    return Array.from(text);
  }
}

/** Bytes at the end that are the start of a UTF-8 sequence. */
function unfinishedCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? back : 0;
  }
  return 0;
}

function split(text: string): { keys: string[]; rest: string } {
  const keys: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '\x1b') {
      const rest = text.slice(at);
      if (UNFINISHED.test(rest)) return { keys, rest };
      const match = SEQUENCE.exec(rest);
      const key = match === null ? undefined : nameOf(match);
      if (match !== null && key !== undefined) {
        keys.push(key);
        at += match[0].length;
        continue;
      }
    }
    const character = String.fromCodePoint(text.codePointAt(at) as number);
    keys.push(character);
    at += character.length;
  }
  return { keys, rest: '' };
}

function nameOf(match: RegExpExecArray): string | undefined {
  const final = match[3] ?? match[2] ?? '';
  if (final === '~') return NUMBERED_KEYS[(match[1] ?? '').split(';')[0] ?? ''];
  return FINAL_KEYS[final];
}

/**
 * Text that survives the way through an editor: UTF-8 becomes characters, and a byte that is not
 * UTF-8 becomes the lone surrogate U+DC80 … U+DCFF that carries it, so that encoding gives back
 * exactly the bytes that were read. (Python's `surrogateescape`, PEP 383.)
 */
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';

const ESCAPE_BASE = 0xdc00;

/** True for the stand-in of a byte that is not part of any character. */
export function isRawByte(code: number): boolean {
  return code >= 0xdc80 && code <= 0xdcff;
}

/** The byte behind a stand-in. */
export function rawByte(code: number): number {
  return code - ESCAPE_BASE;
}

/** Length of the UTF-8 sequence at `at`, or 0 when there is none that is complete and shortest. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + length > bytes.length) return 0;
  for (let i = 1; i < length; i += 1) {
    if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0;
  }
  const second = bytes[at + 1] as number;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return length;
}

export function decodeText(bytes: Uint8Array): string {
  const fast = decodeUtf8(bytes);
  if (!fast.includes('\ufffd')) return fast;
  let text = '';
  let start = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += decodeUtf8(bytes.subarray(start, at));
    text += String.fromCharCode(ESCAPE_BASE + (bytes[at] as number));
    at += 1;
    start = at;
  }
  return text + decodeUtf8(bytes.subarray(start));
}

export function encodeText(text: string): Uint8Array {
  if (!/[\udc80-\udcff]/.test(text)) return encodeUtf8(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (isRawByte(code)) bytes.push(rawByte(code));
    else bytes.push(...encodeUtf8(character));
  }
  return Uint8Array.from(bytes);
}

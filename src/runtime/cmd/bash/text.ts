/**
 * The shell's strings and the kernel's bytes. Text is UTF-8; a byte that is not part of a UTF-8
 * character becomes the lone surrogate U+DC80 … U+DCFF, so that it comes out again unchanged
 * (the scheme of Python's surrogateescape).
 */
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';

const ESCAPE_BASE = 0xdc00;

/** Text of `bytes`, losslessly. */
export function decodeText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (!text.includes('\uFFFD')) return text;
  return decodeCarefully(bytes);
}

function decodeCarefully(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceSize(bytes, at);
    if (size === 0) {
      text += String.fromCharCode(ESCAPE_BASE + (bytes[at] as number));
      at += 1;
    } else {
      text += decodeUtf8(bytes.subarray(at, at + size));
      at += size;
    }
  }
  return text;
}

/** Bytes of the well-formed UTF-8 character at `at`, else 0. */
function sequenceSize(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + size > bytes.length) return 0;
  for (let i = 1; i < size; i += 1) {
    if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0;
  }
  const second = bytes[at + 1] as number;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return size;
}

const ESCAPED = /[\uDC80-\uDCFF]/;

/** The inverse of `decodeText`, a fresh buffer. */
export function encodeText(text: string): Uint8Array {
  if (!ESCAPED.test(text)) return encodeUtf8(text);
  const parts: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (code >= 0xdc80 && code <= 0xdcff) parts.push(code - ESCAPE_BASE);
    else for (const byte of encodeUtf8(char)) parts.push(byte);
  }
  return Uint8Array.from(parts);
}

/** Text of the single byte `byte`: what `\ooo` and `\xHH` stand for. */
export function byteAsText(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : ESCAPE_BASE + byte);
}

/** Joins bytes that were written one by one (`\xc3\xa9`) into characters again. */
export function normalizeText(text: string): string {
  return ESCAPED.test(text) ? decodeText(encodeText(text)) : text;
}

/** Characters of `text`: code points, not UTF-16 units. */
export function characters(text: string): string[] {
  return Array.from(text);
}

const ASTRAL = /[\uD800-\uDBFF]/;

/** `${#text}` */
export function characterCount(text: string): number {
  return ASTRAL.test(text) ? characters(text).length : text.length;
}

/**
 * Byte strings. Text in the node is bytes, as on any Unix: a file name or a line need not be UTF-8.
 * Host-free: the text codecs are the only globals used (see runtime/host-globals.d.ts).
 */
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

export const EMPTY_BYTES: Uint8Array = new Uint8Array(0);

/** UTF-8 bytes of `text`, a fresh buffer. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text of UTF-8 `bytes`; what is not UTF-8 becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** One character a byte (ISO 8859-1): lossless both ways, for byte-oriented text work. */
export function decodeLatin1(bytes: Uint8Array): string {
  if (bytes.length > 64) {
    // Pure ASCII is the same in both codes, and the decoder is many times faster. Other bytes either
    // shorten the text or leave a replacement character in it.
    const quick = decoder.decode(bytes);
    if (quick.length === bytes.length && !quick.includes('\uFFFD')) return quick;
  }
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

/** The inverse of `decodeLatin1`; characters above U+00FF are cut to their low byte. */
export function encodeLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  if (text.length > 64) {
    const quick = encoder.encodeInto(text, bytes);
    if (quick.read === text.length && quick.written === text.length) return bytes;
  }
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** A JavaScript string's UTF-8 bytes, one character a byte: an argument as byte-oriented text. */
export function utf8ToLatin1(text: string): string {
  return isAscii(text) ? text : decodeLatin1(encodeUtf8(text));
}

/** The inverse of `utf8ToLatin1`, e.g. for a file name that was read from a file. */
export function latin1ToUtf8(text: string): string {
  return isAscii(text) ? text : decodeUtf8(encodeLatin1(text));
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 127) return false;
  return true;
}

/** A fresh buffer holding all `parts` in order. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of parts) size += part.length;
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Like memcmp: negative, 0 or positive. A prefix sorts before the longer string. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const size = Math.min(a.length, b.length);
  for (let i = 0; i < size; i += 1) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}

/** Lower-case hexadecimal, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** A DataView over exactly these bytes, not a copy. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

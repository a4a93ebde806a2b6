/**
 * The file of a native program: one line, `NATIVE_MAGIC` and the program's name. The platform image
 * is made of such files and exec(2) reads them.
 */
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';

/** 0x7f first, as in ELF: no text file begins with it. */
export const NATIVE_MAGIC = '\x7fSOL-NATIVE ';

const MAGIC_BYTES = encodeUtf8(NATIVE_MAGIC);
const NEWLINE = 10;

/** What the boot archive puts into a native program's file. */
export function nativeProgramFile(name: string): Uint8Array {
  return encodeUtf8(`${NATIVE_MAGIC}${name}\n`);
}

/** The name in a file's header; undefined: no native program. */
export function nativeProgramName(header: Uint8Array): string | undefined {
  for (let at = 0; at < MAGIC_BYTES.length; at += 1) {
    if (header[at] !== MAGIC_BYTES[at]) return undefined;
  }
  const end = header.indexOf(NEWLINE);
  return decodeUtf8(header.subarray(MAGIC_BYTES.length, end < 0 ? header.length : end));
}

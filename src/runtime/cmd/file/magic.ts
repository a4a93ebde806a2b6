/**
 * What kind of file some bytes are. The table is a small part of /etc/magic: what a SmartOS node meets.
 * @man file(1) magic(5)
 */
import { decodeLatin1 } from '#base/bytes.ts';

interface Signature {
  readonly offset: number;
  readonly bytes: string;
  readonly description: string;
}

const SIGNATURES: readonly Signature[] = [
  { offset: 0, bytes: '\x1f\x8b', description: 'gzip compressed data' },
  { offset: 0, bytes: '\x1f\x9d', description: 'compressed data block compressed' },
  { offset: 0, bytes: 'BZh', description: 'bzip2 compressed data' },
  { offset: 0, bytes: '\xfd7zXZ\0', description: 'XZ compressed data' },
  { offset: 0, bytes: '\x28\xb5\x2f\xfd', description: 'Zstandard compressed data' },
  { offset: 257, bytes: 'ustar\0', description: 'USTAR tar archive' },
  { offset: 257, bytes: 'ustar  ', description: 'GNU tar archive' },
  { offset: 0, bytes: '070707', description: 'ASCII cpio archive - CHR (-c) header' },
  { offset: 0, bytes: '070701', description: 'ASCII cpio archive - SVR4 with no CRC' },
  { offset: 0, bytes: '070702', description: 'ASCII cpio archive - SVR4 with CRC' },
  { offset: 0, bytes: '\xc7\x71', description: 'cpio archive' },
  { offset: 0, bytes: '!<arch>\n', description: 'current ar archive' },
  { offset: 0, bytes: 'PK\x03\x04', description: 'ZIP archive' },
  { offset: 0, bytes: '\x89PNG\r\n', description: 'PNG image data' },
  { offset: 0, bytes: 'GIF8', description: 'GIF image' },
  { offset: 0, bytes: '\xff\xd8\xff', description: 'JPEG file' },
  { offset: 0, bytes: '%PDF-', description: 'Adobe Portable Document Format (PDF)' },
  { offset: 32_769, bytes: 'CD001', description: 'ISO 9660 filesystem image' },
  { offset: 0, bytes: 'SQLite format 3', description: 'SQLite 3.x database' },
];

const ELF_TYPES: Readonly<Record<number, string>> = {
  1: 'relocatable',
  2: 'executable',
  3: 'dynamic lib',
  4: 'core file',
};
const ELF_MACHINES: Readonly<Record<number, string>> = {
  2: 'SPARC',
  3: '80386',
  62: 'AMD64',
  183: 'AArch64',
};

/** `ELF 64-bit LSB executable AMD64 Version 1`. */
function describeElf(bytes: Uint8Array): string {
  const is64 = bytes[4] === 2;
  const isLittle = bytes[5] === 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (at: number): number => (bytes.length >= at + 2 ? view.getUint16(at, isLittle) : 0);
  const type = ELF_TYPES[word(16)] ?? 'unknown type';
  const machine = ELF_MACHINES[word(18)] ?? 'unknown machine';
  return `ELF ${is64 ? 64 : 32}-bit ${isLittle ? 'LSB' : 'MSB'} ${type} ${machine} Version 1`;
}

function isUtf8(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] as number;
    const more = byte < 0x80 ? 0 : byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc2 ? 1 : -1;
    if (more < 0) return false;
    for (let i = 1; i <= more && at + i < bytes.length; i += 1) {
      if (((bytes[at + i] as number) & 0xc0) !== 0x80) return false;
    }
    at += more + 1;
  }
  return true;
}

/** Text that its words give away. */
function describeText(text: string): string {
  const interpreter = /^#![ \t]*(\S+)(?:[ \t]+(\S+))?/.exec(text);
  if (interpreter !== null) {
    const [, path = '', argument] = interpreter;
    return `executable ${path.endsWith('/env') && argument !== undefined ? argument : path} script`;
  }
  if (/^\s*(?:#include\s*[<"]|\/\*|int main\b)/.test(text)) return 'c program text';
  if (/^\s*<\?xml/.test(text)) return 'XML document';
  if (/^\s*<(?:!doctype html|html)/i.test(text)) return 'html document';
  if (/^(?:From|Return-Path|Received): /.test(text)) return 'mail folder';
  return 'ascii text';
}

/** `bytes` is the beginning of the file. `native` names a native program whose file it is. */
export function describeBytes(bytes: Uint8Array, native: string | undefined): string {
  if (bytes.length === 0) return 'empty file';
  if (native !== undefined) return `native program ${native}`;
  if (decodeLatin1(bytes.subarray(0, 4)) === '\x7fELF') return describeElf(bytes);
  for (const { offset, bytes: wanted, description } of SIGNATURES) {
    if (decodeLatin1(bytes.subarray(offset, offset + wanted.length)) === wanted) return description;
  }
  const text = decodeLatin1(bytes.subarray(0, 4096));
  if (/^[\t-\r\x1b -~\b\x07]*$/.test(text)) return describeText(text);
  return !bytes.includes(0) && isUtf8(bytes.subarray(0, 4096)) ? 'UTF-8 text' : 'data';
}

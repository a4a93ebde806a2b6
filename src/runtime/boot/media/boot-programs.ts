/**
 * What a real PC runs when it is booted from the lab's media: a program that says, on screen and on
 * the first serial port, that this system runs inside the lab only. Assembled here from its few
 * instructions, because the honest boot sector of an emulated kernel is one that explains itself.
 * @spec El Torito 1.0 (boot information table)  @spec PE/COFF, UEFI 2.10 §2.1.1, §12.4
 */
import { concatBytes, encodeLatin1, viewOf } from '#base/bytes.ts';

const MESSAGE = 'SmartOS Lab boots from this medium, a PC cannot.\r\nPress a key to restart.\r\n';

/** Where a BIOS puts boot sectors. */
const LOAD_ADDRESS = 0x7c00;

/**
 * A boot sector that begins with a jump over `dataBytes` bytes (fields that others put there).
 * Real mode: say each character by INT 14h and INT 10h, wait for a key, restart by INT 19h.
 */
export function biosProgram(dataBytes: number): Uint8Array {
  const skip = dataBytes - 2;
  const jump = skip < 128 ? [0xeb, skip] : [0xe9, (skip - 1) & 255, (skip - 1) >> 8];
  const head = new Uint8Array(dataBytes);
  head.set(jump);
  const code = (message: number): number[] =>
    [
      [0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xd0], // cli; xor ax, ax; mov ds, ax; mov ss, ax
      [0xbc, 0x00, 0x7c, 0xfb, 0xfc], // mov sp, 7c00h; sti; cld
      [0xb8, 0xe3, 0x00, 0x31, 0xd2, 0xcd, 0x14], // mov ax, 00e3h; xor dx, dx; int 14h
      [0xbe, message & 255, message >> 8], // mov si, message
      [0xac, 0x84, 0xc0, 0x74, 0x16], // next: lodsb; test al, al; jz done
      [0x50, 0x56, 0xb4, 0x0e, 0xbb, 0x07, 0x00, 0xcd, 0x10, 0x5e, 0x58], // by int 10h
      [0x56, 0xb4, 0x01, 0x31, 0xd2, 0xcd, 0x14, 0x5e, 0x90], // by int 14h
      [0xeb, 0xe5], // jmp next
      [0x31, 0xc0, 0xcd, 0x16, 0xcd, 0x19], // done: xor ax, ax; int 16h; int 19h
      [0xeb, 0xfe], // jmp $
    ].flat();
  const size = code(0).length;
  const text = encodeLatin1(`${MESSAGE}\0`);
  return concatBytes([head, Uint8Array.from(code(LOAD_ADDRESS + dataBytes + size)), text]);
}

const ALIGNMENT = 0x1000;
const FILE_ALIGNMENT = 0x200;

/** `bootx64.efi`: prints the message and gives the firmware its turn back (EFI_LOAD_ERROR). */
export function efiProgram(): Uint8Array {
  const code = [
    [0x48, 0x83, 0xec, 0x28], // sub rsp, 28h
    [0x48, 0x8b, 0x4a, 0x40], // mov rcx, [rdx+40h]: SystemTable->ConOut
    [0x48, 0x8d, 0x15, 0x12, 0x00, 0x00, 0x00], // lea rdx, [rip+message]
    [0xff, 0x51, 0x08], // call [rcx+8]: OutputString
    [0x48, 0x83, 0xc4, 0x28], // add rsp, 28h
    [0x48, 0xb8, 0x01, 0, 0, 0, 0, 0, 0, 0x80], // mov rax, EFI_LOAD_ERROR
    [0xc3], // ret
  ].flat();
  const text = new Uint8Array((MESSAGE.length + 1) * 2);
  for (let i = 0; i < MESSAGE.length; i += 1) {
    viewOf(text).setUint16(i * 2, MESSAGE.charCodeAt(i), true);
  }
  const body = concatBytes([Uint8Array.from(code), text]);
  const section = new Uint8Array(Math.ceil(body.length / FILE_ALIGNMENT) * FILE_ALIGNMENT);
  section.set(body);
  return concatBytes([peHeaders(body.length, section.length), section]);
}

function peHeaders(codeBytes: number, rawBytes: number): Uint8Array {
  const bytes = new Uint8Array(FILE_ALIGNMENT);
  const view = viewOf(bytes);
  const pe = 0x40;
  const optional = pe + 24;
  const table = optional + 240;
  bytes.set(encodeLatin1('MZ'));
  view.setUint32(0x3c, pe, true);
  bytes.set(encodeLatin1('PE\0\0'), pe);
  view.setUint16(pe + 4, 0x8664, true); // x86-64
  view.setUint16(pe + 6, 1, true); // one section
  view.setUint16(pe + 20, 240, true); // size of the optional header
  view.setUint16(pe + 22, 0x0022, true); // executable, large addresses
  view.setUint16(optional, 0x20b, true); // PE32+
  view.setUint32(optional + 4, rawBytes, true);
  view.setUint32(optional + 16, ALIGNMENT, true); // entry point
  view.setUint32(optional + 20, ALIGNMENT, true); // base of code
  view.setBigUint64(optional + 24, 0x40_0000n, true); // image base
  view.setUint32(optional + 32, ALIGNMENT, true);
  view.setUint32(optional + 36, FILE_ALIGNMENT, true);
  view.setUint32(optional + 56, 2 * ALIGNMENT, true); // size of image
  view.setUint32(optional + 60, FILE_ALIGNMENT, true); // size of headers
  view.setUint16(optional + 68, 10, true); // subsystem: EFI application
  view.setUint32(optional + 108, 16, true); // data directories, all empty
  bytes.set(encodeLatin1('.text'), table);
  view.setUint32(table + 8, codeBytes, true);
  view.setUint32(table + 12, ALIGNMENT, true);
  view.setUint32(table + 16, rawBytes, true);
  view.setUint32(table + 20, FILE_ALIGNMENT, true);
  view.setUint32(table + 36, 0x6000_0020, true); // code, readable, executable
  return bytes;
}

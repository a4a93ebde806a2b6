/**
 * ISO 9660 on disc with its Rock Ridge and El Torito additions: numbers in both byte orders, dates,
 * directory records, system use entries. Read by the volume's reader and by the writer.
 * @spec ECMA-119, IEEE P1281 (SUSP), IEEE P1282 (RRIP), El Torito 1.0
 */
import { civilFromSeconds, secondsFromCivil } from '#base/calendar.ts';
import { viewOf } from '#base/bytes.ts';

export const ISO_SECTOR_BYTES = 2048;
/** The first volume descriptor: 32 KiB before it are left to the system. */
export const ISO_FIRST_DESCRIPTOR = 16;
export const ISO_STANDARD_ID = 'CD001';
export const VD_BOOT = 0;
export const VD_PRIMARY = 1;
export const VD_END = 255;
export const EL_TORITO_ID = 'EL TORITO SPECIFICATION';
/** Where a boot image's information table stands in it, and its size. */
export const BOOT_INFO_OFFSET = 8;
export const BOOT_INFO_BYTES = 56;
export const PLATFORM_X86 = 0;
export const PLATFORM_EFI = 0xef;

/** Fixed part of a directory record: offsets. */
export const DIRECTORY_RECORD = {
  length: 0,
  extent: 2,
  dataBytes: 10,
  date: 18,
  flags: 25,
  volume: 28,
  nameBytes: 32,
  name: 33,
} as const;
export const FLAG_DIRECTORY = 0x02;
export const FLAG_MULTI_EXTENT = 0x80;

/** A 32-bit number in both orders, as the standard has it. */
export function setBoth32(bytes: Uint8Array, at: number, value: number): void {
  const view = viewOf(bytes);
  view.setUint32(at, value, true);
  view.setUint32(at + 4, value, false);
}

export function setBoth16(bytes: Uint8Array, at: number, value: number): void {
  const view = viewOf(bytes);
  view.setUint16(at, value, true);
  view.setUint16(at + 2, value, false);
}

/** The seven bytes of a directory record's date. */
export function isoDate(seconds: number): Uint8Array {
  const { year, month, day, hour, minute, second } = civilFromSeconds(seconds);
  return Uint8Array.of(year - 1900, month + 1, day, hour, minute, second, 0);
}

export function secondsFromIsoDate(bytes: Uint8Array): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = bytes;
  const time = { year: 1900 + year, month: month - 1, day, hour, minute, second };
  // The last byte is the zone, in quarters of an hour east of UTC, signed.
  const quarters = ((bytes[6] ?? 0) << 24) >> 24;
  return secondsFromCivil(time) - quarters * 900;
}

/** The seventeen characters of a volume descriptor's date; the last is the zone: UTC. */
export function isoLongDate(seconds: number): Uint8Array {
  const { year, month, day, hour, minute, second } = civilFromSeconds(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const parts = [month + 1, day, hour, minute, second].map(two).join('');
  const text = `${String(year).padStart(4, '0')}${parts}00`;
  const bytes = new Uint8Array(17);
  for (let i = 0; i < 16; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** A system use entry: signature, its length, version 1, data. */
export function susp(signature: string, data: readonly number[]): Uint8Array {
  const head = [signature.charCodeAt(0), signature.charCodeAt(1), 4 + data.length, 1];
  return Uint8Array.from([...head, ...data]);
}

/** The two check bytes of the SP entry in the root's own record. */
export const SUSP_CHECK: readonly number[] = [0xbe, 0xef];

/**
 * FAT on disk: the boot sector, directory entries, long names, the three widths of table entries.
 * Read by the volume's reader and by the writer of boot media, so that they cannot disagree.
 * @spec Microsoft FAT32 File System Specification 1.03 (fatgen103)
 */
import { civilFromSeconds, secondsFromCivil } from '#base/calendar.ts';

export const FAT_SECTOR_BYTES = 512;
export const FAT_DIRENT_BYTES = 32;

/** Fields of the boot sector: offset, size in bytes. FAT32 has its own from 36 on. */
export const BPB = {
  oemName: [3, 8],
  bytesPerSector: [11, 2],
  sectorsPerCluster: [13, 1],
  reservedSectors: [14, 2],
  fatCount: [16, 1],
  rootEntries: [17, 2],
  totalSectors16: [19, 2],
  media: [21, 1],
  fatSectors16: [22, 2],
  sectorsPerTrack: [24, 2],
  heads: [26, 2],
  hiddenSectors: [28, 4],
  totalSectors32: [32, 4],
} as const;

export const BPB32 = {
  fatSectors32: [36, 4],
  flags: [40, 2],
  version: [42, 2],
  rootCluster: [44, 4],
  infoSector: [48, 2],
  backupSector: [50, 2],
  drive: [64, 1],
  extendedSignature: [66, 1],
  serial: [67, 4],
  label: [71, 11],
  typeName: [82, 8],
} as const;

export const BPB16 = {
  drive: [36, 1],
  extendedSignature: [38, 1],
  serial: [39, 4],
  label: [43, 11],
  typeName: [54, 8],
} as const;

type FieldPlace = readonly [offset: number, size: number];

export function getField(bytes: Uint8Array, [offset, size]: FieldPlace): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i -= 1) value = value * 256 + (bytes[offset + i] as number);
  return value;
}

export function setField(bytes: Uint8Array, [offset, size]: FieldPlace, value: number): void {
  let rest = value;
  for (let i = 0; i < size; i += 1) {
    bytes[offset + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

export const DIRENT = {
  name: [0, 11],
  attributes: [11, 1],
  caseFlags: [12, 1],
  createdTime: [14, 2],
  createdDate: [16, 2],
  accessedDate: [18, 2],
  clusterHigh: [20, 2],
  modifiedTime: [22, 2],
  modifiedDate: [24, 2],
  clusterLow: [26, 2],
  sizeBytes: [28, 4],
} as const;

export const ATTR_VOLUME_ID = 0x08;
export const ATTR_DIRECTORY = 0x10;
export const ATTR_ARCHIVE = 0x20;
/** All four low attributes: an entry with a piece of a long name. */
export const ATTR_LONG_NAME = 0x0f;
/** In `caseFlags`: the base name, the extension is in lower case. */
export const CASE_LOWER_BASE = 0x08;
export const CASE_LOWER_EXTENSION = 0x10;
export const DIRENT_END = 0x00;
export const DIRENT_FREE = 0xe5;

/** Where the 13 UTF-16 units of a long name's entry stand. */
export const LONG_NAME_UNITS: readonly number[] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
export const LONG_NAME_LAST = 0x40;

/** Ties the entries of a long name to the short one behind them. */
export function shortNameChecksum(name: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < 11; i += 1) {
    sum = (((sum & 1) << 7) + (sum >> 1) + (name[i] as number)) & 255;
  }
  return sum;
}

export type FatWidth = 12 | 16 | 32;

/** The number of clusters alone decides which kind it is. */
export function fatWidth(clusterCount: number): FatWidth {
  if (clusterCount < 4085) return 12;
  return clusterCount < 65_525 ? 16 : 32;
}

/** The entry of `cluster` in a whole table. */
export function getFatEntry(table: Uint8Array, width: FatWidth, cluster: number): number {
  if (width === 32) return getField(table, [cluster * 4, 4]) % 0x1000_0000;
  if (width === 16) return getField(table, [cluster * 2, 2]);
  const pair = getField(table, [Math.floor((cluster * 3) / 2), 2]);
  return cluster % 2 === 0 ? pair & 0xfff : pair >> 4;
}

export function setFatEntry(
  table: Uint8Array,
  width: FatWidth,
  cluster: number,
  value: number,
): void {
  if (width === 32) return setField(table, [cluster * 4, 4], value);
  if (width === 16) return setField(table, [cluster * 2, 2], value);
  const at = Math.floor((cluster * 3) / 2);
  const pair = getField(table, [at, 2]);
  const merged = cluster % 2 === 0 ? (pair & 0xf000) | value : (pair & 0x000f) | (value << 4);
  setField(table, [at, 2], merged);
}

/** The mark at the end of a chain; anything from `endMark & ~7` on is one. */
export function endMark(width: FatWidth): number {
  if (width === 12) return 0xfff;
  return width === 16 ? 0xffff : 0x0fff_ffff;
}

/** Bytes of a table with entries for `clusterCount` clusters and the two reserved ones. */
export function fatTableBytes(width: FatWidth, clusterCount: number): number {
  return Math.ceil(((clusterCount + 2) * width) / 8);
}

/** DOS date and time of UTC seconds; FAT counts two-second steps from 1980. */
export function dosTime(seconds: number): { readonly date: number; readonly time: number } {
  const { year, month, day, hour, minute, second } = civilFromSeconds(seconds);
  if (year < 1980) return { date: (1 << 5) | 1, time: 0 };
  return {
    date: ((year - 1980) << 9) | ((month + 1) << 5) | day,
    time: (hour << 11) | (minute << 5) | (second >> 1),
  };
}

export function secondsFromDos(date: number, time: number): number {
  return secondsFromCivil({
    year: 1980 + (date >> 9),
    month: ((date >> 5) & 15) - 1,
    day: date & 31,
    hour: time >> 11,
    minute: (time >> 5) & 63,
    second: (time & 31) * 2,
  });
}

/**
 * GUID partition tables: written with protective MBR and backup, read with either copy.
 * @spec UEFI 2.10 §5.3
 */
import { type ByteExtent, type ByteSource } from '#base/byte-source.ts';
import { toHex, viewOf } from '#base/bytes.ts';
import { MediaError } from '#base/media-error.ts';
import { crc32 } from '#lib/libc/crc32.ts';

export const GPT_SECTOR_BYTES = 512;
const HEADER_BYTES = 92;
const ENTRY_BYTES = 128;
const ENTRY_COUNT = 128;
const ENTRY_SECTORS: number = (ENTRY_BYTES * ENTRY_COUNT) / GPT_SECTOR_BYTES;
/** Entries of a table that somebody else made: more is no partition table. */
const MAX_ENTRIES = 4096;
const SIGNATURE = 'EFI PART';
const NAME_UNITS = 36;

/** Partition types: the EFI system partition, and illumos's tags. @see sys/efi_partition.h */
export const EFI_SYSTEM = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';
export const EFI_BOOT = '6a82cb45-1dd2-11b2-99a6-080020736631';
export const EFI_ROOT = '6a85cf4d-1dd2-11b2-99a6-080020736631';
export const EFI_RESERVED = '6a945a3b-1dd2-11b2-99a6-080020736631';

export interface GptPartition {
  /** Slot in the table. */
  readonly index: number;
  readonly type: string;
  readonly guid: string;
  readonly name: string;
  readonly firstSector: number;
  readonly sectorCount: number;
}

export interface GptDisk {
  readonly guid: string;
  readonly sectorCount: number;
  readonly partitions: readonly GptPartition[];
}

/** First and last sector that partitions may use. */
export function usableSectors(sectorCount: number): readonly [first: number, last: number] {
  return [2 + ENTRY_SECTORS, sectorCount - ENTRY_SECTORS - 2];
}

/** Both tables and the protective MBR around `bootCode`: 440 bytes at most. */
export function writeGpt(disk: GptDisk, bootCode: Uint8Array): ByteExtent[] {
  const entries = new Uint8Array(ENTRY_SECTORS * GPT_SECTOR_BYTES);
  for (const partition of disk.partitions) {
    writeEntry(entries.subarray(partition.index * ENTRY_BYTES), partition);
  }
  const last = disk.sectorCount - 1;
  const backupEntries = last - ENTRY_SECTORS;
  const place = (sector: number, bytes: Uint8Array): ByteExtent => ({
    offsetBytes: sector * GPT_SECTOR_BYTES,
    bytes,
  });
  return [
    place(0, protectiveMbr(disk.sectorCount, bootCode)),
    place(1, header(disk, entries, 1, last, 2)),
    place(2, entries),
    place(backupEntries, entries),
    place(last, header(disk, entries, last, 1, backupEntries)),
  ];
}

function protectiveMbr(sectorCount: number, bootCode: Uint8Array): Uint8Array {
  const sector = new Uint8Array(GPT_SECTOR_BYTES);
  const view = viewOf(sector);
  sector.set(bootCode.subarray(0, 440));
  // One partition of type EE over all of the disk, with the heads and cylinders of "too large".
  sector.set([0x00, 0x00, 0x02, 0x00, 0xee, 0xff, 0xff, 0xff], 446);
  view.setUint32(454, 1, true);
  view.setUint32(458, Math.min(sectorCount - 1, 0xffff_ffff), true);
  view.setUint16(510, 0xaa55, true);
  return sector;
}

function header(
  disk: GptDisk,
  entries: Uint8Array,
  own: number,
  other: number,
  entriesSector: number,
): Uint8Array {
  const sector = new Uint8Array(GPT_SECTOR_BYTES);
  const view = viewOf(sector);
  const [first, last] = usableSectors(disk.sectorCount);
  for (let i = 0; i < SIGNATURE.length; i += 1) sector[i] = SIGNATURE.charCodeAt(i);
  view.setUint32(8, 0x0001_0000, true);
  view.setUint32(12, HEADER_BYTES, true);
  view.setBigUint64(24, BigInt(own), true);
  view.setBigUint64(32, BigInt(other), true);
  view.setBigUint64(40, BigInt(first), true);
  view.setBigUint64(48, BigInt(last), true);
  sector.set(guidBytes(disk.guid), 56);
  view.setBigUint64(72, BigInt(entriesSector), true);
  view.setUint32(80, ENTRY_COUNT, true);
  view.setUint32(84, ENTRY_BYTES, true);
  view.setUint32(88, crc32(entries), true);
  view.setUint32(16, crc32(sector.subarray(0, HEADER_BYTES)), true);
  return sector;
}

function writeEntry(bytes: Uint8Array, partition: GptPartition): void {
  const view = viewOf(bytes);
  bytes.set(guidBytes(partition.type), 0);
  bytes.set(guidBytes(partition.guid), 16);
  view.setBigUint64(32, BigInt(partition.firstSector), true);
  view.setBigUint64(40, BigInt(partition.firstSector + partition.sectorCount - 1), true);
  for (let i = 0; i < partition.name.length; i += 1) {
    view.setUint16(56 + i * 2, partition.name.charCodeAt(i), true);
  }
}

/** Throws MediaError when neither table is whole; the backup stands in for a damaged first one. */
export function readGpt(source: ByteSource): GptDisk {
  const sectorCount = Math.floor(source.sizeBytes / GPT_SECTOR_BYTES);
  if (sectorCount < 3) throw new MediaError('GPT header', 0, 'the medium is too small for one');
  try {
    return readTable(source, 1, sectorCount);
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    try {
      return readTable(source, sectorCount - 1, sectorCount);
    } catch {
      throw error;
    }
  }
}

function readTable(source: ByteSource, at: number, sectorCount: number): GptDisk {
  const sector = new Uint8Array(GPT_SECTOR_BYTES);
  source.read(at * GPT_SECTOR_BYTES, sector);
  const view = viewOf(sector);
  const refuse = (problem: string): MediaError =>
    new MediaError('GPT header', at * GPT_SECTOR_BYTES, problem);
  if (String.fromCharCode(...sector.subarray(0, 8)) !== SIGNATURE) throw refuse('not there');
  const headerBytes = view.getUint32(12, true);
  if (headerBytes < HEADER_BYTES || headerBytes > GPT_SECTOR_BYTES) {
    throw refuse(`a size of ${headerBytes} bytes`);
  }
  const expected = view.getUint32(16, true);
  view.setUint32(16, 0, true);
  const found = crc32(sector.subarray(0, headerBytes));
  if (found !== expected) throw refuse(`checksum ${hex(found)}, ${hex(expected)} expected`);
  const entriesAt = Number(view.getBigUint64(72, true)) * GPT_SECTOR_BYTES;
  const count = view.getUint32(80, true);
  const entryBytes = view.getUint32(84, true);
  const tableBytes = count * entryBytes;
  if (
    count > MAX_ENTRIES ||
    entryBytes < ENTRY_BYTES ||
    entriesAt + tableBytes > source.sizeBytes
  ) {
    throw refuse(`${count} entries of ${entryBytes} bytes`);
  }
  const entries = new Uint8Array(tableBytes);
  source.read(entriesAt, entries);
  if (crc32(entries) !== view.getUint32(88, true)) {
    throw new MediaError('GPT partition entries', entriesAt, 'the checksum is wrong');
  }
  const partitions: GptPartition[] = [];
  for (let index = 0; index < count; index += 1) {
    const partition = readEntry(
      entries.subarray(index * entryBytes, (index + 1) * entryBytes),
      index,
    );
    if (partition !== undefined && partition.firstSector + partition.sectorCount <= sectorCount) {
      partitions.push(partition);
    }
  }
  return { guid: guidText(sector.subarray(56, 72)), sectorCount, partitions };
}

function readEntry(bytes: Uint8Array, index: number): GptPartition | undefined {
  if (bytes.subarray(0, 16).every((byte) => byte === 0)) return undefined;
  const view = viewOf(bytes);
  const firstSector = Number(view.getBigUint64(32, true));
  const lastSector = Number(view.getBigUint64(40, true));
  if (lastSector < firstSector) return undefined;
  let name = '';
  for (let i = 0; i < NAME_UNITS; i += 1) {
    const unit = view.getUint16(56 + i * 2, true);
    if (unit === 0) break;
    name += String.fromCharCode(unit);
  }
  return {
    index,
    type: guidText(bytes.subarray(0, 16)),
    guid: guidText(bytes.subarray(16, 32)),
    name,
    firstSector,
    sectorCount: lastSector - firstSector + 1,
  };
}

/** The first three parts of a GUID are little endian, the rest is as written. */
const GUID_ORDER: readonly number[] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

function guidBytes(text: string): Uint8Array {
  const digits = text.replaceAll('-', '');
  return Uint8Array.from(GUID_ORDER, (at) => Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16));
}

function guidText(bytes: Uint8Array): string {
  const digits = toHex(Uint8Array.from(GUID_ORDER, (at) => bytes[at] as number));
  return [0, 8, 12, 16, 20].map((at, i, all) => digits.slice(at, all[i + 1] ?? 32)).join('-');
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}

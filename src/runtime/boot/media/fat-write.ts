/**
 * Writes a FAT volume with a given tree in it: FAT12, 16 or 32, as the size asks for. Files lie one
 * behind the other; only what is used is in the image, so a large stick stays small on the host.
 * @spec Microsoft FAT32 File System Specification 1.03
 */
import { type ByteExtent, extentsAt, type SparseBytes, sparseBytes } from '#base/byte-source.ts';
import { encodeLatin1 } from '#base/bytes.ts';
import {
  ATTR_ARCHIVE,
  ATTR_DIRECTORY,
  ATTR_LONG_NAME,
  ATTR_VOLUME_ID,
  BPB,
  BPB16,
  BPB32,
  DIRENT,
  dosTime,
  endMark,
  FAT_DIRENT_BYTES,
  FAT_SECTOR_BYTES,
  type FatWidth,
  fatTableBytes,
  fatWidth,
  LONG_NAME_LAST,
  LONG_NAME_UNITS,
  setFatEntry,
  setField,
  shortNameChecksum,
} from '#kernel/fs/pcfs/fat-layout.ts';
import { type MediaDirectory, type MediaFile, treeOf } from '#boot/media/media-tree.ts';
import { shortNames } from '#boot/media/short-names.ts';

export interface FatOptions {
  readonly sizeBytes: number;
  /** At most eleven capital letters and digits. */
  readonly label: string;
  readonly serial: number;
  /** Time of everything in the volume. */
  readonly timeSeconds: number;
  /** Sectors before the volume on its disk. */
  readonly hiddenSectors: number;
}

interface FatPlan {
  readonly width: FatWidth;
  readonly totalSectors: number;
  readonly sectorsPerCluster: number;
  readonly clusterCount: number;
  readonly reservedSectors: number;
  readonly fatSectors: number;
  readonly rootSectors: number;
}

const FAT_COUNT = 2;
const MEDIA_FIXED_DISK = 0xf8;
const ROOT_ENTRIES = 512;
const BACKUP_SECTOR = 6;

/** Throws RangeError when the files do not fit. */
export function writeFat(files: readonly MediaFile[], options: FatOptions): SparseBytes {
  return new FatWriter(planFat(options.sizeBytes), options).write(treeOf(files));
}

/** FAT32 from where its cluster count allows it; clusters as in Microsoft's table. */
function planFat(sizeBytes: number): FatPlan {
  const totalSectors = Math.floor(sizeBytes / FAT_SECTOR_BYTES);
  const isSmall = totalSectors < 66_600;
  const reservedSectors = isSmall ? 1 : 32;
  const rootSectors = isSmall ? (ROOT_ENTRIES * FAT_DIRENT_BYTES) / FAT_SECTOR_BYTES : 0;
  const sectorsPerCluster = isSmall ? 4 : clusterSectors(totalSectors);
  // The tables take room from the clusters that they describe: shrink until both fit.
  let fatSectors = 1;
  for (;;) {
    const dataSectors = totalSectors - reservedSectors - FAT_COUNT * fatSectors - rootSectors;
    const clusterCount = Math.floor(dataSectors / sectorsPerCluster);
    const width = fatWidth(clusterCount);
    const needed = Math.ceil(fatTableBytes(width, clusterCount) / FAT_SECTOR_BYTES);
    if (needed <= fatSectors) {
      const sizes = { totalSectors, sectorsPerCluster, clusterCount };
      return { width, ...sizes, reservedSectors, fatSectors, rootSectors };
    }
    fatSectors += 1;
  }
}

function clusterSectors(totalSectors: number): number {
  if (totalSectors <= 532_480) return 1;
  if (totalSectors <= 16_777_216) return 8;
  return totalSectors <= 33_554_432 ? 16 : 32;
}

class FatWriter {
  readonly #plan: FatPlan;
  readonly #options: FatOptions;
  readonly #table: Uint8Array;
  readonly #extents: ByteExtent[] = [];
  #nextCluster = 2;

  constructor(plan: FatPlan, options: FatOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#table = new Uint8Array(fatTableBytes(plan.width, plan.clusterCount));
    setFatEntry(this.#table, plan.width, 0, endMark(plan.width) - 255 + MEDIA_FIXED_DISK);
    setFatEntry(this.#table, plan.width, 1, endMark(plan.width));
  }

  write(root: MediaDirectory): SparseBytes {
    const { width, fatSectors, reservedSectors, rootSectors } = this.#plan;
    const label = this.#dirent(labelName(this.#options.label), ATTR_VOLUME_ID, 0, 0);
    if (width === 32) {
      this.#directory(root, undefined, [label]);
    } else {
      const at = (reservedSectors + FAT_COUNT * fatSectors) * FAT_SECTOR_BYTES;
      const bytes = new Uint8Array(rootSectors * FAT_SECTOR_BYTES);
      const content = this.#content(root, 0, [label]);
      if (content.length > bytes.length) throw new RangeError('too many files in the root');
      bytes.set(content);
      this.#extents.push({ offsetBytes: at, bytes });
    }
    this.#bootSectors();
    // Tables end where the last chain does: what follows is zeros in the image.
    const used = this.#table.subarray(0, fatTableBytes(width, this.#nextCluster - 2));
    for (let copy = 0; copy < FAT_COUNT; copy += 1) {
      const offsetBytes = (reservedSectors + copy * fatSectors) * FAT_SECTOR_BYTES;
      this.#extents.push({ offsetBytes, bytes: used });
    }
    return sparseBytes(this.#plan.totalSectors * FAT_SECTOR_BYTES, this.#extents);
  }

  /** Puts a directory and all below it into clusters; answers its first cluster. */
  #directory(
    directory: MediaDirectory,
    parentCluster: number | undefined,
    head: readonly Uint8Array[],
  ): number {
    const entryBytes = [...directory.directories, ...directory.files].reduce(
      (sum, { name }) => sum + (1 + Math.ceil(name.length / 13)) * FAT_DIRENT_BYTES,
      (head.length + 2) * FAT_DIRENT_BYTES,
    );
    const first = this.#allocate(entryBytes);
    const dots: Uint8Array[] = [];
    if (parentCluster !== undefined) {
      dots.push(this.#dirent(padName('.'), ATTR_DIRECTORY, first, 0));
      dots.push(this.#dirent(padName('..'), ATTR_DIRECTORY, parentCluster, 0));
    }
    // The root is called cluster 0 by its children, whatever its number is.
    const self = parentCluster === undefined ? 0 : first;
    const bytes = this.#content(directory, self, [...head, ...dots]);
    this.#extents.push({ offsetBytes: this.#clusterOffset(first), bytes });
    return first;
  }

  /** The entries of a directory, after its files and directories have their places. */
  #content(directory: MediaDirectory, self: number, head: readonly Uint8Array[]): Uint8Array {
    const names = shortNames([...directory.directories, ...directory.files].map((e) => e.name));
    const entries = [...head];
    for (const child of directory.directories) {
      const first = this.#directory(child, self, []);
      entries.push(...this.#namedDirents(child.name, names, ATTR_DIRECTORY, first, 0));
    }
    for (const { name, content } of directory.files) {
      const first = content.sizeBytes === 0 ? 0 : this.#allocate(content.sizeBytes);
      if (first !== 0) this.#extents.push(...extentsAt(this.#clusterOffset(first), content));
      entries.push(...this.#namedDirents(name, names, ATTR_ARCHIVE, first, content.sizeBytes));
    }
    const bytes = new Uint8Array(entries.length * FAT_DIRENT_BYTES);
    for (const [index, entry] of entries.entries()) bytes.set(entry, index * FAT_DIRENT_BYTES);
    return bytes;
  }

  #allocate(sizeBytes: number): number {
    const { width, clusterCount, sectorsPerCluster } = this.#plan;
    const first = this.#nextCluster;
    const count = Math.ceil(sizeBytes / (sectorsPerCluster * FAT_SECTOR_BYTES));
    if (first + count > clusterCount + 2) {
      throw new RangeError(
        `the files do not fit into a volume of ${this.#options.sizeBytes} bytes`,
      );
    }
    for (let i = 0; i < count - 1; i += 1)
      setFatEntry(this.#table, width, first + i, first + i + 1);
    setFatEntry(this.#table, width, first + count - 1, endMark(width));
    this.#nextCluster = first + count;
    return first;
  }

  #clusterOffset(cluster: number): number {
    const { reservedSectors, fatSectors, rootSectors, sectorsPerCluster } = this.#plan;
    const dataSector = reservedSectors + FAT_COUNT * fatSectors + rootSectors;
    return (dataSector + (cluster - 2) * sectorsPerCluster) * FAT_SECTOR_BYTES;
  }

  /** The short entry, and before it the pieces of the long name where that says more. */
  #namedDirents(
    name: string,
    names: ReadonlyMap<string, string>,
    attributes: number,
    cluster: number,
    sizeBytes: number,
  ): Uint8Array[] {
    const alias = names.get(name) ?? name;
    const entry = this.#dirent(padName(alias), attributes, cluster, sizeBytes);
    return alias === name ? [entry] : [...longNameDirents(name, entry), entry];
  }

  #dirent(name: Uint8Array, attributes: number, cluster: number, sizeBytes: number): Uint8Array {
    const entry = new Uint8Array(FAT_DIRENT_BYTES);
    const { date, time } = dosTime(this.#options.timeSeconds);
    entry.set(name);
    setField(entry, DIRENT.attributes, attributes);
    setField(entry, DIRENT.createdTime, time);
    setField(entry, DIRENT.createdDate, date);
    setField(entry, DIRENT.accessedDate, date);
    setField(entry, DIRENT.modifiedTime, time);
    setField(entry, DIRENT.modifiedDate, date);
    setField(entry, DIRENT.clusterHigh, Math.floor(cluster / 65_536));
    setField(entry, DIRENT.clusterLow, cluster % 65_536);
    setField(entry, DIRENT.sizeBytes, sizeBytes);
    return entry;
  }

  #bootSectors(): void {
    const { width, clusterCount } = this.#plan;
    const sector = this.#bootSector();
    this.#extents.push({ offsetBytes: 0, bytes: sector });
    if (width !== 32) return;
    const info = new Uint8Array(FAT_SECTOR_BYTES);
    setField(info, [0, 4], 0x4161_5252);
    setField(info, [484, 4], 0x6141_7272);
    setField(info, [488, 4], clusterCount + 2 - this.#nextCluster);
    setField(info, [492, 4], this.#nextCluster);
    setField(info, [508, 4], 0xaa55_0000);
    this.#extents.push(
      { offsetBytes: FAT_SECTOR_BYTES, bytes: info },
      { offsetBytes: BACKUP_SECTOR * FAT_SECTOR_BYTES, bytes: sector },
      { offsetBytes: (BACKUP_SECTOR + 1) * FAT_SECTOR_BYTES, bytes: info },
    );
  }

  #bootSector(): Uint8Array {
    const plan = this.#plan;
    const { label, serial, hiddenSectors } = this.#options;
    const sector = new Uint8Array(FAT_SECTOR_BYTES);
    const is32 = plan.width === 32;
    sector.set([0xeb, is32 ? 0x58 : 0x3c, 0x90]);
    sector.set(encodeLatin1('SMARTLAB'), BPB.oemName[0]);
    setField(sector, BPB.bytesPerSector, FAT_SECTOR_BYTES);
    setField(sector, BPB.sectorsPerCluster, plan.sectorsPerCluster);
    setField(sector, BPB.reservedSectors, plan.reservedSectors);
    setField(sector, BPB.fatCount, FAT_COUNT);
    setField(sector, BPB.rootEntries, is32 ? 0 : ROOT_ENTRIES);
    const isShort = !is32 && plan.totalSectors < 65_536;
    setField(sector, isShort ? BPB.totalSectors16 : BPB.totalSectors32, plan.totalSectors);
    setField(sector, BPB.media, MEDIA_FIXED_DISK);
    setField(sector, is32 ? BPB32.fatSectors32 : BPB.fatSectors16, plan.fatSectors);
    setField(sector, BPB.sectorsPerTrack, 63);
    setField(sector, BPB.heads, 255);
    setField(sector, BPB.hiddenSectors, hiddenSectors);
    if (is32) {
      setField(sector, BPB32.rootCluster, 2);
      setField(sector, BPB32.infoSector, 1);
      setField(sector, BPB32.backupSector, BACKUP_SECTOR);
    }
    const tail = is32 ? BPB32 : BPB16;
    setField(sector, tail.drive, 0x80);
    setField(sector, tail.extendedSignature, 0x29);
    setField(sector, tail.serial, serial);
    sector.set(labelName(label), tail.label[0]);
    sector.set(encodeLatin1(`FAT${plan.width}`.padEnd(8)), tail.typeName[0]);
    setField(sector, [510, 2], 0xaa55);
    return sector;
  }
}

function labelName(label: string): Uint8Array {
  return encodeLatin1(label.slice(0, 11).padEnd(11));
}

/** `NAME.EXT` as the eleven bytes of an entry. */
function padName(name: string): Uint8Array {
  if (name === '.' || name === '..') return encodeLatin1(name.padEnd(11));
  const [base = '', extension = ''] = name.split('.');
  return encodeLatin1(base.padEnd(8) + extension.padEnd(3));
}

/** The pieces of a long name, the last first, as they stand before their entry. */
function longNameDirents(name: string, entry: Uint8Array): Uint8Array[] {
  const sum = shortNameChecksum(entry);
  const count = Math.ceil(name.length / LONG_NAME_UNITS.length);
  const pieces: Uint8Array[] = [];
  for (let order = count; order >= 1; order -= 1) {
    const piece = new Uint8Array(FAT_DIRENT_BYTES);
    piece[0] = order === count ? LONG_NAME_LAST | order : order;
    setField(piece, DIRENT.attributes, ATTR_LONG_NAME);
    piece[13] = sum;
    for (const [index, at] of LONG_NAME_UNITS.entries()) {
      const from = (order - 1) * LONG_NAME_UNITS.length + index;
      // A 0 ends the name, then the rest is filled with FFFF.
      const unit = from === name.length ? 0 : name.charCodeAt(from);
      setField(piece, [at, 2], Number.isNaN(unit) ? 0xffff : unit);
    }
    pieces.push(piece);
  }
  return pieces;
}

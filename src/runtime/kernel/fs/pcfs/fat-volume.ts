/**
 * Reads FAT12, FAT16 and FAT32 volumes: any that mkfs.fat, Windows or our own writer made, with long
 * names. Nothing in a volume is believed: chains are bounded by the number of clusters.
 * @spec Microsoft FAT32 File System Specification 1.03  @see uts/common/fs/pcfs
 */
import type { ByteSource } from '#base/byte-source.ts';
import { decodeLatin1 } from '#base/bytes.ts';
import { MediaError } from '#base/media-error.ts';
import {
  ATTR_DIRECTORY,
  ATTR_LONG_NAME,
  ATTR_VOLUME_ID,
  BPB,
  BPB16,
  BPB32,
  CASE_LOWER_BASE,
  CASE_LOWER_EXTENSION,
  DIRENT,
  DIRENT_END,
  DIRENT_FREE,
  endMark,
  FAT_DIRENT_BYTES,
  FAT_SECTOR_BYTES,
  type FatWidth,
  fatTableBytes,
  fatWidth,
  getFatEntry,
  getField,
  LONG_NAME_LAST,
  LONG_NAME_UNITS,
  secondsFromDos,
  shortNameChecksum,
} from './fat-layout.ts';

export interface FatEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  /** 0: no cluster at all (an empty file). */
  readonly firstCluster: number;
}

interface Geometry {
  readonly width: FatWidth;
  readonly clusterBytes: number;
  readonly clusterCount: number;
  readonly fatOffset: number;
  /** FAT12 and FAT16 have their root directory here. */
  readonly rootOffset: number;
  readonly rootBytes: number;
  readonly rootCluster: number;
  readonly dataOffset: number;
  readonly label: string;
}

export class FatVolume {
  readonly #source: ByteSource;
  readonly #geometry: Geometry;
  readonly #table: Uint8Array;

  /** Throws MediaError when `source` holds no FAT volume. */
  constructor(source: ByteSource) {
    this.#source = source;
    this.#geometry = readGeometry(source);
    const { width, clusterCount, fatOffset } = this.#geometry;
    this.#table = new Uint8Array(fatTableBytes(width, clusterCount));
    source.read(fatOffset, this.#table);
  }

  get width(): FatWidth {
    return this.#geometry.width;
  }

  /** The label in the root directory, else that of the boot sector. */
  get label(): string {
    for (const { entry } of direntsOf(this.#rootBytes())) {
      const attributes = getField(entry, DIRENT.attributes);
      if ((attributes & ATTR_VOLUME_ID) !== 0 && (attributes & ATTR_DIRECTORY) === 0) {
        return decodeLatin1(entry.subarray(0, 11)).trimEnd();
      }
    }
    return this.#geometry.label;
  }

  /** Entries of the directory at `path` (`/` between names, no case); undefined: no such one. */
  list(path: string): FatEntry[] | undefined {
    let entries = parseDirectory(this.#rootBytes());
    for (const name of path.split('/').filter((part) => part !== '')) {
      const found = findEntry(entries, name);
      if (found === undefined || !found.isDirectory) return undefined;
      entries = parseDirectory(this.#chainBytes(found.firstCluster, undefined));
    }
    return entries.filter(({ name }) => name !== '.' && name !== '..');
  }

  find(path: string): FatEntry | undefined {
    const at = path.lastIndexOf('/');
    return findEntry(this.list(path.slice(0, Math.max(at, 0))) ?? [], path.slice(at + 1));
  }

  /** The whole file; throws MediaError when its chain is shorter than its size or damaged. */
  read(entry: FatEntry): Uint8Array {
    if (entry.sizeBytes === 0) return new Uint8Array(0);
    return this.#chainBytes(entry.firstCluster, entry.sizeBytes);
  }

  #rootBytes(): Uint8Array {
    const { width, rootCluster, rootOffset, rootBytes } = this.#geometry;
    if (width === 32) return this.#chainBytes(rootCluster, undefined);
    const bytes = new Uint8Array(rootBytes);
    this.#source.read(rootOffset, bytes);
    return bytes;
  }

  /** The clusters from `first` on; with `sizeBytes` cut to it, without up to the chain's end. */
  #chainBytes(first: number, sizeBytes: number | undefined): Uint8Array {
    const { width, clusterBytes, clusterCount, dataOffset } = this.#geometry;
    const end = endMark(width) - 7;
    const clusters: number[] = [];
    const wanted = sizeBytes === undefined ? clusterCount : Math.ceil(sizeBytes / clusterBytes);
    for (let at = first; at < end && clusters.length < wanted; ) {
      if (at < 2 || at >= clusterCount + 2) throw this.#damaged(at, 'points outside the volume');
      clusters.push(at);
      at = getFatEntry(this.#table, width, at);
      if (clusters.length === clusterCount && at < end) throw this.#damaged(at, 'runs in a circle');
    }
    if (sizeBytes !== undefined && clusters.length < wanted) {
      throw this.#damaged(first, `ends after ${clusters.length} of ${wanted} clusters`);
    }
    const bytes = new Uint8Array(clusters.length * clusterBytes);
    for (let i = 0; i < clusters.length; ) {
      let count = 1;
      while (clusters[i + count] === (clusters[i] as number) + count) count += 1;
      const at = dataOffset + ((clusters[i] as number) - 2) * clusterBytes;
      this.#source.read(at, bytes.subarray(i * clusterBytes, (i + count) * clusterBytes));
      i += count;
    }
    return sizeBytes === undefined ? bytes : bytes.subarray(0, sizeBytes);
  }

  #damaged(cluster: number, problem: string): MediaError {
    const at = this.#geometry.fatOffset + Math.floor((cluster * this.width) / 8);
    return new MediaError('FAT cluster chain', at, `cluster ${cluster} ${problem}`);
  }
}

function readGeometry(source: ByteSource): Geometry {
  const refuse = (problem: string): MediaError => new MediaError('FAT boot sector', 0, problem);
  if (source.sizeBytes < FAT_SECTOR_BYTES) throw refuse('there is less than one sector');
  const sector = new Uint8Array(FAT_SECTOR_BYTES);
  source.read(0, sector);
  if (getField(sector, [510, 2]) !== 0xaa55) throw refuse('no signature 55 AA at its end');
  const sectorBytes = getField(sector, BPB.bytesPerSector);
  const sectorsPerCluster = getField(sector, BPB.sectorsPerCluster);
  const isPower = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;
  if (!isPower(sectorBytes) || sectorBytes < 512 || sectorBytes > 4096) {
    throw refuse(`${sectorBytes} bytes per sector`);
  }
  if (!isPower(sectorsPerCluster)) throw refuse(`${sectorsPerCluster} sectors per cluster`);
  const fatSectors16 = getField(sector, BPB.fatSectors16);
  const fatSectors = fatSectors16 || getField(sector, BPB32.fatSectors32);
  const total = getField(sector, BPB.totalSectors16) || getField(sector, BPB.totalSectors32);
  const reserved = getField(sector, BPB.reservedSectors);
  const fatCount = getField(sector, BPB.fatCount);
  const rootBytes = getField(sector, BPB.rootEntries) * FAT_DIRENT_BYTES;
  const rootSectors = Math.ceil(rootBytes / sectorBytes);
  const dataSector = reserved + fatCount * fatSectors + rootSectors;
  if (reserved === 0 || fatCount === 0 || fatSectors === 0 || total <= dataSector) {
    throw refuse(`${total} sectors, ${dataSector} of them before the first cluster`);
  }
  if (total * sectorBytes > source.sizeBytes) {
    throw refuse(`${total} sectors, but the medium has ${source.sizeBytes} bytes`);
  }
  const clusterCount = Math.floor((total - dataSector) / sectorsPerCluster);
  const width = fatWidth(clusterCount);
  if (fatTableBytes(width, clusterCount) > fatSectors * sectorBytes) {
    throw refuse(`a table of ${fatSectors} sectors for ${clusterCount} clusters`);
  }
  const [labelAt, labelBytes] = (width === 32 ? BPB32 : BPB16).label;
  return {
    width,
    clusterBytes: sectorsPerCluster * sectorBytes,
    clusterCount,
    fatOffset: reserved * sectorBytes,
    rootOffset: (dataSector - rootSectors) * sectorBytes,
    rootBytes,
    rootCluster: width === 32 ? getField(sector, BPB32.rootCluster) : 0,
    dataOffset: dataSector * sectorBytes,
    label: decodeLatin1(sector.subarray(labelAt, labelAt + labelBytes)).trimEnd(),
  };
}

/** The entries in use, long names' pieces gathered before the short entry that they belong to. */
function* direntsOf(
  bytes: Uint8Array,
): Generator<{ readonly entry: Uint8Array; readonly pieces: readonly Uint8Array[] }> {
  let pieces: Uint8Array[] = [];
  for (let at = 0; at + FAT_DIRENT_BYTES <= bytes.length; at += FAT_DIRENT_BYTES) {
    const entry = bytes.subarray(at, at + FAT_DIRENT_BYTES);
    if (entry[0] === DIRENT_END) return;
    if (entry[0] === DIRENT_FREE) pieces = [];
    else if (getField(entry, DIRENT.attributes) === ATTR_LONG_NAME) pieces.push(entry);
    else {
      yield { entry, pieces };
      pieces = [];
    }
  }
}

function parseDirectory(bytes: Uint8Array): FatEntry[] {
  const entries: FatEntry[] = [];
  for (const { entry, pieces } of direntsOf(bytes)) {
    const attributes = getField(entry, DIRENT.attributes);
    if ((attributes & ATTR_VOLUME_ID) !== 0) continue;
    const high = getField(entry, DIRENT.clusterHigh) * 65_536;
    const date = getField(entry, DIRENT.modifiedDate);
    entries.push({
      name: longName(entry, pieces) ?? shortName(entry),
      isDirectory: (attributes & ATTR_DIRECTORY) !== 0,
      sizeBytes: getField(entry, DIRENT.sizeBytes),
      mtimeSeconds: secondsFromDos(date, getField(entry, DIRENT.modifiedTime)),
      firstCluster: high + getField(entry, DIRENT.clusterLow),
    });
  }
  return entries;
}

/** Undefined when the pieces are none, incomplete or another entry's. */
function longName(entry: Uint8Array, pieces: readonly Uint8Array[]): string | undefined {
  const sum = shortNameChecksum(entry);
  let units = '';
  for (const [index, piece] of pieces.toReversed().entries()) {
    const order = piece[0] as number;
    const isLast = index === pieces.length - 1;
    if (piece[13] !== sum || order !== (isLast ? LONG_NAME_LAST | (index + 1) : index + 1)) {
      return undefined;
    }
    for (const at of LONG_NAME_UNITS) units += String.fromCharCode(getField(piece, [at, 2]));
  }
  return pieces.length === 0 ? undefined : units.replace(/\0[^]*$/, '');
}

function shortName(entry: Uint8Array): string {
  const flags = getField(entry, DIRENT.caseFlags);
  const text = decodeLatin1(entry.subarray(0, 11));
  const lower = (part: string, flag: number): string =>
    (flags & flag) === 0 ? part : part.toLowerCase();
  const base = lower(text.slice(0, 8).trimEnd(), CASE_LOWER_BASE).replace(/^\x05/, '\xe5');
  const extension = lower(text.slice(8).trimEnd(), CASE_LOWER_EXTENSION);
  return extension === '' ? base : `${base}.${extension}`;
}

function findEntry(entries: readonly FatEntry[], name: string): FatEntry | undefined {
  const wanted = name.toLowerCase();
  return entries.find((entry) => entry.name.toLowerCase() === wanted);
}

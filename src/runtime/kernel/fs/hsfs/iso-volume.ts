/**
 * Reads ISO 9660 volumes: any that xorriso, mkisofs or our own writer made. Rock Ridge names where
 * there are some, else the plain ones in lower case without version. Bounds and loops are checked.
 * @spec ECMA-119, SUSP 1.12, RRIP 1.12, El Torito 1.0  @see uts/common/fs/hsfs
 */
import type { ByteSource } from '#base/byte-source.ts';
import { concatBytes, decodeLatin1, decodeUtf8, viewOf } from '#base/bytes.ts';
import { MediaError } from '#base/media-error.ts';
import {
  DIRECTORY_RECORD,
  EL_TORITO_ID,
  FLAG_DIRECTORY,
  FLAG_MULTI_EXTENT,
  ISO_FIRST_DESCRIPTOR,
  ISO_SECTOR_BYTES,
  ISO_STANDARD_ID,
  PLATFORM_X86,
  SUSP_CHECK,
  secondsFromIsoDate,
  VD_BOOT,
  VD_END,
  VD_PRIMARY,
} from './iso-layout.ts';

export interface IsoEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  /** Where its parts are; more than one only for files of several extents. */
  readonly extents: readonly { readonly offsetBytes: number; readonly sizeBytes: number }[];
  /** From Rock Ridge; undefined on plain discs. */
  readonly mode: number | undefined;
  readonly linkTarget: string | undefined;
}

export interface BootEntry {
  /** 0 = BIOS, 0xEF = EFI. */
  readonly platform: number;
  readonly offsetBytes: number;
  readonly sectorCount: number;
}

/** A directory larger than this is damage. */
const MAX_DIRECTORY_BYTES: number = 16 * 2 ** 20;
const MAX_DESCRIPTORS = 64;
/** Continuations of one record's system use area. */
const MAX_CONTINUATIONS = 32;

export class IsoVolume {
  readonly label: string;
  readonly #source: ByteSource;
  readonly #root: IsoEntry;
  /** Bytes to skip in each system use area; undefined: no Rock Ridge. */
  readonly #suspSkip: number | undefined;
  readonly #catalogSector: number | undefined;

  /** Throws MediaError when `source` holds no ISO 9660 volume. */
  constructor(source: ByteSource) {
    this.#source = source;
    const { primary, catalogSector } = this.#descriptors();
    this.label = decodeLatin1(primary.subarray(40, 72)).trimEnd();
    this.#catalogSector = catalogSector;
    const record = primary.subarray(156, 190);
    this.#root = this.#entry([record], '');
    this.#suspSkip = this.#findSusp();
  }

  get hasRockRidge(): boolean {
    return this.#suspSkip !== undefined;
  }

  list(path: string): IsoEntry[] | undefined {
    let place = this.#root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      const next = this.#children(place).find((entry) => entry.name === name);
      if (next === undefined || !next.isDirectory) return undefined;
      place = next;
    }
    return this.#children(place);
  }

  find(path: string): IsoEntry | undefined {
    const at = path.lastIndexOf('/');
    const name = path.slice(at + 1);
    return this.list(path.slice(0, Math.max(at, 0)))?.find((entry) => entry.name === name);
  }

  read(entry: IsoEntry): Uint8Array {
    const bytes = new Uint8Array(entry.sizeBytes);
    let at = 0;
    for (const { offsetBytes, sizeBytes } of entry.extents) {
      this.#read(offsetBytes, bytes.subarray(at, at + sizeBytes), 'file');
      at += sizeBytes;
    }
    return bytes;
  }

  /** The El Torito entries that can be booted, in the catalog's order. */
  bootEntries(): BootEntry[] {
    if (this.#catalogSector === undefined) return [];
    const at = this.#catalogSector * ISO_SECTOR_BYTES;
    const catalog = new Uint8Array(ISO_SECTOR_BYTES);
    this.#read(at, catalog, 'boot catalog');
    const view = viewOf(catalog);
    let sum = 0;
    for (let i = 0; i < 32; i += 2) sum = (sum + view.getUint16(i, true)) & 0xffff;
    if (catalog[0] !== 1 || view.getUint16(30, true) !== 0xaa55 || sum !== 0) {
      throw new MediaError('El Torito validation entry', at, 'its mark or checksum is wrong');
    }
    const entries: BootEntry[] = [];
    let platform = catalog[1] ?? PLATFORM_X86;
    for (let i = 32; i + 32 <= catalog.length; i += 32) {
      const kind = catalog[i];
      if (kind === 0x90 || kind === 0x91) platform = catalog[i + 1] ?? 0;
      else if (kind === 0x88) {
        const offsetBytes = view.getUint32(i + 8, true) * ISO_SECTOR_BYTES;
        entries.push({ platform, offsetBytes, sectorCount: view.getUint16(i + 6, true) });
      } else if (kind === 0) break;
    }
    return entries;
  }

  #descriptors(): { primary: Uint8Array; catalogSector: number | undefined } {
    let primary: Uint8Array | undefined;
    let catalogSector: number | undefined;
    for (let i = 0; i < MAX_DESCRIPTORS; i += 1) {
      const at = (ISO_FIRST_DESCRIPTOR + i) * ISO_SECTOR_BYTES;
      const bytes = new Uint8Array(ISO_SECTOR_BYTES);
      this.#read(at, bytes, 'ISO 9660 volume descriptor');
      if (decodeLatin1(bytes.subarray(1, 6)) !== ISO_STANDARD_ID) {
        throw new MediaError('ISO 9660 volume descriptor', at, `no "${ISO_STANDARD_ID}" in it`);
      }
      if (bytes[0] === VD_END) break;
      if (bytes[0] === VD_PRIMARY) primary ??= bytes;
      const isElTorito = decodeLatin1(bytes.subarray(7, 7 + EL_TORITO_ID.length)) === EL_TORITO_ID;
      if (bytes[0] === VD_BOOT && isElTorito) catalogSector = viewOf(bytes).getUint32(0x47, true);
    }
    const at = ISO_FIRST_DESCRIPTOR * ISO_SECTOR_BYTES;
    if (primary === undefined) {
      throw new MediaError('ISO 9660 volume descriptor', at, 'there is no primary one');
    }
    const blockBytes = viewOf(primary).getUint16(128, true);
    if (blockBytes !== ISO_SECTOR_BYTES) {
      throw new MediaError('ISO 9660 volume descriptor', at, `blocks of ${blockBytes} bytes`);
    }
    return { primary, catalogSector };
  }

  #read(offsetBytes: number, target: Uint8Array, structure: string): void {
    if (offsetBytes + target.length > this.#source.sizeBytes) {
      const size = this.#source.sizeBytes;
      throw new MediaError(structure, offsetBytes, `past the end of the medium (${size} bytes)`);
    }
    this.#source.read(offsetBytes, target);
  }

  #directoryBytes(directory: IsoEntry): Uint8Array {
    if (directory.sizeBytes > MAX_DIRECTORY_BYTES) {
      const at = directory.extents[0]?.offsetBytes ?? 0;
      throw new MediaError('ISO 9660 directory', at, `a size of ${directory.sizeBytes} bytes`);
    }
    return this.read(directory);
  }

  #children(directory: IsoEntry): IsoEntry[] {
    const entries: IsoEntry[] = [];
    let parts: Uint8Array[] = [];
    for (const record of recordsOf(this.#directoryBytes(directory))) {
      const raw = nameOf(record);
      if (raw === '\0' || raw === '\x01') continue;
      parts.push(record);
      if (((record[DIRECTORY_RECORD.flags] ?? 0) & FLAG_MULTI_EXTENT) !== 0) continue;
      entries.push(this.#entry(parts, raw));
      parts = [];
    }
    return entries;
  }

  #entry(records: readonly Uint8Array[], raw: string): IsoEntry {
    const extents = records.map((record) => {
      const view = viewOf(record);
      const skip = record[1] ?? 0;
      return {
        offsetBytes: (view.getUint32(DIRECTORY_RECORD.extent, true) + skip) * ISO_SECTOR_BYTES,
        sizeBytes: view.getUint32(DIRECTORY_RECORD.dataBytes, true),
      };
    });
    const first = records[0] ?? new Uint8Array(0);
    const date = first.subarray(DIRECTORY_RECORD.date, DIRECTORY_RECORD.date + 7);
    return {
      isDirectory: ((first[DIRECTORY_RECORD.flags] ?? 0) & FLAG_DIRECTORY) !== 0,
      sizeBytes: extents.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      mtimeSeconds: secondsFromIsoDate(date),
      extents,
      ...this.#rockRidge(first, raw),
    };
  }

  /** SP stands in the root's own record when system use areas are used at all. */
  #findSusp(): number | undefined {
    const [own] = recordsOf(this.#directoryBytes(this.#root));
    if (own === undefined) return undefined;
    const area = own.subarray(systemUseOffset(own));
    const isThere = area[0] === 0x53 && area[1] === 0x50;
    const isChecked = area[4] === SUSP_CHECK[0] && area[5] === SUSP_CHECK[1];
    return isThere && isChecked ? (area[6] ?? 0) : undefined;
  }

  #rockRidge(
    record: Uint8Array,
    raw: string,
  ): { name: string; mode: number | undefined; linkTarget: string | undefined } {
    const plain = raw.replace(/;\d+$/, '').replace(/\.$/, '').toLowerCase();
    const found = { name: plain, mode: undefined, linkTarget: undefined };
    if (this.#suspSkip === undefined) return found;
    let name: Uint8Array[] = [];
    let mode: number | undefined;
    const link: Uint8Array[] = [];
    for (const { signature, data } of this.#suspEntries(record, this.#suspSkip)) {
      if (signature === 'NM') name = [...name, data.subarray(1)];
      else if (signature === 'PX' && data.length >= 4) mode = viewOf(data).getUint32(0, true);
      else if (signature === 'SL') link.push(data.subarray(1));
    }
    return {
      name: name.length === 0 ? plain : decodeUtf8(concatBytes(name)),
      mode,
      linkTarget: link.length === 0 ? undefined : linkTarget(concatBytes(link)),
    };
  }

  *#suspEntries(
    record: Uint8Array,
    skip: number,
  ): Generator<{ readonly signature: string; readonly data: Uint8Array }> {
    let area = record.subarray(systemUseOffset(record) + skip);
    for (let hops = 0; hops < MAX_CONTINUATIONS; hops += 1) {
      let next: { at: number; sizeBytes: number } | undefined;
      for (let at = 0; at + 4 <= area.length; ) {
        const size = area[at + 2] as number;
        if (size < 4 || at + size > area.length) break;
        const signature = decodeLatin1(area.subarray(at, at + 2));
        const data = area.subarray(at + 4, at + size);
        at += size;
        if (signature === 'ST') break;
        if (signature === 'CE' && data.length >= 24) {
          const view = viewOf(data);
          const block = view.getUint32(0, true) * ISO_SECTOR_BYTES;
          next = { at: block + view.getUint32(8, true), sizeBytes: view.getUint32(16, true) };
        } else yield { signature, data };
      }
      if (next === undefined) return;
      area = new Uint8Array(Math.min(next.sizeBytes, ISO_SECTOR_BYTES));
      this.#read(next.at, area, 'SUSP continuation area');
    }
  }
}

/** A record of 0 bytes: the rest of the sector is empty. */
function* recordsOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = bytes[at] as number;
    if (size === 0) {
      at = (Math.floor(at / ISO_SECTOR_BYTES) + 1) * ISO_SECTOR_BYTES;
      continue;
    }
    const nameBytes = bytes[at + DIRECTORY_RECORD.nameBytes] ?? 0;
    if (size < DIRECTORY_RECORD.name + nameBytes || at + size > bytes.length) {
      throw new MediaError('ISO 9660 directory record', at, `a length of ${size} bytes`);
    }
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

function nameOf(record: Uint8Array): string {
  const size = record[DIRECTORY_RECORD.nameBytes] ?? 0;
  return decodeLatin1(record.subarray(DIRECTORY_RECORD.name, DIRECTORY_RECORD.name + size));
}

function systemUseOffset(record: Uint8Array): number {
  const size = record[DIRECTORY_RECORD.nameBytes] ?? 0;
  return DIRECTORY_RECORD.name + size + ((size + 1) % 2);
}

const COMPONENT_CONTINUES = 1;
const COMPONENT_NAMES: ReadonlyMap<number, string> = new Map([
  [2, '.'],
  [4, '..'],
  [8, ''],
]);

/** The components of a symbolic link: flags, length, text. */
function linkTarget(bytes: Uint8Array): string {
  let target = '';
  let separator = '';
  for (let at = 0; at + 2 <= bytes.length; ) {
    const flags = bytes[at] as number;
    const size = bytes[at + 1] as number;
    const text = decodeUtf8(bytes.subarray(at + 2, at + 2 + size));
    target += separator + (COMPONENT_NAMES.get(flags & ~COMPONENT_CONTINUES) ?? text);
    separator = (flags & COMPONENT_CONTINUES) === 0 ? '/' : '';
    at += 2 + size;
  }
  return target;
}

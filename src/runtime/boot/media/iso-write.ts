/**
 * Writes an ISO 9660 volume with Rock Ridge names and El Torito entries: descriptors, path tables,
 * directories, then files, each at a sector.
 * @spec ECMA-119, RRIP 1.12, El Torito 1.0
 */
import {
  type ByteExtent,
  extentsAt,
  type SparseBytes,
  sourceOf,
  sparseBytes,
} from '#base/byte-source.ts';
import { concatBytes, encodeLatin1, encodeUtf8, viewOf } from '#base/bytes.ts';
import { S_IFDIR, S_IFREG } from '#abi/illumos/stat.ts';
import {
  BOOT_INFO_OFFSET,
  DIRECTORY_RECORD,
  EL_TORITO_ID,
  FLAG_DIRECTORY,
  ISO_FIRST_DESCRIPTOR,
  ISO_SECTOR_BYTES,
  ISO_STANDARD_ID,
  isoDate,
  isoLongDate,
  PLATFORM_EFI,
  setBoth16,
  setBoth32,
  SUSP_CHECK,
  susp,
  VD_BOOT,
  VD_END,
  VD_PRIMARY,
} from '#kernel/fs/hsfs/iso-layout.ts';
import { type MediaDirectory, type MediaFile, treeOf } from '#boot/media/media-tree.ts';
import { shortNames } from '#boot/media/short-names.ts';

export interface IsoOptions {
  /** At most 32 characters. */
  readonly label: string;
  readonly timeSeconds: number;
  /** Paths of the files that a BIOS and an EFI firmware boot. */
  readonly biosPath: string;
  readonly efiPath: string;
}

/** A file or directory with its place. */
interface Node {
  readonly name: string;
  readonly isoName: string;
  readonly parent: Node | undefined;
  /** Undefined: a file. */
  readonly children: Node[] | undefined;
  readonly content: SparseBytes | undefined;
  readonly path: string;
  sector: number;
  sizeBytes: number;
}

/** Longest name whose record stays below 255 bytes. */
const MAX_NAME_BYTES = 120;

export function writeIso(files: readonly MediaFile[], options: IsoOptions): SparseBytes {
  return new IsoWriter(files, options).write();
}

class IsoWriter {
  readonly #options: IsoOptions;
  readonly #directories: Node[] = [];
  readonly #files: Node[] = [];
  #nextSector: number = ISO_FIRST_DESCRIPTOR + 3;

  constructor(files: readonly MediaFile[], options: IsoOptions) {
    this.#options = options;
    const root = this.#adopt(treeOf(files), undefined, '', '');
    // Path tables want directories level by level.
    for (let i = 0, queue = [root]; i < queue.length; i += 1) {
      const at = queue[i] as Node;
      this.#directories.push(at);
      queue.push(...(at.children ?? []).filter((child) => child.children !== undefined));
    }
  }

  write(): SparseBytes {
    const tableBytes = this.#pathTable(true).length;
    const tableSectors = Math.ceil(tableBytes / ISO_SECTOR_BYTES);
    const littleAt = this.#take(tableSectors);
    const bigAt = this.#take(tableSectors);
    const catalogAt = this.#take(1);
    for (const directory of this.#directories) {
      directory.sizeBytes = this.#recordsSize(directory);
      directory.sector = this.#take(directory.sizeBytes / ISO_SECTOR_BYTES);
    }
    for (const file of this.#files) {
      file.sizeBytes = file.content?.sizeBytes ?? 0;
      file.sector = this.#take(Math.ceil(file.sizeBytes / ISO_SECTOR_BYTES));
    }
    // Some readers look ahead: a disc ends with 150 empty sectors.
    const end = this.#take(150) + 150;
    const place = (sector: number, bytes: Uint8Array): ByteExtent => ({
      offsetBytes: sector * ISO_SECTOR_BYTES,
      bytes,
    });
    const primary = this.#primary(end, tableBytes, littleAt, bigAt);
    return sparseBytes(end * ISO_SECTOR_BYTES, [
      place(ISO_FIRST_DESCRIPTOR, primary),
      place(ISO_FIRST_DESCRIPTOR + 1, bootRecord(catalogAt)),
      place(ISO_FIRST_DESCRIPTOR + 2, descriptor(VD_END)),
      place(littleAt, this.#pathTable(true)),
      place(bigAt, this.#pathTable(false)),
      place(catalogAt, this.#bootCatalog()),
      ...this.#directories.map((each) => place(each.sector, this.#records(each))),
      ...this.#files.flatMap((file) => this.#fileExtents(file)),
    ]);
  }

  #adopt(tree: MediaDirectory, parent: Node | undefined, path: string, isoName: string): Node {
    const { name } = tree;
    const children: Node[] = [];
    const node = {
      name,
      isoName,
      parent,
      children,
      content: undefined,
      path,
      sector: 0,
      sizeBytes: 0,
    };
    const names = shortNames([...tree.directories, ...tree.files].map((each) => each.name));
    const below = (child: string): string => (path === '' ? child : `${path}/${child}`);
    for (const child of tree.directories) {
      const short = (names.get(child.name) ?? child.name).replace('.', '_');
      children.push(this.#adopt(child, node, below(child.name), short));
    }
    for (const { name: fileName, content } of tree.files) {
      if (encodeUtf8(fileName).length > MAX_NAME_BYTES) {
        throw new RangeError(`"${fileName}" is too long a name for this writer of discs`);
      }
      const short = names.get(fileName) ?? fileName;
      const file: Node = {
        name: fileName,
        isoName: `${short.includes('.') ? short : `${short}.`};1`,
        parent: node,
        children: undefined,
        content,
        path: below(fileName),
        sector: 0,
        sizeBytes: 0,
      };
      children.push(file);
      this.#files.push(file);
    }
    children.sort((a, b) => (a.isoName < b.isoName ? -1 : 1));
    return node;
  }

  #take(sectors: number): number {
    const at = this.#nextSector;
    this.#nextSector += sectors;
    return at;
  }

  #recordsSize(directory: Node): number {
    return this.#records(directory).length;
  }

  /** The records of a directory; none crosses the border of a sector. */
  #records(directory: Node): Uint8Array {
    const parent = directory.parent ?? directory;
    const records = [
      this.#record(directory, Uint8Array.of(0), directory.parent === undefined),
      this.#record(parent, Uint8Array.of(1), false),
      ...(directory.children ?? []).map((child) =>
        this.#record(child, encodeLatin1(child.isoName), false),
      ),
    ];
    const parts: Uint8Array[] = [];
    let used = 0;
    for (const record of records) {
      const room = ISO_SECTOR_BYTES - (used % ISO_SECTOR_BYTES);
      if (record.length > room) {
        parts.push(new Uint8Array(room));
        used += room;
      }
      parts.push(record);
      used += record.length;
    }
    parts.push(new Uint8Array((ISO_SECTOR_BYTES - (used % ISO_SECTOR_BYTES)) % ISO_SECTOR_BYTES));
    return concatBytes(parts);
  }

  #record(node: Node, name: Uint8Array, isDiscRoot: boolean): Uint8Array {
    const isDirectory = node.children !== undefined;
    const isNamed = (name[0] ?? 0) > 1;
    const fixed = DIRECTORY_RECORD.name + name.length + ((name.length + 1) % 2);
    const extra = concatBytes([
      ...(isDiscRoot ? [susp('SP', [...SUSP_CHECK, 0])] : []),
      this.#posix(node),
      this.#times(),
      ...(isNamed ? [susp('NM', [0, ...encodeUtf8(node.name)])] : []),
      ...(isDiscRoot ? [susp('ER', [10, 0, 0, 1, ...encodeLatin1('RRIP_1991A')])] : []),
    ]);
    const bytes = new Uint8Array(fixed + extra.length + (extra.length % 2));
    bytes[DIRECTORY_RECORD.length] = bytes.length;
    setBoth32(bytes, DIRECTORY_RECORD.extent, node.sector);
    setBoth32(bytes, DIRECTORY_RECORD.dataBytes, node.sizeBytes);
    bytes.set(isoDate(this.#options.timeSeconds), DIRECTORY_RECORD.date);
    bytes[DIRECTORY_RECORD.flags] = isDirectory ? FLAG_DIRECTORY : 0;
    setBoth16(bytes, DIRECTORY_RECORD.volume, 1);
    bytes[DIRECTORY_RECORD.nameBytes] = name.length;
    bytes.set(name, DIRECTORY_RECORD.name);
    bytes.set(extra, fixed);
    return bytes;
  }

  #posix(node: Node): Uint8Array {
    const data = new Uint8Array(32);
    const subdirectories = (node.children ?? []).filter((each) => each.children !== undefined);
    const isDirectory = node.children !== undefined;
    setBoth32(data, 0, isDirectory ? S_IFDIR | 0o755 : S_IFREG | 0o444);
    setBoth32(data, 8, isDirectory ? 2 + subdirectories.length : 1);
    return susp('PX', [...data]);
  }

  /** Modified, accessed and changed: all at the image's time. */
  #times(): Uint8Array {
    const date = [...isoDate(this.#options.timeSeconds)];
    return susp('TF', [0x0e, ...date, ...date, ...date]);
  }

  #pathTable(isLittle: boolean): Uint8Array {
    const numbers = new Map(this.#directories.map((directory, index) => [directory, index + 1]));
    return concatBytes(
      this.#directories.map((directory) => {
        const name = directory.isoName === '' ? Uint8Array.of(0) : encodeLatin1(directory.isoName);
        const bytes = new Uint8Array(8 + name.length + (name.length % 2));
        const view = viewOf(bytes);
        bytes[0] = name.length;
        view.setUint32(2, directory.sector, isLittle);
        view.setUint16(6, numbers.get(directory.parent ?? directory) ?? 1, isLittle);
        bytes.set(name, 8);
        return bytes;
      }),
    );
  }

  #primary(end: number, tableBytes: number, littleAt: number, bigAt: number): Uint8Array {
    const { label, timeSeconds } = this.#options;
    const bytes = descriptor(VD_PRIMARY);
    const view = viewOf(bytes);
    const text = (at: number, size: number, value: string): void =>
      bytes.set(encodeLatin1(value.slice(0, size).padEnd(size)), at);
    text(8, 32, '');
    text(40, 32, label);
    setBoth32(bytes, 80, end);
    setBoth16(bytes, 120, 1);
    setBoth16(bytes, 124, 1);
    setBoth16(bytes, 128, ISO_SECTOR_BYTES);
    setBoth32(bytes, 132, tableBytes);
    view.setUint32(140, littleAt, true);
    view.setUint32(148, bigAt, false);
    const [root] = this.#directories;
    if (root !== undefined) bytes.set(this.#rootRecord(root), 156);
    for (const [at, size] of [
      [190, 128],
      [318, 128],
      [446, 128],
      [574, 128],
      [702, 37],
      [739, 37],
      [776, 37],
    ] as const) {
      text(at, size, at === 574 ? 'SMARTOS LAB' : '');
    }
    bytes.set(isoLongDate(timeSeconds), 813);
    bytes.set(isoLongDate(timeSeconds), 830);
    bytes.fill(0x30, 847, 863);
    bytes.fill(0x30, 864, 880);
    bytes[881] = 1;
    return bytes;
  }

  /** The root's record in the descriptor has no room for system use entries. */
  #rootRecord(root: Node): Uint8Array {
    const bytes = this.#record(root, Uint8Array.of(0), false).slice(0, 34);
    bytes[DIRECTORY_RECORD.length] = 34;
    return bytes;
  }

  #bootCatalog(): Uint8Array {
    const bytes = new Uint8Array(ISO_SECTOR_BYTES);
    const view = viewOf(bytes);
    bytes[0] = 1;
    bytes.set([0x55, 0xaa], 30);
    let sum = 0;
    for (let at = 0; at < 32; at += 2) sum += view.getUint16(at, true);
    view.setUint16(28, -sum & 0xffff, true);
    const bios = this.#find(this.#options.biosPath);
    bytes[32] = 0x88;
    view.setUint16(38, Math.min(4, Math.ceil(bios.sizeBytes / 512)), true);
    view.setUint32(40, bios.sector, true);
    const efi = this.#find(this.#options.efiPath);
    bytes[64] = 0x91;
    bytes[65] = PLATFORM_EFI;
    view.setUint16(66, 1, true);
    bytes[96] = 0x88;
    // The count is of 512-byte sectors and too narrow for most images: 0 or what fits.
    const sectors = Math.ceil(efi.sizeBytes / 512);
    view.setUint16(102, sectors > 0xffff ? 0 : sectors, true);
    view.setUint32(104, efi.sector, true);
    return bytes;
  }

  #find(path: string): Node {
    const found = this.#files.find((file) => file.path === path);
    if (found === undefined) throw new RangeError(`there is no "${path}" to boot on the disc`);
    return found;
  }

  #fileExtents(file: Node): ByteExtent[] {
    const { content } = file;
    if (content === undefined) return [];
    const at = file.sector * ISO_SECTOR_BYTES;
    if (file.path !== this.#options.biosPath) return extentsAt(at, content);
    const bytes = new Uint8Array(content.sizeBytes);
    sourceOf(content).read(0, bytes);
    this.#fillBootInfo(file, bytes);
    return [{ offsetBytes: at, bytes }];
  }

  /** What a boot image finds out about itself: descriptor, own place, size, checksum. */
  #fillBootInfo(file: Node, bytes: Uint8Array): void {
    const view = viewOf(bytes);
    let sum = 0;
    for (let at = 64; at < bytes.length; at += 4) {
      const word = bytes.subarray(at, at + 4);
      sum += word.reduce((value, byte, i) => value + byte * 2 ** (8 * i), 0);
    }
    view.setUint32(BOOT_INFO_OFFSET, ISO_FIRST_DESCRIPTOR, true);
    view.setUint32(BOOT_INFO_OFFSET + 4, file.sector, true);
    view.setUint32(BOOT_INFO_OFFSET + 8, file.sizeBytes, true);
    view.setUint32(BOOT_INFO_OFFSET + 12, sum % 2 ** 32, true);
  }
}

function descriptor(type: number): Uint8Array {
  const bytes = new Uint8Array(ISO_SECTOR_BYTES);
  bytes[0] = type;
  bytes.set(encodeLatin1(ISO_STANDARD_ID), 1);
  bytes[6] = 1;
  return bytes;
}

function bootRecord(catalogSector: number): Uint8Array {
  const bytes = descriptor(VD_BOOT);
  bytes.set(encodeLatin1(EL_TORITO_ID), 7);
  viewOf(bytes).setUint32(0x47, catalogSector, true);
  return bytes;
}

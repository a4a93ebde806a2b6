/**
 * A boot medium as the firmware and the loader see it: which volume of a disk boots, what lies in it,
 * which platform that is. Sticks (GPT, MBR or none at all, FAT) and discs (ISO 9660) alike, whoever
 * made them.
 */
import { type ByteSource, windowOf } from '#base/byte-source.ts';
import { decodeUtf8, viewOf } from '#base/bytes.ts';
import { MediaError } from '#base/media-error.ts';
import { nativeProgramName } from '#abi/native-program.ts';
import { IsoVolume } from '#kernel/fs/hsfs/iso-volume.ts';
import { FatVolume } from '#kernel/fs/pcfs/fat-volume.ts';
import { GPT_SECTOR_BYTES, readGpt } from '#boot/media/gpt.ts';
import { ISO_FIRST_DESCRIPTOR, ISO_SECTOR_BYTES } from '#kernel/fs/hsfs/iso-layout.ts';

/** What both kinds of volume answer. */
export interface MediumVolume {
  readonly label: string;
  list(path: string): { readonly name: string; readonly isDirectory: boolean }[] | undefined;
  /** The file's bytes; undefined when there is none at `path`. */
  readFile(path: string): Uint8Array | undefined;
}

export interface BootMedium {
  readonly kind: 'usb' | 'iso';
  readonly volume: MediumVolume;
}

const UNIX_PATH = 'i86pc/kernel/amd64/unix';
const ARCHIVE_PATH = 'i86pc/amd64/boot_archive';
const ELF_MAGIC = '\x7fELF';

/** Throws MediaError with what was looked for where, when no volume of `source` can be read. */
export function openMedium(source: ByteSource): BootMedium {
  if (isIso(source)) return { kind: 'iso', volume: isoVolume(new IsoVolume(source)) };
  const problems: MediaError[] = [];
  for (const place of fatCandidates(source, problems)) {
    try {
      const volume = fatVolume(new FatVolume(place));
      if (volume.list('platform') !== undefined) return { kind: 'usb', volume };
      problems.push(new MediaError('boot volume', 0, 'there is no folder "platform" in it'));
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      problems.push(error);
    }
  }
  throw (
    problems.at(-1) ?? new MediaError('boot medium', 0, 'neither a disc nor a partitioned disk')
  );
}

function isIso(source: ByteSource): boolean {
  const at = ISO_FIRST_DESCRIPTOR * ISO_SECTOR_BYTES;
  if (source.sizeBytes < at + ISO_SECTOR_BYTES) return false;
  const head = new Uint8Array(8);
  source.read(at, head);
  return decodeUtf8(head.subarray(1, 6)) === 'CD001';
}

/** The volumes that may be FAT, the likeliest first: root of the GPT, MBR partitions, the whole. */
function* fatCandidates(source: ByteSource, problems: MediaError[]): Generator<ByteSource> {
  try {
    const { partitions } = readGpt(source);
    const rootFirst = [...partitions].sort(
      (a, b) => Number(b.name === 'root') - Number(a.name === 'root'),
    );
    for (const { firstSector, sectorCount } of rootFirst) {
      yield windowOf(source, firstSector * GPT_SECTOR_BYTES, sectorCount * GPT_SECTOR_BYTES);
    }
    return;
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    problems.push(error);
  }
  yield* mbrPartitions(source);
  yield source;
}

function* mbrPartitions(source: ByteSource): Generator<ByteSource> {
  if (source.sizeBytes < GPT_SECTOR_BYTES) return;
  const sector = new Uint8Array(GPT_SECTOR_BYTES);
  source.read(0, sector);
  const view = viewOf(sector);
  if (view.getUint16(510, true) !== 0xaa55) return;
  for (let at = 446; at < 510; at += 16) {
    const first = view.getUint32(at + 8, true) * GPT_SECTOR_BYTES;
    const size = view.getUint32(at + 12, true) * GPT_SECTOR_BYTES;
    const isFlagValid = ((sector[at] as number) & 0x7f) === 0;
    if (!isFlagValid || first === 0 || size === 0 || first + size > source.sizeBytes) continue;
    yield windowOf(source, first, size);
  }
}

function fatVolume(volume: FatVolume): MediumVolume {
  return {
    label: volume.label,
    list: (path) => volume.list(path),
    readFile(path) {
      const entry = volume.find(path);
      return entry === undefined || entry.isDirectory ? undefined : volume.read(entry);
    },
  };
}

function isoVolume(volume: IsoVolume): MediumVolume {
  return {
    label: volume.label,
    list: (path) => volume.list(path),
    readFile(path) {
      const entry = volume.find(path);
      return entry === undefined || entry.isDirectory ? undefined : volume.read(entry);
    },
  };
}

/** What a platform folder of a medium holds, before its archive is read. */
export interface MediumPlatform {
  /** Folder on the volume, e.g. `platform` or `os/STAMP/platform`. */
  readonly folder: string;
  readonly stamp: string;
  /** `lab`: ours, boots here; `illumos`: a genuine kernel; `unknown`: neither. */
  readonly kernel: 'lab' | 'illumos' | 'unknown';
}

/** Undefined when there is no kernel in `folder`. */
export function describePlatform(volume: MediumVolume, folder: string): MediumPlatform | undefined {
  const unix = volume.readFile(`${folder}/${UNIX_PATH}`);
  if (unix === undefined) return undefined;
  const stamp = volume.readFile(`${folder}/etc/version/platform`);
  const isElf = decodeUtf8(unix.subarray(0, 4)) === ELF_MAGIC;
  const isOurs = nativeProgramName(unix) !== undefined;
  return {
    folder,
    stamp: stamp === undefined ? '' : decodeUtf8(stamp).trim(),
    kernel: isOurs ? 'lab' : isElf ? 'illumos' : 'unknown',
  };
}

export interface LoadedPlatform {
  readonly bootArchive: Uint8Array;
  /** Undefined when the medium has no boot_archive.hash. */
  readonly bootArchiveHash: string | undefined;
}

/** The RAM root of the platform in `folder`; undefined when there is none. */
export function loadPlatform(volume: MediumVolume, folder: string): LoadedPlatform | undefined {
  const bootArchive = volume.readFile(`${folder}/${ARCHIVE_PATH}`);
  if (bootArchive === undefined) return undefined;
  const hash = volume.readFile(`${folder}/${ARCHIVE_PATH}.hash`);
  return {
    bootArchive,
    bootArchiveHash: hash === undefined ? undefined : decodeUtf8(hash).trim(),
  };
}

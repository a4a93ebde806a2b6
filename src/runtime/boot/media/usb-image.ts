/**
 * The USB stick: protective MBR and GPT, an EFI system partition, the raw second stage of a BIOS
 * boot, the FAT32 root called SMARTOSBOOT, and illumos's reserved partition. Sizes and places are
 * those of SmartOS's sticks; the same platform gives the same bytes.
 * @see smartos-live tools/format_image, tools/build_boot_image
 */
import type { Codecs } from '#runtime/host.ts';
import { extentsAt, type SparseBytes, sparseBytes, sparseOf } from '#base/byte-source.ts';
import { encodeUtf8, toHex, viewOf } from '#base/bytes.ts';
import { stampSeconds } from '#boot/platform.ts';
import { biosProgram, efiProgram } from '#boot/media/boot-programs.ts';
import { writeFat } from '#boot/media/fat-write.ts';
import {
  EFI_BOOT,
  EFI_RESERVED,
  EFI_ROOT,
  EFI_SYSTEM,
  GPT_SECTOR_BYTES,
  type GptPartition,
  usableSectors,
  writeGpt,
} from '#boot/media/gpt.ts';
import { type MediaPlatform, mediaFiles } from '#boot/media/platform-files.ts';

const USB_IMAGE_BYTES = 1_940_000_256;
const SECTORS_PER_MIB = 2048;
const ESP_SECTORS: number = 256 * SECTORS_PER_MIB;
const BOOT_SECTORS: number = SECTORS_PER_MIB;
const RESERVED_SECTORS: number = 8 * SECTORS_PER_MIB;
/** Slot of the reserved partition: illumos's habit. */
const RESERVED_INDEX = 8;
/** Code and fields of the MBR begin behind what a BIOS parameter block would be. */
const MBR_CODE_OFFSET = 0x3e;

export const ESP_LABEL = 'system';
export const ROOT_LABEL = 'SMARTOSBOOT';

/** The GUID for `role`: drawn from the stamp, so that images can be made again bit by bit. */
function guidFor(codecs: Codecs, stamp: string, role: string): string {
  const bytes = codecs.digest('sha256', encodeUtf8(`${stamp} ${role}`)).slice(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const text = toHex(bytes);
  return [0, 8, 12, 16, 20].map((at, i, all) => text.slice(at, all[i + 1] ?? 32)).join('-');
}

export function usbPartitions(codecs: Codecs, stamp: string): GptPartition[] {
  const [, lastSector] = usableSectors(USB_IMAGE_BYTES / GPT_SECTOR_BYTES);
  const espAt = SECTORS_PER_MIB;
  const bootAt = espAt + ESP_SECTORS;
  const rootAt = bootAt + BOOT_SECTORS;
  const reservedAt = lastSector - RESERVED_SECTORS + 1;
  const rootSectors = Math.floor((reservedAt - rootAt) / SECTORS_PER_MIB) * SECTORS_PER_MIB;
  const rows = [
    [0, 'loader', EFI_SYSTEM, espAt, ESP_SECTORS],
    [1, 'boot', EFI_BOOT, bootAt, BOOT_SECTORS],
    [2, 'root', EFI_ROOT, rootAt, rootSectors],
    [RESERVED_INDEX, 'reserved', EFI_RESERVED, reservedAt, RESERVED_SECTORS],
  ] as const;
  return rows.map(([index, name, type, firstSector, sectorCount]) => {
    const guid = guidFor(codecs, stamp, `partition ${name}`);
    return { index, name, type, guid, firstSector, sectorCount };
  });
}

/** The EFI system partition: also what an ISO's EFI boot entry points to. */
export function espImage(sizeBytes: number, stamp: string, hiddenSectors: number): SparseBytes {
  const files = [{ path: 'efi/boot/bootx64.efi', content: sparseOf(efiProgram()) }];
  return writeFat(files, {
    sizeBytes,
    label: ESP_LABEL,
    serial: volumeSerial(stamp, 1),
    timeSeconds: stampSeconds(stamp),
    hiddenSectors,
  });
}

function volumeSerial(stamp: string, index: number): number {
  return (stampSeconds(stamp) * 4 + index) % 2 ** 32;
}

/** The whole stick. Throws RangeError when the platform is too large for it. */
export function usbImage(platform: MediaPlatform, codecs: Codecs): SparseBytes {
  const { stamp } = platform;
  const partitions = usbPartitions(codecs, stamp);
  const [esp, boot, root] = partitions as [GptPartition, GptPartition, GptPartition];
  const rootImage = writeFat(mediaFiles(platform), {
    sizeBytes: root.sectorCount * GPT_SECTOR_BYTES,
    label: ROOT_LABEL,
    serial: volumeSerial(stamp, 2),
    timeSeconds: stampSeconds(stamp),
    hiddenSectors: root.firstSector,
  });
  const disk = {
    guid: guidFor(codecs, stamp, 'disk'),
    sectorCount: USB_IMAGE_BYTES / GPT_SECTOR_BYTES,
    partitions,
  };
  const [mbr, ...tables] = writeGpt(disk, biosProgram(MBR_CODE_OFFSET));
  if (mbr !== undefined) fillMbrFields(mbr.bytes, boot);
  const espBytes = esp.sectorCount * GPT_SECTOR_BYTES;
  return sparseBytes(USB_IMAGE_BYTES, [
    ...(mbr === undefined ? [] : [mbr]),
    ...tables,
    ...extentsAt(esp.firstSector * GPT_SECTOR_BYTES, espImage(espBytes, stamp, esp.firstSector)),
    { offsetBytes: boot.firstSector * GPT_SECTOR_BYTES, bytes: secondStage(root.firstSector) },
    ...extentsAt(root.firstSector * GPT_SECTOR_BYTES, rootImage),
  ]);
}

/** What pmbr reads from its own sector: where the second stage is, the image's version. */
function fillMbrFields(sector: Uint8Array, boot: GptPartition): void {
  const view = viewOf(sector);
  sector[0xfa] = 2;
  sector[0xfb] = 0;
  view.setUint16(0xfc, boot.sectorCount, true);
  view.setBigUint64(0xfe, BigInt(boot.firstSector), true);
  // The first sixteen bytes of a disk's GUID would do as well; the boot partition's is at hand.
  const digits = boot.guid.replaceAll('-', '');
  for (let i = 0; i < 16; i += 1) {
    sector[0x106 + i] = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16);
  }
}

const MULTIBOOT_MAGIC = 0x1bad_b002;
const MULTIBOOT_AT = 0x80;

/** `gptzfsboot`'s place: its multiboot header carries the root partition's first sector. */
function secondStage(rootSector: number): Uint8Array {
  const program = biosProgram(MULTIBOOT_AT + 48);
  const view = viewOf(program);
  view.setUint32(MULTIBOOT_AT, MULTIBOOT_MAGIC, true);
  view.setUint32(MULTIBOOT_AT + 8, -MULTIBOOT_MAGIC >>> 0, true);
  view.setBigUint64(MULTIBOOT_AT + 24, BigInt(rootSector), true);
  return program;
}

/**
 * The disc: an ISO 9660 volume with the same tree as the stick, bootable by BIOS (`boot/cdboot`) and
 * EFI (`boot/efiboot.img`).
 * @see smartos-live tools/build_boot_image
 */
import { MiB } from '#base/units.ts';
import { type SparseBytes, sparseOf } from '#base/byte-source.ts';
import { stampSeconds } from '#boot/platform.ts';
import { biosProgram } from '#boot/media/boot-programs.ts';
import { writeIso } from '#boot/media/iso-write.ts';
import { type MediaPlatform, mediaFiles } from '#boot/media/platform-files.ts';
import { espImage } from '#boot/media/usb-image.ts';
import { BOOT_INFO_BYTES, BOOT_INFO_OFFSET } from '#kernel/fs/hsfs/iso-layout.ts';

export const BIOS_PATH = 'boot/cdboot';
export const EFI_PATH = 'boot/efiboot.img';
/** Enough for one small program. */
const ESP_BYTES: number = 2 * MiB;

export function isoImage(platform: MediaPlatform): SparseBytes {
  const { stamp } = platform;
  const files = [
    { path: BIOS_PATH, content: sparseOf(biosProgram(BOOT_INFO_OFFSET + BOOT_INFO_BYTES)) },
    { path: EFI_PATH, content: espImage(ESP_BYTES, stamp, 0) },
    ...mediaFiles(platform),
  ];
  return writeIso(files, {
    label: 'SmartOS',
    timeSeconds: stampSeconds(stamp),
    biosPath: BIOS_PATH,
    efiPath: EFI_PATH,
  });
}

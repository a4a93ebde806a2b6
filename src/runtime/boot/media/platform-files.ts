/**
 * The files of a SmartOS boot medium, the same on stick and disc: loader configuration, the platform
 * image, and the stamps that say what the medium boots.
 * @see smartos-live tools/build_boot_image
 */
import type { PlatformImage } from '#runtime/host.ts';
import { sparseOf } from '#base/byte-source.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { nativeProgramFile } from '#abi/native-program.ts';
import { LOADER_CONF } from '#boot/loader/loader-conf.ts';
import type { MediaFile } from '#boot/media/media-tree.ts';

/** What `i86pc/kernel/amd64/unix` holds here: the name of the kernel that the lab has built in. */
export const UNIX_PROGRAM = 'unix';

/** Text of boot_archive.manifest goes along where the builder has it. */
export interface MediaPlatform extends PlatformImage {
  readonly manifest?: string;
  /** Text of the rescue root password on media. */
  readonly rootPassword?: string;
}

export function mediaFiles(platform: MediaPlatform): MediaFile[] {
  const text = (path: string, content: string): MediaFile => ({
    path,
    content: sparseOf(encodeUtf8(content)),
  });
  const folder = 'platform/i86pc';
  return [
    text('boot/loader.conf', LOADER_CONF),
    text('etc/version/boot', `${platform.stamp}\n`),
    text('platform/etc/version/platform', `${platform.stamp}\n`),
    ...(platform.rootPassword === undefined
      ? []
      : [text('platform/root.password', `${platform.rootPassword}\n`)]),
    {
      path: `${folder}/kernel/amd64/unix`,
      content: sparseOf(nativeProgramFile(UNIX_PROGRAM)),
    },
    { path: `${folder}/amd64/boot_archive`, content: sparseOf(platform.bootArchive) },
    text(`${folder}/amd64/boot_archive.hash`, `${platform.bootArchiveHash}\n`),
    ...(platform.manifest === undefined
      ? []
      : [text(`${folder}/amd64/boot_archive.manifest`, platform.manifest)]),
  ];
}

/**
 * Sticks and discs of a lab: image files in DIR/media, `.usb` and `.iso`. Written whole to a new file
 * that is then renamed, so a full disk leaves no half medium.
 */
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { SparseBytes } from '#base/byte-source.ts';
import { LabError } from '#protocol/errors.ts';
import { fileError } from '#lab/folder/lab-file.ts';

export type MediumKind = 'usb' | 'iso';

/** Where a medium of the platform `stamp` is kept when nobody says otherwise. */
export function mediumFile(folder: string, kind: MediumKind, stamp: string): string {
  return join(folder, 'media', `smartos-${stamp}.${kind}`);
}

/** The newest medium of a kind in the lab, by its name. Throws LabError `mediumMissing`. */
export function newestMedium(folder: string, kind: MediumKind): string {
  const place = join(folder, 'media');
  let names: string[] = [];
  try {
    names = readdirSync(place).filter((name) => name.endsWith(`.${kind}`));
  } catch {
    // A lab without the folder has no media.
  }
  const newest = names.sort().at(-1);
  if (newest !== undefined) return join(place, newest);
  const how = `write one with "lab media", or name one with --media`;
  throw new LabError('mediumMissing', `There is no .${kind} image in "${place}" (${how})`);
}

/** Writes `image` to `file`, sparse; whatever was there is replaced when all of it is written. */
export function writeMedium(image: SparseBytes, file: string): void {
  const temporary = `${file}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const fd = openSync(temporary, 'w');
    try {
      ftruncateSync(fd, image.sizeBytes);
      for (const { offsetBytes, bytes } of image.extents) {
        for (let done = 0; done < bytes.length; ) {
          done += writeSync(fd, bytes, done, bytes.length - done, offsetBytes + done);
        }
      }
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, file);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw fileError(thrown, `Cannot write "${file}"`);
  }
}

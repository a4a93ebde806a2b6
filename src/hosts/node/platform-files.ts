/**
 * The platform image as files, laid out as on a SmartOS boot medium below `platform/`:
 * etc/version/platform has the stamp, i86pc/amd64/boot_archive the RAM root, boot_archive.hash its
 * SHA-1. The node checks the hash itself, as the kernel does. A folder of several images (the build
 * makes out/platform/STAMP) stands for its newest.
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '#protocol/errors.ts';
import type { PlatformShape } from '#protocol/model.ts';
import type { PlatformImage } from '#runtime/host.ts';

const STAMP = 'etc/version/platform';
const ARCHIVE = 'i86pc/amd64/boot_archive';

/** The image in `folder`: itself, or the newest of those it holds. */
function imageIn(folder: string): string {
  if (existsSync(join(folder, STAMP)) || !existsSync(folder)) return folder;
  const stamps = readdirSync(folder).filter((name) => /^\d{8}T\d{6}Z$/.test(name));
  return join(folder, stamps.sort().at(-1) ?? '');
}

/** Throws LabError `platformMissing` with what to do. */
export function readPlatformImage(place: string): PlatformImage {
  const folder = imageIn(place);
  try {
    return {
      stamp: readFileSync(join(folder, STAMP), 'utf8').trim(),
      bootArchive: readFileSync(join(folder, ARCHIVE)),
      bootArchiveHash: readFileSync(join(folder, `${ARCHIVE}.hash`), 'utf8').trim(),
    };
  } catch (thrown) {
    throw missing(folder, thrown);
  }
}

/** What there is to tell about the image, without reading it; undefined when it is not there. */
export function describePlatform(place: string): PlatformShape | undefined {
  const folder = imageIn(place);
  if (!existsSync(join(folder, ARCHIVE))) return undefined;
  try {
    return {
      stamp: readFileSync(join(folder, STAMP), 'utf8').trim(),
      bootArchiveBytes: statSync(join(folder, ARCHIVE)).size,
      bootArchiveHash: readFileSync(join(folder, `${ARCHIVE}.hash`), 'utf8').trim(),
    };
  } catch {
    return undefined;
  }
}

function missing(folder: string, thrown: unknown): LabError {
  const state = thrown instanceof Error ? thrown.message : String(thrown);
  const what = `the platform image in "${folder}" is not complete (npm run build makes it)`;
  return new LabError('platformMissing', `Cannot boot: ${what}: ${state}`, { folder });
}

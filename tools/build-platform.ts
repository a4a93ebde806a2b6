/**
 * Writes the lab's platform image: out/platform/STAMP in the layout that SmartOS's loader expects.
 *   node tools/build-platform.ts [STAMP]
 * Without a stamp the image is named after the present second. Images of earlier builds are removed.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { assemblePlatform } from '#boot/platform.ts';
import { nodeCodecs } from '#hosts/node/codecs.ts';

/** `YYYYMMDDThhmmssZ` */
export function stampOf(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** Writes the image below `folder`/STAMP and answers that folder. */
export function buildPlatform(folder: string, stamp: string): string {
  const { bootArchive, bootArchiveHash, manifest } = assemblePlatform(stamp, nodeCodecs());
  const target = join(folder, stamp);
  const write = (path: string, content: string | Uint8Array): void => {
    const file = join(target, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  write('i86pc/amd64/boot_archive', bootArchive);
  write('i86pc/amd64/boot_archive.hash', `${bootArchiveHash}\n`);
  write('i86pc/amd64/boot_archive.manifest', manifest);
  write('etc/version/platform', `${stamp}\n`);
  return target;
}

function main(): void {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const stamp = process.argv[2] ?? stampOf(new Date());
  const folder = join(root, 'out', 'platform');
  rmSync(folder, { recursive: true, force: true });
  const target = buildPlatform(folder, stamp);
  process.stdout.write(`platform image ${stamp} in ${target}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();

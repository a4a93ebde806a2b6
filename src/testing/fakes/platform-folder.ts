/** A folder that looks like a platform image, for hosts of the fake node. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function writeFakePlatform(folder: string): string {
  mkdirSync(join(folder, 'etc/version'), { recursive: true });
  mkdirSync(join(folder, 'i86pc/amd64'), { recursive: true });
  writeFileSync(join(folder, 'etc/version/platform'), '20260101T000000Z\n');
  writeFileSync(join(folder, 'i86pc/amd64/boot_archive'), 'x');
  writeFileSync(join(folder, 'i86pc/amd64/boot_archive.hash'), '0'.repeat(40));
  return folder;
}

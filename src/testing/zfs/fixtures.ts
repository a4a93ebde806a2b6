/**
 * The genuine pools and streams beside the repository, unpacked into memory. Suites that need them
 * are skipped by name where they are not there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { MemoryDisk } from './memory-disk.ts';

const ROOT = new URL('../../../../shared/fixtures/zfs/', import.meta.url);

export const hasFixtures: boolean = existsSync(new URL('pools/', ROOT));

export function fixtureDisk(name: string): MemoryDisk {
  const packed = readFileSync(new URL(`pools/${name}.img.gz`, ROOT));
  return MemoryDisk.of(name, gunzipSync(packed));
}

export function fixtureStream(name: string): Uint8Array {
  return new Uint8Array(gunzipSync(readFileSync(new URL(`streams/${name}.zsend.gz`, ROOT))));
}

/** Lines of a file below expect/. */
export function fixtureExpect(name: string): string[] {
  return readFileSync(new URL(`expect/${name}`, ROOT), 'utf8')
    .split('\n')
    .slice(0, -1);
}

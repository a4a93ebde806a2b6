/**
 * Pools for tests: made in memory, saved as sparse images, judged by genuine zdb.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VirtualClock } from '#testing/sim/clock.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { MemoryDisk } from './memory-disk.ts';
import { nodeCodecs } from './node-codecs.ts';

const JUDGES = fileURLToPath(new URL('../../../../shared/judges/zfs/', import.meta.url));

/** Whether both zdb versions are there. */
export const hasZdb: boolean =
  existsSync(join(JUDGES, 'check-pool.sh')) &&
  spawnSync('bash', ['-c', `. "${JUDGES}/lib.sh"; have21 && have23`], { stdio: 'ignore' })
    .status === 0;

/** What a test host gives to a pool. */
export function testHost(seed = 1): {
  codecs: typeof nodeCodecs;
  clock: VirtualClock;
  random: SeededRandom;
  hostname: string;
  arcLimitBytes: number;
} {
  return {
    codecs: nodeCodecs,
    clock: new VirtualClock(),
    random: new SeededRandom(seed),
    hostname: 'lab',
    arcLimitBytes: 32 * 2 ** 20,
  };
}

/** Writes the disks as sparse images into a new folder. */
export function saveDisks(disks: readonly MemoryDisk[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'zfs-test-'));
  saveDisksIn(folder, disks);
  return folder;
}

/** Writes the disks as sparse images into a folder. */
export function saveDisksIn(folder: string, disks: readonly MemoryDisk[]): void {
  mkdirSync(folder, { recursive: true });
  for (const disk of disks) {
    const file = openSync(join(folder, `${disk.name}.img`), 'w');
    ftruncateSync(file, disk.sizeBytes);
    for (const [n, chunk] of disk.chunks) {
      const at = n * chunk.length;
      writeSync(file, chunk, 0, Math.min(chunk.length, disk.sizeBytes - at), at);
    }
    closeSync(file);
  }
}

/**
 * Judges the pool on `disks` with check-pool.sh; the lines that are not `ok`. With KEEP_POOLS=1 in
 * the environment the images stay for a look.
 */
export function checkPool(
  disks: readonly MemoryDisk[],
  name: string,
  options: readonly string[] = [],
): string[] {
  const folder = saveDisks(disks);
  try {
    return checkFolder(folder, name, options);
  } finally {
    if (process.env['KEEP_POOLS'] === '1') process.stderr.write(`kept ${folder}\n`);
    else rmSync(folder, { recursive: true });
  }
}

/** The same of disks that are files in a folder. */
export function checkFolder(
  folder: string,
  name: string,
  options: readonly string[] = [],
): string[] {
  const run = spawnSync(join(JUDGES, 'check-pool.sh'), [...options, folder, name], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  const lines = `${run.stdout}\n${run.stderr}`.split('\n').filter((line) => line !== '');
  const oks = lines.filter((line) => line.startsWith('ok ')).length;
  const bad = lines.filter((line) => !line.startsWith('ok '));
  return run.status === 0 && oks > 0 ? [] : [`status ${run.status}`, ...bad];
}

/** What zdb 2.3 prints of the pool on `disks`; throws when its status is not 0. */
export function zdb(disks: readonly MemoryDisk[], args: readonly string[]): string[] {
  const folder = saveDisks(disks);
  try {
    const script = `. "${JUDGES}/lib.sh"; have23; tool23 zdb -e -p "$0" "$@"`;
    const run = spawnSync('bash', ['-c', script, folder, ...args], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    if (run.status !== 0) throw new Error(`zdb: status ${run.status}: ${run.stderr}`);
    return run.stdout.split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What genuine zdb (2.3) prints about the pool on `disks`. */
export function zdbOutput(
  disks: readonly MemoryDisk[],
  name: string,
  options: readonly string[],
): string {
  const folder = saveDisks(disks);
  try {
    const script = `. "${JUDGES}/lib.sh"; tool23 zdb -e -p "$0" "$@"`;
    const run = spawnSync('bash', ['-c', script, folder, ...options, name], {
      encoding: 'utf8',
      timeout: 120_000,
      maxBuffer: 64 * 2 ** 20,
    });
    return `${run.stdout}${run.stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Judges a stream with check-stream.sh, both versions; the lines that are not `ok`. */
export function checkStream(stream: Uint8Array): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'zfs-test-'));
  try {
    const file = join(folder, 'stream');
    writeFileSync(file, stream);
    const run = spawnSync(join(JUDGES, 'check-stream.sh'), ['--from21', file], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    const lines = `${run.stdout}\n${run.stderr}`.split('\n').filter((line) => line !== '');
    const bad = lines.filter((line) => !line.startsWith('ok '));
    return run.status === 0 && bad.length < lines.length ? [] : [`status ${run.status}`, ...bad];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

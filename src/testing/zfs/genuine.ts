/**
 * Streams and pools that genuine ZFS makes in the judges' virtual machine, by one job
 * (conformance/zfs/genuine-job.sh). Made once on a machine and kept beside the judges' other files;
 * a changed job makes them again.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EMPTY_BYTES } from '#base/bytes.ts';
import type { Objset } from '#kernel/fs/zfs/dmu/objset.ts';
import { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import { MemoryDisk } from './memory-disk.ts';
import { runVm } from './vm-judge.ts';

const JOB = fileURLToPath(new URL('../../conformance/zfs/genuine-job.sh', import.meta.url));

export class GenuineFiles {
  readonly #folder: string;
  /** What was in the file systems: `NAME SUM  ./PATH`. */
  readonly #sums: readonly (readonly string[])[];

  private constructor(folder: string) {
    this.#folder = folder;
    this.#sums = this.text('sums')
      .split('\n')
      .map((line) => line.split(/ +/));
  }

  /** Takes minutes the first time. Throws with what the machine said when the job fails. */
  static async make(): Promise<GenuineFiles> {
    const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
    const key = createHash('sha256').update(readFileSync(JOB)).digest('hex').slice(0, 16);
    const folder = join(cache, 'smartos-lab-judges', `genuine-${key}`);
    if (existsSync(folder)) return new GenuineFiles(folder);
    const scratch = mkdtempSync(join(tmpdir(), 'genuine-'));
    try {
      const input = join(scratch, 'in');
      const output = `${folder}.${process.pid}`;
      mkdirSync(input);
      const bad = await runVm(input, output, JOB);
      if (bad.length > 0) throw new Error(`genuine-job.sh: ${bad.join('\n')}`);
      // Another run may have been quicker.
      if (existsSync(folder)) rmSync(output, { recursive: true });
      else renameSync(output, folder);
      return new GenuineFiles(folder);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }

  /** Files in `objset` that differ from what was recorded as `recorded`. */
  differences(objset: Objset, recorded: string): string[] {
    const reader = new ZfsReader(objset);
    const files = this.#sums.filter(([name]) => name === recorded);
    const bad = files.length === 0 ? ['nothing recorded'] : [];
    for (const [, sum, path = ''] of files) {
      let object: number | undefined = reader.rootObject;
      for (const part of path.split('/').slice(1)) {
        object = object === undefined ? undefined : reader.lookup(object, part);
      }
      const size = object === undefined ? 0 : reader.attributes(object).sizeBytes;
      const bytes = object === undefined ? EMPTY_BYTES : reader.read(object, 0, size);
      const got = createHash('sha256').update(bytes).digest('hex');
      if (object === undefined || got !== sum) bad.push(path);
    }
    return bad;
  }

  disk(name: string): MemoryDisk {
    return MemoryDisk.of(name, this.bytes(`${name}.img`));
  }

  bytes(name: string): Uint8Array {
    return new Uint8Array(readFileSync(join(this.#folder, name)));
  }

  text(name: string): string {
    return readFileSync(join(this.#folder, name), 'utf8').trim();
  }
}

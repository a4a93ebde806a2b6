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
import { runVm } from './vm-judge.ts';

const JOB = fileURLToPath(new URL('../../conformance/zfs/genuine-job.sh', import.meta.url));

export class GenuineFiles {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes minutes the first time. Throws with what the machine said when the job fails. */
  static async make(): Promise<GenuineFiles> {
    const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
    const key = createHash('sha256').update(readFileSync(JOB)).digest('hex').slice(0, 16);
    const folder = join(cache, 'smartos-lab-judges', `genuine-${key}`);
    if (existsSync(folder)) return new GenuineFiles(folder);
    const scratch = mkdtempSync(join(tmpdir(), 'genuine-'));
    try {
      const [input, output] = [join(scratch, 'in'), join(`${folder}.new`)];
      mkdirSync(input);
      rmSync(output, { recursive: true, force: true });
      const bad = await runVm(input, output, JOB);
      if (bad.length > 0) throw new Error(`genuine-job.sh: ${bad.join('\n')}`);
      renameSync(output, folder);
      return new GenuineFiles(folder);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }

  bytes(name: string): Uint8Array {
    return new Uint8Array(readFileSync(join(this.#folder, name)));
  }

  text(name: string): string {
    return readFileSync(join(this.#folder, name), 'utf8').trim();
  }
}

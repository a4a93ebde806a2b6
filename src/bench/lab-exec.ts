/**
 * What a person waits for at the command line: `lab exec DIR -- true` from process start to exit,
 * against a bare Node process started in the same run.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Bench, median } from '#bench/measure.ts';

const root = resolve(import.meta.dirname, '../..');
const RUNS = 7;

/** Wall time of one whole process in milliseconds; throws when it fails. */
function wallMs(args: readonly string[]): number {
  const started = performance.now();
  const done = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  const elapsed = performance.now() - started;
  if (done.status !== 0)
    throw new Error(`${args.join(' ')}: status ${done.status}\n${done.stderr}`);
  return elapsed;
}

export const bench: Bench = {
  name: 'lab-exec',
  run() {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    const lab = join(folder, 'lab');
    const cli = join(root, 'tools', 'lab.ts');
    try {
      wallMs([cli, 'create', lab]);
      wallMs([cli, 'exec', lab, '--', 'true']);
      const own: number[] = [];
      const bare: number[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        bare.push(wallMs(['-e', '0']));
        own.push(wallMs([cli, 'exec', lab, '--', 'true']));
      }
      return [
        {
          name: 'lab-exec/true',
          value: median(own),
          unit: 'ms',
          better: 'lower',
          peer: { name: 'node -e 0', value: median(bare) },
          bound: 30,
        },
      ];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/**
 * From power on to the login prompt, as `lab run DIR` shows it: the time from the start of the
 * process to `console login:` on its standard output, against a bare Node process of the same run.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Bench, median } from '#bench/measure.ts';

const root = resolve(import.meta.dirname, '../..');
const cli = join(root, 'tools', 'lab.ts');
const RUNS = 5;

/** Milliseconds until `word` comes out of the command; the command is ended then. */
async function untilMs(args: readonly string[], word: string): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise((done) => child.once('exit', done));
  let text = '';
  try {
    for await (const chunk of child.stdout) {
      text += String(chunk);
      if (text.includes(word)) return performance.now() - started;
    }
    throw new Error(`${args.join(' ')} ended without "${word}":\n${text}`);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

function bareMs(): number {
  const started = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - started;
}

export const bench: Bench = {
  name: 'boot',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    const lab = join(folder, 'lab');
    try {
      const made = spawnSync(process.execPath, [cli, 'create', lab], { encoding: 'utf8' });
      if (made.status !== 0) throw new Error(made.stderr);
      const own: number[] = [];
      const bare: number[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        bare.push(bareMs());
        own.push(await untilMs([cli, 'run', lab], 'console login:'));
      }
      return [
        {
          name: 'boot/login-prompt',
          value: median(own),
          unit: 'ms',
          better: 'lower',
          peer: { name: 'node -e 0', value: median(bare) },
          bound: 15,
        },
      ];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

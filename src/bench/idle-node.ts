/**
 * What a booted node costs when nothing happens in it: resident memory over a bare Node process, and
 * processor time. Looks from outside at a whole `lab exec DIR -- sleep 30`.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Bench, type Measurement } from '#bench/measure.ts';

const root = resolve(import.meta.dirname, '../..');
const cli = join(root, 'tools', 'lab.ts');
const SETTLE_MS = 4000;
const WATCH_MS = 6000;

function residentMB(pid: number): number {
  const done = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(done.stdout.trim()) / 1024;
}

/** Processor time used so far, in milliseconds; undefined where the host does not tell finely. */
function processorMs(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function watch(child: ChildProcess): Promise<{ memoryMB: number; busy: number | undefined }> {
  const pid = child.pid ?? 0;
  await delay(SETTLE_MS);
  const before = processorMs(pid);
  await delay(WATCH_MS);
  const after = processorMs(pid);
  const busy =
    before === undefined || after === undefined ? undefined : ((after - before) / WATCH_MS) * 100;
  return { memoryMB: residentMB(pid), busy };
}

async function measure(args: readonly string[]): ReturnType<typeof watch> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'ignore' });
  try {
    return await watch(child);
  } finally {
    child.kill('SIGTERM');
  }
}

export const bench: Bench = {
  name: 'idle-node',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    const lab = join(folder, 'lab');
    try {
      const made = spawnSync(process.execPath, [cli, 'create', lab], { encoding: 'utf8' });
      if (made.status !== 0) throw new Error(made.stderr);
      const bare = await measure(['-e', 'setTimeout(() => {}, 60000)']);
      const node = await measure([cli, 'exec', lab, '--', 'sleep', '30']);
      const results: Measurement[] = [
        {
          name: 'idle-node/memory-over-bare-node',
          value: node.memoryMB - bare.memoryMB,
          unit: 'MB',
          better: 'lower',
          bound: 150,
        },
      ];
      if (node.busy !== undefined) {
        results.push({
          name: 'idle-node/processor',
          value: node.busy,
          unit: '%',
          better: 'lower',
          bound: 1,
        });
      }
      return results;
    } finally {
      await delay(1000);
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

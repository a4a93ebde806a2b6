/**
 * The judges' virtual machine: the genuine OpenZFS kernel module under QEMU, which imports pools that
 * we wrote, works on them and hands them back. One run takes minutes: batch all pools into it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MemoryDisk } from './memory-disk.ts';

const JUDGES = fileURLToPath(new URL('../../../../shared/judges/zfs/', import.meta.url));

/** Whether the machine is built and QEMU is there. */
export const hasVm: boolean =
  existsSync(join(JUDGES, 'vm-judge.sh')) &&
  spawnSync(
    'bash',
    ['-c', `. "${JUDGES}/lib.sh"; [ -s "$vm_dir/initrd.gz" ] && command -v qemu-system-x86_64`],
    { stdio: 'ignore' },
  ).status === 0;

/**
 * Runs `job` in the machine with the files in `input`; what it leaves in out/ is then in `output`.
 * Answers the lines of its verdict that are not `ok`, and the last of its console when it failed.
 */
export async function runVm(input: string, output: string, job: string): Promise<string[]> {
  copyFileSync(join(JUDGES, 'job.sh'), join(input, 'judge.sh'));
  mkdirSync(output, { recursive: true });
  const child = spawn(join(JUDGES, 'vm-judge.sh'), ['--job', job, input, output], {
    env: { ...process.env, LIMIT: '1500' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let console_ = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    console_ += chunk.toString();
  });
  const status = await new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  const bad = said.split('\n').filter((line) => line !== '' && !line.startsWith('ok '));
  return status === 0 && bad.length === 0
    ? []
    : [`status ${status}`, ...bad, console_.slice(-2000)];
}

/** The images that came back for a pool. */
export function disksFrom(folder: string): MemoryDisk[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.img'))
    .sort()
    .map((name) => MemoryDisk.of(name.replace(/\.img$/, ''), readFileSync(join(folder, name))));
}

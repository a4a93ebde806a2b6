/**
 * `npm start`: builds what is not up to date and opens the lab: in Electron where its binary can be
 * had, else the same lab in the browser, saying why in one line.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './build-freshness.ts';
import { findElectron } from './electron-binary.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function say(line: string): void {
  process.stderr.write(`start: ${line}\n`);
}

/** Runs a child in the foreground; signals reach it as part of our group, we end as it ends. */
function become(command: string, args: readonly string[]): void {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    say(`cannot start ${command}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (status, signal) => {
    process.exitCode = status ?? (signal === 'SIGINT' ? 130 : 143);
  });
}

function main(): void {
  ensureBuilt(root, ['node', 'renderer'], say);
  const words = process.argv.slice(2);
  const wantsWeb = words.includes('--web');
  const rest = words.filter((word) => word !== '--web');
  const electron = wantsWeb ? { reason: '--web was given' } : findElectron(root, process.env, say);
  if ('path' in electron) {
    const isRoot = process.getuid?.() === 0;
    become(electron.path, [...(isRoot ? ['--no-sandbox'] : []), root, ...rest]);
    return;
  }
  say(`opening the lab in the browser, not in Electron: ${electron.reason}`);
  become(process.execPath, [join(root, 'tools', 'lab.ts'), 'serve', '--open', ...rest]);
}

main();

/**
 * Finds Electron's executable. The npm package holds none: its own install script downloads it on
 * first use, which fails at once without a network and may hang behind a filter, hence the limit. A
 * failure is remembered for a day, so that the second start does not wait for it again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

export type ElectronBinary =
  | { readonly path: string }
  /** One clause for people: why there is none. */
  | { readonly reason: string };

const DOWNLOAD_LIMIT_MS = 180_000;
const REMEMBER_MS = 24 * 3600 * 1000;

/** The executable that the package in `folder` (node_modules/electron) names, if it is there. */
function installed(folder: string): string | undefined {
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const path = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(path) ? path : undefined;
}

function failedLately(marker: string): boolean {
  return existsSync(marker) && Date.now() - statSync(marker).mtimeMs < REMEMBER_MS;
}

/** Looks, then downloads once. `say` gets a line before anything that takes time. */
export function findElectron(
  root: string,
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
): ElectronBinary {
  const given = environment['ELECTRON_EXEC_PATH'];
  if (given !== undefined && given !== '') {
    return existsSync(given) ? { path: given } : { reason: `ELECTRON_EXEC_PATH names no file` };
  }
  if (process.platform === 'linux' && !environment['DISPLAY'] && !environment['WAYLAND_DISPLAY']) {
    return { reason: 'there is no display' };
  }
  const folder = join(root, 'node_modules', 'electron');
  const there = installed(folder);
  if (there !== undefined) return { path: there };
  const marker = join(root, 'node_modules', '.electron-not-available');
  if (failedLately(marker)) {
    return { reason: 'its binary could not be downloaded (tried within the last day)' };
  }
  say('downloading Electron (about 110 MB, once)');
  const script = join(folder, 'install.js');
  const done = spawnSync(process.execPath, [script], {
    stdio: 'ignore',
    timeout: DOWNLOAD_LIMIT_MS,
  });
  const path = done.status === 0 ? installed(folder) : undefined;
  if (path !== undefined) {
    rmSync(marker, { force: true });
    return { path };
  }
  writeFileSync(marker, '');
  return { reason: 'its binary could not be downloaded' };
}

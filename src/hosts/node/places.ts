/**
 * Where things are: the built parts beside the running program, the person's library. Every entry
 * gives its own folder; it lies in out/main when bundled and below src/hosts when run as source.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import type { LabEnvironment } from '#lab/open-lab.ts';
import type { NodeWorkerData } from '#lab/node/worker-messages.ts';

export interface Places {
  /** Program of a node's worker thread. */
  readonly workerFile: string;
  readonly platformFolder: string;
  readonly rendererFolder: string;
}

/** `resources`: where a packaged application keeps what was built. */
export function findPlaces(entryFolder: string, resources?: string): Places {
  const bundled = join(entryFolder, 'node-worker.cjs');
  const isBundled = existsSync(bundled);
  const out = isBundled ? dirname(entryFolder) : resolve(entryFolder, '../../../out');
  const packaged = resources === undefined ? '' : join(resources, 'platform');
  return {
    workerFile: isBundled ? bundled : resolve(entryFolder, '../node/worker.ts'),
    platformFolder: existsSync(packaged) ? packaged : join(out, 'platform'),
    rendererFolder: join(out, 'renderer'),
  };
}

/** The person's own folder for labs; SMARTOS_LAB_HOME overrides what the system's habit is. */
export function libraryHome(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment['SMARTOS_LAB_HOME'];
  if (given !== undefined && given !== '') return resolve(given);
  const home = homedir();
  if (process.platform === 'win32') {
    return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'SmartOS Lab');
  }
  if (process.platform === 'darwin') {
    return join(home, 'Library', 'Application Support', 'SmartOS Lab');
  }
  return join(environment['XDG_DATA_HOME'] ?? join(home, '.local', 'share'), 'smartos-lab');
}

export function labEnvironment(
  places: Places,
  program: string,
  onLog: LabEnvironment['onLog'],
): LabEnvironment {
  return {
    program,
    platformFolder: places.platformFolder,
    startWorker: (workerData: NodeWorkerData) =>
      // What a worker writes by accident goes to stderr, never into a program's output.
      new Worker(places.workerFile, { workerData, stdout: true }),
    onLog,
  };
}

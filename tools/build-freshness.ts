/**
 * Builds what is older than its sources, and nothing else. The parts: `node` (all that Node.js runs,
 * with the platform image) and `renderer`. A part is fresh when its stamp in out/ is newer than every
 * source of it: looking costs a few milliseconds, so each start can afford it.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

export type BuildPart = 'node' | 'renderer';

/** No build takes this long. */
const BUILD_LIMIT_MS = 300_000;

const SOURCES: Readonly<Record<BuildPart, readonly string[]>> = {
  node: [
    'src/base',
    'src/protocol',
    'src/runtime',
    'src/lab',
    'src/hosts',
    'src/main',
    'src/preload',
    'resources',
    'electron.vite.config.ts',
    'package-lock.json',
    'tools/build-platform.ts',
  ],
  renderer: [
    'src/base',
    'src/protocol',
    'src/renderer',
    'electron.vite.config.ts',
    'package-lock.json',
  ],
};

function newestMs(path: string): number {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 0;
  if (!status.isDirectory()) return status.mtimeMs;
  let newest = status.mtimeMs;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (/\.(?:test|sim|bench)\.tsx?$/.test(entry.name)) continue;
    newest = Math.max(newest, newestMs(join(path, entry.name)));
  }
  return newest;
}

function stampFile(root: string, part: BuildPart): string {
  return join(root, 'out', `.built-${part}`);
}

/** Whether `part`'s output is newer than all of its sources. */
export function isFresh(root: string, part: BuildPart): boolean {
  const built = statSync(stampFile(root, part), { throwIfNoEntry: false });
  if (built === undefined) return false;
  return SOURCES[part].every((path) => newestMs(join(root, path)) <= built.mtimeMs);
}

/** Notes that `part` was built now. A source changed while it was being built counts as built. */
export function markBuilt(root: string, part: BuildPart): void {
  mkdirSync(join(root, 'out'), { recursive: true });
  writeFileSync(stampFile(root, part), '');
}

/** One build at a time in a checkout: waits for another, unless its age says that it is dead. */
function withBuildLock(root: string, work: () => void): void {
  const lock = join(root, 'out', '.build-lock');
  mkdirSync(join(root, 'out'), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const status = statSync(lock, { throwIfNoEntry: false });
      if (status !== undefined && Date.now() - status.mtimeMs > BUILD_LIMIT_MS) rmdirSync(lock);
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
  try {
    work();
  } finally {
    rmdirSync(lock);
  }
}

/** Builds the parts that are not fresh; ends the process when a build fails. */
export function ensureBuilt(
  root: string,
  parts: readonly BuildPart[],
  say: (line: string) => void,
): void {
  if (parts.every((part) => isFresh(root, part))) return;
  let isBuilt = false;
  withBuildLock(root, () => {
    isBuilt = buildStale(root, parts, say);
  });
  if (!isBuilt) process.exit(1);
}

function buildStale(
  root: string,
  parts: readonly BuildPart[],
  say: (line: string) => void,
): boolean {
  const stale = parts.filter((part) => !isFresh(root, part));
  if (stale.length === 0) return true;
  say(`building ${stale.join(' and ')} (sources have changed)`);
  const script = join(root, 'tools', 'build.ts');
  const done = spawnSync(process.execPath, [script, ...stale], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (done.status !== 0) say(`the build failed:\n${done.stderr}`);
  return done.status === 0;
}

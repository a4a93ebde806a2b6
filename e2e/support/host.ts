/** The real thing: `lab serve` in a process of its own, with a library that only the test knows. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT: string = join(import.meta.dirname, '..', '..');
const HEADLESS: string = join(ROOT, 'out', 'main', 'headless.cjs');
const IMAGE: string = join(ROOT, 'out', 'platform');
const PAGE: string = join(ROOT, 'out', 'renderer', 'index.html');

/** Why the real host can't be tried; undefined when it can. */
export function hostProblem(): string | undefined {
  const missing = [HEADLESS, PAGE, IMAGE].find((file) => !existsSync(file));
  return missing === undefined ? undefined : 'not built (npm run build)';
}

export interface WebHost {
  readonly url: string;
  /** What it wrote so far, for a failing test's message. */
  output(): string;
  /** Ends it as Ctrl-C does; answers the exit status. */
  stop(): Promise<number | null>;
}

export async function startWebHost(): Promise<WebHost> {
  const home = mkdtempSync(join(tmpdir(), 'smartos-lab-e2e-'));
  const child = spawn(process.execPath, [HEADLESS, 'serve', '--port', '0'], {
    cwd: ROOT,
    env: { ...process.env, SMARTOS_LAB_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(output)?.[0];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('exit', (code) => reject(new Error(`lab serve ended with ${code}: ${output}`)));
  });
  return {
    url,
    output: () => output,
    stop: async () => {
      const status = await stopChild(child);
      rmSync(home, { recursive: true, force: true });
      return status;
    },
  };
}

/** SIGTERM, and SIGKILL for one that does not end in time: nothing may stay behind. */
function stopChild(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
    child.kill('SIGTERM');
  });
}

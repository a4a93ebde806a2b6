/**
 * `npm test`: everything but the long simulations. Prints a line for each step as it goes and ends
 * with `N passed, N failed, N skipped`, where each static check and each build counts as one test. A suite
 * whose foreign tool is missing is skipped by name and counted.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { addUp, type Count, type SuiteReport, skippedNames, suiteCount } from './test-report.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const reports = join(root, 'out', 'test');

function say(text: string): void {
  process.stdout.write(`test: ${text}\n`);
}

/** Runs an npm script of this project with our standard output; true when it ended with 0. */
function npmScript(name: string, args: readonly string[] = []): boolean {
  const npm = process.env['npm_execpath'];
  const words = ['run', '--silent', name, ...(args.length === 0 ? [] : ['--', ...args])];
  const isScript = npm !== undefined && /\.[cm]?js$/.test(npm);
  const command = isScript ? process.execPath : 'npm';
  const done = spawnSync(command, isScript ? [npm, ...words] : words, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }) },
    shell: !isScript && process.platform === 'win32',
  });
  return done.status === 0;
}

function step(name: string): Count {
  const started = performance.now();
  const passed = npmScript(name);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`${passed ? 'passed' : 'FAILED'} ${name} (${seconds} s)`);
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

/**
 * One vitest project. A run that leaves no report counts as one failure. `workers` for suites that
 * spend their time in foreign programs: vitest by itself leaves one processor free.
 */
function suite(name: string, workers?: string): Count {
  const file = join(reports, `${name}.json`);
  rmSync(file, { force: true });
  const started = performance.now();
  const args = ['--project', name, '--reporter=dot', '--reporter=json', `--outputFile=${file}`];
  if (workers !== undefined) args.push(`--maxWorkers=${workers}`);
  const passed = npmScript('vitest', args);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (!existsSync(file)) {
    say(`FAILED ${name}: the runner left no report (${seconds} s)`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const report = JSON.parse(readFileSync(file, 'utf8')) as SuiteReport;
  for (const skipped of skippedNames(report)) say(`skipped: ${skipped}`);
  const count = suiteCount(report, passed);
  say(
    `${name}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped (${seconds} s)`,
  );
  return count;
}

/** An old Electron for the wiring smoke test, where the judges' script gives one. */
function findElectron(): void {
  const script = resolve(root, '../shared/judges/electron25.sh');
  if (process.env['ELECTRON_EXEC_PATH'] !== undefined || !existsSync(script)) return;
  const found = spawnSync('bash', [script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (found.status === 0) process.env['ELECTRON_EXEC_PATH'] = found.stdout.trim();
}

function main(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 12)) {
    say(`FAILED: Node.js 22.12 or newer must run the tests, this is ${process.version}`);
    process.stdout.write('0 passed, 1 failed, 0 skipped\n');
    process.exit(1);
  }
  mkdirSync(reports, { recursive: true });
  spawnSync(process.execPath, [join(root, 'tools', 'install-judges.ts')], { stdio: 'inherit' });
  findElectron();
  const counts: Count[] = [];
  for (const name of ['typecheck', 'lint', 'format:check', 'layers', 'tidy', 'knip', 'build']) {
    counts.push(step(name));
  }
  counts.push(suite('unit'), suite('conformance', '100%'), suite('e2e'));
  const all = addUp(counts);
  process.stdout.write(`${all.passed} passed, ${all.failed} failed, ${all.skipped} skipped\n`);
  process.exitCode = all.failed === 0 ? 0 : 1;
}

main();

/**
 * First step of `npm start`, `npm test`, `npm run lab` and `npm run bench`: installs the packages
 * when they are missing or the lock file has changed, then runs the named script under the project's
 * own Node. `setup.mjs tools/NAME.ts [WORD...]`.
 * Plain JavaScript for Node 20 on: it runs before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, 'node_modules', '.setup-stamp');

function currentStamp() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex');
  return `${digest} ${process.platform}-${process.arch}\n`;
}

/** npm as the running npm itself, so that no other version on PATH is taken. */
function npm(args, options = {}) {
  const npmCli = process.env.npm_execpath;
  const isScript = npmCli !== undefined && /\.[cm]?js$/.test(npmCli);
  const command = isScript ? process.execPath : 'npm';
  const words = isScript ? [npmCli, ...args] : args;
  return spawnSync(command, words, {
    cwd: root,
    stdio: 'inherit',
    shell: !isScript && process.platform === 'win32',
    ...options,
  });
}

function install() {
  const stamp = currentStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    process.stderr.write('setup: node_modules is a link: its packages are left as they are\n');
    return;
  }
  process.stderr.write('setup: installing packages (once; about half a minute)\n');
  const done = npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) {
    process.stderr.write(
      'setup: npm ci failed: check the network and the registry that npm is set to, then try again\n',
    );
    process.exit(done.status ?? 1);
  }
  writeFileSync(stampFile, stamp);
}

/** The Node that runs the project: the one that came with the packages where there is one. */
function projectNode() {
  const packaged = join(root, 'node_modules', `node-${process.platform}-${process.arch}`);
  const binary = join(packaged, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(binary)) return binary;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) return process.execPath;
  process.stderr.write(
    `setup: Node.js 22.12 or newer is needed here, this is ${process.version}: ` +
      'install a newer one (no packaged Node exists for this system)\n',
  );
  process.exit(1);
}

function main() {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 20) {
    process.stderr.write(`setup: Node.js 20 or newer is needed, this is ${process.version}\n`);
    process.exit(1);
  }
  const [script, ...rest] = process.argv.slice(2);
  install();
  const child = spawn(projectNode(), [join(root, script), ...rest], { stdio: 'inherit' });
  // A terminal's Ctrl-C reaches the child by itself; a signal sent to us alone has to be passed on.
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGINT', () => {});
  child.on('exit', (status, signal) => {
    process.exit(status ?? 128 + (constants.signals[signal] ?? 15));
  });
}

main();

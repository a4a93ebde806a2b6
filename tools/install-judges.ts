/**
 * Installs the foreign programs that judge us, from Debian's packages. Needs Debian (or a child of
 * it) and root; elsewhere it says so and ends with 0, and the suites whose tool is missing are
 * skipped by name. Quick when everything is there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** Package → a file it brings: present means installed. */
export const JUDGE_PACKAGES: readonly (readonly [string, string])[] = [
  ['chromium', '/usr/bin/chromium'],
  ['xvfb', '/usr/bin/Xvfb'],
  ['xauth', '/usr/bin/xauth'],
  ['fonts-dejavu-core', '/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf'],
  ['bash', '/bin/bash'],
  ['gawk', '/usr/bin/gawk'],
  ['diffutils', '/usr/bin/diff'],
  ['cpio', '/usr/bin/cpio'],
  ['tar', '/usr/bin/tar'],
  ['gzip', '/usr/bin/gzip'],
  ['vim-tiny', '/usr/bin/vim.tiny'],
  ['bsdextrautils', '/usr/bin/hexdump'],
  ['file', '/usr/bin/file'],
  ['xorriso', '/usr/bin/xorriso'],
  ['genisoimage', '/usr/bin/isoinfo'],
  ['gdisk', '/usr/sbin/sgdisk'],
  ['dosfstools', '/usr/sbin/fsck.vfat'],
  ['mtools', '/usr/bin/mtools'],
];

function say(text: string): void {
  process.stdout.write(`judges: ${text}\n`);
}

function run(command: string, args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const done = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  return done.status === 0;
}

function installPackages(): boolean {
  const missing = JUDGE_PACKAGES.filter(([, file]) => !existsSync(file)).map(([name]) => name);
  if (missing.length === 0) return true;
  say(`installing ${missing.join(' ')}`);
  if (!run('apt-get', ['update', '-qq'])) say('apt-get update failed: trying with the old lists');
  return run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing]);
}

/** The ZFS judges come as scripts beside the repository, where a checkout has them. */
function installZfsTools(root: string): boolean {
  const script = resolve(root, '../shared/judges/zfs/setup.sh');
  if (!existsSync(script)) {
    say('no ZFS judge scripts beside the checkout: their suites will be skipped');
    return true;
  }
  return run('bash', [script]);
}

/** The virtual machine with the genuine kernel module: six minutes of one processor, once. */
function buildZfsMachine(root: string): boolean {
  const script = resolve(root, '../shared/judges/zfs/vm-build.sh');
  if (!existsSync(script)) return true;
  say('building the ZFS virtual machine (minutes, the first time)');
  return run('bash', [script]);
}

/** What genuine ZFS makes for the tests, in that machine: a minute and a half, once. */
async function makeGenuineFiles(): Promise<boolean> {
  const { hasVm } = await import('#testing/zfs/vm-judge.ts');
  if (!hasVm) return true;
  const { GenuineFiles } = await import('#testing/zfs/genuine.ts');
  try {
    await GenuineFiles.make();
    return true;
  } catch (thrown) {
    say(String(thrown));
    return false;
  }
}

async function main(): Promise<void> {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  if (process.platform !== 'linux' || !existsSync('/etc/debian_version')) {
    say('not a Debian system: suites whose tool is missing are skipped by name');
    return;
  }
  if (process.getuid?.() !== 0) {
    say('not root: nothing installed; suites whose tool is missing are skipped by name');
    return;
  }
  const done = [installPackages(), installZfsTools(root), buildZfsMachine(root)];
  done.push(await makeGenuineFiles());
  say(done.every(Boolean) ? 'ready' : 'some tools could not be installed (see above)');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main();
}

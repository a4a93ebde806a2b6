/**
 * Pools of a lab as people work with them: each command is a process of its own that boots the node
 * anew; the disks are files that genuine zdb opens afterwards.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkFolder, hasZdb } from '#testing/zfs/pool-kit.ts';

const root = resolve(import.meta.dirname, '../../..');
const cli = join(root, 'tools', 'lab.ts');
const base = mkdtempSync(join(tmpdir(), 'lab-exec-'));
const folder = join(base, 'lab');

function lab(...words: string[]): { status: number | null; stdout: string } {
  const run = spawnSync(process.execPath, [cli, ...words], { cwd: root, encoding: 'utf8' });
  const { status, stdout } = run;
  return { status, stdout };
}

function inNode(...words: string[]): { status: number | null; stdout: string } {
  return lab('exec', folder, '--', ...words);
}

describe('lab exec and pools', () => {
  beforeAll(() => {
    lab('create', folder, '--disk', '256m', '--disk', '256m');
  }, 300_000);
  afterAll(() => rmSync(base, { recursive: true }));

  test('a pool made in one command is there in the next', () => {
    const made = inNode('zpool', 'create', 'tank', 'mirror', 'c1t0d0', 'c1t1d0');
    expect(made).toEqual({ status: 0, stdout: '' });
    expect(inNode('bash', '-c', 'echo hello > /tank/file; zpool list -H -o name,health')).toEqual({
      status: 0,
      stdout: 'tank\tONLINE\n',
    });
    const shown = inNode('bash', '-c', 'cat /tank/file; zpool status -x; mount');
    expect(shown.stdout).toMatch(/^hello\nall pools are healthy\n/);
    expect(shown.stdout).toMatch(
      /^\/tank on tank read\/write\/setuid\/devices\/nonbmand\/exec\/xattr\/atime\/dev=/m,
    );
  });

  test.skipIf(!hasZdb)('zdb on the host agrees', () => {
    expect(checkFolder(join(folder, 'nodes', 'node0', 'disks'), 'tank')).toEqual([]);
  });

  test('what was synced before the plug was pulled is there', async () => {
    const script = 'echo kept > /tank/synced; sync; echo ready; sleep 1000';
    const words = [cli, 'exec', folder, '--', 'bash', '-c', script];
    const child = spawn(process.execPath, words, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await new Promise<void>((ready) => {
      child.stdout.on('data', (text: Buffer) => {
        if (String(text).includes('ready')) ready();
      });
    });
    const ended = new Promise((end) => child.on('exit', end));
    child.kill('SIGKILL');
    await ended;
    expect(inNode('cat', '/tank/synced', '/tank/file')).toEqual({
      status: 0,
      stdout: 'kept\nhello\n',
    });
  });

  test.skipIf(!hasZdb)('and zdb agrees again', () => {
    expect(existsSync(join(folder, 'lab.json'))).toBe(true);
    expect(checkFolder(join(folder, 'nodes', 'node0', 'disks'), 'tank')).toEqual([]);
  });
});

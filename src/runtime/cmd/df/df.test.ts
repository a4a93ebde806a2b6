import { describe, expect, it } from 'vitest';
import { capacity, DF } from '#cmd/df/df.ts';
import { scaled } from '#cmd/df/scaled.ts';
import { DU, sizeText } from '#cmd/du/du.ts';
import { MOUNT, shownOptions, UMOUNT } from '#cmd/mount/mount.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { bootHarness, type NodeHarness, type RunOutcome } from '#testing/node-harness.ts';

function boot(): NodeHarness {
  const node = bootHarness({
    commands: [DF, DU, MOUNT, UMOUNT],
    files: {
      '/etc/mnttab': '',
      '/proc': null,
      '/mnt': null,
      '/data/a': 'x'.repeat(5000),
      '/data/sub/b': 'y'.repeat(100_000),
    },
  });
  const outcome = node.run(function* (sys) {
    const first = yield* sys.mount('mnttab', '/etc/mnttab', 'mntfs', '');
    return isErrno(first) ? 1 : 0;
  });
  expect(outcome.status).toBe(0);
  return node;
}

const node = boot();
const run = (name: string, ...words: string[]): RunOutcome =>
  node.run([`/usr/${name === 'du' ? 'bin' : 'sbin'}/${name}`, ...words]);

describe('mount and umount', () => {
  it('list, mount and unmount', () => {
    expect(run('mount').stdout).toMatch(
      /^\/ on \/devices\/ramdisk:a read\/write\S* on \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\n/,
    );
    expect(run('mount', '-F', 'tmpfs', '-o', 'size=4m', 'swap', '/mnt')).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(run('mount').stdout).toMatch(/^\/mnt on swap read\/write/m);
    expect(run('mount', '-v').stdout).toMatch(/^swap on \/mnt type tmpfs read\/write/m);
    expect(run('df', '-n', '/mnt').stdout).toBe('/mnt               : tmpfs   \n');
    expect(run('umount', '/mnt').status).toBe(0);
    expect(run('mount').stdout).not.toMatch(/^\/mnt /m);
  });

  it('does not know a filesystem type', () => {
    expect(run('mount', '-F', 'nosuch', 'x', '/mnt')).toMatchObject({ status: 1 });
  });

  it('say what is wrong', () => {
    expect(run('umount', '/nowhere')).toMatchObject({ status: 32 });
    expect(run('umount', '/nowhere').stderr).toMatch(/^umount: warning: \/nowhere not in mnttab\n/);
    expect(run('mount', 'swap', '/nowhere')).toMatchObject({
      status: 1,
      stderr: 'mount: Mount point /nowhere does not exist\n',
    });
    expect(node.run(['/usr/sbin/mount', 'swap', '/mnt'], { uid: 5 })).toMatchObject({
      stderr: 'mount: insufficient privileges\n',
    });
    expect(run('mount', '-a').status).toBe(2);
    expect(shownOptions('ro,setuid,dev=2d80000')).toBe('read only/setuid/dev=2d80000');
  });
});

describe('df', () => {
  it('shows tables with illumos’s widths', () => {
    const [header, root] = run('df', '-h').stdout.split('\n');
    expect(header).toBe('Filesystem             Size   Used  Available Capacity  Mounted on');
    expect(root).toMatch(/^\/devices\/ramdisk:a   +\S+ +\S+ +\S+ +\d+% {4}\/$/);
    expect(run('df', '-k').stdout.split('\n')[0]).toBe(
      'Filesystem           1024-blocks        Used   Available Capacity  Mounted on',
    );
    expect(run('df', '-k', '/data').stdout.split('\n').length).toBe(3);
    expect(run('df', '/').stdout).toMatch(
      /^\/ {18}\(\/devices\/ramdisk:a \): +\d+ blocks +\d+ files\n$/,
    );
  });

  it('says what is wrong', () => {
    expect(run('df', '/nowhere')).toMatchObject({ status: 1 });
    expect(run('df', '-q').status).toBe(1);
    expect(run('df', '-V').status).toBe(2);
  });

  it('rounds as df does', () => {
    expect(scaled(1n, 512n)).toBe('   0K');
    expect(scaled(3_900_000_000n, 1024n)).toBe('3.6T');
    expect(scaled(577n, 1024n)).toBe(' 577K');
    const sizes = { blockSizeBytes: 1, fragmentSizeBytes: 1, files: 0n, freeFiles: 0n, nameMax: 1 };
    const full = { ...sizes, blocks: 100n, freeBlocks: 10n, availableBlocks: 0n };
    expect(capacity(full)).toBe('  101%');
    expect(capacity({ ...full, availableBlocks: 10n })).toBe('   91%');
  });
});

describe('du', () => {
  it('adds up directories', () => {
    const lines = run('du', '/data').stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split('\t')[1])).toEqual(['/data/sub', '/data']);
    expect(run('du', '-s', '/data').stdout).toMatch(/^\d+\t\/data\n$/);
    expect(run('du', '-a', '/data').stdout.trimEnd().split('\n').length).toBe(4);
    expect(run('du', '/data/a').stdout).toMatch(/^\d+\t\/data\/a\n$/);
    expect(run('du', '/nowhere')).toMatchObject({
      status: 1,
      stderr: 'du: /nowhere: No such file or directory\n',
    });
    expect(run('du', '-Z').stderr).toContain('usage: du [-dorx] [-a|-s] [-h|-k|-m] [-H|-L]');
  });

  it('shows sizes in each unit', () => {
    expect(sizeText(17, 'blocks')).toBe('17');
    expect(sizeText(17, 'k')).toBe('8');
    expect(sizeText(3000, 'h')).toBe(' 1.5M');
    expect(sizeText(10, 'h')).toBe('   5K');
  });
});

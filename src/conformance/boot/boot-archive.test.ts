/**
 * The boot archive judged by Debian's gzip, cpio and sha1sum: they list and unpack what we wrote, and
 * we read what they wrote.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { decodeUtf8 } from '#base/bytes.ts';
import { readCpio } from '#boot/cpio.ts';
import { assemblePlatform } from '#boot/platform.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';

const CPIO = '/usr/bin/cpio';
const folder = mkdtempSync(join(tmpdir(), 'boot-archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, args: readonly string[], input?: Uint8Array): string {
  const done = spawnSync(command, args, { cwd: folder, ...(input === undefined ? {} : { input }) });
  if (done.status !== 0) throw new Error(`${command}: ${decodeUtf8(done.stderr)}`);
  return decodeUtf8(done.stdout);
}

describe.skipIf(!existsSync(CPIO))('boot archive (judge: cpio)', () => {
  const platform = assemblePlatform('20261123T010203Z', nodeCodecs);

  test('cpio lists exactly the members of the manifest', () => {
    writeFileSync(join(folder, 'boot_archive.gz'), platform.bootArchive);
    run('gzip', ['-dk', 'boot_archive.gz']);
    const listed = run(CPIO, ['-it', '-F', 'boot_archive', '--quiet']).trim().split('\n');
    const manifest = platform.manifest
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[6] ?? '');
    expect(listed.map((name) => (name === '.' ? '/' : `/${name}`))).toEqual(manifest);
    expect(run('sha1sum', ['boot_archive.gz']).split(' ')[0]).toBe(platform.bootArchiveHash);
  });

  test('cpio unpacks files, links, hard links and times', () => {
    mkdirSync(join(folder, 'root'));
    run('sh', ['-c', 'cd root && cpio -idm --quiet --no-preserve-owner < ../boot_archive']);
    expect(readFileSync(join(folder, 'root/etc/version/platform'), 'utf8')).toBe(
      '20261123T010203Z\n',
    );
    expect(readlinkSync(join(folder, 'root/bin'))).toBe('./usr/bin');
    const halt = lstatSync(join(folder, 'root/usr/sbin/halt'));
    expect(halt.nlink).toBe(3);
    expect(halt.ino).toBe(lstatSync(join(folder, 'root/usr/sbin/reboot')).ino);
    expect(halt.mtime.toISOString()).toBe('2026-11-23T01:02:03.000Z');
    expect(lstatSync(join(folder, 'root/tmp')).mode & 0o7777).toBe(0o1777);
  });

  test("reads cpio's own archives", () => {
    mkdirSync(join(folder, 'theirs'));
    writeFileSync(join(folder, 'theirs/one'), 'content\n');
    linkSync(join(folder, 'theirs/one'), join(folder, 'theirs/two'));
    symlinkSync('one', join(folder, 'theirs/link'));
    const archive = spawnSync('sh', ['-c', 'find theirs | sort | cpio -o -H odc --quiet'], {
      cwd: folder,
    });
    const entries = [...readCpio(archive.stdout)];
    expect(entries.map((entry) => entry.path)).toEqual([
      'theirs',
      'theirs/link',
      'theirs/one',
      'theirs/two',
    ]);
    expect(decodeUtf8(entries[1]?.data ?? new Uint8Array())).toBe('one');
    expect(entries[2]?.inode).toBe(entries[3]?.inode);
    expect(entries[3]?.linkCount).toBe(2);
  });
});

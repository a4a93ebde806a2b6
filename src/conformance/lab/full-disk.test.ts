/** A host whose disk is full: a real one, of a megabyte. Nothing that was stored may be lost. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KiB, MiB } from '#base/units.ts';
import { FileDisk } from '#hosts/node/file-disk.ts';
import { exportLab } from '#lab/archive/export.ts';
import { importLab } from '#lab/archive/import.ts';
import { readLabFile, writeLabFile } from '#lab/folder/lab-file.ts';
import { createLabFolder, diskFile } from '#lab/folder/lab-folder.ts';
import { lockLab } from '#lab/folder/lab-lock.ts';
import { writeCrashFiles } from '#lab/node/crash-files.ts';

const base = mkdtempSync(join(tmpdir(), 'full-'));
const mount = (...words: string[]): boolean => spawnSync('mount', words).status === 0;
const isMounted =
  process.platform === 'linux' && mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', base);

const full = { code: 'diskFull', message: expect.stringContaining('the disk is full') as string };

describe.skipIf(!isMounted)(isMounted ? 'a full disk' : 'skipped: mount missing', () => {
  const lab = join(base, 'lab');
  let disk: FileDisk;

  beforeAll(() => {
    const disks = [{ sizeBytes: 64 * MiB }];
    createLabFolder(lab, 'Full', null, [{ name: 'node0', ramBytes: 2 ** 30, disks }]);
    disk = new FileDisk('c1t0d0', diskFile(lab, 'node0', 'c1t0d0'));
    disk.write(0, new Uint8Array(64 * KiB).fill(7));
    disk.flush();
  });
  afterAll(() => {
    disk.close();
    spawnSync('umount', [base]);
    rmSync(base, { recursive: true });
  });

  test('a guest that writes gets ENOSPC, and keeps what it had', () => {
    const piece = new Uint8Array(64 * KiB).fill(1);
    const fill = (): void => {
      for (let at = MiB; at < 32 * MiB; at += piece.length) disk.write(at, piece);
    };
    expect(fill).toThrow(
      expect.objectContaining({ name: 'BlockDeviceError', code: 'ENOSPC' }) as Error,
    );
    const back = new Uint8Array(64 * KiB);
    disk.read(0, back);
    expect(back.every((byte) => byte === 7)).toBe(true);
  });

  test('lab.json stays as it was', () => {
    const config = readLabFile(lab);
    const long = { ...config, note: 'x'.repeat(MiB) };
    expect(() => writeLabFile(lab, long)).toThrow(expect.objectContaining(full) as Error);
    expect(readLabFile(lab)).toEqual(config);
    expect(readdirSync(lab)).not.toContain('lab.json.new');
  });

  test('the lab can still be locked, a dump is given up quietly', () => {
    lockLab(lab, 'the test').dispose();
    const dump = writeCrashFiles(join(lab, 'crash'), 'panic', new Uint8Array(MiB), new Date());
    expect(dump).toBeNull();
  });

  test('an export or import that does not fit leaves nothing', async () => {
    const file = join(base, 'lab.tar');
    await expect(exportLab(lab, file)).rejects.toMatchObject(full);
    expect(existsSync(file)).toBe(false);
    const elsewhere = `${base}.tar`;
    await exportLab(lab, elsewhere);
    await expect(importLab(elsewhere, join(base, 'copy'))).rejects.toMatchObject(full);
    rmSync(elsewhere);
    expect(readdirSync(base)).toEqual(['lab']);
    expect(readFileSync(join(lab, 'lab.json'), 'utf8')).toContain('"Full"');
    expect(statSync(diskFile(lab, 'node0', 'c1t0d0')).size).toBe(64 * MiB);
  });
});

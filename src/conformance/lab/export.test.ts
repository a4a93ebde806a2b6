/** Exports, judged by programs nobody here wrote: GNU tar lists and unpacks, sha256sum checks. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GiB, MiB } from '#base/units.ts';
import { exportLab } from '#lab/archive/export.ts';
import { importLab } from '#lab/archive/import.ts';
import { createLabFolder, diskFile } from '#lab/folder/lab-folder.ts';

const tar = spawnSync('tar', ['--version'], { encoding: 'utf8' });
const hasTar = tar.status === 0 && tar.stdout.includes('GNU tar');

describe.skipIf(!hasTar)(hasTar ? 'GNU tar' : 'skipped: tar missing', () => {
  test('lists an export, unpacks it with its holes, and every hash is right', async () => {
    const base = mkdtempSync(join(tmpdir(), 'export-'));
    try {
      const lab = join(base, 'lab');
      const disks = [{ sizeBytes: GiB }, { sizeBytes: 64 * MiB }];
      createLabFolder(lab, 'Judged', null, [{ name: 'node0', ramBytes: GiB, disks }]);
      const fd = diskFile(lab, 'node0', 'c1t0d0');
      const where = ['bs=1M', 'count=2', 'seek=400', 'conv=notrunc'];
      spawnSync('dd', ['if=/dev/urandom', `of=${fd}`, ...where]);
      writeFileSync(join(lab, 'captures', 'frames.pcap'), 'x'.repeat(70_000));
      const file = join(base, 'lab.tar.gz');
      await exportLab(lab, file);

      const listed = spawnSync('tar', ['-tvf', file], { encoding: 'utf8' });
      expect(listed.stderr).toBe('');
      expect(listed.status).toBe(0);
      const line = new RegExp(` ${GiB} .* Judged/nodes/node0/disks/c1t0d0.img`);
      expect(listed.stdout).toMatch(line);

      const place = join(base, 'unpacked');
      mkdirSync(place);
      expect(spawnSync('tar', ['-xf', file, '-C', place]).status).toBe(0);
      const image = join(place, 'Judged/nodes/node0/disks/c1t0d0.img');
      expect(statSync(image).size).toBe(GiB);
      expect(statSync(image).blocks * 512).toBeLessThan(8 * 1024 * 1024);
      const sums = spawnSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: join(place, 'Judged') });
      expect(sums.stderr.toString()).toBe('');
      expect(sums.status).toBe(0);

      // And what tar makes of it again, sparse files and all, is taken back.
      const again = join(base, 'again.tar');
      const flags = ['--format=posix', '--sparse', '--sparse-version=1.0'];
      expect(spawnSync('tar', ['-cf', again, ...flags, '-C', place, 'Judged']).status).toBe(0);
      await importLab(again, join(base, 'back'));
      expect(readFileSync(join(base, 'back/captures/frames.pcap')).length).toBe(70_000);
    } finally {
      rmSync(base, { recursive: true });
    }
  });
});

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { concatBytes, encodeUtf8 } from '#base/bytes.ts';
import { MiB } from '#base/units.ts';
import { exportLab, SUMS_FILE } from '#lab/archive/export.ts';
import { exportSource } from '#lab/archive/export-source.ts';
import { importLab } from '#lab/archive/import.ts';
import { encodeHeader, padding } from '#lab/archive/tar-format.ts';
import { readLabFile } from '#lab/folder/lab-file.ts';
import { createLabFolder, diskFile } from '#lab/folder/lab-folder.ts';

let base: string;
let lab: string;
let image: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'archive-'));
  lab = join(base, 'lab');
  createLabFolder(lab, 'Mein Labor', 7, [
    { name: 'node0', ramBytes: 2 ** 30, disks: [{ sizeBytes: 64 * MiB }, { sizeBytes: 8 * MiB }] },
  ]);
  image = diskFile(lab, 'node0', 'c1t0d0');
  const content = Buffer.alloc(3 * MiB, 'label');
  writeFileSync(image, content);
  truncateSync(image, 64 * MiB);
});
afterEach(() => rmSync(base, { recursive: true }));

const sha256 = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex');

test.each(['lab.tar', 'lab.tar.gz', 'lab.tar.zst'])('%s brings everything back', async (name) => {
  const file = join(base, name);
  const long = join(lab, 'captures', `${'long-name-'.repeat(12)}.pcap`);
  writeFileSync(long, 'frames');
  writeFileSync(join(lab, 'lab.lock'), 'not for others');
  symlinkSync('/etc/passwd', join(lab, 'media', 'link'));
  await exportLab(lab, file);
  expect(statSync(file).size).toBeLessThan(4 * MiB);
  const copy = join(base, 'copy');
  await importLab(file, copy);
  for (const disk of ['c1t0d0', 'c1t1d0']) {
    expect(sha256(diskFile(copy, 'node0', disk))).toBe(sha256(diskFile(lab, 'node0', disk)));
  }
  expect(statSync(diskFile(copy, 'node0', 'c1t0d0')).blocks * 512).toBeLessThan(4 * MiB);
  expect(readdirSync(join(copy, 'captures'))).toEqual(readdirSync(join(lab, 'captures')));
  expect(readdirSync(copy).sort()).toEqual(['captures', 'lab.json', 'media', 'nodes']);
  expect(readdirSync(join(copy, 'media'))).toEqual([]);
  const { id, ...rest } = readLabFile(copy);
  const { id: oldId, ...oldRest } = readLabFile(lab);
  expect(rest).toEqual(oldRest);
  expect(id).not.toBe(oldId);
});

test('an export as a stream is the same archive', async () => {
  let wake = () => {};
  const source = exportSource(lab, () => wake(), { dispose: () => {} });
  const parts: Uint8Array[] = [];
  while (!source.isEnded) {
    const item = source.next();
    if (item !== undefined) parts.push(item.bytes);
    else if (!source.isEnded) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  const file = join(base, 'stream.tar.gz');
  writeFileSync(file, concatBytes(parts));
  await importLab(file, join(base, 'copy'), 'Another name');
  expect(readLabFile(join(base, 'copy')).name).toBe('Another name');
});

const refusal = (state: string) => ({
  code: 'archiveInvalid',
  message: expect.stringContaining(state) as string,
});

async function expectRefused(bytes: Uint8Array, state: string): Promise<void> {
  const file = join(base, 'bad.tar');
  writeFileSync(file, bytes);
  await expect(importLab(file, join(base, 'copy'))).rejects.toMatchObject(refusal(state));
  expect(existsSync(join(base, 'copy'))).toBe(false);
  expect(readdirSync(base).filter((name) => name.endsWith('.new'))).toEqual([]);
}

const end = new Uint8Array(1024);

function fileEntry(path: string, text: string, type = '0'): Uint8Array {
  const bytes = encodeUtf8(text);
  const header = encodeHeader({ type, path, sizeBytes: bytes.length, modifiedSeconds: 0 });
  return concatBytes([header, bytes, padding(bytes.length)]);
}

test.each([
  ['goes up', 'lab/../evil'],
  ['goes up at once', '../evil'],
  ['is absolute', '/etc/evil'],
  ['has a backslash', 'lab\\..\\evil'],
  ['names a drive', 'lab/C:evil'],
  ['is hidden', 'lab/nodes/.ssh'],
  ['is no part of a lab', 'lab/package.json'],
  ['has no top folder', 'lab.json'],
  ['holds a NUL-like control', 'lab/nodes/a\u0001b'],
  ['ends in a dot', 'lab/nodes/evil.'],
])('a path that %s is refused', async (_, path) => {
  await expectRefused(concatBytes([fileEntry(path, 'evil'), end]), 'is not a path of a lab');
  expect(existsSync(join(base, 'evil'))).toBe(false);
});

test.each([
  ['a symbolic link', '2'],
  ['a hard link', '1'],
  ['a device', '3'],
  ['a fifo', '6'],
  ['an old sparse file', 'S'],
])('%s is refused', async (_, type) => {
  const entry = fileEntry('lab/nodes/evil', '', type);
  await expectRefused(concatBytes([entry, end]), 'is neither a file nor a folder');
});

test('a path in extended headers is checked as well', async () => {
  const header = encodeHeader(
    { type: '0', path: 'lab/lab.json', sizeBytes: 0, modifiedSeconds: 0 },
    [['path', 'lab/../../evil']],
  );
  await expectRefused(concatBytes([header, end]), 'is not a path of a lab');
});

test.each([
  ['that overlaps', '2\n0\n512\n100\n512\n', 1024],
  ['that leaves the file', '1\n1048576\n512\n', 512],
  ['of another size', '1\n0\n512\n', 1024],
  ['that is no number', '1\n-5\n512\n', 512],
  ['without an end', '99999999999\n', 512],
])('a sparse map %s is refused', async (_, map, dataBytes) => {
  const bytes = encodeUtf8(map);
  const data = concatBytes([bytes, padding(bytes.length), new Uint8Array(dataBytes).fill(1)]);
  const header = encodeHeader(
    { type: '0', path: 'x', sizeBytes: data.length, modifiedSeconds: 0 },
    [
      ['GNU.sparse.major', '1'],
      ['GNU.sparse.minor', '0'],
      ['GNU.sparse.name', 'lab/nodes/x'],
      ['GNU.sparse.realsize', '4096'],
    ],
  );
  await expectRefused(concatBytes([header, data, end]), 'map');
});

async function exported(): Promise<Buffer> {
  const file = join(base, 'good.tar.gz');
  await exportLab(lab, file);
  return gunzipSync(readFileSync(file));
}

test('one changed byte in a disk is found', async () => {
  const bytes = await exported();
  const at = bytes.indexOf('labellabellabel') + 100_000;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await expectRefused(bytes, 'is damaged: its hash is another');
});

test('a file cut off anywhere is refused', async () => {
  const bytes = await exported();
  for (const size of [0, 100, 512, 5000, bytes.length >> 1, bytes.length - 2000]) {
    await expectRefused(bytes.subarray(0, size), '');
  }
  const packed = gzipSync(bytes);
  await expectRefused(packed.subarray(0, packed.length >> 1), '');
});

test('a wrong checksum, an archive of nothing, another program’s archive', async () => {
  const bytes = await exported();
  bytes[3] = 65;
  await expectRefused(bytes, 'a header has a wrong checksum');
  await expectRefused(end, `${SUMS_FILE} is missing`);
  await expectRefused(concatBytes([fileEntry(`lab/${SUMS_FILE}`, ''), end]), 'it is not a lab');
  await expectRefused(encodeUtf8('x'.repeat(2000)), 'a header has');
});

test('nothing is ever put where something is', async () => {
  const file = join(base, 'x.tar.gz');
  await exportLab(lab, file);
  mkdirSync(join(base, 'taken'));
  writeFileSync(join(base, 'taken', 'file'), 'mine');
  await expect(importLab(file, join(base, 'taken'))).rejects.toMatchObject({ code: 'labExists' });
  expect(readFileSync(join(base, 'taken', 'file'), 'utf8')).toBe('mine');
});

test('an export that fails leaves no file', async () => {
  await expect(exportLab(join(base, 'no lab'), join(base, 'x.tar'))).rejects.toMatchObject({
    code: 'labNotFound',
  });
  expect(readdirSync(base)).toEqual(['lab']);
});

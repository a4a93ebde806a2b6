import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import type { HostShare } from '#runtime/host.ts';
import { hostShare } from '#hosts/host-share.ts';

let base: string;
let share: HostShare;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'share-'));
  writeFileSync(join(base, 'secret'), 'outside');
  const root = join(base, 'shown');
  mkdirSync(join(root, 'sub'), { recursive: true });
  writeFileSync(join(root, 'sub', 'hello'), 'inside');
  symlinkSync(join(base, 'secret'), join(root, 'leak'));
  symlinkSync(base, join(root, 'up'));
  symlinkSync('sub', join(root, 'alias'));
  share = hostShare(root, false);
});
afterEach(() => rmSync(base, { recursive: true }));

const buffer = () => new Uint8Array(100);

test('lists, reads, writes and renames below the folder', () => {
  expect(share.list(['sub'])).toMatchObject([{ name: 'hello', kind: 'file', sizeBytes: 6 }]);
  const target = buffer();
  expect(share.read(['sub', 'hello'], 2, target)).toBe(4);
  expect(decodeUtf8(target.subarray(0, 4))).toBe('side');
  expect(share.create(['new'], 'file')).toBeUndefined();
  expect(share.create(['new'], 'file')).toEqual({ failure: 'EEXIST' });
  expect(share.write(['new'], 3, encodeUtf8('abc'))).toBe(3);
  expect(share.truncate(['new'], 4)).toBeUndefined();
  expect(share.rename(['new'], ['sub', 'moved'])).toBeUndefined();
  expect(readFileSync(join(base, 'shown/sub/moved'), 'latin1')).toBe('\0\0\0a');
  expect(share.remove(['sub'])).toEqual({ failure: 'ENOTEMPTY' });
});

test.each([
  ['the parent', ['..', 'secret']],
  ['the parent further down', ['sub', '..', '..', 'secret']],
  ['a path in one name', ['../secret']],
  ['an absolute path', ['/etc/passwd']],
  ['a Windows path', ['..\\secret']],
  ['a drive', ['C:', 'secret']],
  ['a stream', ['sub', 'hello:stream']],
  ['an empty name', ['sub', '', 'hello']],
  ['a dot', ['.', 'sub']],
  ['a NUL', ['sub', 'hello\0.txt']],
  ['a Windows device', ['sub', 'NUL.txt']],
  ['a name with a dot behind', ['sub', 'hello.']],
  ['a link to a file outside', ['leak']],
  ['a link to a folder outside', ['up', 'secret']],
  ['a link to a folder inside', ['alias', 'hello']],
])('%s names nothing', (_, path) => {
  const failed = { failure: expect.any(String) as string };
  expect(share.read(path, 0, buffer())).toEqual(failed);
  expect(share.write(path, 0, encodeUtf8('x'))).toEqual(failed);
  expect(share.truncate(path, 0)).toEqual(failed);
  expect(share.create([...path, 'x'], 'directory')).toEqual(failed);
  expect(share.list(path)).toEqual(failed);
  expect(readFileSync(join(base, 'secret'), 'utf8')).toBe('outside');
});

test('a link can be seen and removed, never followed', () => {
  expect(share.stat(['leak'])).toMatchObject({ kind: 'other' });
  expect(share.remove(['leak'])).toBeUndefined();
  expect(readFileSync(join(base, 'secret'), 'utf8')).toBe('outside');
});

test('no made-up path reaches the file outside', () => {
  const name = fc.constantFrom('..', '.', '', 'up', 'sub', 'alias', 'leak', 'secret', '../secret');
  fc.assert(
    fc.property(fc.array(name, { maxLength: 5 }), (path) => {
      const target = buffer();
      const count = share.read(path, 0, target);
      if (typeof count === 'number') {
        expect(decodeUtf8(target.subarray(0, count))).not.toBe('outside');
      }
    }),
  );
});

test('read-only refuses every change', () => {
  const shown = hostShare(join(base, 'shown'), true);
  const path = ['sub', 'hello'];
  const refused = { failure: 'EROFS' };
  expect(shown.write(path, 0, encodeUtf8('x'))).toEqual(refused);
  expect(shown.create(['x'], 'file')).toEqual(refused);
  expect(shown.create(['x'], 'directory')).toEqual(refused);
  expect(shown.remove(path)).toEqual(refused);
  expect(shown.truncate(path, 0)).toEqual(refused);
  expect(shown.rename(path, ['y'])).toEqual(refused);
});

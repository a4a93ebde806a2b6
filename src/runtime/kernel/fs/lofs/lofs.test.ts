import { expect, test } from 'vitest';
import { O_CREAT, O_RDONLY, O_RDWR, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { bootHarness } from '#testing/node-harness.ts';

const FILES = { '/data/a/file': 'content\n', '/data/a/b/c': 'deep\n', '/seen': null, '/one': '' };

function run(program: (sys: Sys, note: (result: unknown) => void) => Task<void>): unknown[] {
  const noted: unknown[] = [];
  const node = bootHarness({ files: FILES });
  const outcome = node.run(function* (sys) {
    yield* program(sys, (result) => noted.push(isErrno(result) ? result.name : result));
    return 0;
  });
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  return noted;
}

function* readAll(sys: Sys, path: string): Task<unknown> {
  const fd = yield* sys.open(path, O_RDONLY);
  if (isErrno(fd)) return fd;
  const target = new Uint8Array(4096);
  const count = yield* sys.read(fd, target);
  yield* sys.close(fd);
  return isErrno(count) ? count : decodeUtf8(target.subarray(0, count));
}

test('a directory is seen a second time, both ways', () => {
  const noted = run(function* (sys, note) {
    note(yield* sys.mount('/data/a', '/seen', 'lofs', ''));
    note(yield* readAll(sys, '/seen/b/c'));
    const fd = yield* sys.open('/seen/new', O_WRONLY | O_CREAT, 0o644);
    if (!isErrno(fd)) yield* sys.write(fd, encodeUtf8('x'));
    note(yield* readAll(sys, '/data/a/new'));
    note(yield* sys.rename('/seen/new', '/seen/b/moved'));
    note(yield* sys.rename('/seen/b/moved', '/data/a/back'));
    note(yield* readAll(sys, '/data/a/b/moved'));
    yield* sys.chdir('/seen/b');
    note(yield* sys.getcwd());
    note(yield* sys.stat('../../one'));
  });
  expect(noted.slice(0, 7)).toEqual([0, 'deep\n', 'x', 0, 'EXDEV', 'x', '/seen/b']);
  expect(noted[7]).toMatchObject({ size: 0 });
});

test('read-only: nothing can be changed through it', () => {
  const noted = run(function* (sys, note) {
    yield* sys.mount('/data/a', '/seen', 'lofs', 'ro');
    note(yield* readAll(sys, '/seen/file'));
    note(yield* sys.open('/seen/file', O_RDWR));
    note(yield* sys.open('/seen/new', O_WRONLY | O_CREAT, 0o644));
    note(yield* sys.unlink('/seen/file'));
    note(yield* sys.chmod('/seen/file', 0o777));
    note(yield* sys.symlink('x', '/seen/link'));
    note(yield* sys.mkdir('/seen/dir', 0o755));
    note(yield* sys.open('/data/a/file', O_RDWR));
  });
  expect(noted).toEqual([
    'content\n',
    'EROFS',
    'EROFS',
    'EROFS',
    'EROFS',
    'EROFS',
    'EROFS',
    expect.any(Number),
  ]);
});

test('over itself, over a file, busy, gone again', () => {
  const noted = run(function* (sys, note) {
    note(yield* sys.mount('/data', '/data', 'lofs', 'ro'));
    note(yield* sys.mkdir('/data/dir', 0o755));
    note(yield* sys.umount('/data', false));
    note(yield* sys.mkdir('/data/dir', 0o755));
    note(yield* sys.mount('/data/a/file', '/one', 'lofs', ''));
    note(yield* readAll(sys, '/one'));
    const fd = yield* sys.open('/one', O_RDONLY);
    note(yield* sys.umount('/one', false));
    if (!isErrno(fd)) yield* sys.close(fd);
    note(yield* sys.umount('/one', false));
    note(yield* readAll(sys, '/one'));
    note(yield* sys.mount('/nowhere', '/seen', 'lofs', ''));
    const table = yield* readAll(sys, '/etc/mnttab');
    note(typeof table === 'string' && !table.includes('lofs'));
  });
  expect(noted).toEqual([0, 'EROFS', 0, 0, 0, 'content\n', 'EBUSY', 0, '', 'ENOENT', true]);
});

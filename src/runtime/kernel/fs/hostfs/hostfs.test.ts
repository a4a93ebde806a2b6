import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { hostShare } from '#hosts/host-share.ts';
import { hostfsType } from '#kernel/fs/hostfs/hostfs.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { bootHarness } from '#testing/node-harness.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostfs-'));
  mkdirSync(join(folder, 'shared/sub'), { recursive: true });
  writeFileSync(join(folder, 'secret'), 'not shared\n');
  writeFileSync(join(folder, 'shared/file'), 'hello\n');
  symlinkSync('../secret', join(folder, 'shared/escape'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs with the folder mounted at /host; the noted lines are the result. */
function withShare(
  isReadOnly: boolean,
  program: (sys: Sys, note: (result: unknown) => void) => Task<void>,
  uid = 0,
): string[] {
  const share = hostShare(join(folder, 'shared'), isReadOnly);
  const node = bootHarness({ files: { '/host': null } });
  const { mounts } = node.assembled;
  mounts.register(hostfsType(() => mounts.allocateFsid(), share));
  const mounted = node.run(function* (sys) {
    return isErrno(yield* sys.mount('host', '/host', 'hostfs', '')) ? 1 : 0;
  });
  expect(mounted.status).toBe(0);
  const lines: string[] = [];
  const note = (result: unknown): void => {
    lines.push(isErrno(result) ? result.name : JSON.stringify(result));
  };
  const outcome = node.run(
    function* (sys) {
      yield* program(sys, note);
      return 0;
    },
    { uid },
  );
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  return lines;
}

function* readAll(sys: Sys, path: string): Task<unknown> {
  const fd = yield* sys.open(path, O_RDONLY);
  if (isErrno(fd)) return fd;
  const target = new Uint8Array(100);
  const count = yield* sys.read(fd, target);
  yield* sys.close(fd);
  return isErrno(count) ? count : decodeUtf8(target.subarray(0, count));
}

test('shows the folder, and nothing outside it', () => {
  const lines = withShare(true, function* (sys, note) {
    note(yield* readAll(sys, '/host/file'));
    note(yield* readAll(sys, '/host/escape'));
    note(yield* readAll(sys, '/host/../host/sub/../file'));
    const fd = yield* sys.open('/host', O_RDONLY);
    const entries = isErrno(fd) ? fd : yield* sys.getdents(fd);
    note(isErrno(entries) ? entries : entries.map(({ name }) => name).sort());
    yield* sys.chdir('/host/sub');
    note(yield* sys.getcwd());
  });
  expect(lines[0]).toBe('"hello\\n"');
  expect(lines[1]).toMatch(/^E/);
  expect(lines[2]).toBe('"hello\\n"');
  expect(lines[3]).toContain('"file"');
  expect(lines[3]).not.toContain('secret');
  expect(lines[4]).toBe('"/host/sub"');
});

test('read-only: nothing can be changed', () => {
  const lines = withShare(true, function* (sys, note) {
    note(yield* sys.open('/host/file', O_WRONLY));
    note(yield* sys.open('/host/new', O_WRONLY | O_CREAT, 0o644));
    note(yield* sys.unlink('/host/file'));
    note(yield* sys.mkdir('/host/dir', 0o755));
    note(yield* sys.rename('/host/file', '/host/other'));
    note(yield* sys.chmod('/host/file', 0o600));
  });
  expect(lines).toEqual(['EROFS', 'EROFS', 'EROFS', 'EROFS', 'EROFS', 'EROFS']);
  expect(readFileSync(join(folder, 'shared/file'), 'utf8')).toBe('hello\n');
});

test('writable: files and directories come, change and go', () => {
  const lines = withShare(false, function* (sys, note) {
    const fd = yield* sys.open('/host/new', O_RDWR | O_CREAT | O_TRUNC, 0o644);
    if (!isErrno(fd)) {
      yield* sys.write(fd, encodeUtf8('0123456789'));
      note(yield* sys.ftruncate(fd, 4));
      yield* sys.close(fd);
    }
    note(yield* readAll(sys, '/host/new'));
    note(yield* sys.mkdir('/host/dir', 0o755));
    note(yield* sys.rename('/host/new', '/host/dir/moved'));
    note(yield* sys.rmdir('/host/dir'));
    note(yield* sys.unlink('/host/dir'));
    note(yield* sys.unlink('/host/file'));
    note(yield* sys.stat('/host/file'));
    note(yield* sys.rename('/host/dir/moved', '/tmp/moved'));
  });
  expect(lines.slice(0, 4)).toEqual(['0', '"0123"', '0', '0']);
  expect(lines[4]).toMatch(/^E(XIST|NOTEMPTY)$/);
  expect(lines.slice(5)).toEqual(['EPERM', '0', 'ENOENT', 'EXDEV']);
  expect(readFileSync(join(folder, 'shared/dir/moved'), 'utf8')).toBe('0123');
});

test('another user may read and not write', () => {
  const lines = withShare(
    false,
    function* (sys, note) {
      note(yield* readAll(sys, '/host/file'));
      note(yield* sys.open('/host/file', O_WRONLY));
      note(yield* sys.open('/host/mine', O_WRONLY | O_CREAT, 0o644));
    },
    100,
  );
  expect(lines).toEqual(['"hello\\n"', 'EACCES', 'EACCES']);
});

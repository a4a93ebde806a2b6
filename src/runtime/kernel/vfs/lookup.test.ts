import { expect, test } from 'vitest';
import { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { MemoryVfs } from '#kernel/vfs/memory/memory-vfs.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import { isWouldBlock } from '#kernel/disp/wait.ts';
import { lookupVnode, resolvePath } from '#kernel/vfs/lookup.ts';
import { openPath } from '#kernel/vfs/open.ts';
import { pathOfDirectory } from '#kernel/vfs/path.ts';
import type { Vnode } from '#kernel/vfs/vnode.ts';
import { makeVfsFixture, type VfsFixture } from '#testing/vfs-fixture.ts';

function good<T>(result: T | Errno): T {
  if (isErrno(result)) throw new Error(result.name);
  return result;
}

function name(result: unknown): string {
  return isErrno(result) ? result.name : 'no error';
}

/** /a/b/file, /link → a/b, /loop → loop, /secret (0700) /secret/x */
function tree(): VfsFixture {
  const fixture = makeVfsFixture();
  const ctx = fixture.asRoot.context;
  const root = fixture.rootfs.root();
  const a = good(root.mkdir('a', { type: 'VDIR', mode: 0o755 }, ctx));
  const b = good(a.mkdir('b', { type: 'VDIR', mode: 0o755 }, ctx));
  good(b.create('file', { type: 'VREG', mode: 0o644 }, true, ctx));
  root.symlink('link', 'a/b', { type: 'VLNK', mode: 0o777 }, ctx);
  root.symlink('loop', 'loop', { type: 'VLNK', mode: 0o777 }, ctx);
  root.symlink('dangling', 'a/new', { type: 'VLNK', mode: 0o777 }, ctx);
  const secret = good(root.mkdir('secret', { type: 'VDIR', mode: 0o700 }, ctx));
  good(secret.create('x', { type: 'VREG', mode: 0o666 }, true, ctx));
  return fixture;
}

test('follows links in the middle always and at the end when asked', () => {
  const { asRoot } = tree();
  expect(good(lookupVnode('/link/file', asRoot, 'noFollow')).type).toBe('VREG');
  expect(good(lookupVnode('/link', asRoot, 'noFollow')).type).toBe('VLNK');
  expect(good(lookupVnode('/link', asRoot, 'follow')).type).toBe('VDIR');
  // A slash at the end asks for the directory.
  expect(good(lookupVnode('/link/', asRoot, 'noFollow')).type).toBe('VDIR');
  expect(good(lookupVnode('//a/./b/../b//file', asRoot, 'follow')).type).toBe('VREG');
});

test('errors of bad paths', () => {
  const { asRoot, asUser } = tree();
  const error = (path: string, start = asRoot): string => name(lookupVnode(path, start, 'follow'));
  expect(error('')).toBe('ENOENT');
  expect(error('/loop')).toBe('ELOOP');
  expect(error('/a/b/file/')).toBe('ENOTDIR');
  expect(error('/a/b/file/..')).toBe('ENOTDIR');
  expect(error('/no/file')).toBe('ENOENT');
  expect(error(`/${'n'.repeat(256)}`)).toBe('ENAMETOOLONG');
  expect(error(`/${'ü'.repeat(128)}`)).toBe('ENAMETOOLONG');
  expect(error(`/${'n'.repeat(255)}`)).toBe('ENOENT');
  expect(error('/a/../'.repeat(200))).toBe('ENAMETOOLONG');
  expect(error('/secret/x', asUser)).toBe('EACCES');
  expect(error('/secret/x')).toBe('no error');
});

test('20 links are followed, 21 are too many', () => {
  const { asRoot, rootfs } = tree();
  const ctx = asRoot.context;
  for (let i = 1; i <= 21; i += 1) {
    const target = i === 1 ? 'a' : `l${i - 1}`;
    rootfs.root().symlink(`l${i}`, target, { type: 'VLNK', mode: 0o777 }, ctx);
  }
  expect(name(lookupVnode('/l20', asRoot, 'follow'))).toBe('no error');
  expect(name(lookupVnode('/l21', asRoot, 'follow'))).toBe('ELOOP');
});

test('.. stays at a changed root and leaves a mounted filesystem', () => {
  const fixture = tree();
  const { asRoot, mounts, clock, special } = fixture;
  const b = good(lookupVnode('/a/b', asRoot, 'follow'));
  const jailed = { ...asRoot, root: b, directory: b };
  expect(lookupVnode('/../../..', jailed, 'follow')).toBe(b);

  const inner = new MemoryVfs({ clock, special }, { fsid: 9, sizeBytes: 1 << 20, rootMode: 0o755 });
  mounts.attach(inner, 'swap', b, '/a/b', new Map());
  expect(lookupVnode('/a/b', asRoot, 'follow')).toBe(inner.root());
  expect(lookupVnode('/a/b/..', asRoot, 'follow')).toBe(lookupVnode('/a', asRoot, 'follow'));
  const sub = good(inner.root().mkdir('sub', { type: 'VDIR', mode: 0o755 }, asRoot.context));
  expect(pathOfDirectory(sub, fixture.rootfs.root(), asRoot.context)).toBe('/a/b/sub');
  sub.hold();
  expect(name(mounts.unmount(inner.root(), false, asRoot.context))).toBe('EBUSY');
  sub.release();
  expect(mounts.unmount(inner.root(), false, asRoot.context)).toBeUndefined();
  expect(lookupVnode('/a/b', asRoot, 'follow')).toBe(b);
  expect(mounts.mnttab()).toMatch(/^\/devices\/ramdisk:a\t\/\ttmpfs\trw,dev=40001\t\d+\n$/);
});

test('a missing last component is a place to create', () => {
  const { asRoot } = tree();
  const at = good(resolvePath('/link/new', asRoot, 'follow'));
  expect(at.vnode).toBeUndefined();
  expect(at.name).toBe('new');
  expect(at.directory).toBe(lookupVnode('/a/b', asRoot, 'follow'));
});

test('open creates through a dangling link, not with O_EXCL', () => {
  const { asRoot, asUser } = tree();
  const open = (path: string, flags: number, start = asRoot): Vnode | string => {
    const result = openPath(path, flags, 0o644, start);
    if (isErrno(result)) return result.name;
    if (isWouldBlock(result)) return 'would block';
    return result;
  };
  expect(open('/dangling', O_WRONLY | O_CREAT | O_EXCL)).toBe('EEXIST');
  open('/dangling', O_WRONLY | O_CREAT);
  expect(name(lookupVnode('/a/new', asRoot, 'noFollow'))).toBe('no error');
  expect(open('/link', O_NOFOLLOW)).toBe('ELOOP');
  expect(open('/a/b/file', O_DIRECTORY)).toBe('ENOTDIR');
  expect(open('/a', O_WRONLY)).toBe('EISDIR');
  expect(open('/a/b/file', O_WRONLY | O_TRUNC, asUser)).toBe('EACCES');
  expect(open('/a/mine', O_WRONLY | O_CREAT, asUser)).toBe('EACCES');
  expect(open('/nowhere/', O_WRONLY | O_CREAT)).toBe('EISDIR');
});

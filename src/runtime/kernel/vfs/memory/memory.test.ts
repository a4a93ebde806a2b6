import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FileData, PAGE_BYTES } from '#kernel/vfs/memory/file-data.ts';
import { tmpfsType } from '#kernel/fs/tmpfs/tmpfs.ts';
import { MemoryVfs } from '#kernel/vfs/memory/memory-vfs.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Vnode } from '#kernel/vfs/vnode.ts';
import { contextOf, credentials, makeVfsFixture } from '#testing/vfs-fixture.ts';

const FILE = { type: 'VREG', mode: 0o644 } as const;
const DIR = { type: 'VDIR', mode: 0o755 } as const;

function good<T>(result: T | Errno): T {
  if (isErrno(result)) throw new Error(result.name);
  return result;
}

function setUp(sizeBytes = 1 << 20): {
  fs: MemoryVfs;
  root: Vnode;
  ctx: ReturnType<typeof contextOf>;
} {
  const { clock, special } = makeVfsFixture();
  const fs = new MemoryVfs({ clock, special }, { fsid: 3, sizeBytes, rootMode: 0o755 });
  return { fs, root: fs.root(), ctx: contextOf(credentials(0, 0)) };
}

test('file data behaves like one array of bytes with holes', () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('write' as const),
      at: fc.nat(70_000),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 40_000 }),
    }),
    fc.record({ kind: fc.constant('truncate' as const), size: fc.nat(90_000) }),
  );
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 50_000 }),
      fc.array(step, { maxLength: 12 }),
      (lent, steps) => {
        let used = 0;
        const budget = {
          take: (count: number) => {
            used += count;
            return true;
          },
          give: (count: number) => {
            used -= count;
          },
        };
        const data = new FileData(budget);
        const original = lent.slice();
        data.adopt(lent);
        let model = lent.slice();
        for (const action of steps) {
          if (action.kind === 'write') {
            expect(data.write(action.at, action.bytes)).toBe(action.bytes.length);
            const size = Math.max(model.length, action.at + action.bytes.length);
            const next = new Uint8Array(size);
            next.set(model);
            next.set(action.bytes, action.at);
            model = next;
          } else {
            data.truncate(action.size);
            const next = new Uint8Array(action.size);
            next.set(model.subarray(0, action.size));
            model = next;
          }
          const back = new Uint8Array(model.length + 10);
          expect(data.read(0, back)).toBe(model.length);
          expect(Buffer.compare(back.subarray(0, model.length), model)).toBe(0);
          expect(used).toBe(data.allocatedBytes);
        }
        expect(lent).toEqual(original);
        data.truncate(0);
        expect(used).toBe(0);
      },
    ),
    { numRuns: 40 },
  );
});

test('a hole takes no memory, and reads past the end are 0', () => {
  const { fs, root, ctx } = setUp(1 << 20);
  const file = good(root.create('sparse', FILE, true, ctx));
  expect(file.write(10_000_000_000, Uint8Array.of(7), ctx)).toBe(1);
  expect(good(file.getattr(ctx)).sizeBytes).toBe(10_000_000_001);
  expect(fs.usedBytes).toBeLessThan(64 * 1024);
  const target = Uint8Array.of(1, 1);
  expect(file.read(9_999_999_999, target, ctx)).toBe(2);
  expect([...target]).toEqual([0, 7]);
  expect(file.read(10_000_000_001, target, ctx)).toBe(0);
});

test('a full tmpfs ends with ENOSPC and keeps what was there', () => {
  const { fs, root, ctx } = setUp(100 * PAGE_BYTES);
  const file = good(root.create('big', FILE, true, ctx));
  const block = new Uint8Array(64 * 1024).fill(65);
  let size = 0;
  let end: unknown;
  for (let i = 0; i < 100 && !isErrno(end); i += 1) {
    end = file.write(size, block, ctx);
    if (typeof end === 'number') size += end;
  }
  expect(end).toMatchObject({ name: 'ENOSPC' });
  expect(size).toBeGreaterThan(90 * PAGE_BYTES);
  expect(good(file.getattr(ctx)).sizeBytes).toBe(size);
  expect(fs.statvfs().freeBlocks).toBeLessThan(10n);
  // Names run out too.
  let made = 0;
  for (; made < 10_000 && !isErrno(root.create(`n${made}`, FILE, true, ctx)); made += 1);
  expect(made).toBeLessThan(10_000);
  // What is removed comes back.
  expect(root.remove('big', ctx)).toBeUndefined();
  expect(file.write(0, block, ctx)).not.toBe(0);
  expect(fs.statvfs().freeBlocks).toBeGreaterThan(60n);
});

test('an unlinked file lives as long as it is held', () => {
  const { fs, root, ctx } = setUp();
  const before = fs.usedBytes;
  const file = good(root.create('gone', FILE, true, ctx));
  file.hold();
  file.write(0, new Uint8Array(5000).fill(1), ctx);
  expect(root.remove('gone', ctx)).toBeUndefined();
  expect(good(file.getattr(ctx)).linkCount).toBe(0);
  expect(file.read(0, new Uint8Array(10), ctx)).toBe(10);
  expect(root.link(file, 'back', ctx)).toMatchObject({ name: 'ENOENT' });
  expect(fs.usedBytes).toBeGreaterThan(before);
  file.release();
  expect(fs.usedBytes).toBe(before);
});

test('link counts of directories follow their subdirectories', () => {
  const { root, ctx } = setUp();
  const a = good(root.mkdir('a', DIR, ctx));
  const b = good(a.mkdir('b', DIR, ctx));
  expect(good(a.getattr(ctx)).linkCount).toBe(3);
  expect(a.rename('b', root, 'c', ctx)).toBeUndefined();
  expect(good(a.getattr(ctx)).linkCount).toBe(2);
  expect(good(root.getattr(ctx)).linkCount).toBe(4);
  expect(b.lookup('..', ctx)).toBe(root);
  expect(root.rename('a', b, 'a', ctx)).toBeUndefined();
  expect(root.rename('c', a, 'c', ctx)).toMatchObject({ name: 'EINVAL' });
  expect(root.rmdir('c', ctx)).toMatchObject({ name: 'EEXIST' });
  expect(root.remove('c', ctx)).toMatchObject({ name: 'EPERM' });
  expect(b.rmdir('a', ctx)).toBeUndefined();
  expect(root.rmdir('c', ctx)).toBeUndefined();
  expect(good(root.getattr(ctx)).linkCount).toBe(2);
  // A removed directory takes nothing any more.
  expect(b.create('x', FILE, true, ctx)).toMatchObject({ name: 'ENOENT' });
});

test('rename replaces a file, and both names of one file stay', () => {
  const { root, ctx } = setUp();
  const one = good(root.create('one', FILE, true, ctx));
  good(root.create('two', FILE, true, ctx));
  expect(root.rename('one', root, 'two', ctx)).toBeUndefined();
  expect(root.lookup('two', ctx)).toBe(one);
  expect(root.lookup('one', ctx)).toMatchObject({ name: 'ENOENT' });
  expect(root.link(one, 'three', ctx)).toBeUndefined();
  expect(root.rename('two', root, 'three', ctx)).toBeUndefined();
  expect(root.lookup('two', ctx)).toBe(one);
  const dir = good(root.mkdir('dir', DIR, ctx));
  expect(root.rename('two', root, 'dir', ctx)).toMatchObject({ name: 'EISDIR' });
  expect(root.rename('dir', root, 'two', ctx)).toMatchObject({ name: 'ENOTDIR' });
  good(root.mkdir('full', DIR, ctx));
  good(dir.create('x', FILE, true, ctx));
  expect(root.rename('full', root, 'dir', ctx)).toMatchObject({ name: 'EEXIST' });
  expect(root.rename('dir', root, 'full', ctx)).toBeUndefined();
});

test('permissions: owner, group, other, root; sticky directories', () => {
  const { root, ctx } = setUp();
  const alice = contextOf(credentials(100, 10));
  const bob = contextOf(credentials(200, 10));
  const tmp = good(root.mkdir('tmp', { type: 'VDIR', mode: 0o1777 }, ctx));
  expect(root.create('no', FILE, true, alice)).toMatchObject({ name: 'EACCES' });
  const file = good(tmp.create('hers', { type: 'VREG', mode: 0o640 }, true, alice));
  expect(file.access(4, bob)).toBeUndefined();
  expect(file.access(2, bob)).toMatchObject({ name: 'EACCES' });
  expect(file.access(4, contextOf(credentials(300, 30)))).toMatchObject({ name: 'EACCES' });
  expect(file.access(6, ctx)).toBeUndefined();
  expect(file.access(1, ctx)).toMatchObject({ name: 'EACCES' });
  expect(tmp.remove('hers', bob)).toMatchObject({ name: 'EPERM' });
  expect(tmp.rename('hers', tmp, 'his', bob)).toMatchObject({ name: 'EPERM' });
  expect(file.setattr({ mode: 0o600 }, bob)).toMatchObject({ name: 'EPERM' });
  expect(file.setattr({ uid: 200 }, alice)).toMatchObject({ name: 'EPERM' });
  expect(file.setattr({ gid: 99 }, alice)).toMatchObject({ name: 'EPERM' });
  expect(tmp.remove('hers', alice)).toBeUndefined();
});

test('set-id bits go with a write or a chown by others than root, group is inherited', () => {
  const { root, ctx } = setUp();
  const alice = contextOf(credentials(100, 10, [20]));
  const shared = good(root.mkdir('shared', { type: 'VDIR', mode: 0o2777 }, ctx));
  expect(shared.setattr({ gid: 20 }, ctx)).toBeUndefined();
  const file = good(shared.create('f', { type: 'VREG', mode: 0o6755 }, true, alice));
  expect(good(file.getattr(ctx))).toMatchObject({ gid: 20, mode: 0o6755 });
  file.write(0, Uint8Array.of(1), ctx);
  expect(good(file.getattr(ctx)).mode).toBe(0o6755);
  file.write(0, Uint8Array.of(1), alice);
  expect(good(file.getattr(ctx)).mode).toBe(0o755);
  expect(good(good(shared.mkdir('d', DIR, alice)).getattr(ctx))).toMatchObject({
    gid: 20,
    mode: 0o2755,
  });
  expect(file.setattr({ mode: 0o1755 }, alice)).toBeUndefined();
  expect(good(file.getattr(ctx)).mode).toBe(0o755);
});

test('readdir goes on after its cursor while names come and go', () => {
  const { root, ctx } = setUp();
  for (let i = 0; i < 100; i += 1) good(root.create(`f${i}`, FILE, true, ctx));
  const seen: string[] = [];
  let cursor: number | undefined = 0;
  for (let round = 0; cursor !== undefined; round += 1) {
    const page: ReturnType<Vnode['readdir']> = root.readdir(cursor, 7, ctx);
    const { entries, next } = good(page);
    expect(entries.length).toBeLessThanOrEqual(7);
    seen.push(...entries.map((entry) => entry.name));
    for (const { name } of entries) if (name.startsWith('f')) root.remove(name, ctx);
    if (round < 3) good(root.create(`late${round}`, FILE, true, ctx));
    cursor = next;
  }
  expect(seen.length).toBe(new Set(seen).size);
  expect(seen.length).toBe(105);
});

test('mount options', () => {
  const { clock, special } = makeVfsFixture();
  const type = tmpfsType({ clock, special, allocateFsid: () => 1, defaultSizeBytes: 1 << 20 });
  const { root, ctx } = setUp();
  const mount = (options: [string, string | true][]): unknown =>
    type.mount({ special: 'swap', mountPoint: root, options: new Map(options), context: ctx });
  expect(mount([['size', 'lots']])).toMatchObject({ name: 'EINVAL' });
  expect(mount([['size', '2m']])).toMatchObject({ sizeBytes: 2 << 20 });
  const readOnly = mount([['ro', true]]) as MemoryVfs;
  expect(readOnly.root().create('x', FILE, true, ctx)).toMatchObject({ name: 'EROFS' });
});

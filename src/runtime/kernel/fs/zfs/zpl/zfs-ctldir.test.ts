/**
 * `.zfs/snapshot` and extended attributes: what is reached through names that are not listed.
 */
import { expect, test } from 'vitest';
import { EEXIST, EINVAL, EILSEQ, ENOENT, EPERM, EROFS, type Errno } from '#kernel/os/errno.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { isWouldBlock, type WouldBlock } from '#kernel/disp/wait.ts';
import { lookupVnode } from '#kernel/vfs/lookup.ts';
import { pathOfDirectory } from '#kernel/vfs/path.ts';
import type { Vnode } from '#kernel/vfs/vnode.ts';
import { contextOf, credentials, makeVfsFixture } from '#testing/vfs-fixture.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { testHost } from '#testing/zfs/pool-kit.ts';
import { zfsSnapshot } from '../pool/dsl-ops.ts';
import type { Spa } from '../pool/spa.ts';
import { spaCreate } from '../pool/spa-create.ts';
import { spaOpen } from '../pool/spa-open.ts';
import { mountDataset } from '../pool/zfs-mount.ts';
import { findPools } from '../spa/spa-config.ts';
import { Checksums } from '../zio/zio-checksum.ts';
import type { ZfsVfs } from './zfs-vfs.ts';

const ROOT = contextOf(credentials(0, 0));
const USER = contextOf(credentials(100, 10));
const FILE = { type: 'VREG', mode: 0o644 } as const;
const DIR = { type: 'VDIR', mode: 0o755 } as const;

function good<T>(result: T | Errno | WouldBlock): T {
  if (isErrno(result)) throw new Error(result.name);
  if (isWouldBlock(result)) throw new Error('would block');
  return result;
}

function mount(spa: Spa): ZfsVfs {
  const dataset = spa.dsl.findDataset('tank');
  if (dataset === undefined) throw new Error('no dataset');
  return mountDataset(spa, dataset, 7, makeVfsFixture().special, false);
}

function makeFs(): { spa: Spa; disk: MemoryDisk; vfs: ZfsVfs } {
  const disk = new MemoryDisk('d0', 64 * 2 ** 20);
  const spa = spaCreate('tank', [{ kind: 'file', device: disk, path: '/d0' }], testHost());
  return { spa, disk, vfs: mount(spa) };
}

function at(vfs: ZfsVfs, path: string): Vnode | Errno {
  const root = vfs.root();
  return lookupVnode(path, { root, directory: root, context: ROOT }, 'follow');
}

function put(directory: Vnode, name: string, text: string): Vnode {
  const file = good(directory.create(name, FILE, false, ROOT));
  good(file.write(0, Buffer.from(text), ROOT));
  return file;
}

function textOf(file: Vnode | Errno): string {
  const vnode = good(file);
  const bytes = new Uint8Array(good(vnode.getattr(ROOT)).sizeBytes);
  good(vnode.read(0, bytes, ROOT));
  return Buffer.from(bytes).toString();
}

const namesIn = (directory: Vnode): string[] =>
  good(directory.readdir(0, 100, ROOT)).entries.map((each) => each.name);

test('snapshots are found in .zfs/snapshot, whether it is listed or not', () => {
  const { spa, vfs } = makeFs();
  put(vfs.root(), 'a', 'then');
  expect(zfsSnapshot(spa, ['tank@one'])).toBeUndefined();
  good(good(vfs.root().lookup('a', ROOT)).write(0, Buffer.from('now!'), ROOT));
  expect(textOf(at(vfs, '/.zfs/snapshot/one/a'))).toBe('then');
  expect(textOf(at(vfs, '/a'))).toBe('now!');
  expect(namesIn(vfs.root())).toEqual(['.', '..', 'a']);
  vfs.settings.snapdir = 1;
  expect(namesIn(vfs.root())).toEqual(['.', '..', '.zfs', 'a']);
  expect(namesIn(good(at(vfs, '/.zfs/snapshot')))).toEqual(['.', '..', 'one']);
  expect(at(vfs, '/.zfs/snapshot/two')).toBe(ENOENT);
  expect(good(at(vfs, '/.zfs/snapshot/one')).create('b', FILE, false, ROOT)).toBe(EROFS);
  // Up again, through the place it is mounted on, and the name back from the directory.
  expect(at(vfs, '/.zfs/snapshot/one/../../..')).toBe(vfs.root());
  vfs.settings.snapdir = 0;
  const inside = good(at(vfs, '/.zfs/snapshot/one'));
  expect(pathOfDirectory(inside, vfs.root(), ROOT)).toBe('/.zfs/snapshot/one');
  expect(vfs.root().mkdir('.zfs', DIR, ROOT)).toBe(EEXIST);
  // A page at a time nothing is lost or shown twice.
  vfs.settings.snapdir = 1;
  const paged: string[] = [];
  for (let cursor: number | undefined = 0; cursor !== undefined; ) {
    const page = good(vfs.root().readdir(cursor, 1, ROOT)) as ReturnType<typeof pageOf>;
    paged.push(...page.entries.map((each) => each.name));
    cursor = page.next;
  }
  expect(paged).toEqual(['.', '..', '.zfs', 'a']);
});

const pageOf = (): { entries: { name: string }[]; next: number | undefined } => ({
  entries: [],
  next: undefined,
});

test('names in .zfs/snapshot make, rename and destroy snapshots', () => {
  const { spa, vfs } = makeFs();
  put(vfs.root(), 'a', 'one');
  const snapshots = good(at(vfs, '/.zfs/snapshot'));
  expect(snapshots.mkdir('s', DIR, USER)).toBe(EPERM);
  expect(snapshots.mkdir('a@b', DIR, ROOT)).toBe(EILSEQ);
  good(snapshots.mkdir('s', DIR, ROOT));
  expect(spa.dsl.findDataset('tank@s')).toBeDefined();
  expect(snapshots.mkdir('s', DIR, ROOT)).toBe(EEXIST);
  expect(textOf(at(vfs, '/.zfs/snapshot/s/a'))).toBe('one');
  expect(snapshots.rename('s', snapshots, 't', ROOT)).toBeUndefined();
  expect(textOf(at(vfs, '/.zfs/snapshot/t/a'))).toBe('one');
  expect(at(vfs, '/.zfs/snapshot/s')).toBe(ENOENT);
  expect(snapshots.rmdir('t', USER)).toBe(EPERM);
  expect(snapshots.rmdir('t', ROOT)).toBeUndefined();
  expect(spa.dsl.findDataset('tank@t')).toBeUndefined();
  expect(snapshots.rmdir('t', ROOT)).toBe(ENOENT);
});

test('extended attributes are files of a hidden directory, and go with their file', () => {
  const { spa, disk, vfs } = makeFs();
  const file = put(vfs.root(), 'a', 'content');
  expect(file.xattrDirectory(false, ROOT)).toBe(ENOENT);
  const hidden = good(file.xattrDirectory(true, ROOT));
  put(hidden, 'user.one', 'value');
  expect(hidden.mkdir('d', DIR, ROOT)).toBe(EINVAL);
  expect(vfs.root().link(good(hidden.lookup('user.one', ROOT)), 'out', ROOT)).toBe(EINVAL);
  expect(hidden.xattrDirectory(true, ROOT)).toBe(EINVAL);
  good(good(hidden.lookup('user.one', ROOT)).fsync(ROOT));
  expect(vfs.fs.xattrs(good(file.getattr(ROOT)).nodeid).size).toBe(1);
  // After a crash, from the log (the first fsync wrote a txg, this one did not).
  put(hidden, 'user.two', 'more');
  const other = put(vfs.root(), 'b', '');
  put(good(other.xattrDirectory(true, ROOT)), 'x', 'y');
  good(good(good(other.xattrDirectory(false, ROOT)).lookup('x', ROOT)).fsync(ROOT));
  const { txg } = spa;
  good(good(hidden.lookup('user.two', ROOT)).fsync(ROOT));
  expect(spa.txg).toBe(txg);
  const [found] = findPools([disk.clone()], new Checksums(nodeCodecs));
  if (found === undefined) throw new Error('no pool');
  const later = mount(spaOpen(found, testHost(2)));
  const kept = good(good(later.root().lookup('a', ROOT)).xattrDirectory(false, ROOT));
  expect(namesIn(kept).sort()).toEqual(['.', '..', 'user.one', 'user.two']);
  expect(textOf(kept.lookup('user.two', ROOT))).toBe('more');
  const second = good(good(later.root().lookup('b', ROOT)).xattrDirectory(false, ROOT));
  expect(textOf(second.lookup('x', ROOT))).toBe('y');
  later.host.commit();
  const count = [...later.fs.objset.objects()].length;
  good(later.root().remove('a', ROOT));
  later.host.commit();
  expect([...later.fs.objset.objects()].length).toBe(count - 4);
});

test('names of 255 bytes are taken, of 256 not', () => {
  const { vfs } = makeFs();
  const name = 'ä'.repeat(127);
  good(vfs.root().create(`${name}x`, FILE, false, ROOT));
  expect(vfs.root().create(`${name}xy`, FILE, false, ROOT)).toMatchObject({ name: 'ENAMETOOLONG' });
  expect(namesIn(vfs.root())).toContain(`${name}x`);
});

/**
 * The vnode operations of ZFS beside those of a filesystem in memory: the same random calls by
 * several users give the same answers, the same errors and the same attributes. And what only ZFS
 * has: it is all there after a re-import.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import { MemoryVfs } from '#kernel/vfs/memory/memory-vfs.ts';
import type { Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { testHost } from '#testing/zfs/pool-kit.ts';
import { contextOf, credentials, makeVfsFixture } from '#testing/vfs-fixture.ts';
import type { Spa } from '../pool/spa.ts';
import { spaCreate } from '../pool/spa-create.ts';
import { spaExport, spaOpen } from '../pool/spa-open.ts';
import { mountDataset } from '../pool/zfs-mount.ts';
import { findPools } from '../spa/spa-config.ts';
import { Checksums } from '../zio/zio-checksum.ts';
import type { ZfsVfs } from './zfs-vfs.ts';

const MiB = 2 ** 20;
const FILE = { type: 'VREG', mode: 0o644 } as const;
const LINK = { type: 'VLNK', mode: 0o777 } as const;
const DIR = { type: 'VDIR', mode: 0o755 } as const;
const ROOT = contextOf(credentials(0, 0));

function makePool(sizeBytes = 64 * MiB): { spa: Spa; disk: MemoryDisk } {
  const disk = new MemoryDisk('d0', sizeBytes);
  return {
    spa: spaCreate('tank', [{ kind: 'file', device: disk, path: '/d0' }], testHost()),
    disk,
  };
}

function mount(spa: Spa): ZfsVfs {
  const dataset = spa.dsl.findDataset('tank');
  if (dataset === undefined) throw new Error('no dataset');
  return mountDataset(spa, dataset, 7, makeVfsFixture().special, false);
}

function good<T>(result: T | Errno): T {
  if (isErrno(result)) throw new Error(result.name);
  return result;
}

const USERS: readonly VnodeContext[] = [
  ROOT,
  contextOf(credentials(100, 10)),
  contextOf(credentials(200, 10, [20])),
];
const NAMES = ['a', 'b', 'c', 'd', 'x'.repeat(60)];
const name = fc.constantFrom(...NAMES);
/** A path of up to three names: the directory in which the call is made. */
const directory = fc.array(name, { maxLength: 2 });
const mode = fc.constantFrom(0o644, 0o600, 0o755, 0o777, 0o1777, 0o2775, 0o6755, 0o311);
const call = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), directory, name, mode }),
  fc.record({ kind: fc.constant('mkdir' as const), directory, name, mode }),
  fc.record({ kind: fc.constant('symlink' as const), directory, name, target: fc.string() }),
  fc.record({ kind: fc.constant('remove' as const), directory, name }),
  fc.record({ kind: fc.constant('rmdir' as const), directory, name }),
  fc.record({ kind: fc.constant('link' as const), directory, name, to: directory, toName: name }),
  fc.record({ kind: fc.constant('rename' as const), directory, name, to: directory, toName: name }),
  fc.record({
    kind: fc.constant('write' as const),
    directory,
    name,
    at: fc.nat(300_000),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
  fc.record({ kind: fc.constant('truncate' as const), directory, name, size: fc.nat(300_000) }),
  fc.record({ kind: fc.constant('chmod' as const), directory, name, mode }),
  fc.record({
    kind: fc.constant('chown' as const),
    directory,
    name,
    uid: fc.constantFrom(0, 100, 200),
    gid: fc.constantFrom(10, 20),
  }),
);
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

function walkTo(root: Vnode, path: readonly string[]): Vnode | Errno {
  let at: Vnode = root;
  for (const each of path) {
    const next = at.lookup(each, ROOT);
    if (isErrno(next)) return next;
    at = next;
  }
  return at;
}

/** Makes the call; its outcome in a form that both filesystems can be compared by. */
function perform(root: Vnode, action: Call, ctx: VnodeContext): unknown {
  const at = walkTo(root, action.directory);
  if (isErrno(at)) return at.name;
  const outcome = (result: unknown): unknown => (isErrno(result) ? result.name : 'done');
  switch (action.kind) {
    case 'create':
      return outcome(at.create(action.name, { ...FILE, mode: action.mode }, true, ctx));
    case 'mkdir':
      return outcome(at.mkdir(action.name, { ...DIR, mode: action.mode }, ctx));
    case 'symlink':
      return outcome(at.symlink(action.name, action.target, LINK, ctx));
    case 'remove':
      return outcome(at.remove(action.name, ctx));
    case 'rmdir':
      return outcome(at.rmdir(action.name, ctx));
    case 'link':
    case 'rename': {
      const to = walkTo(root, action.to);
      if (isErrno(to)) return to.name;
      if (action.kind === 'rename') return outcome(at.rename(action.name, to, action.toName, ctx));
      const source = at.lookup(action.name, ctx);
      return isErrno(source) ? source.name : outcome(to.link(source, action.toName, ctx));
    }
    default: {
      const file = at.lookup(action.name, ctx);
      if (isErrno(file)) return file.name;
      if (action.kind === 'write') {
        const denied = file.access(2, ctx);
        if (denied !== undefined) return denied.name;
        return outcome(file.write(action.at, action.bytes, ctx));
      }
      if (action.kind === 'truncate') return outcome(file.setattr({ sizeBytes: action.size }, ctx));
      if (action.kind === 'chmod') return outcome(file.setattr({ mode: action.mode }, ctx));
      return outcome(file.setattr({ uid: action.uid, gid: action.gid }, ctx));
    }
  }
}

/** Everything below `node`: names, attributes, contents. Sizes of directories differ. */
function dump(node: Vnode): unknown {
  const { type, mode: bits, uid, gid, linkCount, sizeBytes } = good(node.getattr(ROOT));
  const common = { type, bits, uid, gid, linkCount };
  if (type === 'VLNK') return { ...common, target: good(node.readlink(ROOT)) };
  if (type === 'VREG') {
    const bytes = new Uint8Array(sizeBytes + 10);
    expect(node.read(0, bytes, ROOT)).toBe(sizeBytes);
    return { ...common, sum: Buffer.from(nodeCodecs.digest('sha256', bytes)).toString('hex') };
  }
  const entries: [string, unknown][] = [];
  let cursor: number | undefined = 0;
  while (cursor !== undefined) {
    const page: ReturnType<Vnode['readdir']> = node.readdir(cursor, 3, ROOT);
    const { entries: some, next } = good(page);
    for (const { name: entryName } of some) {
      if (entryName === '.' || entryName === '..') continue;
      entries.push([entryName, dump(good(node.lookup(entryName, ROOT)))]);
    }
    cursor = next;
  }
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...common, entries };
}

test('the same calls give the same answers as in memory, and all is there on re-import', () => {
  const steps = fc.array(fc.tuple(call, fc.nat(USERS.length - 1)), {
    minLength: 10,
    maxLength: 80,
  });
  fc.assert(
    fc.property(steps, (actions) => {
      const { spa, disk } = makePool();
      const zfs = mount(spa);
      const { clock, special } = makeVfsFixture();
      const options = { fsid: 3, sizeBytes: 2 ** 30, rootMode: 0o777 };
      const memory = new MemoryVfs({ clock, special }, options);
      good(zfs.root().setattr({ mode: 0o777 }, ROOT));
      for (const [action, user] of actions) {
        const ctx = USERS[user] as VnodeContext;
        expect([action, perform(zfs.root(), action, ctx)]).toEqual([
          action,
          perform(memory.root(), action, ctx),
        ]);
      }
      const wanted = dump(memory.root());
      expect(dump(zfs.root())).toEqual(wanted);
      expect(zfs.unmount(false)).toBeUndefined();
      spaExport(spa);
      const [found] = findPools([disk], new Checksums(nodeCodecs));
      if (found === undefined) throw new Error('the pool is gone');
      expect(dump(mount(spaOpen(found, testHost())).root())).toEqual(wanted);
    }),
    { numRuns: 25 },
  );
});

test('an unlinked file lives as long as it is held, and a crash does not leak it', () => {
  const { spa, disk } = makePool();
  const zfs = mount(spa);
  const root = zfs.root();
  const file = good(root.create('gone', FILE, true, ROOT));
  file.hold();
  file.write(0, new Uint8Array(200_000).fill(1), ROOT);
  expect(root.remove('gone', ROOT)).toBeUndefined();
  expect(good(file.getattr(ROOT)).linkCount).toBe(0);
  expect(file.read(0, new Uint8Array(10), ROOT)).toBe(10);
  expect(root.link(file, 'back', ROOT)).toMatchObject({ name: 'ENOENT' });
  expect(zfs.unmount(false)).toMatchObject({ name: 'EBUSY' });
  good(zfs.sync());
  // The power fails while the file is open.
  const [found] = findPools([disk.clone()], new Checksums(nodeCodecs));
  if (found === undefined) throw new Error('the pool is gone');
  const later = mount(spaOpen(found, testHost()));
  expect(later.fs.objset.tryDnode((file as unknown as { object: number }).object)).toBeUndefined();
  file.release();
  expect(file.getattr(ROOT)).toMatchObject({ name: 'ENOENT' });
  expect(zfs.unmount(false)).toBeUndefined();
});

test('a full pool ends with ENOSPC, keeps what was there, and files can be deleted', () => {
  const { spa } = makePool();
  const root = mount(spa).root();
  const noise = new Uint8Array(MiB);
  testHost(3).random.fill(noise);
  let written = 0;
  let end: unknown;
  const file = good(root.create('big', FILE, true, ROOT));
  while (!isErrno(end) && written < 100) {
    noise[0] = written;
    end = file.write(written * MiB, noise, ROOT);
    written += 1;
  }
  expect(end).toMatchObject({ name: 'ENOSPC' });
  expect(written).toBeGreaterThan(20);
  const back = new Uint8Array(MiB);
  expect(file.read(3 * MiB, back, ROOT)).toBe(MiB);
  expect(back[0]).toBe(3);
  expect(root.remove('big', ROOT)).toBeUndefined();
  const small = good(root.create('small', FILE, true, ROOT));
  // Freed space waits for two txgs before it is used again.
  for (let txg = 0; txg < 4; txg += 1) {
    small.write(0, Uint8Array.of(txg), ROOT);
    good(small.fsync(ROOT));
  }
  expect(small.write(0, noise, ROOT)).toBe(MiB);
});

test('names too long, links across and directories as files are refused', () => {
  const { spa } = makePool();
  const root = mount(spa).root();
  expect(root.create('x'.repeat(256), FILE, true, ROOT)).toMatchObject({ name: 'ENAMETOOLONG' });
  good(root.create('x'.repeat(255), FILE, true, ROOT));
  const other = mount(makePool().spa).root();
  const file = good(root.create('f', FILE, true, ROOT));
  expect(other.link(file, 'f', ROOT)).toMatchObject({ name: 'EXDEV' });
  expect(root.rename('f', other, 'f', ROOT)).toMatchObject({ name: 'EXDEV' });
  expect(root.read(0, new Uint8Array(1), ROOT)).toMatchObject({ name: 'EISDIR' });
  expect(file.setattr({ sizeBytes: -1 }, ROOT)).toMatchObject({ name: 'EINVAL' });
});

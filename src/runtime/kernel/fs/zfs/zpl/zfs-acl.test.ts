/**
 * Access control lists: kept, obeyed, changed by chmod and inherited as the properties say, and there
 * again after a crash that only the log survived.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as acl from '#abi/illumos/acl.ts';
import type { Ace } from '#abi/illumos/acl.ts';
import { EACCES, EINVAL, EPERM, type Errno, isErrno } from '#kernel/os/errno.ts';
import { contextOf, credentials, makeVfsFixture } from '#testing/vfs-fixture.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { testHost } from '#testing/zfs/pool-kit.ts';
import type { Spa } from '../pool/spa.ts';
import { spaCreate } from '../pool/spa-create.ts';
import { spaOpen } from '../pool/spa-open.ts';
import { mountDataset } from '../pool/zfs-mount.ts';
import { findPools } from '../spa/spa-config.ts';
import { Checksums } from '../zio/zio-checksum.ts';
import { decodeAces, decodeAceT, encodeAces, encodeAceT, trivialAcl } from './zfs-acl.ts';
import { isTrivial, modeOf } from './zfs-acl-rules.ts';
import type { ZfsVfs } from './zfs-vfs.ts';

const MiB = 2 ** 20;
const ROOT = contextOf(credentials(0, 0));
const OWNER = contextOf(credentials(100, 10));
const GUEST = contextOf(credentials(200, 20));
const FILE = { type: 'VREG', mode: 0o640 } as const;

function good<T>(result: T | Errno): T {
  if (isErrno(result)) throw new Error(result.name);
  return result;
}

function mount(spa: Spa): ZfsVfs {
  const dataset = spa.dsl.findDataset('tank');
  if (dataset === undefined) throw new Error('no dataset');
  return mountDataset(spa, dataset, 7, makeVfsFixture().special, false);
}

function makeFs(): { disk: MemoryDisk; vfs: ZfsVfs } {
  const disk = new MemoryDisk('d0', 64 * MiB);
  const spa = spaCreate('tank', [{ kind: 'file', device: disk, path: '/d0' }], testHost());
  const vfs = mount(spa);
  good(vfs.root().setattr({ mode: 0o777 }, ROOT));
  return { disk, vfs };
}

const user = (who: number, mask: number, flags = 0, type = 0): Ace => ({ who, mask, flags, type });
const everyone = (mask: number, type = 0): Ace => user(-1, mask, acl.ACE_EVERYONE, type);
const owner = (mask: number): Ace => user(-1, mask, acl.ACE_OWNER);
const RW = acl.ACE_READ_DATA | acl.ACE_WRITE_DATA;

test('a list gives and denies what the mode does not', () => {
  const { vfs } = makeFs();
  const file = good(vfs.root().create('a', FILE, false, OWNER));
  expect(file.access(4, GUEST)).toBe(EACCES);
  expect(good(file.getAcl(OWNER))).toHaveLength(3);
  const list = [user(200, acl.ACE_READ_DATA), user(200, RW, 0, 1), owner(RW)];
  expect(file.setAcl(list, GUEST)).toBe(EPERM);
  expect(file.setAcl(list, OWNER)).toBeUndefined();
  expect(file.access(4, GUEST)).toBeUndefined();
  expect(file.access(2, GUEST)).toBe(EACCES);
  expect(file.access(4, contextOf(credentials(300, 10)))).toBe(EACCES);
  expect(good(file.getAcl(OWNER))).toEqual(list);
  expect(good(file.getattr(ROOT)).mode).toBe(0o600);
  expect(file.setAcl([], OWNER)).toBe(EINVAL);
  expect(file.setAcl([user(1, 1, acl.ACE_FILE_INHERIT_ACE)], OWNER)).toBe(EINVAL);
});

test('chmod discards, masks, passes through or is refused, by aclmode', () => {
  const { vfs } = makeFs();
  const file = good(vfs.root().create('a', FILE, false, OWNER));
  const list = [user(200, RW), owner(RW), everyone(0)];
  const after = (aclMode: number): readonly Ace[] => {
    vfs.settings.aclMode = 0;
    good(file.setattr({ mode: 0o640 }, OWNER));
    expect(file.setAcl(list, OWNER)).toBeUndefined();
    vfs.settings.aclMode = aclMode;
    good(file.setattr({ mode: 0o644 }, OWNER));
    expect(good(file.getattr(ROOT)).mode).toBe(0o644);
    return good(file.getAcl(OWNER)).filter(({ who }) => who !== -1);
  };
  expect(after(0)).toEqual([]);
  expect(after(2)).toEqual([user(200, acl.ACE_READ_DATA)]);
  expect(after(3)).toEqual([user(200, RW)]);
  vfs.settings.aclMode = 4;
  expect(file.setattr({ mode: 0o600 }, OWNER)).toBe(EPERM);
});

test('new files take over what the directory passes on', () => {
  const { vfs } = makeFs();
  const dir = good(vfs.root().mkdir('d', { type: 'VDIR', mode: 0o755 }, OWNER));
  const both = acl.ACE_FILE_INHERIT_ACE | acl.ACE_DIRECTORY_INHERIT_ACE;
  const rights = RW | acl.ACE_WRITE_ACL;
  const plain = good(dir.getAcl(OWNER));
  expect(dir.setAcl([user(200, rights, both), ...plain], OWNER)).toBeUndefined();
  const file = good(dir.create('f', { type: 'VREG', mode: 0o600 }, false, OWNER));
  // aclinherit=restricted: without write_acl and write_owner.
  const inherited = acl.ACE_INHERITED_ACE;
  expect(good(file.getAcl(OWNER)).filter(({ who }) => who !== -1)).toEqual([
    user(200, RW, inherited),
  ]);
  expect(file.access(6, GUEST)).toBeUndefined();
  const sub = good(dir.mkdir('s', { type: 'VDIR', mode: 0o700 }, OWNER));
  const deep = good(sub.create('f', { type: 'VREG', mode: 0o600 }, false, OWNER));
  expect(deep.access(6, GUEST)).toBeUndefined();
  vfs.settings.aclInherit = 0;
  const bare = good(dir.create('g', { type: 'VREG', mode: 0o600 }, false, OWNER));
  expect(bare.access(4, GUEST)).toBe(EACCES);
});

test('a list that only the log has is there after a crash', () => {
  const { disk, vfs } = makeFs();
  const file = good(vfs.root().create('a', FILE, false, OWNER));
  expect(file.fsync(OWNER)).toBeUndefined();
  const list = [user(200, RW), user(30, 1, acl.ACE_IDENTIFIER_GROUP), owner(RW), everyone(0)];
  expect(file.setAcl(list, OWNER)).toBeUndefined();
  expect(file.fsync(OWNER)).toBeUndefined();
  const [found] = findPools([disk.clone()], new Checksums(nodeCodecs));
  if (found === undefined) throw new Error('no pool');
  const later = mount(spaOpen(found, testHost(2)));
  const again = good(later.root().lookup('a', ROOT));
  expect(good(again.getAcl(ROOT))).toEqual(list);
  expect(again.access(6, GUEST)).toBeUndefined();
});

test('every mode has a trivial list that comes down to it', () => {
  for (let mode = 0; mode < 0o1000; mode += 1) {
    for (const isDirectory of [false, true]) {
      const { bytes, count } = trivialAcl(mode, isDirectory);
      const aces = decodeAces(bytes, count);
      expect(modeOf(aces, 1, 1)).toBe(mode);
      expect(isTrivial(aces, isDirectory)).toBe(true);
    }
  }
});

const kind = fc.constantFrom(0, acl.ACE_IDENTIFIER_GROUP, acl.ACE_OWNER, acl.ACE_EVERYONE);
const anyAce = fc
  .record({ who: fc.nat(2 ** 31), mask: fc.nat(0x1fffff), flags: kind, type: fc.nat(1) })
  .map((ace) => ({ ...ace, who: ace.flags >= 0x1000 ? -1 : ace.who }));

test('entries survive both encodings', () => {
  fc.assert(
    fc.property(fc.array(anyAce, { maxLength: 20 }), (aces) => {
      const { bytes, count } = encodeAces(aces);
      expect(decodeAces(bytes, count)).toEqual(aces);
      expect(decodeAceT(encodeAceT(aces))).toEqual(aces);
    }),
  );
});

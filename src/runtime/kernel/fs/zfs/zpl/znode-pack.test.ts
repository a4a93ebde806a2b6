/** The quick way of packing a file's attributes gives the bytes of the long way, or declines. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { testHost } from '#testing/zfs/pool-kit.ts';
import { dmuObjectAlloc } from '../dmu/dmu-object.ts';
import type { Dnode } from '../dmu/dnode.ts';
import { DMU_OT_PLAIN_FILE_CONTENTS, DMU_OT_SA } from '../ondisk/dmu-ot.ts';
import { DN_BONUS_SIZE } from '../ondisk/dnode-phys.ts';
import { spaCreate } from '../pool/spa-create.ts';
import { openFileSystem } from '../pool/zfs-mount.ts';
import { SaPeek } from './sa.ts';
import { saWriteAll } from './sa-write.ts';
import { readZnode, type ZnodeAttributes } from './znode.ts';
import { ZnodePacker } from './znode-pack.ts';
import { writeZnode } from './znode-write.ts';

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const time = fc.tuple(u64, u64);
const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const device = 0o060644;
const link = 0o120777;
const attributes: fc.Arbitrary<ZnodeAttributes> = fc
  .record({
    mode: fc.constantFrom(0o100644, 0o040755, device, link),
    sizeBytes: count,
    gen: u64,
    uid: u64,
    gid: u64,
    parent: count,
    flags: u64,
    atime: time,
    mtime: time,
    ctime: time,
    crtime: time,
    links: fc.nat(),
    rdev: u64,
    xattr: fc.constantFrom(0, 77),
    aclCount: fc.nat(40),
    acl: bytes(48),
    aclObject: fc.constant(0),
    symlink: fc.option(bytes(60)),
    dxattr: fc.option(bytes(80)),
  })
  .map((a) => ({ ...a, rdev: a.mode === device ? a.rdev : 0n }));

test('the quick way and the long way pack the same bytes', () => {
  const device0 = new MemoryDisk('d0', 64 * 2 ** 20);
  const spa = spaCreate('tank', [{ kind: 'file', device: device0, path: '/d0' }], testHost());
  const dataset = spa.dsl.findDataset('tank');
  if (dataset === undefined) throw new Error('no dataset');
  const { objset, registry } = openFileSystem(spa, dataset);
  const packer = new ZnodePacker(registry);
  const uids = new SaPeek(registry, 'ZPL_UID');
  const newFile = (): Dnode => {
    const type = DMU_OT_PLAIN_FILE_CONTENTS;
    const dnode = dmuObjectAlloc(objset, type, 0, DMU_OT_SA, DN_BONUS_SIZE);
    dnode.bonusLen = 0;
    return dnode;
  };
  let packed = 0;
  fc.assert(
    fc.property(fc.array(attributes, { minLength: 1, maxLength: 4 }), (states) => {
      const [quick, long] = [newFile(), newFile()];
      for (const state of states) {
        writeZnode(registry, long, state);
        if (packer.pack(quick, state)) packed += 1;
        else writeZnode(registry, quick, state);
        expect(quick.bonus).toEqual(long.bonus);
        expect(quick.bonusLen).toBe(long.bonusLen);
        expect(quick.spillBlock()).toEqual(long.spillBlock());
        expect(readZnode(registry, quick)).toEqual(state);
        expect(uids.read(quick.bonus.subarray(0, quick.bonusLen))).toBe(state.uid);
      }
    }),
    { numRuns: 200 },
  );
  expect(packed).toBeGreaterThan(100);
  // What we don't interpret must not be lost.
  const foreign = newFile();
  saWriteAll(registry, foreign, new Map([['ZPL_SCANSTAMP', new Uint8Array(32)]]));
  expect(packer.pack(foreign, fc.sample(attributes, 1)[0] as ZnodeAttributes)).toBe(false);
});

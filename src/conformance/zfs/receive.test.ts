/**
 * Genuine streams received: full, compressed, with embedded blocks, incremental, of a volume, of an
 * old pool. The result is as recorded, and zdb finds the pool whole. Damaged streams leave nothing.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { zfsCreate, zfsSnapshot } from '#kernel/fs/zfs/pool/dsl-ops.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { DRR_SIZE } from '#kernel/fs/zfs/ondisk/replay-record.ts';
import { dmuRecv } from '#kernel/fs/zfs/pool/dmu-recv.ts';
import { zfsDestroy } from '#kernel/fs/zfs/pool/dsl-destroy-ops.ts';
import { spaExport, spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import { spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import { type FoundPool, findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import { openFileSystem } from '#kernel/fs/zfs/pool/zfs-mount.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { differences } from '#testing/zfs/expected-tree.ts';
import { fixtureExpect, fixtureStream, hasFixtures } from '#testing/zfs/fixtures.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { checkPool, hasZdb, testHost } from '#testing/zfs/pool-kit.ts';
import { recvAll } from '#testing/zfs/streams.ts';

const MiB = 2 ** 20;

function makePool(): { spa: Spa; disk: MemoryDisk } {
  const disk = new MemoryDisk('d0', 128 * MiB);
  return {
    spa: spaCreate('tank', [{ kind: 'file', device: disk, path: '/d0' }], testHost()),
    disk,
  };
}

function reader(spa: Spa, name: string): ZfsReader {
  const dataset = spa.dsl.findDataset(name);
  if (dataset === undefined) throw new Error(`no ${name}`);
  return new ZfsReader(dataset.objset);
}

describe.skipIf(!hasFixtures || !hasZdb)(
  'genuine streams (skipped: fixtures or zdb missing)',
  () => {
    test('all of them in one pool', { timeout: 120_000 }, () => {
      const { spa, disk } = makePool();
      for (const kind of ['full', 'full-c', 'full-e']) {
        expect(recvAll(spa, fixtureStream(kind), `tank/${kind}`)).toMatchObject({
          snapshotName: 's1',
        });
        expect(differences(reader(spa, `tank/${kind}`), 'full')).toEqual([]);
        expect(differences(reader(spa, `tank/${kind}@s1`), 'full')).toEqual([]);
      }
      expect(recvAll(spa, fixtureStream('incr'), 'tank/full')).toMatchObject({
        snapshotName: 's2',
      });
      expect(differences(reader(spa, 'tank/full'), 'incr')).toEqual([]);
      expect(differences(reader(spa, 'tank/full@s1'), 'full')).toEqual([]);
      expect(recvAll(spa, fixtureStream('v28-full'), 'tank/v28')).toMatchObject({
        snapshotName: 's1',
      });
      expect(differences(reader(spa, 'tank/v28'), 'v28')).toEqual([]);
      expect(recvAll(spa, fixtureStream('vol-full'), 'tank/vol')).toMatchObject({});
      const volume = spa.dsl.findDataset('tank/vol');
      const content = volume?.objset.dnode(1).readBytes(0, 16 * MiB) ?? new Uint8Array(0);
      const sum = createHash('sha256').update(content).digest('hex');
      expect(sum).toBe(fixtureExpect('vol-full.sha256')[0]?.split(' ')[0]);
      expect(checkPool([disk], 'tank')).toEqual([]);
    });

    test('a stream that is cut or damaged leaves nothing', { timeout: 60_000 }, () => {
      const { spa, disk } = makePool();
      const stream = fixtureStream('full');
      const random = new SeededRandom(5);
      for (let n = 0; n < 25; n += 1) {
        const at = random.uint32() % stream.length;
        const bad = n % 2 === 0 ? stream.subarray(0, at) : stream.slice();
        if (n % 2 === 1) bad[at] = (bad[at] as number) ^ (1 << (n % 8));
        expect(recvAll(spa, bad, 'tank/x')).toSatisfy(isErrno);
        expect(spa.dsl.findDataset('tank/x')).toBeUndefined();
      }
      expect(recvAll(spa, stream, 'tank/x')).toMatchObject({ snapshotName: 's1' });
      const increment = fixtureStream('incr');
      const cut = increment.subarray(0, increment.length - 400);
      expect(recvAll(spa, cut, 'tank/x')).toMatchObject({ name: 'EINVAL' });
      expect(differences(reader(spa, 'tank/x'), 'full')).toEqual([]);
      expect(recvAll(spa, increment, 'tank/x')).toMatchObject({ snapshotName: 's2' });
      expect(differences(reader(spa, 'tank/x'), 'incr')).toEqual([]);
      expect(checkPool([disk], 'tank')).toEqual([]);
    });

    test('a power cut in the middle leaves nothing, or what can be gone on with', () => {
      const { spa, disk } = makePool();
      expect(recvAll(spa, fixtureStream('full'), 'tank/x')).toMatchObject({ snapshotName: 's1' });
      const begin = (name: string, stream: Uint8Array, isResumable: boolean): void => {
        const toSnap = 'n';
        const request = { toFs: name, toSnap, begin: stream.subarray(0, DRR_SIZE), isResumable };
        const receiver = dmuRecv(spa, { ...request, payload: new Uint8Array(0) });
        if (isErrno(receiver)) throw new Error(receiver.name);
        receiver.feed(stream.subarray(DRR_SIZE, 60_000));
        spaSync(spa);
      };
      begin('tank/x', fixtureStream('incr'), false);
      begin('tank/new', fixtureStream('full'), false);
      begin('tank/later', fixtureStream('full'), true);
      const image = disk.clone();
      const [found] = findPools([image], spa.zio.checksums);
      const again = spaOpen(found as FoundPool, testHost());
      expect([...again.dsl.everyDir()].map((dir) => dir.fullName)).toEqual([
        'tank',
        'tank/later',
        'tank/x',
      ]);
      expect(differences(reader(again, 'tank/x'), 'full')).toEqual([]);
      expect(zfsDestroy(again, 'tank/later')).toBeUndefined();
      spaExport(again);
      expect(checkPool([image], 'tank', ['--exported'])).toEqual([]);
    }, 60_000);

    test('destinations that do not fit are refused', () => {
      const { spa } = makePool();
      expect(recvAll(spa, fixtureStream('incr'), 'tank/none')).toMatchObject({ name: 'ENOENT' });
      expect(recvAll(spa, fixtureStream('full'), 'tank/no/parent')).toMatchObject({
        name: 'ENOENT',
      });
      expect(zfsCreate(spa, 'tank/fs')).toBeUndefined();
      expect(recvAll(spa, fixtureStream('full'), 'tank/fs')).toMatchObject({ name: 'EEXIST' });
      expect(zfsSnapshot(spa, ['tank/fs@other'])).toBeUndefined();
      expect(recvAll(spa, fixtureStream('incr'), 'tank/fs')).toMatchObject({ name: 'ENODEV' });
      recvAll(spa, fixtureStream('full'), 'tank/ok');
      const head = spa.dsl.findDataset('tank/ok');
      if (head === undefined) throw new Error('not received');
      const fs = openFileSystem(spa, head);
      fs.create(fs.rootObject, 'changed', { mode: 0o100644, uid: 0, gid: 0 });
      expect(zfsSnapshot(spa, ['tank/fs@sync'])).toBeUndefined();
      expect(recvAll(spa, fixtureStream('incr'), 'tank/ok')).toMatchObject({ name: 'ETXTBSY' });
    });
  },
);

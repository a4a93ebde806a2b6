/** Datasets beside a model: what there is, what is refused, and that the books of space add up. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isErrno } from '#kernel/os/errno.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { DslFixture } from '#testing/zfs/dsl-fixture.ts';
import { DslWork } from '#testing/zfs/dsl-work.ts';
import { propGet } from '../dsl/dsl-prop.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { datasetStats, spaceWouldFree } from '../dsl/dsl-stats.ts';
import { zfsDestroy, zfsDestroySnapshots } from './dsl-destroy-ops.ts';
import { zfsHold } from './dsl-hold-ops.ts';
import { zfsClone, zfsCreate, zfsPromote, zfsRename, zfsRollback, zfsSnapshot } from './dsl-ops.ts';
import { zfsSetProps } from './dsl-prop-ops.ts';

describe('operations on datasets', () => {
  test('random work leaves what the model says, and books that add up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 30 }), (seed) => {
        const work = new DslWork(new SeededRandom(seed));
        for (let step = 0; step < 60; step += 1) work.step();
        expect(work.differences()).toEqual([]);
        work.pool.reopen();
        expect(work.differences()).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });

  test('names that are too long or illegal', () => {
    const { spa } = new DslFixture();
    const long = 'x'.repeat(120);
    zfsCreate(spa, 'tank/a');
    zfsSnapshot(spa, ['tank/a@s']);
    expect(zfsCreate(spa, `tank/${'x'.repeat(251)}`)?.name).toBe('ENAMETOOLONG');
    expect(zfsCreate(spa, `tank/${'x'.repeat(250)}`)).toBeUndefined();
    for (const name of ['tank/', 'tank//b', 'tank/b!', 'tank/..', 'tank/a@b@c', 'tank/a#b', '/x']) {
      expect([name, zfsCreate(spa, name)?.name]).toEqual([name, 'EINVAL']);
    }
    expect(zfsSnapshot(spa, ['tank/a'])?.name).toBe('EINVAL');
    expect(zfsSnapshot(spa, ['tank/a@x', 'tank/a@y'])?.name).toBe('EXDEV');
    expect(zfsCreate(spa, 'tank')?.name).toBe('EEXIST');
    expect(zfsRename(spa, 'tank/a', 'lake/a')?.name).toBe('EXDEV');
    expect(zfsRename(spa, 'tank/a', 'tank/a/b')?.name).toBe('EINVAL');
    expect(zfsRename(spa, 'tank/a@s', 'tank/b@s')?.name).toBe('EXDEV');
    // What is below must have room for its name as well.
    zfsCreate(spa, `tank/a/${long}`);
    zfsCreate(spa, `tank/${long}`);
    expect(zfsRename(spa, 'tank/a', `tank/${long}/${'y'.repeat(20)}`)?.name).toBe('ENAMETOOLONG');
  });

  test('a snapshot of all file systems below is renamed in all of them, or in none', () => {
    const { spa } = new DslFixture();
    for (const name of ['tank/a', 'tank/a/b', 'tank/c']) zfsCreate(spa, name);
    zfsSnapshot(spa, ['tank@s', 'tank/a@s', 'tank/a/b@s']);
    zfsSnapshot(spa, ['tank/a/b@t']);
    expect(zfsRename(spa, 'tank@s', 'tank@t', true)?.name).toBe('EEXIST');
    expect(zfsRename(spa, 'tank@s', 'tank@u', true)).toBeUndefined();
    const names = ['tank@u', 'tank/a@u', 'tank/a/b@u'];
    expect(names.map((name) => spa.dsl.findDataset(name)?.fullName)).toEqual(names);
  });

  test('several snapshots are destroyed at once, or none when one must stay', () => {
    const { spa } = new DslFixture();
    zfsCreate(spa, 'tank/a');
    for (const name of ['1', '2', '3']) zfsSnapshot(spa, [`tank/a@${name}`]);
    zfsHold(spa, [['tank/a@2', 'mine']]);
    const all = ['tank/a@1', 'tank/a@2', 'tank/a@3', 'tank/a@none'];
    const errors = new Map();
    expect(zfsDestroySnapshots(spa, all, false, errors)?.name).toBe('EBUSY');
    expect([...errors.keys()]).toEqual(['tank/a@2']);
    expect(spa.dsl.findDataset('tank/a')?.snapshots().length).toBe(3);
    const { txg } = spa;
    expect(zfsDestroySnapshots(spa, all, true)).toBeUndefined();
    expect(spa.txg).toBe(txg + 1);
    const left = spa.dsl.findDataset('tank/a')?.snapshots() ?? [];
    expect(left.map(({ snapshotName }) => snapshotName)).toEqual(['2']);
    expect(datasetStats(left[0] as never).get('defer_destroy')).toBe(1n);
  });

  test('what destroying snapshots would free is what it frees', () => {
    const pool = new DslFixture();
    const { spa } = pool;
    zfsCreate(spa, 'tank/a');
    for (let n = 0; n < 5; n += 1) {
      pool.write('tank/a', `f${n % 2}`, 300_000 + n * 50_000);
      zfsSnapshot(spa, [`tank/a@${n}`]);
    }
    const snapshot = (n: number): DslDataset => spa.dsl.findDataset(`tank/a@${n}`) as DslDataset;
    const would = spaceWouldFree(snapshot(1), snapshot(3))?.used ?? 0;
    const before = spa.dsl.findDir('tank/a')?.phys.usedBytes ?? 0;
    zfsDestroySnapshots(spa, ['tank/a@1', 'tank/a@2', 'tank/a@3']);
    expect(would).toBeGreaterThan(300_000);
    expect(before - (spa.dsl.findDir('tank/a')?.phys.usedBytes ?? 0)).toBe(would);
  });

  test('temporary holds do not survive a re-import', () => {
    const pool = new DslFixture();
    zfsSnapshot(pool.spa, ['tank@s']);
    zfsHold(pool.spa, [['tank@s', 'mine']]);
    zfsHold(pool.spa, [['tank@s', '.send-1']], true);
    expect(zfsHold(pool.spa, [['tank@s', 'x'.repeat(300)]])?.name).toBe('E2BIG');
    expect(zfsHold(pool.spa, [['tank@none', 'x']])?.name).toBe('ENOENT');
    pool.reopen();
    const stats = datasetStats(pool.spa.dsl.findDataset('tank@s') as never);
    expect(stats.get('userrefs')).toBe(1n);
  });

  test('properties at creation: set, refused, and none left of what failed', () => {
    const { spa } = new DslFixture();
    const props = new Map<string, bigint | string>([
      ['compression', 15n],
      ['mountpoint', '/x'],
      ['quota', 8_388_608n],
      ['utf8only', 1n],
    ]);
    expect(zfsCreate(spa, 'tank/a', props)).toBeUndefined();
    const head = spa.dsl.findDataset('tank/a') as never;
    expect(propGet(head, 'compression')).toMatchObject({ value: 15n, source: 'local' });
    expect(datasetStats(head).get('quota')).toBe(8_388_608n);
    const bad: [string, bigint | string, string][] = [
      ['normalization', 0x50n, 'ENOTSUP'],
      ['casesensitivity', 2n, 'ENOTSUP'],
      ['version', 4n, 'ENOTSUP'],
      ['volsize', 1n, 'EINVAL'],
      ['used', 1n, 'EINVAL'],
      ['reservation', 2n ** 40n, 'ENOSPC'],
    ];
    for (const [name, value, wanted] of bad) {
      expect([name, zfsCreate(spa, 'tank/b', new Map([[name, value]]))?.name]).toEqual([
        name,
        wanted,
      ]);
      expect(spa.dsl.findDataset('tank/b')).toBeUndefined();
    }
    const note = new Map([['com.lab:note', 'x']]);
    expect(zfsSnapshot(spa, ['tank/a@s'], note)).toBeUndefined();
    expect(zfsSnapshot(spa, ['tank/a@t'], new Map([['atime', 0n]]))?.name).toBe('EINVAL');
    expect(propGet(spa.dsl.findDataset('tank/a@s') as never, 'com.lab:note')?.value).toBe('x');
    expect(zfsClone(spa, 'tank/a@s', 'tank/c', new Map([['atime', 0n]]))).toBeUndefined();
    expect(spa.dsl.findDataset('tank/c')?.objset.settings.atime).toBe(false);
  });

  test('limits bind who may not change them', () => {
    const { spa } = new DslFixture();
    zfsCreate(spa, 'tank/a');
    zfsCreate(spa, 'tank/a/b');
    zfsSetProps(spa, 'tank/a', new Map([['filesystem_limit', 2n]]));
    zfsSetProps(spa, 'tank/a', new Map([['snapshot_limit', 1n]]));
    expect(zfsCreate(spa, 'tank/a/c', new Map(), true)).toBeUndefined();
    expect(zfsCreate(spa, 'tank/a/b/d', new Map(), true)?.name).toBe('EDQUOT');
    expect(zfsCreate(spa, 'tank/a/b/d')).toBeUndefined();
    expect(zfsSnapshot(spa, ['tank/a/b@1'], new Map(), true)).toBeUndefined();
    expect(zfsSnapshot(spa, ['tank/a/b@2'], new Map(), true)?.name).toBe('EDQUOT');
    const stats = datasetStats(spa.dsl.findDataset('tank/a') as never);
    expect([stats.get('filesystem_count'), stats.get('snapshot_count')]).toEqual([3n, 1n]);
    zfsRename(spa, 'tank/a/b', 'tank/b');
    const after = datasetStats(spa.dsl.findDataset('tank/a') as never);
    expect([after.get('filesystem_count'), after.get('snapshot_count')]).toEqual([1n, 0n]);
  });

  test('a promotion is refused where a name is in the way', () => {
    const { spa } = new DslFixture();
    zfsCreate(spa, 'tank/a');
    zfsSnapshot(spa, ['tank/a@s']);
    zfsClone(spa, 'tank/a@s', 'tank/c');
    zfsSnapshot(spa, ['tank/c@s']);
    expect(zfsPromote(spa, 'tank/c')).toEqual({ conflict: 's' });
    expect(isErrno(zfsPromote(spa, 'tank/a'))).toBe(true);
    zfsDestroySnapshots(spa, ['tank/c@s']);
    expect(zfsPromote(spa, 'tank/c')).toBeUndefined();
    expect(datasetStats(spa.dsl.findDataset('tank/a') as never).get('origin')).toBe('tank/c@s');
    expect(datasetStats(spa.dsl.findDataset('tank/c@s') as never).get('clones')).toBe('tank/a');
    expect(zfsDestroy(spa, 'tank/c')?.name).toBe('EBUSY');
    expect(zfsRollback(spa, 'tank/c@none')?.name).toBe('ESRCH');
  });
});

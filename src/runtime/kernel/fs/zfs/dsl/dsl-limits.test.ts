/** Quotas and reservations: what they refuse, and that the books of space always add up. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isErrno } from '#kernel/os/errno.ts';
import { contextOf, credentials } from '#testing/vfs-fixture.ts';
import { DslFixture } from '#testing/zfs/dsl-fixture.ts';
import { books } from '#testing/zfs/dsl-work.ts';
import { zfsCreate, zfsRename, zfsRollback, zfsSnapshot } from '../pool/dsl-ops.ts';
import { zfsDestroy } from '../pool/dsl-destroy-ops.ts';
import { zfsSetProps } from '../pool/dsl-prop-ops.ts';
import type { Spa } from '../pool/spa.ts';
import { spaSync } from '../pool/spa-sync.ts';
import { zfsSetUserQuota, zfsUserspaceMany } from '../pool/userspace-ops.ts';
import { datasetAvailable } from './dsl-space.ts';

const MiB = 2 ** 20;

function set(spa: Spa, name: string, prop: string, value: number): string | undefined {
  return zfsSetProps(spa, name, new Map([[prop, BigInt(value)]]))?.name;
}

function unbalanced(spa: Spa): string[] {
  const bad: string[] = [];
  spaSync(spa);
  books(spa.dsl.rootDir, bad);
  return bad;
}

describe('quotas and reservations', () => {
  test('a quota stops writes below it; what is removed makes room again', () => {
    const pool = new DslFixture();
    const { spa } = pool;
    zfsCreate(spa, 'tank/a');
    zfsCreate(spa, 'tank/a/b');
    expect(set(spa, 'tank/a', 'quota', 4 * MiB)).toBeUndefined();
    expect(pool.write('tank/a', 'one', 2 * MiB)).toBeUndefined();
    expect(pool.write('tank/a/b', 'two', 8 * MiB)?.name).toBe('EDQUOT');
    const { usedBytes } = spa.dsl.findDir('tank/a')?.phys ?? { usedBytes: 0 };
    expect(usedBytes).toBeGreaterThan(4 * MiB - 256 * 1024);
    expect(usedBytes).toBeLessThan(4 * MiB + 1.5 * MiB);
    expect(set(spa, 'tank/a', 'quota', 3 * MiB)).toBe('ENOSPC');
    expect(pool.write('tank', 'three', 2 * MiB)).toBeUndefined();
    expect(pool.vfs('tank/a').root().remove('one', pool.root)).toBeUndefined();
    expect(pool.write('tank/a/b', 'more', MiB / 2)).toBeUndefined();
    expect(unbalanced(spa)).toEqual([]);
  });

  test('a refquota counts what the file system references, not its snapshots', () => {
    const pool = new DslFixture();
    const { spa } = pool;
    zfsCreate(spa, 'tank/a');
    set(spa, 'tank/a', 'refquota', 3 * MiB);
    expect(pool.write('tank/a', 'x', 2 * MiB)).toBeUndefined();
    expect(zfsSnapshot(spa, ['tank/a@s'])).toBeUndefined();
    expect(pool.vfs('tank/a').root().remove('x', pool.root)).toBeUndefined();
    expect(pool.write('tank/a', 'y', 2 * MiB)).toBeUndefined();
    expect(pool.write('tank/a', 'z', 4 * MiB)?.name).toBe('EDQUOT');
    expect(pool.vfs('tank/a').statvfs().availableBlocks).toBe(0n);
    expect(unbalanced(spa)).toEqual([]);
  });

  test('a full pool says ENOSPC, its files can be removed, and what is reserved is kept', () => {
    const pool = new DslFixture(64 * MiB);
    const { spa } = pool;
    zfsCreate(spa, 'tank/kept');
    zfsCreate(spa, 'tank/full');
    expect(set(spa, 'tank/kept', 'reservation', 8 * MiB)).toBeUndefined();
    expect(zfsSnapshot(spa, ['tank/full@empty'])).toBeUndefined();
    expect(pool.write('tank/full', 'a', 100 * MiB)?.name).toBe('ENOSPC');
    const head = spa.dsl.findDataset('tank/kept') as never;
    expect(datasetAvailable(head)).toBeGreaterThan(7 * MiB);
    expect(pool.write('tank/kept', 'b', 6 * MiB)).toBeUndefined();
    expect(set(spa, 'tank/full', 'reservation', 40 * MiB)).toBe('ENOSPC');
    expect(pool.vfs('tank/full').root().remove('a', pool.root)).toBeUndefined();
    expect(pool.write('tank/full', 'c', 2 * MiB)).toBeUndefined();
    expect(unbalanced(spa)).toEqual([]);
  });

  test('a refreservation counts as used and is given back as it fills', () => {
    const pool = new DslFixture();
    const { spa } = pool;
    zfsCreate(spa, 'tank/a');
    expect(set(spa, 'tank/a', 'refreservation', 6 * MiB)).toBeUndefined();
    expect(spa.dsl.findDir('tank/a')?.phys.usedBytes).toBe(6 * MiB);
    expect(pool.write('tank/a', 'x', 2 * MiB)).toBeUndefined();
    spaSync(spa);
    expect(spa.dsl.findDir('tank/a')?.phys.usedBytes).toBe(6 * MiB);
    zfsSnapshot(spa, ['tank/a@s']);
    expect(spa.dsl.findDir('tank/a')?.phys.usedBytes).toBeGreaterThan(8 * MiB);
    expect(set(spa, 'tank/a', 'refquota', MiB)).toBe('ENOSPC');
    expect(unbalanced(spa)).toEqual([]);
  });

  test('a user and a group stop at their quotas, others do not', () => {
    const pool = new DslFixture();
    const { spa } = pool;
    const ann = contextOf(credentials(7, 70));
    const bob = contextOf(credentials(8, 70));
    pool.vfs('tank').root().setattr({ mode: 0o777 }, pool.root);
    expect(zfsSetUserQuota(spa, 'tank', 1, 7n, BigInt(MiB))).toBeUndefined();
    expect(pool.write('tank', 'a', 2 * MiB, ann)).toBeUndefined();
    spaSync(spa);
    expect(pool.write('tank', 'a', 3 * MiB, ann)?.name).toBe('EDQUOT');
    expect(pool.write('tank', 'a2', 1, ann)?.name).toBe('EDQUOT');
    expect(pool.write('tank', 'b', 2 * MiB, bob)).toBeUndefined();
    expect(zfsSetUserQuota(spa, 'tank', 3, 70n, BigInt(3 * MiB))).toBeUndefined();
    expect(pool.write('tank', 'b2', 1, bob)?.name).toBe('EDQUOT');
    const file = pool.file('tank', 'mine');
    if (isErrno(file)) throw new Error(file.name);
    expect(isErrno(file.setattr({ uid: 7 }, pool.root))).toBe(true);
    expect(zfsUserspaceMany(spa, 'tank', 3)).toEqual(new Map([[70n, BigInt(3 * MiB)]]));
    expect(zfsSetUserQuota(spa, 'tank', 3, 70n, 0n)).toBeUndefined();
    expect(pool.vfs('tank').root().remove('a', ann)).toBeUndefined();
    spaSync(spa);
    expect(pool.write('tank', 'a3', MiB / 2, ann)).toBeUndefined();
    expect(pool.write('tank', 'b2', 1, bob)).toBeUndefined();
    expect(zfsSetUserQuota(spa, 'tank', 4, 7n, 1n)?.name).toBe('ENOTSUP');
  });

  test('a full pool takes no new dataset, and snapshots can be destroyed', () => {
    const pool = new DslFixture(64 * MiB);
    const { spa } = pool;
    zfsCreate(spa, 'tank/a');
    for (let n = 0; n < 6; n += 1) {
      zfsSnapshot(spa, [`tank/a@${n}`]);
      pool.write('tank/a', 'x', 8 * MiB);
    }
    pool.write('tank/a', 'rest', 100 * MiB);
    expect(zfsCreate(spa, 'tank/b')?.name).toBe('ENOSPC');
    expect(zfsSnapshot(spa, ['tank/a@full'])?.name).toBe('ENOSPC');
    expect(zfsSetProps(spa, 'tank/a', new Map([['atime', 0n]]))).toBeUndefined();
    const names = spa.dsl
      .findDataset('tank/a')
      ?.snapshots()
      .map(({ fullName }) => fullName);
    for (const name of names ?? []) expect(zfsDestroy(spa, name)).toBeUndefined();
    for (let n = 0; n < 3; n += 1) spaSync(spa);
    expect(pool.vfs('tank/a').root().remove('x', pool.root)).toBeUndefined();
    for (let n = 0; n < 3; n += 1) spaSync(spa);
    expect(zfsCreate(spa, 'tank/b')).toBeUndefined();
    expect(unbalanced(spa)).toEqual([]);
  });

  const action = fc.record({
    kind: fc.constantFrom('write', 'remove', 'snapshot', 'unsnap', 'rollback', 'limit', 'move'),
    fs: fc.constantFrom(0, 1, 2),
    prop: fc.constantFrom('quota', 'refquota', 'reservation', 'refreservation'),
    size: fc.integer({ min: 0, max: 24 }),
  });

  test('the books add up after any work', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        const pool = new DslFixture();
        const { spa } = pool;
        const names = ['tank/a', 'tank/a/b', 'tank/c'];
        for (const name of names) zfsCreate(spa, name);
        let serial = 0;
        for (const { kind, fs, prop, size } of actions) {
          const name = names[fs] as string;
          const head = spa.dsl.findDataset(name);
          const last = head?.snapshots().at(-1)?.fullName;
          if (kind === 'write') pool.write(name, `f${size % 4}`, size * 65_536);
          else if (kind === 'remove')
            pool
              .vfs(name)
              .root()
              .remove(`f${size % 4}`, pool.root);
          else if (kind === 'snapshot') zfsSnapshot(spa, [`${name}@s${(serial += 1)}`]);
          else if (kind === 'limit') set(spa, name, prop, (size * MiB) / 4);
          else if (kind === 'unsnap' && last !== undefined) zfsDestroy(spa, last);
          else if (kind === 'rollback' && last !== undefined) {
            zfsRollback(spa, last);
            pool.forget(name);
          } else if (kind === 'move') {
            const to = name === 'tank/c' ? 'tank/a/c' : 'tank/c';
            if (fs === 2 && zfsRename(spa, name, to) === undefined) names[2] = to;
          }
        }
        expect(unbalanced(spa)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});

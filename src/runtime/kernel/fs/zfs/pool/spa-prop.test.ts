/** Properties of pools: what is kept, also over a re-import, and what is refused. */
import { describe, expect, test } from 'vitest';
import {
  type NvValue,
  nvGetList,
  nvGetString,
  nvGetUint64,
  nvString,
  nvUint64,
} from '#abi/illumos/nvpair.ts';
import { DslFixture } from '#testing/zfs/dsl-fixture.ts';
import { zfsDestroy } from './dsl-destroy-ops.ts';
import { zfsCreate, zfsSnapshot } from './dsl-ops.ts';
import { zfsSetProps } from './dsl-prop-ops.ts';
import type { Spa } from './spa.ts';
import { spaPropGet, spaPropSet } from './spa-prop.ts';

const set = (spa: Spa, name: string, value: string | bigint): string | undefined => {
  const pair: NvValue = typeof value === 'string' ? nvString(value) : nvUint64(value);
  return spaPropSet(spa, new Map([[name, pair]]))?.name;
};
const text = (spa: Spa, name: string): string | undefined =>
  nvGetString(nvGetList(spaPropGet(spa), name) ?? new Map(), 'value');
const number = (spa: Spa, name: string): bigint | undefined =>
  nvGetUint64(nvGetList(spaPropGet(spa), name) ?? new Map(), 'value');

describe('properties of pools', () => {
  test('are kept over a re-import', () => {
    const pool = new DslFixture();
    zfsCreate(pool.spa, 'tank/boot');
    for (const [name, value] of [
      ['autoexpand', 1n],
      ['failmode', 1n],
      ['delegation', 0n],
      ['comment', 'rack 7'],
      ['bootfs', 'tank/boot'],
    ] as const) {
      expect([name, set(pool.spa, name, value)]).toEqual([name, undefined]);
    }
    pool.reopen();
    const { spa } = pool;
    expect([number(spa, 'autoexpand'), number(spa, 'failmode')]).toEqual([1n, 1n]);
    expect([number(spa, 'delegation'), text(spa, 'comment')]).toEqual([0n, 'rack 7']);
    expect(text(spa, 'bootfs')).toBe('tank/boot');
    expect(zfsDestroy(spa, 'tank/boot')).toBeUndefined();
    expect(text(spa, 'bootfs') ?? '').toBe('');
    expect((number(spa, 'allocated') ?? 0n) + (number(spa, 'free') ?? 0n)).toBe(
      number(spa, 'size'),
    );
  });

  test('values that are refused', () => {
    const { spa } = new DslFixture();
    zfsCreate(spa, 'tank/gz');
    zfsSetProps(spa, 'tank/gz', new Map([['compression', 10n]]));
    zfsSnapshot(spa, ['tank/gz@s']);
    const bad: [string, string | bigint, string][] = [
      ['size', 1n, 'EINVAL'],
      ['guid', 1n, 'EINVAL'],
      ['nonsense', 1n, 'EINVAL'],
      ['cap', 1n, 'EINVAL'],
      ['readonly', 1n, 'EINVAL'],
      ['altroot', '/x', 'EINVAL'],
      ['failmode', 7n, 'EINVAL'],
      ['failmode', 'wait', 'EINVAL'],
      ['autoexpand', 2n, 'EINVAL'],
      ['ashift', 8n, 'EDOM'],
      ['ashift', 17n, 'EDOM'],
      ['dedupditto', 50n, 'EINVAL'],
      ['version', 28n, 'EINVAL'],
      ['multihost', 1n, 'ENOTSUP'],
      ['comment', 'x'.repeat(33), 'E2BIG'],
      ['comment', 'a\nb', 'EINVAL'],
      ['cachefile', 'here', 'EINVAL'],
      ['cachefile', '/etc/..', 'EINVAL'],
      ['bootfs', 'tank/none', 'ENOENT'],
      ['bootfs', 'tank/gz', 'ERANGE'],
      ['bootfs', 'tank/gz@s', 'ENOTSUP'],
      ['feature@nonsense', 0n, 'ENOTSUP'],
      ['feature@bookmarks', 1n, 'EINVAL'],
    ];
    for (const [name, value, wanted] of bad) {
      expect([name, value, set(spa, name, value)]).toEqual([name, value, wanted]);
    }
    expect(set(spa, 'comment', 'x'.repeat(32))).toBeUndefined();
  });
});

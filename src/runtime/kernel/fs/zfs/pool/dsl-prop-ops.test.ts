/**
 * Properties beside a plain model: random sets, inherits and received values over a small tree give
 * the values and sources that the model says, also after a re-import. And the hostile values.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Errno } from '#kernel/os/errno.ts';
import { DslFixture } from '#testing/zfs/dsl-fixture.ts';
import { type PropRaw, propGet, propGetAll } from '../dsl/dsl-prop.ts';
import { zfsCreate, zfsSnapshot } from './dsl-ops.ts';
import { zfsInheritProp, zfsSetProps } from './dsl-prop-ops.ts';
import type { Spa } from './spa.ts';

const NAMES = ['tank', 'tank/a', 'tank/a/b', 'tank/c'];
const PROPS = ['compression', 'atime', 'mountpoint', 'canmount', 'com.lab:note'] as const;
type Prop = (typeof PROPS)[number];
const DEFAULTS: Partial<Record<Prop, PropRaw>> = {
  compression: 2n,
  atime: 1n,
  mountpoint: '/',
  canmount: 1n,
};

const valueOf = (prop: Prop): fc.Arbitrary<PropRaw> =>
  prop === 'mountpoint' || prop === 'com.lab:note'
    ? fc.constantFrom('/x', '/y', '')
    : prop === 'compression'
      ? fc.constantFrom(1n, 2n, 15n)
      : fc.constantFrom(0n, 1n);
const step = fc.constantFrom(...PROPS).chain((prop) =>
  fc.record({
    prop: fc.constant(prop),
    name: fc.constantFrom(...NAMES),
    kind: fc.constantFrom('set', 'received', 'inherit', 'revert'),
    value: valueOf(prop),
  }),
);

interface Entry {
  local?: PropRaw;
  received?: PropRaw;
  isInherited?: true;
}

/** What ZFS's manual says of properties, as plainly as can be. */
class Model {
  readonly #entries = new Map<string, Entry>();
  readonly #hasReceived = new Set<string>();

  #entry(name: string, prop: string): Entry {
    const key = `${name} ${prop}`;
    const entry = this.#entries.get(key) ?? {};
    this.#entries.set(key, entry);
    return entry;
  }

  set(name: string, prop: string, value: PropRaw): void {
    const entry = this.#entry(name, prop);
    entry.local = value;
    delete entry.isInherited;
  }

  receive(name: string, prop: string, value: PropRaw): void {
    this.#hasReceived.add(name);
    this.#entry(name, prop).received = value;
  }

  inherit(name: string, prop: string): void {
    const entry = this.#entry(name, prop);
    delete entry.local;
    delete entry.isInherited;
    const above = name.split('/').map((_, i, all) => all.slice(0, i + 1).join('/'));
    if (above.some((each) => this.#hasReceived.has(each))) entry.isInherited = true;
  }

  revert(name: string, prop: string): void {
    const entry = this.#entry(name, prop);
    delete entry.local;
    delete entry.isInherited;
  }

  get(name: string, prop: Prop): { value: PropRaw; source: string; setpoint: string } | undefined {
    const parts = name.split('/');
    const depths = prop === 'canmount' ? [parts.length] : parts.map((_, i) => parts.length - i);
    for (const depth of depths) {
      const at = parts.slice(0, depth).join('/');
      const { local, received, isInherited } = this.#entry(at, prop);
      const isHere = at === name;
      if (local !== undefined) {
        return { value: local, source: isHere ? 'local' : 'inherited', setpoint: at };
      }
      if (received !== undefined && isInherited === undefined) {
        return { value: received, source: isHere ? 'received' : 'inherited', setpoint: at };
      }
    }
    const value = DEFAULTS[prop];
    return value === undefined ? undefined : { value, source: 'default', setpoint: '' };
  }
}

function differences(spa: Spa, model: Model): string[] {
  const bad: string[] = [];
  for (const name of NAMES) {
    const dataset = spa.dsl.findDataset(name);
    if (dataset === undefined) throw new Error(name);
    for (const prop of PROPS) {
      const got = propGet(dataset, prop);
      const wanted = model.get(name, prop);
      const show = (value: unknown): string =>
        JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each));
      if (show(got) !== show(wanted)) bad.push(`${name} ${prop}: ${show(got)}, ${show(wanted)}`);
    }
    const compress = model.get(name, 'compression')?.value;
    if (BigInt(dataset.objset.settings.compress) !== compress) bad.push(`${name} settings`);
  }
  return bad;
}

describe('properties of datasets', () => {
  test('values and sources are those of the model, also after a re-import', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const pool = new DslFixture();
        for (const name of NAMES.slice(1)) expect(zfsCreate(pool.spa, name)).toBeUndefined();
        const model = new Model();
        for (const { kind, name, prop, value } of steps) {
          const { spa } = pool;
          let error: Errno | undefined;
          if (kind === 'set') {
            error = zfsSetProps(spa, name, new Map([[prop, value]]));
            model.set(name, prop, value);
          } else if (kind === 'received') {
            error = zfsSetProps(spa, name, new Map([[prop, value]]), 'received');
            model.receive(name, prop, value);
          } else if (kind === 'inherit' && prop !== 'canmount') {
            error = zfsInheritProp(spa, name, prop, false);
            model.inherit(name, prop);
          } else if (kind === 'revert') {
            error = zfsInheritProp(spa, name, prop, true);
            model.revert(name, prop);
          }
          expect(error).toBeUndefined();
        }
        expect(differences(pool.spa, model)).toEqual([]);
        pool.reopen();
        expect(differences(pool.spa, model)).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });

  test('what can not be set is refused, and nothing of the call is done', () => {
    const { spa } = new DslFixture();
    zfsCreate(spa, 'tank/a');
    zfsSnapshot(spa, ['tank/a@s']);
    const set = (name: string, prop: string, value: PropRaw): string | undefined =>
      zfsSetProps(
        spa,
        name,
        new Map<string, PropRaw>([
          ['com.lab:ok', 'yes'],
          [prop, value],
        ]),
      )?.name;
    const bad: [string, PropRaw, string][] = [
      ['used', 5n, 'EINVAL'],
      ['utf8only', 1n, 'EINVAL'],
      ['nonsense', 'x', 'EINVAL'],
      ['avail', 5n, 'EINVAL'],
      ['compression', 99n, 'EINVAL'],
      ['compression', 'lz4', 'EINVAL'],
      ['mountpoint', 1n, 'EINVAL'],
      ['recordsize', 3000n, 'ERANGE'],
      ['recordsize', 256n, 'ERANGE'],
      ['recordsize', 2_097_152n, 'ERANGE'],
      ['dedup', 1n, 'ENOTSUP'],
      ['checksum', 12n, 'ENOTSUP'],
      ['dnodesize', 1n, 'ENOTSUP'],
      ['com.lab:A', 'x', 'EINVAL'],
      ['com.lab:n', 7n, 'EINVAL'],
      [`com.lab:${'n'.repeat(250)}`, 'x', 'ENAMETOOLONG'],
      ['com.lab:n', 'x'.repeat(8192), 'E2BIG'],
      ['volsize', 1_048_576n, 'EINVAL'],
      ['quota', 1n, 'ENOSPC'],
      ['refquota', 1n, 'ENOSPC'],
      ['reservation', 2n ** 40n, 'ENOSPC'],
      ['refreservation', 2n ** 40n, 'ENOSPC'],
      ['reservation', 2n ** 63n, 'EOVERFLOW'],
    ];
    for (const [prop, value, wanted] of bad) {
      expect([prop, set('tank/a', prop, value)]).toEqual([prop, wanted]);
    }
    expect(set('tank/none', 'atime', 1n)).toBe('ENOENT');
    expect(set('tank/a@s', 'atime', 0n)).toBe('EINVAL');
    const names = [...propGetAll(spa.dsl.findDataset('tank/a') as never).keys()];
    expect(names).toEqual([]);
    const errors = new Map<string, Errno>();
    const both = new Map<string, PropRaw>([
      ['used', 1n],
      ['recordsize', 7n],
    ]);
    zfsSetProps(spa, 'tank/a', both, 'local', errors);
    expect([...errors].map(([prop, error]) => `${prop} ${error.name}`)).toEqual([
      'used EINVAL',
      'recordsize ERANGE',
    ]);
    expect(zfsInheritProp(spa, 'tank/a', 'quota', false)?.name).toBe('EINVAL');
    expect(zfsInheritProp(spa, 'tank/a', 'used', true)?.name).toBe('EINVAL');
  });

  test('a snapshot has user properties of its own and those of its file system', () => {
    const { spa } = new DslFixture();
    zfsSetProps(spa, 'tank', new Map([['com.lab:note', 'fs']]));
    zfsSnapshot(spa, ['tank@s']);
    const note = (): unknown => propGet(spa.dsl.findDataset('tank@s') as never, 'com.lab:note');
    expect(note()).toEqual({ value: 'fs', source: 'inherited', setpoint: 'tank' });
    expect(zfsSetProps(spa, 'tank@s', new Map([['com.lab:note', 'snap']]))).toBeUndefined();
    expect(note()).toEqual({ value: 'snap', source: 'local', setpoint: 'tank@s' });
  });
});

import { describe, expect, test } from 'vitest';
import {
  isPropInheritable,
  isPropReadonly,
  isUserProp,
  isUserquotaProp,
  isWrittenProp,
  propIndexOf,
  propWordOf,
  zfsProp,
  zpoolProp,
  type PropRow,
} from './zfs-prop.ts';
import { ZFS_PROPS, ZPOOL_PROPS } from './zfs-prop.table.ts';

const named = (name: string): PropRow => {
  const row = zfsProp(name);
  if (row === undefined) throw new Error(name);
  return row;
};

describe('property tables', () => {
  test('every name and column is there once', () => {
    for (const table of [ZFS_PROPS, ZPOOL_PROPS]) {
      expect(new Set(table.map((row) => row.name)).size).toBe(table.length);
      expect(new Set(table.map((row) => row.column)).size).toBe(table.length);
    }
  });

  test('the default of an index is one of its numbers', () => {
    for (const row of [...ZFS_PROPS, ...ZPOOL_PROPS]) {
      if (row.kind !== 'index' || row.name === 'version') continue;
      expect([row.name, propWordOf(row, row.default as bigint)]).not.toContain(undefined);
    }
  });

  test('words and numbers go both ways; of two words the first is shown', () => {
    const compression = named('compression');
    expect(propIndexOf(compression, 'gzip-6')).toBe(10n);
    expect(propWordOf(compression, 10n)).toBe('gzip');
    expect(propIndexOf(compression, 'zstd')).toBeUndefined();
    expect(propWordOf(named('aclinherit'), 4n)).toBe('restricted');
  });

  test('a column header in small letters names the property too', () => {
    expect([zfsProp('avail')?.name, zfsProp('refer')?.name]).toEqual(['available', 'referenced']);
    expect([zpoolProp('cap')?.name, zpoolProp('frag')?.name]).toEqual([
      'capacity',
      'fragmentation',
    ]);
    expect(zfsProp('nonsense')).toBeUndefined();
  });

  test('what can be set and what is passed on', () => {
    expect(ZFS_PROPS.filter((row) => isPropInheritable(row) && isPropReadonly(row))).toEqual(
      ['volblocksize', 'utf8only', 'normalization', 'casesensitivity', 'encryption'].map(named),
    );
    expect([isPropInheritable(named('quota')), isPropReadonly(named('quota'))]).toEqual([
      false,
      false,
    ]);
  });

  test('names of user properties, user quotas and written@', () => {
    expect(['a:b', ':', 'com.joyent:x-1_2', 'a:b:c'].every(isUserProp)).toBe(true);
    expect(['ab', 'A:b', 'a b:c', 'a:b/c', ''].some(isUserProp)).toBe(false);
    expect(isUserquotaProp('userquota@bob@example.com')).toBe(true);
    expect(isUserquotaProp('quota@bob')).toBe(false);
    expect([isWrittenProp('written@a'), isWrittenProp('written')]).toEqual([true, false]);
  });
});

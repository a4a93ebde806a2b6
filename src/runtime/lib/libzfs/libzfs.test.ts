/** The parts of libzfs that need no kernel: numbers and names. */
import { describe, expect, test } from 'vitest';
import { datasetNameProblem, poolNameProblem } from './names.ts';
import { niceStringToNumber, zfsNicenum } from './nicenum.ts';

describe('numbers', () => {
  test('are shown in five characters', () => {
    const shown = [0, 1023, 1024, 1536, 10_444, 102_400, 123_456_789, 1n << 50n, 0xfffffffffn];
    expect(shown.map(zfsNicenum)).toEqual([
      '0',
      '1023',
      '1K',
      '1.50K',
      '10.2K',
      '100K',
      '118M',
      '1P',
      '64.0G',
    ]);
  });

  test('are read with suffixes', () => {
    expect(['10', '1k', '1.5G', '2mb', '16B', '.5K'].map(niceStringToNumber)).toEqual([
      10n,
      1024n,
      1610612736n,
      2097152n,
      16n,
      512n,
    ]);
    expect(niceStringToNumber('abc')).toEqual({ problem: "bad numeric value 'abc'" });
    expect(niceStringToNumber('1x')).toEqual({ problem: "invalid numeric suffix 'x'" });
    expect(niceStringToNumber('1BB')).toEqual({ problem: "invalid numeric suffix 'BB'" });
    expect(niceStringToNumber('16E')).toEqual({ problem: 'numeric value is too large' });
    expect(niceStringToNumber('99999999999999999999')).toEqual({
      problem: 'numeric value is too large',
    });
  });
});

describe('names', () => {
  test('of datasets', () => {
    const check = (name: string): string | undefined => datasetNameProblem(name, 'dataset', true);
    expect(check('tank/a b/c:d@snap-1')).toBeUndefined();
    expect(check(`tank/${'x'.repeat(251)}`)).toBe('name is too long');
    expect(check(`tank/${'x'.repeat(250)}`)).toBeUndefined();
    expect(check('/tank')).toBe('leading slash in name');
    expect(check('tank/')).toBe('trailing slash in name');
    expect(check('tank//a')).toBe('empty component in name');
    expect(check('tank@')).toBe('empty component in name');
    expect(check('tank/a$b')).toBe("invalid character '$' in name");
    expect(check('tank@a@b')).toBe("multiple '@' and/or '#' delimiters in name");
    expect(check('tank@a/b')).toBe('trailing slash in name');
    expect(check('tank/a%b')).toBe("invalid character '%' in name");
    expect(datasetNameProblem('tank/a%b', 'dataset', false)).toBeUndefined();
    expect(datasetNameProblem('tank@a', 'filesystem', true)).toBe(
      "snapshot delimiter '@' is not expected here",
    );
    expect(datasetNameProblem('tank', 'snapshot', true)).toBe(
      "missing '@' delimiter in snapshot name",
    );
    expect(datasetNameProblem('tank', 'bookmark', true)).toBe(
      "missing '#' delimiter in bookmark name",
    );
  });

  test('of pools', () => {
    const check = (name: string): string | undefined => poolNameProblem(name, true);
    expect(check('tank_1')).toBeUndefined();
    expect(check('tank/a')).toBe("invalid character '/' in pool name");
    expect(check('1tank')).toBe('name must begin with a letter');
    expect([check('mirror'), check('raidz2'), check('spare1'), check('log')]).toEqual(
      Array.from({ length: 4 }, () => 'name is reserved'),
    );
    expect(check('c0')).toBe('pool name is reserved');
    expect(check('x'.repeat(240))).toBe('name is too long');
    expect(poolNameProblem('raidz2', false)).toBeUndefined();
  });
});

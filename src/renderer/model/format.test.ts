import { expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatPlural,
} from '#renderer/model/format.ts';

test('sizes keep three digits and change unit at 1024', () => {
  expect([0, 1023, 1024, 1536, 10 * 1024, 123 * 1024 ** 2, 2 * 1024 ** 3].map(formatBytes)).toEqual(
    ['0 B', '1023 B', '1 KiB', '1.5 KiB', '10 KiB', '123 MiB', '2 GiB'],
  );
});

test('rates round instead of jumping to a longer text', () => {
  expect(
    [0, 0.44, 9.99, 12.4, 999, 1000, 12_345, 99_999, 999_499, 999_500, 3_400_000].map(formatCount),
  ).toEqual(['0', '0.4', '10', '12', '999', '1k', '12.3k', '100k', '999k', '1M', '3.4M']);
});

test('percentages stay in 0 … 100', () => {
  expect([-1, 0, 0.0004, 0.004, 0.0994, 0.0996, 0.5, 1.2].map(formatPercent)).toEqual([
    '0 %',
    '0 %',
    '<0.1 %',
    '0.4 %',
    '9.9 %',
    '10 %',
    '50 %',
    '100 %',
  ]);
});

test('durations show two units', () => {
  expect([0, 42_999, 185_000, 8_040_000, 442_800_000].map(formatDuration)).toEqual([
    '0s',
    '42s',
    '3m 05s',
    '2h 14m',
    '5d 3h',
  ]);
});

test('one is singular, none is not', () => {
  expect(formatPlural(1, 'node')).toBe('1 node');
  expect(formatPlural(0, 'node')).toBe('0 nodes');
});

import { expect, test } from 'vitest';
import { figure, isWithinBound, type Measurement, median } from '#bench/measure.ts';

const lower: Measurement = {
  name: 'x',
  value: 30,
  unit: 'ms',
  better: 'lower',
  peer: { name: 'node -e 0', value: 10 },
  bound: 3,
};

test('a bound holds for the ratio where there is a peer, else for the value', () => {
  expect(figure(lower)).toBe(3);
  expect(isWithinBound(lower)).toBe(true);
  expect(isWithinBound({ ...lower, bound: 2.9 })).toBe(false);
  const alone: Measurement = { name: 'y', value: 100, unit: 'MB/s', better: 'higher', bound: 200 };
  expect(isWithinBound(alone)).toBe(false);
});

test('median', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

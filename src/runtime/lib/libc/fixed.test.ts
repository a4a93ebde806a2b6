import { describe, expect, it } from 'vitest';
import { fixed } from '#lib/libc/fixed.ts';
import { nicenum } from '#lib/libc/nicenum.ts';

describe('fixed', () => {
  it('rounds exact halves to the even digit, as printf does', () => {
    expect([0.125, 0.375, 2.5, 3.5, 1.005, -0.125].map((n) => fixed(n, 2))).toEqual([
      '0.12',
      '0.38',
      '2.50',
      '3.50',
      '1.00',
      '-0.12',
    ]);
    expect([0.5, 1.5, 2.5].map((n) => fixed(n, 0))).toEqual(['0', '2', '2']);
  });

  it('is what sizes for people use', () => {
    expect(nicenum(1152)).toBe('1.12K');
    expect(nicenum(1408)).toBe('1.38K');
    expect(nicenum(1023)).toBe('1023');
  });
});

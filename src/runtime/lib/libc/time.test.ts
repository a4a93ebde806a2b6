import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gmtime, localtime, mktime, parseTimezone, strftime } from '#lib/libc/time.ts';

const second = fc.integer({ min: -5_000_000_000, max: 20_000_000_000 });

test('gmtime agrees with the host, and mktime takes it back', () => {
  fc.assert(
    fc.property(second, (seconds) => {
      const time = gmtime(BigInt(seconds) * 1_000_000_000n);
      expect(strftime('%Y-%m-%dT%H:%M:%S.000Z', time)).toBe(
        new Date(seconds * 1000).toISOString().replace(/^\+0*/, ''),
      );
      expect(mktime(time, parseTimezone('UTC'))).toBe(seconds);
    }),
    { numRuns: 500 },
  );
});

test('daylight saving begins and ends to the second, in both hemispheres', () => {
  const berlin = parseTimezone('Europe/Berlin');
  const at = (text: string): string =>
    strftime('%H:%M %Z', localtime(BigInt(Date.parse(text)) * 1_000_000n, berlin));
  expect(at('2026-03-29T00:59:59Z')).toBe('01:59 CET');
  expect(at('2026-03-29T01:00:00Z')).toBe('03:00 CEST');
  expect(at('2026-10-25T00:59:59Z')).toBe('02:59 CEST');
  expect(at('2026-10-25T01:00:00Z')).toBe('02:00 CET');
  const sydney = parseTimezone('Australia/Sydney');
  expect(localtime(1_767_225_600_000_000_000n, sydney).zone).toBe('AEDT');
  expect(parseTimezone('Nowhere/Land').standard.name).toBe('UTC');
});

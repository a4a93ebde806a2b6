import { execFileSync } from 'node:child_process';
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

test('strftime agrees with the host’s date on every conversion', () => {
  const format = '%a %A %b %B %C %d %D %e %F %g %G %H %I %j %k %l %m %M %p %r %R %s %S %T %u %U %V';
  const rest = '%w %W %y %Y %z %Z %%|%c|%x|%X';
  for (const tz of ['UTC', 'EST5EDT,M3.2.0,M11.1.0', 'CET-1CEST,M3.5.0,M10.5.0/3', 'IST-5:30']) {
    const times = [];
    for (let i = 0; i < 60; i += 1) times.push(1_700_000_000 + i * 6_500_000);
    const expected = execFileSync('date', ['-f', '-', `+${format} ${rest}`], {
      input: times.map((time) => `@${time}\n`).join(''),
      env: { TZ: tz, LC_ALL: 'C' },
      encoding: 'utf8',
    });
    const zone = parseTimezone(tz);
    const ours = times.map((time) =>
      strftime(`${format} ${rest}\n`, localtime(BigInt(time) * 1_000_000_000n, zone)),
    );
    expect(ours.join('')).toBe(expected);
  }
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

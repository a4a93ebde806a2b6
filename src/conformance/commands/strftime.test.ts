import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { localtime, parseTimezone, strftime } from '#lib/libc/time.ts';

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

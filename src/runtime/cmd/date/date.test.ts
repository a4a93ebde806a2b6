import { describe, expect, it } from 'vitest';
import { CAL, monthLines } from '#cmd/cal/cal.ts';
import { DATE, parseSetting } from '#cmd/date/date.ts';
import { gmtime, UTC } from '#lib/libc/time.ts';
import { bootHarness, type RunOutcome, runProgram } from '#testing/node-harness.ts';

const date = (...words: string[]): RunOutcome =>
  runProgram(DATE.main, { argv: ['date', ...words], files: { '/tmp/f': '' } });

describe('date', () => {
  it('formats times', () => {
    expect(date('-r', '0', '-u').stdout).toBe('Thu Jan  1 00:00:00 UTC 1970\n');
    expect(date('-u', '-r', '1000000000', '+%Y-%m-%dT%H:%M:%S').stdout).toBe(
      '2001-09-09T01:46:40\n',
    );
    expect(date('-uR', '-r', '1000000000').stdout).toBe('Sun, 09 Sep 2001 01:46:40 +0000\n');
    expect(
      runProgram(DATE.main, { argv: ['date', '-r', '1700000000'], env: { TZ: 'US/Pacific' } })
        .stdout,
    ).toBe('Tue Nov 14 14:13:20 PST 2023\n');
  });

  it('sets the clock', () => {
    const node = bootHarness({ commands: [DATE] });
    expect(node.run(['/usr/bin/date', '-u', '030412302021.05']).stdout).toBe(
      'Thu Mar  4 12:30:05 UTC 2021\n',
    );
    expect(node.run(['/usr/bin/date', '-u', '+%Y %m %d']).stdout).toBe('2021 03 04\n');
    expect(node.run(['/usr/bin/date', '0101'], { uid: 4 })).toMatchObject({
      status: 1,
      stderr: 'date: Not owner\n',
    });
  });

  it('refuses nonsense', () => {
    expect(date('13321200').stderr).toMatch(/^date: bad conversion\nusage: date/);
    expect(date('-q').status).toBe(1);
    expect(date('-r', '/nosuch').status).toBe(1);
    expect(parseSetting('2359', gmtime(0n), UTC)).toBe(86_340);
    expect(parseSetting('123', gmtime(0n), UTC)).toBeUndefined();
  });
});

describe('cal', () => {
  const cal = (...words: string[]): string =>
    runProgram(CAL.main, { argv: ['cal', ...words] }).stdout;

  it('shows months', () => {
    expect(cal('11', '2026')).toBe(
      '   November 2026\n S  M Tu  W Th  F  S\n 1  2  3  4  5  6  7\n' +
        ' 8  9 10 11 12 13 14\n15 16 17 18 19 20 21\n22 23 24 25 26 27 28\n29 30\n',
    );
    expect(monthLines(1752, 8)).toEqual([
      '       1  2 14 15 16',
      '17 18 19 20 21 22 23',
      '24 25 26 27 28 29 30',
    ]);
    expect(monthLines(1700, 1).at(-1)).toBe('25 26 27 28 29');
    expect(cal('2000')).toContain('\t\t\t\t2000\n\n         Jan                    Feb');
    expect(runProgram(CAL.main, { argv: ['cal', '13', '2000'] })).toMatchObject({
      status: 1,
      stderr: 'cal: bad month\n',
    });
  });
});

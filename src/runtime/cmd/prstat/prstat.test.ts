import { describe, expect, it } from 'vitest';
import { countText, percentText, sizeText, stateText, timeText } from '#cmd/prstat/format.ts';
import { PRSTAT } from '#cmd/prstat/prstat.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { bootHarness, type RunOutcome } from '#testing/node-harness.ts';
import { PtySession } from '#testing/pty-session.ts';

const files = {
  '/proc': null,
  '/etc/passwd': 'root:x:0:0::/:/bin/sh\nada:x:100:1::/:/bin/sh\n',
} as const;
const node = bootHarness({ commands: [PRSTAT], files });
node.run(function* (sys) {
  return isErrno(yield* sys.mount('/proc', '/proc', 'proc', '')) ? 1 : 0;
});
const prstat = (...words: string[]): RunOutcome => node.run(['/usr/bin/prstat', ...words]);

describe('prstat', () => {
  it('shows processes and totals once with a count', () => {
    const lines = prstat('-c', '1', '1').stdout.trimEnd().split('\n');
    expect(lines[0]?.trimEnd()).toBe(
      '   PID USERNAME  SIZE   RSS STATE  PRI NICE      TIME  CPU PROCESS/NLWP',
    );
    expect(lines.find((line) => line.includes('init/'))).toMatch(
      /^ {5}1 root {8}0K {4}0K sleep {2} *\d+ {2} +0 {3}0:00:00 0\.0% init\/1$/,
    );
    expect(lines.find((line) => line.includes('prstat/'))).toMatch(/ cpu0 {2}/);
    expect(lines.at(-1)).toMatch(
      /^Total: 3 processes, 3 lwps, load averages: \d\.\d\d, \d\.\d\d, \d\.\d\d$/,
    );
  });

  it('shows microstates, threads, users and zones', () => {
    expect(prstat('-m', '1', '1').stdout).toMatch(
      /^ {3}PID USERNAME USR SYS TRP TFL DFL LCK SLP LAT VCX ICX SCL SIG PROCESS\/NLWP/,
    );
    expect(prstat('-m', '1', '1').stdout).toMatch(/^ +1 root +( *[\d.]+K?M?){12} init\/1$/m);
    expect(prstat('-L', '1', '1').stdout).toContain('PROCESS/LWPID');
    expect(prstat('-t', '1', '1').stdout).toMatch(
      /^ NPROC USERNAME {2}SWAP {3}RSS MEMORY {6}TIME {2}CPU +\n {5}3 root /,
    );
    expect(prstat('-Z', '1', '1').stdout).toMatch(/^ {5}0 {8}3 .* global +$/m);
    expect(prstat('-a', '-n', '1,1', '1', '1').stdout.trimEnd().split('\n').length).toBe(5);
  });

  it('selects and sorts', () => {
    expect(prstat('-p', '1', '1', '1').stdout).toContain('Total: 1 processes');
    expect(prstat('-u', 'ada', '1', '1').stdout).toContain('Total: 0 processes');
    expect(prstat('-s', 'pri', '1', '2').status).toBe(0);
  });

  it('says what is wrong', () => {
    expect(prstat('-q')).toMatchObject({ status: 1 });
    expect(prstat('-q').stderr).toMatch(/^Usage:\tprstat \[-acJLmRtTvZ\]/);
    expect(prstat('-s', 'nosuch').stderr).toBe('prstat: invalid sort key -- nosuch\n');
    expect(prstat('-n', '0').stderr).toBe('prstat: invalid argument for -n\n');
    expect(prstat('1', '0').stderr).toBe('prstat: invalid counter value\n');
    expect(prstat('-u', 'nobody').status).toBe(1);
    expect(prstat('-R')).toMatchObject({ status: 2 });
  });

  it('refreshes the screen until q', async () => {
    const session = new PtySession(['/usr/bin/prstat', '1'], {
      commands: [PRSTAT],
      files,
      rows: 12,
    });
    await session.settle();
    expect(session.screen[0]).toContain('PID USERNAME');
    expect(session.screen[10]).toMatch(/^Total: /);
    await session.rest(3000);
    expect(session.status).toBeUndefined();
    await session.resize(9, 80);
    expect(session.screen[7]).toMatch(/^Total: /);
    await session.type('q');
    expect(session.status).toBe(0);
    expect(session.terminal.buffer.active.type).toBe('normal');
  });

  it('formats like prstat', () => {
    expect([0, 9999, 10_000, 20_000_000].map(sizeText)).toEqual([
      '   0K',
      '9999K',
      '  10M',
      '  19G',
    ]);
    expect(timeText(3_661)).toBe('  1:01:01');
    expect([0, 9.94, 9.96, 100].map(percentText)).toEqual(['0.0', '9.9', '10', '100']);
    expect([5, 1234, 500_000].map(countText)).toEqual(['  5', ' 1K', '.5M']);
    expect([stateText('O', 3), stateText('S', 0), stateText('Z', 0)]).toEqual([
      'cpu3  ',
      'sleep',
      'zombie',
    ]);
  });
});

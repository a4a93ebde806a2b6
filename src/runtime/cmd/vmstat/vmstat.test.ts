import { describe, expect, it } from 'vitest';
import { ABSENT_COMMANDS } from '#cmd/absent/absent.ts';
import { PRIOCNTL, RENICE } from '#cmd/renice/renice.ts';
import { cpuRates, systemRates } from '#cmd/vmstat/rates.ts';
import { VMSTAT } from '#cmd/vmstat/vmstat.ts';
import { bootHarness, type RunOutcome, runProgram } from '#testing/node-harness.ts';

const node = bootHarness({ commands: [VMSTAT, RENICE, PRIOCNTL, ...ABSENT_COMMANDS] });
const run = (name: string, ...words: string[]): RunOutcome =>
  node.run([`/usr/bin/${name}`, ...words]);

describe('vmstat, mpstat, iostat', () => {
  it('show their columns and repeat', () => {
    const lines = run('vmstat', '1', '3').stdout.trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual([
      ' kthr      memory            page            disk          faults      cpu',
      ' r b w   swap  free  re  mf pi po fr de sr -- -- -- --   in   sy   cs us sy id',
    ]);
    expect(lines.length).toBe(5);
    expect(lines[4]?.trim().split(/\s+/).length).toBe(22);
    const mp = run('mpstat', '1', '1').stdout.trimEnd().split('\n');
    expect(mp[0]).toBe(
      'CPU minf mjf xcal  intr ithr  csw icsw migr smtx  srw syscl  usr sys  wt idl',
    );
    expect(mp.length).toBe(3);
    for (const line of mp.slice(1)) expect(line.trim().split(/\s+/).length).toBe(16);
    expect(run('iostat').stdout).toMatch(/^ {3}tty {8}cpu\n tin tout {2}us sy wt id\n {3}0 {4}0 /);
  });

  it('say what is wrong', () => {
    expect(run('vmstat', 'x')).toMatchObject({ status: 1 });
    expect(run('vmstat', '0').stderr).toMatch(/^Usage: vmstat/);
    expect(run('iostat', '-x')).toMatchObject({
      status: 2,
      stderr: 'iostat: -x: not supported yet\n',
    });
  });

  it('turn counts into rates', () => {
    const cpu = { id: 0, calls: 10, switches: 4, involuntary: 0, interrupts: 0, crossCalls: 0 };
    const at = (
      timeNs: bigint,
      userNs: bigint,
      idleNs: bigint,
      calls: number,
    ): Parameters<typeof cpuRates>[0] => ({
      timeNs,
      freeKib: 1,
      swapKib: 1,
      cpus: [{ ...cpu, userNs, systemNs: 0n, idleNs, calls }],
    });
    const rates = cpuRates(at(3_000_000_000n, 500n, 1500n, 110), at(1_000_000_000n, 0n, 0n, 10));
    expect(rates).toMatchObject([{ user: 25, idle: 75, calls: 50 }]);
    expect(systemRates(rates)).toMatchObject({ user: 25, system: 0, idle: 75, calls: 50 });
  });
});

describe('priorities, and what is not there', () => {
  it('says so', () => {
    expect(run('priocntl', '-l').stdout).toContain('TS (Time Sharing)');
    expect(run('priocntl', '-s', '-c', 'RT')).toMatchObject({ status: 2 });
    expect(run('renice', '5', '1')).toMatchObject({ status: 2 });
    expect(run('renice').stderr).toMatch(/^usage: renice \[-n increment\]/);
    for (const { name, main } of ABSENT_COMMANDS) {
      expect(runProgram(main)).toMatchObject({ status: 2, stderr: `${name}: not supported yet\n` });
    }
  });
});

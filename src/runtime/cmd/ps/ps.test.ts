import { describe, expect, it } from 'vitest';
import { PS } from '#cmd/ps/ps.ts';
import { cpuTime, elapsed, percent } from '#cmd/ps/context.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { bootHarness, type NodeHarness } from '#testing/node-harness.ts';
import { PtySession } from '#testing/pty-session.ts';

const files = {
  '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nada:x:100:10::/:/bin/sh\n',
  '/etc/group': 'root::0:\nstaff::10:ada\n',
} as const;

/** A node with /proc, a sleeping process of ada's and a zombie of root's. */
function boot(): NodeHarness {
  const node = bootHarness({ commands: [PS], files });
  const sleep = function* (sys: Sys): Task<number> {
    yield* sys.nanosleep(10n ** 15n);
    return 0;
  };
  node.start(sleep, { argv: ['/usr/lib/napper', '-x', 'y z'], uid: 100, gid: 10 });
  node.start(
    function* (sys) {
      yield* sys.fork(function* () {
        return 0;
      });
      yield* sys.nanosleep(10n ** 15n);
      return 0;
    },
    { argv: ['parent'] },
  );
  for (let i = 0; i < 20; i += 1) node.step();
  return node;
}

const node = boot();
const ps = (...words: string[]): string[] =>
  node
    .run(['/usr/bin/ps', ...words])
    .stdout.trimEnd()
    .split('\n');

describe('ps', () => {
  it('-ef lists everything in full', () => {
    const lines = ps('-ef');
    expect(lines[0]).toBe('     UID   PID  PPID   C    STIME TTY         TIME CMD');
    expect(lines[1]).toMatch(/^ {4}root {5}0 {5}0 {3}0 \d\d:\d\d:\d\d \? {11}0:00 sched$/);
    expect(lines[2]).toMatch(/^ {4}root {5}1 {5}0 {3}\d \d\d:\d\d:\d\d \? {11}0:00 \/sbin\/init$/);
    expect(lines.find((line) => line.includes('napper'))).toMatch(
      /^ {5}ada +\d+ {5}1 {3}\d \d\d:\d\d:\d\d \? {11}0:00 \/usr\/lib\/napper -x y z$/,
    );
    expect(lines.find((line) => line.includes('defunct'))).toMatch(
      /^ {4}root +\d+ +\d+ {3}0 {8}- \? {11}0:00 <defunct>$/,
    );
  });

  it('-e, -l, -ly, -c and -Z change the columns', () => {
    expect(ps('-e')[0]).toBe('  PID TTY         TIME CMD');
    expect(ps('-el')[0]).toBe(
      ' F S    UID   PID  PPID   C PRI NI     ADDR     SZ    WCHAN TTY         TIME CMD',
    );
    expect(ps('-ely')[0]).toBe(
      'S    UID   PID  PPID   C PRI NI   RSS     SZ    WCHAN TTY         TIME CMD',
    );
    expect(ps('-efc')[0]).toBe('     UID   PID  PPID  CLS PRI    STIME TTY         TIME CMD');
    expect(ps('-efZ')[0]).toBe('    ZONE      UID   PID  PPID   C    STIME TTY         TIME CMD');
    expect(ps('-efZ')[1]).toMatch(/^ {2}global {5}root/);
    expect(ps('-ej')[0]).toBe('  PID  PGID   SID TTY         TIME CMD');
    expect(ps('-eL')[0]).toBe('  PID   LWP TTY        LTIME CMD');
    for (const line of ps('-el').slice(1)) expect(line).toMatch(/^[ \d]\d [A-Z] /);
  });

  it('-o shows what was asked for', () => {
    expect(ps('-p', '1', '-o', 'pid,ppid,comm')).toEqual([
      '  PID  PPID COMMAND',
      '    1     0 /sbin/init',
    ]);
    expect(ps('-p', '1', '-o', 'user=WHO', '-o', 'args=')).toEqual([
      '     WHO ',
      '    root /sbin/init',
    ]);
    expect(ps('-p', '1', '-o', 'pid=', '-o', 'ppid=')).toEqual(['    1     0']);
    expect(ps('-p', '1', '-o', 'zone,tty,s,class,nlwp')).toEqual([
      '    ZONE TT      S  CLS NLWP',
      '  global ?       S   TS    1',
    ]);
    expect(ps('-u', 'ada', '-o', 'group,rgid,fname,pid=').length).toBe(2);
    const all = ps(
      '-A',
      '-o',
      'user ruser group rgroup uid ruid gid rgid pid ppid pgid sid taskid',
      '-o',
      'ctid pri opri pcpu pmem vsz rss osz nice class time etime stime zone zoneid f s c lwp',
      '-o',
      'nlwp psr tty addr wchan projid project pset lgrp fname comm args',
    );
    expect(all.length).toBe(ps('-e').length);
  });

  it('selects by user, process, group and session', () => {
    expect(ps('-u', 'ada').length).toBe(2);
    expect(ps('-U', '100', '-o', 'pid=').length).toBe(1);
    expect(ps('-G', 'staff', '-o', 'pid=').length).toBe(1);
    expect(ps('-p', '0,1', '-o', 'pid=')).toEqual(['    0', '    1']);
    expect(node.run(['/usr/bin/ps', '-p', '99999'])).toMatchObject({
      status: 1,
      stdout: '  PID TTY         TIME CMD\n',
    });
  });

  it('says what is wrong', () => {
    expect(node.run(['/usr/bin/ps']).stderr).toBe('ps: no controlling terminal\n');
    expect(node.run(['/usr/bin/ps', '-p', 'x']).stderr).toMatch(
      /^ps: x is an invalid non-numeric argument for -p option\nusage: ps \[ -aAdefHlcjLPyZ \]/,
    );
    expect(node.run(['/usr/bin/ps', '-o', 'nosuch'])).toMatchObject({ status: 1 });
    expect(node.run(['/usr/bin/ps', '-u', 'nobody']).stderr).toBe('ps: unknown user nobody\n');
    expect(node.run(['/usr/bin/ps', '-q']).status).toBe(1);
  });

  it('takes the BSD form', () => {
    const lines = ps('aux');
    expect(lines[0]).toBe('USER       PID %CPU %MEM   SZ  RSS TT       S    START  TIME COMMAND');
    expect(lines.find((line) => line.includes('napper'))).toMatch(
      /^ada +\d+ +\d+\.\d +\d+\.\d +\S+ +\S+ \? +S \d\d:\d\d:\d\d {2}0:00 \/usr\/lib/,
    );
    expect(ps('auxww').some((line) => line.endsWith('/usr/lib/napper -x y z'))).toBe(true);
    expect(ps('1')[1]).toMatch(/^ {5}1 \? {8}S {2}0:00 \/sbin\/init$/);
    expect(node.run(['/usr/bin/ps', 'zz'])).toMatchObject({ status: 1 });
  });

  it('shows one’s own processes on a terminal', async () => {
    const session = new PtySession(['/usr/bin/ps'], { commands: [PS], files });
    await session.settle();
    expect(session.screen[0]).toBe('  PID TTY         TIME CMD');
    expect(session.screen[1]).toMatch(/^ {4}\d pts\/0 {7}0:00 ps$/);
  });
});

describe('the formats of times and percentages', () => {
  it('are ps’s', () => {
    expect([0, 61, 3600, 90_061, -1].map(elapsed)).toEqual([
      '00:00',
      '01:01',
      '01:00:00',
      '1-01:01:01',
      '-',
    ]);
    expect(cpuTime(59_600_000_000n)).toBe('   1:00');
    expect(cpuTime(6_000_000_000_000n)).toBe(' 100:00');
    expect([0, 1, 0x4000, 0x8000].map((value) => percent(value, 4))).toEqual([
      ' 0.0',
      ' 0.0',
      '50.0',
      '99.9',
    ]);
  });
});

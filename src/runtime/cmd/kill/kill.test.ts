import { describe, expect, it } from 'vitest';
import { KILL } from '#cmd/kill/kill.ts';
import { NICE } from '#cmd/nice/nice.ts';
import { NOHUP } from '#cmd/nohup/nohup.ts';
import { TIME } from '#cmd/time/time.ts';
import { SLEEP } from '#cmd/sleep/sleep.ts';
import { bootHarness } from '#testing/node-harness.ts';

describe('kill', () => {
  const node = bootHarness({ commands: [KILL, SLEEP] });
  const kill = (...words: string[]): ReturnType<typeof node.run> =>
    node.run(['/usr/bin/kill', ...words]);

  it('ends a process by number or name', () => {
    for (const [option, signal] of [
      ['-TERM', 15],
      ['-9', 9],
      ['-SIGHUP', 1],
    ] as const) {
      const victim = node.start(['/usr/bin/sleep', '100']);
      node.step();
      expect(kill(option, String(victim.proc.pid)).status).toBe(0);
      node.step();
      victim.pump();
      expect(victim.outcome().signal).toBe(signal);
    }
  });

  it('lists names', () => {
    expect(kill('-l').stdout).toMatch(/^HUP INT QUIT ILL TRAP ABRT EMT FPE KILL BUS /);
    expect(kill('-l', '143', '9', 'INT').stdout).toBe('TERM\nKILL\n2\n');
  });

  it('says what is wrong', () => {
    expect(kill()).toMatchObject({ status: 2 });
    expect(kill('-NOSUCH', '1')).toMatchObject({ status: 1, stderr: 'kill: bad signal: NOSUCH\n' });
    expect(kill('99999')).toMatchObject({ status: 1, stderr: 'kill: 99999: no such process\n' });
    expect(node.run(['/usr/bin/kill', '1'], { uid: 9 }).stderr).toBe(
      'kill: 1: permission denied\n',
    );
    expect(kill('abc').stderr).toBe('kill: abc: Arguments must be %job or process ids\n');
  });
});

describe('commands that run a command', () => {
  const node = bootHarness({ commands: [KILL, SLEEP, TIME, NICE, NOHUP] });

  it('time measures what took its time', () => {
    const result = node.run(['/usr/bin/time', 'sleep', '75']);
    expect(result.status).toBe(0);
    expect(result.stderr).toMatch(/^\nreal {6,}1:15\.\d\nuser {6,}0\.\d\nsys {6,}0\.\d\n$/);
    expect(node.run(['/usr/bin/time', '-p', 'sleep', '2']).stderr).toMatch(
      /^real 2\.\d\d\nuser 0\.\d\d\nsys 0\.\d\d\n$/,
    );
    expect(node.run(['/usr/bin/time', 'nosuch']).status).toBe(127);
  });

  it('nice lets nobody but root go up', () => {
    expect(node.run(['/usr/bin/nice', '-5', 'kill', '-l', '9']).stdout).toBe('KILL\n');
    expect(node.run(['/usr/bin/nice', '-n', '-5', 'kill', '-l', '9'], { uid: 9 })).toMatchObject({
      stdout: 'KILL\n',
      stderr: 'nice: cannot change priority: Not owner\n',
    });
    expect(node.run(['/usr/bin/nice']).status).toBe(2);
  });

  it('nohup survives a hang-up', () => {
    const running = node.start(['/usr/bin/nohup', 'sleep', '5']);
    node.step();
    node.run(['/usr/bin/kill', '-HUP', String(running.proc.pid)]);
    node.run(['/usr/bin/sleep', '10']);
    running.pump();
    expect(running.outcome()).toMatchObject({ status: 0, signal: 0 });
    expect(node.run(['/usr/bin/nohup', '-p', '1'])).toMatchObject({
      status: 2,
      stderr: 'nohup: -p: not supported yet\n',
    });
  });
});

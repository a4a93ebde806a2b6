import { describe, expect, it } from 'vitest';
import { duration, LAST } from '#cmd/last/last.ts';
import { PASSWD, statusOf, weakness } from '#cmd/passwd/passwd.ts';
import { SU } from '#cmd/su/su.ts';
import { ID } from '#cmd/id/id.ts';
import { elapsedText, upText, W } from '#cmd/w/w.ts';
import { WHO } from '#cmd/who/who.ts';
import type { Command } from '#cmd/command.ts';
import { execvp } from '#lib/libc/execvp.ts';
import { crypt } from '#lib/libc/crypt.ts';
import { BOOT_TIME, futmpx, RUN_LVL, USER_PROCESS } from '#lib/libc/utmpx.ts';
import { bootHarness, type RunOutcome } from '#testing/node-harness.ts';
import { PtySession } from '#testing/pty-session.ts';

const at = Date.UTC(2026, 10, 22, 23, 0, 0) / 1000;
const RECORDS = [
  { type: BOOT_TIME, line: 'system boot', seconds: at },
  { type: RUN_LVL, line: 'run-level 3', seconds: at, termination: 51, exit: 83 },
  { type: USER_PROCESS, user: 'root', id: 'co10', line: 'console', pid: 77, seconds: at + 60 },
];
const bytes = new Uint8Array(Buffer.concat(RECORDS.map((record) => futmpx.encode(record))));
const hash = crypt('secret1', '$5$saltsalt') ?? '';
/** A shell for su that only runs `id`. */
const SHELL: Command = {
  name: 'testsh',
  path: '/usr/bin/testsh',
  *main(sys) {
    yield* execvp(sys, ['id'], sys.env);
    return 127;
  },
};
/** Becomes ada and runs its words. */
const AS_ADA: Command = {
  name: 'asada',
  path: '/usr/bin/asada',
  *main(sys) {
    yield* sys.setgid(10);
    yield* sys.setuid(100);
    yield* execvp(sys, sys.argv.slice(1), sys.env);
    return 127;
  },
};
const files = {
  '/proc': null,
  '/var/adm/utmpx': bytes,
  '/var/adm/wtmpx': bytes,
  '/etc/passwd': 'root:x:0:0::/root:/usr/bin/testsh\nada:x:100:10::/home/ada:/usr/bin/testsh\n',
  '/etc/group': 'root::0:\nstaff::10:\nwheel::20:ada\n',
  '/etc/shadow': { content: `root:${hash}:1::::::\nada:${hash}:1::::::\n`, mode: 0o400 },
  '/home/ada': null,
} as const;
const commands = [W, WHO, LAST, PASSWD, SU, ID, SHELL, AS_ADA];
const node = bootHarness({ commands, files });
const run = (name: string, ...words: string[]): RunOutcome =>
  node.run([`/usr/bin/${name}`, ...words], { env: { TZ: 'UTC' } });

describe('who is here', () => {
  it('uptime and w', () => {
    expect(run('uptime').stdout).toMatch(
      /^\d\d:\d\d:\d\d {4}up 0 min\(s\), {2}1 user, {2}load average: (\d\.\d\d(, |\n)){3}$/,
    );
    const lines = run('w').stdout.split('\n');
    expect(lines[1]).toBe('User     tty      login@         idle    JCPU    PCPU what');
    expect(lines[2]).toMatch(/^root {5}console {2}23:01:00 +0 +0 +0 -$/);
    expect(run('w', '-h', 'ada').stdout).toBe('');
    expect(run('w', '-z')).toMatchObject({ status: 1, stderr: 'w: bad flag -z\n' });
    expect(upText(93_784)).toBe('up 1 day(s),  2:03,');
    expect([5, 90, 7200].map((seconds) => elapsedText(seconds, 8))).toEqual([
      '      5 ',
      '   1:30 ',
      '2:00:00 ',
    ]);
  });

  it('who and last', () => {
    expect(run('who').stdout).toBe('root         console      Nov 22 23:01\n');
    expect(run('who', '-b').stdout).toBe('   .         system boot  Nov 22 23:00\n');
    expect(run('who', '-r').stdout).toBe(
      '   .         run-level 3  Nov 22 23:00     3      0  S\n',
    );
    expect(run('who', '-q').stdout).toBe('root     \n# users=1\n');
    expect(run('who', '-H').stdout).toMatch(/^NAME {7}LINE {9}TIME\nroot/);
    expect(run('who', '-Z').status).toBe(1);
    expect(run('last').stdout).toBe(
      'root      console                       Sun Nov 22 23:01   still logged in\n' +
        'reboot    system boot                   Sun Nov 22 23:00\n\n' +
        'wtmp begins Sun Nov 22 23:00\n',
    );
    expect(run('last', '-1', 'root').stdout.split('\n').length).toBe(4);
    expect(duration(93_784)).toBe(' (1+02:03)');
  });
});

describe('su', () => {
  it('lets root be anybody', () => {
    expect(run('su', 'ada').stdout).toBe('uid=100(ada) gid=10(staff) groups=20(wheel)\n');
    expect(run('su', '-', 'ada').stdout).toContain('uid=100(ada)');
    expect(run('su', 'nobody')).toMatchObject({ status: 1, stderr: 'su: Unknown id: nobody\n' });
  });

  it('asks others for the password', async () => {
    const ask = async (typed: string): Promise<PtySession> => {
      const session = new PtySession(['/usr/bin/asada', 'su'], { commands, files });
      await session.settle();
      expect(session.screen[0]).toBe('Password:');
      return await session.type(typed);
    };
    const denied = await ask('wrong\r');
    expect([denied.status, denied.screen[1]]).toEqual([1, 'su: Sorry']);
    expect((await ask('secret1\r')).screen[1]).toContain('uid=0(root)');
  });
});

describe('passwd', () => {
  it('changes a password that login then takes', async () => {
    const session = new PtySession(['/usr/bin/passwd', 'ada'], { commands, files });
    await session.settle();
    await session.type('new pass1\r');
    await session.type('new pass1\r');
    expect(session.screen.slice(0, 4)).toEqual([
      'passwd: Changing password for ada',
      'New Password:',
      'Re-enter new Password:',
      'passwd: password successfully changed for ada',
    ]);
    const field = session.node.readFile('/etc/shadow').split('\n')[1]?.split(':')[1] ?? '';
    expect(field).toMatch(/^\$5\$/);
    expect(crypt('new pass1', field)).toBe(field);
  });

  it('wants the old password and a good new one of others', async () => {
    const session = new PtySession(['/usr/bin/asada', 'passwd'], { commands, files });
    await (await session.settle()).type('wrong\r');
    expect(session.screen[2]).toBe('passwd: Sorry, wrong passwd');
    const weak = new PtySession(['/usr/bin/asada', 'passwd'], { commands, files });
    await (await weak.settle()).type('secret1\r');
    await weak.type('abc\r');
    expect(weak.screen[3]).toContain('Password too short');
  });

  it('refuses', () => {
    expect(run('passwd', '-s', 'ada').stdout).toBe('ada       PS\n');
    expect(run('passwd', 'nobody')).toMatchObject({ status: 1 });
    expect(run('passwd', '-l', 'ada')).toMatchObject({ status: 2 });
    expect(node.run(['/usr/bin/passwd', 'root'], { uid: 100 })).toMatchObject({
      status: 1,
      stderr: 'passwd: Permission denied\n',
    });
    expect(weakness('abc', 'ada')).toContain('too short');
    expect(weakness('abcdefgh', 'ada')).toContain('numeric or special');
    expect(weakness('abcdef1', 'ada')).toBeUndefined();
    expect(['', '*LK*', 'NP', '$5$x'].map(statusOf)).toEqual(['NP', 'LK', 'NL', 'PS']);
  });
});

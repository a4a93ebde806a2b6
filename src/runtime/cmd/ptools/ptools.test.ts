import { describe, expect, it } from 'vitest';
import { PARGS } from '#cmd/ptools/pargs.ts';
import { flagText, PFILES } from '#cmd/ptools/pfiles.ts';
import { PTIME, timeLine } from '#cmd/ptools/ptime.ts';
import { PTREE } from '#cmd/ptools/ptree.ts';
import { ABSENT_TOOLS, PCRED, PRUN, PSTOP, PWAIT, PWDX } from '#cmd/ptools/small-tools.ts';
import { PGREP } from '#cmd/pgrep/pgrep.ts';
import { O_CREAT, O_RDWR } from '#abi/illumos/fcntl.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { bootHarness, type NodeHarness, type RunOutcome } from '#testing/node-harness.ts';

const commands = [
  PARGS,
  PFILES,
  PTIME,
  PTREE,
  PCRED,
  PRUN,
  PSTOP,
  PWAIT,
  PWDX,
  PGREP,
  ...ABSENT_TOOLS,
];

function* nap(sys: Sys): Task<number> {
  yield* sys.open('/tmp/file', O_RDWR | O_CREAT, 0o640);
  yield* sys.nanosleep(10n ** 15n);
  return 3;
}

function boot(): { node: NodeHarness; pid: number } {
  const node = bootHarness({
    commands,
    files: { '/etc/passwd': 'root:x:0:0::/:/bin/sh\nada:x:100:10::/:/bin/sh\n' },
  });
  const running = node.start(nap, {
    argv: ['/usr/lib/napper', '-x', "it's"],
    env: { A: '1' },
    cwd: '/tmp',
    uid: 100,
    gid: 10,
  });
  for (let i = 0; i < 20; i += 1) node.step();
  return { node, pid: running.proc.pid };
}

const { node, pid } = boot();
const run = (name: string, ...words: string[]): RunOutcome =>
  node.run([`/usr/bin/${name}`, ...words]);
const p = String(pid);

describe('the proc tools', () => {
  it('pargs shows arguments and environment', () => {
    expect(run('pargs', p).stdout).toBe(
      `${pid}:\t/usr/lib/napper -x it's\nargv[0]: /usr/lib/napper\nargv[1]: -x\nargv[2]: it's\n`,
    );
    expect(run('pargs', '-e', p).stdout).toContain('envp[0]: PATH=');
    expect(run('pargs', '-l', p).stdout).toBe(`/usr/lib/napper -x 'it'\\''s'\n`);
    expect(run('pargs', '99999')).toMatchObject({
      status: 1,
      stderr: 'pargs: cannot examine 99999: no such process\n',
    });
    expect(run('pargs', '-x', p).status).toBe(2);
    expect(run('pargs').stderr).toMatch(/^usage: {2}pargs \[-aceFlx\] \{ pid \| core \}/);
  });

  it('pfiles shows open files in illumos’s form', () => {
    const { stdout } = run('pfiles', p);
    expect(stdout).toMatch(
      new RegExp(`^${pid}:\t/usr/lib/napper -x it's\n  Current rlimit: \\d+ file descriptors\n`),
    );
    expect(stdout).toMatch(
      / {3}3: S_IFREG mode:0640 dev:\d+,\d+ ino:\d+ uid:100 gid:10 size:0\n {6}O_RDWR\n/,
    );
    expect(stdout).toMatch(
      / {3}0: S_IFIFO mode:0\d+ dev:\d+,\d+ ino:\d+ uid:0 gid:0 size:0\n {6}O_RDWR\n/,
    );
    expect(node.run(['/usr/bin/pfiles', p], { uid: 7 })).toMatchObject({
      status: 1,
      stderr: `pfiles: permission denied: ${pid}\n`,
    });
  });

  it('pwdx, pcred and ptree look at one process', () => {
    expect(run('pwdx', p).stdout).toBe(`${pid}:\t/tmp\n`);
    expect(run('pcred', p).stdout).toBe(`${pid}:\te/r/suid=100  e/r/sgid=10\n`);
    expect(run('pcred', '-a', p).stdout).toBe(
      `${pid}:\teuid=100 ruid=100 suid=100  egid=10 rgid=10 sgid=10\n\tgroups: 10\n`,
    );
    expect(run('ptree', p).stdout).toBe(`${p.padEnd(5)} /usr/lib/napper -x it's\n`);
    expect(run('ptree', '-a', p).stdout).toBe(
      `1     /sbin/init\n  ${p.padEnd(5)} /usr/lib/napper -x it's\n`,
    );
    expect(run('ptree', 'ada').stdout).toContain('napper');
    expect(run('ptree', 'nobody')).toMatchObject({
      status: 1,
      stderr: 'ptree: invalid username: nobody\n',
    });
    expect(run('ptree').stdout).toContain('ptree');
  });

  it('pstop stops and prun continues', () => {
    expect(run('pstop', p).status).toBe(0);
    expect(run('pgrep', '-l', 'napper').stdout).toBe(`${p.padStart(5)} napper\n`);
    expect(node.kernel.procs.get(pid)?.state).toBe('stopped');
    expect(run('prun', p).status).toBe(0);
    expect(node.kernel.procs.get(pid)?.state).not.toBe('stopped');
    expect(node.run(['/usr/bin/pstop', p], { uid: 7 }).status).toBe(1);
  });

  it('what needs more of /proc says so', () => {
    for (const { name } of ABSENT_TOOLS) expect(run(name, p).status).toBe(2);
  });

  it('pwait waits for the end and ptime measures a command', () => {
    const second = function* (sys: Sys): Task<number> {
      yield* sys.nanosleep(50_000_000_000n);
      return 3;
    };
    const other = node.start(second, { argv: ['second'] });
    for (let i = 0; i < 5; i += 1) node.step();
    const result = run('pwait', '-v', String(other.proc.pid));
    expect(result.stdout).toMatch(new RegExp(`^${other.proc.pid}: terminated`));
    const timed = run('ptime', '/usr/bin/pgrep', 'nothing-like-it');
    expect(timed.status).toBe(1);
    expect(timed.stderr).toMatch(/^\nreal {8}0\.\d{9}\nuser {8}0\.\d{9}\nsys {9}0\.\d{9}\n$/);
    expect(run('ptime', '-m', '-p', '1').stderr).toMatch(/\nslp +\S+\nlat +\S+\nstop +\S+\n$/);
    expect(timeLine('sys', 3_725_000_000_001n)).toBe('sys   1:02:05.000000001\n');
  });

  it('names open flags', () => {
    expect(flagText(2 | 8, 1)).toBe('O_RDWR|O_APPEND|O_CLOEXEC');
    expect(flagText(0x20000, 0)).toBe('O_RDONLY|0x20000');
  });
});

describe('pgrep and pkill', () => {
  it('find by name, arguments and ids', () => {
    const { node: own, pid: napper } = boot();
    const go = (name: string, ...words: string[]): RunOutcome =>
      own.run([`/usr/bin/${name}`, ...words]);
    const only = { status: 0, stdout: `${napper}\n` };
    expect(go('pgrep', 'nap')).toMatchObject(only);
    expect(go('pgrep', '-x', 'nap').status).toBe(1);
    expect(go('pgrep', '-x', 'napper')).toMatchObject(only);
    expect(go('pgrep', '-f', "it's$")).toMatchObject(only);
    expect(go('pgrep', '-u', 'ada')).toMatchObject(only);
    expect(go('pgrep', '-U', '100', '-P', '1', 'n(a|o)p')).toMatchObject(only);
    expect(go('pgrep', 'napper', '-l').stdout).toBe(`${String(napper).padStart(5)} napper\n`);
    expect(go('pgrep', '-d', ',', '-v', 'napper').stdout).toMatch(/^0,1\n$/);
    expect(go('pkill', '-HUP', '-o', 'napper').status).toBe(0);
    own.step();
    expect(go('pgrep', 'napper').status).toBe(1);
  });

  it('say what is wrong', () => {
    expect(run('pgrep')).toMatchObject({ status: 2 });
    expect(run('pgrep').stderr).toMatch(
      /^pgrep: No matching criteria specified\nUsage: pgrep \[-fl/,
    );
    expect(run('pgrep', '-u', 'nobody').stderr).toBe('pgrep: invalid user name -- nobody\n');
    expect(run('pgrep', '-no', 'x').stderr).toContain('-n and -o are mutually exclusive');
    expect(run('pgrep', '[').stderr).toContain('failed to compile regular expression');
    expect(run('pgrep', '-P', 'x').stderr).toBe("pgrep: invalid argument for option 'P' -- x\n");
    expect(node.run(['/usr/bin/pkill', 'napper'], { uid: 7 }).stderr).toBe(
      `pkill: Failed to signal pid ${pid}: Not owner\n`,
    );
  });
});

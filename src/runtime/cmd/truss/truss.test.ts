import { describe, expect, it } from 'vitest';
import { bufferText, openFlagsText, withResult } from '#cmd/truss/expound.ts';
import { TRUSS } from '#cmd/truss/truss.ts';
import type { Command } from '#cmd/command.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { bootHarness, type RunOutcome } from '#testing/node-harness.ts';

function* victim(sys: Sys): Task<number> {
  const fd = yield* sys.open('/etc/motd', 0);
  yield* sys.read(Number(fd), new Uint8Array(100));
  yield* sys.open('/nosuch', 0);
  yield* sys.write(1, encodeUtf8('hello\n'));
  yield* sys.fork(function* (child) {
    yield* child.write(1, encodeUtf8('c'));
    return 0;
  });
  yield* sys.wait({ pid: -1 });
  return 3;
}

const VICTIM: Command = { name: 'victim', path: '/usr/bin/victim', main: victim };
const node = bootHarness({
  commands: [TRUSS, VICTIM],
  files: { '/etc/motd': 'Welcome to the lab\n' },
});
const truss = (...words: string[]): RunOutcome => node.run(['/usr/bin/truss', ...words]);

describe('truss', () => {
  it('shows calls, results and errors', () => {
    const { stderr, stdout, status } = truss('victim');
    expect([status, stdout]).toEqual([3, 'hello\nc']);
    expect(stderr).toMatch(/^execve\("\/usr\/bin\/victim", 0x0+, 0x0+\) +argc = 1$/m);
    expect(stderr).toContain('openat(AT_FDCWD, "/etc/motd", O_RDONLY)         = 3\n');
    expect(stderr).toContain('read(3, " W e l c o m e   t o   t".., 100)      = 19\n');
    expect(stderr).toContain('openat(AT_FDCWD, "/nosuch", O_RDONLY)           Err#2 ENOENT\n');
    expect(stderr).toMatch(/^write\(1, " h e l l o\\n", 6\) {21}= 6$/m);
    expect(stderr).toMatch(/_exit\(3\)\n$/);
    expect(stderr).not.toContain('write(1, " c"');
  });

  it('follows children with -f and chooses calls with -t', () => {
    const { stderr } = truss('-f', '-t', 'write,open', 'victim');
    expect(stderr).toMatch(/^(\d+):\topenat\(AT_FDCWD, "\/etc\/motd"/m);
    expect(stderr).toMatch(/^\d+:\twrite\(1, " c", 1\) +(= 1)$/m);
    expect(stderr).not.toContain('read(');
    expect(truss('-t', '!all', 'victim').stderr).toBe('');
    expect(truss('-t', '!write,read,execve', 'victim').stderr).not.toContain('read(');
  });

  it('counts with -c, stamps with -d, -D and -E, writes to -o', () => {
    const counted = truss('-c', 'victim').stderr;
    expect(counted).toMatch(/^syscall {15}seconds {3}calls {2}errors\n/);
    expect(counted).toMatch(/^openat +\.\d{3} +2 +1$/m);
    expect(counted).toMatch(/^sys totals: +\.\d{3} +\d+ +1$/m);
    expect(truss('-d', 'victim').stderr).toMatch(
      /^Base time stamp: {2}\d+\.\d{6} {2}\[ \w{3} \w{3} .* \]\n {1}0\.\d{4}\t/,
    );
    expect(truss('-E', '-t', 'read', 'victim').stderr).toMatch(/^ 0\.\d{4}\tread\(3/);
    expect(truss('-o', '/tmp/out', 'victim').stderr).toBe('');
    expect(node.readFile('/tmp/out')).toContain('_exit(3)');
    expect(truss('-a', '-t', 'execve', '/usr/bin/victim', 'x').stderr).toContain(
      ' argv: /usr/bin/victim x\n',
    );
  });

  it('attaches and shows signals', () => {
    const target = node.start(
      function* (sys) {
        yield* sys.nanosleep(5_000_000_000n);
        yield* sys.kill(sys.pid, 15);
        yield* sys.nanosleep(5_000_000_000n);
        return 0;
      },
      { argv: ['target'] },
    );
    for (let i = 0; i < 5; i += 1) node.step();
    const { stderr } = truss('-p', String(target.proc.pid));
    expect(stderr).toContain('    Received signal #15, SIGTERM [default]\n');
    expect(stderr).toContain(`      siginfo: SIGTERM pid=${target.proc.pid} uid=0\n`);
    expect(stderr).toContain('\t*** process killed ***\n');
  });

  it('says what is wrong', () => {
    expect(truss()).toMatchObject({ status: 2 });
    expect(truss().stderr).toMatch(/^usage:\ttruss \[-fcaeildDEF\]/);
    expect(truss('-u', 'libc', 'victim')).toMatchObject({
      status: 2,
      stderr: 'truss: -u: not supported yet\n',
    });
    expect(truss('-s', 'nosuch', 'victim').stderr).toBe(
      'truss: unrecognized signal name/number: nosuch\n',
    );
    expect(truss('-p', '99999').stderr).toBe('truss: no such process: 99999\n');
    expect(truss('nosuch').stderr).toContain('truss: cannot find program: nosuch\n');
  });

  it('formats like truss', () => {
    expect(bufferText(Uint8Array.of(0, 9, 65, 200, 127), 5)).toBe('"\\0\\t AC87F"');
    expect(openFlagsText(0x102 | 8)).toBe('O_RDWR|O_APPEND|O_CREAT');
    expect(withResult('x'.repeat(60), '= 0')).toBe(`${'x'.repeat(60)} = 0\n`);
  });
});

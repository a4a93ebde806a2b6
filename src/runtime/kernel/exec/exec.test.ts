import { expect, test } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import { nativeProgramFile } from '#abi/native-program.ts';
import { F_SETFD } from '#abi/illumos/fcntl.ts';
import { SIGINT, SIGQUIT, SIGUSR1 } from '#abi/illumos/signal.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { bootHarness } from '#testing/node-harness.ts';

/** Says who it is and what it found. */
const show: Command = {
  name: 'show',
  path: '/usr/bin/show',
  *main(sys) {
    const { real, effective } = yield* sys.getuid();
    const group = yield* sys.getgid();
    const words = [`argv=${sys.argv.join('|')}`, `uid=${real}/${effective}`];
    words.push(`gid=${group.real}/${group.effective}`);
    for (const fd of [5, 6]) {
      words.push(`fd${fd}=${isErrno(yield* sys.fcntl(fd, 1)) ? 'closed' : 'open'}`);
    }
    for (const signal of [SIGINT, SIGQUIT, SIGUSR1]) {
      const action = yield* sys.sigaction(signal);
      words.push(isErrno(action) ? action.name : String(action.handler));
    }
    words.push(`pending=${(yield* sys.sigpending()).join()}`);
    yield* sys.write(1, encodeUtf8(words.join(' ')));
    return 0;
  },
};

test('descriptors, handlers and signals over exec', () => {
  const node = bootHarness({ commands: [show] });
  const result = node.run(function* (sys) {
    yield* sys.dup2(0, 5);
    yield* sys.dup2(0, 6);
    yield* sys.fcntl(6, F_SETFD, 1);
    yield* sys.sigaction(SIGINT, { handler: 'ignore' });
    yield* sys.sigaction(SIGQUIT, { *handler() {} });
    yield* sys.sigprocmask('block', [SIGUSR1]);
    yield* sys.kill(sys.pid, SIGUSR1);
    yield* sys.execve('/usr/bin/show', ['show', 'a b'], new Map());
    return 1;
  });
  expect(result.stdout).toBe(
    'argv=show|a b uid=0/0 gid=0/0 fd5=open fd6=closed ignore default default pending=16',
  );
});

test('set-uid and set-gid bits count on programs, not on scripts, and not under a tracer', () => {
  const content = nativeProgramFile('show');
  const node = bootHarness({
    commands: [show],
    files: {
      '/usr/bin/su-show': { content, mode: 0o6755, uid: 7, gid: 8 },
      '/usr/bin/script': { content: '#!/usr/bin/show\n', mode: 0o6755, uid: 7, gid: 8 },
    },
  });
  const as = { uid: 100, gid: 10 };
  expect(node.run(['/usr/bin/su-show'], as).stdout).toContain('uid=100/7 gid=10/8');
  expect(node.run(['/usr/bin/script'], as).stdout).toContain('uid=100/100 gid=10/10');
  const traced = node.run(function* (sys) {
    const child = yield* sys.fork(function* (own) {
      yield* own.nanosleep(1_000_000n);
      yield* own.execve('/usr/bin/su-show', ['x'], new Map());
      return 1;
    });
    if (isErrno(child)) return 1;
    const id = yield* sys.trace(child, false);
    if (isErrno(id)) return 1;
    for (;;) {
      const events = yield* sys.traceRead(id);
      if (isErrno(events) || events.length === 0) return 0;
    }
  }, as);
  expect(traced.stdout).toContain('uid=100/100 gid=10/10');
});

test('scripts of scripts, with one argument each, down to a program', () => {
  const node = bootHarness({
    commands: [show],
    files: {
      '/a': { content: '#!/b one two\n', mode: 0o755 },
      '/b': { content: '#! \t/usr/bin/show\t-x \n', mode: 0o755 },
    },
  });
  expect(node.run(['/a', 'end']).stdout).toContain('argv=/usr/bin/show|-x|/b|one|/a|end ');
});

test('a program file may be copied and renamed; without execute permission it does not run', () => {
  const content = nativeProgramFile('show');
  const node = bootHarness({
    commands: [show],
    files: {
      '/tmp/copy': { content, mode: 0o700, uid: 100 },
      '/tmp/not': { content, mode: 0o644 },
    },
  });
  expect(node.run(['/tmp/copy'], { uid: 100 }).status).toBe(0);
  expect(node.run(['/tmp/copy'], { uid: 101 })).toMatchObject({
    status: 126,
    stderr: '/tmp/copy: Permission denied\n',
  });
  expect(node.run(['/tmp/not']).status).toBe(126);
});

test('a process that is interrupted in open of a fifo is no reader of it any more', () => {
  const node = bootHarness();
  const result = node.run(function* (sys) {
    yield* sys.mknod('/tmp/fifo', 0o010666, 0);
    yield* sys.sigaction(SIGUSR1, { *handler() {} });
    const reader = yield* sys.fork(function* (own) {
      yield* own.open('/tmp/fifo', 0);
      return 0;
    });
    yield* sys.nanosleep(1_000_000n);
    if (!isErrno(reader)) yield* sys.kill(reader, 9);
    yield* sys.wait({ pid: -1 });
    const opened = yield* sys.open('/tmp/fifo', 0x81);
    return isErrno(opened) && opened.name === 'ENXIO' ? 0 : 1;
  });
  expect(result.status).toBe(0);
});

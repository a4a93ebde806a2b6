import { expect, test } from 'vitest';
import { O_NOCTTY, O_NONBLOCK, O_RDWR } from '#abi/illumos/fcntl.ts';
import {
  ISPTM,
  TCGETS,
  TCSETS,
  TIOCGPGRP,
  TIOCGSID,
  TIOCGWINSZ,
  TIOCSPGRP,
  TIOCSWINSZ,
  UNLKPT,
} from '#abi/illumos/ioctl.ts';
import { POLLHUP, POLLIN, POLLOUT } from '#abi/illumos/poll.ts';
import { SIGHUP, SIGINT, SIGTTOU, SIGWINCH } from '#abi/illumos/signal.ts';
import { ECHO, ICANON, type Termios, VMIN, VTIME } from '#abi/illumos/termios.ts';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { bootHarness } from '#testing/node-harness.ts';

function emptyTermios(): Termios {
  return { iflag: 0, oflag: 0, cflag: 0, lflag: 0, cc: new Uint8Array(19) };
}

function* must(task: Task<unknown>): Task<number> {
  const result = yield* task;
  if (isErrno(result)) throw new Error(result.name);
  return result as number;
}

/** Opens a pty; answers the master and the slave's path. */
function* openPty(sys: Sys): Task<readonly [number, string]> {
  const master = yield* must(sys.open('/dev/ptmx', O_RDWR | O_NOCTTY));
  const cell = { value: -1 };
  yield* must(sys.ioctl(master, ISPTM, cell));
  yield* must(sys.ioctl(master, UNLKPT));
  return [master, `/dev/pts/${cell.value}`];
}

function* readText(sys: Sys, fd: number): Task<string> {
  const target = new Uint8Array(4096);
  const count = yield* sys.read(fd, target);
  return isErrno(count) ? count.name : decodeUtf8(target.subarray(0, count));
}

/** Runs a program on a node with /dev; the lines that it notes are the result. */
function runOnNode(program: (sys: Sys, note: (line: string) => void) => Task<number>): string[] {
  const lines: string[] = [];
  const outcome = bootHarness().run((sys) => program(sys, (line) => lines.push(line)));
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  return lines;
}

test('what is typed at the master is a line for the slave, echoed back', () => {
  const lines = runOnNode(function* (sys, note) {
    const [master, path] = yield* openPty(sys);
    const slave = yield* must(sys.open(path, O_RDWR | O_NOCTTY));
    yield* must(sys.write(master, encodeUtf8('hi\r')));
    note(yield* readText(sys, slave));
    note(yield* readText(sys, master));
    note(`${yield* sys.isatty(slave)}`);
    yield* must(sys.close(slave));
    note(yield* readText(sys, master));
    return 0;
  });
  expect(lines).toEqual(['hi\n', 'hi\r\n', 'true', '']);
});

test('a session leader gets the terminal; ^C and a new size signal its foreground group', () => {
  const lines = runOnNode(function* (sys, note) {
    const [master, path] = yield* openPty(sys);
    const child = yield* must(
      sys.fork(function* (inner) {
        yield* must(inner.close(master));
        yield* inner.setsid();
        const slave = yield* must(inner.open(path, O_RDWR));
        const cell = { value: 0 };
        yield* must(inner.ioctl(slave, TIOCGPGRP, cell));
        const session = { value: 0 };
        yield* must(inner.ioctl(slave, TIOCGSID, session));
        const isOwn = cell.value === inner.pid && session.value === inner.pid;
        let text = `group ${isOwn}\n`;
        const seen = new Set<number>();
        const expected = [SIGINT, SIGWINCH, SIGHUP];
        yield* inner.sigprocmask('block', expected);
        for (const signal of expected) {
          yield* inner.sigaction(signal, {
            handler: function* () {
              seen.add(signal);
              text = `signal ${signal}\n`;
            },
          });
        }
        for (;;) {
          yield* inner.write(slave, encodeUtf8(text));
          if (seen.has(SIGHUP)) return seen.size;
          yield* inner.sigsuspend([]);
        }
      }),
    );
    note(yield* readText(sys, master));
    yield* must(sys.write(master, Uint8Array.of(3)));
    note(yield* readText(sys, master));
    yield* must(sys.ioctl(master, TIOCSWINSZ, { rows: 50, columns: 132 }));
    note(yield* readText(sys, master));
    const size = { rows: 0, columns: 0, xPixels: 0, yPixels: 0 };
    yield* must(sys.ioctl(master, TIOCGWINSZ, size));
    note(`${size.columns}x${size.rows}`);
    yield* must(sys.close(master));
    const end = yield* sys.wait({ pid: child });
    note(end !== undefined && !isErrno(end) ? `${end.how} ${end.status}` : 'lost');
    return 0;
  });
  expect(lines).toEqual([
    'group true\r\n',
    expect.stringMatching(/^\^C/),
    expect.stringMatching(/signal/),
    '132x50',
    'exited 3',
  ]);
});

test('a background group that changes the terminal is stopped', () => {
  const lines = runOnNode(function* (sys, note) {
    const [master, path] = yield* openPty(sys);
    const leader = yield* must(
      sys.fork(function* (inner) {
        yield* must(inner.close(master));
        yield* inner.setsid();
        const slave = yield* must(inner.open(path, O_RDWR));
        const job = yield* must(
          inner.fork(function* (background) {
            yield* background.setpgid(0, 0);
            yield* background.ioctl(slave, TIOCSPGRP, { value: background.pid });
            return 0;
          }),
        );
        const stopped = yield* inner.wait({ pid: job, untraced: true });
        const isStopped = stopped !== undefined && !isErrno(stopped) && stopped.how === 'stopped';
        yield* inner.kill(job, 9);
        return isStopped && stopped.status === SIGTTOU ? 0 : 1;
      }),
    );
    const end = yield* sys.wait({ pid: leader });
    note(end !== undefined && !isErrno(end) ? `${end.how} ${end.status}` : 'lost');
    return 0;
  });
  expect(lines).toEqual(['exited 0']);
});

test('VMIN and VTIME', () => {
  const lines = runOnNode(function* (sys, note) {
    const [master, path] = yield* openPty(sys);
    const slave = yield* must(sys.open(path, O_RDWR | O_NOCTTY));
    const modes = emptyTermios();
    yield* must(sys.ioctl(slave, TCGETS, modes));
    modes.lflag &= ~(ICANON | ECHO);
    modes.cc[VMIN] = 0;
    modes.cc[VTIME] = 5;
    yield* must(sys.ioctl(slave, TCSETS, modes));
    const before = yield* sys.gethrtime();
    note(`[${yield* readText(sys, slave)}]`);
    const waitedMs = Number(((yield* sys.gethrtime()) - before) / 1_000_000n);
    note(`${waitedMs >= 500 && waitedMs < 600}`);
    modes.cc[VMIN] = 3;
    yield* must(sys.ioctl(slave, TCSETS, modes));
    yield* must(sys.write(master, encodeUtf8('a')));
    // The byte starts the timer: half a second later the read ends with one of three.
    note(yield* readText(sys, slave));
    yield* must(sys.write(master, encodeUtf8('abcd')));
    note(yield* readText(sys, slave));
    return 0;
  });
  expect(lines).toEqual(['[]', 'true', 'a', 'abcd']);
});

test('a hangup ends reads, fails writes, and poll says so', () => {
  const lines = runOnNode(function* (sys, note) {
    const [master, path] = yield* openPty(sys);
    const slave = yield* must(sys.open(path, O_RDWR | O_NOCTTY));
    yield* must(sys.close(master));
    note(`[${yield* readText(sys, slave)}]`);
    const written = yield* sys.write(slave, Uint8Array.of(1));
    note(isErrno(written) ? written.name : 'written');
    const request = { fd: slave, events: POLLIN | POLLOUT, revents: 0 };
    yield* sys.poll([request], 0);
    note(`${request.revents === (POLLIN | POLLHUP)}`);
    const again = yield* sys.open(path, O_RDWR);
    note(isErrno(again) ? again.name : 'opened');
    yield* must(sys.close(slave));
    const gone = yield* sys.stat(path);
    note(isErrno(gone) ? gone.name : 'there');
    return 0;
  });
  expect(lines).toEqual(['[]', 'EIO', 'true', 'ENXIO', 'ENOENT']);
});

test('after the session leader its background jobs can neither read nor write the terminal', () => {
  const lines = runOnNode(function* (sys, note) {
    const [master, path] = yield* openPty(sys);
    const leader = yield* must(
      sys.fork(function* (inner) {
        yield* must(inner.close(master));
        yield* inner.setsid();
        const slave = yield* must(inner.open(path, O_RDWR));
        yield* must(
          inner.fork(function* (job) {
            yield* job.sigaction(SIGHUP, { handler: 'ignore' });
            yield* job.setpgid(0, 0);
            yield* job.nanosleep(100_000_000n);
            const target = new Uint8Array(10);
            const count = yield* job.read(slave, target);
            const written = yield* job.write(slave, target);
            note(isErrno(count) ? count.name : `read ${count}`);
            note(isErrno(written) ? written.name : `wrote ${written}`);
            yield* job.nanosleep(200_000_000n);
            return 0;
          }),
        );
        yield* inner.nanosleep(50_000_000n);
        return 0;
      }),
    );
    yield* sys.wait({ pid: leader });
    // The next login on the same line, before the job tries.
    const next = yield* must(sys.open(path, O_RDWR | O_NOCTTY));
    yield* must(sys.write(master, encodeUtf8('password\n')));
    yield* sys.nanosleep(100_000_000n);
    note(yield* readText(sys, next));
    return 0;
  });
  expect(lines).toEqual(['read 0', 'EIO', 'password\n']);
});

test('a pty nobody reads takes a bounded amount', () => {
  const lines = runOnNode(function* (sys, note) {
    const [, path] = yield* openPty(sys);
    const slave = yield* must(sys.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK));
    const block = new Uint8Array(100_000).fill(65);
    let total = 0;
    for (;;) {
      const count = yield* sys.write(slave, block);
      if (isErrno(count)) break;
      total += count;
    }
    note(`${total > 64 * 1024 && total < 100_000}`);
    return 0;
  });
  expect(lines).toEqual(['true']);
});

test('the memory devices', () => {
  const lines = runOnNode(function* (sys, note) {
    for (const name of ['null', 'zero', 'full', 'random', 'urandom']) {
      const fd = yield* must(sys.open(`/dev/${name}`, O_RDWR));
      const target = new Uint8Array(64).fill(255);
      const count = yield* sys.read(fd, target);
      const written = yield* sys.write(fd, target);
      const same = target.every((byte) => byte === target[0]);
      note(
        `${name} ${isErrno(count) ? count.name : count} ${same} ${isErrno(written) ? written.name : written}`,
      );
    }
    const link = yield* sys.readlink('/dev/null');
    note(isErrno(link) ? link.name : link);
    const tty = yield* sys.open('/dev/tty', O_RDWR);
    note(isErrno(tty) ? tty.name : 'opened');
    return 0;
  });
  expect(lines).toEqual([
    'null 0 true 64',
    'zero 64 true 64',
    'full 64 true ENOSPC',
    'random 64 false 64',
    'urandom 64 false 64',
    '../devices/pseudo/mm@0:null',
    'ENXIO',
  ]);
});

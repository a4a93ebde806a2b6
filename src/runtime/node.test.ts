import { expect, test } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import { S_IFCHR, makedev } from '#abi/illumos/stat.ts';
import { AssertionError } from '#base/assert.ts';
import { AD_BOOT, AD_POWEROFF, A_DUMP, A_REBOOT, A_SHUTDOWN } from '#abi/illumos/uadmin.ts';
import { nativeProgramFile } from '#abi/native-program.ts';
import { TIOCGWINSZ } from '#abi/illumos/ioctl.ts';
import { SIGINT, SIGPWR, SIGTERM } from '#abi/illumos/signal.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { NativeMain, Sys, Task } from '#kernel/syscall/sys.ts';
import type { ExecRequest, Node, RecordedInput } from '#runtime/node-contract.ts';
import { type NodeParts, createNodeOf } from '#runtime/node.ts';
import { startInit } from '#runtime/node/boot.ts';
import { mountKernelFilesystems } from '#runtime/node/mount-root.ts';
import { SimHost, RecordingListener, inputAt, replay, runNode } from '#testing/sim/host.ts';

function* say(sys: Sys, text: string): Task<void> {
  yield* sys.write(1, encodeUtf8(text));
}

const PROGRAMS: Record<string, NativeMain> = {
  *hello(sys) {
    yield* say(sys, `hello ${sys.argv.slice(1).join(' ')} ${sys.env.get('X') ?? ''}\n`);
    return 4;
  },
  *cat(sys) {
    const buffer = new Uint8Array(8192);
    for (;;) {
      const count = yield* sys.read(0, buffer);
      if (isErrno(count) || count === 0) return 0;
      yield* sys.write(1, buffer.subarray(0, count));
    }
  },
  *yes(sys) {
    const block = encodeUtf8('y\n'.repeat(4096));
    for (;;) {
      const count = yield* sys.write(1, block);
      if (isErrno(count)) return 1;
    }
  },
  *spin(sys) {
    for (;;) yield* sys.preempt(100);
  },
  *reboot(sys) {
    yield* sys.uadmin(A_REBOOT, AD_BOOT);
    return 1;
  },
  *write(sys) {
    const fd = yield* sys.open('/tmp/file', 0x102, 0o644);
    if (isErrno(fd)) return 1;
    const random = new Uint8Array(16);
    yield* sys.random(random);
    yield* sys.write(fd, random);
    yield* sys.nanosleep(50_000_000n);
    return 0;
  },
  *tty(sys) {
    const size = { rows: 0, columns: 0, xPixels: 0, yPixels: 0 };
    yield* sys.ioctl(0, TIOCGWINSZ, size);
    const kind = (yield* sys.isatty(1)) ? 'tty' : 'no tty';
    yield* say(sys, `${kind} ${size.columns}x${size.rows}\n`);
    const buffer = new Uint8Array(100);
    const count = yield* sys.read(0, buffer);
    return isErrno(count) ? 99 : count;
  },
  *touchbad(sys) {
    yield* sys.mknod('/tmp/bad', S_IFCHR | 0o666, makedev(BROKEN_MAJOR, 0));
    yield* sys.open('/tmp/bad', 0);
    return 0;
  },
  *dump(sys) {
    yield* sys.uadmin(A_DUMP, 0);
    return 1;
  },
  *pair(sys) {
    yield* sys.fork(function* (child) {
      yield* child.nanosleep(1_000_000_000_000n);
      return 0;
    });
    yield* sys.wait({ pid: -1 });
    return 0;
  },
  *throws() {
    throw new TypeError('a bug in a program');
  },
};

function* init(sys: Sys): Task<number> {
  let isPowerFailing = false;
  yield* sys.sigaction(SIGPWR, {
    *handler() {
      isPowerFailing = true;
    },
  });
  yield* sys.announce('running');
  while (!isPowerFailing) yield* sys.sigsuspend([]);
  yield* sys.announce('shuttingDown');
  yield* sys.nanosleep(100_000_000n);
  yield* sys.uadmin(A_SHUTDOWN, AD_POWEROFF);
  return 0;
}

const BROKEN_MAJOR = 200;

/** A driver with a bug. */
function openBroken(): never {
  throw new AssertionError('assertion failed: it never opens');
}

const PARTS: NodeParts = {
  programs: new Map(Object.entries(PROGRAMS)),
  boot(assembled, options) {
    assembled.drivers.register({ name: 'broken', major: BROKEN_MAJOR, open: openBroken });
    const { context } = assembled.kernel;
    const root = assembled.rootfs.root();
    root.mkdir('tmp', { type: 'VDIR', mode: 0o1777 }, context);
    const bin = root.mkdir('bin', { type: 'VDIR', mode: 0o755 }, context);
    if (isErrno(bin)) throw new Error(bin.name);
    for (const name of Object.keys(PROGRAMS)) {
      const file = bin.create(name, { type: 'VREG', mode: 0o755 }, true, context);
      if (!isErrno(file)) file.write(0, nativeProgramFile(name), context);
    }
    mountKernelFilesystems(assembled);
    startInit(assembled, options, init);
  },
};

interface Rig {
  readonly host: SimHost;
  readonly listener: RecordingListener;
  readonly node: Node;
  readonly run: (ms: number) => void;
}

function rig(seed = 1): Rig {
  const host = new SimHost(seed);
  const listener = new RecordingListener();
  const options = {
    name: 'test',
    ramBytes: 256 * 1024 * 1024,
    cpuCount: 2,
    boot: { properties: new Map<string, string>(), flags: [] },
  };
  const node = createNodeOf(PARTS, options, host, listener);
  const run = (ms: number): void =>
    runNode(node, host.clock, host.clock.monotonicNs() + BigInt(ms) * 1_000_000n);
  return { host, listener, node, run };
}

function request(id: number, ...argv: readonly string[]): ExecRequest {
  return { id, argv, env: new Map([['X', 'x']]), cwd: '/', uid: 0 };
}

test('an exec posted before power-on is through waits for multi-user', () => {
  const { node, listener, run } = rig();
  node.post({ kind: 'powerOn' });
  node.post({ kind: 'exec', request: request(1, 'hello', 'a', 'b') });
  run(100);
  expect(listener.states.map((state) => state.kind)).toEqual(['booting', 'running']);
  expect(listener.text(1)).toBe('hello a b x\n');
  expect(listener.exits.get(1)).toEqual({ kind: 'exited', value: 4 });
});

test('a program that is not there exits 127 with a message, one that is no program 126', () => {
  const { node, listener, run } = rig();
  node.post({ kind: 'powerOn' });
  node.post({ kind: 'exec', request: request(1, 'nothing') });
  node.post({ kind: 'exec', request: request(2, '/tmp') });
  run(100);
  expect(listener.exits.get(1)).toEqual({ kind: 'exited', value: 127 });
  expect(listener.text(1, 'stderr')).toBe('nothing: not found\n');
  expect(listener.exits.get(2)).toEqual({ kind: 'exited', value: 126 });
  expect(listener.text(2, 'stderr')).toBe('/tmp: Permission denied\n');
});

test('input passes through cat and is credited as it is taken', () => {
  const { node, listener, run } = rig();
  node.post({ kind: 'powerOn' });
  node.post({ kind: 'exec', request: request(1, 'cat') });
  run(50);
  node.post({ kind: 'execInput', id: 1, bytes: encodeUtf8('line\n') });
  run(50);
  expect(listener.text(1)).toBe('line\n');
  expect(listener.taken.get(1)).toBe(5);
  expect(listener.exits.has(1)).toBe(false);
  node.post({ kind: 'execInputEnd', id: 1 });
  run(50);
  expect(listener.exits.get(1)).toEqual({ kind: 'exited', value: 0 });
});

test('output stops at the credit and goes on with more; a signal ends the writer', () => {
  const { node, listener, run } = rig();
  node.post({ kind: 'powerOn' });
  node.post({ kind: 'exec', request: request(1, 'yes') });
  run(200);
  expect(listener.text(1).length).toBe(256 * 1024);
  run(500);
  expect(listener.text(1).length).toBe(256 * 1024);
  node.post({ kind: 'execCredit', id: 1, byteCount: 1000 });
  run(50);
  expect(listener.text(1).length).toBe(256 * 1024 + 1000);
  node.post({ kind: 'execSignal', id: 1, signal: SIGTERM });
  node.post({ kind: 'execCredit', id: 1, byteCount: 1_000_000 });
  run(50);
  expect(listener.exits.get(1)).toEqual({ kind: 'killed', value: SIGTERM });
});

test('an exec with a terminal: size, echo, end of input, ^C', () => {
  const { node, listener, run } = rig();
  const tty = { columns: 90, rows: 30 };
  node.post({ kind: 'powerOn' });
  node.post({ kind: 'exec', request: { ...request(1, 'tty'), tty } });
  run(50);
  expect(listener.text(1)).toBe('tty 90x30\r\n');
  node.post({ kind: 'execInput', id: 1, bytes: encodeUtf8('abc\r') });
  run(50);
  expect(listener.text(1)).toBe('tty 90x30\r\nabc\r\n');
  expect(listener.exits.get(1)).toEqual({ kind: 'exited', value: 4 });
  node.post({ kind: 'exec', request: { ...request(2, 'cat'), tty } });
  run(50);
  node.post({ kind: 'execInput', id: 2, bytes: Uint8Array.of(3) });
  run(50);
  expect(listener.exits.get(2)).toEqual({ kind: 'killed', value: SIGINT });
  node.post({ kind: 'exec', request: { ...request(3, 'cat'), tty } });
  node.post({ kind: 'execInputEnd', id: 3 });
  run(50);
  expect(listener.exits.get(3)).toEqual({ kind: 'exited', value: 0 });
});

test('a signal of the host reaches the whole group of the program', () => {
  const { node, listener, run } = rig();
  node.post({ kind: 'powerOn' });
  run(50);
  const before = node.statistics().processCount;
  node.post({ kind: 'exec', request: request(1, 'pair') });
  run(50);
  expect(node.statistics().processCount).toBe(before + 2);
  node.post({ kind: 'execSignal', id: 1, signal: SIGINT });
  run(50);
  expect(listener.exits.get(1)).toEqual({ kind: 'killed', value: SIGINT });
  const left = node.statistics();
  expect(left.threadCount).toBe(1);
});

test('the power button lets init shut down; reboot starts a new life without the old files', () => {
  const { node, listener, run } = rig();
  node.post({ kind: 'powerOn' });
  node.post({ kind: 'exec', request: request(1, 'reboot') });
  run(100);
  const kinds = (): string[] => listener.states.map((state) => state.kind);
  expect(kinds()).toEqual(['booting', 'running', 'booting', 'running']);
  expect(listener.exits.get(1)).toEqual({ kind: 'killed', value: 9 });
  node.post({ kind: 'powerButton' });
  run(500);
  expect(kinds().slice(4)).toEqual(['shuttingDown', 'off']);
  expect(node.run(1_000_000n)).toEqual({ isRunnable: false, wakeAtNs: undefined });
});

test('the power button pressed while the node boots is obeyed once it is up', () => {
  const { node, listener, run } = rig();
  node.post({ kind: 'powerOn' });
  node.post({ kind: 'powerButton' });
  run(500);
  const kinds = listener.states.map((state) => state.kind);
  expect(kinds).toEqual(['booting', 'running', 'shuttingDown', 'off']);
});

test('nmi panics with a dump; reset boots again; a program bug kills only the program', () => {
  const { node, listener, host, run } = rig();
  node.post({ kind: 'powerOn' });
  node.post({ kind: 'exec', request: request(1, 'throws') });
  node.post({ kind: 'exec', request: request(2, 'cat') });
  run(50);
  expect(listener.exits.get(1)).toEqual({ kind: 'killed', value: 11 });
  expect(host.logged.join()).toContain('a bug in a program');
  expect(node.state.kind).toBe('running');
  node.post({ kind: 'nmi' });
  run(50);
  expect(node.state).toEqual({ kind: 'panicked', message: 'NMI received' });
  expect(listener.panic?.dump).toContain('/sbin/init');
  expect(listener.exits.get(2)).toEqual({ kind: 'killed', value: 9 });
  node.post({ kind: 'reset' });
  run(50);
  expect(node.state.kind).toBe('running');
});

test('a broken invariant in a driver panics the node, with its stack in the dump', () => {
  const { node, listener, run } = rig();
  node.post({ kind: 'powerOn' });
  node.post({ kind: 'exec', request: request(1, 'touchbad') });
  run(50);
  expect(node.state).toEqual({ kind: 'panicked', message: 'assertion failed: it never opens' });
  expect(listener.panic?.dump).toContain('openBroken');
  expect(listener.panic?.dump).toMatch(/pid \d+ .* touchbad/);
});

test('a forced dump is a panic, and only root can have it', () => {
  const { node, run } = rig();
  node.post({ kind: 'powerOn' });
  node.post({ kind: 'exec', request: { ...request(1, 'dump'), uid: 100 } });
  run(50);
  expect(node.state.kind).toBe('running');
  node.post({ kind: 'exec', request: request(2, 'dump') });
  run(50);
  expect(node.state).toEqual({
    kind: 'panicked',
    message: 'forced crash dump initiated at user request',
  });
});

test('the end of init is a panic of this node and nothing else', () => {
  const { node, listener, run } = rig();
  node.post({ kind: 'powerOn' });
  run(50);
  const other = rig();
  other.node.post({ kind: 'powerOn' });
  other.run(50);
  node.post({ kind: 'powerButton' });
  run(500);
  expect(node.state.kind).toBe('off');
  expect(listener.panic).toBeUndefined();
  expect(other.node.state.kind).toBe('running');
});

const STORY: readonly RecordedInput[] = [
  inputAt(0, { kind: 'powerOn' }),
  inputAt(40, { kind: 'exec', request: request(1, 'write') }),
  inputAt(45, { kind: 'exec', request: request(2, 'spin') }),
  inputAt(60, { kind: 'exec', request: request(3, 'cat') }),
  inputAt(80, { kind: 'execInput', id: 3, bytes: encodeUtf8('some input\n') }),
  inputAt(200, { kind: 'execSignal', id: 2, signal: SIGTERM }),
];

function digests(seed: number, story: readonly RecordedInput[]): string[] {
  const { node, host } = rig(seed);
  const seen: string[] = [];
  let from = 0;
  for (const checkpointMs of [50, 100, 150, 300]) {
    const atNs = BigInt(checkpointMs) * 1_000_000n;
    const due = story.slice(from).filter((input) => input.atNs <= atNs);
    from += due.length;
    replay(node, host.clock, due, atNs);
    seen.push(node.digest());
  }
  return seen;
}

test('the same seed and input give the same digests, and only those', () => {
  const first = digests(7, STORY);
  expect(digests(7, STORY)).toEqual(first);
  expect(new Set(first).size).toBe(first.length);
  expect(digests(8, STORY)[3]).not.toBe(first[3]);
  const later = STORY.with(4, inputAt(81, { kind: 'execInput', id: 3, bytes: encodeUtf8('x') }));
  expect(digests(7, later)[0]).toBe(first[0]);
  expect(digests(7, later)[3]).not.toBe(first[3]);
});

test('a recording replays to the same digest', () => {
  const live = rig(3);
  replay(live.node, live.host.clock, STORY, 250_000_000n);
  const again = rig(3);
  replay(again.node, again.host.clock, live.node.recording, 250_000_000n);
  expect(again.node.digest()).toBe(live.node.digest());
});

/**
 * What the kernel costs a native program: a call that does nothing, bytes through a pipe, and the
 * pipeline `yes | head -c 100m | wc -c` with the real commands. The peer is the same work in plain
 * JavaScript: a loop of generator calls, and a copy of the same bytes through a buffer.
 */
import { type Bench, type Measurement, median } from '#bench/measure.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { NativeMain } from '#kernel/syscall/sys.ts';
import { COMMANDS } from '#cmd/commands.table.ts';
import { bootHarness } from '#testing/node-harness.ts';

const RUNS = 5;
const CALLS = 500_000;
const CHUNK_BYTES = 64 * 1024;
const PIPE_BYTES = 256 * 1024 * 1024;

function seconds(work: () => void): number {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const started = performance.now();
    work();
    times.push((performance.now() - started) / 1000);
  }
  return median(times);
}

const getpids: NativeMain = function* (sys) {
  for (let i = 0; i < CALLS; i += 1) yield* sys.getpid();
  return 0;
};

function* plainCall(value: number): Generator<never, number, void> {
  return value;
}

function* plainCalls(): Generator<never, number, void> {
  let sum = 0;
  for (let i = 0; i < CALLS; i += 1) sum += yield* plainCall(i);
  return sum;
}

const pipeThrough: NativeMain = function* (sys) {
  const ends = yield* sys.pipe();
  if (isErrno(ends)) return 1;
  const [readFd, writeFd] = ends;
  yield* sys.fork(function* (child) {
    yield* child.close(readFd);
    const chunk = new Uint8Array(CHUNK_BYTES).fill(7);
    for (let sent = 0; sent < PIPE_BYTES; sent += CHUNK_BYTES) yield* child.write(writeFd, chunk);
    return 0;
  });
  yield* sys.close(writeFd);
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    const count = yield* sys.read(readFd, buffer);
    if (isErrno(count) || count === 0) return 0;
  }
};

/** Two copies a byte, as the pipe makes them. */
function plainCopy(): void {
  const from = new Uint8Array(CHUNK_BYTES).fill(7);
  const ring = new Uint8Array(CHUNK_BYTES);
  const to = new Uint8Array(CHUNK_BYTES);
  for (let sent = 0; sent < PIPE_BYTES; sent += CHUNK_BYTES) {
    ring.set(from);
    to.set(ring);
  }
}

function measurePipeline(): Measurement {
  const node = bootHarness({ commands: COMMANDS });
  const took = seconds(() => {
    const words = ['/usr/bin/bash', '-c', 'yes | head -c 104857600 | wc -c'];
    const result = node.run(words, { timeoutMs: 1e9 });
    if (result.stdout.trim() !== '104857600') throw new Error(result.stdout + result.stderr);
  });
  return { name: 'kernel/yes-head-wc-100m', value: took, unit: 's', better: 'lower', bound: 3 };
}

export const bench: Bench = {
  name: 'kernel',
  run() {
    const node = bootHarness();
    const own = seconds(() => node.run(getpids));
    const peer = seconds(() => {
      plainCalls().next();
    });
    const piped = seconds(() => node.run(pipeThrough));
    const copied = seconds(plainCopy);
    const perCall = { own: (own / CALLS) * 1e9, peer: (peer / CALLS) * 1e9 };
    const rate = { own: PIPE_BYTES / 1e6 / piped, peer: PIPE_BYTES / 1e6 / copied };
    return [
      { name: 'kernel/getpid', value: perCall.own, unit: 'ns', better: 'lower', bound: 1000 },
      {
        name: 'kernel/getpid-over-call',
        value: perCall.own,
        unit: 'ns',
        better: 'lower',
        peer: { name: 'a generator call', value: perCall.peer },
      },
      { name: 'kernel/pipe-64k', value: rate.own, unit: 'MB/s', better: 'higher', bound: 200 },
      {
        name: 'kernel/pipe-over-copy',
        value: rate.own,
        unit: 'MB/s',
        better: 'higher',
        peer: { name: 'two copies', value: rate.peer },
      },
      measurePipeline(),
    ];
  },
};

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { PIPE_BUF } from '#abi/illumos/limits.ts';
import { POLLHUP, POLLIN, POLLOUT } from '#abi/illumos/poll.ts';
import { isWouldBlock } from '#kernel/disp/wait.ts';
import { CHANNEL_BYTES, Channel } from '#kernel/io/channel.ts';
import { FifoVfs, type PipeEnd } from '#kernel/fs/fifofs/pipe.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';
import { contextOf, credentials, makeVfsFixture, SteppingClock } from '#testing/vfs-fixture.ts';

const ctx = contextOf(credentials(0, 0));
const nonBlocking = contextOf(credentials(0, 0), O_NONBLOCK);

function pipe(): readonly [PipeEnd, PipeEnd] {
  return new FifoVfs(new SteppingClock(), 1).makePipe(ctx);
}

test('a channel gives back what it took, in order, whatever the sizes', () => {
  const sizes = fc.array(fc.nat(100_000), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(sizes, sizes, (puts, takes) => {
      const channel = new Channel();
      let written = 0;
      let read = 0;
      for (let i = 0; i < Math.max(puts.length, takes.length); i += 1) {
        const source = new Uint8Array(puts[i] ?? 1);
        for (let k = 0; k < source.length; k += 1) source[k] = (written + k) * 31;
        const taken = channel.put(source);
        if (source.length <= PIPE_BUF) expect([0, source.length]).toContain(taken);
        written += taken;
        const target = new Uint8Array(takes[i] ?? 1);
        const count = channel.take(target);
        for (let k = 0; k < count; k += 1) {
          if (target[k] !== (((read + k) * 31) & 255)) throw new Error(`byte ${read + k} differs`);
        }
        read += count;
        expect(channel.usedBytes).toBe(written - read);
      }
    }),
    { numRuns: 50 },
  );
});

test('a pipe nobody reads takes a bounded amount, then asks to wait', () => {
  const [, writer] = pipe();
  const block = new Uint8Array(1 << 20);
  let total = 0;
  for (;;) {
    const result = writer.write(0, block, ctx);
    if (typeof result !== 'number') break;
    total += result;
  }
  expect(total).toBe(CHANNEL_BYTES);
  expect(isWouldBlock(writer.write(0, block, ctx))).toBe(true);
  expect(writer.write(0, block, nonBlocking)).toMatchObject({ name: 'EAGAIN' });
  expect(writer.poll(POLLOUT, ctx).events).toBe(0);
});

test('atomic writes are not split', () => {
  const [reader, writer] = pipe();
  writer.write(0, new Uint8Array(CHANNEL_BYTES - 100), ctx);
  expect(isWouldBlock(writer.write(0, new Uint8Array(101), ctx))).toBe(true);
  expect(writer.write(0, new Uint8Array(PIPE_BUF + 1), ctx)).toBe(100);
  reader.read(0, new Uint8Array(101), ctx);
  expect(writer.write(0, new Uint8Array(101), ctx)).toBe(101);
});

test('end of file after the writer, EPIPE after the reader', () => {
  const [reader, writer] = pipe();
  writer.write(0, Uint8Array.of(1, 2), ctx);
  writer.close(ctx);
  const target = new Uint8Array(8);
  expect(reader.poll(POLLIN, ctx).events).toBe(POLLIN | POLLHUP);
  expect(reader.read(0, target, ctx)).toBe(2);
  expect(reader.read(0, target, ctx)).toBe(0);
  const [reader2, writer2] = pipe();
  expect(isWouldBlock(reader2.read(0, target, ctx))).toBe(true);
  expect(reader2.read(0, target, nonBlocking)).toMatchObject({ name: 'EAGAIN' });
  reader2.close(ctx);
  expect(writer2.write(0, target, ctx)).toMatchObject({ name: 'EPIPE' });
});

test('pipes run both ways', () => {
  const [left, right] = pipe();
  left.write(0, Uint8Array.of(5), ctx);
  const target = new Uint8Array(1);
  expect(right.read(0, target, ctx)).toBe(1);
  expect(target[0]).toBe(5);
});

/** Opens a fifo as one of several processes. */
function fifoOpener(): (pid: number, flags: number) => Vnode | string {
  const { rootfs, asRoot } = makeVfsFixture();
  const made = rootfs.root().create('fifo', { type: 'VFIFO', mode: 0o666 }, true, asRoot.context);
  if (isErrno(made)) throw new Error(made.name);
  const procs = new Map<number, VnodeContext>();
  return (pid, flags) => {
    const known = procs.get(pid) ?? { ...asRoot.context, proc: { pid } as VnodeContext['proc'] };
    procs.set(pid, known);
    const result = made.open(flags, known);
    if (isErrno(result)) return result.name;
    return isWouldBlock(result) ? 'waits' : result;
  };
}

test('a reader of a fifo waits for a writer, even one that was quick', () => {
  const open = fifoOpener();
  expect(open(1, O_RDONLY)).toBe('waits');
  const writer = open(2, O_WRONLY) as Vnode;
  expect(writer.write(0, Uint8Array.of(9), ctx)).toBe(1);
  writer.close(ctx);
  const reader = open(1, O_RDONLY) as Vnode;
  const target = new Uint8Array(4);
  expect(reader.read(0, target, ctx)).toBe(1);
  expect(reader.read(0, target, ctx)).toBe(0);
});

test('O_NONBLOCK and O_RDWR opens of a fifo', () => {
  const open = fifoOpener();
  expect(open(1, O_WRONLY | O_NONBLOCK)).toBe('ENXIO');
  expect(open(1, O_WRONLY)).toBe('waits');
  const reader = open(2, O_RDONLY | O_NONBLOCK);
  expect(typeof reader).toBe('object');
  expect(typeof open(1, O_WRONLY)).toBe('object');
  expect(typeof fifoOpener()(1, O_RDWR)).toBe('object');
});

/**
 * dd: copies blocks of a given size, perhaps converted, and says how many. With bs= each block goes
 * out as it came; otherwise output is gathered into blocks of obs.
 * @man dd(8)
 */
import {
  O_CREAT,
  O_DSYNC,
  O_RDONLY,
  O_RDWR,
  O_SYNC,
  O_TRUNC,
  O_WRONLY,
} from '#abi/illumos/fcntl.ts';
import { SIGINT } from '#abi/illumos/signal.ts';
import type { Command } from '#cmd/command.ts';
import { Blocker, changeCase, swab, Unblocker } from '#cmd/dd/convert.ts';
import { type DdOperands, parseOperands } from '#cmd/dd/operands.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';

const NS_PER_SECOND = 1e9;

interface Counts {
  fullIn: number;
  partIn: number;
  fullOut: number;
  partOut: number;
  bytes: number;
}

class Copy {
  readonly counts: Counts = { fullIn: 0, partIn: 0, fullOut: 0, partOut: 0, bytes: 0 };
  readonly #io: Stdio;
  readonly #sys: Sys;
  readonly #operands: DdOperands;
  readonly #blocker: Blocker | Unblocker | undefined;
  /** Gathered for the next output block. */
  readonly #pending: Uint8Array;
  #pendingBytes = 0;
  #in = 0;
  #out = 1;

  constructor(io: Stdio, sys: Sys, operands: DdOperands) {
    this.#io = io;
    this.#sys = sys;
    this.#operands = operands;
    this.#pending = new Uint8Array(operands.outputBlock);
    const { conversions, conversionBlock } = operands;
    if (conversions.has('block')) this.#blocker = new Blocker(conversionBlock);
    if (conversions.has('unblock')) this.#blocker = new Unblocker(conversionBlock);
  }

  get truncated(): number {
    return this.#blocker instanceof Blocker ? this.#blocker.truncated : 0;
  }

  /** False after an error that was told. */
  *run(): Task<boolean> {
    if (!(yield* this.#open()) || !(yield* this.#position())) return false;
    const block = new Uint8Array(this.#operands.inputBlock);
    const { count } = this.#operands;
    let isGood = true;
    for (let done = 0; count === undefined || done < count; done += 1) {
      const size = yield* this.#readBlock(block);
      if (isErrno(size)) {
        yield* this.#warn(`read: ${size.message}`);
        if (size.name === 'EINTR' || !this.#operands.conversions.has('noerror')) return false;
        isGood = false;
        continue;
      }
      if (size === 0) break;
      if (!(yield* this.#takeBlock(block, size))) return false;
      yield* this.#sys.preempt(1 + (size >> 8));
    }
    const rest = this.#blocker?.end();
    if (rest !== undefined && !(yield* this.#gather(rest))) return false;
    return (yield* this.#flush()) && isGood;
  }

  *#warn(text: string): Task<void> {
    yield* this.#io.warn(text);
  }

  *#open(): Task<boolean> {
    const { input, output, conversions, outputSeek, outputBlock, outputFlags } = this.#operands;
    if (input !== undefined) {
      const fd = yield* this.#sys.open(input, O_RDONLY);
      if (isErrno(fd)) return yield* this.#cannotOpen(input, fd);
      this.#in = fd;
    }
    if (output === undefined) return true;
    const keeps = conversions.has('notrunc') || outputSeek > 0;
    const sync = (outputFlags.has('sync') ? O_SYNC : 0) | (outputFlags.has('dsync') ? O_DSYNC : 0);
    const flags = O_CREAT | sync | (keeps ? 0 : O_TRUNC);
    let fd = yield* this.#sys.open(output, O_WRONLY | flags, 0o666);
    if (isErrno(fd)) fd = yield* this.#sys.open(output, O_RDWR | flags, 0o666);
    if (isErrno(fd)) return yield* this.#cannotOpen(output, fd, 'create');
    this.#out = fd;
    if (outputSeek === 0 || conversions.has('notrunc')) return true;
    // What lies behind the place that is sought goes.
    const stat = yield* this.#sys.fstat(fd);
    if (!isErrno(stat) && stat.type === 'VREG') {
      yield* this.#sys.ftruncate(fd, outputSeek * outputBlock);
    }
    return true;
  }

  *#cannotOpen(path: string, errno: Errno, what = 'open'): Task<false> {
    yield* this.#warn(`${what}: ${path}: ${errno.message}`);
    return false;
  }

  *#position(): Task<boolean> {
    const { skip, inputSeek, inputBlock, outputSeek, outputBlock } = this.#operands;
    if (inputSeek > 0) {
      const at = yield* this.#sys.lseek(this.#in, inputSeek * inputBlock, 1);
      if (isErrno(at)) {
        yield* this.#warn(`iseek: ${at.message}`);
        return false;
      }
    }
    const block = new Uint8Array(inputBlock);
    for (let left = skip; left > 0; left -= 1) {
      const size = yield* this.#readBlock(block);
      if (isErrno(size)) {
        yield* this.#warn(`read: ${size.message}`);
        return false;
      }
      if (size === 0) {
        yield* this.#warn('cannot skip past end-of-file');
        return false;
      }
    }
    if (outputSeek === 0) return true;
    const at = yield* this.#sys.lseek(this.#out, outputSeek * outputBlock, 1);
    if (!isErrno(at)) return true;
    yield* this.#warn(`oseek: ${at.message}`);
    return false;
  }

  *#readBlock(block: Uint8Array): Task<number | Errno> {
    let size = 0;
    do {
      const more = yield* this.#sys.read(this.#in, block.subarray(size));
      if (isErrno(more)) return more;
      if (more === 0) break;
      size += more;
    } while (size < block.length && this.#operands.inputFlags.has('fullblock'));
    return size;
  }

  *#takeBlock(block: Uint8Array, size: number): Task<boolean> {
    const { conversions } = this.#operands;
    if (size === block.length) this.counts.fullIn += 1;
    else this.counts.partIn += 1;
    let taken = block.subarray(0, size);
    if (size < block.length && conversions.has('sync')) {
      block.fill(this.#blocker === undefined ? 0 : 32, size);
      taken = block;
    }
    if (conversions.has('swab')) swab(taken);
    if (conversions.has('lcase')) changeCase(taken, 'lcase');
    if (conversions.has('ucase')) changeCase(taken, 'ucase');
    if (this.#blocker !== undefined) return yield* this.#gather(this.#blocker.add(taken));
    return this.#operands.isOneBlock ? yield* this.#write(taken) : yield* this.#gather(taken);
  }

  /** Into output blocks; whole ones are written. */
  *#gather(bytes: Uint8Array): Task<boolean> {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + this.#pending.length - this.#pendingBytes);
      this.#pending.set(part, this.#pendingBytes);
      this.#pendingBytes += part.length;
      at += part.length;
      if (this.#pendingBytes === this.#pending.length && !(yield* this.#flush())) return false;
    }
    return true;
  }

  *#flush(): Task<boolean> {
    const bytes = this.#pending.subarray(0, this.#pendingBytes);
    this.#pendingBytes = 0;
    return bytes.length === 0 || (yield* this.#write(bytes));
  }

  *#write(bytes: Uint8Array): Task<boolean> {
    for (let at = 0; at < bytes.length; ) {
      const count = yield* this.#sys.write(this.#out, bytes.subarray(at));
      if (isErrno(count)) {
        yield* this.#warn(`write: ${count.message}`);
        return false;
      }
      at += count;
      this.counts.bytes += count;
    }
    if (bytes.length === this.#operands.outputBlock) this.counts.fullOut += 1;
    else this.counts.partOut += 1;
    return true;
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const operands = parseOperands(sys.argv.slice(1));
  if ('problem' in operands) {
    yield* io.warn(operands.problem);
    return 2;
  }
  const start = yield* sys.gethrtime();
  const copy = new Copy(io, sys, operands);
  let isInterrupted = false;
  yield* sys.sigaction(SIGINT, {
    handler: function* () {
      isInterrupted = true;
    },
  });
  const isGood = yield* copy.run();
  const { fullIn, partIn, fullOut, partOut, bytes } = copy.counts;
  yield* io.err.write(`${fullIn}+${partIn} records in\n${fullOut}+${partOut} records out\n`);
  if (copy.truncated > 0) yield* io.err.write(`${copy.truncated} truncated record(s)\n`);
  const seconds = Number((yield* sys.gethrtime()) - start) / NS_PER_SECOND;
  if (bytes > 0) {
    const rate = seconds === 0 ? '' : ` (${rateText(bytes / seconds)}/sec)`;
    yield* io.err.write(`${bytes} bytes transferred in ${seconds.toFixed(6)} secs${rate}\n`);
  }
  if (isInterrupted) return 130;
  return isGood ? 0 : 2;
}

function rateText(bytesPerSecond: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let rate = bytesPerSecond;
  let unit = 0;
  while (rate >= 1024 && unit < units.length - 1) {
    rate /= 1024;
    unit += 1;
  }
  return `${rate.toFixed(unit === 0 ? 0 : 2)}${units[unit] ?? ''}`;
}

export const DD: Command = {
  name: 'dd',
  path: '/usr/bin/dd',
  main: withStdio(main),
};

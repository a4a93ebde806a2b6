/**
 * read, write and their positioned forms. A blocking write takes all bytes unless a signal comes:
 * `caller.progress` counts what earlier rounds took.
 * @see uts/common/syscall/rw.c  @man read(2) write(2)
 */
import {
  O_APPEND,
  O_NDELAY,
  O_NONBLOCK,
  isOpenForReading,
  isOpenForWriting,
} from '#abi/illumos/fcntl.ts';
import { SIGPIPE, SIGXFSZ } from '#abi/illumos/signal.ts';
import { isWouldBlock } from '#kernel/disp/wait.ts';
import {
  EAGAIN,
  EBADF,
  EFBIG,
  EINVAL,
  EPIPE,
  ESPIPE,
  type Errno,
  isErrno,
} from '#kernel/os/errno.ts';
import type { OpenFile } from '#kernel/os/file.ts';
import { postSignal } from '#kernel/os/signal.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import type { Blocking } from '#kernel/vfs/vnode.ts';

const DO_NOT_WAIT = O_NONBLOCK | O_NDELAY;

export function read(caller: Caller, fd: number, target: Uint8Array): Blocking<number> {
  const file = caller.proc.files.get(fd);
  if (file === undefined || !isOpenForReading(file.flags)) return EBADF;
  const count = readAt(caller, file, target, file.offset);
  if (typeof count === 'number') file.offset += count;
  return count;
}

export function pread(
  caller: Caller,
  fd: number,
  target: Uint8Array,
  offsetBytes: number,
): Blocking<number> {
  const file = caller.proc.files.get(fd);
  if (file === undefined || !isOpenForReading(file.flags)) return EBADF;
  if (!isOffset(offsetBytes)) return EINVAL;
  return checkSeekable(file) ?? readAt(caller, file, target, offsetBytes);
}

function readAt(
  caller: Caller,
  file: OpenFile,
  target: Uint8Array,
  offsetBytes: number,
): Blocking<number> {
  const count = file.vnode.read(offsetBytes, target, caller.context(file.flags));
  if (typeof count === 'number') {
    caller.proc.usage.readBytes += count;
    caller.spendBytes(count);
    return count;
  }
  return isWouldBlock(count) && (file.flags & DO_NOT_WAIT) !== 0 ? EAGAIN : count;
}

export function write(caller: Caller, fd: number, source: Uint8Array): Blocking<number> {
  const file = caller.proc.files.get(fd);
  if (file === undefined || !isOpenForWriting(file.flags)) return EBADF;
  if ((file.flags & O_APPEND) !== 0 && file.vnode.type === 'VREG') {
    const attributes = file.vnode.getattr(caller.context(file.flags));
    if (isErrno(attributes)) return attributes;
    file.offset = attributes.sizeBytes;
  }
  const before = caller.progress;
  const result = writeAt(caller, file, source, file.offset);
  file.offset += caller.progress - before;
  return result;
}

export function pwrite(
  caller: Caller,
  fd: number,
  source: Uint8Array,
  offsetBytes: number,
): Blocking<number> {
  const file = caller.proc.files.get(fd);
  if (file === undefined || !isOpenForWriting(file.flags)) return EBADF;
  if (!isOffset(offsetBytes)) return EINVAL;
  return checkSeekable(file) ?? writeAt(caller, file, source, offsetBytes);
}

/** Writes what is left of `source` (from `caller.progress` on); it goes to `offsetBytes`. */
function writeAt(
  caller: Caller,
  file: OpenFile,
  source: Uint8Array,
  offsetBytes: number,
): Blocking<number> {
  const allowed = allowedSize(caller, file, offsetBytes, source.length);
  if (isErrno(allowed)) return allowed;
  const { vnode } = file;
  const context = caller.context(file.flags);
  const start = caller.progress;
  do {
    const rest = source.subarray(caller.progress, allowed);
    const count = vnode.write(offsetBytes + caller.progress - start, rest, context);
    if (typeof count !== 'number') {
      if (isErrno(count)) return failed(caller, count);
      if ((file.flags & DO_NOT_WAIT) === 0) return count;
      return caller.progress > 0 ? caller.progress : EAGAIN;
    }
    caller.progress += count;
    caller.proc.usage.writtenBytes += count;
    caller.spendBytes(count);
    if (count === 0) break;
  } while (caller.progress < allowed);
  return caller.progress;
}

/** What was written counts, unless nothing was; a broken pipe also signals. */
function failed(caller: Caller, errno: Errno): number | Errno {
  if (errno === EPIPE) postSignal(caller.proc, SIGPIPE);
  return caller.progress > 0 ? caller.progress : errno;
}

/** RLIMIT_FSIZE cuts a write short; with nothing left of it SIGXFSZ and EFBIG. */
function allowedSize(
  caller: Caller,
  file: OpenFile,
  offsetBytes: number,
  sizeBytes: number,
): number | Errno {
  const limit = caller.proc.limits.fsize.current;
  if (limit === Infinity || file.vnode.type !== 'VREG' || sizeBytes === 0) return sizeBytes;
  const room = limit - offsetBytes;
  if (room > 0) return Math.min(sizeBytes, room);
  postSignal(caller.proc, SIGXFSZ);
  return EFBIG;
}

function checkSeekable(file: OpenFile): Errno | undefined {
  return file.vnode.seek(0) === undefined ? undefined : ESPIPE;
}

export function isOffset(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** /etc/shadow as a list of entries, and one entry changed. @man shadow(5) */
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Input } from '#lib/libc/stdio.ts';

const SHADOW = '/etc/shadow';
/** The new file stands beside the old one until it is whole. */
const SHADOW_NEW = '/etc/stmp';
const SECONDS_PER_DAY = 86_400n;

export function* readShadow(sys: Sys): Task<string[] | Errno> {
  const fd = yield* sys.open(SHADOW, O_RDONLY);
  if (isErrno(fd)) return fd;
  const text = decodeUtf8(yield* new Input(sys, fd).readAll());
  yield* sys.close(fd);
  return text.split('\n').filter((line) => line !== '');
}

/** The password field of a user; undefined when there is no such entry. */
export function passwordOf(lines: readonly string[], user: string): string | undefined {
  return lines.find((line) => line.startsWith(`${user}:`))?.split(':')[1];
}

/** Writes a new password field, and the day of the change. */
export function* changeShadow(
  sys: Sys,
  lines: readonly string[],
  user: string,
  password: string,
): Task<Errno | undefined> {
  const today = (yield* sys.gettimeofday()) / 1_000_000_000n / SECONDS_PER_DAY;
  const changed = lines.map((line) => {
    if (!line.startsWith(`${user}:`)) return line;
    const fields = line.split(':');
    fields[1] = password;
    fields[2] = String(today);
    return fields.join(':');
  });
  const fd = yield* sys.open(SHADOW_NEW, O_WRONLY | O_CREAT | O_TRUNC, 0o400);
  if (isErrno(fd)) return fd;
  const bytes = encodeUtf8(`${changed.join('\n')}\n`);
  const written = yield* sys.write(fd, bytes);
  yield* sys.close(fd);
  if (isErrno(written)) return written;
  const renamed = yield* sys.rename(SHADOW_NEW, SHADOW);
  return isErrno(renamed) ? renamed : undefined;
}

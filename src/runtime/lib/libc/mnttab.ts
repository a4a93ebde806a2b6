/**
 * The table of mounted filesystems, as the kernel shows it in /etc/mnttab.
 * @man mnttab(5)
 */
import { decodeUtf8 } from '#base/bytes.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Input } from '#lib/libc/stdio.ts';

export interface MountEntry {
  readonly special: string;
  readonly mountPoint: string;
  readonly fstype: string;
  /** Separated by commas, with `dev=` and, for the read-only ones, `ro`. */
  readonly options: string;
  /** Seconds since 1970. */
  readonly time: number;
}

export const MNTTAB = '/etc/mnttab';

/** All entries in the order of mounting. */
export function* readMnttab(sys: Sys): Task<readonly MountEntry[] | Errno> {
  const fd = yield* sys.open(MNTTAB, 0);
  if (isErrno(fd)) return fd;
  const input = new Input(sys, fd);
  const text = decodeUtf8(yield* input.readAll());
  yield* sys.close(fd);
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [special = '', mountPoint = '', fstype = '', options = '', time = '0'] =
        line.split('\t');
      return { special, mountPoint, fstype, options, time: Number(time) };
    });
}

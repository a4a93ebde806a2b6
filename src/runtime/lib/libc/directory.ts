/** Reading whole directories. @man readdir(3C) */
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { DirectoryEntry } from '#kernel/vfs/vnode.ts';

/** All entries in the directory's own order, `.` and `..` too. */
export function* readDirectory(sys: Sys, path: string): Task<DirectoryEntry[] | Errno> {
  const fd = yield* sys.open(path, O_RDONLY);
  if (isErrno(fd)) return fd;
  const entries: DirectoryEntry[] = [];
  for (;;) {
    const some = yield* sys.getdents(fd);
    if (isErrno(some)) {
      yield* sys.close(fd);
      return some;
    }
    if (some.length === 0) break;
    entries.push(...some);
  }
  yield* sys.close(fd);
  return entries;
}

/** The names without `.` and `..`, sorted by their bytes. */
export function* listDirectory(sys: Sys, path: string): Task<string[] | Errno> {
  const entries = yield* readDirectory(sys, path);
  if (isErrno(entries)) return entries;
  return entries
    .map((entry) => entry.name)
    .filter((name) => name !== '.' && name !== '..')
    .sort();
}

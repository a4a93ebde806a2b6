/** A path without links, `.` and `..`. @man realpath(3C) */
import { ELOOP, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';

const MAX_LINKS = 20;

/** With `mayMiss` the last component need not exist. */
export function* realPath(sys: Sys, path: string, mayMiss: boolean): Task<string | Errno> {
  let start = '';
  if (!path.startsWith('/')) {
    const cwd = yield* sys.getcwd();
    if (isErrno(cwd)) return cwd;
    start = cwd;
  }
  let pending = `${start}/${path}`.split('/').filter((part) => part !== '');
  let done: string[] = [];
  let links = 0;
  while (pending.length > 0) {
    const [part = '', ...rest] = pending;
    pending = rest;
    if (part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    const here = `/${[...done, part].join('/')}`;
    const stat = yield* sys.lstat(here);
    if (isErrno(stat)) {
      if (mayMiss && stat.name === 'ENOENT' && rest.length === 0) return here;
      return stat;
    }
    if (stat.type !== 'VLNK') {
      done.push(part);
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return ELOOP;
    const target = yield* sys.readlink(here);
    if (isErrno(target)) return target;
    if (target.startsWith('/')) done = [];
    pending = [...target.split('/').filter((one) => one !== ''), ...rest];
  }
  return `/${done.join('/')}`;
}

/**
 * The user and group databases, /etc/passwd and /etc/group, read once a program.
 * @man getpwnam(3C) getgrnam(3C) passwd(5) group(5)
 */
import { decodeUtf8 } from '#base/bytes.ts';
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Input } from '#lib/libc/stdio.ts';

export interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}

export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

function* readFields(sys: Sys, path: string): Task<string[][]> {
  const fd = yield* sys.open(path, O_RDONLY);
  if (isErrno(fd)) return [];
  const text = decodeUtf8(yield* new Input(sys, fd).readAll());
  yield* sys.close(fd);
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
}

export class Accounts {
  readonly #sys: Sys;
  #users: readonly PasswdEntry[] | undefined;
  #groups: readonly GroupEntry[] | undefined;

  constructor(sys: Sys) {
    this.#sys = sys;
  }

  *users(): Task<readonly PasswdEntry[]> {
    this.#users ??= (yield* readFields(this.#sys, '/etc/passwd')).map(
      ([name = '', , uid = '', gid = '', gecos = '', home = '', shell = '']) => ({
        name,
        uid: Number(uid),
        gid: Number(gid),
        gecos,
        home,
        shell,
      }),
    );
    return this.#users;
  }

  *groups(): Task<readonly GroupEntry[]> {
    this.#groups ??= (yield* readFields(this.#sys, '/etc/group')).map(
      ([name = '', , gid = '', members = '']) => ({
        name,
        gid: Number(gid),
        members: members === '' ? [] : members.split(','),
      }),
    );
    return this.#groups;
  }

  *userName(uid: number): Task<string | undefined> {
    return (yield* this.users()).find((user) => user.uid === uid)?.name;
  }

  *groupName(gid: number): Task<string | undefined> {
    return (yield* this.groups()).find((group) => group.gid === gid)?.name;
  }

  /** A user's name or number as its number; undefined when there is no such user. */
  *userId(text: string): Task<number | undefined> {
    const named = (yield* this.users()).find((user) => user.name === text);
    if (named !== undefined) return named.uid;
    return /^\d+$/.test(text) ? Number(text) : undefined;
  }

  *groupId(text: string): Task<number | undefined> {
    const named = (yield* this.groups()).find((group) => group.name === text);
    if (named !== undefined) return named.gid;
    return /^\d+$/.test(text) ? Number(text) : undefined;
  }
}

/** getent: entries of the administrative databases, from their files. @man getent(8) */
import { decodeUtf8 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: getent database [ key ... ]\n';
const NOT_FOUND = 2;
const UNKNOWN_DATABASE = 1;

interface Database {
  readonly path: string;
  /** How an entry's line is shown, and the keys it can be found by. */
  readonly read: (line: string) => { readonly shown: string; readonly keys: readonly string[] };
}

function colons(line: string): { shown: string; keys: string[] } {
  const fields = line.split(':');
  return { shown: line, keys: [fields[0] ?? '', fields[2] ?? ''] };
}

/** `address name aliases`, any of which is a key. */
function hostLike(line: string): { shown: string; keys: string[] } {
  const words = line.replace(/#.*/, '').trim().split(/\s+/);
  const [address = '', ...names] = words;
  return { shown: `${address}\t${names.join(' ')}`, keys: words };
}

/** `name number aliases` of services, protocols, networks. */
function nameFirst(width: number): Database['read'] {
  return (line) => {
    const [name = '', number = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const shown = [name.padEnd(width), number.padEnd(width), ...aliases].join(' ').trimEnd();
    return { shown, keys: [name, number, number.split('/')[0] ?? '', ...aliases] };
  };
}

const DATABASES: Readonly<Record<string, Database>> = {
  passwd: { path: '/etc/passwd', read: colons },
  group: { path: '/etc/group', read: colons },
  project: {
    path: '/etc/project',
    read: (line) => ({ ...colons(line), keys: line.split(':').slice(0, 2) }),
  },
  shadow: {
    path: '/etc/shadow',
    read: (line) => ({ shown: line, keys: [line.split(':')[0] ?? ''] }),
  },
  hosts: { path: '/etc/hosts', read: hostLike },
  ipnodes: { path: '/etc/hosts', read: hostLike },
  services: { path: '/etc/services', read: nameFirst(20) },
  protocols: { path: '/etc/protocols', read: nameFirst(20) },
  networks: { path: '/etc/networks', read: nameFirst(20) },
};
const LATER = new Set([
  'ethers',
  'netmasks',
  'auth_attr',
  'exec_attr',
  'prof_attr',
  'user_attr',
  'netgroup',
  'rpc',
]);

function* readLines(sys: Sys, path: string): Task<string[]> {
  const fd = yield* sys.open(path, 0);
  if (isErrno(fd)) return [];
  const text = decodeUtf8(yield* new Input(sys, fd).readAll());
  yield* sys.close(fd);
  return text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

function* getent(io: Stdio, sys: Sys): Task<number> {
  const [name, ...keys] = sys.argv.slice(1);
  if (name === undefined) return yield* usageError(io, USAGE, undefined, UNKNOWN_DATABASE);
  if (LATER.has(name)) return yield* notSupported(io, name);
  const database = DATABASES[name];
  if (database === undefined) {
    yield* io.err.write(`Unknown database: ${name}\n`);
    return yield* usageError(io, USAGE, undefined, UNKNOWN_DATABASE);
  }
  const entries = (yield* readLines(sys, database.path)).map(database.read);
  if (keys.length === 0) {
    for (const { shown } of entries) yield* io.out.write(`${shown}\n`);
    return 0;
  }
  let status = 0;
  for (const key of keys) {
    const found = entries.find((entry) => entry.keys.includes(key));
    if (found === undefined) status = NOT_FOUND;
    else yield* io.out.write(`${found.shown}\n`);
  }
  return status;
}

export const GETENT: Command = {
  name: 'getent',
  path: '/usr/bin/getent',
  main: withStdio(getent),
};

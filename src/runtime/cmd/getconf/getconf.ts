/** getconf: configuration values. @man getconf(1) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'usage: getconf [-v specification] system_var\n' +
  '       getconf [-v specification] path_var pathname\n' +
  '       getconf -a\n';

type Source = (sys: Sys) => Task<string | number>;

function fixed(value: string | number): Source {
  return function* constant(): Task<string | number> {
    return value;
  };
}

function* pages(sys: Sys, name: string): Task<number> {
  const row = (yield* sys.kstat('unix')).find((one) => one.name === 'system_pages');
  return Number(row?.data[name] ?? 0);
}

const cpuCount: Source = function* (sys) {
  return (yield* sys.kstat('cpu_info')).length;
};
const openMax: Source = function* (sys) {
  const { current } = yield* sys.getrlimit('nofile');
  return Number.isFinite(current) ? current : 'undefined';
};

const SYSTEM: Readonly<Record<string, Source>> = {
  ARG_MAX: fixed(2_096_640),
  CHAR_BIT: fixed(8),
  CHILD_MAX: fixed(29_995),
  CLK_TCK: fixed(100),
  HOST_NAME_MAX: fixed(255),
  INT_MAX: fixed(2_147_483_647),
  INT_MIN: fixed(-2_147_483_648),
  LOGNAME_MAX: fixed(32),
  LONG_BIT: fixed(64),
  NGROUPS_MAX: fixed(16),
  NPROCESSORS_CONF: cpuCount,
  NPROCESSORS_ONLN: cpuCount,
  OPEN_MAX: openMax,
  PAGE_SIZE: fixed(4096),
  PAGESIZE: fixed(4096),
  PATH: fixed('/usr/xpg4/bin:/usr/bin:/usr/sbin'),
  _CS_PATH: fixed('/usr/xpg4/bin:/usr/bin:/usr/sbin'),
  POSIX_VERSION: fixed(200_112),
  _POSIX_VERSION: fixed(200_112),
  _PHYS_PAGES: (sys) => pages(sys, 'physmem'),
  PHYS_PAGES: (sys) => pages(sys, 'physmem'),
  AVPHYS_PAGES: (sys) => pages(sys, 'freemem'),
  STREAM_MAX: openMax,
  SYMLOOP_MAX: fixed(20),
  TZNAME_MAX: fixed('undefined'),
  UINT_MAX: fixed(4_294_967_295),
  WORD_BIT: fixed(32),
  _NPROCESSORS_CONF: cpuCount,
  _NPROCESSORS_ONLN: cpuCount,
};

const PATH_VALUES: Readonly<Record<string, number | 'name'>> = {
  LINK_MAX: 32_767,
  NAME_MAX: 'name',
  PATH_MAX: 1024,
  PIPE_BUF: 5120,
  _POSIX_NO_TRUNC: 1,
  _POSIX_CHOWN_RESTRICTED: 1,
};

function* getconf(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'av:');
  const [name, path] = parsed.operands;
  const isAll = hasOption(parsed, 'a');
  if (
    parsed.message !== undefined ||
    (!isAll && name === undefined) ||
    parsed.operands.length > 2
  ) {
    return yield* usageError(io, USAGE, parsed.message);
  }
  if (isAll) {
    for (const [key, source] of Object.entries(SYSTEM)) {
      yield* io.out.write(`${`${key}:`.padEnd(32)}${yield* source(sys)}\n`);
    }
    return 0;
  }
  const source = path === undefined ? SYSTEM[name as string] : undefined;
  if (source !== undefined) {
    yield* io.out.write(`${yield* source(sys)}\n`);
    return 0;
  }
  const value = PATH_VALUES[name as string];
  if (value === undefined || path === undefined) {
    yield* io.warn(`Invalid argument (${name})`);
    return 1;
  }
  const statistics = yield* sys.statvfs(path);
  if (isErrno(statistics)) {
    yield* io.warn(`${path}: ${statistics.message}`);
    return 1;
  }
  yield* io.out.write(`${value === 'name' ? statistics.nameMax : value}\n`);
  return 0;
}

export const GETCONF: Command = {
  name: 'getconf',
  path: '/usr/bin/getconf',
  main: withStdio(getconf),
};

/**
 * stat: what stat(2) knows of a file, for people or in a format of one's own. illumos has no stat of
 * its own; this one takes the options and formats of the GNU program that its users know.
 */
import { majorOf, minorOf } from '#abi/illumos/stat.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { permissionString, typeLetter } from '#lib/libc/file-mode.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { localtime, strftime, type Timezone, timezoneFrom } from '#lib/libc/time.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: stat [-Lt] [-c format] file ...\n';
const NS_PER_SEC = 1_000_000_000n;

const KINDS: Readonly<Record<Stat['type'], string>> = {
  VREG: 'regular file',
  VDIR: 'directory',
  VLNK: 'symbolic link',
  VCHR: 'character special file',
  VBLK: 'block special file',
  VFIFO: 'fifo',
  VSOCK: 'socket',
  VDOOR: 'door',
  VPORT: 'event port',
};

const TERSE = '%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z 0 %o';

/** A file with everything that a format may ask for. */
interface Subject {
  readonly path: string;
  readonly target: string;
  readonly status: Stat;
  readonly user: string;
  readonly group: string;
  readonly zone: Timezone;
}

function kindOf(status: Stat): string {
  return status.type === 'VREG' && status.size === 0 ? 'regular empty file' : KINDS[status.type];
}

function clock(timeNs: bigint, zone: Timezone): string {
  const time = localtime(timeNs, zone);
  const fraction = String(((timeNs % NS_PER_SEC) + NS_PER_SEC) % NS_PER_SEC).padStart(9, '0');
  return `${strftime('%Y-%m-%d %H:%M:%S', time)}.${fraction} ${strftime('%z', time)}`;
}

function seconds(timeNs: bigint): string {
  return String(timeNs / NS_PER_SEC);
}

const FIELDS: Readonly<Record<string, (subject: Subject) => string>> = {
  a: ({ status }) => (status.mode & 0o7777).toString(8),
  A: ({ status: { mode, type } }) => typeLetter(type) + permissionString(mode & 0o7777, type),
  b: ({ status }) => String(status.blocks),
  B: () => '512',
  d: ({ status }) => String(status.dev),
  D: ({ status }) => status.dev.toString(16),
  f: ({ status }) => status.mode.toString(16),
  F: ({ status }) => kindOf(status),
  g: ({ status }) => String(status.gid),
  G: ({ group }) => group,
  h: ({ status }) => String(status.nlink),
  i: ({ status }) => String(status.ino),
  n: ({ path }) => path,
  N: ({ path, target }) => (target === '' ? `'${path}'` : `'${path}' -> '${target}'`),
  o: ({ status }) => String(status.blksize),
  s: ({ status }) => String(status.size),
  t: ({ status }) => majorOf(status.rdev).toString(16),
  T: ({ status }) => minorOf(status.rdev).toString(16),
  u: ({ status }) => String(status.uid),
  U: ({ user }) => user,
  x: ({ status, zone }) => clock(status.atimeNs, zone),
  X: ({ status }) => seconds(status.atimeNs),
  y: ({ status, zone }) => clock(status.mtimeNs, zone),
  Y: ({ status }) => seconds(status.mtimeNs),
  z: ({ status, zone }) => clock(status.ctimeNs, zone),
  Z: ({ status }) => seconds(status.ctimeNs),
};

/** `%x` with an optional width, `-` left, `0` filled with zeros; an unknown letter prints `?`. */
function expand(format: string, subject: Subject): string {
  return format.replace(/%(-?)(0?)(\d*)(.)/gs, (_all, left, zero, width, letter) => {
    if (letter === '%') return '%';
    const value = FIELDS[letter]?.(subject) ?? '?';
    const columns = Number(width);
    if (left === '-') return value.padEnd(columns);
    return value.padStart(columns, zero === '0' ? '0' : ' ');
  });
}

function forPeople({ status }: Subject): string {
  const isDevice = status.type === 'VCHR' || status.type === 'VBLK';
  const device = isDevice ? ' Device type: %t,%T' : '';
  return [
    '  File: %N',
    '  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F',
    `Device: %D\tInode: %-11i Links: %-5h${device}`.trimEnd(),
    'Access: (%04a/%10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)',
    'Access: %x',
    'Modify: %y',
    'Change: %z',
  ].join('\n');
}

function* look(sys: Sys, path: string, follow: boolean): Task<Subject | string> {
  const status = follow ? yield* sys.stat(path) : yield* sys.lstat(path);
  if (isErrno(status)) return `cannot stat '${path}': ${status.message}`;
  const target = status.type === 'VLNK' ? yield* sys.readlink(path) : '';
  const accounts = new Accounts(sys);
  return {
    path,
    status,
    target: isErrno(target) ? '' : target,
    user: (yield* accounts.userName(status.uid)) ?? 'UNKNOWN',
    group: (yield* accounts.groupName(status.gid)) ?? 'UNKNOWN',
    zone: timezoneFrom(sys.env),
  };
}

function* statMain(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'Ltc:');
  if (parsed.message !== undefined || parsed.operands.length === 0) {
    return yield* usageError(io, USAGE, parsed.message, 1);
  }
  const given = optionValue(parsed, 'c') ?? (hasOption(parsed, 't') ? TERSE : undefined);
  let status = 0;
  for (const path of parsed.operands) {
    const subject = yield* look(sys, path, hasOption(parsed, 'L'));
    if (typeof subject === 'string') {
      yield* io.warn(subject);
      status = 1;
    } else {
      yield* io.out.write(`${expand(given ?? forPeople(subject), subject)}\n`);
    }
  }
  return status;
}

export const STAT: Command = { name: 'stat', path: '/usr/bin/stat', main: withStdio(statMain) };

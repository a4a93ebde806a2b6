/**
 * One run of zpool: its streams, the library, and how it says that the command line is wrong.
 * @see cmd/zpool/zpool_main.c usage()
 */
import { isPropReadonly } from '#abi/illumos/zfs-prop.ts';
import { ZPOOL_PROPS } from '#abi/illumos/zfs-prop.table.ts';
import { USAGE } from '#cmd/zpool/usage.table.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, type ParsedOptions } from '#lib/libc/getopt.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';
import type { Stdio } from '#lib/libc/stdio.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';

/** Exit status of a wrong command line. */
const USAGE_STATUS = 2;
const NS_PER_SECOND = 1_000_000_000n;

export class ZpoolRun {
  readonly sys: Sys;
  readonly io: Stdio;
  readonly zfs: LibZfs;
  /** The subcommand; '' before one is known. */
  command = '';
  /** `zpool create tank c1t0d0`: what the pool's history gets. */
  readonly historyText: string;
  /** Whether success is to be noted in the history of the pool that was changed. */
  logsHistory = true;

  constructor(sys: Sys, io: Stdio, zfs: LibZfs) {
    this.sys = sys;
    this.io = io;
    this.zfs = zfs;
    this.historyText = ['zpool', ...sys.argv.slice(1)].join(' ');
  }

  out(text: string): Task<void> {
    return this.io.out.write(text);
  }

  *err(text: string): Task<void> {
    yield* this.io.out.flush();
    yield* this.io.err.write(text);
  }

  /** Says what is wrong, then how it is meant; answers the exit status. */
  *usage(message?: string, isRequested = false): Task<number> {
    const text = usageText(this.command);
    if (isRequested) {
      yield* this.out(text);
      return 0;
    }
    if (message !== undefined) yield* this.err(`${message}\n`);
    yield* this.err(text);
    return USAGE_STATUS;
  }

  /** A genuine subcommand or option that is not built. */
  *notSupported(what: string): Task<number> {
    yield* this.err(`zpool: ${what}: not supported yet\n`);
    return USAGE_STATUS;
  }

  /** Parses options; a number is the exit status after a complaint. */
  *options(args: readonly string[], letters: string): Task<ParsedOptions | number> {
    const isColonFirst = letters.startsWith(':');
    const parsed = getopt(args, isColonFirst ? letters.slice(1) : letters);
    if (parsed.message === undefined) return parsed;
    const letter = parsed.message.slice(-1);
    const isMissing = parsed.message.startsWith('option requires') && isColonFirst;
    return yield* this.usage(
      isMissing ? `missing argument for '${letter}' option` : `invalid option '${letter}'`,
    );
  }

  /** `ctime(3C)` with its newline. */
  ctime(seconds: number): string {
    const zone = timezoneFrom(this.sys.env);
    const time = localtime(BigInt(seconds) * NS_PER_SECOND, zone);
    return `${strftime('%a %b %e %H:%M:%S %Y', time)}\n`;
  }

  *nowSeconds(): Task<number> {
    return Number((yield* this.sys.gettimeofday()) / NS_PER_SECOND);
  }

  /** -T: a line with the time, in date(1)'s form or as seconds. */
  *printTimestamp(format: 'u' | 'd'): Task<void> {
    const ns = yield* this.sys.gettimeofday();
    const zone = timezoneFrom(this.sys.env);
    const text =
      format === 'u'
        ? String(ns / NS_PER_SECOND)
        : strftime('%a %b %e %H:%M:%S %Z %Y', localtime(ns, zone));
    yield* this.out(`${text}\n`);
  }
}

function usageText(command: string): string {
  const row = USAGE.find(({ name }) => name !== '' && name === command);
  if (row === undefined) {
    return (
      "usage: zpool command args ...\nwhere 'command' is one of the following:\n\n" +
      USAGE.map(({ usage }) => usage).join('')
    );
  }
  const text = `usage:\n${row.usage}`;
  return ['set', 'get', 'list'].includes(command) ? text + propertyTable() : text;
}

function propertyTable(): string {
  const rows = ZPOOL_PROPS.filter(({ isHidden }) => !isHidden)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((row) => {
      const edit = isPropReadonly(row) ? '  NO   ' : ' YES   ';
      return `\t${row.name.padEnd(19)}  ${edit}${row.values === '' ? '-' : row.values}\n`;
    });
  return (
    '\nthe following properties are supported:\n' +
    `\n\t${'PROPERTY'.padEnd(19)}  EDIT   VALUES\n\n` +
    rows.join('') +
    `\t${'feature@...'.padEnd(19)}   YES   disabled | enabled | active\n` +
    '\nThe feature@ properties must be appended with a feature name.\n' +
    'See zpool-features(7).\n'
  );
}

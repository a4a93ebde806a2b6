/**
 * One run of zfs: its streams, the library, and how it says that the command line is wrong.
 * @see cmd/zfs/zfs_main.c usage()
 */
import { isPropInheritable, isPropReadonly } from '#abi/illumos/zfs-prop.ts';
import { ZFS_PROPS } from '#abi/illumos/zfs-prop.table.ts';
import { USAGE } from '#cmd/zfs/usage.table.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, type ParsedOptions } from '#lib/libc/getopt.ts';
import type { Stdio } from '#lib/libc/stdio.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';

/** Exit status of a wrong command line, and of what is not built. */
const USAGE_STATUS = 2;
const WITH_PROPERTIES = ['set', 'get', 'inherit', 'list'];

export class ZfsRun {
  readonly sys: Sys;
  readonly io: Stdio;
  readonly zfs: LibZfs;
  /** The subcommand; '' before one is known. */
  command = '';
  /** `zfs create tank/a`: what the pool's history gets. */
  readonly historyText: string;

  constructor(sys: Sys, io: Stdio, zfs: LibZfs) {
    this.sys = sys;
    this.io = io;
    this.zfs = zfs;
    this.historyText = ['zfs', ...sys.argv.slice(1)].join(' ');
  }

  out(text: string): Task<void> {
    return this.io.out.write(text);
  }

  *err(text: string): Task<void> {
    yield* this.io.out.flush();
    yield* this.io.err.write(text);
  }

  /** Says something on stderr; answers the exit status 1. */
  *fail(text: string): Task<number> {
    yield* this.err(text);
    return 1;
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
    yield* this.err(`zfs: ${what}: not supported yet\n`);
    return USAGE_STATUS;
  }

  /** Parses options; a number is the exit status after a complaint. */
  *options(args: readonly string[], letters: string): Task<ParsedOptions | number> {
    const parsed = getopt(args, letters);
    if (parsed.message === undefined) return parsed;
    const letter = parsed.message.slice(-1);
    const isMissing = parsed.message.startsWith('option requires');
    return yield* this.usage(
      isMissing ? `missing argument for '${letter}' option` : `invalid option '${letter}'`,
    );
  }
}

function usageText(command: string): string {
  const row = USAGE.find(({ name }) => name !== '' && name === command);
  const foot =
    '\nFor the property list, run: zfs set|get\n' +
    '\nFor the delegated permission list, run: zfs allow|unallow\n';
  if (row === undefined) {
    return (
      "usage: zfs command args ...\nwhere 'command' is one of the following:\n\n" +
      USAGE.map(({ usage }) => usage).join('') +
      '\nEach dataset is of the form: pool/[dataset/]*dataset[@name]\n' +
      foot
    );
  }
  const text = `usage:\n${row.usage}`;
  return WITH_PROPERTIES.includes(command) ? text + propertyTable() : text + foot;
}

function propertyTable(): string {
  const line = (name: string, edit: boolean, inherits: boolean, values: string): string =>
    `\t${name.padEnd(15)} ${edit ? 'YES    ' : ' NO    '}${inherits ? '  YES   ' : '   NO   '}` +
    `${values === '' ? '-' : values}\n`;
  const rows = ZFS_PROPS.filter(({ isHidden }) => !isHidden)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((row) => line(row.name, !isPropReadonly(row), isPropInheritable(row), row.values));
  const sized = (name: string, edit: boolean): string =>
    `\t${name.padEnd(15)} ${edit ? 'YES' : ' NO'}       NO   <size>${edit ? ' | none' : ''}\n`;
  return (
    '\nThe following properties are supported:\n' +
    `\n\t${'PROPERTY'.padEnd(14)} EDIT  INHERIT   VALUES\n\n${rows.join('')}` +
    sized('userused@...', false) +
    sized('groupused@...', false) +
    sized('userquota@...', true) +
    sized('groupquota@...', true) +
    `\t${'written@<snap>'.padEnd(15)}  NO       NO   <size>\n` +
    '\nSizes are specified in bytes with standard units such as K, M, G, etc.\n' +
    '\nUser-defined properties can be specified by using a name containing a colon (:).\n' +
    '\nThe {user|group|project}{used|quota}@ properties must be appended with\n' +
    'a user|group|project specifier of one of these forms:\n' +
    '    POSIX name      (eg: "matt")\n' +
    '    POSIX id        (eg: "126829")\n' +
    '    SMB name@domain (eg: "matt@sun")\n' +
    '    SMB SID         (eg: "S-1-234-567-89")\n'
  );
}

/**
 * ls: files first, then directories with a title when there are several. Surprising: illumos
 * reports a missing operand as `NAME: No such file or directory`, without the command's name.
 * @man ls(1)
 */
import { TIOCGWINSZ } from '#abi/illumos/ioctl.ts';
import type { Winsize } from '#abi/illumos/termios.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { Colors } from '#cmd/ls/colors.ts';
import { type Entry, compareEntries, isShown, statEntry } from '#cmd/ls/entry.ts';
import { LS_USAGE, type LsOptions, parseLsOptions } from '#cmd/ls/options.ts';
import { type PrintContext, printEntries } from '#cmd/ls/print.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { readDirectory } from '#lib/libc/directory.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { timezoneFrom } from '#lib/libc/time.ts';
import { usageError } from '#lib/libc/usage.ts';

function* screenColumns(sys: Sys, options: LsOptions): Task<number> {
  let columns = options.width;
  if (columns === undefined && options.layout !== 'single') {
    const setting = sys.env.get('COLUMNS');
    const size: Winsize = { rows: 0, columns: 0, xPixels: 0, yPixels: 0 };
    if (setting !== undefined) columns = Number.parseInt(setting, 10);
    else if (!isErrno(yield* sys.ioctl(1, TIOCGWINSZ, size))) columns = size.columns || 80;
  }
  return columns === undefined || !(columns >= 20 && columns <= 1000) ? 80 : columns;
}

/** One run of ls: remembers whether anything was printed, and the worst status. */
class Listing {
  status = 0;
  readonly #io: Stdio;
  readonly #sys: Sys;
  readonly #context: PrintContext;
  #isFirst = true;

  constructor(io: Stdio, sys: Sys, context: PrintContext) {
    this.#io = io;
    this.#sys = sys;
    this.#context = context;
  }

  *operands(names: readonly string[]): Task<void> {
    const { options } = this.#context;
    const found: Entry[] = [];
    for (const name of names.length === 0 ? ['.'] : names) {
      const entry = yield* statEntry(this.#io, this.#sys, options, name, undefined);
      if (entry === undefined || entry.aclFailed) this.status = 2;
      if (entry !== undefined) found.push(entry);
    }
    if (options.sort !== 'none') found.sort(compareEntries(options));
    const isListed = (entry: Entry): boolean => entry.type === 'VDIR' && !options.directoryItself;
    const files = found.filter((entry) => !isListed(entry));
    yield* printEntries(files, this.#context);
    if (files.length > 0) this.#isFirst = false;
    const hasTitles = options.recursive || names.length > 1;
    for (const entry of found.filter(isListed)) {
      yield* this.#directory(entry.path, hasTitles, []);
    }
  }

  /** `ancestors` are the directories above with -R, to notice a cycle through links. */
  *#directory(path: string, hasTitle: boolean, ancestors: readonly string[]): Task<void> {
    const { options, out } = this.#context;
    const { out: stdout, err } = this.#io;
    if (hasTitle) yield* out.write(`${this.#isFirst ? '' : '\n'}${path}:\n`);
    this.#isFirst = false;
    const entries = yield* readDirectory(this.#sys, path);
    if (isErrno(entries)) {
      yield* stdout.flush();
      yield* err.write(`${path}: ${entries.message}\n`);
      this.status = 2;
      return;
    }
    const shown: Entry[] = [];
    for (const { name } of entries) {
      if (!isShown(name, options)) continue;
      const entry = yield* statEntry(this.#io, this.#sys, options, name, path);
      if (entry === undefined || entry.aclFailed) this.status = 2;
      if (entry !== undefined) shown.push(entry);
    }
    if (options.sort !== 'none') shown.sort(compareEntries(options));
    if (options.long || options.blocks) {
      const counted = shown.filter(({ type }) => type !== 'VCHR' && type !== 'VBLK');
      const total = counted.reduce((sum, { stat }) => sum + stat.blocks, 0);
      yield* out.write(`total ${total}\n`);
    }
    yield* printEntries(shown, this.#context);
    if (options.recursive) yield* this.#below(path, shown, ancestors);
  }

  *#below(path: string, shown: readonly Entry[], ancestors: readonly string[]): Task<void> {
    for (const entry of shown) {
      if (entry.type !== 'VDIR' || entry.name === '.' || entry.name === '..') continue;
      const identity = `${entry.stat.dev}:${entry.stat.ino}`;
      if (ancestors.includes(identity)) {
        yield* this.#io.out.write(`\n${entry.path}:\n`);
        yield* this.#io.warn(`cycle detected for ${entry.path}`);
        this.status = 2;
        continue;
      }
      yield* this.#directory(entry.path, true, [...ancestors, identity]);
    }
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const isTerminal = yield* sys.isatty(1);
  const parsed = parseLsOptions(sys.argv.slice(1), isTerminal);
  if ('message' in parsed) return yield* usageError(io, LS_USAGE, parsed.message || undefined);
  const { options, operands } = parsed;
  const term = sys.env.get('TERM') ?? 'unknown';
  const hasColor =
    (options.color === 'always' || (options.color === 'auto' && isTerminal)) &&
    !/^(?:dumb|unknown|)$/.test(term);
  if (!hasColor) options.color = 'never';
  const listing = new Listing(io, sys, {
    options,
    out: io.out,
    accounts: new Accounts(sys),
    zone: timezoneFrom(sys.env),
    nowNs: yield* sys.gettimeofday(),
    columns: yield* screenColumns(sys, options),
    colors: hasColor ? new Colors(sys.env.get('LS_COLORS')) : undefined,
  });
  yield* listing.operands(operands);
  return listing.status;
}

export const LS: Command = { name: 'ls', path: '/usr/bin/ls', main: withStdio(main) };

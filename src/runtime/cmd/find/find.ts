/**
 * find: walks directories in their own order and evaluates an expression on every file.
 * @man find(1)
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import type { Predicate, Visit, WalkSettings } from '#cmd/find/expression.ts';
import { type FindContext, FindError } from '#cmd/find/context.ts';
import { FindParser } from '#cmd/find/parse.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { readDirectory } from '#lib/libc/directory.ts';
import { basename, joinPath } from '#lib/libc/pathname.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'find: [-E] [-H | -L] path-list predicate-list\n';

class Walk {
  failed = false;
  readonly #context: FindContext;
  readonly #predicate: Predicate;

  constructor(context: FindContext, predicate: Predicate) {
    this.#context = context;
    this.#predicate = predicate;
  }

  *start(path: string): Task<void> {
    const stat = yield* this.#stat(path, true);
    if (stat !== undefined) yield* this.#visit(path, basename(path), stat, 0, stat.dev, []);
  }

  *#complain(message: string): Task<void> {
    this.failed = true;
    yield* this.#context.io.warn(message);
  }

  *#stat(path: string, isOperand: boolean): Task<Stat | undefined> {
    const { sys, settings } = this.#context;
    const follows = settings.follow === 'all' || (settings.follow === 'operands' && isOperand);
    let stat = follows ? yield* sys.stat(path) : yield* sys.lstat(path);
    // A link to nowhere is looked at as a link.
    if (isErrno(stat) && follows) stat = yield* sys.lstat(path);
    if (!isErrno(stat)) return stat;
    yield* this.#complain(`stat() error ${path}: ${stat.message}`);
    return undefined;
  }

  *#visit(
    path: string,
    name: string,
    stat: Stat,
    depth: number,
    device: number,
    above: readonly string[],
  ): Task<void> {
    const { settings, io } = this.#context;
    const visit: Visit = { path, name, stat, depth, pruned: false };
    const counts = depth >= settings.minDepth;
    if (counts && !settings.depthFirst) yield* this.#predicate(visit);
    const identity = `${stat.dev}:${stat.ino}`;
    const enters =
      stat.type === 'VDIR' &&
      !visit.pruned &&
      depth < settings.maxDepth &&
      !(settings.oneFilesystem && stat.dev !== device) &&
      io.out.error === undefined;
    if (enters && above.includes(identity)) {
      yield* this.#complain(`cycle detected for ${path}`);
    } else if (enters) yield* this.#children(path, depth, device, [...above, identity]);
    if (counts && settings.depthFirst) yield* this.#predicate(visit);
  }

  *#children(path: string, depth: number, device: number, above: readonly string[]): Task<void> {
    const entries = yield* readDirectory(this.#context.sys, path);
    if (isErrno(entries)) {
      yield* this.#complain(`cannot read dir ${path}: ${entries.message}`);
      return;
    }
    for (const { name } of entries) {
      if (name === '.' || name === '..') continue;
      const child = joinPath(path, name);
      const stat = yield* this.#stat(child, false);
      if (stat !== undefined) yield* this.#visit(child, name, stat, depth + 1, device, above);
    }
  }
}

/** Options, paths and the words of the expression. */
function splitArguments(args: readonly string[]): {
  follow: WalkSettings['follow'];
  extended: boolean;
  paths: readonly string[];
  words: readonly string[];
} {
  let follow: WalkSettings['follow'] = 'none';
  let extended = false;
  let at = 0;
  for (; /^-[HLPE]+$/.test(args[at] ?? ''); at += 1) {
    for (const letter of (args[at] as string).slice(1)) {
      if (letter === 'E') extended = true;
      else follow = letter === 'L' ? 'all' : letter === 'H' ? 'operands' : 'none';
    }
  }
  const first = args.findIndex(
    (word, i) =>
      i >= at && ((word.startsWith('-') && word !== '-') || word === '(' || word === '!'),
  );
  const end = first < 0 ? args.length : first;
  return { follow, extended, paths: args.slice(at, end), words: args.slice(end) };
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const { follow, extended, paths, words } = splitArguments(sys.argv.slice(1));
  if (paths.length === 0) {
    yield* io.warn('insufficient number of arguments');
    return yield* usageError(io, USAGE, undefined, 1);
  }
  const settings: WalkSettings = {
    depthFirst: false,
    oneFilesystem: false,
    maxDepth: Infinity,
    minDepth: 0,
    follow,
    hasAction: false,
  };
  const context: FindContext = {
    io,
    sys,
    accounts: new Accounts(sys),
    nowNs: yield* sys.gettimeofday(),
    settings,
    batches: [],
    extended,
  };
  let predicate: Predicate;
  try {
    predicate = yield* new FindParser(context, words).parse();
    if (!settings.hasAction) {
      const wanted = predicate;
      predicate = function* print(visit) {
        if (yield* wanted(visit)) yield* io.out.write(`${visit.path}\n`);
        return true;
      };
    }
  } catch (error) {
    if (!(error instanceof FindError)) throw error;
    yield* io.warn(error.message);
    if (error.isAbsent) return 2;
    return yield* usageError(io, USAGE, undefined, 1);
  }
  const walk = new Walk(context, predicate);
  for (const path of paths) yield* walk.start(path);
  for (const batch of context.batches) yield* batch.finish();
  return walk.failed || context.batches.some((batch) => batch.failed) ? 1 : 0;
}

export const FIND: Command = { name: 'find', path: '/usr/bin/find', main: withStdio(main) };

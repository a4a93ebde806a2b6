/**
 * grep, egrep and fgrep. Exit status 0: something matched, 1: nothing, 2: an error happened.
 * @man grep(1)
 */
import { utf8ToLatin1 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { type Matcher, makeMatcher } from '#cmd/grep/matcher.ts';
import { type GrepOptions, grepUsage, parseGrepOptions } from '#cmd/grep/options.ts';
import { FileSearch } from '#cmd/grep/search.ts';
import { listDirectory } from '#lib/libc/directory.ts';
import { closeOperand, openOperand } from '#lib/libc/file-operand.ts';
import { writeText } from '#lib/libc/filter.ts';
import { LineReader } from '#lib/libc/lines.ts';
import { joinPath } from '#lib/libc/pathname.ts';
import { RegexError } from '#lib/libc/regex.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

/** The patterns of -e, the operand and -f files, one a line; a message when a file is missing. */
function* readPatterns(sys: Sys, options: GrepOptions): Task<string[] | string> {
  const patterns = options.patterns.flatMap((text) => text.split('\n'));
  for (const path of options.patternFiles) {
    const fd = yield* openOperand(sys, path);
    if (isErrno(fd)) return `can't open ${path}`;
    const reader = new LineReader(sys, fd);
    for (;;) {
      const lines = yield* reader.batch();
      if (lines === undefined) break;
      patterns.push(...lines);
    }
    yield* closeOperand(sys, fd);
  }
  return patterns;
}

class Grep {
  matched = false;
  failed = false;
  readonly #io: Stdio;
  readonly #sys: Sys;
  readonly #options: GrepOptions;
  readonly #matcher: Matcher;
  readonly #showsNames: boolean;

  constructor(io: Stdio, sys: Sys, options: GrepOptions, matcher: Matcher, showsNames: boolean) {
    this.#io = io;
    this.#sys = sys;
    this.#options = options;
    this.#matcher = matcher;
    this.#showsNames = showsNames;
  }

  get isDone(): boolean {
    return this.#io.out.error !== undefined || (this.#options.output === 'nothing' && this.matched);
  }

  *#complain(message: string): Task<void> {
    this.failed = true;
    if (!this.#options.silent) yield* this.#io.warn(message);
  }

  *operand(path: string, isInner: boolean): Task<void> {
    if (this.isDone) return;
    const { recursive } = this.#options;
    if (recursive !== 'no' && path !== '-') {
      const follows = recursive === 'followLinks' || !isInner;
      const stat = follows ? yield* this.#sys.stat(path) : yield* this.#sys.lstat(path);
      if (!isErrno(stat) && stat.type === 'VDIR') {
        const names = yield* listDirectory(this.#sys, path);
        if (isErrno(names)) yield* this.#complain(`can't open ${path}`);
        else for (const name of names) yield* this.operand(joinPath(path, name), true);
        return;
      }
      if (isInner && !isErrno(stat) && stat.type !== 'VREG') return;
    }
    const fd = yield* openOperand(this.#sys, path);
    if (isErrno(fd)) yield* this.#complain(`can't open ${path}`);
    else {
      yield* this.#file(fd, path);
      yield* closeOperand(this.#sys, fd);
    }
  }

  *#file(fd: number, path: string): Task<void> {
    const { output } = this.#options;
    const name = utf8ToLatin1(path === '-' ? '(standard input)' : path);
    const prefix = this.#showsNames ? name : '';
    const search = new FileSearch(this.#matcher, this.#options, this.#io.out, prefix);
    const { count, error } = yield* search.run(this.#sys, fd);
    if (error !== undefined) yield* this.#complain(`${path}: ${error.message}`);
    if (count > 0) this.matched = true;
    if (output === 'count') {
      yield* writeText(this.#io.out, `${prefix === '' ? '' : `${prefix}:`}${count}\n`);
    } else if (output === (count > 0 ? 'names' : 'otherNames')) {
      yield* writeText(this.#io.out, `${name}\n`);
    }
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = parseGrepOptions(io.name, sys.argv.slice(1));
  if ('message' in parsed) {
    return yield* usageError(io, grepUsage(io.name), parsed.message || undefined);
  }
  const { options, operands } = parsed;
  const patterns = yield* readPatterns(sys, options);
  const matcher = typeof patterns === 'string' ? undefined : makeMatcher(patterns, options);
  if (matcher === undefined || matcher instanceof RegexError) {
    yield* io.warn(matcher === undefined ? String(patterns) : `RE error: ${matcher.message}`);
    return 2;
  }
  const isRecursive = options.recursive !== 'no';
  const paths = operands.length > 0 ? operands : [isRecursive ? '.' : '-'];
  const isAuto = options.names === 'auto';
  const showsNames = isAuto ? operands.length > 1 || isRecursive : options.names === 'always';
  const grep = new Grep(io, sys, options, matcher, showsNames);
  for (const path of paths) yield* grep.operand(path, false);
  if (options.output === 'nothing' && grep.matched) return 0;
  return grep.failed ? 2 : grep.matched ? 0 : 1;
}

export const GREP: Command = {
  name: 'grep',
  path: '/usr/bin/grep',
  links: ['/usr/bin/egrep', '/usr/bin/fgrep'],
  main: withStdio(main),
};

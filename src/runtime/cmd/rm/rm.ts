/**
 * rm. Surprising: `/`, `.` and `..` are refused whatever the options, a directory in the path of
 * the working directory is emptied but kept, and messages start with the name, not with `rm:`, where
 * the file can't be looked up.
 * @man rm(1)
 */
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { confirm } from '#lib/libc/confirm.ts';
import { listDirectory } from '#lib/libc/directory.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { basename, joinPath } from '#lib/libc/pathname.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: rm [-fiRr] file ...\n';

class Removal {
  errors = 0;
  readonly #io: Stdio;
  readonly #sys: Sys;
  readonly #silent: boolean;
  readonly #interactive: boolean;
  readonly #recursive: boolean;
  /** Identities of the working directory and of all above it, nearest first. */
  #ancestors: readonly string[] | undefined;

  constructor(io: Stdio, sys: Sys, has: (letter: string) => boolean) {
    this.#io = io;
    this.#sys = sys;
    this.#silent = has('f');
    this.#interactive = has('i');
    this.#recursive = has('r') || has('R');
  }

  *#fail(message: string, error?: Errno): Task<void> {
    yield* this.#io.err.write(
      error === undefined ? `${message}\n` : `${message}: ${error.message}\n`,
    );
    this.errors += 1;
  }

  *remove(path: string): Task<void> {
    const stat = yield* this.#sys.lstat(path);
    if (isErrno(stat)) {
      if (!this.#silent) yield* this.#fail(path, stat);
      return;
    }
    const root = yield* this.#sys.stat('/');
    const isRoot = !isErrno(root) && root.dev === stat.dev && root.ino === stat.ino;
    const last = path.slice(path.lastIndexOf('/') + 1);
    if (isRoot || last === '.' || last === '..' || /^\.{1,2}$/.test(basename(path))) {
      yield* this.#fail(`rm of ${isRoot ? '/' : path} is not allowed`);
      return;
    }
    if (stat.type !== 'VDIR') yield* this.#file(path, stat);
    else if (this.#recursive) yield* this.#directory(path, stat);
    else yield* this.#fail(`rm: ${path} is a directory`);
  }

  *#file(path: string, stat: Stat): Task<void> {
    if (this.#interactive) {
      if (!(yield* confirm(this.#io, `rm: remove ${path} (yes/no)? `))) return;
    } else if (!this.#silent && stat.type !== 'VLNK') {
      const isProtected = isErrno(yield* this.#sys.access(path, 2));
      if (isProtected && (yield* this.#sys.isatty(0))) {
        const mode = (stat.mode & 0o777).toString(8);
        const question = `rm: ${path}: override protection ${mode} (yes/no)? `;
        if (!(yield* confirm(this.#io, question))) return;
      }
    }
    const result = yield* this.#sys.unlink(path);
    if (!isErrno(result) || result.name === 'ENOENT') return;
    if (!this.#silent || this.#interactive) yield* this.#fail(`rm: ${path} not removed`, result);
    else this.errors += 1;
  }

  *#directory(path: string, stat: Stat): Task<void> {
    if (this.#interactive) {
      const question = `rm: examine files in directory ${path} (yes/no)? `;
      if (!(yield* confirm(this.#io, question))) return;
    }
    const names = yield* listDirectory(this.#sys, path);
    if (isErrno(names)) {
      if (isErrno(yield* this.#sys.rmdir(path))) {
        yield* this.#fail(`rm: cannot read directory ${path}`, names);
      }
      return;
    }
    for (const name of names) {
      const child = joinPath(path, name);
      const found = yield* this.#sys.lstat(child);
      if (isErrno(found)) continue;
      if (found.type === 'VDIR') yield* this.#directory(child, found);
      else yield* this.#file(child, found);
    }
    yield* this.#emptied(path, stat);
  }

  *#emptied(path: string, stat: Stat): Task<void> {
    const place = (yield* this.#workingPath()).indexOf(`${stat.dev}:${stat.ino}`);
    if (place > 0) return;
    if (place === 0) {
      const what = 'Cannot remove any directory in the path of the current working directory';
      yield* this.#fail(`rm: ${what}\n${path}`);
      return;
    }
    if (this.#interactive && !(yield* confirm(this.#io, `rm: remove ${path}: (yes/no)? `))) return;
    const result = yield* this.#sys.rmdir(path);
    if (isErrno(result)) yield* this.#fail(`rm: Unable to remove directory ${path}`, result);
  }

  *#workingPath(): Task<readonly string[]> {
    if (this.#ancestors !== undefined) return this.#ancestors;
    const found: string[] = [];
    for (let path = '.'; found.length < 1000; path += '/..') {
      const stat = yield* this.#sys.stat(path);
      if (isErrno(stat)) break;
      const identity = `${stat.dev}:${stat.ino}`;
      if (found.at(-1) === identity) break;
      found.push(identity);
    }
    this.#ancestors = found;
    return found;
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1);
  const parsed = getopt(args, 'fRri');
  // A lone `-` ends the options as in BSD, unless `--` already did.
  const hasDash = parsed.operands[0] === '-' && !args.includes('--');
  const operands = hasDash ? parsed.operands.slice(1) : parsed.operands;
  const silent = hasOption(parsed, 'f');
  if (parsed.message !== undefined || (operands.length === 0 && !silent)) {
    return yield* usageError(io, USAGE, parsed.message);
  }
  const removal = new Removal(io, sys, (letter) => hasOption(parsed, letter));
  for (const path of operands) yield* removal.remove(path);
  return removal.errors > 0 ? 2 : 0;
}

export const RM: Command = { name: 'rm', path: '/usr/bin/rm', main: withStdio(main) };

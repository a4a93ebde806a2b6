/**
 * cp, mv and ln: one program, as in illumos. The exit status is the number of files that failed.
 * Surprising: a missing source is `cannot access NAME` without the reason.
 * @man cp(1) mv(1) ln(1)
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { type CopyContext, copyAny, removeTree } from '#cmd/cp/copy.ts';
import { type CopyOptions, type Role, USAGE, parseCopyOptions } from '#cmd/cp/options.ts';
import { confirm } from '#lib/libc/confirm.ts';
import { basename, joinPath } from '#lib/libc/pathname.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

interface Pair {
  readonly source: string;
  readonly sourceStat: Stat | undefined;
  /** The exact path that will be made. */
  readonly target: string;
  readonly targetStat: Stat | undefined;
}

function* statOrUndefined(sys: Sys, path: string, follow: boolean): Task<Stat | undefined> {
  const stat = follow ? yield* sys.stat(path) : yield* sys.lstat(path);
  return isErrno(stat) ? undefined : stat;
}

class Transfer {
  readonly #context: CopyContext;
  readonly #io: Stdio;
  readonly #sys: Sys;
  readonly #options: CopyOptions;

  constructor(io: Stdio, sys: Sys, options: CopyOptions) {
    this.#io = io;
    this.#sys = sys;
    this.#options = options;
    this.#context = { io, sys, options, preserve: options.preserve || options.role === 'mv' };
  }

  /** Handles one source; answers the number of errors. */
  *one(source: string, target: string): Task<number> {
    const pair = yield* this.#resolve(source, target);
    if (pair === undefined) return 1;
    const go = yield* this.#mayReplace(pair);
    if (go !== 'go') return go === 'error' ? 1 : 0;
    if (this.#options.role === 'ln') return yield* this.#link(pair);
    const { sourceStat } = pair;
    if (sourceStat === undefined) return 1;
    if (this.#options.role === 'mv') return yield* this.#move(pair, sourceStat);
    return yield* copyAny(this.#context, pair.source, sourceStat, pair.target);
  }

  *#resolve(source: string, named: string): Task<Pair | undefined> {
    const { role, symbolic, follow, exactTarget, noFollowTarget } = this.#options;
    const isSymbolic = role === 'ln' && symbolic;
    const sourceStat = yield* statOrUndefined(this.#sys, source, follow !== 'none');
    if (sourceStat === undefined && !isSymbolic) {
      yield* this.#io.warn(`cannot access ${source}`);
      return undefined;
    }
    if (role === 'ln' && !isSymbolic && sourceStat?.type === 'VDIR') {
      yield* this.#io.warn(`${source} is a directory`);
      return undefined;
    }
    let target = named;
    const follows = !noFollowTarget;
    const found = yield* statOrUndefined(this.#sys, named, follows);
    if (found?.type === 'VDIR' && !exactTarget) target = joinPath(named, basename(source));
    const targetStat = yield* statOrUndefined(this.#sys, target, role === 'cp');
    return { source, sourceStat, target, targetStat };
  }

  /** Whether an existing target may be replaced; asks when that is wanted. */
  *#mayReplace(pair: Pair): Task<'go' | 'skip' | 'error'> {
    const { sourceStat, target, targetStat } = pair;
    if (targetStat === undefined) return 'go';
    const { role, existing } = this.#options;
    const isSame =
      sourceStat !== undefined &&
      sourceStat.dev === targetStat.dev &&
      sourceStat.ino === targetStat.ino;
    if (isSame && role !== 'ln') {
      yield* this.#io.warn(`${pair.source} and ${target} are identical`);
      return 'error';
    }
    if (existing === 'skip') return 'skip';
    const mode = (targetStat.mode & 0o7777).toString(8);
    if (existing === 'prompt') {
      if (role === 'cp' && targetStat.type === 'VDIR') return 'go';
      const yes = yield* confirm(this.#io, `${role}: overwrite ${target} (yes/no)? `);
      return yes ? yield* this.#unlinkFirst(target) : 'skip';
    }
    if (existing === 'default' && role === 'ln') {
      yield* this.#io.warn(`${target}: File exists`);
      return 'error';
    }
    if (existing === 'default' && role === 'mv' && targetStat.type !== 'VLNK') {
      const isProtected = isErrno(yield* this.#sys.access(target, 2));
      if (isProtected && (yield* this.#sys.isatty(0))) {
        const question = `mv: ${target}: override protection ${mode} (yes/no)? `;
        if (!(yield* confirm(this.#io, question))) return 'skip';
      }
    }
    return yield* this.#unlinkFirst(target);
  }

  /** ln removes what is in the way; cp and mv write over it. */
  *#unlinkFirst(target: string): Task<'go' | 'error'> {
    if (this.#options.role !== 'ln') return 'go';
    const result = yield* this.#sys.unlink(target);
    if (!isErrno(result)) return 'go';
    yield* this.#io.warn(`cannot unlink ${target}: ${result.message}`);
    return 'error';
  }

  *#link({ source, target }: Pair): Task<number> {
    const { symbolic } = this.#options;
    const result = symbolic
      ? yield* this.#sys.symlink(source, target)
      : yield* this.#sys.link(source, target);
    if (!isErrno(result)) return 0;
    const what = symbolic ? `cannot create ${target}` : `cannot link ${source} to ${target}`;
    yield* this.#io.warn(`${what}: ${result.message}`);
    return 1;
  }

  *#move({ source, target, targetStat }: Pair, sourceStat: Stat): Task<number> {
    const renamed = yield* this.#sys.rename(source, target);
    if (!isErrno(renamed)) return 0;
    if (renamed.name !== 'EXDEV') {
      yield* this.#io.warn(`cannot rename ${source} to ${target}: ${renamed.message}`);
      return 1;
    }
    // Another filesystem: copy, then remove. A file in the way is removed first, as rename would.
    if (targetStat !== undefined && targetStat.type !== 'VDIR') yield* this.#sys.unlink(target);
    const errors = yield* copyAny(this.#context, source, sourceStat, target);
    if (errors > 0) return errors;
    return yield* removeTree(this.#context, source, sourceStat);
  }
}

function transfer(role: Role): (io: Stdio, sys: Sys) => Task<number> {
  return function* main(io: Stdio, sys: Sys): Task<number> {
    const { options, operands, message } = parseCopyOptions(role, sys.argv.slice(1));
    if (message !== undefined) return yield* usageError(io, USAGE[role], message);
    const isOnlyName = role === 'ln' && operands.length === 1;
    if (operands.length < 2 && !isOnlyName) {
      yield* io.warn(`Insufficient arguments (${operands.length})`);
      return yield* usageError(io, USAGE[role]);
    }
    const target = isOnlyName ? '.' : (operands.at(-1) as string);
    const sources = isOnlyName ? operands : operands.slice(0, -1);
    if (sources.length > 1) {
      const stat = yield* sys.stat(target);
      if (isErrno(stat)) {
        yield* io.warn(`${target} not found`);
        return 2;
      }
      if (stat.type !== 'VDIR') {
        yield* io.warn(`Target ${target} must be a directory`);
        return yield* usageError(io, USAGE[role]);
      }
    }
    const work = new Transfer(io, sys, options);
    let errors = 0;
    for (const source of sources) errors += yield* work.one(source, target);
    return Math.min(errors, 255);
  };
}

export const CP: Command = { name: 'cp', path: '/usr/bin/cp', main: withStdio(transfer('cp')) };
export const MV: Command = { name: 'mv', path: '/usr/bin/mv', main: withStdio(transfer('mv')) };
export const LN: Command = { name: 'ln', path: '/usr/bin/ln', main: withStdio(transfer('ln')) };

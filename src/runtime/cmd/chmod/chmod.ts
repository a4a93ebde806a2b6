/**
 * chmod: octal and symbolic modes, and access control lists (`A…`, in chmod-acl.ts). Surprising:
 * `chmod -w file` works, a mode that starts with a dash is not taken for options; messages say
 * WARNING. Attributes (`S…`) are not there.
 * @man chmod(1)
 */
import type { Ace } from '#abi/illumos/acl.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import { changeAcl, parseAclOperation } from '#cmd/chmod/chmod-acl.ts';
import type { Command } from '#cmd/command.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { listDirectory } from '#lib/libc/directory.ts';
import { applyMode, parseMode } from '#lib/libc/file-mode.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { joinPath } from '#lib/libc/pathname.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';
import { parseAcl } from '#lib/libsec/acl-parse.ts';

const USAGE =
  'usage:\tchmod [-fR] <absolute-mode> file ...\n' +
  '\tchmod [-fR] [-@ attribute] ... S<attribute-operation> file ...\n' +
  '\tchmod [-fR] <ACL-operation> file ...\n' +
  '\tchmod [-fR] <symbolic-mode-list> file ...\n\n' +
  'where \t<symbolic-mode-list> is a comma-separated list of\n' +
  '\t[ugoa]{+|-|=}[rwxXlstugo]\n';

interface Work {
  readonly io: Stdio;
  readonly sys: Sys;
  /** Changes one file; answers the number of errors. */
  readonly apply: (path: string, stat: Stat) => Task<number>;
  readonly recursive: boolean;
  readonly quiet: boolean;
}

function* warn(work: Pick<Work, 'io' | 'quiet'>, message: string): Task<number> {
  if (!work.quiet) yield* work.io.warn(`WARNING: ${message}`);
  return 1;
}

function* changeOne(work: Work, path: string): Task<number> {
  const { sys } = work;
  const own = yield* sys.lstat(path);
  const stat = isErrno(own) || own.type !== 'VLNK' ? own : yield* sys.stat(path);
  if (isErrno(own) || isErrno(stat)) return yield* warn(work, `can't access ${path}`);
  let errors = yield* work.apply(path, stat);
  if (!work.recursive || own.type !== 'VDIR') return errors;
  const names = yield* listDirectory(sys, path);
  if (isErrno(names)) return errors + (yield* warn(work, names.message));
  for (const name of names) errors += yield* changeOne(work, joinPath(path, name));
  return errors > 0 ? 1 : 0;
}

type Apply = Work['apply'];

/** A change of the mode, or the exit status. */
function* modeChange(io: Stdio, sys: Sys, text: string, quiet: boolean): Task<Apply | number> {
  const change = parseMode(text);
  if (change === undefined) {
    yield* io.warn('ERROR: invalid mode');
    return 1;
  }
  const umask = yield* sys.umask(0);
  yield* sys.umask(umask);
  return function* apply(path, stat) {
    const mode = applyMode(change, stat.mode, stat.type === 'VDIR', umask);
    if (!isErrno(yield* sys.chmod(path, mode))) return 0;
    return yield* warn({ io, quiet }, `can't change ${path}`);
  };
}

/** A change of the access control list, or the exit status. */
function* aclChange(io: Stdio, sys: Sys, text: string, quiet: boolean): Task<Apply | number> {
  const operation = parseAclOperation(text);
  if (operation === undefined) return yield* usageError(io, USAGE);
  let given: readonly Ace[] = [];
  if (operation.entries !== '') {
    const parsed = yield* parseAcl(operation.entries, new Accounts(sys));
    if (parsed === 'unsupported') return yield* notSupported(io, operation.entries);
    if ('error' in parsed) {
      yield* io.err.write(`${parsed.error}\n`);
      return 1;
    }
    given = parsed.aces;
  }
  return function* apply(path, stat) {
    const problem = yield* changeAcl(sys, path, stat, operation, given);
    if (problem === undefined) return 0;
    if (!quiet || problem.isFatal) yield* io.warn(`ERROR: ${problem.message}`);
    if (problem.isFatal) yield* sys.exit(quiet ? 0 : 2);
    return 1;
  };
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1);
  const mode = args.findIndex((word) => /^-[^-Rf@]*$/.test(word) && word !== '-');
  if (mode >= 0 && !args.includes('--')) args.splice(mode, 0, '--');
  const parsed = getopt(args, 'Rf@:');
  if (parsed.message !== undefined || parsed.operands.length < 2) {
    return yield* usageError(io, USAGE, parsed.message);
  }
  const [text = '', ...paths] = parsed.operands;
  if (text.startsWith('S')) return yield* notSupported(io, text);
  const quiet = hasOption(parsed, 'f');
  const apply = text.startsWith('A')
    ? yield* aclChange(io, sys, text, quiet)
    : yield* modeChange(io, sys, text, quiet);
  if (typeof apply === 'number') return apply;
  const work: Work = { io, sys, apply, recursive: hasOption(parsed, 'R'), quiet };
  let status = 0;
  for (const path of paths) status += yield* changeOne(work, path);
  return quiet ? 0 : Math.min(status, 255);
}

export const CHMOD: Command = { name: 'chmod', path: '/usr/bin/chmod', main: withStdio(main) };

/**
 * chmod: octal and symbolic modes. Surprising: `chmod -w file` works, a mode that starts with a dash
 * is not taken for options; messages say WARNING. ACLs (`A…`) and attributes (`S…`) are not there.
 * @man chmod(1)
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { listDirectory } from '#lib/libc/directory.ts';
import { type ModeChange, applyMode, parseMode } from '#lib/libc/file-mode.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { joinPath } from '#lib/libc/pathname.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

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
  readonly change: ModeChange;
  readonly umask: number;
  readonly recursive: boolean;
  readonly quiet: boolean;
}

function* warn(work: Work, message: string): Task<number> {
  if (!work.quiet) yield* work.io.warn(`WARNING: ${message}`);
  return 1;
}

function* changeOne(work: Work, path: string): Task<number> {
  const { sys } = work;
  const own = yield* sys.lstat(path);
  const stat = isErrno(own) || own.type !== 'VLNK' ? own : yield* sys.stat(path);
  if (isErrno(own) || isErrno(stat)) return yield* warn(work, `can't access ${path}`);
  const mode = applyMode(work.change, stat.mode, stat.type === 'VDIR', work.umask);
  let errors = 0;
  if (isErrno(yield* sys.chmod(path, mode))) errors += yield* warn(work, `can't change ${path}`);
  if (!work.recursive || own.type !== 'VDIR') return errors;
  const names = yield* listDirectory(sys, path);
  if (isErrno(names)) return errors + (yield* warn(work, names.message));
  for (const name of names) errors += yield* changeOne(work, joinPath(path, name));
  return errors > 0 ? 1 : 0;
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
  if (/^[AS]/.test(text)) return yield* notSupported(io, text);
  const change = parseMode(text);
  if (change === undefined) {
    yield* io.warn('ERROR: invalid mode');
    return 1;
  }
  const umask = yield* sys.umask(0);
  yield* sys.umask(umask);
  const quiet = hasOption(parsed, 'f');
  const work: Work = { io, sys, change, umask, recursive: hasOption(parsed, 'R'), quiet };
  let status = 0;
  for (const path of paths) status += yield* changeOne(work, path);
  return quiet ? 0 : Math.min(status, 255);
}

export const CHMOD: Command = { name: 'chmod', path: '/usr/bin/chmod', main: withStdio(main) };

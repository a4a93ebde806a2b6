/** Builtins that steer: break continue return exit eval source exec shift, `:` true false. */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { parseOptions, usageError } from '#cmd/bash/builtins/options.ts';
import { deepCall } from '#cmd/bash/execute/deep-call.ts';
import { findProgram, programEnvironment, replaceByProgram } from '#cmd/bash/execute/program.ts';
import { Discard, ShellExit } from '#cmd/bash/failure.ts';
import { readFile } from '#cmd/bash/files.ts';
import { jobState } from '#cmd/bash/jobs.ts';
import type { Builtin, Shell } from '#cmd/bash/shell.ts';

export const colon: Builtin = function* () {
  return 0;
};

export const falseBuiltin: Builtin = function* () {
  return 1;
};

function leaveLoop(kind: 'break' | 'continue'): Builtin {
  return function* (shell, args) {
    if (shell.loopDepth === 0) {
      yield* shell.complain(`${kind}: only meaningful in a \`for', \`while', or \`until' loop`);
      return 0;
    }
    const [text = '1'] = args;
    if (!/^[+-]?\d+$/.test(text)) {
      yield* shell.complain(`${kind}: ${text}: numeric argument required`);
      throw new ShellExit(128);
    }
    const levels = Number(text);
    if (levels <= 0) {
      yield* shell.complain(`${kind}: ${text}: loop count out of range`);
      shell.unwinding = { kind: 'break', levels: shell.loopDepth };
      return 1;
    }
    shell.unwinding = { kind, levels: Math.min(levels, shell.loopDepth) };
    return 0;
  };
}

export const breakBuiltin: Builtin = leaveLoop('break');
export const continueBuiltin: Builtin = leaveLoop('continue');

/** The status given, or undefined after a message. */
function* statusArgument(
  shell: Shell,
  name: string,
  args: readonly string[],
): Task<number | undefined> {
  const [text, more] = args[0] === '--' ? args.slice(1) : args;
  if (text === undefined) return shell.trapStatus ?? shell.status;
  if (!/^[+-]?\d+$/.test(text)) {
    yield* shell.complain(`${name}: ${text}: numeric argument required`);
    return 2;
  }
  if (more !== undefined) {
    yield* shell.complain(`${name}: too many arguments`);
    return undefined;
  }
  return Number(BigInt.asUintN(8, BigInt(text)));
}

export const returnBuiltin: Builtin = function* (shell, args) {
  const canReturn = shell.frames.some((frame) => frame.kind !== 'main');
  const status = yield* statusArgument(shell, 'return', args);
  if (!canReturn) {
    yield* shell.complain("return: can only `return' from a function or sourced script");
    return 2;
  }
  if (status === undefined) return 1;
  shell.unwinding = { kind: 'return', status };
  return status;
};

export const exitBuiltin: Builtin = function* (shell, args, name) {
  if (name === 'logout' && !shell.isLogin) {
    yield* shell.complain("logout: not login shell: use `exit'");
    return 1;
  }
  if (shell.isInteractive && !shell.isSubshell) {
    yield* shell.write(2, shell.isLogin ? 'logout\n' : 'exit\n');
    const stopped = shell.jobs.all.some((job) => jobState(job) === 'stopped');
    if (stopped && !shell.wasWarnedOfJobs) {
      shell.wasWarnedOfJobs = true;
      yield* shell.write(2, 'There are stopped jobs.\n');
      return 1;
    }
  }
  const status = yield* statusArgument(shell, name, args);
  if (status === undefined) return 1;
  throw new ShellExit(status);
};

export const evalBuiltin: Builtin = function* (shell, args) {
  const words = args[0] === '--' ? args.slice(1) : args;
  const text = words.join(' ');
  if (text.trim() === '') return 0;
  return yield* deepCall(shell.engine.runText(shell, text));
};

/** Looks in PATH when the name has no slash; arguments become the positional parameters. */
export const sourceBuiltin: Builtin = function* (shell, args, name) {
  const parsed = yield* parseOptions(shell, name, args, '');
  if (parsed === undefined) return 2;
  const [file, ...rest] = parsed.operands;
  if (file === undefined) return yield* usageError(shell, name, 'filename argument required');
  const path = yield* sourcePath(shell, file);
  const text = yield* readFile(shell, path);
  if (isErrno(text)) {
    const message = text.name === 'EISDIR' ? `${name}: ${path}: is a directory` : undefined;
    yield* shell.complain(message ?? `${path}: ${text.message}`);
    if (shell.options.on('posix') && !shell.isInteractive) throw new ShellExit(1);
    return 1;
  }
  return yield* runSourced(shell, path, text, rest);
};

const MAX_SOURCE_DEPTH = 10_000;

export function* runSourced(
  shell: Shell,
  path: string,
  text: string,
  args: readonly string[],
): Task<number> {
  const { positional, loopDepth, line } = shell;
  if (args.length > 0) shell.positional = args;
  shell.pushFrame({ kind: 'source', name: 'source', source: path, callLine: line });
  shell.loopDepth = 0;
  try {
    if (shell.frames.length > MAX_SOURCE_DEPTH) {
      throw new Discard(`${path}: maximum source nesting level exceeded (${MAX_SOURCE_DEPTH})`);
    }
    const status = yield* deepCall(shell.engine.runText(shell, text, { source: path }));
    if (shell.unwinding?.kind !== 'return') return status;
    const returned = shell.unwinding.status;
    shell.unwinding = undefined;
    return returned;
  } finally {
    shell.popFrame();
    if (args.length > 0) shell.positional = positional;
    shell.loopDepth = loopDepth;
    shell.line = line;
  }
}

function* sourcePath(shell: Shell, file: string): Task<string> {
  if (file.includes('/') || !shell.shopts.on('sourcepath')) return file;
  for (const directory of (shell.variables.get('PATH') ?? '').split(':')) {
    const candidate = `${directory === '' ? '.' : directory}/${file}`;
    const stat = yield* shell.sys.stat(candidate);
    if (!isErrno(stat) && stat.type === 'VREG') return candidate;
  }
  return file;
}

/** Without a command its redirections stay (the executor sees to that). */
export const execBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'exec', args, 'cla:');
  if (parsed === undefined) return 2;
  const [command, ...rest] = parsed.operands;
  if (command === undefined) return 0;
  const path = yield* findProgram(shell, command);
  if (path === undefined) {
    yield* shell.complain(`exec: ${command}: not found`);
    return yield* execFailed(shell, 127);
  }
  const given = parsed.values.get('a') ?? command;
  const name = parsed.letters.includes('l') ? `-${given}` : given;
  const environment = parsed.letters.includes('c')
    ? new Map<string, string>()
    : programEnvironment(shell);
  const status = yield* replaceByProgram(shell, path, [name, ...rest], environment);
  return yield* execFailed(shell, status);
};

function* execFailed(shell: Shell, status: number): Task<number> {
  if (!shell.isInteractive && !shell.shopts.on('execfail')) throw new ShellExit(status);
  return status;
}

export const shiftBuiltin: Builtin = function* (shell, args) {
  const [text = '1'] = args;
  if (!/^[+-]?\d+$/.test(text)) {
    yield* shell.complain(`shift: ${text}: numeric argument required`);
    return 1;
  }
  const count = Number(text);
  if (count < 0 || (count > shell.positional.length && shell.shopts.on('shift_verbose'))) {
    yield* shell.complain(`shift: ${text}: shift count out of range`);
    return 1;
  }
  if (count > shell.positional.length) return 1;
  shell.positional = shell.positional.slice(count);
  return 0;
};

/** `caller [n]`: line, function and file of a frame. */
export const callerBuiltin: Builtin = function* (shell, args) {
  const level = Number(args[0] ?? 0);
  const frames = [...shell.frames].reverse();
  const frame = frames[level];
  const outer = frames[level + 1];
  if (frame === undefined) return 1;
  if (outer === undefined) {
    if (args.length > 0) return 1;
    return yield* shell.print(`${frame.callLine} NULL\n`, 'caller');
  }
  const source = outer.source === '' ? 'NULL' : outer.source;
  const text =
    args.length === 0
      ? `${frame.callLine} ${source}\n`
      : `${frame.callLine} ${outer.name} ${source}\n`;
  return yield* shell.print(text, 'caller');
};

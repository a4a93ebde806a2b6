/** cd pwd pushd popd dirs. @man bash(1) cd, DIRECTORY STACK */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { parseOptions, usageError } from '#cmd/bash/builtins/options.ts';
import type { Builtin, Shell } from '#cmd/bash/shell.ts';

/** `.` and `..` removed by name, as `cd -L` does. */
export function logicalPath(base: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${base}/${path}`).split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Goes there and keeps PWD and OLDPWD; the errno's text when it can't. */
function* changeTo(shell: Shell, path: string, isPhysical: boolean): Task<string | undefined> {
  const before = shell.variables.get('PWD') ?? '';
  const logical = before === '' || isPhysical ? path : logicalPath(before, path);
  const result = yield* shell.sys.chdir(logical);
  if (isErrno(result)) return result.message;
  const actual = isPhysical || before === '' ? yield* shell.sys.getcwd() : logical;
  shell.variables.setQuietly('OLDPWD', before);
  shell.variables.setQuietly('PWD', isErrno(actual) ? logical : actual);
  publishStack(shell);
  return undefined;
}

export const cdBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'cd', args, 'LPe@');
  if (parsed === undefined) return 2;
  const { operands } = parsed;
  if (operands.length > 1) {
    yield* shell.complain('cd: too many arguments');
    return 1;
  }
  const isPhysical =
    lastOf(parsed.letters, 'LP') === 'P' ||
    (shell.options.on('physical') && !parsed.letters.includes('L'));
  let [target] = operands;
  let prints = false;
  if (target === undefined || target === '-') {
    const name = target === '-' ? 'OLDPWD' : 'HOME';
    prints = target === '-';
    target = shell.variables.get(name);
    if (target === undefined) {
      yield* shell.complain(`cd: ${name} not set`);
      return 1;
    }
  }
  if (!/^(?:\/|\.\.?(?:\/|$))/.test(target) && target !== '') {
    for (const directory of (shell.variables.get('CDPATH') ?? '').split(':')) {
      if (directory === '') continue;
      const candidate = `${directory}/${target}`;
      if ((yield* changeTo(shell, candidate, isPhysical)) !== undefined) continue;
      return yield* shell.print(`${shell.variables.get('PWD')}\n`, 'cd');
    }
  }
  const problem = yield* changeTo(shell, target, isPhysical);
  if (problem !== undefined) {
    yield* shell.complain(`cd: ${target}: ${problem}`);
    return 1;
  }
  return prints ? yield* shell.print(`${shell.variables.get('PWD')}\n`, 'cd') : 0;
};

function lastOf(letters: string, candidates: string): string | undefined {
  return Array.from(letters).findLast((letter) => candidates.includes(letter));
}

export const pwdBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'pwd', args, 'LP');
  if (parsed === undefined) return 2;
  const logical = shell.variables.get('PWD');
  const isPhysical =
    lastOf(parsed.letters, 'LP') === 'P' ||
    (shell.options.on('physical') && !parsed.letters.includes('L'));
  if (!isPhysical && logical?.startsWith('/') === true) {
    return yield* shell.print(`${logical}\n`, 'pwd');
  }
  const path = yield* shell.sys.getcwd();
  if (isErrno(path)) {
    yield* shell.complain(`pwd: error retrieving current directory: ${path.message}`);
    return 1;
  }
  return yield* shell.print(`${path}\n`, 'pwd');
};

function stackOf(shell: Shell): string[] {
  return [shell.variables.get('PWD') ?? '/', ...shell.directoryStack];
}

/** Keeps DIRSTACK in step. */
export function publishStack(shell: Shell): void {
  const variable = shell.variables.global.get('DIRSTACK');
  if (variable !== undefined) variable.indexed = stackOf(shell);
}

function shorten(shell: Shell, path: string): string {
  const home = shell.variables.get('HOME') ?? '';
  if (home === '' || home === '/') return path;
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** The index that `+N` or `-N` means; undefined when out of range. */
function stackIndex(text: string, size: number): number | undefined {
  const count = Number(text.slice(1));
  const index = text.startsWith('+') ? count : size - 1 - count;
  return index >= 0 && index < size ? index : undefined;
}

export const dirsBuiltin: Builtin = function* (shell, args) {
  let letters = '';
  let position: string | undefined;
  for (const word of args) {
    if (/^[+-]\d+$/.test(word)) position = word;
    else if (/^-[clpv]+$/.test(word)) letters += word.slice(1);
    else return yield* usageError(shell, 'dirs', `${word}: invalid option`);
  }
  if (letters.includes('c')) {
    shell.directoryStack = [];
    return 0;
  }
  const stack = stackOf(shell);
  const shown = stack.map((path) => (letters.includes('l') ? path : shorten(shell, path)));
  if (position !== undefined) {
    const index = stackIndex(position, stack.length);
    if (index === undefined) {
      const problem = stack.length === 1 ? 'directory stack empty' : undefined;
      const range = `${position}: directory stack index out of range`;
      yield* shell.complain(`dirs: ${problem ?? range}`);
      return 1;
    }
    return yield* shell.print(`${shown[index]}\n`, 'dirs');
  }
  if (letters.includes('v')) {
    const lines = shown.map((path, i) => `${String(i).padStart(2)}  ${path}\n`);
    return yield* shell.print(lines.join(''), 'dirs');
  }
  return yield* shell.print(`${shown.join(letters.includes('p') ? '\n' : ' ')}\n`, 'dirs');
};

export const pushdBuiltin: Builtin = function* (shell, args) {
  const words = args.filter((word) => word !== '-n' && word !== '--');
  const staysHere = args.includes('-n');
  const [target] = words;
  const stack = stackOf(shell);
  if (target === undefined) {
    const [here, other, ...rest] = stack;
    if (other === undefined) {
      yield* shell.complain('pushd: no other directory');
      return 1;
    }
    return yield* goAndKeep(shell, 'pushd', other, [here as string, ...rest]);
  }
  if (/^[+-]\d+$/.test(target)) {
    const index = stackIndex(target, stack.length);
    if (index === undefined) {
      yield* shell.complain(`pushd: ${target}: directory stack index out of range`);
      return 1;
    }
    const [next, ...rest] = [...stack.slice(index), ...stack.slice(0, index)];
    return yield* goAndKeep(shell, 'pushd', next as string, rest);
  }
  if (staysHere) {
    shell.directoryStack.unshift(target);
    publishStack(shell);
    return yield* dirsBuiltin(shell, [], 'dirs');
  }
  return yield* goAndKeep(shell, 'pushd', target, stack);
};

function* goAndKeep(
  shell: Shell,
  name: string,
  target: string,
  rest: readonly string[],
): Task<number> {
  const problem = yield* changeTo(shell, target, false);
  if (problem !== undefined) {
    yield* shell.complain(`${name}: ${target}: ${problem}`);
    return 1;
  }
  shell.directoryStack = [...rest];
  publishStack(shell);
  return yield* dirsBuiltin(shell, [], 'dirs');
}

export const popdBuiltin: Builtin = function* (shell, args) {
  const words = args.filter((word) => word !== '-n' && word !== '--');
  const [position] = words;
  const stack = stackOf(shell);
  if (position !== undefined && !/^[+-]\d+$/.test(position)) {
    yield* usageError(shell, 'popd', `${position}: invalid argument`);
    return 2;
  }
  if (stack.length === 1) {
    yield* shell.complain('popd: directory stack empty');
    return 1;
  }
  const index = position === undefined ? 0 : stackIndex(position, stack.length);
  if (index === undefined) {
    yield* shell.complain(`popd: ${position}: directory stack index out of range`);
    return 1;
  }
  if (index > 0) {
    shell.directoryStack.splice(index - 1, 1);
    publishStack(shell);
    return yield* dirsBuiltin(shell, [], 'dirs');
  }
  return yield* goAndKeep(shell, 'popd', stack[1] as string, stack.slice(2));
};

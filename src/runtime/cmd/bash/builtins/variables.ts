/** unset, let, set, shopt. @man bash(1) */
import type { Task } from '#kernel/syscall/sys.ts';
import { parseOptions, usageError } from '#cmd/bash/builtins/options.ts';
import { evaluateText, splitReference, subscriptKey } from '#cmd/bash/expand/arithmetic.ts';
import { Discard } from '#cmd/bash/failure.ts';
import type { Builtin, Shell } from '#cmd/bash/shell.ts';
import { plainAssignment } from '#cmd/bash/state/declaration.ts';
import { SET_OPTIONS, type Switches } from '#cmd/bash/state/options.ts';
import { printFunction } from '#cmd/bash/syntax/print.ts';

export const unsetBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'unset', args, 'fvn');
  if (parsed === undefined) return 2;
  let status = 0;
  for (const operand of parsed.operands) {
    try {
      unsetOne(shell, operand, parsed.letters);
    } catch (error) {
      if (!(error instanceof Discard)) throw error;
      yield* shell.complain(`unset: ${error.message}`);
      status = 1;
    }
  }
  return status;
};

function unsetOne(shell: Shell, operand: string, letters: string): void {
  const { name, subscript } = splitReference(operand);
  if (letters.includes('f')) {
    const value = shell.functions.get(operand);
    if (value?.isReadonly === true)
      throw new Discard(`${operand}: cannot unset: readonly function`);
    shell.functions.delete(operand);
    return;
  }
  if (subscript === undefined) {
    const existed = shell.variables.unset(name, letters.includes('n'));
    if (!existed && !letters.includes('v')) shell.functions.delete(operand);
    return;
  }
  const variable = shell.variables.find(name);
  if (variable === undefined) return;
  if (variable.isReadonly) throw new Discard(`${name}: cannot unset: readonly variable`);
  if (subscript === '@' || subscript === '*') {
    shell.variables.unset(name);
    return;
  }
  const key = subscriptKey(shell, variable, subscript, undefined, name);
  if (variable.associative !== undefined) variable.associative.delete(key);
  else if (variable.indexed !== undefined) {
    variable.indexed[Number(key)] = undefined;
    while (variable.indexed.length > 0 && variable.indexed.at(-1) === undefined) {
      variable.indexed.pop();
    }
  } else if (key === '0') shell.variables.unset(name);
}

export const letBuiltin: Builtin = function* (shell, args) {
  if (args.length === 0) {
    yield* shell.complain('let: expression expected');
    return 1;
  }
  let value = 0n;
  try {
    for (const text of args) value = yield* evaluateText(shell, text, 'let: ');
  } catch (error) {
    if (!(error instanceof Discard) || error.isFatal) throw error;
    yield* shell.complain(error.message);
    return 1;
  }
  return value === 0n ? 1 : 0;
};

export const setBuiltin: Builtin = function* (shell, args) {
  if (args.length === 0) return yield* listAll(shell);
  for (let i = 0; i < args.length; i += 1) {
    const word = args[i] as string;
    if (word === '--') {
      shell.positional = args.slice(i + 1);
      return 0;
    }
    if (word === '-') {
      shell.options.set('xtrace', false);
      shell.options.set('verbose', false);
      if (i + 1 < args.length) shell.positional = args.slice(i + 1);
      return 0;
    }
    if (!/^[-+]./.test(word)) {
      shell.positional = args.slice(i);
      return 0;
    }
    const isOn = word.startsWith('-');
    for (const letter of word.slice(1)) {
      if (letter === 'o') {
        const name = args[i + 1];
        if (name === undefined || /^[-+]/.test(name)) {
          yield* listOptions(shell, isOn);
          continue;
        }
        i += 1;
        if (!(yield* setNamed(shell, name, isOn))) return 2;
        continue;
      }
      const option = SET_OPTIONS.find((known) => known.letter === letter);
      if (option === undefined) {
        return yield* usageError(shell, 'set', `${word[0]}${letter}: invalid option`);
      }
      shell.options.set(option.name, isOn);
    }
  }
  return 0;
};

/** False for an unknown name (reported). */
export function* setNamed(shell: Shell, name: string, isOn: boolean): Task<boolean> {
  if (!shell.options.has(name)) {
    yield* shell.complain(`set: ${name}: invalid option name`);
    return false;
  }
  shell.options.set(name, isOn);
  if (isOn && name === 'emacs') shell.options.set('vi', false);
  if (isOn && name === 'vi') shell.options.set('emacs', false);
  return true;
}

function* listOptions(shell: Shell, isHuman: boolean): Task<number> {
  const lines = shell.options
    .entries()
    .map(([name, on]) =>
      isHuman ? `${name.padEnd(15)}\t${on ? 'on' : 'off'}\n` : `set ${on ? '-' : '+'}o ${name}\n`,
    );
  return yield* shell.print(lines.join(''), 'set');
}

function* listAll(shell: Shell): Task<number> {
  let text = '';
  for (const name of shell.variables.names()) {
    const variable = shell.variables.find(name);
    const dynamic = shell.variables.dynamic.get(name);
    if (variable !== undefined) text += plainAssignment(name, variable) ?? '';
    else if (dynamic !== undefined && name !== 'LINENO') text += `${name}=${dynamic.get()}\n`;
  }
  if (!shell.options.on('posix')) {
    for (const value of [...shell.functions.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      text += printFunction(value);
    }
  }
  return yield* shell.print(text, 'set');
}

export const shoptBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'shopt', args, 'psuqo');
  if (parsed === undefined) return 2;
  const { letters, operands } = parsed;
  const switches = letters.includes('o') ? shell.options : shell.shopts;
  if (letters.includes('s') && letters.includes('u')) {
    yield* shell.complain('shopt: cannot set and unset shell options simultaneously');
    return 1;
  }
  const change = letters.includes('s') ? true : letters.includes('u') ? false : undefined;
  if (operands.length > 0 && change !== undefined) {
    return yield* changeSwitches(shell, switches, operands, change);
  }
  return yield* showSwitches(shell, switches, operands, letters, change);
};

function* changeSwitches(
  shell: Shell,
  switches: Switches,
  names: readonly string[],
  value: boolean,
): Task<number> {
  let status = 0;
  for (const name of names) {
    if (switches.has(name)) switches.set(name, value);
    else {
      const kind = switches === shell.options ? 'invalid option name' : 'invalid shell option name';
      yield* shell.complain(`shopt: ${name}: ${kind}`);
      status = 1;
    }
  }
  return status;
}

function* showSwitches(
  shell: Shell,
  switches: Switches,
  names: readonly string[],
  letters: string,
  only: boolean | undefined,
): Task<number> {
  let status = 0;
  let text = '';
  const isSet = switches === shell.options;
  const shown = names.length > 0 ? names : switches.entries().map(([name]) => name);
  for (const name of shown) {
    if (!switches.has(name)) {
      yield* shell.complain(`shopt: ${name}: invalid shell option name`);
      status = 1;
      continue;
    }
    const on = switches.on(name);
    if (names.length > 0 && !on) status = 1;
    if (only !== undefined && on !== only) continue;
    if (letters.includes('p')) {
      text += isSet ? `set ${on ? '-' : '+'}o ${name}\n` : `shopt -${on ? 's' : 'u'} ${name}\n`;
    } else text += `${name.padEnd(15)}\t${on ? 'on' : 'off'}\n`;
  }
  if (letters.includes('q')) return status;
  const written = yield* shell.print(text, 'shopt');
  return written === 0 ? status : written;
}

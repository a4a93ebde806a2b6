/** declare, typeset, local, export, readonly. @man bash(1) declare */
import type { Task } from '#kernel/syscall/sys.ts';
import { parseOptions, usageError } from '#cmd/bash/builtins/options.ts';
import { assignArray, assignScalar, assignText, isWord } from '#cmd/bash/execute/assign.ts';
import { Discard } from '#cmd/bash/failure.ts';
import type { Builtin, FunctionValue, Shell } from '#cmd/bash/shell.ts';
import { declaration, plainAssignment } from '#cmd/bash/state/declaration.ts';
import { Variable } from '#cmd/bash/state/variable.ts';
import { parseScript } from '#cmd/bash/syntax/parse.ts';
import { printFunction } from '#cmd/bash/syntax/print.ts';
import { type Assignment, literalWord } from '#cmd/bash/syntax/tree.ts';

interface Request {
  readonly name: string;
  readonly on: string;
  readonly off: string;
  readonly operands: readonly string[];
}

const LETTERS = 'aAfFgiIlnprtuxc';

/** `-x` turns on, `+x` off. */
function* parseRequest(
  shell: Shell,
  name: string,
  args: readonly string[],
): Task<Request | undefined> {
  let on = '';
  let off = '';
  let index = 0;
  for (; index < args.length; index += 1) {
    const word = args[index] as string;
    if (word === '--') {
      index += 1;
      break;
    }
    if (!/^[-+]./.test(word)) break;
    for (const letter of word.slice(1)) {
      if (!LETTERS.includes(letter)) {
        yield* usageError(shell, name, `${word[0]}${letter}: invalid option`);
        return undefined;
      }
      if (word.startsWith('-')) on += letter;
      else off += letter;
    }
  }
  return { name, on, off, operands: args.slice(index) };
}

export const declareBuiltin: Builtin = function* (shell, args, name) {
  if (name === 'local') {
    if (shell.variables.functionScope === undefined) {
      yield* shell.complain('local: can only be used in a function');
      return 1;
    }
    if (args[0] === '-') {
      shell.savedOptions ??= shell.options.clone();
      return 0;
    }
  }
  const request = yield* parseRequest(shell, name, args);
  if (request === undefined) return 2;
  if (/[fF]/.test(request.on)) return yield* declareFunctions(shell, request);
  if (request.operands.length === 0 || request.on.includes('p')) {
    return yield* listVariables(shell, request);
  }
  const isGlobal = request.on.includes('g');
  const inFunction = shell.variables.functionScope !== undefined;
  const isLocal = name === 'local' || (inFunction && !isGlobal);
  return yield* declareAll(shell, request, isLocal);
};

export const exportBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'export', args, 'fnpaA');
  if (parsed === undefined) return 2;
  const removes = parsed.letters.includes('n');
  const request = {
    name: 'export',
    on: removes ? '' : 'x',
    off: removes ? 'x' : '',
    operands: parsed.operands,
  };
  if (parsed.letters.includes('f')) {
    for (const name of parsed.operands) {
      const value = shell.functions.get(name);
      if (value !== undefined) value.isExported = !removes;
      else yield* shell.complain(`export: ${name}: not a function`);
    }
    return 0;
  }
  if (parsed.operands.length === 0) return yield* listVariables(shell, { ...request, on: 'x' });
  return yield* declareAll(shell, request, false);
};

export const readonlyBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'readonly', args, 'aAfp');
  if (parsed === undefined) return 2;
  const letters = parsed.letters.replace(/[fp]/g, '');
  if (parsed.letters.includes('f')) {
    for (const name of parsed.operands) {
      const value = shell.functions.get(name);
      if (value !== undefined) value.isReadonly = true;
    }
    return 0;
  }
  const request = { name: 'readonly', on: `r${letters}`, off: '', operands: parsed.operands };
  if (parsed.operands.length === 0) return yield* listVariables(shell, { ...request, on: 'r' });
  return yield* declareAll(shell, request, false);
};

function* declareAll(shell: Shell, request: Request, isLocal: boolean): Task<number> {
  let status = 0;
  for (const operand of request.operands) {
    try {
      if (!(yield* declareOne(shell, request, operand, isLocal))) status = 1;
    } catch (error) {
      if (!(error instanceof Discard) || error.isFatal) throw error;
      if (/error token/.test(error.message)) throw new Discard(`${request.name}: ${error.message}`);
      const isReadonly = error.message.endsWith('readonly variable');
      yield* shell.complain(isReadonly ? `${request.name}: ${error.message}` : error.message);
      status = 1;
    }
  }
  return status;
}

const OPERAND = /^([A-Za-z_]\w*)(?:\[(.*?)\])?(?:(\+?=)(.*))?$/s;

/** False when the operand is no valid name (reported). */
function* declareOne(
  shell: Shell,
  request: Request,
  operand: string,
  isLocal: boolean,
): Task<boolean> {
  const match = OPERAND.exec(operand);
  if (match === null) {
    yield* shell.complain(`${request.name}: \`${operand}': not a valid identifier`);
    return false;
  }
  const [, name = '', subscript, operator, text = ''] = match;
  const array = arrayArgument(shell, operand, operator, text);
  const inherits = request.on.includes('I') || shell.shopts.on('localvar_inherit');
  const isNameref = request.on.includes('n');
  const variable = target(shell, request, name, isLocal, inherits, isNameref);
  yield* checkChange(shell, request, name, variable, operator !== undefined);
  setKind(request, variable, subscript !== undefined || array !== undefined);
  setAttributes(request, variable, false);
  if (operator !== undefined) {
    if (isNameref) variable.value = text;
    else yield* giveValue(shell, name, variable, { subscript, operator, text, array, request });
  }
  setAttributes(request, variable, true);
  shell.variables.notifyAssigned(name);
  return true;
}

function arrayArgument(
  shell: Shell,
  operand: string,
  operator: string | undefined,
  text: string,
): Assignment | undefined {
  const known = shell.arrayArguments.get(operand);
  shell.arrayArguments.delete(operand);
  if (known !== undefined || operator === undefined || !/^\(.*\)$/s.test(text)) return known;
  return undefined;
}

function target(
  shell: Shell,
  request: Request,
  name: string,
  isLocal: boolean,
  inherits: boolean,
  isNameref: boolean,
): Variable {
  if (isLocal) return shell.variables.declareLocal(name, inherits);
  if (request.on.includes('g')) {
    const existing = shell.variables.global.get(name);
    if (existing !== undefined) return existing;
    const made = new Variable();
    shell.variables.global.set(name, made);
    return made;
  }
  if (isNameref || request.off.includes('n')) {
    const direct = shell.variables.findDirect(name);
    if (direct !== undefined) return direct;
  }
  return shell.variables.obtain(name);
}

function* checkChange(
  shell: Shell,
  request: Request,
  name: string,
  variable: Variable,
  assigns: boolean,
): Task<void> {
  if (!variable.isReadonly) return;
  if (assigns || request.off.includes('r')) {
    throw new Discard(`${name}: readonly variable`);
  }
}

function setKind(request: Request, variable: Variable, isArray: boolean): void {
  if (request.on.includes('A')) {
    if (variable.indexed !== undefined && variable.indexed.length > 0) {
      throw new Discard(`cannot convert indexed to associative array`);
    }
    variable.indexed = undefined;
    variable.makeAssociative();
  } else if (request.on.includes('a') || isArray) {
    if (variable.associative === undefined) variable.makeIndexed();
  }
}

/** readonly comes after the value, everything else before. */
function setAttributes(request: Request, variable: Variable, afterValue: boolean): void {
  if (afterValue) {
    if (request.on.includes('r')) variable.isReadonly = true;
    return;
  }
  for (const [letters, value] of [
    [request.on, true],
    [request.off, false],
  ] as const) {
    if (letters.includes('i')) variable.isInteger = value;
    if (letters.includes('x')) variable.isExported = value;
    if (letters.includes('n')) variable.isNameref = value;
    if (letters.includes('t')) variable.isTraced = value;
    if (letters.includes('l')) variable.folding = value ? 'lower' : undefined;
    if (letters.includes('u')) variable.folding = value ? 'upper' : undefined;
    if (letters.includes('c')) variable.folding = value ? 'capital' : undefined;
  }
}

interface NewValue {
  readonly subscript: string | undefined;
  readonly operator: string;
  readonly text: string;
  readonly array: Assignment | undefined;
  readonly request: Request;
}

function* giveValue(shell: Shell, name: string, variable: Variable, given: NewValue): Task<void> {
  const append = given.operator === '+=';
  const { array } = given;
  if (array !== undefined && !isWord(array.value)) {
    yield* assignArray(shell, name, array.value, append);
    return;
  }
  const isCompound = variable.isArray && /^\(.*\)$/s.test(given.text);
  if (isCompound) {
    const parsed = parseScript(`${name}=${given.text}`).statements[0]?.command;
    const value = parsed?.kind === 'simple' ? parsed.assignments[0]?.value : undefined;
    if (value !== undefined && !isWord(value)) {
      yield* assignArray(shell, name, value, append);
      return;
    }
  }
  if (given.request.on.includes('g')) {
    variable.setScalar(variable.fold((append ? (variable.scalar ?? '') : '') + given.text));
  } else if (given.subscript !== undefined) {
    yield* assignText(shell, name, literalWord(given.subscript), given.text, append);
  } else assignScalar(shell, name, given.text, append);
}

/** The attributes a listing filters by. */
function matchesFilter(variable: Variable, letters: string): boolean {
  const wanted = letters.replace(/[gpI]/g, '');
  const has = variable.attributes();
  return Array.from(wanted).every((letter) => has.includes(letter));
}

function* listVariables(shell: Shell, request: Request): Task<number> {
  let text = '';
  let status = 0;
  if (request.operands.length > 0) {
    for (const name of request.operands) {
      const variable = shell.variables.findDirect(name) ?? dynamicVariable(shell, name);
      if (variable !== undefined) text += declaration(name, variable);
      else {
        yield* shell.complain(`${request.name}: ${name}: not found`);
        status = 1;
      }
    }
  } else if (request.on === '' && request.name !== 'local') {
    for (const name of shell.variables.names()) {
      const variable = shell.variables.find(name);
      text += (variable && plainAssignment(name, variable)) ?? '';
    }
    for (const value of sortedFunctions(shell)) text += printFunction(value);
  } else {
    const scope = request.name === 'local' ? shell.variables.functionScope : undefined;
    const names = scope ? [...scope.variables.keys()].sort() : shell.variables.names();
    for (const name of names) {
      const variable = shell.variables.findDirect(name);
      if (variable !== undefined && matchesFilter(variable, request.on)) {
        text += scope ? (plainAssignment(name, variable) ?? '') : declaration(name, variable);
      }
    }
  }
  const written = yield* shell.print(text, request.name);
  return written === 0 ? status : written;
}

function dynamicVariable(shell: Shell, name: string): Variable | undefined {
  const dynamic = shell.variables.dynamic.get(name);
  return dynamic && new Variable(dynamic.get());
}

function letters(value: FunctionValue): string {
  return `${value.isReadonly ? 'r' : ''}${value.isExported ? 'x' : ''}`;
}

function sortedFunctions(shell: Shell): FunctionValue[] {
  return [...shell.functions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function* declareFunctions(shell: Shell, request: Request): Task<number> {
  const namesOnly = request.on.includes('F');
  let text = '';
  let status = 0;
  if (request.operands.length === 0) {
    for (const value of sortedFunctions(shell)) {
      text += namesOnly ? `declare -f${letters(value)} ${value.name}\n` : printFunction(value);
    }
  }
  for (const name of request.operands) {
    const value = shell.functions.get(name);
    if (value === undefined) {
      status = 1;
      continue;
    }
    if (request.on.includes('r')) value.isReadonly = true;
    else if (request.on.includes('x')) value.isExported = true;
    else text += namesOnly ? `${name}\n` : printFunction(value);
  }
  const written = yield* shell.print(text, request.name);
  return written === 0 ? status : written;
}

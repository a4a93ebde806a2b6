/**
 * Parameter expansion: `$x`, `${x[i]}`, `${x:-word}`, `${x%pattern}` … First the value (one text or
 * a list), then the operation, then it goes into the fields.
 * @man bash(1) Parameter Expansion
 */
import type { Task } from '#kernel/syscall/sys.ts';
import { elementOf, splitReference, unboundVariable } from '#cmd/bash/expand/arithmetic.ts';
import type { Fields } from '#cmd/bash/expand/fields.ts';
import { applyOperation } from '#cmd/bash/expand/operation.ts';
import { subscriptOf } from '#cmd/bash/expand/subscript.ts';
import type { WordExpander } from '#cmd/bash/expand/word.ts';
import { Discard } from '#cmd/bash/failure.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { specialParameter } from '#cmd/bash/state/special.ts';
import { literalWord, type Parameter } from '#cmd/bash/syntax/tree.ts';
import { characterCount } from '#cmd/bash/text.ts';

/** One text, or the words of `$@`, `$*`, `${a[@]}`. */
export type Value =
  | { readonly kind: 'text'; readonly text: string | undefined }
  | { readonly kind: 'list'; readonly words: readonly string[]; readonly joined: '@' | '*' };

const TIME_VARIABLE = /^(?:SECONDS|EPOCHSECONDS|EPOCHREALTIME)$/;

export function* expandParameter(
  shell: Shell,
  given: Parameter,
  fields: Fields,
  isQuoted: boolean,
  expander: WordExpander,
): Task<void> {
  if (TIME_VARIABLE.test(given.name)) shell.nowNs = yield* shell.sys.gettimeofday();
  const { operation } = given;
  if (operation?.kind === 'bad' || !isParameterName(given.name)) {
    throw new Discard(`${given.text}: bad substitution`);
  }
  if (operation?.kind === 'names') {
    const names = shell.variables.names().filter((name) => name.startsWith(given.name));
    emit({ kind: 'list', words: names, joined: operation.separator }, fields, isQuoted);
    return;
  }
  const index = given.index?.text;
  if (given.isIndirect && (index === '@' || index === '*') && operation === undefined) {
    const words = shell.variables.find(given.name)?.entries() ?? [];
    emit({ kind: 'list', words: words.map(([key]) => key), joined: index }, fields, isQuoted);
    return;
  }
  const reference = shell.variables.findDirect(given.name);
  if (given.isIndirect && reference?.isNameref === true && operation === undefined) {
    emit({ kind: 'text', text: reference.value }, fields, isQuoted);
    return;
  }
  const part = given.isIndirect ? yield* followIndirection(shell, given, expander) : given;
  const value = yield* valueOf(shell, part, expander);
  if (part.isLength) {
    emit({ kind: 'text', text: String(lengthOf(shell, part, value)) }, fields, isQuoted);
    return;
  }
  if (operation?.kind === 'default') {
    yield* applyDefault(shell, part, value, fields, isQuoted, expander);
    return;
  }
  requireSet(shell, part, value);
  emit(yield* applyOperation(shell, part, value, expander), fields, isQuoted);
}

function isParameterName(name: string): boolean {
  return /^(?:[A-Za-z_]\w*|\d+|[@*#?$!_-])$/.test(name);
}

/** `${!x}`: the parameter that x's value names. */
function* followIndirection(
  shell: Shell,
  part: Parameter,
  expander: WordExpander,
): Task<Parameter> {
  const value = yield* valueOf(shell, part, expander);
  const target = value.kind === 'text' ? value.text : value.words.join(' ');
  if (target === undefined) {
    if (part.operation !== undefined) return { ...part, isIndirect: false };
    throw new Discard(`${part.name}: invalid indirect expansion`);
  }
  const { name, subscript } = splitReference(target);
  if (!isParameterName(name)) throw new Discard(`${target}: invalid variable name`);
  return {
    ...part,
    name,
    isIndirect: false,
    index: subscript === undefined ? undefined : literalWord(subscript),
  };
}

function* valueOf(shell: Shell, part: Parameter, expander: WordExpander): Task<Value> {
  const { name, index } = part;
  if (name === '@' || name === '*') {
    return { kind: 'list', words: shell.positional, joined: name };
  }
  const special = specialParameter(shell, name);
  if (special !== undefined) return { kind: 'text', text: special.value };
  const reference = splitReference(shell.variables.resolve(name));
  const subscript = index ?? (reference.subscript ? literalWord(reference.subscript) : undefined);
  if (subscript === undefined) return { kind: 'text', text: shell.variables.get(reference.name) };
  const variable = shell.variables.find(reference.name);
  if (subscript.text === '@' || subscript.text === '*') {
    return {
      kind: 'list',
      words: variable?.values() ?? dynamicValue(shell, reference.name),
      joined: subscript.text,
    };
  }
  const key = yield* subscriptOf(shell, variable, subscript, expander, name);
  return { kind: 'text', text: elementOf(variable, key) };
}

function dynamicValue(shell: Shell, name: string): string[] {
  const value = shell.variables.get(name);
  return value === undefined ? [] : [value];
}

function lengthOf(shell: Shell, part: Parameter, value: Value): number {
  if (value.kind === 'list') return value.words.length;
  requireSet(shell, part, value);
  return characterCount(value.text ?? '');
}

function requireSet(shell: Shell, part: Parameter, value: Value): void {
  if (value.kind === 'list' || value.text !== undefined || !shell.options.on('nounset')) return;
  const index = part.index === undefined ? '' : `[${part.index.text}]`;
  throw unboundVariable(shell, `${part.name}${index}`);
}

function isEmpty(value: Value, treatsNullAsUnset: boolean): boolean {
  if (value.kind === 'list') {
    if (value.words.length === 0) return true;
    return treatsNullAsUnset && value.words.length === 1 && value.words[0] === '';
  }
  return value.text === undefined || (treatsNullAsUnset && value.text === '');
}

/** `:-`, `:=`, `:?`, `:+` and those without the colon. */
function* applyDefault(
  shell: Shell,
  part: Parameter,
  value: Value,
  fields: Fields,
  isQuoted: boolean,
  expander: WordExpander,
): Task<void> {
  if (part.operation?.kind !== 'default') return;
  const { operator, operand } = part.operation;
  const empty = isEmpty(value, operator.startsWith(':'));
  const action = operator.at(-1);
  if (action === '+') {
    if (!empty) yield* expander.into(shell, operand, fields, isQuoted);
    else if (isQuoted) fields.quoted('');
    return;
  }
  if (!empty) {
    emit(value, fields, isQuoted);
    return;
  }
  if (action === '-') {
    if (isQuoted && operand.parts.length === 0) fields.quoted('');
    yield* expander.into(shell, operand, fields, isQuoted);
    return;
  }
  const text = yield* expander.text(shell, operand);
  const target = part.index === undefined ? part.name : `${part.name}[${part.index.text}]`;
  if (action === '?') {
    const nothing = operator === ':?' ? 'parameter null or not set' : 'parameter not set';
    const status = shell.commandString === undefined || shell.isSubshell ? 1 : 127;
    throw new Discard(`${target}: ${text === '' ? nothing : text}`, status, true);
  }
  if (!/^[A-Za-z_]/.test(part.name)) {
    throw new Discard(`$${part.name}: cannot assign in this way`);
  }
  yield* assignDefault(shell, part, text, expander);
  emit({ kind: 'text', text }, fields, isQuoted);
}

function* assignDefault(
  shell: Shell,
  part: Parameter,
  text: string,
  expander: WordExpander,
): Task<void> {
  if (part.index === undefined) {
    shell.variables.set(part.name, text);
    return;
  }
  const variable = shell.variables.writable(part.name);
  const key = yield* subscriptOf(shell, variable, part.index, expander, part.name);
  if (variable.associative !== undefined) variable.associative.set(key, text);
  else variable.makeIndexed()[Number(key)] = text;
}

function emit(value: Value, fields: Fields, isQuoted: boolean): void {
  if (value.kind === 'text') {
    if (isQuoted) fields.quoted(value.text ?? '');
    else fields.split(value.text ?? '');
    return;
  }
  if (value.joined === '*' && (isQuoted || !fields.splits)) {
    const text = value.words.join(fields.joiner);
    if (isQuoted) fields.quoted(text);
    else fields.split(text);
    return;
  }
  value.words.forEach((word, i) => {
    if (i > 0) fields.next();
    if (isQuoted) fields.quoted(word);
    else fields.split(word);
  });
}

/** Assignments: `x=1`, `a[i]+=2`, `m=([k]=v)`, with the attributes of the variable. */
import type { Task } from '#kernel/syscall/sys.ts';
import { trace } from '#cmd/bash/execute/trace.ts';
import { evaluateNow, setElement, splitReference } from '#cmd/bash/expand/arithmetic.ts';
import { quoteWhenNeeded } from '#cmd/bash/expand/quote.ts';
import { subscriptOf } from '#cmd/bash/expand/subscript.ts';
import { expandText, expandWords, WORD_EXPANDER } from '#cmd/bash/expand/word.ts';
import { Discard } from '#cmd/bash/failure.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import type { Variable } from '#cmd/bash/state/variable.ts';
import {
  type ArrayElement,
  type Assignment,
  literalWord,
  type Word,
} from '#cmd/bash/syntax/tree.ts';

export function* assign(shell: Shell, assignment: Assignment): Task<void> {
  const { value } = assignment;
  if (!isWord(value)) {
    yield* assignArray(shell, assignment.name, value, assignment.append);
    return;
  }
  const text = value.literal ?? (yield* expandText(shell, value));
  if (shell.options.on('xtrace')) {
    const index = assignment.index === undefined ? '' : `[${assignment.index.text}]`;
    const operator = assignment.append ? '+=' : '=';
    const shown = text === '' ? '' : quoteWhenNeeded(text);
    yield* trace(shell, `${assignment.name}${index}${operator}${shown}`);
  }
  yield* assignText(shell, assignment.name, assignment.index, text, assignment.append);
}

export function isWord(value: Assignment['value']): value is Word {
  return 'parts' in value;
}

/** Assigns expanded text to `name` or to an element of it. */
export function* assignText(
  shell: Shell,
  given: string,
  index: Word | undefined,
  text: string,
  append: boolean,
): Task<void> {
  const { name, subscript } = splitReference(shell.variables.resolve(given));
  const place = index ?? (subscript === undefined ? undefined : literalWord(subscript));
  if (place === undefined) {
    assignScalar(shell, name, text, append);
    return;
  }
  const variable = shell.variables.writable(name);
  if (place.text === '@' || place.text === '*') {
    throw new Discard(`${name}[${place.text}]: bad array subscript`);
  }
  const key = yield* subscriptOf(shell, variable, place, WORD_EXPANDER, name);
  const before = append ? elementBefore(variable, key) : '';
  setElement(variable, key, combine(shell, variable, before, text, append));
  exportWhenAsked(shell, variable);
  shell.variables.notifyAssigned(name);
}

function elementBefore(variable: Variable, key: string): string {
  if (variable.associative !== undefined) return variable.associative.get(key) ?? '';
  if (variable.indexed !== undefined) return variable.indexed[Number(key)] ?? '';
  return key === '0' ? (variable.value ?? '') : '';
}

export function assignScalar(shell: Shell, name: string, text: string, append = false): void {
  if (shell.variables.dynamic.has(name)) {
    shell.variables.set(name, text);
    return;
  }
  const variable = shell.variables.writable(name);
  const value = combine(shell, variable, append ? (variable.scalar ?? '') : '', text, append);
  variable.setScalar(variable.fold(value));
  exportWhenAsked(shell, variable);
  shell.variables.notifyAssigned(name);
}

function exportWhenAsked(shell: Shell, variable: Variable): void {
  if (shell.options.on('allexport')) variable.isExported = true;
}

/** Appends text, or adds when the variable is an integer. */
function combine(
  shell: Shell,
  variable: Variable,
  before: string,
  text: string,
  append: boolean,
): string {
  if (!variable.isInteger) return before + text;
  const value = evaluateNow(shell, text);
  return String(append ? BigInt.asIntN(64, evaluateNow(shell, before) + value) : value);
}

/** `name=( … )`: makes an indexed array unless it is associative already. */
export function* assignArray(
  shell: Shell,
  given: string,
  elements: readonly ArrayElement[],
  append: boolean,
): Task<void> {
  const name = shell.variables.resolve(given);
  const variable = shell.variables.writable(name);
  const items: [key: string | undefined, value: string, append: boolean][] = [];
  const scratch = variable.clone();
  if (!append) clearElements(scratch);
  for (const element of elements) {
    if (element.index !== undefined) {
      const key = yield* subscriptOf(shell, scratch, element.index, WORD_EXPANDER, name);
      const text = yield* expandText(shell, element.value);
      items.push([key, text, element.append]);
    } else {
      for (const word of yield* expandWords(shell, [element.value])) {
        items.push([undefined, word, false]);
      }
    }
  }
  if (shell.options.on('xtrace')) yield* traceArray(shell, name, items, append);
  if (!append) clearElements(variable);
  variable.isAssigned = true;
  if (variable.associative !== undefined) fillAssociative(shell, name, variable, items);
  else fillIndexed(shell, variable, items);
  exportWhenAsked(shell, variable);
  shell.variables.notifyAssigned(name);
}

function* traceArray(
  shell: Shell,
  name: string,
  items: readonly (readonly [string | undefined, string, boolean])[],
  append: boolean,
): Task<void> {
  const shown = items.map(([key, value]) => {
    return key === undefined ? quoteWhenNeeded(value) : `[${key}]=${quoteWhenNeeded(value)}`;
  });
  yield* trace(shell, `${name}${append ? '+=' : '='}(${shown.join(' ')})`);
}

function clearElements(variable: Variable): void {
  variable.value = undefined;
  if (variable.associative !== undefined) variable.associative = new Map();
  else variable.indexed = [];
}

type Items = readonly (readonly [key: string | undefined, value: string, append: boolean])[];

function fillIndexed(shell: Shell, variable: Variable, items: Items): void {
  const array = variable.makeIndexed();
  let next = array.length;
  for (const [key, value, append] of items) {
    const index = key === undefined ? next : Number(key);
    const before = append ? (array[index] ?? '') : '';
    array[index] = variable.fold(combine(shell, variable, before, value, append));
    next = index + 1;
  }
}

/** Without subscripts the words are keys and values in turn. */
function fillAssociative(shell: Shell, name: string, variable: Variable, items: Items): void {
  const map = variable.makeAssociative();
  const isPaired = items.length > 0 && items[0]?.[0] === undefined;
  for (let i = 0; i < items.length; i += 1) {
    const [key, value, append] = items[i] as Items[number];
    if (isPaired) {
      i += 1;
      map.set(value, variable.fold(items[i]?.[1] ?? ''));
      continue;
    }
    if (key === undefined) {
      throw new Discard(`${name}: ${value}: must use subscript when assigning associative array`);
    }
    const before = append ? (map.get(key) ?? '') : '';
    map.set(key, variable.fold(combine(shell, variable, before, value, append)));
  }
}

/** Arithmetic on the shell's variables: `$(( ))`, `(( ))`, let, subscripts, integer variables. */
import type { Task } from '#kernel/syscall/sys.ts';
import type { ArithmeticScope } from '#cmd/bash/arith/evaluate.ts';
import { ArithmeticError, type Variable as Name } from '#cmd/bash/arith/parse.ts';
import { Discard } from '#cmd/bash/failure.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import type { Variable } from '#cmd/bash/state/variable.ts';

const TIME = /SECONDS|EPOCH/;

/** The value of an expression whose `$` expansions are done. Errors throw away the command line. */
export function* evaluateText(shell: Shell, text: string, prefix = ''): Task<bigint> {
  if (TIME.test(text)) shell.nowNs = yield* shell.sys.gettimeofday();
  return evaluateNow(shell, text, prefix);
}

/** The same where nothing can wait: subscripts, integer variables. */
export function evaluateNow(shell: Shell, text: string, prefix = ''): bigint {
  try {
    return shell.arithmetic.evaluate(text, scopeOf(shell));
  } catch (error) {
    if (error instanceof ArithmeticError) throw new Discard(prefix + error.message);
    throw error;
  }
}

function scopeOf(shell: Shell): ArithmeticScope {
  return {
    read: (name, evaluate) => readVariable(shell, name, evaluate),
    write: (name, value, evaluate) => writeVariable(shell, name, String(value), evaluate),
  };
}

type Evaluate = (text: string) => bigint;

function readVariable(shell: Shell, { name, subscript }: Name, evaluate: Evaluate): string {
  const target = splitReference(shell.variables.resolve(name));
  const variable = shell.variables.find(target.name);
  const index = subscript ?? target.subscript;
  const value =
    index === undefined
      ? shell.variables.get(target.name)
      : elementOf(variable, subscriptKey(shell, variable, index, evaluate, name));
  if (value === undefined && shell.options.on('nounset')) {
    throw unboundVariable(shell, subscript === undefined ? name : `${name}[${subscript}]`);
  }
  return value ?? '';
}

function writeVariable(
  shell: Shell,
  { name, subscript }: Name,
  value: string,
  evaluate: Evaluate,
): void {
  const target = splitReference(shell.variables.resolve(name));
  const index = subscript ?? target.subscript;
  if (index === undefined) {
    shell.variables.set(target.name, value);
    return;
  }
  const variable = shell.variables.writable(target.name);
  setElement(variable, subscriptKey(shell, variable, index, evaluate, name), value);
}

/** `a[1]` as the target of a nameref. */
export function splitReference(reference: string): { name: string; subscript: string | undefined } {
  const match = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(reference);
  return match === null
    ? { name: reference, subscript: undefined }
    : { name: match[1] as string, subscript: match[2] as string };
}

/** The key that `text` (expanded) stands for in `variable`; numbers as decimal text. */
export function subscriptKey(
  shell: Shell,
  variable: Variable | undefined,
  text: string,
  evaluate: Evaluate = (inner) => evaluateNow(shell, inner),
  name = '',
): string {
  if (variable?.associative !== undefined) return text.replace(/^(["'])(.*)\1$/s, '$2');
  const index = Number(evaluate(text));
  if (index >= 0) return String(index);
  const length = variable?.indexed?.length ?? (variable?.value === undefined ? 0 : 1);
  if (length + index < 0) throw new Discard(`${name}[${text}]: bad array subscript`);
  return String(length + index);
}

export function elementOf(variable: Variable | undefined, key: string): string | undefined {
  if (variable === undefined) return undefined;
  if (variable.associative !== undefined) return variable.associative.get(key);
  if (variable.indexed !== undefined) return variable.indexed[Number(key)];
  return key === '0' ? variable.value : undefined;
}

export function setElement(variable: Variable, key: string, value: string): void {
  const folded = variable.fold(value);
  if (variable.associative !== undefined) variable.associative.set(key, folded);
  else variable.makeIndexed()[Number(key)] = folded;
}

/** `set -u`: ends a shell that isn't interactive; with -c the status is 127. */
export function unboundVariable(shell: Shell, name: string): Discard {
  const status = shell.commandString === undefined || shell.isSubshell ? 1 : 127;
  return new Discard(`${name}: unbound variable`, status, true);
}

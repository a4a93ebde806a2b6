/** test and `[`: by number of arguments first, as POSIX says, then an expression. @man test(1) */
import type { Task } from '#kernel/syscall/sys.ts';
import {
  BINARY_OPERATORS,
  testBinary,
  testUnary,
  UNARY_OPERATORS,
} from '#cmd/bash/execute/predicate.ts';
import type { Builtin, Shell } from '#cmd/bash/shell.ts';

class TestProblem extends Error {
  override readonly name = 'TestProblem';
}

export const testBuiltin: Builtin = function* (shell, given, name) {
  let args = given;
  if (name === '[') {
    if (args.at(-1) !== ']') {
      yield* shell.complain("[: missing `]'");
      return 2;
    }
    args = args.slice(0, -1);
  }
  try {
    return (yield* evaluate(shell, args)) ? 0 : 1;
  } catch (problem) {
    if (!(problem instanceof TestProblem)) throw problem;
    yield* shell.complain(`${name}: ${problem.message}`);
    return 2;
  }
};

function* evaluate(shell: Shell, args: readonly string[]): Task<boolean> {
  const [a = '', b = '', c = '', d = ''] = args;
  switch (args.length) {
    case 0:
      return false;
    case 1:
      return a !== '';
    case 2:
      if (a === '!') return b === '';
      if (UNARY_OPERATORS.has(a)) return yield* unary(shell, a, b);
      throw new TestProblem(`${a}: unary operator expected`);
    case 3:
      if (isBinary(b)) return yield* binary(shell, a, b, c);
      if (a === '!') return !(yield* evaluate(shell, [b, c]));
      if (a === '(' && c === ')') return b !== '';
      throw new TestProblem(`${b}: binary operator expected`);
    case 4:
      if (a === '!') return !(yield* evaluate(shell, [b, c, d]));
      if (a === '(' && d === ')') return yield* evaluate(shell, [b, c]);
      break;
    default:
  }
  const parser = new Expression(shell, args);
  const value = yield* parser.or();
  parser.expectEnd();
  return value;
}

function isBinary(operator: string): boolean {
  return BINARY_OPERATORS.has(operator) || operator === '-a' || operator === '-o';
}

function* unary(shell: Shell, operator: string, operand: string): Task<boolean> {
  if (operator === '-t') integer(operand);
  return yield* testUnary(shell, operator === '-a' ? '-e' : operator, operand);
}

function* binary(shell: Shell, left: string, operator: string, right: string): Task<boolean> {
  if (operator === '-a') return left !== '' && right !== '';
  if (operator === '-o') return left !== '' || right !== '';
  if (!/^-(?:eq|ne|lt|le|gt|ge)$/.test(operator)) {
    return yield* testBinary(shell, left, operator, right);
  }
  const difference = integer(left) - integer(right);
  switch (operator) {
    case '-eq':
      return difference === 0n;
    case '-ne':
      return difference !== 0n;
    case '-lt':
      return difference < 0n;
    case '-le':
      return difference <= 0n;
    case '-gt':
      return difference > 0n;
    default:
      return difference >= 0n;
  }
}

function integer(text: string): bigint {
  const match = /^\s*([-+]?)(\d+)\s*$/.exec(text);
  if (match === null) throw new TestProblem(`${text}: integer expression expected`);
  const value = BigInt(match[2] as string);
  return match[1] === '-' ? -value : value;
}

/** Five and more arguments: `!`, `-a`, `-o`, parentheses. */
class Expression {
  readonly #shell: Shell;
  readonly #args: readonly string[];
  #at = 0;

  constructor(shell: Shell, args: readonly string[]) {
    this.#shell = shell;
    this.#args = args;
  }

  expectEnd(): void {
    if (this.#at < this.#args.length) throw new TestProblem('too many arguments');
  }

  *or(): Task<boolean> {
    let value = yield* this.#and();
    while (this.#args[this.#at] === '-o') {
      this.#at += 1;
      const right = yield* this.#and();
      value = value || right;
    }
    return value;
  }

  *#and(): Task<boolean> {
    let value = yield* this.#term();
    while (this.#args[this.#at] === '-a') {
      this.#at += 1;
      const right = yield* this.#term();
      value = value && right;
    }
    return value;
  }

  *#term(): Task<boolean> {
    const [first, second, third] = this.#args.slice(this.#at);
    if (first === undefined) throw new TestProblem('argument expected');
    if (second !== undefined && third !== undefined && BINARY_OPERATORS.has(second)) {
      this.#at += 3;
      return yield* binary(this.#shell, first, second, third);
    }
    if (first === '!') {
      this.#at += 1;
      return !(yield* this.#term());
    }
    if (first === '(') {
      this.#at += 1;
      const value = yield* this.or();
      if (this.#args[this.#at] !== ')') throw new TestProblem("`)' expected");
      this.#at += 1;
      return value;
    }
    if (UNARY_OPERATORS.has(first) && second !== undefined) {
      this.#at += 2;
      return yield* unary(this.#shell, first, second);
    }
    this.#at += 1;
    return first !== '';
  }
}

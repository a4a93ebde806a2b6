/**
 * Evaluates arithmetic trees in 64-bit two's complement. A variable's value is itself an expression,
 * as in bash.
 */
import {
  ArithmeticError,
  type Expression,
  parseArithmetic,
  type Variable,
} from '#cmd/bash/arith/parse.ts';

/** The variables an expression works on. */
export interface ArithmeticScope {
  /** The value, '' when unset; throws what the shell wants for `set -u`. */
  read(variable: Variable, evaluate: (text: string) => bigint): string;
  write(variable: Variable, value: bigint, evaluate: (text: string) => bigint): void;
}

const MAX_DEPTH = 1024;
const PLAIN_INTEGER = /^(?:-?[1-9]\d{0,17}|0)$/;

/** Parsed expressions of one shell. */
export class Arithmetic {
  readonly #parsed: Map<string, Expression | undefined> = new Map();

  evaluate(text: string, scope: ArithmeticScope): bigint {
    return new Evaluation(this, scope).text(text);
  }

  parse(text: string): Expression | undefined {
    if (this.#parsed.has(text)) return this.#parsed.get(text);
    const expression = parseArithmetic(text);
    if (this.#parsed.size > 2000) this.#parsed.clear();
    this.#parsed.set(text, expression);
    return expression;
  }
}

class Evaluation {
  readonly #arithmetic: Arithmetic;
  readonly #scope: ArithmeticScope;
  #depth = 0;
  #source = '';

  constructor(arithmetic: Arithmetic, scope: ArithmeticScope) {
    this.#arithmetic = arithmetic;
    this.#scope = scope;
  }

  text = (text: string): bigint => {
    if (PLAIN_INTEGER.test(text)) return BigInt(text);
    const outer = this.#source;
    this.#source = text;
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      throw new ArithmeticError(text, 'expression recursion level exceeded', 0);
    }
    const expression = this.#arithmetic.parse(text);
    const value = expression === undefined ? 0n : this.#value(expression);
    this.#depth -= 1;
    this.#source = outer;
    return value;
  };

  #read(variable: Variable): bigint {
    return this.text(this.#scope.read(variable, this.text));
  }

  #write(variable: Variable, value: bigint): bigint {
    this.#scope.write(variable, value, this.text);
    return value;
  }

  #value(node: Expression): bigint {
    switch (node.kind) {
      case 'number':
        return node.value;
      case 'variable':
        return this.#read(node);
      case 'unary':
        return unary(node.operator, this.#value(node.operand));
      case 'step': {
        const before = this.#read(node.target);
        const after = this.#write(node.target, wrap(before + node.by));
        return node.isPrefix ? after : before;
      }
      case 'binary':
        return this.#binary(node);
      case 'assign': {
        if (node.operator === '') return this.#write(node.target, this.#value(node.value));
        const before = this.#read(node.target);
        const value = this.#value(node.value);
        return this.#write(node.target, this.#compute(node.operator, before, value, node.at));
      }
      case 'choice':
        return this.#value(node.test) === 0n ? this.#value(node.no) : this.#value(node.yes);
    }
  }

  #binary(node: Expression & { kind: 'binary' }): bigint {
    const left = this.#value(node.left);
    if (node.operator === '&&') return truth(left !== 0n && this.#value(node.right) !== 0n);
    if (node.operator === '||') return truth(left !== 0n || this.#value(node.right) !== 0n);
    return this.#compute(node.operator, left, this.#value(node.right), node.at);
  }

  #compute(operator: string, left: bigint, right: bigint, at: number): bigint {
    switch (operator) {
      case '+':
        return wrap(left + right);
      case '-':
        return wrap(left - right);
      case '*':
        return wrap(left * right);
      case '/':
      case '%':
        if (right === 0n) throw new ArithmeticError(this.#source, 'division by 0', at);
        return wrap(operator === '/' ? left / right : left % right);
      case '**':
        if (right < 0n) throw new ArithmeticError(this.#source, 'exponent less than 0', at);
        return power(left, right);
      default:
        return compare(operator, left, right);
    }
  }
}

function compare(operator: string, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '<':
      return truth(left < right);
    case '>':
      return truth(left > right);
    case '<=':
      return truth(left <= right);
    case '>=':
      return truth(left >= right);
    case '==':
      return truth(left === right);
    case '!=':
      return truth(left !== right);
    case '<<':
      return wrap(left << (right & 63n));
    case '>>':
      return left >> (right & 63n);
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    default:
      return right;
  }
}

function unary(operator: string, value: bigint): bigint {
  if (operator === '!') return truth(value === 0n);
  if (operator === '~') return ~value;
  return operator === '-' ? wrap(-value) : value;
}

function truth(value: boolean): bigint {
  return value ? 1n : 0n;
}

function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = wrap(result * factor);
    factor = wrap(factor * factor);
  }
  return result;
}

/** Does bc's statements. What is printed is collected; a run time error ends the statement. */
import {
  add,
  compare,
  type Decimal,
  divide,
  formatNumber,
  lengthOf,
  multiply,
  negate,
  ONE,
  parseNumber,
  power,
  remainder,
  rescale,
  squareRoot,
  ZERO,
} from '#cmd/bc/number.ts';
import type { Expression, Statement } from '#cmd/bc/parse.ts';

export class BcError extends Error {
  override readonly name = 'BcError';
}

/** Leaves a loop, a function, or bc. */
class Leave extends Error {
  readonly what: 'break' | 'return' | 'quit';
  readonly value: Decimal;

  constructor(what: 'break' | 'return' | 'quit', value: Decimal) {
    super(what);
    this.what = what;
    this.value = value;
  }
}

type Definition = Extract<Statement, { kind: 'define' }>;

/** Longest line of a number; longer ones go on after a backslash. */
const LINE_LENGTH = 69;
const MAX_DEPTH = 200;

/** A computation that pauses. */
export type Steps<T> = Generator<undefined, T, void>;

export class BcMachine {
  readonly #variables: Map<string, Decimal> = new Map();
  readonly #arrays: Map<string, Map<string, Decimal>> = new Map();
  readonly #functions: Map<string, Definition> = new Map();
  #scale = 0;
  #inputBase = 10;
  #outputBase = 10;
  #depth = 0;
  #output = '';

  /**
   * Does a statement; answers what it printed. Undefined: quit. It yields now and then, so that a
   * loop without end keeps nobody else from running.
   */
  *run(statement: Statement): Steps<string | undefined> {
    this.#output = '';
    try {
      yield* this.#do(statement);
    } catch (error) {
      if (!(error instanceof Leave)) throw error;
      if (error.what === 'quit') return undefined;
    }
    return this.#output;
  }

  *#do(statement: Statement): Steps<void> {
    switch (statement.kind) {
      case 'expression': {
        const value = yield* this.#value(statement.value);
        if (statement.value.kind !== 'assign') this.#print(value);
        return;
      }
      case 'string':
        this.#output += statement.text;
        return;
      case 'block':
        for (const one of statement.body) yield* this.#do(one);
        return;
      case 'if':
        if (yield* this.#isTrue(statement.test)) yield* this.#do(statement.then);
        else if (statement.otherwise !== undefined) yield* this.#do(statement.otherwise);
        return;
      case 'loop':
        yield* this.#loop(statement);
        return;
      case 'return':
        throw new Leave(
          'return',
          statement.value === undefined ? ZERO : yield* this.#value(statement.value),
        );
      case 'define':
        this.#functions.set(statement.name, statement);
        return;
      default:
        throw new Leave(statement.kind, ZERO);
    }
  }

  *#loop(statement: Extract<Statement, { kind: 'loop' }>): Steps<void> {
    if (statement.start !== undefined) yield* this.#value(statement.start);
    try {
      while (statement.test === undefined || (yield* this.#isTrue(statement.test))) {
        yield undefined;
        yield* this.#do(statement.body);
        if (statement.step !== undefined) yield* this.#value(statement.step);
      }
    } catch (error) {
      if (!(error instanceof Leave) || error.what !== 'break') throw error;
    }
  }

  #print(value: Decimal): void {
    const text = formatNumber(value, this.#outputBase);
    for (let at = 0; at < text.length; at += LINE_LENGTH) {
      const isLast = at + LINE_LENGTH >= text.length;
      this.#output += text.slice(at, at + LINE_LENGTH) + (isLast ? '\n' : '\\\n');
    }
  }

  *#isTrue(expression: Expression): Steps<boolean> {
    return (yield* this.#value(expression)).digits !== 0n;
  }

  *#value(expression: Expression): Steps<Decimal> {
    switch (expression.kind) {
      case 'number':
        return parseNumber(expression.text, this.#inputBase);
      case 'name':
      case 'element':
        return yield* this.#load(expression);
      case 'call':
        return yield* this.#call(expression.name, expression.args);
      case 'unary': {
        const value = yield* this.#value(expression.value);
        if (expression.operator === '-') return negate(value);
        return value.digits === 0n ? ONE : ZERO;
      }
      case 'binary':
        return yield* this.#binary(expression);
      case 'assign': {
        const value = yield* this.#value(expression.value);
        const operator = expression.operator.slice(0, -1);
        const result =
          operator === ''
            ? value
            : this.#apply(operator, yield* this.#load(expression.target), value);
        yield* this.#store(expression.target, result);
        return result;
      }
      default: {
        const before = yield* this.#load(expression.target);
        const after = add(before, { digits: BigInt(expression.by), scale: 0 });
        yield* this.#store(expression.target, after);
        return expression.isPrefix ? after : before;
      }
    }
  }

  *#binary({ operator, left, right }: Extract<Expression, { kind: 'binary' }>): Steps<Decimal> {
    if (operator === '&&') {
      return (yield* this.#isTrue(left)) && (yield* this.#isTrue(right)) ? ONE : ZERO;
    }
    if (operator === '||') {
      return (yield* this.#isTrue(left)) || (yield* this.#isTrue(right)) ? ONE : ZERO;
    }
    return this.#apply(operator, yield* this.#value(left), yield* this.#value(right));
  }

  #apply(operator: string, a: Decimal, b: Decimal): Decimal {
    const truth = (isSo: boolean): Decimal => (isSo ? ONE : ZERO);
    switch (operator) {
      case '+':
        return add(a, b);
      case '-':
        return add(a, negate(b));
      case '*':
        return multiply(a, b, this.#scale);
      case '/':
      case '%':
        if (b.digits === 0n) throw new BcError('divide by zero');
        return (operator === '/' ? divide : remainder)(a, b, this.#scale);
      case '^':
        if (rescale(b, 0).digits > 1_000_000n) throw new BcError('exponent too large');
        return power(a, rescale(b, 0).digits, this.#scale);
      case '==':
        return truth(compare(a, b) === 0);
      case '!=':
        return truth(compare(a, b) !== 0);
      case '<':
        return truth(compare(a, b) < 0);
      case '<=':
        return truth(compare(a, b) <= 0);
      case '>':
        return truth(compare(a, b) > 0);
      default:
        return truth(compare(a, b) >= 0);
    }
  }

  *#load(target: Expression): Steps<Decimal> {
    if (target.kind === 'element') {
      const index = String(rescale(yield* this.#value(target.index), 0).digits);
      return this.#arrays.get(target.name)?.get(index) ?? ZERO;
    }
    if (target.kind !== 'name') throw new BcError('not a variable');
    const special = { scale: this.#scale, ibase: this.#inputBase, obase: this.#outputBase }[
      target.name
    ];
    if (special !== undefined) return { digits: BigInt(special), scale: 0 };
    return this.#variables.get(target.name) ?? ZERO;
  }

  *#store(target: Expression, value: Decimal): Steps<void> {
    if (target.kind === 'element') {
      const index = String(rescale(yield* this.#value(target.index), 0).digits);
      const array = this.#arrays.get(target.name) ?? new Map<string, Decimal>();
      this.#arrays.set(target.name, array.set(index, value));
      return;
    }
    if (target.kind !== 'name') throw new BcError('not a variable');
    const whole = Number(rescale(value, 0).digits);
    if (target.name === 'scale') this.#scale = this.#inside(whole, 0, 100_000, 'scale');
    else if (target.name === 'ibase') this.#inputBase = this.#inside(whole, 2, 16, 'ibase');
    else if (target.name === 'obase') this.#outputBase = this.#inside(whole, 2, 1_000_000, 'obase');
    else this.#variables.set(target.name, value);
  }

  #inside(value: number, low: number, high: number, name: string): number {
    if (value < low || value > high) throw new BcError(`${name} out of range`);
    return value;
  }

  *#call(name: string, args: readonly Expression[]): Steps<Decimal> {
    const values: Decimal[] = [];
    for (const argument of args) values.push(yield* this.#value(argument));
    const own = this.#functions.get(name);
    if (own !== undefined) return yield* this.#callOwn(own, values);
    const [value = ZERO] = values;
    if (name === 'length') return { digits: BigInt(lengthOf(value)), scale: 0 };
    if (name === 'scale') return { digits: BigInt(value.scale), scale: 0 };
    if (name !== 'sqrt') throw new BcError(`function ${name} not defined`);
    const root = squareRoot(value, this.#scale);
    if (root === undefined) throw new BcError('square root of a negative number');
    return root;
  }

  /** Parameters and auto variables hide those outside until the function returns. */
  *#callOwn({ parameters, locals, body }: Definition, values: readonly Decimal[]): Steps<Decimal> {
    if (values.length !== parameters.length) throw new BcError('wrong number of arguments');
    if (this.#depth >= MAX_DEPTH) throw new BcError('recursion too deep');
    const hidden = [...parameters, ...locals].map(
      (name) => [name, this.#variables.get(name)] as const,
    );
    parameters.forEach((name, index) => this.#variables.set(name, values[index] as Decimal));
    for (const name of locals) this.#variables.set(name, ZERO);
    this.#depth += 1;
    yield undefined;
    try {
      for (const statement of body) yield* this.#do(statement);
      return ZERO;
    } catch (error) {
      if (error instanceof Leave && error.what === 'return') return error.value;
      throw error;
    } finally {
      this.#depth -= 1;
      for (const [name, value] of hidden) {
        if (value === undefined) this.#variables.delete(name);
        else this.#variables.set(name, value);
      }
    }
  }
}

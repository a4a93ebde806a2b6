/**
 * Arithmetic expressions: text → tree. C's operators and precedence, plus `**` and `base#digits`.
 * @man bash(1) ARITHMETIC EVALUATION
 */
export type Expression =
  | { readonly kind: 'number'; readonly value: bigint }
  | Variable
  | {
      readonly kind: 'unary';
      readonly operator: string;
      readonly operand: Expression;
    }
  | {
      readonly kind: 'step';
      readonly by: 1n | -1n;
      readonly isPrefix: boolean;
      readonly target: Variable;
    }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      /** Of the last token of the right operand, for "division by 0". */
      readonly at: number;
    }
  | {
      readonly kind: 'assign';
      readonly operator: string;
      readonly target: Variable;
      readonly value: Expression;
      readonly at: number;
    }
  | {
      readonly kind: 'choice';
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    };

export interface Variable {
  readonly kind: 'variable';
  readonly name: string;
  /** As written between the brackets: an expression or, for an associative array, the key. */
  readonly subscript: string | undefined;
}

/** What is wrong, in bash's words, and where the token starts that shows it. */
export class ArithmeticError extends Error {
  override readonly name = 'ArithmeticError';

  constructor(expression: string, problem: string, at?: number) {
    const text = expression.trimStart();
    const token = at === undefined ? '' : ` (error token is "${expression.slice(at)}")`;
    super(`${text}: ${problem}${token}`);
  }
}

const BINARY: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const ASSIGNMENTS = ['<<=', '>>=', '+=', '-=', '*=', '/=', '%=', '&=', '^=', '|=', '='];

const OPERATOR =
  /^(?:<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&^|]=|[-+*/%&^|<>=!~?:,()])/;

interface Token {
  readonly kind: 'number' | 'name' | 'operator' | 'end';
  readonly text: string;
  readonly at: number;
}

/** The tree of `text`; undefined when it is blank. Throws ArithmeticError. */
export function parseArithmetic(text: string): Expression | undefined {
  return new Parser(text).whole();
}

class Parser {
  readonly #text: string;
  #at = 0;
  #token: Token;
  #last: Token;

  constructor(text: string) {
    this.#text = text;
    this.#token = this.#scan();
    this.#last = this.#token;
  }

  whole(): Expression | undefined {
    if (this.#isAtEnd) return undefined;
    const expression = this.#comma();
    if (!this.#isAtEnd) {
      const problem =
        this.#token.kind === 'operator' && !'=+-)('.includes(this.#token.text)
          ? 'syntax error: invalid arithmetic operator'
          : 'syntax error in expression';
      throw this.#error(problem, this.#token.at);
    }
    return expression;
  }

  get #isAtEnd(): boolean {
    return this.#token.kind === 'end';
  }

  #error(problem: string, at: number): ArithmeticError {
    return new ArithmeticError(this.#text, problem, at);
  }

  #scan(): Token {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    const at = this.#at;
    const rest = this.#text.slice(at);
    if (rest === '') return { kind: 'end', text: '', at };
    const number = /^\d[\w@#]*/.exec(rest);
    const name = /^[A-Za-z_]\w*/.exec(rest);
    const operator = OPERATOR.exec(rest);
    const found = number ?? name ?? operator;
    if (found === null) {
      throw this.#error(
        this.#last === undefined || this.#last.kind === 'operator'
          ? 'syntax error: operand expected'
          : 'syntax error: invalid arithmetic operator',
        at,
      );
    }
    this.#at += found[0].length;
    const kind = number !== null ? 'number' : name !== null ? 'name' : 'operator';
    return { kind, text: found[0], at };
  }

  #advance(): Token {
    const token = this.#token;
    this.#last = token;
    this.#token = this.#scan();
    return token;
  }

  #accept(...operators: readonly string[]): Token | undefined {
    if (this.#token.kind !== 'operator' || !operators.includes(this.#token.text)) return undefined;
    return this.#advance();
  }

  #comma(): Expression {
    let left = this.#assignment();
    for (let token = this.#accept(','); token !== undefined; token = this.#accept(',')) {
      left = { kind: 'binary', operator: ',', left, right: this.#assignment(), at: token.at };
    }
    return left;
  }

  #assignment(): Expression {
    const left = this.#choice();
    if (this.#token.kind !== 'operator' || !ASSIGNMENTS.includes(this.#token.text)) return left;
    const { at, text } = this.#token;
    if (left.kind !== 'variable') throw this.#error('attempted assignment to non-variable', at);
    this.#advance();
    const value = this.#assignment();
    return {
      kind: 'assign',
      operator: text.slice(0, -1),
      target: left,
      value,
      at: this.#last.at,
    };
  }

  #choice(): Expression {
    const test = this.#binary(0);
    if (this.#accept('?') === undefined) return test;
    if (this.#token.text === ':' || this.#isAtEnd) {
      throw this.#error('expression expected', this.#token.at);
    }
    const yes = this.#comma();
    if (this.#accept(':') === undefined) {
      throw this.#error("`:' expected for conditional expression", this.#last.at);
    }
    if (this.#isAtEnd) throw this.#error('expression expected', this.#last.at);
    return { kind: 'choice', test, yes, no: this.#assignment() };
  }

  #binary(level: number): Expression {
    const operators = BINARY[level];
    if (operators === undefined) return this.#power();
    let left = this.#binary(level + 1);
    for (;;) {
      const token = this.#accept(...operators);
      if (token === undefined) return left;
      const right = this.#binary(level + 1);
      left = { kind: 'binary', operator: token.text, left, right, at: this.#last.at };
    }
  }

  #power(): Expression {
    const left = this.#unary();
    if (this.#accept('**') === undefined) return left;
    const right = this.#power();
    return { kind: 'binary', operator: '**', left, right, at: this.#last.at };
  }

  #unary(): Expression {
    const token = this.#accept('!', '~', '-', '+', '++', '--');
    if (token === undefined) return this.#postfix();
    const operand = this.#unary();
    if (token.text.length === 2) {
      const by = token.text === '++' ? 1n : -1n;
      if (operand.kind === 'variable') return { kind: 'step', by, isPrefix: true, target: operand };
      if (by === 1n) return operand;
      return {
        kind: 'unary',
        operator: '-',
        operand: { kind: 'unary', operator: '-', operand },
      };
    }
    return { kind: 'unary', operator: token.text, operand };
  }

  #postfix(): Expression {
    const operand = this.#primary();
    const token = this.#token;
    if (token.kind !== 'operator' || (token.text !== '++' && token.text !== '--')) return operand;
    if (operand.kind !== 'variable') return operand;
    this.#advance();
    return {
      kind: 'step',
      by: token.text === '++' ? 1n : -1n,
      isPrefix: false,
      target: operand,
    };
  }

  #primary(): Expression {
    const token = this.#token;
    if (token.kind === 'number') {
      this.#advance();
      return { kind: 'number', value: this.#number(token) };
    }
    if (token.kind === 'name') {
      const subscript = this.#text[this.#at] === '[' ? this.#subscript() : undefined;
      this.#advance();
      return { kind: 'variable', name: token.text, subscript };
    }
    if (this.#accept('(') !== undefined) {
      const inner = this.#comma();
      if (this.#accept(')') === undefined) throw this.#error("missing `)'", this.#last.at);
      return inner;
    }
    const at = token.kind === 'end' ? this.#last.at : token.at;
    throw this.#error('syntax error: operand expected', at);
  }

  #subscript(): string {
    const start = this.#at + 1;
    let depth = 0;
    for (let at = this.#at; at < this.#text.length; at += 1) {
      if (this.#text[at] === '[') depth += 1;
      if (this.#text[at] === ']') depth -= 1;
      if (depth > 0) continue;
      this.#at = at + 1;
      return this.#text.slice(start, at);
    }
    throw this.#error('bad array subscript', this.#at);
  }

  #number(token: Token): bigint {
    const value = parseInteger(token.text);
    if (typeof value === 'bigint') return value;
    throw new ArithmeticError(this.#text, value, token.at);
  }
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_';

/** The value of an integer constant, or what is wrong with it. */
function parseInteger(text: string): bigint | string {
  if (/^(?:[1-9]\d*|0)$/.test(text)) return BigInt.asIntN(64, BigInt(text));
  const hash = text.indexOf('#');
  if (hash > 0) {
    const base = Number(text.slice(0, hash));
    if (!/^\d+$/.test(text.slice(0, hash)) || base < 2 || base > 64) {
      return 'invalid arithmetic base';
    }
    if (hash === text.length - 1) return 'invalid integer constant';
    return digits(text.slice(hash + 1), base);
  }
  if (/^0[xX]/.test(text)) return digits(text.slice(2), 16);
  return digits(text, text.startsWith('0') ? 8 : 10);
}

function digits(text: string, base: number): bigint | string {
  let value = 0n;
  for (const char of text) {
    const folded = base <= 36 ? char.toLowerCase() : char;
    const digit = DIGITS.indexOf(folded);
    if (digit < 0 || digit >= base) return 'value too great for base';
    value = value * BigInt(base) + BigInt(digit);
  }
  return BigInt.asIntN(64, value);
}

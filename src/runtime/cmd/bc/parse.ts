/** bc's language: tokens and a tree. @man bc(1) */
export type Expression =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'element'; readonly name: string; readonly index: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'unary'; readonly operator: '-' | '!'; readonly value: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'assign';
      readonly operator: string;
      readonly target: Expression;
      readonly value: Expression;
    }
  | {
      readonly kind: 'step';
      readonly by: 1 | -1;
      readonly isPrefix: boolean;
      readonly target: Expression;
    };

export type Statement =
  | { readonly kind: 'expression'; readonly value: Expression }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly then: Statement;
      readonly otherwise: Statement | undefined;
    }
  | {
      readonly kind: 'loop';
      readonly start: Expression | undefined;
      readonly test: Expression | undefined;
      readonly step: Expression | undefined;
      readonly body: Statement;
    }
  | { readonly kind: 'return'; readonly value: Expression | undefined }
  | { readonly kind: 'break' | 'quit' }
  | {
      readonly kind: 'define';
      readonly name: string;
      readonly parameters: readonly string[];
      readonly locals: readonly string[];
      readonly body: readonly Statement[];
    };

/** The text does not follow the grammar. `isUnfinished`: more lines may mend it. */
export class BcSyntaxError extends Error {
  override readonly name = 'BcSyntaxError';
  readonly isUnfinished: boolean;

  constructor(isUnfinished: boolean) {
    super('syntax error');
    this.isUnfinished = isUnfinished;
  }
}

/** Comments, strings, numbers, names, newlines, operators. Blanks before each are skipped. */
const TOKEN = new RegExp(
  [
    String.raw`(\/\*[^]*?\*\/|#[^\n]*|\\\n)`,
    String.raw`"[^"]*"`,
    String.raw`[0-9A-F]+\.?[0-9A-F]*|\.[0-9A-F]+`,
    String.raw`[a-z][a-z0-9_]*`,
    String.raw`\n`,
    String.raw`\+\+|--|[-+*\/%^=!<>]=|&&|\|\||[-+*\/%^=<>!(){}[\];,]`,
  ].join('|'),
  'y',
);
const BLANK = /[ \t]*/y;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; ; ) {
    BLANK.lastIndex = at;
    at += BLANK.exec(text)?.[0].length ?? 0;
    if (at >= text.length) return tokens;
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    // A string or a comment that does not end may go on in the next line.
    if (match === null) throw new BcSyntaxError(/^["/]/.test(text.slice(at)));
    at += match[0].length;
    if (match[1] === undefined) tokens.push(match[0]);
  }
}

/** Binary operators from the loosest to the tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '<=', '>=', '!=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const ASSIGNMENTS = ['=', '+=', '-=', '*=', '/=', '%=', '^='];

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  program(): Statement[] {
    const statements: Statement[] = [];
    for (;;) {
      while (this.#peek() === '\n' || this.#peek() === ';') this.#at += 1;
      if (this.#peek() === undefined) return statements;
      statements.push(this.#statement());
      const next = this.#peek();
      if (next !== undefined && next !== '\n' && next !== ';') this.#fail();
    }
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #fail(): never {
    throw new BcSyntaxError(this.#at >= this.#tokens.length);
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) this.#fail();
  }

  #skipLines(): void {
    while (this.#take('\n'));
  }

  #name(): string {
    const token = this.#peek();
    if (token === undefined || !/^[a-z]/.test(token)) this.#fail();
    this.#at += 1;
    return token;
  }

  #statement(): Statement {
    const token = this.#peek();
    if (token?.startsWith('"')) {
      this.#at += 1;
      return { kind: 'string', text: token.slice(1, -1) };
    }
    switch (token) {
      case '{':
        return { kind: 'block', body: this.#block() };
      case 'if':
        return this.#ifStatement();
      case 'while': {
        this.#at += 1;
        this.#expect('(');
        const test = this.#expression();
        this.#expect(')');
        return this.#loop(undefined, test, undefined);
      }
      case 'for':
        return this.#forStatement();
      case 'return':
        this.#at += 1;
        return this.#returnStatement();
      case 'break':
      case 'quit':
        this.#at += 1;
        return { kind: token };
      case 'define':
        return this.#definition();
      default:
        return { kind: 'expression', value: this.#expression() };
    }
  }

  #block(): Statement[] {
    this.#expect('{');
    return this.#restOfBlock();
  }

  #restOfBlock(): Statement[] {
    const body: Statement[] = [];
    for (;;) {
      while (this.#take('\n') || this.#take(';'));
      if (this.#take('}')) return body;
      body.push(this.#statement());
      const next = this.#peek();
      if (next !== '\n' && next !== ';' && next !== '}') this.#fail();
    }
  }

  #ifStatement(): Statement {
    this.#at += 1;
    this.#expect('(');
    const test = this.#expression();
    this.#expect(')');
    this.#skipLines();
    const then = this.#statement();
    const before = this.#at;
    while (this.#take('\n') || this.#take(';'));
    if (this.#take('else')) {
      this.#skipLines();
      return { kind: 'if', test, then, otherwise: this.#statement() };
    }
    this.#at = before;
    return { kind: 'if', test, then, otherwise: undefined };
  }

  #forStatement(): Statement {
    this.#at += 1;
    this.#expect('(');
    const start = this.#peek() === ';' ? undefined : this.#expression();
    this.#expect(';');
    const test = this.#peek() === ';' ? undefined : this.#expression();
    this.#expect(';');
    const step = this.#peek() === ')' ? undefined : this.#expression();
    this.#expect(')');
    return this.#loop(start, test, step);
  }

  #loop(
    start: Expression | undefined,
    test: Expression | undefined,
    step: Expression | undefined,
  ): Statement {
    this.#skipLines();
    return { kind: 'loop', start, test, step, body: this.#statement() };
  }

  #returnStatement(): Statement {
    const next = this.#peek();
    const isEmpty = next === undefined || ['\n', ';', '}'].includes(next);
    return { kind: 'return', value: isEmpty ? undefined : this.#expression() };
  }

  #definition(): Statement {
    this.#at += 1;
    const name = this.#name();
    this.#expect('(');
    const parameters = this.#nameList(')');
    this.#expect(')');
    this.#skipLines();
    this.#expect('{');
    while (this.#take('\n') || this.#take(';'));
    let locals: string[] = [];
    if (this.#take('auto')) locals = this.#nameList('\n');
    return { kind: 'define', name, parameters, locals, body: this.#restOfBlock() };
  }

  #nameList(end: string): string[] {
    const names: string[] = [];
    if (this.#peek() === end) return names;
    do {
      let name = this.#name();
      if (this.#take('[')) {
        this.#expect(']');
        name += '[]';
      }
      names.push(name);
    } while (this.#take(','));
    return names;
  }

  #expression(): Expression {
    const left = this.#binary(0);
    const operator = this.#peek();
    if (operator === undefined || !ASSIGNMENTS.includes(operator)) return left;
    if (left.kind !== 'name' && left.kind !== 'element') this.#fail();
    this.#at += 1;
    return { kind: 'assign', operator, target: left, value: this.#expression() };
  }

  #binary(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#power();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = this.#peek();
      if (operator === undefined || !operators.includes(operator)) return left;
      this.#at += 1;
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1) };
    }
  }

  #power(): Expression {
    const left = this.#unary();
    if (!this.#take('^')) return left;
    return { kind: 'binary', operator: '^', left, right: this.#power() };
  }

  #unary(): Expression {
    if (this.#take('-')) return { kind: 'unary', operator: '-', value: this.#unary() };
    if (this.#take('!')) return { kind: 'unary', operator: '!', value: this.#unary() };
    for (const [token, by] of [
      ['++', 1],
      ['--', -1],
    ] as const) {
      if (this.#take(token)) return { kind: 'step', by, isPrefix: true, target: this.#unary() };
    }
    const value = this.#primary();
    for (const [token, by] of [
      ['++', 1],
      ['--', -1],
    ] as const) {
      if (this.#take(token)) return { kind: 'step', by, isPrefix: false, target: value };
    }
    return value;
  }

  #primary(): Expression {
    const token = this.#peek();
    if (token === undefined) this.#fail();
    if (this.#take('(')) {
      const value = this.#expression();
      this.#expect(')');
      return value;
    }
    if (/^[0-9A-F.]/.test(token)) {
      this.#at += 1;
      return { kind: 'number', text: token };
    }
    const name = this.#name();
    if (this.#take('[')) {
      const index = this.#expression();
      this.#expect(']');
      return { kind: 'element', name, index };
    }
    if (!this.#take('(')) return { kind: 'name', name };
    const args: Expression[] = [];
    if (!this.#take(')')) {
      do args.push(this.#expression());
      while (this.#take(','));
      this.#expect(')');
    }
    return { kind: 'call', name, args };
  }
}

/** The statements of `text`. */
export function parseBc(text: string): Statement[] {
  return new Parser(tokenize(text)).program();
}

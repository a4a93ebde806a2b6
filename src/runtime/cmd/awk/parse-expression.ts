/**
 * awk's expressions, by precedence. Surprising: in an unparenthesised print list `>` redirects, so
 * comparisons know where they stand; `"cmd" | getline` binds looser than concatenation.
 */
import type { Expression, Lvalue } from '#cmd/awk/ast.ts';
import { AwkError, type Token } from '#cmd/awk/lexer.ts';

const ASSIGNMENTS = ['=', '+=', '-=', '*=', '/=', '%=', '^='];
const COMPARISONS = ['<', '<=', '==', '!=', '>', '>='];

export class ExpressionParser {
  protected readonly tokens: readonly Token[];
  protected at = 0;
  /** Depth of parentheses since the print list began; −1 outside of one. */
  protected printDepth = -1;
  /** Set while the head of a `for` is read, where `in` may not be an operator. */
  protected noIn = false;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  protected get token(): Token {
    return this.tokens[this.at] as Token;
  }

  protected fail(): never {
    throw new AwkError('syntax error', this.token.line);
  }

  protected sees(...texts: readonly string[]): boolean {
    const { kind, text } = this.token;
    return (kind === 'operator' || kind === 'keyword') && texts.includes(text);
  }

  protected accept(...texts: readonly string[]): boolean {
    if (!this.sees(...texts)) return false;
    this.at += 1;
    return true;
  }

  protected expect(text: string): void {
    if (!this.accept(text)) this.fail();
  }

  protected skipNewlines(): void {
    while (this.token.kind === 'newline') this.at += 1;
  }

  protected expression(): Expression {
    const left = this.conditional();
    if (!this.sees(...ASSIGNMENTS)) return left;
    if (left.kind !== 'variable' && left.kind !== 'field' && left.kind !== 'element') this.fail();
    const operator = this.token.text.slice(0, -1);
    this.at += 1;
    this.skipNewlines();
    return { kind: 'assign', target: left, operator, value: this.expression() };
  }

  protected conditional(): Expression {
    const test = this.or();
    if (!this.accept('?')) return test;
    this.skipNewlines();
    const yes = this.expression();
    this.skipNewlines();
    this.expect(':');
    this.skipNewlines();
    return { kind: 'conditional', test, yes, no: this.expression() };
  }

  protected or(): Expression {
    let left = this.and();
    while (this.accept('||')) {
      this.skipNewlines();
      left = { kind: 'or', left, right: this.and() };
    }
    return left;
  }

  protected and(): Expression {
    let left = this.membership();
    while (this.accept('&&')) {
      this.skipNewlines();
      left = { kind: 'and', left, right: this.membership() };
    }
    return left;
  }

  protected membership(): Expression {
    let left = this.matching();
    while (!this.noIn && this.accept('in')) {
      left = { kind: 'in', subscripts: [left], array: this.name() };
    }
    return left;
  }

  protected name(): string {
    const { kind, text } = this.token;
    if (kind !== 'name') this.fail();
    this.at += 1;
    return text;
  }

  protected matching(): Expression {
    let left = this.comparison();
    while (this.sees('~', '!~')) {
      const negated = this.token.text === '!~';
      this.at += 1;
      left = { kind: 'match', negated, left, right: this.comparison() };
    }
    return left;
  }

  protected comparison(): Expression {
    let left = this.concatenation();
    for (;;) {
      if (this.sees('|') && this.nextIsGetline()) {
        this.at += 2;
        left = {
          kind: 'getline',
          source: 'command',
          operand: left,
          target: this.optionalLvalue(),
        };
        continue;
      }
      if (!this.sees(...COMPARISONS)) return left;
      if (this.token.text === '>' && this.printDepth === 0) return left;
      const operator = this.token.text;
      this.at += 1;
      left = { kind: 'binary', operator, left, right: this.concatenation() };
    }
  }

  protected nextIsGetline(): boolean {
    const next = this.tokens[this.at + 1];
    return next?.kind === 'keyword' && next.text === 'getline';
  }

  /** Whether the next token can begin an operand of a concatenation. */
  protected beginsOperand(): boolean {
    const { kind, text } = this.token;
    if (kind === 'operator') return ['$', '!', '(', '-', '+', '++', '--'].includes(text);
    if (kind === 'keyword') return false;
    return kind !== 'newline' && kind !== 'end';
  }

  protected concatenation(): Expression {
    let left = this.additive();
    // After a complete operand `+` and `-` were taken as operators, so they can't begin one here.
    while (this.beginsOperand() && !this.sees('+', '-') && !(this.noIn && this.sees('in'))) {
      left = { kind: 'binary', operator: ' ', left, right: this.additive() };
    }
    return left;
  }

  protected additive(): Expression {
    let left = this.multiplicative();
    while (this.sees('+', '-')) {
      const operator = this.token.text;
      this.at += 1;
      left = { kind: 'binary', operator, left, right: this.multiplicative() };
    }
    return left;
  }

  protected multiplicative(): Expression {
    let left = this.unary();
    while (this.sees('*', '/', '%')) {
      const operator = this.token.text;
      this.at += 1;
      left = { kind: 'binary', operator, left, right: this.unary() };
    }
    return left;
  }

  protected unary(): Expression {
    if (this.sees('!', '-', '+')) {
      const operator = this.token.text as '!' | '-' | '+';
      this.at += 1;
      const operand = this.unary();
      // `! x ~ y` means `! (x ~ y)`, as every awk has it.
      if (operator === '!' && this.sees('~', '!~')) {
        const negated = this.token.text === '!~';
        this.at += 1;
        const right = this.comparison();
        return {
          kind: 'unary',
          operator,
          operand: { kind: 'match', negated, left: operand, right },
        };
      }
      return { kind: 'unary', operator, operand };
    }
    return this.power();
  }

  protected power(): Expression {
    const left = this.postfix();
    if (!this.accept('^')) return left;
    // Right-associative; its right side may have a sign: 2^-1.
    const right = this.sees('-', '+', '!') ? this.unary() : this.power();
    return { kind: 'binary', operator: '^', left, right };
  }

  protected postfix(): Expression {
    const operand = this.primary();
    const isLvalue = ['variable', 'field', 'element'].includes(operand.kind);
    if (!isLvalue || !this.sees('++', '--')) return operand;
    const by = this.token.text === '++' ? 1 : -1;
    this.at += 1;
    return { kind: 'step', target: operand as Lvalue, by, isPrefix: false };
  }

  protected optionalLvalue(): Lvalue | undefined {
    const { kind } = this.token;
    if (kind !== 'name' && !this.sees('$')) return undefined;
    const operand = this.primary();
    if (operand.kind === 'variable' || operand.kind === 'field' || operand.kind === 'element') {
      return operand;
    }
    return this.fail();
  }

  protected primary(): Expression {
    const { kind, text } = this.token;
    switch (kind) {
      case 'number':
        this.at += 1;
        return { kind: 'number', value: Number(text) };
      case 'string':
        this.at += 1;
        return { kind: 'string', value: text };
      case 'regex':
        this.at += 1;
        return { kind: 'regex', source: text };
      case 'name':
        this.at += 1;
        if (!this.sees('[')) return { kind: 'variable', name: text };
        this.at += 1;
        return { kind: 'element', array: text, subscripts: this.list(']') };
      case 'call':
        this.at += 2;
        return { kind: 'call', name: text, args: this.list(')') };
      case 'builtin':
        return this.builtin(text);
      case 'keyword':
        if (text === 'getline') return this.getline();
        return this.fail();
      case 'operator':
        return this.operatorPrimary(text);
      default:
        return this.fail();
    }
  }

  protected operatorPrimary(text: string): Expression {
    this.at += 1;
    if (text === '$') {
      if (this.sees('++', '--')) {
        return { kind: 'field', index: this.operatorPrimary(this.token.text) };
      }
      const index = this.sees('-', '+', '!') ? this.unary() : this.primary();
      return { kind: 'field', index };
    }
    if (text === '++' || text === '--') {
      const target = this.optionalLvalue();
      if (target === undefined) this.fail();
      return { kind: 'step', target, by: text === '++' ? 1 : -1, isPrefix: true };
    }
    if (text === '(') return this.grouping();
    this.at -= 1;
    return this.fail();
  }

  /** `(expr)`, or `(i, j) in array`. */
  protected grouping(): Expression {
    const { noIn } = this;
    this.noIn = false;
    if (this.printDepth >= 0) this.printDepth += 1;
    const items = [this.expression()];
    while (this.accept(',')) {
      this.skipNewlines();
      items.push(this.expression());
    }
    this.expect(')');
    if (this.printDepth >= 0) this.printDepth -= 1;
    this.noIn = noIn;
    if (items.length === 1) return { kind: 'group', body: items[0] as Expression };
    this.expect('in');
    return { kind: 'in', subscripts: items, array: this.name() };
  }

  /** Expressions up to `close`, which is passed. */
  protected list(close: string): Expression[] {
    const { noIn } = this;
    this.noIn = false;
    if (this.printDepth >= 0) this.printDepth += 1;
    const items: Expression[] = [];
    this.skipNewlines();
    while (!this.accept(close)) {
      if (items.length > 0) {
        this.expect(',');
        this.skipNewlines();
      }
      items.push(this.expression());
      this.skipNewlines();
    }
    if (this.printDepth >= 0) this.printDepth -= 1;
    this.noIn = noIn;
    return items;
  }

  protected builtin(name: string): Expression {
    this.at += 1;
    if (this.accept('(')) return { kind: 'builtin', name, args: this.list(')') };
    if (name !== 'length') this.fail();
    return { kind: 'builtin', name, args: [] };
  }

  protected getline(): Expression {
    this.at += 1;
    const target = this.optionalLvalue();
    if (!this.accept('<')) return { kind: 'getline', source: 'main', operand: undefined, target };
    const operand = this.postfix();
    return { kind: 'getline', source: 'file', operand, target };
  }
}

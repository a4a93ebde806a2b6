/** awk's rules, functions and statements. @man awk(1) */
import type {
  Expression,
  FunctionDefinition,
  Lvalue,
  Program,
  Rule,
  Statement,
} from '#cmd/awk/ast.ts';
import { AwkError, tokenize } from '#cmd/awk/lexer.ts';
import { ExpressionParser } from '#cmd/awk/parse-expression.ts';

/** Throws `AwkError`. */
export function parseProgram(source: string): Program {
  return new ProgramParser(tokenize(source)).program();
}

class ProgramParser extends ExpressionParser {
  program(): Program {
    const rules: Rule[] = [];
    const functions = new Map<string, FunctionDefinition>();
    for (;;) {
      this.terminators();
      if (this.token.kind === 'end') return { rules, functions };
      if (this.accept('function')) {
        const definition = this.function();
        if (functions.has(definition.name)) {
          throw new AwkError(`function ${definition.name} redefined`, this.token.line);
        }
        functions.set(definition.name, definition);
      } else rules.push(this.rule());
    }
  }

  protected terminators(): void {
    while (this.token.kind === 'newline' || this.sees(';')) this.at += 1;
  }

  protected function(): FunctionDefinition {
    const { kind, text } = this.token;
    if (kind !== 'call' && kind !== 'name') this.fail();
    this.at += 1;
    this.expect('(');
    const parameters: string[] = [];
    while (!this.accept(')')) {
      if (parameters.length > 0) this.expect(',');
      this.skipNewlines();
      parameters.push(this.name());
      this.skipNewlines();
    }
    this.skipNewlines();
    return { name: text, parameters, body: this.block() };
  }

  protected rule(): Rule {
    if (this.sees('{')) return { pattern: { kind: 'always' }, action: this.block() };
    if (this.sees('BEGIN', 'END')) {
      const kind = this.token.text === 'BEGIN' ? 'begin' : 'end';
      this.at += 1;
      this.skipNewlines();
      return { pattern: { kind }, action: this.block() };
    }
    const from = this.expression();
    let pattern: Rule['pattern'] = { kind: 'expression', test: from };
    if (this.accept(',')) {
      this.skipNewlines();
      pattern = { kind: 'range', from, to: this.expression() };
    }
    const action = this.sees('{') ? this.block() : undefined;
    return { pattern, action };
  }

  protected block(): Statement {
    this.expect('{');
    const body: Statement[] = [];
    for (;;) {
      this.terminators();
      if (this.accept('}')) return { kind: 'block', body };
      body.push(this.statement());
    }
  }

  /** A statement with its terminator. */
  protected statement(): Statement {
    if (this.sees('{')) return this.block();
    if (this.accept(';')) return { kind: 'block', body: [] };
    if (this.accept('if')) return this.if();
    if (this.accept('while')) {
      const test = this.condition();
      return { kind: 'while', test, body: this.body() };
    }
    if (this.accept('do')) return this.do();
    if (this.accept('for')) return this.for();
    const simple = this.simple();
    this.endSimple();
    return simple;
  }

  protected endSimple(): void {
    if (this.accept(';') || this.sees('}')) return;
    if (this.token.kind === 'newline') {
      this.at += 1;
      return;
    }
    if (this.token.kind !== 'end') this.fail();
  }

  protected condition(): Expression {
    this.expect('(');
    const test = this.expression();
    this.expect(')');
    return test;
  }

  /** The statement that a loop or `if` governs. */
  protected body(): Statement {
    this.skipNewlines();
    return this.statement();
  }

  protected if(): Statement {
    const test = this.condition();
    const yes = this.body();
    const mark = this.at;
    this.terminators();
    if (!this.accept('else')) {
      this.at = mark;
      return { kind: 'if', test, yes, no: undefined };
    }
    return { kind: 'if', test, yes, no: this.body() };
  }

  protected do(): Statement {
    const body = this.body();
    this.terminators();
    this.expect('while');
    const test = this.condition();
    this.endSimple();
    return { kind: 'do', test, body };
  }

  protected for(): Statement {
    this.expect('(');
    const [variable, keyword, array, close] = this.tokens.slice(this.at, this.at + 4);
    const isForIn =
      variable?.kind === 'name' &&
      keyword?.text === 'in' &&
      array?.kind === 'name' &&
      close?.text === ')';
    if (isForIn) {
      this.at += 4;
      const target: Lvalue = { kind: 'variable', name: variable.text };
      return { kind: 'forIn', variable: target, array: array.text, body: this.body() };
    }
    const start = this.sees(';') ? undefined : this.simple();
    this.expect(';');
    this.skipNewlines();
    const test = this.sees(';') ? undefined : this.expression();
    this.expect(';');
    this.skipNewlines();
    const step = this.sees(')') ? undefined : this.simple();
    this.expect(')');
    return { kind: 'for', start, test, step, body: this.body() };
  }

  protected simple(): Statement {
    const { text } = this.token;
    if (this.accept('print', 'printf')) return this.print(text as 'print' | 'printf');
    if (this.accept('break', 'continue', 'next', 'nextfile')) {
      return { kind: text as 'break' | 'continue' | 'next' | 'nextfile' };
    }
    if (this.accept('exit', 'return')) {
      const isBare = this.sees(';', '}') || this.token.kind === 'newline';
      return { kind: text as 'exit' | 'return', value: isBare ? undefined : this.expression() };
    }
    if (this.accept('delete')) {
      const array = this.name();
      return { kind: 'delete', array, subscripts: this.accept('[') ? this.list(']') : undefined };
    }
    return { kind: 'expression', body: this.expression() };
  }

  protected print(kind: 'print' | 'printf'): Statement {
    this.printDepth = 0;
    let args = this.printList();
    const redirect = this.sees('>', '>>', '|') ? (this.token.text as '>' | '>>' | '|') : '';
    let destination: Expression | undefined;
    if (redirect !== '') {
      this.at += 1;
      this.printDepth = -1;
      destination = this.concatenation();
    }
    this.printDepth = -1;
    if (kind === 'print' && args.length === 0) {
      args = [{ kind: 'field', index: { kind: 'number', value: 0 } }];
    }
    return { kind, args, redirect, destination };
  }

  protected endsPrint(): boolean {
    return this.sees(';', '}', '>', '>>', '|') || this.token.kind === 'newline';
  }

  /** `a, b` or `(a, b)`; a list in parentheses may also be the beginning of an expression. */
  protected printList(): Expression[] {
    if (this.endsPrint()) return [];
    if (this.sees('(')) {
      const mark = this.at;
      this.at += 1;
      const items = this.list(')');
      if (this.endsPrint()) return items;
      this.at = mark;
    }
    const items = [this.expression()];
    while (this.accept(',')) {
      this.skipNewlines();
      items.push(this.expression());
    }
    return items;
  }
}

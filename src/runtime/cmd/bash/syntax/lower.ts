/**
 * Commands of unbash's tree → commands of ours (tree.ts).
 */
import type * as un from 'unbash';
import { arithmeticWord, lowerDocument, lowerWord } from '#cmd/bash/syntax/lower-word.ts';
import { ParseProblem } from '#cmd/bash/syntax/problem.ts';
import {
  type ArrayElement,
  type Assignment,
  type Block,
  type Command,
  literalWord,
  type Part,
  type Redirect,
  type Script,
  type SimpleCommand,
  type Statement,
  type Test,
  type Word,
} from '#cmd/bash/syntax/tree.ts';

/** Where the source of a (nested) script is, for line numbers and texts. */
export class Lowering {
  /** What to say before the script runs. */
  readonly warnings: string[] = [];
  readonly #source: string;
  readonly #firstLine: number;
  #lineStarts: number[] | undefined;

  constructor(source: string, firstLine: number) {
    this.#source = source;
    this.#firstLine = firstLine;
  }

  lineOf(position: number): number {
    if (this.#lineStarts === undefined) {
      this.#lineStarts = [0];
      for (let at = this.#source.indexOf('\n'); at >= 0; at = this.#source.indexOf('\n', at + 1)) {
        this.#lineStarts.push(at + 1);
      }
    }
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lineStarts[middle] as number) <= position) low = middle;
      else high = middle;
    }
    return this.#firstLine + low;
  }

  #at(node: { pos: number; end: number }): { line: number; text: string } {
    return { line: this.lineOf(node.pos), text: this.#source.slice(node.pos, node.end) };
  }

  script = (script: un.ParsedScript | undefined): Script => {
    if (script === undefined) return { statements: [], error: undefined, warnings: [] };
    if (script.source !== undefined) {
      return new Lowering(script.source, this.lineOf(script.pos)).top(script);
    }
    return this.top(script);
  };

  top(script: un.ParsedScript): Script {
    const [first] = script.errors ?? [];
    if (first !== undefined) throw new ParseProblem(first.message, first.pos);
    return { statements: this.block(script), error: undefined, warnings: [] };
  }

  block(list: { readonly commands: readonly un.Statement[] }): Block {
    return list.commands.map((statement) => this.statement(statement));
  }

  statement(statement: un.Statement): Statement {
    return {
      command: this.command(statement.command),
      background: statement.background === true,
      position: statement.pos,
      end: statement.end,
    };
  }

  command(node: un.Statement['command'] | un.CompoundList): Command {
    const at = this.#at(node);
    switch (node.type) {
      case 'Command':
        return this.#simple(node);
      case 'Pipeline': {
        const time = node.prefixes.find((prefix) => prefix.type === 'Time');
        const negations = node.prefixes.filter((prefix) => prefix.type === 'Negation').length;
        return {
          kind: 'pipeline',
          ...at,
          stages: node.commands.map((command, i) => {
            const stage = this.command(command);
            return node.operators[i] === '|&' ? withErrors(stage) : stage;
          }),
          isNegated: negations % 2 === 1,
          time: time === undefined ? 'no' : time.posix === undefined ? 'bash' : 'posix',
        };
      }
      case 'AndOr': {
        const commands = node.commands.map((command) => this.command(command));
        return { kind: 'andor', ...at, commands, operators: node.operators };
      }
      case 'Redirected': {
        const redirects = node.redirects.map((redirect) => this.#redirect(redirect));
        return { kind: 'redirected', ...at, command: this.command(node.command), redirects };
      }
      case 'Function':
        return { kind: 'function', ...at, name: node.name.value, body: this.command(node.body) };
      case 'Coproc':
        return { kind: 'coproc', ...at };
      case 'CompoundList':
        return { kind: 'group', ...at, body: this.block(node) };
      default:
        return this.#compound(node);
    }
  }

  #compound(node: un.CompoundCommand): Command {
    const at = this.#at(node);
    switch (node.type) {
      case 'If': {
        const branches = [node, ...node.elif].map((branch) => ({
          test: this.block(branch.clause),
          body: this.block(branch.then),
        }));
        return { kind: 'if', ...at, branches, otherwise: node.else && this.block(node.else) };
      }
      case 'While':
        return {
          kind: node.kind,
          ...at,
          test: this.block(node.clause),
          body: this.block(node.body),
        };
      case 'For':
      case 'Select':
        return {
          kind: node.type === 'For' ? 'for' : 'select',
          ...at,
          name: node.name.value,
          words: node.wordlist?.map((word) => lowerWord(word, 'argument', this.script)),
          body: this.block(node.body),
        };
      case 'ArithmeticFor':
        return this.#arithmeticFor(node);
      case 'Case':
        return {
          kind: 'case',
          ...at,
          word: lowerWord(node.word, 'plain', this.script),
          items: node.items.map((item) => ({
            patterns: item.pattern.map((word) => lowerWord(word, 'plain', this.script)),
            body: this.block(item.body),
            terminator: item.terminator ?? ';;',
          })),
        };
      case 'Subshell':
        return { kind: 'subshell', ...at, body: this.block(node.body) };
      case 'BraceGroup':
        return { kind: 'group', ...at, body: this.block(node.body) };
      case 'TestCommand':
        return { kind: 'condition', ...at, test: this.#test(node.expression) };
      case 'ArithmeticCommand':
        return { kind: 'arithmetic', ...at, expression: arithmeticWord(node.body, this.script) };
    }
  }

  #arithmeticFor(node: un.ArithmeticFor): Command {
    const expression = (part: un.ArithmeticExpression | undefined): Word | undefined =>
      part && arithmeticWord(this.#source.slice(part.pos, part.end), this.script);
    return {
      kind: 'arithmeticFor',
      ...this.#at(node),
      initialize: expression(node.initialize),
      test: expression(node.test),
      update: expression(node.update),
      body: this.block(node.body),
    };
  }

  #simple(node: un.Command): SimpleCommand {
    const assignments: Assignment[] = [];
    const redirects: Redirect[] = [];
    const words: Word[] = node.name ? [lowerWord(node.name, 'argument', this.script)] : [];
    for (const item of [...node.prefix, ...node.suffix]) {
      if (item.type === 'Word') words.push(lowerWord(item, 'argument', this.script));
      else if (item.type !== 'Assignment') redirects.push(this.#redirect(item));
      else if (words.length === 0 || node.prefix.includes(item)) {
        assignments.push(this.#assignment(item));
      } else words.push(this.#argument(item));
    }
    return { kind: 'simple', ...this.#at(node), assignments, words, redirects };
  }

  /** `name=value` among the arguments: an ordinary word for most commands. */
  #argument(node: un.Assignment): Word {
    const assignment = this.#assignment(node);
    if (!('parts' in assignment.value)) return { ...literalWord(node.text), assignment };
    const head = node.text.slice(0, node.text.length - assignment.value.text.length);
    const parts: Part[] = [{ kind: 'quoted', text: head }, ...assignment.value.parts];
    return { text: node.text, literal: undefined, parts, braces: undefined, assignment };
  }

  #assignment(node: un.Assignment): Assignment {
    return {
      name: node.name,
      append: node.append === true,
      index: node.index && lowerWord(node.index, 'plain', this.script),
      value:
        node.value.type === 'Word'
          ? lowerWord(node.value, 'value', this.script)
          : node.value.elements.map((element) => this.#element(element)),
      text: node.text,
    };
  }

  /** `[subscript]=value` or a plain word of `name=( … )`. */
  #element(word: un.Word): ArrayElement {
    const value = lowerWord(word, 'argument', this.script);
    if (!word.text.startsWith('[')) return { index: undefined, append: false, value };
    const plain = lowerWord(word, 'plain', this.script);
    const split = splitElement(plain.parts);
    return split ?? { index: undefined, append: false, value };
  }

  #redirect(node: un.Redirection): Redirect {
    const descriptor = node.descriptor;
    const common = {
      operator: node.operator,
      fd: descriptor?.type === 'FileDescriptor' ? descriptor.value : undefined,
      fdVariable: descriptor?.type === 'FileDescriptorVariable' ? descriptor.name : undefined,
      text: this.#source.slice(node.pos, node.end),
    };
    if (node.type !== 'HereDoc') {
      const place = node.type === 'HereString' ? 'plain' : 'argument';
      const target = node.target ? lowerWord(node.target, place, this.script) : literalWord('');
      return { ...common, target };
    }
    const isQuoted = node.delimiter?.quoted === true;
    const document = { ...common, text: node.delimiter?.text ?? '' };
    const raw = node.body.text.replace(/[^\n]$/, '$&\n');
    if (node.closing === undefined) this.#warnUnclosed(node);
    const text = node.operator === '<<-' ? raw.replace(/^\t+/gm, '') : raw;
    if (isQuoted || !/[$`\\]/.test(text)) return { ...document, target: literalWord(text) };
    const parts: Part[] = lowerDocument(text, this.script);
    const target = {
      text,
      literal: undefined,
      parts: [{ kind: 'double', parts } as const],
      braces: undefined,
      assignment: undefined,
    };
    return { ...document, target };
  }

  #warnUnclosed(node: un.HereDoc): void {
    const line = this.lineOf(node.pos);
    const wanted = node.delimiter?.value ?? '';
    const where = `here-document at line ${line} delimited by end-of-file (wanted \`${wanted}')`;
    this.warnings.push(`line ${line}: warning: ${where}`);
  }

  #test(node: un.TestExpression): Test {
    switch (node.type) {
      case 'TestUnary':
        return {
          kind: 'unary',
          operator: node.operator,
          operand: lowerWord(node.operand, 'plain', this.script),
        };
      case 'TestBinary':
        return {
          kind: 'binary',
          operator: node.operator,
          left: lowerWord(node.left, 'plain', this.script),
          right: lowerWord(node.right, 'plain', this.script),
        };
      case 'TestLogical':
        return {
          kind: node.operator === '&&' ? 'and' : 'or',
          operands: node.operands.map((operand) => this.#test(operand)),
        };
      case 'TestNot': {
        const operand = this.#test(node.operand);
        return node.negations.length % 2 === 1 ? { kind: 'not', operand } : operand;
      }
      case 'TestGroup':
        return this.#test(node.expression);
    }
  }
}

/** `|&`: stderr follows stdout, after the command's own redirections. */
function withErrors(command: Command): Command {
  const redirect: Redirect = {
    operator: '>&',
    fd: 2,
    fdVariable: undefined,
    target: literalWord('1'),
    text: '2>&1',
  };
  if (command.kind === 'simple' || command.kind === 'redirected') {
    return { ...command, redirects: [...command.redirects, redirect] };
  }
  const { line, text } = command;
  return { kind: 'redirected', line, text, command, redirects: [redirect] };
}

/** Cuts the parts of `[i]=v` or `[i]+=v` at its `]=`; undefined when there is none. */
function splitElement(parts: readonly Part[]): ArrayElement | undefined {
  let depth = 0;
  for (const [i, part] of parts.entries()) {
    if (part.kind !== 'text') continue;
    for (let at = 0; at < part.text.length; at += 1) {
      if (part.text[at] === '[') depth += 1;
      if (part.text[at] !== ']') continue;
      depth -= 1;
      if (depth > 0) continue;
      const operator = /^\]\+?=/.exec(part.text.slice(at))?.[0];
      if (operator === undefined) return undefined;
      const head: Part[] = [...parts.slice(0, i), { kind: 'text', text: part.text.slice(0, at) }];
      const [first, ...rest] = head;
      const opening = first?.kind === 'text' ? first.text.slice(1) : '';
      const tail: Part[] = [
        { kind: 'text', text: part.text.slice(at + operator.length) },
        ...parts.slice(i + 1),
      ];
      return {
        index: partsWord([{ kind: 'text', text: opening }, ...rest]),
        append: operator === ']+=',
        value: partsWord(tail),
      };
    }
  }
  return undefined;
}

function partsWord(given: readonly Part[]): Word {
  const parts = given.filter((part) => part.kind !== 'text' || part.text !== '');
  const text = parts
    .map((part) => (part.kind === 'text' || part.kind === 'quoted' ? part.text : ''))
    .join('');
  return { text, literal: undefined, parts, braces: undefined, assignment: undefined };
}

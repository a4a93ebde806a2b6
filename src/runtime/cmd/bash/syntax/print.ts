/** Functions printed as bash prints them: `declare -f`, `type`. */
import type {
  Assignment,
  Block,
  Command,
  Redirect,
  SimpleCommand,
  Test,
  Word,
} from '#cmd/bash/syntax/tree.ts';

export function printFunction(value: { readonly name: string; readonly body: Command }): string {
  return placeDocuments(`${value.name} () \n${functionBody(value.body, 0)}\n`);
}

/** A command on its own, as `jobs` shows it. */
export function printCommand(node: Command): string {
  return placeDocuments(command(node, 0));
}

/** `{ … }` of a function as it stands in the environment, after the `()`. */
export function printExported(body: Command): string {
  return placeDocuments(` ${functionBody(body, 0)}`);
}

function functionBody(body: Command, depth: number): string {
  const indent = pad(depth);
  if (body.kind === 'group') return `${indent}{ \n${block(body.body, depth + 1)}\n${indent}}`;
  if (body.kind === 'redirected' && body.command.kind === 'group') {
    return `${functionBody(body.command, depth)}${redirects(body.redirects)}`;
  }
  return `${indent}{ \n${pad(depth + 1)}${command(body, depth + 1)}\n${indent}}`;
}

function pad(depth: number): string {
  return '    '.repeat(depth);
}

/** Statements, one a line, `;` after each but the last. */
function block(statements: Block, depth: number): string {
  const lines: string[] = [];
  statements.forEach((statement, i) => {
    const text = pad(depth) + command(statement.command, depth);
    const isLast = i === statements.length - 1;
    lines.push(statement.background ? `${text} &` : isLast ? text : `${text};`);
  });
  return lines.join('\n');
}

/** A block that is followed by a keyword: its last statement too gets its `;`. */
function closed(statements: Block, depth: number): string {
  const text = block(statements, depth);
  return statements.at(-1)?.background === true ? text : `${text};`;
}

function inline(statements: Block, depth: number): string {
  return statements
    .map((statement) => command(statement.command, depth) + (statement.background ? ' &' : ''))
    .join('; ')
    .replaceAll(' &; ', ' & ');
}

function words(list: readonly Word[]): string {
  return list.map((word) => word.text).join(' ');
}

function assignmentText(assignment: Assignment): string {
  return assignment.text;
}

function redirects(list: readonly Redirect[]): string {
  return list.map((redirect) => ` ${redirectText(redirect)}`).join('');
}

function redirectText({ operator, fd, fdVariable, target, text }: Redirect): string {
  const prefix = fdVariable === undefined ? (fd?.toString() ?? '') : `{${fdVariable}}`;
  if (operator === '<<' || operator === '<<-') {
    const end = text.replace(/[\\'"]/g, '');
    return `${prefix}${operator}${text}${BODY_START}${target.text}${end}\n${BODY_END}`;
  }
  const isDuplicate = operator === '>&' || operator === '<&';
  const standard = operator === '>&' ? '1' : '0';
  if (isDuplicate && prefix === '') return `${standard}${operator}${target.text}`;
  return `${prefix}${operator}${isDuplicate ? '' : ' '}${target.text}`;
}

/** Around the body of a here-document until its line is complete. */
const BODY_START = '\uE000';
const BODY_END = '\uE001';

/** Moves the bodies of here-documents below the lines they belong to. */
function placeDocuments(text: string): string {
  if (!text.includes(BODY_START)) return text;
  let out = '';
  let bodies = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (char === BODY_START) {
      const end = text.indexOf(BODY_END, at);
      bodies += text.slice(at + 1, end);
      at = end;
    } else if (char === '\n' && bodies !== '') {
      out = `${out.replace(/;$/, '')}\n${bodies}`;
      bodies = '';
    } else out += char;
  }
  return bodies === '' ? out : `${out}\n${bodies}`;
}

function simple(node: SimpleCommand): string {
  const parts = [...node.assignments.map(assignmentText), words(node.words)];
  return (parts.filter((part) => part !== '').join(' ') + redirects(node.redirects)).trimStart();
}

function command(node: Command, depth: number): string {
  const at = pad(depth);
  const body = (list: Block): string => closed(list, depth + 1);
  switch (node.kind) {
    case 'simple':
      return simple(node);
    case 'pipeline': {
      const time = node.time === 'no' ? '' : node.time === 'posix' ? 'time -p ' : 'time ';
      const stages = node.stages.map((stage) => command(stage, depth));
      return `${time}${node.isNegated ? '! ' : ''}${stages.join(' | ')}`;
    }
    case 'andor':
      return node.commands
        .map((part, i) => (i === 0 ? '' : ` ${node.operators[i - 1]} `) + command(part, depth))
        .join('');
    case 'if':
      return printIf(node.branches, node.otherwise, depth);
    case 'while':
    case 'until':
      return `${node.kind} ${inline(node.test, depth)}; do\n${body(node.body)}\n${at}done`;
    case 'for':
    case 'select': {
      const list = node.words === undefined ? '"$@"' : words(node.words);
      return `${node.kind} ${node.name} in ${list};\n${at}do\n${body(node.body)}\n${at}done`;
    }
    case 'arithmeticFor': {
      const parts = [node.initialize, node.test, node.update].map((part) => part?.text ?? '1');
      return `for ((${parts.join('; ')}))\n${at}do\n${body(node.body)}\n${at}done`;
    }
    case 'group':
      return `{ \n${block(node.body, depth + 1)}\n${at}}`;
    case 'subshell':
      return `( ${inline(node.body, depth)} )`;
    case 'redirected':
      return command(node.command, depth) + redirects(node.redirects);
    case 'function':
      return `function ${node.name} () \n${functionBody(node.body, depth)}`;
    case 'arithmetic':
      return `((${node.expression.text}))`;
    case 'condition':
      return `[[ ${test(node.test)} ]]`;
    case 'case':
      return printCase(node, depth);
    case 'coproc':
      return node.text;
  }
}

function printIf(
  branches: readonly { readonly test: Block; readonly body: Block }[],
  otherwise: Block | undefined,
  depth: number,
): string {
  const [first, ...rest] = branches;
  if (first === undefined) return '';
  const at = pad(depth);
  let text = `if ${inline(first.test, depth)}; then\n${closed(first.body, depth + 1)}\n`;
  if (rest.length > 0) {
    text += `${at}else\n${pad(depth + 1)}${printIf(rest, otherwise, depth + 1)};\n`;
  } else if (otherwise !== undefined) text += `${at}else\n${closed(otherwise, depth + 1)}\n`;
  return `${text}${at}fi`;
}

function printCase(node: Command & { kind: 'case' }, depth: number): string {
  const at = pad(depth + 1);
  const items = node.items.map((item) => {
    const patterns = item.patterns.map((pattern) => pattern.text).join(' | ');
    const body = item.body.length === 0 ? '' : `${block(item.body, depth + 2)}\n`;
    return `${at}${patterns})\n${body}${at}${item.terminator}\n`;
  });
  return `case ${node.word.text} in \n${items.join('')}${pad(depth)}esac`;
}

function test(node: Test): string {
  switch (node.kind) {
    case 'unary':
      return `${node.operator} ${node.operand.text}`;
    case 'binary':
      return `${node.left.text} ${node.operator} ${node.right.text}`;
    case 'not':
      return `! ${test(node.operand)}`;
    case 'and':
    case 'or': {
      const operator = node.kind === 'and' ? ' && ' : ' || ';
      return node.operands
        .map((part) =>
          part.kind === 'or' && node.kind === 'and' ? `( ${test(part)} )` : test(part),
        )
        .join(operator);
    }
  }
}

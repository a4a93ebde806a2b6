/**
 * Source text → script. unbash parses tolerantly and keeps going after an error; the shell does not:
 * what stands on earlier lines than the first error runs, then the error is reported in bash's words.
 */
import { parse } from 'unbash';
import type { ParsedScript } from 'unbash';
import { Lowering } from '#cmd/bash/syntax/lower.ts';
import { ParseProblem } from '#cmd/bash/syntax/problem.ts';
import type { Script, Statement, SyntaxProblem } from '#cmd/bash/syntax/tree.ts';

const MATCHING: readonly (readonly [RegExp, string])[] = [
  [/^unterminated (single|ANSI-C) quote/, "'"],
  [/^unterminated double quote/, '"'],
  [/^unterminated backtick/, '`'],
  [/^unterminated (command|process) substitution/, ')'],
  [/^unterminated arithmetic/, ')'],
  [/^unterminated parameter expansion/, '}'],
  [/^unterminated extended glob/, ')'],
  [/^unterminated array subscript/, ']'],
];

/** Parses `source`, whose first line has the number `firstLine`. */
export function parseScript(source: string, firstLine = 1): Script {
  const tree = parse(source);
  const lowering = new Lowering(source, firstLine);
  const statements: Statement[] = [];
  let first = tree.errors?.[0];
  for (const statement of tree.commands) {
    if (first !== undefined && isBroken(source, statement, first.pos)) break;
    try {
      statements.push(lowering.statement(statement));
    } catch (problem) {
      if (!(problem instanceof ParseProblem)) throw problem;
      first = { message: problem.message, pos: Math.min(problem.position, source.length) };
      break;
    }
  }
  const { warnings } = lowering;
  if (first === undefined) return { statements, error: undefined, warnings };
  const error = explain(source, firstLine, first.message, first.pos);
  return { statements, error, warnings };
}

/** A statement runs when it ends before the line with the error; the broken one has no end. */
function isBroken(source: string, statement: { pos: number; end: number }, at: number): boolean {
  if (statement.end <= statement.pos) return true;
  return statement.end > source.lastIndexOf('\n', Math.max(0, at - 1)) + 1;
}

function explain(source: string, firstLine: number, message: string, at: number): SyntaxProblem {
  const matching = MATCHING.find(([pattern]) => pattern.test(message));
  if (matching !== undefined) {
    return {
      message: `unexpected EOF while looking for matching \`${matching[1]}'`,
      line: lineNumber(source, firstLine, at),
      position: at,
      isIncomplete: true,
    };
  }
  const stray = /^expected '(?:do|then)'/.test(message) ? strayCloser(source) : undefined;
  if (stray !== undefined) {
    return {
      message: `syntax error near unexpected token \`${stray.token}'`,
      line: lineNumber(source, firstLine, stray.at),
      position: stray.at,
      isIncomplete: false,
    };
  }
  if (message.startsWith("expected ']]'")) {
    return {
      message: "unexpected EOF while looking for `]]'",
      line: lineNumber(source, firstLine, at),
      position: at,
      isIncomplete: true,
    };
  }
  // `{` and `(` without a command: the position is theirs, the token to name comes after.
  const isEmpty = message.startsWith('expected command in');
  const from = isEmpty ? at + 1 + (/^\s*/.exec(source.slice(at + 1))?.[0].length ?? 0) : at;
  const token = tokenAt(source, from);
  if (token === undefined) {
    return {
      message: 'syntax error: unexpected end of file',
      line: lineNumber(source, firstLine, source.length) + (source.endsWith('\n') ? 0 : 1),
      position: source.length,
      isIncomplete: true,
    };
  }
  return {
    message: `syntax error near unexpected token \`${token}'`,
    line: lineNumber(source, firstLine, from),
    position: from,
    isIncomplete: false,
  };
}

/** `done` or `fi` where a `do` or `then` was never seen: the parser takes it for a command. */
function strayCloser(source: string): { token: string; at: number } | undefined {
  const match = /(^|[;&|\n])([ \t]*)(done|fi|else|elif|esac)(?=[\s;&|]|$)/.exec(source);
  if (match === null) return undefined;
  const [, before = '', blanks = '', token = ''] = match;
  return { token, at: match.index + before.length + blanks.length };
}

function lineNumber(source: string, firstLine: number, position: number): number {
  let line = firstLine;
  for (let at = source.indexOf('\n'); at >= 0 && at < position; at = source.indexOf('\n', at + 1)) {
    line += 1;
  }
  return line;
}

const TOKEN =
  /^(?:;;&|;;|;&|&&|\|\||\|&|&>>|&>|<<<|<<-|<<|>>|<&|>&|<>|>\||[;&|()<>]|\n|[^\s;&|()<>]+)/;

/** The token at or after `at`; undefined at the end of the source. */
function tokenAt(source: string, at: number): string | undefined {
  const rest = source.slice(at).replace(/^(?:[ \t]|\\\n)+/, '');
  if (rest === '' || rest === '\n') return undefined;
  const token = TOKEN.exec(rest)?.[0];
  return token === '\n' ? 'newline' : token;
}

/** The whole line in which `problem` lies: bash prints it after the message. */
export function problemLine(source: string, problem: SyntaxProblem): string {
  const start = source.lastIndexOf('\n', Math.max(0, problem.position - 1)) + 1;
  const end = source.indexOf('\n', problem.position);
  return source.slice(start, end < 0 ? undefined : end);
}

/** True when the text ends inside something: the reader must fetch another line. */
export function needsMoreInput(source: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\\n?$/.test(source) && !/(?:^|\s)#[^\n]*\n?$/.test(source)) return true;
  const tree = parse(source);
  if (hasOpenDocument(tree)) return true;
  return parseScript(source).error?.isIncomplete === true;
}

/** A here-document whose delimiter has not come yet. */
function hasOpenDocument(tree: ParsedScript): boolean {
  let isOpen = false;
  JSON.stringify(tree.commands, (_key, value: unknown) => {
    if (isNode(value) && value.type === 'HereDoc' && value.closing === undefined) isOpen = true;
    return value;
  });
  return isOpen;
}

function isNode(value: unknown): value is { type: string; closing?: unknown } {
  return typeof value === 'object' && value !== null && 'type' in value;
}

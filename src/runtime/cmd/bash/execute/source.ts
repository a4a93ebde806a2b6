/**
 * Running source text: eval, traps, sourced files, scripts, and command lines that arrive one by one.
 */
import type { Task } from '#kernel/syscall/sys.ts';
import { checkFailure, reportDiscard, runStatement } from '#cmd/bash/execute/run.ts';
import { notifyJobs } from '#cmd/bash/execute/wait.ts';
import { Discard, Interrupted } from '#cmd/bash/failure.ts';
import type { Shell, TextOptions } from '#cmd/bash/shell.ts';
import { expandAliases } from '#cmd/bash/syntax/alias.ts';
import { needsMoreInput, parseScript, problemLine } from '#cmd/bash/syntax/parse.ts';
import type { Script, Statement } from '#cmd/bash/syntax/tree.ts';

const MAX_CACHED = 500;
const MAX_CACHED_SIZE = 4096;

/** Parsed text; short texts are remembered. */
function parseCached(shell: Shell, text: string, firstLine: number): Script {
  const source = usesAliases(shell) ? expandAliases(text, shell.aliases) : text;
  if (source.length > MAX_CACHED_SIZE) return parseScript(source, firstLine);
  const key = `${firstLine}:${source}`;
  let script = shell.scripts.get(key);
  if (script === undefined) {
    if (shell.scripts.size > MAX_CACHED) shell.scripts.clear();
    script = parseScript(source, firstLine);
    shell.scripts.set(key, script);
  }
  return script;
}

export function usesAliases(shell: Shell): boolean {
  return shell.aliases.size > 0 && shell.shopts.on('expand_aliases');
}

/** Runs text in this shell; an error that discards the command line ends the text. */
export function* runText(shell: Shell, text: string, options: TextOptions = {}): Task<number> {
  const { line } = shell;
  const script = parseCached(shell, text, options.firstLine ?? (options.source ? 1 : shell.line));
  yield* warn(shell, script);
  for (const group of groupByLine(text, script.statements)) {
    yield* runGroup(shell, group);
    if (shell.unwinding !== undefined) return shell.status;
  }
  if (options.source === undefined) shell.line = line;
  if (script.error === undefined) return script.statements.length === 0 ? 0 : shell.status;
  yield* reportProblem(shell, text, script, options.source === undefined ? 'eval' : '');
  shell.status = options.source === undefined ? 2 : 1;
  return shell.status;
}

function* warn(shell: Shell, script: Script): Task<void> {
  for (const warning of script.warnings) yield* shell.write(2, `${shell.name}: ${warning}\n`);
}

/** Prints a syntax error as bash does: the message, and the line it is in. */
export function* reportProblem(
  shell: Shell,
  text: string,
  script: Script,
  context: '' | '-c' | 'eval',
): Task<void> {
  const problem = script.error;
  if (problem === undefined) return;
  const source = shell.frames.at(-1)?.source ?? '';
  const name = source === '' || source === 'environment' ? shell.name : source;
  const prefix =
    shell.isInteractive && context !== 'eval' && source === ''
      ? `${name}: `
      : `${name}: ${context === '' ? '' : `${context}: `}line ${problem.line}: `;
  yield* shell.write(2, `${prefix}${problem.message}\n`);
  if (problem.isIncomplete || prefix === `${name}: `) return;
  yield* shell.write(2, `${prefix}\`${problemLine(text, problem)}'\n`);
}

/** Statements that were written on one line: one error discards them together. */
export function groupByLine(text: string, statements: readonly Statement[]): Statement[][] {
  const groups: Statement[][] = [];
  let previousEnd = -1;
  for (const statement of statements) {
    const isSame = previousEnd >= 0 && !text.slice(previousEnd, statement.position).includes('\n');
    if (isSame) groups.at(-1)?.push(statement);
    else groups.push([statement]);
    previousEnd = statement.end;
  }
  return groups;
}

/** A whole script file (or -c text): errors discard a line and it goes on with the next. */
export function* runFile(shell: Shell, text: string, context: '' | '-c'): Task<number> {
  if (shell.shopts.on('expand_aliases') || text.includes('expand_aliases')) {
    return yield* runLines(shell, linesOf(text), context);
  }
  const script = parseScript(text);
  yield* warn(shell, script);
  let shown = 0;
  for (const group of groupByLine(text, script.statements)) {
    const end = lineEnd(text, group.at(-1)?.end ?? 0);
    if (shell.options.on('verbose')) {
      yield* shell.write(2, text.slice(shown, end).replace(/[^\n]$/, '$&\n'));
    }
    shown = end;
    yield* runGroup(shell, group);
    if (shell.unwinding?.kind === 'return') return shell.status;
    shell.unwinding = undefined;
  }
  if (script.error === undefined) return shell.status;
  yield* reportProblem(shell, text, script, context);
  return 2;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

/** Runs statements of one line; an error that discards it is reported. */
export function* runGroup(shell: Shell, group: readonly Statement[]): Task<void> {
  if (shell.options.on('monitor') && !shell.isInteractive) yield* notifyJobs(shell);
  try {
    for (const statement of group) {
      yield* runStatement(shell, statement);
      if (shell.unwinding !== undefined) return;
    }
  } catch (error) {
    if (!(error instanceof Discard)) throw error;
    shell.loopDepth = 0;
    shell.conditionDepth = 0;
    yield* reportDiscard(shell, error);
    if (shell.options.on('errexit')) yield* checkFailure(shell, shell.status);
  }
}

/** Where lines come from: undefined at the end. `isContinuation` asks for PS2. */
export type LineSource = (isContinuation: boolean) => Task<string | undefined>;

export function linesOf(text: string): LineSource {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  let next = 0;
  return function* () {
    next += 1;
    return lines[next - 1];
  };
}

/** Reads complete commands line by line and runs each before the next is read. */
export function* runLines(shell: Shell, source: LineSource, context: '' | '-c'): Task<number> {
  const reader = { source, context, lineNumber: 1 };
  for (;;) {
    try {
      const outcome = yield* runNextCommand(shell, reader);
      if (outcome === 'end') return shell.status;
    } catch (error) {
      if (!(error instanceof Interrupted) || !shell.isInteractive) throw error;
      shell.isInterrupted = false;
      if (!error.isAtPrompt) yield* shell.write(2, '\n');
      shell.unwinding = undefined;
      shell.loopDepth = 0;
      shell.conditionDepth = 0;
      shell.status = 130;
    }
  }
}

interface CommandReader {
  readonly source: LineSource;
  readonly context: '' | '-c';
  lineNumber: number;
}

function* runNextCommand(shell: Shell, reader: CommandReader): Task<'end' | 'more'> {
  const { source, context } = reader;
  const first = yield* source(false);
  if (first === undefined) return 'end';
  let text = `${first}\n`;
  let isEnded = false;
  while (!isEnded && needsMoreInput(aliased(shell, text))) {
    const next = yield* source(true);
    if (next === undefined) isEnded = true;
    else text += `${next}\n`;
  }
  if (shell.options.on('verbose')) yield* shell.write(2, text);
  const script = parseScript(aliased(shell, text), reader.lineNumber);
  reader.lineNumber += text.split('\n').length - 1;
  yield* warn(shell, script);
  yield* runGroup(shell, script.statements);
  if (shell.isInterrupted) throw new Interrupted();
  if (script.error !== undefined) {
    yield* reportProblem(shell, text, script, context);
    shell.status = 2;
    if (!shell.isInteractive) return 'end';
  }
  if (shell.unwinding?.kind === 'return') return 'end';
  shell.unwinding = undefined;
  return shell.options.on('onecmd') ? 'end' : 'more';
}

function aliased(shell: Shell, text: string): string {
  return usesAliases(shell) ? expandAliases(text, shell.aliases) : text;
}

/**
 * Simple commands: expand, redirect, then assignments, a function, a builtin or a program.
 * @man bash(1) SIMPLE COMMAND EXPANSION, COMMAND EXECUTION
 */
import type { Task } from '#kernel/syscall/sys.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { assign, isWord } from '#cmd/bash/execute/assign.ts';
import { enterChild } from '#cmd/bash/execute/child.ts';
import { callFunction } from '#cmd/bash/execute/function.ts';
import {
  findProgram,
  programEnvironment,
  replaceByProgram,
  reportMissing,
} from '#cmd/bash/execute/program.ts';
import {
  applyRedirects,
  releaseSubstitutions,
  restoreDescriptors,
  type SavedDescriptors,
  withRedirects,
} from '#cmd/bash/execute/redirect.ts';
import { trace } from '#cmd/bash/execute/trace.ts';
import { noteCommand } from '#cmd/bash/execute/trap.ts';
import { forkJob, waitForJob } from '#cmd/bash/execute/wait.ts';
import { expandText, expandWords } from '#cmd/bash/expand/word.ts';
import { quoteWhenNeeded } from '#cmd/bash/expand/quote.ts';
import { ShellExit } from '#cmd/bash/failure.ts';
import type { Builtin, Shell, WordsOptions } from '#cmd/bash/shell.ts';
import type { Assignment, Redirect, SimpleCommand, Word } from '#cmd/bash/syntax/tree.ts';

/** Builtins whose arguments may be assignments: no splitting, and `( … )` values. */
const DECLARATIONS: ReadonlySet<string> = new Set([
  'declare',
  'export',
  'local',
  'readonly',
  'typeset',
]);

/** `replace`: this process has nothing else to do, so a program may take its place. */
export function* runSimple(shell: Shell, command: SimpleCommand, replace = false): Task<number> {
  yield* shell.sys.preempt(1);
  yield* noteCommand(shell, command, command.text);
  shell.substitutionStatus = undefined;
  const filesBefore = shell.substitutionFiles.length;
  const words = yield* commandWords(shell, command);
  try {
    if (words.length === 0) return yield* runAssignments(shell, command);
    return yield* runExpanded(shell, command, words, replace);
  } finally {
    if (shell.substitutionFiles.length > filesBefore) {
      yield* releaseSubstitutions(shell, filesBefore);
    }
  }
}

/** Array assignments among the arguments are done by the builtin through `shell.arrayArguments`. */
function* commandWords(shell: Shell, command: SimpleCommand): Task<string[]> {
  const first = command.words[0];
  if (first === undefined) return [];
  if (command.words.length === 1) return yield* expandWords(shell, command.words);
  const name = first.literal;
  if (name === undefined || !isDeclaration(command.words)) {
    return yield* expandWords(shell, command.words);
  }
  const words: string[] = [];
  for (const word of command.words) {
    if (word.assignment === undefined) words.push(...(yield* expandWords(shell, [word])));
    else words.push(yield* declarationArgument(shell, word.assignment));
  }
  return words;
}

function isDeclaration(words: readonly Word[]): boolean {
  const at = words[0]?.literal === 'command' || words[0]?.literal === 'builtin' ? 1 : 0;
  return DECLARATIONS.has(words[at]?.literal ?? '');
}

/** `name=value` expanded as an assignment; an array value is kept aside for the builtin. */
function* declarationArgument(shell: Shell, assignment: Assignment): Task<string> {
  const operator = assignment.append ? '+=' : '=';
  if (!isWord(assignment.value)) {
    shell.arrayArguments.set(`${assignment.name}${operator}()`, assignment);
    return `${assignment.name}${operator}()`;
  }
  const text = yield* expandText(shell, assignment.value);
  const index =
    assignment.index === undefined ? '' : `[${yield* expandText(shell, assignment.index)}]`;
  return `${assignment.name}${index}${operator}${text}`;
}

/** Only assignments and redirections. The status is that of the last command substitution. */
function* runAssignments(shell: Shell, command: SimpleCommand): Task<number> {
  const done = yield* withRedirects(shell, command.redirects, function* () {
    for (const assignment of command.assignments) yield* assign(shell, assignment);
    return true;
  });
  if (done !== true) return 1;
  return shell.substitutionStatus ?? 0;
}

function* traceWords(shell: Shell, words: readonly string[]): Task<void> {
  yield* trace(shell, words.map(quoteWhenNeeded).join(' '));
}

function* runExpanded(
  shell: Shell,
  command: SimpleCommand,
  words: readonly string[],
  replace: boolean,
): Task<number> {
  const [name = '', ...args] = words;
  const isPosix = shell.options.on('posix');
  const builtin = shell.disabledBuiltins.has(name) ? undefined : shell.engine.builtins.get(name);
  const isSpecial = isPosix && SPECIAL_BUILTINS.has(name);
  const value = isSpecial ? undefined : shell.functions.get(name);
  if (value === undefined && builtin === undefined) {
    return yield* runProgram(shell, command, words, replace);
  }
  const depth = shell.variables.depth;
  if (command.assignments.length > 0) {
    yield* pushTemporary(shell, command.assignments, isSpecial);
  }
  try {
    if (shell.options.on('xtrace')) yield* traceWords(shell, words);
    shell.lastArgument = words.at(-1) ?? '';
    if (value !== undefined) {
      const status = yield* withRedirects(shell, command.redirects, () =>
        callFunction(shell, value, args),
      );
      return status ?? 1;
    }
    return yield* runBuiltin(shell, builtin as Builtin, name, args, command.redirects);
  } finally {
    if (!isSpecial) shell.variables.pop(depth);
  }
}

const SPECIAL_BUILTINS: ReadonlySet<string> = new Set(
  '. : break continue eval exec exit export readonly return set shift source times trap unset'.split(
    ' ',
  ),
);

function* pushTemporary(
  shell: Shell,
  assignments: readonly Assignment[],
  keep: boolean,
): Task<void> {
  if (keep) {
    for (const assignment of assignments) yield* assign(shell, assignment);
    return;
  }
  const values: [Assignment, string][] = [];
  for (const assignment of assignments) {
    const { value } = assignment;
    if (isWord(value)) values.push([assignment, yield* expandText(shell, value)]);
  }
  const scope = shell.variables.push('temporary');
  for (const [assignment, text] of values) {
    const outer = shell.variables.find(assignment.name);
    if (outer?.isReadonly === true) {
      yield* shell.complain(`${assignment.name}: readonly variable`);
      continue;
    }
    const variable = shell.variables.temporary(scope, assignment.name);
    if (shell.options.on('xtrace')) {
      yield* trace(shell, `${assignment.name}=${text === '' ? '' : quoteWhenNeeded(text)}`);
    }
    const before = assignment.append ? (outer?.scalar ?? '') : '';
    variable.value = before + text;
    shell.variables.notifyAssigned(assignment.name);
  }
}

/** `exec` keeps its redirections. */
function* runBuiltin(
  shell: Shell,
  builtin: Builtin,
  name: string,
  args: readonly string[],
  redirects: readonly Redirect[],
): Task<number> {
  if (redirects.length === 0) return yield* builtin(shell, args, name);
  const saved: SavedDescriptors = new Map();
  let keeps = false;
  try {
    if (!(yield* applyRedirects(shell, redirects, saved))) {
      if (name === 'exec' && !shell.isInteractive) throw new ShellExit(1);
      return 1;
    }
    keeps = name === 'exec' && args.length === 0;
    return yield* builtin(shell, args, name);
  } finally {
    if (!keeps) yield* restoreDescriptors(shell, saved);
    else for (const copy of saved.values()) if (copy !== undefined) yield* shell.sys.close(copy);
  }
}

function* runProgram(
  shell: Shell,
  command: SimpleCommand,
  words: readonly string[],
  replace: boolean,
): Task<number> {
  const depth = shell.variables.depth;
  if (command.assignments.length > 0) yield* pushTemporary(shell, command.assignments, false);
  if (shell.options.on('xtrace')) yield* traceWords(shell, words);
  shell.lastArgument = words.at(-1) ?? '';
  const environment = programEnvironment(shell);
  const name = words[0] as string;
  const path = yield* findProgram(shell, name);
  shell.variables.pop(depth);
  if (path === undefined) return yield* runMissing(shell, command, words);
  environment.set('_', path);
  const body = function* (child: Shell): Task<number> {
    if (!(yield* applyRedirects(child, command.redirects, undefined))) return 1;
    return yield* replaceByProgram(child, path, words, environment);
  };
  if (replace) {
    yield* enterChild(shell);
    return yield* body(shell);
  }
  const job = yield* forkJob(shell, command.text, body);
  if (isErrno(job)) {
    yield* shell.complain(`fork: ${job.message}`);
    return 254;
  }
  return yield* waitForJob(shell, job);
}

function* runMissing(shell: Shell, command: SimpleCommand, words: readonly string[]): Task<number> {
  const handler = shell.functions.get('command_not_found_handle');
  const status = yield* withRedirects(shell, command.redirects, function* () {
    if (handler !== undefined) return yield* callFunction(shell, handler, words);
    return yield* reportMissing(shell, words[0] as string);
  });
  return status ?? 1;
}

/** A command given as words that are expanded already. */
export function* runWords(
  shell: Shell,
  words: readonly string[],
  options: WordsOptions,
): Task<number> {
  const [name = '', ...args] = words;
  const value = options.withFunctions ? shell.functions.get(name) : undefined;
  if (value !== undefined) return yield* callFunction(shell, value, args);
  const builtin = options.withBuiltins ? shell.engine.builtins.get(name) : undefined;
  if (builtin !== undefined) return yield* builtin(shell, args, name);
  if (!options.withPrograms) return 127;
  const path = yield* findProgram(shell, name, options.path);
  if (path === undefined) return yield* reportMissing(shell, name);
  const environment = programEnvironment(shell);
  const job = yield* forkJob(shell, words.join(' '), (child) =>
    replaceByProgram(child, path, words, environment),
  );
  if (isErrno(job)) return 254;
  return yield* waitForJob(shell, job);
}

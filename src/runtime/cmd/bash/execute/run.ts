/**
 * Runs lists, and-or lists and what has a status of its own: the middle of the interpreter. Also
 * here: what happens when a command fails (`-e`, the ERR trap).
 */
import type { Task } from '#kernel/syscall/sys.ts';
import { runCompound } from '#cmd/bash/execute/compound.ts';
import { runCondition } from '#cmd/bash/execute/condition.ts';
import { runInBackground } from '#cmd/bash/execute/background.ts';
import { runPipeline } from '#cmd/bash/execute/pipeline.ts';
import { withRedirects } from '#cmd/bash/execute/redirect.ts';
import { runSimple } from '#cmd/bash/execute/simple.ts';
import { runInSubshell } from '#cmd/bash/execute/subshell.ts';
import { runPendingTraps, runTrap } from '#cmd/bash/execute/trap.ts';
import { Discard, Interrupted, ShellExit } from '#cmd/bash/failure.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import type { AndOr, Block, Command, Statement } from '#cmd/bash/syntax/tree.ts';

export function* runBlock(shell: Shell, block: Block): Task<number> {
  let status = 0;
  for (const statement of block) {
    status = yield* runStatement(shell, statement);
    if (shell.unwinding !== undefined) return status;
  }
  return status;
}

export function* runStatement(shell: Shell, statement: Statement): Task<number> {
  if (shell.pendingSignals.length > 0) yield* runPendingTraps(shell);
  if (shell.isInterrupted) throw new Interrupted();
  if (shell.options.on('noexec') && !shell.isInteractive) return 0;
  if (statement.background) {
    shell.status = yield* runInBackground(shell, statement.command);
    return shell.status;
  }
  return yield* runCommand(shell, statement.command);
}

/** Runs one command and sets `$?`. */
export function* runCommand(shell: Shell, command: Command): Task<number> {
  switch (command.kind) {
    case 'simple': {
      const status = yield* runSimple(shell, command);
      return yield* finish(shell, status);
    }
    case 'pipeline':
      return yield* runPipelineCommand(shell, command);
    case 'andor':
      return yield* runAndOr(shell, command);
    case 'subshell': {
      shell.line = command.line;
      return yield* finish(shell, yield* runInSubshell(shell, command));
    }
    case 'condition':
      return yield* finish(shell, yield* runCondition(shell, command));
    case 'redirected':
      return yield* runRedirected(shell, command);
    default: {
      const status = yield* runCompound(shell, command);
      shell.status = status;
      if (command.kind === 'arithmetic') return yield* finish(shell, status);
      return status;
    }
  }
}

/** Sets `$?`; a failure may run the ERR trap and end the shell. */
function* finish(shell: Shell, status: number): Task<number> {
  shell.status = status;
  shell.setPipeStatus([status]);
  return yield* checkFailure(shell, status);
}

export function* checkFailure(shell: Shell, status: number): Task<number> {
  if (status === 0 || shell.conditionDepth > 0 || shell.unwinding !== undefined) return status;
  if (shell.traps.has('ERR')) yield* runTrap(shell, 'ERR');
  if (shell.options.on('errexit')) throw new ShellExit(status);
  return status;
}

function* runPipelineCommand(shell: Shell, command: Command & { kind: 'pipeline' }): Task<number> {
  if (command.isNegated) {
    shell.conditionDepth += 1;
    try {
      const status = yield* runPipeline(shell, command);
      shell.status = status === 0 ? 1 : 0;
    } finally {
      shell.conditionDepth -= 1;
    }
    return shell.status;
  }
  const status = yield* runPipeline(shell, command);
  shell.status = status;
  if (command.stages.length === 1) return status;
  return yield* checkFailure(shell, status);
}

function* runAndOr(shell: Shell, list: AndOr): Task<number> {
  let status = 0;
  for (const [i, command] of list.commands.entries()) {
    const operator = list.operators[i - 1];
    if (operator !== undefined && (status === 0) !== (operator === '&&')) continue;
    const isLast = i === list.commands.length - 1;
    if (!isLast) shell.conditionDepth += 1;
    try {
      status = yield* runCommand(shell, command);
    } finally {
      if (!isLast) shell.conditionDepth -= 1;
    }
    if (shell.unwinding !== undefined) return status;
  }
  return status;
}

function* runRedirected(shell: Shell, command: Command & { kind: 'redirected' }): Task<number> {
  const inner = command.command;
  shell.line = command.line;
  if (inner.kind === 'subshell') {
    const status = yield* runInSubshell(shell, inner, command.redirects);
    return yield* finish(shell, status);
  }
  const status = yield* withRedirects(shell, command.redirects, () => runCommand(shell, inner));
  if (status !== undefined) return status;
  return yield* finish(shell, 1);
}

/** Prints what threw away a command line; its status. Ends a shell that can't go on. */
export function* reportDiscard(shell: Shell, discard: Discard): Task<number> {
  if (discard.message !== '') yield* shell.complain(discard.message);
  shell.status = discard.status;
  if (discard.isFatal && !shell.isInteractive) throw new ShellExit(discard.status);
  return discard.status;
}

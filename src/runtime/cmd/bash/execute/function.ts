/** Shell functions: definition and call. @man bash(1) FUNCTIONS */
import type { Task } from '#kernel/syscall/sys.ts';
import { deepCall } from '#cmd/bash/execute/deep-call.ts';
import { runTrap } from '#cmd/bash/execute/trap.ts';
import { Discard } from '#cmd/bash/failure.ts';
import type { FunctionValue, Shell } from '#cmd/bash/shell.ts';
import type { FunctionDefinition } from '#cmd/bash/syntax/tree.ts';

/** Without FUNCNEST bash has no limit and dies of it; here memory is shared with others. */
const MAX_DEPTH = 10_000;

export function* defineFunction(shell: Shell, command: FunctionDefinition): Task<number> {
  shell.line = command.line;
  const existing = shell.functions.get(command.name);
  if (existing?.isReadonly === true) {
    yield* shell.complain(`${command.name}: readonly function`);
    return 1;
  }
  shell.functions.set(command.name, {
    name: command.name,
    body: command.body,
    source: shell.frames.at(-1)?.source || (shell.isInteractive ? 'main' : 'environment'),
    line: command.line,
    isExported: existing?.isExported ?? false,
    isReadonly: false,
    isTraced: false,
  });
  return 0;
}

export function* callFunction(
  shell: Shell,
  value: FunctionValue,
  args: readonly string[],
): Task<number> {
  const limit = Math.min(Number(shell.variables.get('FUNCNEST') ?? 0) || MAX_DEPTH, MAX_DEPTH);
  if (shell.frames.length >= limit) {
    throw new Discard(`${value.name}: maximum function nesting level exceeded (${limit})`);
  }
  const { positional, loopDepth, line, savedOptions } = shell;
  const scopeDepth = shell.variables.depth;
  shell.variables.push('function');
  shell.positional = args;
  shell.loopDepth = 0;
  shell.savedOptions = undefined;
  const source = value.source;
  shell.pushFrame({ kind: 'function', name: value.name, source, callLine: line });
  const hidden = hideTraps(shell);
  try {
    let status = yield* deepCall(shell.engine.command(shell, value.body));
    if (shell.unwinding?.kind === 'return') {
      status = shell.unwinding.status;
      shell.unwinding = undefined;
    }
    shell.status = status;
    if (shell.options.on('functrace')) yield* runTrap(shell, 'RETURN');
    return status;
  } finally {
    for (const [key, trap] of hidden) if (!shell.traps.has(key)) shell.traps.set(key, trap);
    if (shell.savedOptions !== undefined) shell.options = shell.savedOptions;
    shell.savedOptions = savedOptions;
    shell.popFrame();
    shell.positional = positional;
    shell.loopDepth = loopDepth;
    shell.variables.pop(scopeDepth);
    shell.line = line;
  }
}

/** Functions see the ERR trap only with errtrace. */
function hideTraps(shell: Shell): [string, { readonly action: string }][] {
  const trap = shell.traps.get('ERR');
  if (trap === undefined || shell.options.on('errtrace')) return [];
  shell.traps.delete('ERR');
  return [['ERR', trap]];
}

/**
 * Traps: actions on signals and on EXIT, ERR, DEBUG, RETURN. A signal only notes that it came; its
 * action runs between two commands.
 * @man bash(1) trap
 */
import type { Task } from '#kernel/syscall/sys.ts';
import { SIGCHLD, SIGINT, SIGNALS } from '#abi/illumos/signal.ts';
import type { Shell } from '#cmd/bash/shell.ts';

/** Names without SIG by number; CHLD and POLL have second names. */
const NAMES: ReadonlyMap<number, string> = new Map(
  SIGNALS.map(([number, name]) => [number, number === SIGCHLD ? 'CHLD' : name]),
);
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...SIGNALS.map(([number, name]) => [name, number] as const),
  ['CHLD', SIGCHLD],
  ['IO', 22],
  ['IOT', 6],
]);

export function signalName(number: number): string | undefined {
  return NAMES.get(number);
}

/** The signal that `INT`, `SIGINT`, `int` or `2` names. */
export function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return NAMES.has(Number(text)) ? Number(text) : undefined;
  return NUMBERS.get(text.toUpperCase().replace(/^SIG/, ''));
}

const PSEUDO: ReadonlySet<string> = new Set(['EXIT', 'ERR', 'DEBUG', 'RETURN']);

/** The key in Shell.traps for what the user wrote; undefined = no such signal. */
export function trapKey(text: string): string | undefined {
  const upper = text.toUpperCase();
  if (text === '0') return 'EXIT';
  if (PSEUDO.has(upper)) return upper;
  const number = signalNumber(text);
  return number === undefined ? undefined : signalName(number);
}

/** Notes that the signal came; what is slow is interrupted and the executor looks. */
export function noteSignal(shell: Shell, signal: number): void {
  shell.pendingSignals.push(signal);
}

/** Sets, ignores ('') or resets (undefined) the action for a key. */
export function* setTrap(shell: Shell, key: string, action: string | undefined): Task<void> {
  shell.inheritedTraps = new Map();
  const signal = PSEUDO.has(key) ? undefined : signalNumber(key);
  if (signal !== undefined && shell.ignoredAtStart.has(signal) && !shell.isInteractive) return;
  if (action === undefined) shell.traps.delete(key);
  else shell.traps.set(key, { action });
  if (signal !== undefined) yield* installHandler(shell, signal);
}

/** Makes the kernel's disposition follow the traps and the shell's own needs. */
export function* installHandler(shell: Shell, signal: number): Task<void> {
  const trap = shell.traps.get(signalName(signal) ?? '');
  if (trap?.action === '') yield* shell.sys.sigaction(signal, { handler: 'ignore' });
  else if (trap !== undefined) {
    yield* shell.sys.sigaction(signal, {
      handler: function* () {
        noteSignal(shell, signal);
        if (signal === SIGINT && shell.isInteractive) shell.isInterrupted = true;
      },
    });
  } else if (shell.ownDispositions.has(signal)) {
    yield* shell.sys.sigaction(signal, { handler: ownHandler(shell, signal) });
  } else yield* shell.sys.sigaction(signal, { handler: 'default' });
}

/** What an interactive shell does with signals that would end or stop it. */
function ownHandler(shell: Shell, signal: number): 'ignore' | (() => Task<void>) {
  if (signal !== SIGINT) return 'ignore';
  return function* () {
    shell.isInterrupted = true;
  };
}

export function* runPendingTraps(shell: Shell): Task<void> {
  while (shell.pendingSignals.length > 0) {
    const signal = shell.pendingSignals.shift() as number;
    yield* runTrap(shell, signalName(signal) ?? '');
  }
}

/** Runs the action for `key`, if there is one; `$?` is as before afterwards. */
export function* runTrap(shell: Shell, key: string): Task<void> {
  const trap = shell.traps.get(key);
  if (trap === undefined || trap.action === '' || shell.runningTraps.has(key)) return;
  const { status, line, currentCommand } = shell;
  const outerTrapStatus = shell.trapStatus;
  const outerUnwinding = shell.unwinding;
  shell.unwinding = undefined;
  shell.trapStatus = status;
  shell.runningTraps.add(key);
  try {
    yield* shell.engine.runText(shell, trap.action, { firstLine: key === 'EXIT' ? 1 : line });
  } finally {
    shell.runningTraps.delete(key);
    shell.trapStatus = outerTrapStatus;
  }
  shell.status = status;
  shell.line = line;
  shell.currentCommand = currentCommand;
  shell.unwinding ??= outerUnwinding;
}

/** `$LINENO`, BASH_COMMAND and the DEBUG trap, before a command runs. */
export function* noteCommand(
  shell: Shell,
  command: { readonly line: number },
  text: string,
): Task<void> {
  shell.line = command.line;
  if (shell.runningTraps.size === 0) shell.currentCommand = text;
  if (shell.traps.size > 0) yield* runDebugTrap(shell);
}

/** Before each simple command; functions inherit it only with functrace. */
function* runDebugTrap(shell: Shell): Task<void> {
  if (!shell.traps.has('DEBUG') || shell.runningTraps.size > 0) return;
  if (shell.frames.at(-1)?.kind === 'function' && !shell.options.on('functrace')) return;
  yield* runTrap(shell, 'DEBUG');
}

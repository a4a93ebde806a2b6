/** What a forked shell does first and last: signals, process group, terminal, EXIT trap. */
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import { TIOCSPGRP } from '#abi/illumos/ioctl.ts';
import { SIGINT, SIGQUIT } from '#abi/illumos/signal.ts';
import { runDeep } from '#cmd/bash/execute/deep-call.ts';
import { runTrap, signalNumber } from '#cmd/bash/execute/trap.ts';
import { Discard, Interrupted, ShellExit } from '#cmd/bash/failure.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { installDynamicVariables } from '#cmd/bash/state/special.ts';

export interface ChildOptions {
  /** Process group to join, 0 = its own; undefined = stay in the shell's. */
  readonly pgid: number | undefined;
  readonly isForeground: boolean;
  /** Started by `&` without job control: no interrupts, no terminal input. */
  readonly isAsynchronous: boolean;
}

/** A child that runs `body` with a copy of the shell; its pid. */
export function* forkChild(
  shell: Shell,
  body: (child: Shell) => Task<number>,
  options: ChildOptions,
): Task<number | Errno> {
  const child = shell.clone();
  const pid = yield* shell.sys.fork(function* (sys) {
    child.sys = sys;
    yield* joinGroup(child, options);
    yield* enterChild(child);
    if (options.isAsynchronous) yield* detachInput(child);
    return yield* runDeep(runGuarded(child, body));
  });
  if (!isErrno(pid) && options.pgid !== undefined) {
    yield* shell.sys.setpgid(pid, options.pgid === 0 ? pid : options.pgid);
  }
  return pid;
}

function* joinGroup(child: Shell, options: ChildOptions): Task<void> {
  if (options.pgid === undefined) return;
  yield* child.sys.setpgid(0, options.pgid);
  if (!options.isForeground || child.terminalFd === undefined) return;
  const pgid = options.pgid === 0 ? child.sys.pid : options.pgid;
  yield* child.sys.ioctl(child.terminalFd, TIOCSPGRP, { value: pgid });
}

/** Signals as the shell found them; traps gone, those that ignore stay. */
export function* enterChild(child: Shell): Task<void> {
  for (const signal of child.handledByShell) {
    if (!child.ignoredAtStart.has(signal)) {
      yield* child.sys.sigaction(signal, { handler: 'default' });
    }
  }
  child.handledByShell.clear();
  child.inheritedTraps = new Map(child.traps);
  for (const [key, trap] of child.traps) {
    const signal = signalNumber(key);
    if (trap.action === '' && signal !== undefined) continue;
    if (key === 'ERR' && child.options.on('errtrace')) continue;
    if (key === 'DEBUG' && child.options.on('functrace')) continue;
    child.traps.delete(key);
  }
  child.isInteractive = false;
  child.terminalFd = undefined;
  child.options.set('monitor', false);
  installDynamicVariables(child);
  child.randomSeed = (child.randomSeed + child.sys.pid) >>> 0;
}

function* detachInput(child: Shell): Task<void> {
  yield* child.sys.sigaction(SIGINT, { handler: 'ignore' });
  yield* child.sys.sigaction(SIGQUIT, { handler: 'ignore' });
  const fd = yield* child.sys.open('/dev/null', O_RDONLY);
  if (isErrno(fd) || fd === 0) return;
  yield* child.sys.dup2(fd, 0);
  yield* child.sys.close(fd);
}

/** Runs `body` to the end of this (sub)shell, with its EXIT trap; the exit status. */
export function* runGuarded(shell: Shell, body: (shell: Shell) => Task<number>): Task<number> {
  let status = yield* catchEnd(shell, () => body(shell));
  if (shell.traps.has('EXIT')) {
    shell.status = status;
    shell.unwinding = undefined;
    shell.conditionDepth = 0;
    const before = status;
    status = yield* catchEnd(shell, function* () {
      yield* runTrap(shell, 'EXIT');
      return before;
    });
  }
  return status & 0xff;
}

function* catchEnd(shell: Shell, body: () => Task<number>): Task<number> {
  try {
    const status = yield* body();
    if (shell.unwinding?.kind === 'return') return shell.unwinding.status;
    return status;
  } catch (error) {
    if (error instanceof ShellExit) return error.status;
    if (error instanceof Interrupted) return 130;
    if (!(error instanceof Discard)) throw error;
    if (error.message !== '') yield* shell.complain(error.message);
    return error.status;
  }
}

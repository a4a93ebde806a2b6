/**
 * Starting jobs and waiting for them: hand the terminal over and take it back, note who ended or
 * stopped, say so.
 * @man bash(1) JOB CONTROL
 */
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { TCGETS, TCSETSW, TIOCSPGRP } from '#abi/illumos/ioctl.ts';
import { NCCS, type Termios } from '#abi/illumos/termios.ts';
import { SIGINT, SIGPIPE } from '#abi/illumos/signal.ts';
import { forkChild } from '#cmd/bash/execute/child.ts';
import { exitStatus, type Job, jobState, jobStatus, signalWords } from '#cmd/bash/jobs.ts';
import type { Shell } from '#cmd/bash/shell.ts';

/** Job control is on and there is a terminal to hand over, or at least groups to make. */
export function hasJobControl(shell: Shell): boolean {
  return shell.options.on('monitor');
}

/** A foreground job of one process. */
export function* forkJob(
  shell: Shell,
  text: string,
  body: (child: Shell) => Task<number>,
): Task<Job | Errno> {
  const isControlled = hasJobControl(shell);
  const pid = yield* forkChild(shell, body, {
    pgid: isControlled ? 0 : undefined,
    isForeground: true,
    isAsynchronous: false,
  });
  if (isErrno(pid)) return pid;
  return shell.jobs.add({
    pgid: pid,
    processes: [{ pid, result: undefined }],
    text,
    isControlled,
    isForeground: true,
  });
}

export function* giveTerminal(shell: Shell, pgid: number): Task<void> {
  if (shell.terminalFd === undefined) return;
  yield* shell.sys.ioctl(shell.terminalFd, TIOCSPGRP, { value: pgid });
}

export function emptyTermios(): Termios {
  return { iflag: 0, oflag: 0, cflag: 0, lflag: 0, cc: new Uint8Array(NCCS) };
}

/** Notes one change of a child; false when there is none (or no child). */
export function* collect(shell: Shell, hang: boolean): Task<boolean | 'interrupted'> {
  const result = yield* shell.sys.wait({
    pid: -1,
    noHang: !hang,
    untraced: hasJobControl(shell),
    continued: hasJobControl(shell),
  });
  if (result === undefined) return false;
  if (isErrno(result)) return result.name === 'EINTR' ? 'interrupted' : false;
  shell.jobs.update(result);
  return true;
}

/** Waits until a foreground job ends or stops; its status. */
export function* waitForJob(shell: Shell, job: Job): Task<number> {
  if (job.isControlled) yield* giveTerminal(shell, job.pgid);
  while (jobState(job) === 'running') {
    const change = yield* collect(shell, true);
    if (change === false) break;
  }
  if (job.isControlled) yield* giveTerminal(shell, shell.ownPgid);
  shell.setPipeStatus(
    job.processes.map(({ result }) => (result === undefined ? 127 : exitStatus(result))),
  );
  const status = jobStatus(job, shell.options.on('pipefail'));
  if (jobState(job) === 'stopped') {
    yield* noteStopped(shell, job);
    return status;
  }
  shell.jobs.remove(job);
  yield* noteKilled(shell, job);
  return status;
}

function* noteStopped(shell: Shell, job: Job): Task<void> {
  if (shell.terminalFd !== undefined) {
    const modes = emptyTermios();
    const got = yield* shell.sys.ioctl(shell.terminalFd, TCGETS, modes);
    if (!isErrno(got)) job.terminalModes = modes;
  }
  yield* restoreModes(shell);
  job.isForeground = false;
  job.isNotified = true;
  shell.jobs.touch(job);
  yield* shell.write(2, `\n${shell.jobs.format(job)}`);
}

/** The terminal's modes as they were at the prompt. */
export function* restoreModes(shell: Shell): Task<void> {
  if (shell.terminalFd === undefined || shell.terminalModes === undefined) return;
  yield* shell.sys.ioctl(shell.terminalFd, TCSETSW, shell.terminalModes);
}

/** A foreground job that died of a signal is reported, but not for SIGINT and SIGPIPE. */
function* noteKilled(shell: Shell, job: Job): Task<void> {
  const result = job.processes.at(-1)?.result;
  if (result === undefined || result.how === 'exited') return;
  yield* restoreModes(shell);
  if (result.status === SIGINT) {
    if (shell.isInteractive) shell.isInterrupted = true;
    return;
  }
  if (result.status === SIGPIPE) return;
  const core = result.how === 'dumped' ? ' (core dumped)' : '';
  const words = signalWords(result.status) + core;
  if (shell.isInteractive) yield* shell.write(2, `${words}\n`);
  else {
    const pid = String(result.pid).padStart(5);
    yield* shell.complain(`${pid} ${words.padEnd(23)} ${job.text}`);
  }
}

/** Tells the user what background jobs did since the last prompt. */
export function* notifyJobs(shell: Shell): Task<void> {
  for (;;) {
    const change = yield* collect(shell, false);
    if (change !== true) break;
  }
  for (const job of shell.jobs.all) {
    if (job.isNotified) continue;
    job.isNotified = true;
    const state = jobState(job);
    const isTold = shell.isInteractive || hasJobControl(shell);
    if (isTold && state !== 'running') yield* shell.write(2, shell.jobs.format(job));
    if (state === 'done') shell.jobs.remove(job);
  }
}

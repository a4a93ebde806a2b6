/** jobs fg bg wait kill disown suspend. @man bash(1) JOB CONTROL */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { TCSETSW } from '#abi/illumos/ioctl.ts';
import { SIGCONT, SIGNALS, SIGSTOP, SIGTERM } from '#abi/illumos/signal.ts';
import { parseOptions } from '#cmd/bash/builtins/options.ts';
import { runPendingTraps, signalName, signalNumber } from '#cmd/bash/execute/trap.ts';
import {
  collect,
  giveTerminal,
  hasJobControl,
  notifyJobs,
  waitForJob,
} from '#cmd/bash/execute/wait.ts';
import { exitStatus, type Job, jobState, jobStatus } from '#cmd/bash/jobs.ts';
import type { Builtin, Shell } from '#cmd/bash/shell.ts';

/** The job that `spec` names; undefined after a message. */
function* findJob(shell: Shell, name: string, spec: string): Task<Job | undefined> {
  const job = shell.jobs.find(spec);
  if (job !== undefined && job !== 'ambiguous') return job;
  const problem = job === 'ambiguous' ? 'ambiguous job spec' : 'no such job';
  const bare = job === 'ambiguous' ? spec.replace(/^%/, '') : spec;
  const shown = spec === '' ? 'current' : bare;
  yield* shell.complain(`${name}: ${shown}: ${problem}`);
  return undefined;
}

/** Looks what children did without waiting. */
function* refresh(shell: Shell): Task<void> {
  for (;;) {
    const change = yield* collect(shell, false);
    if (change !== true) return;
  }
}

export const jobsBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'jobs', args, 'lnprsx');
  if (parsed === undefined) return 2;
  const { letters, operands } = parsed;
  yield* refresh(shell);
  let status = 0;
  const chosen: Job[] = [];
  for (const spec of operands) {
    const job = yield* findJob(shell, 'jobs', spec);
    if (job === undefined) status = 1;
    else chosen.push(job);
  }
  const format = letters.includes('p') ? 'pid' : letters.includes('l') ? 'long' : 'normal';
  let text = '';
  for (const job of operands.length > 0 ? chosen : [...shell.jobs.all]) {
    const state = jobState(job);
    if (letters.includes('r') && state !== 'running') continue;
    if (letters.includes('s') && state !== 'stopped') continue;
    if (letters.includes('n') && job.isNotified) continue;
    text += shell.jobs.format(job, format);
    job.isNotified = true;
  }
  for (const job of shell.jobs.all) if (jobState(job) === 'done') shell.jobs.remove(job);
  const written = yield* shell.print(text, 'jobs');
  return written === 0 ? status : written;
};

function* resume(shell: Shell, job: Job, isForeground: boolean): Task<void> {
  job.isForeground = isForeground;
  for (const process of job.processes) {
    if (process.result?.how === 'stopped') process.result = undefined;
  }
  job.isNotified = true;
  yield* shell.sys.kill(-job.pgid, SIGCONT);
}

export const fgBuiltin: Builtin = function* (shell, args) {
  if (!hasJobControl(shell)) {
    yield* shell.complain('fg: no job control');
    return 1;
  }
  yield* refresh(shell);
  const job = yield* findJob(shell, 'fg', args[0] ?? '');
  if (job === undefined) return 1;
  if (jobState(job) === 'done') {
    yield* shell.complain(`fg: job has terminated`);
    shell.jobs.remove(job);
    return 1;
  }
  yield* shell.print(`${job.text}\n`, 'fg');
  if (job.terminalModes !== undefined && shell.terminalFd !== undefined) {
    yield* shell.sys.ioctl(shell.terminalFd, TCSETSW, job.terminalModes);
  }
  if (job.isControlled) yield* giveTerminal(shell, job.pgid);
  yield* resume(shell, job, true);
  return yield* waitForJob(shell, job);
};

export const bgBuiltin: Builtin = function* (shell, args) {
  if (!hasJobControl(shell)) {
    yield* shell.complain('bg: no job control');
    return 1;
  }
  yield* refresh(shell);
  let status = 0;
  for (const spec of args.length > 0 ? args : ['']) {
    const job = yield* findJob(shell, 'bg', spec);
    if (job === undefined) {
      status = 1;
      continue;
    }
    if (jobState(job) === 'running') {
      yield* shell.complain(`bg: job ${job.number} already in background`);
      continue;
    }
    const mark = shell.jobs.mark(job);
    yield* resume(shell, job, false);
    yield* shell.print(`[${job.number}]${mark} ${job.text} &\n`, 'bg');
  }
  return status;
};

/** Waits for one change; a trapped signal ends the wait with 128+n. */
function* waitForChange(shell: Shell): Task<number | 'gone' | undefined> {
  const change = yield* collect(shell, true);
  if (change === false) return 'gone';
  if (change !== 'interrupted') return undefined;
  const [signal] = shell.pendingSignals;
  if (signal !== undefined) {
    yield* runPendingTraps(shell);
    return 128 + signal;
  }
  return shell.isInterrupted ? 130 : undefined;
}

export const waitBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'wait', args, 'fnp:');
  if (parsed === undefined) return 2;
  const { operands, letters } = parsed;
  if (letters.includes('n')) return yield* waitForNext(shell, operands, parsed.values.get('p'));
  if (operands.length === 0) {
    for (;;) {
      const isBusy = shell.jobs.all.some((job) => jobState(job) === 'running');
      if (!isBusy) break;
      const change = yield* waitForChange(shell);
      if (typeof change === 'number') return change;
      if (change === 'gone') break;
    }
    yield* forgetDone(shell);
    return 0;
  }
  let status = 0;
  for (const operand of operands) status = yield* waitForOne(shell, operand);
  return status;
};

/** Finished jobs were waited for: nobody needs to be told. */
function* forgetDone(shell: Shell): Task<void> {
  if (shell.isInteractive || hasJobControl(shell)) {
    yield* notifyJobs(shell);
    return;
  }
  for (const job of shell.jobs.all) if (jobState(job) === 'done') shell.jobs.remove(job);
}

function* waitForOne(shell: Shell, operand: string): Task<number> {
  if (!/^%|^\d+$/.test(operand)) {
    yield* shell.complain(`wait: \`${operand}': not a pid or valid job spec`);
    return 1;
  }
  let job: Job | undefined;
  if (operand.startsWith('%')) {
    job = yield* findJob(shell, 'wait', operand);
    if (job === undefined) return 127;
  } else {
    const pid = Number(operand);
    const known = shell.jobs.endedStatuses.get(pid);
    job = shell.jobs.byPid(pid);
    if (job === undefined) {
      if (known !== undefined) return known;
      yield* shell.complain(`wait: pid ${operand} is not a child of this shell`);
      return 127;
    }
  }
  while (jobState(job) === 'running') {
    const change = yield* waitForChange(shell);
    if (change === 'gone') return 127;
    if (change !== undefined) return change;
  }
  if (jobState(job) === 'done') shell.jobs.remove(job);
  const pid = Number(operand);
  const process = job.processes.find((candidate) => candidate.pid === pid);
  return process?.result ? exitStatus(process.result) : jobStatus(job, false);
}

/** `wait -n`: the next job to end. */
function* waitForNext(
  shell: Shell,
  operands: readonly string[],
  variable: string | undefined,
): Task<number> {
  const wanted = (job: Job): boolean =>
    operands.length === 0 ||
    operands.some((operand) =>
      operand.startsWith('%')
        ? shell.jobs.find(operand) === job
        : job.processes.some((process) => process.pid === Number(operand)),
    );
  if (!shell.jobs.all.some(wanted)) return 127;
  for (;;) {
    const done = shell.jobs.all.find((job) => wanted(job) && jobState(job) === 'done');
    if (done !== undefined) {
      shell.jobs.remove(done);
      if (variable !== undefined) {
        shell.variables.set(variable, String(done.processes.at(-1)?.pid ?? ''));
      }
      return jobStatus(done, false);
    }
    const change = yield* waitForChange(shell);
    if (change === 'gone') return 127;
    if (change !== undefined) return change;
  }
}

export const disownBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'disown', args, 'har');
  if (parsed === undefined) return 2;
  const { letters, operands } = parsed;
  let status = 0;
  let jobs: Job[] = [];
  if (letters.includes('a') || letters.includes('r')) {
    jobs = shell.jobs.all.filter((job) => !letters.includes('r') || jobState(job) === 'running');
  } else {
    for (const spec of operands.length > 0 ? operands : ['']) {
      const byPid = /^\d+$/.test(spec) ? shell.jobs.byPid(Number(spec)) : undefined;
      const job = byPid ?? (yield* findJob(shell, 'disown', spec));
      if (job === undefined) status = 1;
      else jobs.push(job);
    }
  }
  for (const job of jobs) {
    if (letters.includes('h')) job.survivesHangup = true;
    else shell.jobs.remove(job);
  }
  return status;
};

export const suspendBuiltin: Builtin = function* (shell, args) {
  if (shell.isLogin && !args.includes('-f')) {
    yield* shell.complain('suspend: cannot suspend a login shell');
    return 1;
  }
  if (!hasJobControl(shell)) {
    yield* shell.complain('suspend: cannot suspend: no job control');
    return 1;
  }
  yield* shell.sys.kill(0, SIGSTOP);
  return 0;
};

export const killBuiltin: Builtin = function* (shell, args) {
  const [first, second] = args;
  if (first === undefined) return yield* killUsage(shell);
  if (first === '-l' || first === '-L') return yield* listSignals(shell, args.slice(1));
  let signal: number | undefined = SIGTERM;
  let targets = args;
  if (first === '-s' || first === '-n') {
    if (second === undefined) {
      yield* shell.complain(`kill: ${first}: option requires an argument`);
      return 1;
    }
    signal = second === '0' || second === 'EXIT' ? 0 : signalNumber(second);
    targets = args.slice(2);
    if (signal === undefined) return yield* badSignal(shell, second);
  } else if (/^-./.test(first) && first !== '--') {
    const text = first.slice(1);
    signal = text === '0' ? 0 : signalNumber(text);
    targets = args.slice(1);
    if (signal === undefined) return yield* badSignal(shell, text);
  }
  if (targets[0] === '--') targets = targets.slice(1);
  if (targets.length === 0) return yield* killUsage(shell);
  let failures = 0;
  for (const target of targets) if (!(yield* killOne(shell, target, signal))) failures += 1;
  return failures === targets.length ? 1 : 0;
};

function* badSignal(shell: Shell, text: string): Task<number> {
  yield* shell.complain(`kill: ${text}: invalid signal specification`);
  return 1;
}

function* killUsage(shell: Shell): Task<number> {
  yield* shell.write(
    2,
    'kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n',
  );
  return 2;
}

function* killOne(shell: Shell, target: string, signal: number): Task<boolean> {
  if (target.startsWith('%')) {
    const job = yield* findJob(shell, 'kill', target);
    if (job === undefined) return false;
    const wasStopped = jobState(job) === 'stopped';
    if (!job.isControlled) {
      for (const process of job.processes) yield* shell.sys.kill(process.pid, signal);
      return true;
    }
    const result = yield* shell.sys.kill(-job.pgid, signal);
    if (wasStopped && signal !== 0 && signal !== SIGSTOP) {
      yield* shell.sys.kill(-job.pgid, SIGCONT);
    }
    return !isErrno(result);
  }
  if (!/^-?\d+$/.test(target)) {
    yield* shell.complain(`kill: ${target}: arguments must be process or job IDs`);
    return false;
  }
  const result = yield* shell.sys.kill(Number(target), signal);
  if (!isErrno(result)) return true;
  const words = result.name === 'EPERM' ? 'Operation not permitted' : result.message;
  yield* shell.complain(`kill: (${target}) - ${words}`);
  return false;
}

function* listSignals(shell: Shell, args: readonly string[]): Task<number> {
  let status = 0;
  let text = '';
  for (const arg of args) {
    const number = /^\d+$/.test(arg) ? Number(arg) % 128 : undefined;
    const found = number === undefined ? signalNumber(arg)?.toString() : signalName(number);
    if (found !== undefined) text += `${found}\n`;
    else {
      yield* shell.complain(`kill: ${arg}: invalid signal specification`);
      status = 1;
    }
  }
  if (args.length === 0) {
    const cells = SIGNALS.map(
      ([number]) => `${String(number).padStart(2)}) SIG${signalName(number)}`,
    );
    for (let i = 0; i < cells.length; i += 5) text += `${cells.slice(i, i + 5).join('\t')}\n`;
  }
  const written = yield* shell.print(text, 'kill');
  return written === 0 ? status : written;
}

/**
 * The table of jobs: pipelines that this shell started and that it may wait for, stop, continue and
 * report. Pure bookkeeping; the system calls are in execute/wait.ts.
 * @man bash(1) JOB CONTROL
 */
import type { WaitResult } from '#kernel/syscall/sys.ts';

export interface JobProcess {
  readonly pid: number;
  result: WaitResult | undefined;
}

export interface Job {
  readonly number: number;
  readonly pgid: number;
  readonly processes: readonly JobProcess[];
  readonly text: string;
  /** Had its own process group, so that it may get the terminal. */
  readonly isControlled: boolean;
  isForeground: boolean;
  /** The user has been told of the state it is in. */
  isNotified: boolean;
  /** disown -h */
  survivesHangup: boolean;
  /** Terminal modes when it stopped. */
  terminalModes: unknown;
}

export type JobState = 'running' | 'stopped' | 'done';

/** bash's own words for signals (siglist.c), where they are not those of strsignal(3C). */
const SIGNAL_WORDS: Readonly<Record<number, string>> = {
  1: 'Hangup',
  2: 'Interrupt',
  3: 'Quit',
  4: 'Illegal instruction',
  5: 'Trace/BPT trap',
  6: 'Aborted',
  7: 'EMT instruction',
  8: 'Floating point exception',
  9: 'Killed',
  10: 'Bus error',
  11: 'Segmentation fault',
  12: 'Bad system call',
  13: 'Broken pipe',
  14: 'Alarm clock',
  15: 'Terminated',
  16: 'User signal 1',
  17: 'User signal 2',
  23: 'Stopped (signal)',
  24: 'Stopped',
  26: 'Stopped (tty input)',
  27: 'Stopped (tty output)',
  28: 'Virtual timer expired',
  29: 'Profiling timer expired',
  30: 'CPU time limit exceeded',
  31: 'File size limit exceeded',
};

export function signalWords(signal: number): string {
  return SIGNAL_WORDS[signal] ?? `Signal ${signal}`;
}

/** `$?` for how a process ended or stopped. */
export function exitStatus(result: WaitResult): number {
  return result.how === 'exited' ? result.status : 128 + result.status;
}

function isEnded(result: WaitResult | undefined): boolean {
  return result?.how === 'exited' || result?.how === 'killed' || result?.how === 'dumped';
}

export function jobState(job: Job): JobState {
  if (job.processes.every((process) => isEnded(process.result))) return 'done';
  const isMoving = job.processes.some(
    ({ result }) => result === undefined || result.how === 'continued',
  );
  return isMoving ? 'running' : 'stopped';
}

/** The status of the last process; with `pipefail` that of the last one that failed. */
export function jobStatus(job: Job, pipefail: boolean): number {
  const statuses = job.processes.map(({ result }) => (result ? exitStatus(result) : 0));
  if (!pipefail) return statuses.at(-1) ?? 0;
  return statuses.findLast((status) => status !== 0) ?? 0;
}

/** What `jobs` says of the state: `Running`, `Done`, `Exit 3`, `Stopped`, `Terminated` … */
export function describeState(job: Job): string {
  const state = jobState(job);
  if (state === 'running') return 'Running';
  if (state === 'stopped') {
    const stopped = job.processes.find(({ result }) => result?.how === 'stopped')?.result;
    return stopped?.status === 23 ? 'Stopped' : signalWords(stopped?.status ?? 24);
  }
  const result = job.processes.at(-1)?.result;
  if (result === undefined || (result.how === 'exited' && result.status === 0)) return 'Done';
  if (result.how === 'exited') return `Exit ${result.status}`;
  return signalWords(result.status) + (result.how === 'dumped' ? ' (core dumped)' : '');
}

export type JobFormat = 'normal' | 'long' | 'pid';

export class JobTable {
  #jobs: Job[] = [];
  /** Most recent last: `%+` is the last, `%-` the one before. */
  #recency: Job[] = [];
  #isInherited = false;
  /** Statuses of background processes that were reaped, for `wait pid`. */
  readonly endedStatuses: Map<number, number> = new Map();

  /** The parent's jobs, to be listed (`$(jobs -p)`), until the subshell starts one of its own. */
  forSubshell(): JobTable {
    const copy = new JobTable();
    copy.#jobs = this.#jobs.filter((job) => !job.isForeground);
    copy.#recency = this.#recency.filter((job) => !job.isForeground);
    copy.#isInherited = true;
    return copy;
  }

  get all(): readonly Job[] {
    return this.#jobs;
  }

  add(init: Pick<Job, 'pgid' | 'processes' | 'text' | 'isControlled' | 'isForeground'>): Job {
    if (this.#isInherited) {
      this.#jobs = [];
      this.#recency = [];
      this.#isInherited = false;
    }
    const job: Job = {
      ...init,
      number: (this.#jobs.at(-1)?.number ?? 0) + 1,
      isNotified: true,
      survivesHangup: false,
      terminalModes: undefined,
    };
    this.#jobs.push(job);
    this.#recency.push(job);
    return job;
  }

  remove(job: Job): void {
    this.#jobs = this.#jobs.filter((other) => other !== job);
    this.#recency = this.#recency.filter((other) => other !== job);
  }

  /** Makes `job` the current one. */
  touch(job: Job): void {
    this.#recency = [...this.#recency.filter((other) => other !== job), job];
  }

  /** Stopped jobs come before running ones. */
  #ranked(): Job[] {
    const jobs = this.#recency.filter((job) => !job.isForeground);
    const stopped = jobs.filter((job) => jobState(job) === 'stopped');
    const others = jobs.filter((job) => jobState(job) !== 'stopped');
    return [...others, ...stopped];
  }

  get current(): Job | undefined {
    return this.#ranked().at(-1);
  }

  get previous(): Job | undefined {
    return this.#ranked().at(-2) ?? this.current;
  }

  byPid(pid: number): Job | undefined {
    return this.#jobs.find((job) => job.processes.some((process) => process.pid === pid));
  }

  /** Notes what wait(2) said; the job it belongs to. */
  update(result: WaitResult): Job | undefined {
    const job = this.byPid(result.pid);
    const process = job?.processes.find(({ pid }) => pid === result.pid);
    if (isEnded(result)) this.endedStatuses.set(result.pid, exitStatus(result));
    if (job === undefined || process === undefined) return job;
    process.result = result.how === 'continued' ? undefined : result;
    if (result.how === 'stopped') this.touch(job);
    if (!job.isForeground || jobState(job) !== 'running') job.isNotified = false;
    return job;
  }

  /** `%1`, `%%`, `%+`, `%-`, `%name`, `%?text`; 'ambiguous' when a name fits two. */
  find(spec: string): Job | 'ambiguous' | undefined {
    const key = spec.startsWith('%') ? spec.slice(1) : spec;
    if (key === '' || key === '%' || key === '+') return this.current;
    if (key === '-') return this.previous;
    if (/^\d+$/.test(key)) return this.#jobs.find((job) => job.number === Number(key));
    const fits = this.#jobs.filter(({ text }) =>
      key.startsWith('?') ? text.includes(key.slice(1)) : text.startsWith(key),
    );
    return fits.length > 1 ? 'ambiguous' : fits[0];
  }

  mark(job: Job): string {
    if (job === this.current) return '+';
    return job === this.previous ? '-' : ' ';
  }

  /** The line that `jobs` prints, with its newline. */
  format(job: Job, format: JobFormat = 'normal'): string {
    if (format === 'pid') return `${job.processes[0]?.pid ?? job.pgid}\n`;
    const state = describeState(job).padEnd(24);
    const suffix = jobState(job) === 'running' ? ' &' : '';
    const pid = format === 'long' ? `${job.processes[0]?.pid ?? ''} `.padStart(1) : ' ';
    const gap = format === 'long' ? ' ' : ' ';
    return `[${job.number}]${this.mark(job)}${gap}${pid}${state}${job.text}${suffix}\n`;
  }
}

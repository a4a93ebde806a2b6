/** Pipelines: a process a stage, the last one too unless lastpipe is on. @man bash(1) Pipelines */
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { ResourceUsage, Task } from '#kernel/syscall/sys.ts';
import { forkChild } from '#cmd/bash/execute/child.ts';
import { runSimple } from '#cmd/bash/execute/simple.ts';
import { timeReport } from '#cmd/bash/execute/time-report.ts';
import { hasJobControl, waitForJob } from '#cmd/bash/execute/wait.ts';
import type { Job, JobProcess } from '#cmd/bash/jobs.ts';
import { exitStatus } from '#cmd/bash/jobs.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { printCommand } from '#cmd/bash/syntax/print.ts';
import type { Command, Pipeline } from '#cmd/bash/syntax/tree.ts';

export function* runPipeline(shell: Shell, pipeline: Pipeline): Task<number> {
  if (pipeline.time === 'no') return yield* runStages(shell, pipeline);
  const start = yield* shell.sys.gethrtime();
  const before = yield* shell.sys.times();
  const status = yield* runStages(shell, pipeline);
  const after = yield* shell.sys.times();
  const realNs = (yield* shell.sys.gethrtime()) - start;
  const spent = (pick: (usage: ResourceUsage) => bigint): bigint =>
    pick(after.self) + pick(after.children) - pick(before.self) - pick(before.children);
  const format = shell.variables.get('TIMEFORMAT');
  yield* shell.write(
    2,
    timeReport(pipeline.time === 'posix' ? 'posix' : format, {
      realNs,
      userNs: spent((usage) => usage.userNs),
      systemNs: spent((usage) => usage.systemNs),
    }),
  );
  return status;
}

function* runStages(shell: Shell, pipeline: Pipeline): Task<number> {
  const [first] = pipeline.stages;
  if (first === undefined) return 0;
  if (pipeline.stages.length === 1) return yield* shell.engine.command(shell, first);
  shell.line = pipeline.line;
  const withLast = shell.shopts.on('lastpipe') && !hasJobControl(shell);
  if (withLast) return yield* runWithLast(shell, pipeline);
  const job = yield* launchPipeline(shell, pipeline, true);
  if (isErrno(job)) {
    yield* shell.complain(`fork: ${job.message}`);
    return 254;
  }
  return yield* waitForJob(shell, job);
}

/** Starts all stages as one job. */
export function* launchPipeline(
  shell: Shell,
  pipeline: Pipeline,
  isForeground: boolean,
): Task<Job | Errno> {
  const isControlled = hasJobControl(shell);
  const started = yield* launchStages(shell, pipeline, pipeline.stages.length, isForeground);
  if (isErrno(started)) return started;
  return shell.jobs.add({
    pgid: started.processes[0]?.pid ?? 0,
    processes: started.processes,
    text: printCommand(pipeline),
    isControlled,
    isForeground,
  });
}

/** Starts the first `count` stages; `output` is what the last of them leaves to read. */
function* launchStages(
  shell: Shell,
  pipeline: Pipeline,
  count: number,
  isForeground: boolean,
): Task<{ processes: JobProcess[]; output: number | undefined } | Errno> {
  const isControlled = hasJobControl(shell);
  const processes: JobProcess[] = [];
  let input: number | undefined;
  for (let i = 0; i < count; i += 1) {
    const isLast = i === pipeline.stages.length - 1;
    const ends = isLast ? undefined : yield* shell.sys.pipe();
    if (isErrno(ends)) return ends;
    const plumbing = { input, output: ends?.[1], unused: ends?.[0] };
    const pid = yield* forkChild(
      shell,
      (child) => runStage(child, pipeline.stages[i] as Command, plumbing),
      {
        pgid: isControlled ? (processes[0]?.pid ?? 0) : undefined,
        isForeground,
        isAsynchronous: !isForeground && !isControlled && i === 0,
      },
    );
    if (input !== undefined) yield* shell.sys.close(input);
    if (ends !== undefined) yield* shell.sys.close(ends[1]);
    if (isErrno(pid)) {
      if (ends !== undefined) yield* shell.sys.close(ends[0]);
      return pid;
    }
    processes.push({ pid, result: undefined });
    input = ends?.[0];
  }
  return { processes, output: input };
}

interface Plumbing {
  readonly input: number | undefined;
  readonly output: number | undefined;
  /** The read end of the stage's own output pipe. */
  readonly unused: number | undefined;
}

function* runStage(child: Shell, command: Command, plumbing: Plumbing): Task<number> {
  const { sys } = child;
  if (plumbing.unused !== undefined) yield* sys.close(plumbing.unused);
  if (plumbing.input !== undefined) {
    yield* sys.dup2(plumbing.input, 0);
    if (plumbing.input !== 0) yield* sys.close(plumbing.input);
  }
  if (plumbing.output !== undefined) {
    yield* sys.dup2(plumbing.output, 1);
    if (plumbing.output !== 1) yield* sys.close(plumbing.output);
  }
  return yield* runAlone(child, command);
}

/** Runs the only command of a child: a program takes its place, a subshell needs no other one. */
export function* runAlone(child: Shell, command: Command): Task<number> {
  if (command.kind === 'simple') return yield* runSimple(child, command, true);
  if (command.kind === 'subshell') return yield* child.engine.block(child, command.body);
  return yield* child.engine.command(child, command);
}

/** lastpipe: the last stage runs in this shell. */
function* runWithLast(shell: Shell, pipeline: Pipeline): Task<number> {
  const started = yield* launchStages(shell, pipeline, pipeline.stages.length - 1, true);
  if (isErrno(started)) return 254;
  const saved = yield* shell.sys.dup(0);
  if (started.output !== undefined) {
    yield* shell.sys.dup2(started.output, 0);
    yield* shell.sys.close(started.output);
  }
  let status = 0;
  try {
    status = yield* shell.engine.command(shell, pipeline.stages.at(-1) as Command);
  } finally {
    if (isErrno(saved)) yield* shell.sys.close(0);
    else {
      yield* shell.sys.dup2(saved, 0);
      yield* shell.sys.close(saved);
    }
  }
  const job = shell.jobs.add({
    pgid: 0,
    processes: started.processes,
    text: pipeline.text,
    isControlled: false,
    isForeground: true,
  });
  yield* waitForJob(shell, job);
  const statuses = job.processes.map(({ result }) => (result ? exitStatus(result) : 0));
  shell.setPipeStatus([...statuses, status]);
  if (!shell.options.on('pipefail')) return status;
  return [...statuses, status].findLast((value) => value !== 0) ?? 0;
}

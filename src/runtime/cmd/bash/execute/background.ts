/** `command &`. @man bash(1) Lists */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { forkChild } from '#cmd/bash/execute/child.ts';
import { launchPipeline, runAlone } from '#cmd/bash/execute/pipeline.ts';
import { hasJobControl } from '#cmd/bash/execute/wait.ts';
import type { Job } from '#cmd/bash/jobs.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { printCommand } from '#cmd/bash/syntax/print.ts';
import type { Command } from '#cmd/bash/syntax/tree.ts';

export function* runInBackground(shell: Shell, command: Command): Task<number> {
  const isPlainPipeline =
    command.kind === 'pipeline' &&
    command.stages.length > 1 &&
    !command.isNegated &&
    command.time === 'no';
  const job = isPlainPipeline
    ? yield* launchPipeline(shell, command, false)
    : yield* launchOne(shell, command);
  if (typeof job === 'string' || isErrno(job)) {
    yield* shell.complain(`fork: ${typeof job === 'string' ? job : job.message}`);
    return 254;
  }
  shell.lastBackgroundPid = job.processes.at(-1)?.pid;
  if (shell.isInteractive) {
    yield* shell.write(2, `[${job.number}] ${shell.lastBackgroundPid}\n`);
  }
  return 0;
}

function* launchOne(shell: Shell, command: Command): Task<Job | string> {
  const isControlled = hasJobControl(shell);
  const pid = yield* forkChild(shell, (child) => runAlone(child, command), {
    pgid: isControlled ? 0 : undefined,
    isForeground: false,
    isAsynchronous: !isControlled,
  });
  if (isErrno(pid)) return pid.message;
  return shell.jobs.add({
    pgid: pid,
    processes: [{ pid, result: undefined }],
    text: printCommand(command),
    isControlled,
    isForeground: false,
  });
}

/** `( list )`: a forked copy of the shell. */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { applyRedirects } from '#cmd/bash/execute/redirect.ts';
import { forkJob, waitForJob } from '#cmd/bash/execute/wait.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { printCommand } from '#cmd/bash/syntax/print.ts';
import type { Group, Redirect } from '#cmd/bash/syntax/tree.ts';

export function* runInSubshell(
  shell: Shell,
  command: Group,
  redirects: readonly Redirect[] = [],
): Task<number> {
  const job = yield* forkJob(shell, printCommand(command), function* (child) {
    if (!(yield* applyRedirects(child, redirects, undefined))) return 1;
    return yield* child.engine.block(child, command.body);
  });
  if (isErrno(job)) {
    yield* shell.complain(`fork: ${job.message}`);
    return 254;
  }
  return yield* waitForJob(shell, job);
}

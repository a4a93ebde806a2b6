/** The interactive shell. */
import type { Task } from '#kernel/syscall/sys.ts';
import { readLine } from '#cmd/bash/execute/read-line.ts';
import { runLines } from '#cmd/bash/execute/source.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { runStartupFiles, type StartupFiles } from '#cmd/bash/startup.ts';

export function* runInteractive(shell: Shell, files: StartupFiles): Task<number> {
  yield* runStartupFiles(shell, files);
  return yield* runLines(
    shell,
    function* () {
      return (yield* readLine(shell, 0))?.text;
    },
    '',
  );
}

/** `set -x`: the command as it is run, on stderr, after PS4. @man bash(1) set -x */
import type { Task } from '#kernel/syscall/sys.ts';
import type { Shell } from '#cmd/bash/shell.ts';

export function* trace(shell: Shell, text: string): Task<void> {
  shell.options.set('xtrace', false);
  const prompt = yield* shell.engine.expandPrompt(shell, shell.variables.get('PS4') ?? '+ ');
  shell.options.set('xtrace', true);
  const [first = ''] = prompt;
  yield* shell.write(2, `${first.repeat(shell.subshellDepth)}${prompt}${text}\n`);
}

/** Subscripts of arrays: a key for associative ones, else an arithmetic expression. */
import type { Task } from '#kernel/syscall/sys.ts';
import { subscriptKey } from '#cmd/bash/expand/arithmetic.ts';
import type { WordExpander } from '#cmd/bash/expand/word.ts';
import { Discard } from '#cmd/bash/failure.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import type { Variable } from '#cmd/bash/state/variable.ts';
import type { Word } from '#cmd/bash/syntax/tree.ts';

/** The key of an element; throws for a bad subscript. */
export function* subscriptOf(
  shell: Shell,
  variable: Variable | undefined,
  index: Word,
  expander: Pick<WordExpander, 'text'>,
  name: string,
): Task<string> {
  const text = yield* expander.text(shell, index);
  if (variable?.associative !== undefined) return text;
  if (text.trim() === '') throw new Discard(`${name}[${index.text}]: bad array subscript`);
  return subscriptKey(shell, variable, text, undefined, name);
}

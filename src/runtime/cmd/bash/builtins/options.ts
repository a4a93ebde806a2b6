/** Option letters of builtins, with bash's messages. @man bash(1) SHELL BUILTIN COMMANDS */
import type { Task } from '#kernel/syscall/sys.ts';
import { USAGE } from '#cmd/bash/builtins/usage.table.ts';
import type { Shell } from '#cmd/bash/shell.ts';

export interface BuiltinOptions {
  /** The letters given, in order. */
  readonly letters: string;
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/** Parses `args` by `letters` (getopt(3C)'s form); undefined after a message: return 2. */
export function* parseOptions(
  shell: Shell,
  name: string,
  args: readonly string[],
  letters: string,
): Task<BuiltinOptions | undefined> {
  let given = '';
  const values = new Map<string, string>();
  let index = 0;
  for (; index < args.length; index += 1) {
    const word = args[index] as string;
    if (word === '--') {
      index += 1;
      break;
    }
    if (!word.startsWith('-') || word === '-') break;
    for (let at = 1; at < word.length; at += 1) {
      const letter = word[at] as string;
      const known = letter === ':' ? -1 : letters.indexOf(letter);
      if (known < 0) {
        yield* usageError(shell, name, `-${letter}: invalid option`);
        return undefined;
      }
      given += letter;
      if (letters[known + 1] !== ':') continue;
      const rest = word.slice(at + 1);
      if (rest === '') index += 1;
      const value = rest === '' ? args[index] : rest;
      if (value === undefined) {
        yield* usageError(shell, name, `-${letter}: option requires an argument`);
        return undefined;
      }
      values.set(letter, value);
      break;
    }
  }
  return { letters: given, values, operands: args.slice(index) };
}

/** Prints the message and the synopsis; the status 2. */
export function* usageError(shell: Shell, name: string, message: string): Task<number> {
  yield* shell.complain(`${name}: ${message}`);
  yield* shell.write(2, `${name}: usage: ${USAGE[name] ?? name}\n`);
  return 2;
}

/**
 * How a command is declared: one folder below cmd/, one `Command`, one row in a `*.table.ts`. The boot
 * archive gets a file at `path` whose content names the command (exec/native.ts reads it), so that
 * it can be copied, removed, made non-executable or shadowed in PATH like any other program.
 */
import type { NativeMain } from '#kernel/syscall/sys.ts';

export interface Command {
  /** The program's identity, e.g. `ls`. */
  readonly name: string;
  /** Where the image has it, e.g. `/usr/bin/ls`. */
  readonly path: string;
  /** Further names: hard links in the image; argv[0] tells which was used. */
  readonly links?: readonly string[];
  /** Permission bits, 0o555 unless given (set-uid programs say so here). */
  readonly mode?: number;
  readonly main: NativeMain;
}

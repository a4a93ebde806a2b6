/** What the parts of find share. */
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { WalkSettings } from '#cmd/find/expression.ts';
import type { Accounts } from '#lib/libc/accounts.ts';
import type { Stdio } from '#lib/libc/stdio.ts';

/** What is wrong with the command line. Thrown by the parser, caught in find.ts. */
export class FindError extends Error {
  override readonly name = 'FindError';
  /** A genuine predicate that is not built: no usage text, status 2. */
  readonly isAbsent: boolean;

  constructor(message: string, isAbsent = false) {
    super(message);
    this.isAbsent = isAbsent;
  }
}

/** -exec … + actions, which may still hold names at the end. */
export interface Batch {
  readonly failed: boolean;
  finish(): Task<void>;
}

export interface FindContext {
  readonly io: Stdio;
  readonly sys: Sys;
  readonly accounts: Accounts;
  readonly nowNs: bigint;
  readonly settings: WalkSettings;
  readonly batches: Batch[];
  /** -E: extended regular expressions. */
  readonly extended: boolean;
}

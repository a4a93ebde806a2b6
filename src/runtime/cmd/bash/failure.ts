/**
 * What ends more than one command: errors that throw away the command line being run, and exit.
 * break, continue and return are no exceptions: they are frequent, see Shell.unwinding.
 */

/** Throws away the whole command line; `message` is printed after the shell's name and line. */
export class Discard extends Error {
  override readonly name = 'Discard';
  readonly status: number;
  /** A shell that isn't interactive ends. */
  readonly isFatal: boolean;

  constructor(message: string, status = 1, isFatal = false) {
    super(message);
    this.status = status;
    this.isFatal = isFatal;
  }
}

/** The shell (or subshell) ends with this status. */
export class ShellExit extends Error {
  override readonly name = 'ShellExit';
  readonly status: number;

  constructor(status: number) {
    super('exit');
    this.status = status;
  }
}

/** SIGINT at an interactive shell: back to the prompt, on a new line unless it came there. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly isAtPrompt: boolean;

  constructor(isAtPrompt = false) {
    super('interrupted');
    this.isAtPrompt = isAtPrompt;
  }
}

/**
 * The state of one shell: everything that a subshell inherits a copy of. The parts that act on it
 * (expand, execute, builtins) are functions that take a Shell; those that call each other in circles
 * meet in `Engine`, which index.ts fills in.
 */
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Termios } from '#abi/illumos/termios.ts';
import { Arithmetic } from '#cmd/bash/arith/evaluate.ts';
import type { History } from '#cmd/bash/history.ts';
import { JobTable } from '#cmd/bash/jobs.ts';
import { PatternCache, type PatternOptions } from '#cmd/bash/pattern.ts';
import { initialSetOptions, initialShopts, type Switches } from '#cmd/bash/state/options.ts';
import { Variables } from '#cmd/bash/state/variables.ts';
import type {
  Assignment,
  Block,
  Command,
  CommandSubstitution,
  Script,
} from '#cmd/bash/syntax/tree.ts';
import { encodeText } from '#cmd/bash/text.ts';
import { isErrno } from '#kernel/os/errno.ts';

/** A builtin: `args` without its name. The status is what it returns. */
export type Builtin = (shell: Shell, args: readonly string[], name: string) => Task<number>;

/** How source text is run: who is named in messages, and whether it is a new frame. */
export interface TextOptions {
  /** File name for a sourced script; undefined = eval. */
  readonly source?: string;
  readonly firstLine?: number;
}

/** The recursive parts of the interpreter. */
export interface Engine {
  block(shell: Shell, block: Block): Task<number>;
  command(shell: Shell, command: Command): Task<number>;
  /** Standard output of a script run in a subshell, trailing newlines removed. */
  substitute(shell: Shell, part: CommandSubstitution): Task<string>;
  /** The name of a file that stands for the other end of a pipe. */
  processSubstitute(shell: Shell, operator: '<' | '>', script: Script): Task<string>;
  /** Runs source text in this shell (eval, traps, source). */
  runText(shell: Shell, text: string, options?: TextOptions): Task<number>;
  /** A simple command given as words: the builtins command, builtin, exec, fc. */
  runWords(shell: Shell, words: readonly string[], options: WordsOptions): Task<number>;
  /** Prompt escapes and expansions of PS1, PS4, `${x@P}`. */
  expandPrompt(shell: Shell, text: string): Task<string>;
  readonly builtins: ReadonlyMap<string, Builtin>;
}

export interface WordsOptions {
  readonly withFunctions: boolean;
  readonly withBuiltins: boolean;
  readonly withPrograms: boolean;
  /** PATH to use instead. */
  readonly path?: string;
}

export interface FunctionValue {
  readonly name: string;
  readonly body: Command;
  /** File it was read from. */
  readonly source: string;
  readonly line: number;
  isExported: boolean;
  isReadonly: boolean;
  isTraced: boolean;
}

/** A running function, sourced file or the script itself. */
export interface Frame {
  readonly kind: 'function' | 'source' | 'main';
  readonly name: string;
  readonly source: string;
  /** Where it was called from. */
  readonly callLine: number;
}

/** break, continue or return on its way out. */
export type Unwinding =
  | { readonly kind: 'break' | 'continue'; levels: number }
  | { readonly kind: 'return'; readonly status: number };

export interface Trap {
  /** Source text; '' = ignored. */
  readonly action: string;
}

export class Shell {
  sys: Sys;
  readonly engine: Engine;
  variables: Variables = new Variables();
  functions: Map<string, FunctionValue> = new Map();
  aliases: Map<string, string> = new Map();
  options: Switches = initialSetOptions();
  shopts: Switches = initialShopts();
  jobs: JobTable = new JobTable();
  /** By `EXIT`, `ERR`, `DEBUG`, `RETURN` or signal name without SIG. */
  traps: Map<string, Trap> = new Map();
  /** Signals that came in and whose traps have not run yet. */
  readonly pendingSignals: number[] = [];
  /** Signals ignored when the shell started: they stay so. */
  readonly ignoredAtStart: Set<number> = new Set();
  commandHash: Map<string, { path: string; hits: number }> = new Map();
  frames: Frame[] = [];
  directoryStack: string[] = [];
  positional: readonly string[] = [];
  /** `$0`, and what messages begin with. */
  name = 'bash';
  /** The file being read, for messages and BASH_SOURCE. */
  scriptName = '';
  status = 0;
  lastBackgroundPid: number | undefined;
  lastArgument = '';
  line = 0;
  currentCommand = '';
  /** `$$`: the pid of the shell that was started, not of a subshell. */
  pid = 0;
  subshellDepth = 0;
  loopDepth = 0;
  /** > 0 while a failing command must not end the shell (-e) nor run the ERR trap. */
  conditionDepth = 0;
  unwinding: Unwinding | undefined;
  isInteractive = false;
  isLogin = false;
  /** Text given by -c: messages say `line N`. */
  commandString: string | undefined;
  isSubshell = false;
  /** Commands come from standard input. */
  readsStdin = false;
  /** Status of the last command substitution, for `x=$(…)`. */
  substitutionStatus: number | undefined;
  /** `local -` asked for these options to come back when the function ends. */
  savedOptions: Switches | undefined;
  /** What `trap` lists in a subshell until it sets one of its own. */
  inheritedTraps: ReadonlyMap<string, Trap> = new Map();
  /** Array values among the arguments of the declaration builtin that runs next. */
  readonly arrayArguments: Map<string, Assignment> = new Map();
  /** enable -n */
  readonly disabledBuiltins: Set<string> = new Set();
  /** Signals that an interactive shell handles itself. */
  readonly ownDispositions: Set<number> = new Set();
  /** Signals whose disposition this shell changed for itself: children undo it. */
  readonly handledByShell: Set<number> = new Set();
  /** Terminal modes at the prompt. */
  terminalModes: Termios | undefined;
  /** exit said that there are stopped jobs: the next one goes through. */
  wasWarnedOfJobs = false;
  /** SIGWINCH came. */
  windowChanged = false;
  /** The command being read has an entry in the history. */
  historyHasCommand = false;
  /** `\#` in prompts. */
  commandNumber = 1;
  /** Traps whose actions are running. */
  readonly runningTraps: Set<string> = new Set();
  /** SIGINT came to an interactive shell. */
  isInterrupted = false;
  /** A trap's action is running: exit's default status is that of before. */
  trapStatus: number | undefined;
  getoptsOffset = 1;
  startNs = 0n;
  randomSeed = 1;
  /** Wall time, refreshed when a time variable is expanded. */
  nowNs = 0n;
  /** Where the terminal is, for job control; undefined = no terminal. */
  terminalFd: number | undefined;
  ownPgid = 0;
  history: History | undefined;
  /** Descriptors of process substitutions, to be closed after the command. */
  readonly substitutionFiles: number[] = [];
  readonly arithmetic: Arithmetic;
  readonly patterns: PatternCache;
  /** Parsed texts of eval, traps and functions, by source. */
  readonly scripts: Map<string, Script>;

  constructor(sys: Sys, engine: Engine, parent?: Shell) {
    this.sys = sys;
    this.engine = engine;
    this.arithmetic = parent?.arithmetic ?? new Arithmetic();
    this.patterns = parent?.patterns ?? new PatternCache();
    this.scripts = parent?.scripts ?? new Map();
  }

  /** A copy for a subshell; give it its own `sys` when it runs. */
  clone(): Shell {
    const copy = new Shell(this.sys, this.engine, this);
    const own = { arithmetic: copy.arithmetic, patterns: copy.patterns, scripts: copy.scripts };
    Object.assign(copy, this, own, {
      variables: this.variables.clone(),
      functions: new Map(this.functions),
      aliases: new Map(this.aliases),
      options: this.options.clone(),
      shopts: this.shopts.clone(),
      jobs: this.jobs.forSubshell(),
      traps: new Map(this.traps),
      pendingSignals: [],
      ignoredAtStart: new Set(this.ignoredAtStart),
      arrayArguments: new Map(),
      disabledBuiltins: new Set(this.disabledBuiltins),
      ownDispositions: new Set(),
      handledByShell: new Set(this.handledByShell),
      runningTraps: new Set(this.runningTraps),
      commandHash: new Map(this.commandHash),
      frames: [...this.frames],
      directoryStack: [...this.directoryStack],
      substitutionFiles: [],
      history: this.history?.clone(),
      isSubshell: true,
      subshellDepth: this.subshellDepth + 1,
      unwinding: undefined,
    });
    return copy;
  }

  get patternOptions(): PatternOptions {
    return { extended: this.shopts.on('extglob'), ignoreCase: false };
  }

  /** Writes all of `text` to a descriptor; false when that failed. */
  *write(fd: number, text: string): Task<boolean> {
    let bytes = encodeText(text);
    while (bytes.length > 0) {
      const result = yield* this.sys.write(fd, bytes);
      if (!isErrno(result)) bytes = bytes.subarray(result);
      else if (result.name !== 'EINTR' || this.isInterrupted) return false;
    }
    return true;
  }

  /** Standard output of a builtin. */
  *print(text: string, builtin: string): Task<number> {
    if (text === '') return 0;
    let bytes = encodeText(text);
    while (bytes.length > 0) {
      const result = yield* this.sys.write(1, bytes);
      if (!isErrno(result)) {
        bytes = bytes.subarray(result);
      } else if (result.name !== 'EINTR' || this.isInterrupted) {
        yield* this.complain(`${builtin}: write error: ${result.message}`);
        return 1;
      }
    }
    return 0;
  }

  /** What stands before a message: the shell's name, and in a script the line. */
  get messagePrefix(): string {
    if (this.isInteractive) return `${this.name}: `;
    const source = this.frames.at(-1)?.source ?? '';
    const name = source === '' ? this.name : source;
    return `${name}: line ${this.line}: `;
  }

  *complain(message: string): Task<void> {
    yield* this.write(2, `${this.messagePrefix}${message}\n`);
  }

  setPipeStatus(statuses: readonly number[]): void {
    const variable = this.variables.global.get('PIPESTATUS');
    if (variable !== undefined) variable.indexed = statuses.map(String);
  }

  /** Keeps BASH_SOURCE and BASH_LINENO in step with the frames. */
  pushFrame(frame: Frame): void {
    this.frames.push(frame);
    this.#frameArray('BASH_SOURCE')?.unshift(frame.source);
    this.#frameArray('BASH_LINENO')?.unshift(String(frame.callLine));
    this.#publishNames(frame);
  }

  popFrame(): void {
    const frame = this.frames.pop();
    this.#frameArray('BASH_SOURCE')?.shift();
    this.#frameArray('BASH_LINENO')?.shift();
    if (frame !== undefined) this.#publishNames(frame, true);
  }

  #frameArray(name: string): (string | undefined)[] | undefined {
    return this.variables.global.get(name)?.indexed;
  }

  /** FUNCNAME is set only while a function runs. */
  #publishNames(frame: Frame, isGone = false): void {
    const variable = this.variables.global.get('FUNCNAME');
    if (variable?.indexed === undefined) return;
    if (frame.kind === 'function' && variable.indexed.length > 0) {
      if (isGone) variable.indexed.shift();
      else variable.indexed.unshift(frame.name);
    }
    const hasFunction = this.frames.some(({ kind }) => kind === 'function');
    if (!hasFunction) variable.indexed = [];
    else if (variable.indexed.length !== this.frames.length) {
      variable.indexed = this.frames.map(({ name }) => name).reverse();
    }
  }
}

/** The command line of bash itself. @man bash(1) OPTIONS */
import { SET_OPTIONS } from '#cmd/bash/state/options.ts';

export interface Invocation {
  readonly isLogin: boolean;
  readonly isPosix: boolean;
  readonly isInteractive: boolean;
  readonly readsStdin: boolean;
  readonly takesCommand: boolean;
  /** `set` options: name → on. */
  readonly options: ReadonlyMap<string, boolean>;
  readonly shopts: ReadonlyMap<string, boolean>;
  readonly withProfile: boolean;
  readonly withRc: boolean;
  readonly rcFile: string | undefined;
  readonly wants: 'version' | 'help' | undefined;
  readonly operands: readonly string[];
  /** What is wrong with an option: `-Z: invalid option`. */
  readonly problem: string | undefined;
}

export function parseInvocation(argv: readonly string[]): Invocation {
  return new Parser(argv).run();
}

class Parser {
  readonly #args: readonly string[];
  readonly #options: Map<string, boolean> = new Map();
  readonly #shopts: Map<string, boolean> = new Map();
  #at = 0;
  #isLogin: boolean;
  #isPosix: boolean;
  #isInteractive = false;
  #readsStdin = false;
  #takesCommand = false;
  #withProfile = true;
  #withRc = true;
  #rcFile: string | undefined;
  #wants: 'version' | 'help' | undefined;
  #problem: string | undefined;

  constructor(argv: readonly string[]) {
    const name = argv[0] ?? 'bash';
    this.#args = argv.slice(1);
    this.#isLogin = name.startsWith('-');
    this.#isPosix = /(?:^|[-/])sh$/.test(name);
  }

  run(): Invocation {
    for (; this.#at < this.#args.length; this.#at += 1) {
      const word = this.#args[this.#at] as string;
      if (word === '--' || word === '-') {
        this.#at += 1;
        break;
      }
      if (word.startsWith('--')) this.#long(word);
      else if (/^[-+]./.test(word)) this.#short(word);
      else break;
    }
    return {
      isLogin: this.#isLogin,
      isPosix: this.#isPosix,
      isInteractive: this.#isInteractive,
      readsStdin: this.#readsStdin,
      takesCommand: this.#takesCommand,
      options: this.#options,
      shopts: this.#shopts,
      withProfile: this.#withProfile,
      withRc: this.#withRc,
      rcFile: this.#rcFile,
      wants: this.#wants,
      operands: this.#args.slice(this.#at),
      problem: this.#problem,
    };
  }

  #long(word: string): void {
    switch (word) {
      case '--login':
        this.#isLogin = true;
        break;
      case '--posix':
        this.#isPosix = true;
        break;
      case '--noprofile':
        this.#withProfile = false;
        break;
      case '--norc':
        this.#withRc = false;
        break;
      case '--noediting':
        this.#options.set('emacs', false);
        break;
      case '--rcfile':
      case '--init-file':
        this.#at += 1;
        this.#rcFile = this.#args[this.#at];
        break;
      case '--version':
        this.#wants = 'version';
        break;
      case '--help':
        this.#wants = 'help';
        break;
      default:
        this.#problem ??= `${word}: invalid option`;
    }
  }

  #short(word: string): void {
    const isOn = word.startsWith('-');
    for (const letter of word.slice(1)) {
      const option = SET_OPTIONS.find((known) => known.letter === letter);
      if (letter === 'c') this.#takesCommand = true;
      else if (letter === 's') this.#readsStdin = true;
      else if (letter === 'i') this.#isInteractive = true;
      else if (letter === 'l') this.#isLogin = true;
      else if (letter === 'o' || letter === 'O') this.#named(letter, isOn);
      else if (option !== undefined) this.#options.set(option.name, isOn);
      else this.#problem ??= `${word[0]}${letter}: invalid option`;
    }
  }

  #named(letter: string, isOn: boolean): void {
    this.#at += 1;
    const name = this.#args[this.#at];
    if (name === undefined) return;
    if (letter === 'O') this.#shopts.set(name, isOn);
    else if (SET_OPTIONS.some((known) => known.name === name)) this.#options.set(name, isOn);
    else this.#problem ??= `${name}: invalid option name`;
  }
}

/**
 * `set -o` and `shopt` options. Those that change nothing here are kept so that scripts can set and
 * ask for them.
 * @man bash(1) set, shopt
 */
export interface SetOption {
  readonly name: string;
  readonly letter: string | undefined;
  readonly initial?: boolean;
}

export const SET_OPTIONS: readonly SetOption[] = [
  { name: 'allexport', letter: 'a' },
  { name: 'braceexpand', letter: 'B', initial: true },
  { name: 'emacs', letter: undefined },
  { name: 'errexit', letter: 'e' },
  { name: 'errtrace', letter: 'E' },
  { name: 'functrace', letter: 'T' },
  { name: 'hashall', letter: 'h', initial: true },
  { name: 'histexpand', letter: 'H' },
  { name: 'history', letter: undefined },
  { name: 'ignoreeof', letter: undefined },
  { name: 'interactive-comments', letter: undefined, initial: true },
  { name: 'keyword', letter: 'k' },
  { name: 'monitor', letter: 'm' },
  { name: 'noclobber', letter: 'C' },
  { name: 'noexec', letter: 'n' },
  { name: 'noglob', letter: 'f' },
  { name: 'nolog', letter: undefined },
  { name: 'notify', letter: 'b' },
  { name: 'nounset', letter: 'u' },
  { name: 'onecmd', letter: 't' },
  { name: 'physical', letter: 'P' },
  { name: 'pipefail', letter: undefined },
  { name: 'posix', letter: undefined },
  { name: 'privileged', letter: 'p' },
  { name: 'verbose', letter: 'v' },
  { name: 'vi', letter: undefined },
  { name: 'xtrace', letter: 'x' },
];

/** Options that are on from the start. */
const SHOPT_ON: ReadonlySet<string> = new Set([
  'checkwinsize',
  'cmdhist',
  'complete_fullquote',
  'extquote',
  'force_fignore',
  'globasciiranges',
  'globskipdots',
  'hostcomplete',
  'interactive_comments',
  'patsub_replacement',
  'progcomp',
  'promptvars',
  'sourcepath',
]);

const SHOPT_NAMES: readonly string[] = (
  'autocd assoc_expand_once cdable_vars cdspell checkhash checkjobs checkwinsize cmdhist compat31 ' +
  'compat32 compat40 compat41 compat42 compat43 compat44 complete_fullquote direxpand dirspell ' +
  'dotglob execfail expand_aliases extdebug extglob extquote failglob force_fignore ' +
  'globasciiranges globskipdots globstar gnu_errfmt histappend histreedit histverify ' +
  'hostcomplete huponexit inherit_errexit interactive_comments lastpipe lithist localvar_inherit ' +
  'localvar_unset login_shell mailwarn no_empty_cmd_completion nocaseglob nocasematch ' +
  'noexpand_translation nullglob patsub_replacement progcomp progcomp_alias promptvars ' +
  'restricted_shell shift_verbose sourcepath varredir_close xpg_echo'
).split(' ');

/** Named switches; unknown names are undefined. */
export class Switches {
  readonly #values: Map<string, boolean>;

  constructor(values: Iterable<readonly [string, boolean]>) {
    this.#values = new Map(values);
  }

  clone(): Switches {
    return new Switches(this.#values);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  on(name: string): boolean {
    return this.#values.get(name) === true;
  }

  set(name: string, value: boolean): void {
    this.#values.set(name, value);
  }

  entries(): [string, boolean][] {
    return [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

export function initialSetOptions(): Switches {
  return new Switches(SET_OPTIONS.map((option) => [option.name, option.initial === true]));
}

export function initialShopts(): Switches {
  return new Switches(SHOPT_NAMES.map((name) => [name, SHOPT_ON.has(name)]));
}

/** `$-`: small letters, then capitals, then where commands come from (`c` or `s`). */
export function optionLetters(options: Switches, isInteractive: boolean, source: string): string {
  const letters = SET_OPTIONS.filter(({ name, letter }) => letter !== undefined && options.on(name))
    .map(({ letter }) => letter ?? '')
    .concat(isInteractive ? ['i'] : []);
  const small = letters.filter((letter) => letter >= 'a').sort();
  const capital = letters.filter((letter) => letter < 'a').sort();
  return `${small.join('')}${capital.join('')}${source}`;
}

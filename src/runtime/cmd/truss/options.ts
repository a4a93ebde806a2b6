/** truss's command line. @man truss(1) */
import type { Signal } from '#abi/illumos/signal.ts';
import { getopt } from '#lib/libc/getopt.ts';
import { signalFromText } from '#lib/libc/signames.ts';

export const USAGE = `usage:	truss [-fcaeildDEF] [-[tTvx] [!]syscalls] [-[sS] [!]signals]\\
	[-[mM] [!]faults] [-[rw] [!]fds] [-[uU] [!]libs:[:][!]funcs]\\
	[-o outfile]  command | -p pid[/lwps] ...
`;

export interface TrussRequest {
  readonly has: (letter: string) => boolean;
  readonly output: string | undefined;
  readonly showsCall: (name: string) => boolean;
  readonly showsSignal: (signal: Signal) => boolean;
  readonly operands: readonly string[];
}

/** Genuine options that are not built. */
const LATER = 'TvxSmMuUrwih';

/** `!a,b`, `a,b`, `all`: which names are shown. A plain name also means its `at` form. */
function nameFilter(lists: readonly string[]): (name: string) => boolean {
  if (lists.length === 0) return () => true;
  let isNegated = false;
  const names = new Set<string>();
  for (const list of lists) {
    const text = list.replace(/^[!^]/, () => {
      isNegated = true;
      return '';
    });
    for (const word of text.split(/[\s,]+/)) if (word !== '') names.add(word);
  }
  const isNamed = (name: string): boolean =>
    names.has('all') ||
    names.has(name) ||
    names.has(name.replace(/at$/, '')) ||
    names.has(name.replace(/^f(.*)at$/, '$1')) ||
    (name === '_exit' && names.has('exit'));
  return (name) => isNamed(name) !== isNegated;
}

function signalFilter(lists: readonly string[]): ((signal: Signal) => boolean) | string {
  if (lists.length === 0) return () => true;
  let isNegated = false;
  const signals = new Set<Signal>();
  let hasAll = false;
  for (const list of lists) {
    const text = list.replace(/^[!^]/, () => {
      isNegated = true;
      return '';
    });
    for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
      const signal = signalFromText(word);
      if (word === 'all') hasAll = true;
      else if (signal === undefined) return `unrecognized signal name/number: ${word}`;
      else signals.add(signal);
    }
  }
  return (signal) => (hasAll || signals.has(signal)) !== isNegated;
}

/** The request, or what is wrong: a message, a letter that is not built, or the usage. */
export function parseTruss(
  args: readonly string[],
):
  | TrussRequest
  | { readonly message: string }
  | { readonly later: string }
  | { readonly usage: string } {
  const parsed = getopt(args, 'FpfcaeildDEht:T:v:x:s:S:m:M:u:U:r:w:o:');
  if (parsed.message !== undefined) return { usage: parsed.message };
  const valuesOf = (letter: string): string[] =>
    parsed.options.filter((option) => option.letter === letter).map((option) => option.value);
  const later = parsed.options.find(({ letter }) => LATER.includes(letter));
  if (later !== undefined) return { later: later.letter };
  if (parsed.operands.length === 0) return { usage: '' };
  const showsSignal = signalFilter(valuesOf('s'));
  if (typeof showsSignal === 'string') return { message: showsSignal };
  return {
    has: (letter) => parsed.options.some((option) => option.letter === letter),
    output: valuesOf('o').at(-1),
    showsCall: nameFilter(valuesOf('t')),
    showsSignal,
    operands: parsed.operands,
  };
}

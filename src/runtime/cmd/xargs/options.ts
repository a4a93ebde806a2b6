/** xargs's options; `-i`, `-e` and `-l` take their value attached or not at all. @man xargs(1) */
export interface XargsOptions {
  readonly command: readonly string[];
  /** -I: the text to replace, one run a line. */
  readonly replace: string | undefined;
  readonly nul: boolean;
  readonly maxLines: number;
  readonly maxWords: number;
  readonly maxSize: number;
  readonly parallel: number;
  readonly eof: string | undefined;
  readonly prompts: boolean;
  readonly traces: boolean;
  readonly skipsEmpty: boolean;
}

/** ARG_MAX less room for the environment. */
const DEFAULT_SIZE = 253_952;

/** The options, or a message (empty: just the usage). */
export function parseXargsOptions(args: readonly string[]): XargsOptions | string {
  let replace: string | undefined;
  let nul = false;
  let maxLines = Infinity;
  let maxWords = Infinity;
  let maxSize = DEFAULT_SIZE;
  let parallel = 1;
  let eof: string | undefined;
  let prompts = false;
  let traces = false;
  let skipsEmpty = false;
  let at = 0;
  const positive = (text: string): number => (/^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN);
  for (; at < args.length; at += 1) {
    const word = args[at] as string;
    if (word === '--') {
      at += 1;
      break;
    }
    if (!word.startsWith('-') || word === '-') break;
    for (let i = 1; i < word.length; i += 1) {
      const letter = word[i] as string;
      const rest = word.slice(i + 1);
      if (letter === '0') nul = true;
      else if (letter === 'p') prompts = true;
      else if (letter === 't') traces = true;
      else if (letter === 'r') skipsEmpty = true;
      else if (letter === 'x') continue;
      else if ('iel'.includes(letter)) {
        if (letter === 'i') replace = rest === '' ? '{}' : rest;
        else if (letter === 'e') eof = rest === '' ? undefined : rest;
        else maxLines = rest === '' ? 1 : positive(rest);
        break;
      } else if ('EILnPs'.includes(letter)) {
        const value = rest === '' ? args[(at += 1)] : rest;
        if (value === undefined) return `option requires an argument -- ${letter}`;
        if (letter === 'E') eof = value;
        else if (letter === 'I') replace = value;
        else if (letter === 'L') maxLines = positive(value);
        else if (letter === 'n') maxWords = positive(value);
        else if (letter === 's') maxSize = positive(value);
        else parallel = value === '0' ? 1000 : positive(value);
        break;
      } else return `illegal option -- ${letter}`;
    }
  }
  if ([maxLines, maxWords, maxSize, parallel].some(Number.isNaN)) return '';
  const rest = args.slice(at);
  const command = rest.length === 0 ? ['/usr/bin/echo'] : rest;
  return {
    command,
    replace,
    nul,
    maxLines,
    maxWords,
    maxSize,
    parallel,
    eof,
    prompts,
    traces,
    skipsEmpty,
  };
}

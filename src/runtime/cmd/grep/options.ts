/** The options of grep, egrep and fgrep. @man grep(1) */
import { utf8ToLatin1 } from '#base/bytes.ts';
import { type ParsedOptions, getopt, hasOption } from '#lib/libc/getopt.ts';

export interface GrepOptions {
  readonly syntax: 'basic' | 'extended' | 'fixed';
  /** -e and the pattern operand, split into lines later; -f files are read by the caller. */
  readonly patterns: readonly string[];
  readonly patternFiles: readonly string[];
  readonly ignoreCase: boolean;
  readonly invert: boolean;
  readonly wholeLine: boolean;
  readonly wholeWord: boolean;
  readonly output: 'lines' | 'count' | 'names' | 'otherNames' | 'matches' | 'nothing';
  readonly lineNumbers: boolean;
  readonly blockNumbers: boolean;
  readonly names: 'auto' | 'always' | 'never';
  readonly silent: boolean;
  readonly recursive: 'no' | 'yes' | 'followLinks';
  readonly before: number;
  readonly after: number;
}

const COMMON = '[-c|-l|-q] [-r|-R] [-A num] [-B num] [-C num|-num] ';
const OPERANDS = ' pattern_list [file ...]\n';
const LISTS = ' [-e pattern_list]... [-f pattern_file]... [file...]\n';

export function grepUsage(name: string): string {
  if (name !== 'grep') {
    const line = `\t${name} ${COMMON}[-bhHinosvx]`;
    return `Usage:${line}${OPERANDS}${line}${LISTS}`;
  }
  const line = (prefix: string, letters: string, rest: string): string =>
    `\tgrep ${prefix}${COMMON}${letters}${rest}`;
  return (
    `Usage:${line('', '[-bhHinosvwx]', OPERANDS)}${line('', '[-bhHinosvwx]', LISTS)}` +
    `${line('-E ', '[-bhHinosvx]', OPERANDS)}${line('-E ', '[-bhHinosvx]', LISTS)}` +
    `${line('-F ', '[-bhHinosvx]', OPERANDS)}${line('-F ', '[-bhHinosvx]', LISTS)}`
  );
}

function syntaxOf(name: string, parsed: ParsedOptions): GrepOptions['syntax'] {
  const last = parsed.options.findLast(({ letter }) => letter === 'E' || letter === 'F')?.letter;
  if (last === 'F' || (last === undefined && name === 'fgrep')) return 'fixed';
  return last === 'E' || name === 'egrep' ? 'extended' : 'basic';
}

function outputOf(has: (letter: string) => boolean): GrepOptions['output'] {
  if (has('q')) return 'nothing';
  if (has('l')) return 'names';
  if (has('L')) return 'otherNames';
  if (has('c')) return 'count';
  return has('o') ? 'matches' : 'lines';
}

/** The options and file operands, or getopt's message (empty: just the usage). */
export function parseGrepOptions(
  name: string,
  args: readonly string[],
): { options: GrepOptions; operands: readonly string[] } | { message: string } {
  const words = args.map((word) => word.replace(/^-(\d+)$/, '-C$1'));
  const parsed = getopt(words, 'bcEe:Ff:hHilLnoqrRsvwxyA:B:C:');
  if (parsed.message !== undefined) return { message: parsed.message };
  const has = (letter: string): boolean => hasOption(parsed, letter);
  const values = (letter: string): string[] =>
    parsed.options.filter((option) => option.letter === letter).map(({ value }) => value);
  let before = 0;
  let after = 0;
  for (const { letter, value } of parsed.options) {
    if (!'ABC'.includes(letter)) continue;
    if (!/^\d+$/.test(value)) return { message: `Bad number - ${value}` };
    if (letter !== 'A') before = Number(value);
    if (letter !== 'B') after = Number(value);
  }
  const patterns = values('e').map(utf8ToLatin1);
  const patternFiles = values('f');
  let operands = parsed.operands;
  if (patterns.length === 0 && patternFiles.length === 0) {
    const [first] = operands;
    if (first === undefined) return { message: '' };
    patterns.push(utf8ToLatin1(first));
    operands = operands.slice(1);
  }
  const names = parsed.options.findLast(({ letter }) => letter === 'h' || letter === 'H')?.letter;
  return {
    options: {
      syntax: syntaxOf(name, parsed),
      patterns,
      patternFiles,
      ignoreCase: has('i') || has('y'),
      invert: has('v'),
      wholeLine: has('x'),
      wholeWord: has('w'),
      output: outputOf(has),
      lineNumbers: has('n'),
      blockNumbers: has('b'),
      names: names === 'h' ? 'never' : names === 'H' ? 'always' : 'auto',
      silent: has('s'),
      recursive: has('R') ? 'followLinks' : has('r') ? 'yes' : 'no',
      before,
      after,
    },
    operands,
  };
}

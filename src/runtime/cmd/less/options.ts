/**
 * The pager's command line: options from LESS (or MORE), then those of the words, `+keys`, files.
 * @man less(1) OPTIONS
 */
import type { PagerOptions } from '#cmd/less/pager.ts';

export interface LessRequest {
  readonly options: PagerOptions;
  readonly files: readonly string[];
  /** -p */
  readonly pattern: string | undefined;
  /** What follows `+`. */
  readonly startKeys: string;
  /** -F */
  readonly quitsIfShort: boolean;
  /** -X */
  readonly keepsScreen: boolean;
  readonly isVersion: boolean;
  /** What is wrong with the command line. */
  readonly message: string | undefined;
}

/** Options that change nothing here: prompts, buffers, how the screen is painted. */
const WITHOUT_EFFECT = 'aAcCdDfgGJKLmMnqQsuUwW~';
const WITH_VALUE = 'bhjkoOpPtTxyz#"';

interface Building {
  options: PagerOptions;
  pattern: string | undefined;
  startKeys: string;
  quitsIfShort: boolean;
  keepsScreen: boolean;
  isVersion: boolean;
  message: string | undefined;
}

export function parseRequest(
  name: string,
  words: readonly string[],
  env: ReadonlyMap<string, string>,
): LessRequest {
  const isMore = name === 'more' || name === 'page';
  const building: Building = {
    options: {
      chops: false,
      numbers: false,
      keepsColours: false,
      ignoreCase: 'never',
      isMore,
      quitsAtEnd: false,
      highlights: true,
    },
    pattern: undefined,
    startKeys: '',
    quitsIfShort: isMore,
    keepsScreen: isMore,
    isVersion: false,
    message: undefined,
  };
  const inherited = (env.get(isMore ? 'MORE' : 'LESS') ?? '').split(/\s+/);
  for (const word of inherited) {
    if (word !== '') letters(building, word.replace(/^-/, ''), []);
  }
  const rest = [...words];
  const files: string[] = [];
  while (rest.length > 0) {
    const word = rest.shift() as string;
    if (word === '--') files.push(...rest.splice(0));
    else if (word === '--version') building.isVersion = true;
    else if (word.startsWith('--')) longOption(building, word);
    else if (word.startsWith('-') && word !== '-') letters(building, word.slice(1), rest);
    else if (word.startsWith('+')) building.startKeys = word.slice(1);
    else files.push(word);
  }
  return { ...building, files };
}

const LONG: Readonly<Record<string, string>> = {
  '--chop-long-lines': 'S',
  '--LINE-NUMBERS': 'N',
  '--RAW-CONTROL-CHARS': 'R',
  '--quit-if-one-screen': 'F',
  '--no-init': 'X',
  '--ignore-case': 'i',
  '--IGNORE-CASE': 'I',
};

function longOption(building: Building, word: string): void {
  const letter = LONG[word];
  if (letter !== undefined) letters(building, letter, []);
  else building.message = `There is no ${word.slice(2)} option ("less --help" for help)`;
}

/** Takes the letters of one word; a value may be the rest of it or the next word. */
function letters(building: Building, text: string, rest: string[]): void {
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] as string;
    if (WITH_VALUE.includes(letter)) {
      const value = text.slice(at + 1) || (rest.shift() ?? '');
      if (letter === 'p') building.pattern = value;
      return;
    }
    if (!apply(building, letter)) {
      building.message = `There is no -${letter} option ("less --help" for help)`;
      return;
    }
  }
}

function apply(building: Building, letter: string): boolean {
  const { options } = building;
  switch (letter) {
    case 'S':
      options.chops = true;
      return true;
    case 'N':
      options.numbers = true;
      return true;
    case 'R':
    case 'r':
      options.keepsColours = true;
      return true;
    case 'i':
      options.ignoreCase = 'lower';
      return true;
    case 'I':
      options.ignoreCase = 'always';
      return true;
    case 'F':
      building.quitsIfShort = true;
      return true;
    case 'X':
      building.keepsScreen = true;
      return true;
    case 'e':
    case 'E':
      options.quitsAtEnd = true;
      return true;
    case 'V':
      building.isVersion = true;
      return true;
    default:
      return WITHOUT_EFFECT.includes(letter);
  }
}

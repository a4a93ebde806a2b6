/** The command line of json. @man json(1) */
export interface JsonRequest {
  readonly lookups: readonly string[];
  readonly file: string | undefined;
  readonly inPlace: boolean;
  readonly mode: 'json' | 'jsony';
  readonly indent: number;
  /** true: -a; false: -A; undefined: as the input is. */
  readonly asArray: boolean | undefined;
  readonly groups: boolean;
  readonly dropsHeader: boolean;
  readonly keysOnly: boolean;
  readonly asItems: boolean;
  readonly validates: boolean;
  readonly isQuiet: boolean;
  readonly delimiter: string;
  readonly separator: string;
}

export type ParsedJson =
  | JsonRequest
  | { readonly error: string }
  | { readonly later: string }
  | { readonly shows: 'help' | 'version' };

/** Options that would run JavaScript, or print in its form. */
const LATER = new Set(['-e', '-c', '-C', '-i', '--merge', '--deep-merge']);
const LONG: Readonly<Record<string, string>> = {
  '--array': '-a',
  '--group': '-g',
  '--keys': '-k',
  '--items': '-M',
  '--validate': '-n',
  '--quiet': '-q',
  '--in-place': '-I',
};

const START: JsonRequest = {
  lookups: [],
  file: undefined,
  inPlace: false,
  mode: 'jsony',
  indent: 2,
  asArray: undefined,
  groups: false,
  dropsHeader: true,
  keysOnly: false,
  asItems: false,
  validates: false,
  isQuiet: false,
  delimiter: '.',
  separator: ' ',
};

/** `json-4`, `jsony`, … */
function outputMode(text: string): Partial<JsonRequest> | undefined {
  const match = /^(jsony?)(?:-(\d))?$/.exec(text);
  if (match === null) return undefined;
  return { mode: match[1] as 'json' | 'jsony', indent: Number(match[2] ?? 2) };
}

/** Single letters without a value. */
const LETTERS: Readonly<Record<string, Partial<JsonRequest>>> = {
  a: { asArray: true },
  A: { asArray: false },
  g: { groups: true },
  H: { dropsHeader: true },
  k: { keysOnly: true },
  M: { asItems: true },
  n: { validates: true },
  q: { isQuiet: true },
  j: { mode: 'json' },
  u: {},
  I: { inPlace: true },
};

export function parseJsonOptions(args: readonly string[]): ParsedJson {
  let request = START;
  const lookups: string[] = [];
  const rest = expand(args);
  while (rest.length > 0) {
    const word = rest.shift() as string;
    if (word === '--') {
      lookups.push(...rest.splice(0));
    } else if (word === '-h' || word === '--help') return { shows: 'help' };
    else if (word === '--version') return { shows: 'version' };
    else if (LATER.has(word)) return { later: word };
    else if (/^-[0-9]$/.test(word)) request = { ...request, indent: Number(word[1]) };
    else if (/^-[fodD]$/.test(word)) {
      const next = withValue(request, word, rest.shift());
      if ('error' in next || 'later' in next) return next;
      request = next;
    } else if (word.startsWith('-') && word.length > 1) {
      const change = LETTERS[word.slice(1)];
      if (change === undefined) return { error: `unknown option "${word}"` };
      request = { ...request, ...change };
    } else lookups.push(word);
  }
  return { ...request, lookups };
}

function withValue(
  request: JsonRequest,
  word: string,
  value: string | undefined,
): JsonRequest | { error: string } | { later: string } {
  if (value === undefined) return { error: `option "${word}" needs a value` };
  if (word === '-f') return { ...request, file: value };
  if (word === '-d') return { ...request, separator: unescape(value) };
  if (word === '-D') return { ...request, delimiter: value };
  if (value.startsWith('inspect')) return { later: `-o ${value}` };
  const mode = outputMode(value);
  return mode === undefined
    ? { error: `unknown output mode: "${value}"` }
    : { ...request, ...mode };
}

function unescape(text: string): string {
  return text.replace(/\\([tn\\])/g, (_word, letter: string) =>
    letter === 't' ? '\t' : letter === 'n' ? '\n' : '\\',
  );
}

/** Letters that stand together apart, values of -d, -f, -o, -D in words of their own. */
function expand(args: readonly string[]): string[] {
  const words: string[] = [];
  for (const word of args) {
    const long = LONG[word];
    if (long !== undefined) words.push(long);
    else if (!/^-[A-Za-z0-9]{2,}/.test(word) && !/^-[dDfo]./.test(word)) words.push(word);
    else {
      for (let at = 1; at < word.length; at += 1) {
        const letter = word[at] as string;
        words.push(`-${letter}`);
        if ('dDfo'.includes(letter) && at + 1 < word.length) {
          words.push(word.slice(at + 1));
          break;
        }
      }
    }
  }
  return words;
}

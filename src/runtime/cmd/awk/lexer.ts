/**
 * awk's tokens. Surprising: `/` begins a regular expression unless a value stands before it; a newline
 * is a token; a name with `(` right after it is a call.
 * @man awk(1)
 */
export type TokenKind =
  | 'number'
  | 'string'
  | 'regex'
  | 'name'
  | 'call'
  | 'builtin'
  | 'keyword'
  | 'operator'
  | 'newline'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly line: number;
}

/** A mistake in the program, with its line. */
export class AwkError extends Error {
  override readonly name = 'AwkError';
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

const KEYWORDS = new Set(
  (
    'BEGIN END function func if else while for do break continue next nextfile exit return ' +
    'delete in getline print printf'
  ).split(' '),
);

export const BUILTINS: ReadonlySet<string> = new Set(
  (
    'length substr index split sub gsub match sprintf sin cos atan2 exp log sqrt int rand srand ' +
    'tolower toupper system close fflush'
  ).split(' '),
);

const OPERATORS = [
  '**=',
  '&&',
  '||',
  '==',
  '!=',
  '<=',
  '>=',
  '>>',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '^=',
  '!~',
  '**',
  ...'{ } ( ) [ ] ; , + - * / % ^ ! < > | ? : ~ $ ='.split(' '),
];

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  '/': '/',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** A string's escapes; an unknown one keeps its backslash (dynamic regular expressions need it). */
export function unescapeString(source: string): string {
  return source.replace(/\\(?:([0-7]{1,3})|([\s\S]))/g, (all, octal?: string, char?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    if (char === '\n') return '';
    return ESCAPES[char as string] ?? all;
  });
}

/** Whether a `/` after `token` divides. */
function isValue(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (['number', 'string', 'regex', 'name', 'builtin'].includes(token.kind)) return true;
  return token.kind === 'operator' && [')', ']', '$', '++', '--'].includes(token.text);
}

export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const word = /[A-Za-z_]\w*/y;
  const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;
  const string = /"((?:\\[\s\S]|[^"\\\n])*)"/y;
  const blank = /(?:[ \t\r]|\\\r?\n|#[^\n]*)+/y;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  const push = (kind: TokenKind, text: string, length: number): void => {
    tokens.push({ kind, text, line });
    line += source.slice(at, at + length).split('\n').length - 1;
    at += length;
  };
  while (at < source.length) {
    const space = take(blank);
    if (space !== null) {
      line += space[0].split('\n').length - 1;
      at += space[0].length;
      continue;
    }
    const char = source[at] as string;
    if (char === '\n') {
      push('newline', '\n', 1);
      continue;
    }
    const name = take(word)?.[0];
    if (name !== undefined) {
      push(
        wordKind(name, source[at + name.length]),
        name === 'func' ? 'function' : name,
        name.length,
      );
      continue;
    }
    const digits = take(number)?.[0];
    if (digits !== undefined) {
      push('number', digits, digits.length);
      continue;
    }
    if (char === '"') {
      const text = take(string);
      if (text === null) throw new AwkError('non-terminated string', line);
      push('string', unescapeString(text[1] as string), text[0].length);
      continue;
    }
    if (char === '/' && !isValue(tokens.at(-1))) {
      const length = regexLength(source, at, line);
      push('regex', source.slice(at + 1, at + length - 1), length);
      continue;
    }
    const operator = OPERATORS.find((text) => source.startsWith(text, at));
    if (operator === undefined) throw new AwkError('syntax error', line);
    push('operator', operator.replace(/^\*\*/, '^'), operator.length);
  }
  tokens.push({ kind: 'newline', text: '\n', line }, { kind: 'end', text: '', line });
  return tokens;
}

function wordKind(name: string, next: string | undefined): TokenKind {
  if (KEYWORDS.has(name)) return 'keyword';
  if (BUILTINS.has(name)) return 'builtin';
  return next === '(' ? 'call' : 'name';
}

/** Length of the literal with both slashes; a slash in brackets does not end it. */
function regexLength(source: string, start: number, line: number): number {
  let inBrackets = false;
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source[at];
    if (char === '\n') break;
    if (char === '\\') at += 1;
    else if (inBrackets) {
      if (char === ']') inBrackets = false;
    } else if (char === '[') {
      inBrackets = true;
      if (source[at + 1] === '^') at += 1;
      if (source[at + 1] === ']') at += 1;
    } else if (char === '/') return at - start + 1;
  }
  throw new AwkError('non-terminated regular expression', line);
}

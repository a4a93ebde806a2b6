/**
 * vi's regular expressions: basic ones with `\<` `\>` and, as in vim, `\+ \? \|`. They are translated
 * to the host language's, which finds the leftmost match alike; only an alternation's length differs.
 * Also the replacement side of `:s`: `&`, `\1`, `\u \l \U \L \E`, `~`, and `\r` for a line break.
 * @man ed(1) regular expressions  @man ex(1)
 */
import { ViError } from '#cmd/vi/vi-error.ts';

export interface PatternOptions {
  readonly ignoreCase: boolean;
  readonly magic: boolean;
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9a-fA-F',
  cntrl: '\\x00-\\x1f\\x7f',
  print: '\\x20-\\x7e\\u00a0-\\uffff',
  graph: '\\x21-\\x7e\\u00a1-\\uffff',
};

const ESCAPED: Readonly<Record<string, string>> = {
  '<': '\\b(?=\\w)',
  '>': '\\b(?<=\\w)',
  '(': '(',
  ')': ')',
  '+': '+',
  '?': '?',
  '=': '?',
  '|': '|',
  s: '[ \\t]',
  S: '[^ \\t]',
  d: '\\d',
  D: '\\D',
  w: '\\w',
  W: '\\W',
  a: '[A-Za-z]',
  l: '[a-z]',
  u: '[A-Z]',
  t: '\\t',
  e: '\\x1b',
  n: '\\n',
};

/** Compiles; a bad pattern ends the command with a message. The result has flag g. */
export function compilePattern(source: string, options: PatternOptions): RegExp {
  let ignoreCase = options.ignoreCase;
  const text = source.replace(/\\[cC]/g, (word) => {
    ignoreCase = word === '\\c';
    return '';
  });
  try {
    return new RegExp(translate(text, options.magic), ignoreCase ? 'gui' : 'gu');
  } catch {
    throw new ViError('Invalid regular expression');
  }
}

function translate(source: string, isMagic: boolean): string {
  let output = '';
  let at = 0;
  // A star at the start of the pattern or of a group stands for itself.
  let isStart = true;
  while (at < source.length) {
    const character = source[at] as string;
    const next = source[at + 1] ?? '';
    if (character === '\\') {
      const piece = escaped(source, at, isMagic, isStart);
      output += piece.text;
      at += piece.length;
      isStart = next === '(' || next === '|';
      continue;
    }
    const bracket = character === '[' && isMagic ? bracketExpression(source, at) : undefined;
    if (bracket !== undefined) {
      output += bracket.text;
      at += bracket.length;
    } else {
      output += plain(character, source, at, isMagic, isStart);
      at += 1;
    }
    isStart = isStart && character === '^';
  }
  return output;
}

function plain(
  character: string,
  source: string,
  at: number,
  isMagic: boolean,
  isStart: boolean,
): string {
  if (character === '*' && isMagic && !isStart) return '*';
  if (character === '.' && isMagic) return '.';
  if (character === '^' && isStart) return '^';
  const rest = source.slice(at + 1);
  if (character === '$' && (rest === '' || /^\\[)|]/.test(rest))) return '$';
  return literal(character);
}

function literal(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

function escaped(
  source: string,
  at: number,
  isMagic: boolean,
  isStart: boolean,
): { text: string; length: number } {
  const next = source[at + 1] ?? '\\';
  if (next === '{') {
    const interval = /^\\\{(-?)(\d*)(,?)(\d*)\\?\}/.exec(source.slice(at));
    if (interval === null) throw new ViError('Invalid regular expression');
    const [whole, lazy, low, comma, high] = interval;
    const range = low === '' && high === '' ? '*' : `{${low === '' ? '0' : low}${comma}${high}}`;
    return { text: range + (lazy === '-' ? '?' : ''), length: whole.length };
  }
  if (!isMagic && next === '[') {
    const bracket = bracketExpression(source, at + 1);
    if (bracket !== undefined) return { text: bracket.text, length: bracket.length + 1 };
  }
  if (!isMagic && next === '.') return { text: '.', length: 2 };
  if (!isMagic && next === '*' && !isStart) return { text: '*', length: 2 };
  const known = ESCAPED[next];
  if (known !== undefined) return { text: known, length: 2 };
  if (/[1-9]/.test(next)) return { text: `(?:\\${next})`, length: 2 };
  return { text: literal(next), length: 2 };
}

function bracketExpression(
  source: string,
  at: number,
): { text: string; length: number } | undefined {
  const match = /^\[(\^?)(\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*)\]/.exec(source.slice(at));
  if (match === null) return undefined;
  const [whole, negation = '', inside = ''] = match;
  const members = inside.replace(
    /\[:([a-z]+):\]|\\([\]\\^\-tnre])|([\\[\]^&~|!#$%*+,.:;<=>?@`{}()/])/g,
    (text: string, name?: string, escape?: string, special?: string): string => {
      if (name !== undefined) return CLASSES[name] ?? '';
      if (escape !== undefined) return escape === 'e' ? '\\x1b' : `\\${escape}`;
      return special !== undefined ? escapeMember(special) : text;
    },
  );
  const safe = members.replace(/^-|-$/g, '\\-');
  return { text: `[${negation}${safe}]`, length: whole.length };
}

function escapeMember(character: string): string {
  return /[\\[\]^]/.test(character) ? `\\${character}` : character;
}

/** The replacement for one match, with line breaks as `\n`. */
export function expandReplacement(
  template: string,
  match: RegExpExecArray,
  isMagic: boolean,
): string {
  let output = '';
  let nextCase: 'u' | 'l' | undefined;
  let allCase: 'U' | 'L' | undefined;
  const add = (text: string): void => {
    let cased = text;
    if (allCase === 'U') cased = cased.toUpperCase();
    if (allCase === 'L') cased = cased.toLowerCase();
    if (nextCase !== undefined && cased !== '') {
      const head = cased.slice(0, 1);
      cased = (nextCase === 'u' ? head.toUpperCase() : head.toLowerCase()) + cased.slice(1);
      nextCase = undefined;
    }
    output += cased;
  };
  for (let at = 0; at < template.length; at += 1) {
    const character = template[at] as string;
    if (character === '&' && isMagic) add(match[0]);
    else if (character === '\r') add('\n');
    else if (character !== '\\') add(character);
    else {
      at += 1;
      const next = template[at] ?? '\\';
      if (/\d/.test(next)) add(match[Number(next)] ?? '');
      else if (next === '&') add(isMagic ? '&' : match[0]);
      else if (next === 'u' || next === 'l') nextCase = next;
      else if (next === 'U' || next === 'L') allCase = next;
      else if (next === 'E' || next === 'e') allCase = undefined;
      else if (next === 'r') add('\n');
      else if (next === 'n') add('\0');
      else if (next === 't') add('\t');
      else add(next);
    }
  }
  return output;
}

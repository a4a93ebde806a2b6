/**
 * Parser of sed scripts. Messages are those of illumos's sed: line number, script in quotes, what is
 * wrong. Surprising: inside a regular expression or a string, a backslash before the delimiter makes it
 * an ordinary character, and `\n` a newline.
 * @man sed(1)
 */
import type { Address, Replacement, SedCommand, Substitution } from '#cmd/sed/script.ts';
import { type Regex, RegexError, compileRegex } from '#lib/libc/regex.ts';

/** What is wrong with the script. Thrown inside the parser; `parseScript` returns it. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

/** How many addresses each command may have. */
const ADDRESS_LIMITS: Readonly<Record<string, number>> = {
  '{': 2,
  '}': 0,
  '=': 2,
  a: 2,
  b: 2,
  c: 2,
  d: 2,
  D: 2,
  g: 2,
  G: 2,
  h: 2,
  H: 2,
  i: 2,
  l: 2,
  n: 2,
  N: 2,
  p: 2,
  P: 2,
  q: 1,
  Q: 1,
  r: 2,
  s: 2,
  t: 2,
  T: 2,
  w: 2,
  x: 2,
  y: 2,
  ':': 0,
};

export interface ParsedScript {
  readonly commands: readonly SedCommand[];
  readonly isQuiet: boolean;
}

/** `script` is byte-oriented text; several -e and -f are joined by newlines before. */
export function parseScript(script: string, isExtended: boolean): ParsedScript | string {
  try {
    const commands = new ScriptParser(script, isExtended).parse();
    return { commands, isQuiet: /^#n(?:\n|$)/.test(script) };
  } catch (error) {
    if (error instanceof ScriptError) return error.message;
    throw error;
  }
}

class ScriptParser {
  readonly #text: string;
  readonly #isExtended: boolean;
  readonly #commands: SedCommand[] = [];
  #at = 0;

  constructor(text: string, isExtended: boolean) {
    this.#text = text;
    this.#isExtended = isExtended;
  }

  #fail(message: string): never {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    const shown = this.#text.split('\n')[line - 1] ?? '';
    throw new ScriptError(`${line}: "${shown}": ${message}`);
  }

  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.#at;
    if (pattern.test(this.#text)) this.#at = pattern.lastIndex;
  }

  parse(): SedCommand[] {
    const open: number[] = [];
    for (;;) {
      this.#skip(/[\s;]*/y);
      if (this.#at >= this.#text.length) break;
      if (this.#text[this.#at] === '#') {
        this.#skip(/[^\n]*/y);
        continue;
      }
      const command = this.#command();
      const index = this.#commands.push(command) - 1;
      if (command.letter === '{') open.push(index);
      if (command.letter !== '}') continue;
      const opener = open.pop();
      if (opener === undefined) this.#fail('unexpected }');
      (this.#commands[opener] as SedCommand).target = index;
    }
    if (open.length > 0) this.#fail("unexpected EOF (pending }'s)");
    this.#resolveLabels();
    return this.#commands;
  }

  #resolveLabels(): void {
    const labels = new Map<string, number>();
    for (const [index, { letter, text }] of this.#commands.entries()) {
      if (letter !== ':') continue;
      if (labels.has(text)) this.#fail(`duplicate label '${text}'`);
      labels.set(text, index);
    }
    for (const command of this.#commands) {
      if (!'btT'.includes(command.letter)) continue;
      const target = command.text === '' ? this.#commands.length : labels.get(command.text);
      if (target === undefined) throw new ScriptError(`undefined label '${command.text}'`);
      command.target = target;
    }
  }

  #command(): SedCommand {
    const addresses = this.#addresses();
    this.#skip(/[ \t]*/y);
    let negated = false;
    while (this.#text[this.#at] === '!') {
      negated = true;
      this.#at += 1;
      this.#skip(/[ \t!]*/y);
    }
    const letter = this.#text[this.#at];
    if (letter === undefined || letter === '\n') this.#fail('command expected');
    const limit = ADDRESS_LIMITS[letter];
    if (limit === undefined) this.#fail(`invalid command code ${letter}`);
    if (addresses.length > limit) {
      this.#fail(`command ${letter} expects up to ${limit} address(es), found ${addresses.length}`);
    }
    this.#at += 1;
    const base = { letter, addresses, negated, target: 0, isActive: false, lastLine: 0 };
    const plain = { ...base, text: '', substitution: undefined, transform: undefined };
    switch (letter) {
      case 's':
        return { ...plain, substitution: this.#substitution() };
      case 'y':
        return { ...plain, transform: this.#transform() };
      case 'a':
      case 'i':
      case 'c':
        return { ...plain, text: this.#insertedText(letter) };
      case 'r':
      case 'w':
        return { ...plain, text: this.#fileName(letter) };
      case ':':
      case 'b':
      case 't':
      case 'T':
        return { ...plain, text: this.#label(letter) };
      case 'q':
      case 'Q':
        return { ...plain, text: this.#exitStatus(letter) };
      default:
        if (letter !== '{') this.#endOfCommand(letter);
        return plain;
    }
  }

  #endOfCommand(letter: string): void {
    this.#skip(/[ \t]*/y);
    const next = this.#text[this.#at];
    if (next === undefined || '\n;}#'.includes(next)) return;
    this.#fail(`extra characters at the end of ${letter} command`);
  }

  #exitStatus(letter: string): string {
    this.#skip(/[ \t]*/y);
    const start = this.#at;
    this.#skip(/\d*/y);
    const digits = this.#text.slice(start, this.#at);
    this.#endOfCommand(letter);
    return digits;
  }

  #addresses(): Address[] {
    const first = this.#address();
    if (first === undefined) return [];
    this.#skip(/[ \t]*/y);
    if (this.#text[this.#at] !== ',') return [first];
    this.#at += 1;
    this.#skip(/[ \t]*/y);
    const more = /\+(\d+)/y;
    more.lastIndex = this.#at;
    const match = more.exec(this.#text);
    if (match !== null) {
      this.#at = more.lastIndex;
      return [first, { kind: 'more', count: Number(match[1]) }];
    }
    const second = this.#address();
    if (second === undefined) this.#fail('expected context address');
    return [first, second];
  }

  #address(): Address | undefined {
    const char = this.#text[this.#at];
    if (char === '$') {
      this.#at += 1;
      return { kind: 'last' };
    }
    if (char !== undefined && /\d/.test(char)) {
      const start = this.#at;
      this.#skip(/\d+/y);
      return { kind: 'line', number: Number(this.#text.slice(start, this.#at)) };
    }
    if (char !== '/' && char !== '\\') return undefined;
    this.#at += char === '/' ? 1 : 2;
    const delimiter = this.#text[this.#at - 1] as string;
    const pattern = this.#delimited(delimiter, true, 'unterminated regular expression');
    let ignoreCase = false;
    if (this.#text[this.#at] === 'I') {
      ignoreCase = true;
      this.#at += 1;
    }
    return { kind: 'regex', regex: this.#regex(pattern, ignoreCase) };
  }

  /** Text up to the unescaped delimiter, which is passed. */
  #delimited(delimiter: string, isRegex: boolean, message: string): string {
    if (delimiter === '\n') this.#fail('newline can not be used as a string delimiter');
    if (delimiter === '\\') this.#fail('\\ can not be used as a string delimiter');
    let text = '';
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] as string;
      if (char === delimiter) {
        this.#at += 1;
        return text;
      }
      if (isRegex && char === '[') {
        const end = this.#bracketEnd();
        text += this.#text.slice(this.#at, end).replaceAll(`\\${delimiter}`, delimiter);
        this.#at = end;
        continue;
      }
      if (char === '\n' && isRegex) this.#fail(message);
      if (char !== '\\') {
        text += char;
        this.#at += 1;
        continue;
      }
      const next = this.#text[this.#at + 1] ?? '';
      text += next === delimiter && !(isRegex && /[1-9n]/.test(next)) ? next : `\\${next}`;
      this.#at += 2;
    }
    this.#fail(message);
  }

  /** The index after the bracket expression that begins here, or after `[` when it never closes. */
  #bracketEnd(): number {
    const bracket = /\[\^?\]?(?:\[[:.=][^\n]*?[:.=]\]|[^\]\n])*\]/y;
    bracket.lastIndex = this.#at;
    return bracket.test(this.#text) ? bracket.lastIndex : this.#at + 1;
  }

  #regex(pattern: string, ignoreCase: boolean): Regex | undefined {
    if (pattern === '') return undefined;
    const syntax = this.#isExtended ? 'extended' : 'basic';
    const regex = compileRegex(pattern, { syntax, ignoreCase, escapes: true });
    if (regex instanceof RegexError) this.#fail(`RE error: ${regex.message}`);
    return regex;
  }

  #substitution(): Substitution {
    const delimiter = this.#text[this.#at] ?? '';
    this.#at += 1;
    const pattern = this.#delimited(delimiter, true, 'unterminated substitute pattern');
    const source = this.#delimited(
      delimiter,
      false,
      'unterminated substitute in regular expression',
    );
    const flags = this.#substituteFlags();
    const regex = this.#regex(pattern, flags.ignoreCase);
    const replacement = this.#replacement(source);
    const highest = Math.max(0, ...replacement.filter((part) => typeof part === 'number'));
    if (regex !== undefined && highest > regex.groupCount) {
      this.#fail(`\\${highest} not defined in the RE`);
    }
    return { regex, replacement, ...flags };
  }

  #substituteFlags(): Omit<Substitution, 'regex' | 'replacement'> & { ignoreCase: boolean } {
    const flags = { isGlobal: false, occurrence: 1, prints: false, ignoreCase: false };
    let isNumbered = false;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === 'w') {
        this.#at += 1;
        return { ...flags, file: this.#fileName('w') };
      }
      if (char === 'g') flags.isGlobal = true;
      else if (char === 'p') flags.prints = true;
      else if (char === 'I' || char === 'i') flags.ignoreCase = true;
      else if (char !== undefined && /[1-9]/.test(char)) {
        if (isNumbered) this.#fail("more than one number or 'g' in substitute flags");
        isNumbered = true;
        const start = this.#at;
        this.#skip(/\d+/y);
        flags.occurrence = Number(this.#text.slice(start, this.#at));
        continue;
      } else break;
      this.#at += 1;
    }
    this.#skip(/[ \t]*/y);
    const next = this.#text[this.#at];
    if (next !== undefined && !'\n;}#'.includes(next)) {
      this.#fail(`bad flag in substitute command: '${next}'`);
    }
    return { ...flags, file: undefined };
  }

  #replacement(source: string): Replacement {
    const parts: (string | number)[] = [];
    let text = '';
    const flush = (part: number): void => {
      if (text !== '') parts.push(text);
      text = '';
      parts.push(part);
    };
    for (let at = 0; at < source.length; at += 1) {
      const char = source[at] as string;
      if (char === '&') flush(0);
      else if (char !== '\\') text += char;
      else {
        at += 1;
        const next = source[at] ?? '\\';
        if (/\d/.test(next)) flush(Number(next));
        else text += next === 'n' ? '\n' : next === 't' ? '\t' : next;
      }
    }
    if (text !== '') parts.push(text);
    return parts;
  }

  #transform(): ReadonlyMap<string, string> {
    const delimiter = this.#text[this.#at] ?? '';
    this.#at += 1;
    const message = 'unterminated transform source string';
    const unescape = (text: string): string =>
      text.replace(/\\([\s\S])/g, (all, char: string) =>
        char === 'n' ? '\n' : char === '\\' ? '\\' : all,
      );
    const from = unescape(this.#delimited(delimiter, false, message));
    const to = unescape(this.#delimited(delimiter, false, 'unterminated transform target string'));
    if (from.length !== to.length) this.#fail('transform strings are not the same length');
    this.#endOfCommand('y');
    const map = new Map<string, string>();
    for (let i = 0; i < from.length; i += 1) {
      if (!map.has(from[i] as string)) map.set(from[i] as string, to[i] as string);
    }
    return map;
  }

  /** `a\` newline text, whose lines go on after a backslash; also `a text` on one line. */
  #insertedText(letter: string): string {
    this.#skip(/[ \t]*/y);
    if (this.#text[this.#at] === '\\') {
      this.#at += 1;
      this.#skip(/[ \t]*\n?/y);
    } else if (this.#at >= this.#text.length || this.#text[this.#at] === '\n') {
      this.#fail(`command ${letter} expects \\ followed by text`);
    }
    let text = '';
    while (this.#at < this.#text.length && this.#text[this.#at] !== '\n') {
      if (this.#text[this.#at] === '\\') this.#at += 1;
      text += this.#text[this.#at] ?? '';
      this.#at += 1;
    }
    return `${text}\n`;
  }

  #fileName(letter: string): string {
    this.#skip(/[ \t]*/y);
    const start = this.#at;
    this.#skip(/[^\n]*/y);
    const name = this.#text.slice(start, this.#at);
    if (name === '') this.#fail(letter === 'r' ? 'filename expected' : 'no wfile specified');
    return name;
  }

  #label(letter: string): string {
    this.#skip(/[ \t]*/y);
    const start = this.#at;
    this.#skip(letter === ':' ? /[^\n;]*/y : /[^\n;}]*/y);
    const label = this.#text.slice(start, this.#at).trimEnd();
    if (letter === ':' && label === '') this.#fail('unexpected EOF (pending label)');
    return label;
  }
}

/**
 * Parser of basic and extended regular expressions. Surprising in basic ones: `*` is literal at the
 * start of an expression, `^` and `$` are anchors only at its ends. `\+ \? \|` in basic and
 * `\< \> \b \w \s` in both are the usual extensions of undefined escapes.
 * @man regex(7)
 */
import {
  type BracketOptions,
  escapeAt,
  parseBracket,
  shorthandSet,
} from '#lib/libc/regex/bracket.ts';
import {
  type Assertion,
  EMPTY,
  type RegexNode,
  addToSet,
  complementSet,
  emptySet,
  foldSet,
  setOf,
} from '#lib/libc/regex/syntax.ts';
import { RegexError } from '#lib/libc/regex/regex-error.ts';

export interface ParseOptions extends BracketOptions {
  readonly extended: boolean;
  /** Whether `\1` … `\9` refer to groups. */
  readonly backReferences: boolean;
}

export interface ParsedRegex {
  readonly root: RegexNode;
  readonly groupCount: number;
  readonly hasBackReference: boolean;
}

/** The largest count in `{m,n}`. */
const RE_DUP_MAX = 255;

const WORD_ASSERTIONS: Readonly<Record<string, Assertion>> = {
  '<': 'wordStart',
  '>': 'wordEnd',
  b: 'wordBoundary',
  B: 'notBoundary',
};

export function parseRegex(pattern: string, options: ParseOptions): ParsedRegex {
  const parser = new Parser(pattern, options);
  const root = parser.alternatives(0);
  return { root, groupCount: parser.groupCount, hasBackReference: parser.hasBackReference };
}

class Parser {
  groupCount = 0;
  hasBackReference = false;
  readonly #text: string;
  readonly #options: ParseOptions;
  readonly #closed = new Set<number>();
  #at = 0;

  constructor(text: string, options: ParseOptions) {
    this.#text = text;
    this.#options = options;
  }

  /** Whether the operator `char` (`(`, `|`, `{` …) is next, escaped in basic expressions. */
  #sees(char: string): boolean {
    return this.#options.extended
      ? this.#text[this.#at] === char
      : this.#text[this.#at] === '\\' && this.#text[this.#at + 1] === char;
  }

  #skip(): void {
    this.#at += this.#options.extended ? 1 : 2;
  }

  alternatives(depth: number): RegexNode {
    if (depth > 200) throw new RegexError('out of memory');
    const options = [this.#sequence(depth)];
    while (this.#sees('|')) {
      this.#skip();
      options.push(this.#sequence(depth));
    }
    if (depth === 0 && this.#at < this.#text.length) {
      throw new RegexError('parentheses not balanced');
    }
    return options.length === 1 ? (options[0] as RegexNode) : { kind: 'either', options };
  }

  #sequence(depth: number): RegexNode {
    const parts: RegexNode[] = [];
    const start = this.#at;
    while (this.#at < this.#text.length && !this.#sees('|')) {
      if (this.#sees(')')) {
        // An unmatched `)` is an ordinary character of an extended expression.
        if (depth > 0 || !this.#options.extended) break;
      }
      const atom = this.#atom(depth, this.#at === start, parts);
      parts.push(this.#repeated(atom));
    }
    if (parts.length === 0) return EMPTY;
    return parts.length === 1 ? (parts[0] as RegexNode) : { kind: 'concat', parts };
  }

  #literal(code: number): RegexNode {
    const set = setOf(code);
    return { kind: 'set', set: this.#options.ignoreCase ? foldSet(set) : set };
  }

  #atom(depth: number, isFirst: boolean, before: readonly RegexNode[]): RegexNode {
    const char = this.#text[this.#at] as string;
    if (this.#sees('(')) return this.#group(depth);
    if (char === '\\') return this.#escape();
    this.#at += 1;
    if (char === '[') {
      const [set, next] = parseBracket(this.#text, this.#at - 1, this.#options);
      this.#at = next;
      return { kind: 'set', set };
    }
    if (char === '.') {
      const set = emptySet();
      if (this.#options.newline) addToSet(set, 10);
      return { kind: 'set', set: complementSet(set) };
    }
    if (char === '^' && (this.#options.extended || isFirst)) {
      return { kind: 'assert', assertion: 'bol' };
    }
    if (char === '$' && (this.#options.extended || this.#isLast())) {
      return { kind: 'assert', assertion: 'eol' };
    }
    if (this.#options.extended && '*+?'.includes(char) && (isFirst || isBol(before))) {
      throw new RegexError('repetition-operator operand invalid');
    }
    return this.#literal(char.charCodeAt(0));
  }

  /** In a basic expression: `$` is an anchor at the end, before `\)` and before `\|`. */
  #isLast(): boolean {
    return this.#at >= this.#text.length || this.#sees(')') || this.#sees('|');
  }

  #group(depth: number): RegexNode {
    this.#skip();
    this.groupCount += 1;
    const index = this.groupCount;
    const body = this.alternatives(depth + 1);
    if (!this.#sees(')')) throw new RegexError('parentheses not balanced');
    this.#skip();
    this.#closed.add(index);
    return { kind: 'group', body, index };
  }

  #escape(): RegexNode {
    const letter = this.#text[this.#at + 1];
    if (letter === undefined) throw new RegexError('trailing backslash (\\)');
    const start = this.#at;
    this.#at += 2;
    if (letter >= '1' && letter <= '9' && this.#options.backReferences) {
      const index = Number(letter);
      if (!this.#closed.has(index)) throw new RegexError('invalid backreference number');
      this.hasBackReference = true;
      return { kind: 'back', index };
    }
    const assertion = WORD_ASSERTIONS[letter];
    if (assertion !== undefined) return { kind: 'assert', assertion };
    const shorthand = shorthandSet(letter);
    if (shorthand !== undefined) return { kind: 'set', set: shorthand };
    if (this.#options.escapes) {
      const escape = escapeAt(this.#text, start + 1);
      if (escape !== undefined) {
        this.#at = escape[1];
        return this.#literal(escape[0]);
      }
    }
    return this.#literal(letter.charCodeAt(0));
  }

  #repeated(atom: RegexNode): RegexNode {
    let node = atom;
    for (;;) {
      const bounds = this.#quantifier(node);
      if (bounds === undefined) return node;
      node = { kind: 'repeat', body: node, min: bounds[0], max: bounds[1] };
    }
  }

  #quantifier(operand: RegexNode): readonly [number, number] | undefined {
    const char = this.#text[this.#at];
    const { extended } = this.#options;
    if (char === '*') {
      // `^*` in a basic expression: the star is literal.
      if (!extended && isBol([operand])) return undefined;
      this.#at += 1;
      return [0, Infinity];
    }
    if (this.#sees('+')) {
      this.#skip();
      return [1, Infinity];
    }
    if (this.#sees('?')) {
      this.#skip();
      return [0, 1];
    }
    if (this.#sees('{')) return this.#interval();
    return undefined;
  }

  #interval(): readonly [number, number] | undefined {
    const { extended } = this.#options;
    const from = this.#at + (extended ? 1 : 2);
    const match = /^(\d+)(,(\d*))?/.exec(this.#text.slice(from, from + 12));
    if (match === null) {
      // `a{` followed by no digit is literal in an extended expression.
      if (extended) return undefined;
      throw new RegexError('invalid repetition count(s)');
    }
    const end = from + match[0].length;
    const closes = extended ? this.#text[end] === '}' : this.#text.startsWith('\\}', end);
    if (!closes) {
      throw new RegexError(
        this.#text.includes('}', end) ? 'invalid repetition count(s)' : 'braces not balanced',
      );
    }
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === '' ? Infinity : Number(match[3]);
    if (min > RE_DUP_MAX || (max !== Infinity && max > RE_DUP_MAX) || max < min) {
      throw new RegexError('invalid repetition count(s)');
    }
    this.#at = end + (extended ? 1 : 2);
    return [min, max];
  }
}

/** Whether the last part is the anchor `^`. */
function isBol(parts: readonly RegexNode[]): boolean {
  const last = parts.at(-1);
  return last?.kind === 'assert' && last.assertion === 'bol';
}

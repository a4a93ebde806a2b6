/**
 * POSIX regular expressions over Latin-1 text (one character a byte), leftmost and longest: the one
 * library of grep, sed, awk, expr, find and the shell's `=~`. Plain patterns run as JavaScript
 * RegExp, everything else as a lazy automaton in linear time; only back-references backtrack.
 * Use `utf8ToLatin1` (base/bytes.ts) for patterns and subjects that are JavaScript strings.
 * @man regcomp(3C) regex(7)
 */
import { Dfa } from '#lib/libc/regex/dfa.ts';
import { isPlain, javascriptSource, literalOf } from '#lib/libc/regex/javascript.ts';
import { parseRegex } from '#lib/libc/regex/parse.ts';
import { type Instruction, compileProgram } from '#lib/libc/regex/program.ts';
import { RegexError } from '#lib/libc/regex/regex-error.ts';
import { findSubmatches } from '#lib/libc/regex/submatch.ts';
import type { RegexNode } from '#lib/libc/regex/syntax.ts';

export { RegexError } from '#lib/libc/regex/regex-error.ts';

export interface RegexOptions {
  readonly syntax: 'basic' | 'extended';
  /** REG_ICASE, ASCII letters only. */
  readonly ignoreCase?: boolean;
  /** `\n`, `\t`, `\ooo` … mean the characters, also in brackets (awk, sed). */
  readonly escapes?: boolean;
  /** REG_NEWLINE for `.` and `[^x]`: no newline for them. Anchors stay at the ends. */
  readonly newline?: boolean;
  /** False where `\1` is an octal escape (awk). */
  readonly backReferences?: boolean;
}

/** Offsets: [start, end, start of group 1, end of group 1 …]; −1 where a group took no part. */
export type Match = readonly number[];

/** The compiled pattern, or what is wrong with it in regerror(3C)'s words. */
export function compileRegex(pattern: string, options: RegexOptions): Regex | RegexError {
  try {
    const parsed = parseRegex(pattern, {
      extended: options.syntax === 'extended',
      ignoreCase: options.ignoreCase ?? false,
      escapes: options.escapes ?? false,
      newline: options.newline ?? false,
      backReferences: options.backReferences ?? true,
      bracketQuotes: options.backReferences === false,
    });
    return new Regex(parsed.root, parsed.groupCount, parsed.hasBackReference);
  } catch (error) {
    if (error instanceof RegexError) return error;
    throw error;
  }
}

/** Texts longer than this are left to the automaton: a RegExp may take length³ steps. */
const LONG_TEXT = 4096;

export class Regex {
  readonly groupCount: number;
  /** The text to look for when the pattern is plain characters: faster ways exist then. */
  readonly literal: string | undefined;
  readonly #root: RegexNode;
  readonly #hasBackReference: boolean;
  /** Set where JavaScript's answer is POSIX's. */
  readonly #javascript: RegExp | undefined;
  #withIndices: RegExp | undefined;
  #automata: Automata | undefined;

  constructor(root: RegexNode, groupCount: number, hasBackReference: boolean) {
    this.#root = root;
    this.groupCount = groupCount;
    this.#hasBackReference = hasBackReference;
    this.literal = literalOf(root);
    if (hasBackReference || isPlain(root)) {
      this.#javascript = new RegExp(javascriptSource(root, false), 'g');
    } else {
      this.#automata = new Automata(root);
    }
  }

  /** The RegExp to use for `text`, or undefined for the automata. */
  #quickFor(text: string): RegExp | undefined {
    return text.length <= LONG_TEXT || this.#hasBackReference ? this.#javascript : undefined;
  }

  #slow(): Automata {
    this.#automata ??= new Automata(this.#root);
    return this.#automata;
  }

  /** Whether the text holds a match. */
  test(text: string): boolean {
    if (this.literal !== undefined) return text.includes(this.literal);
    const quick = this.#quickFor(text);
    if (quick === undefined) return this.#slow().finder.test(text, 0);
    quick.lastIndex = 0;
    return quick.test(text);
  }

  /** Start and end of the leftmost longest match that begins at or after `from`. */
  find(text: string, from = 0): readonly [start: number, end: number] | undefined {
    if (this.literal !== undefined) {
      const start = text.indexOf(this.literal, from);
      return start < 0 ? undefined : [start, start + this.literal.length];
    }
    const quick = this.#quickFor(text);
    if (quick === undefined) return this.#slow().find(text, from);
    quick.lastIndex = from;
    const match = quick.exec(text);
    return match === null ? undefined : [match.index, match.index + match[0].length];
  }

  /** The leftmost longest match at or after `from`, with its groups. */
  exec(text: string, from = 0): Match | undefined {
    if (this.groupCount === 0) return this.find(text, from);
    const quick = this.#quickFor(text);
    if (quick === undefined) {
      const found = this.#slow().find(text, from);
      if (found === undefined) return undefined;
      return findSubmatches(this.#slow().program, this.groupCount, text, found[0], found[1]);
    }
    this.#withIndices ??= new RegExp(quick.source, 'dg');
    this.#withIndices.lastIndex = from;
    const indices = this.#withIndices.exec(text)?.indices;
    return indices?.flatMap((pair) => (pair as [number, number] | undefined) ?? [-1, -1]);
  }

  /**
   * The pattern as a RegExp over whole chunks of lines, for a quick first look: `undefined` unless
   * it is plain. Compile with `newline` for this, or a match may span lines.
   */
  multilineRegExp(): RegExp | undefined {
    if (this.#javascript === undefined || this.#hasBackReference) return undefined;
    return new RegExp(javascriptSource(this.#root, true), 'g');
  }
}

/** The automata of one pattern, made when first needed. */
class Automata {
  readonly finder: Dfa;
  readonly #root: RegexNode;
  readonly program: readonly Instruction[];
  #starts: Dfa | undefined;
  #ends: Dfa | undefined;
  /** All starts of matches in the text last searched from its midst (`s/x/y/g`). */
  #known: { readonly text: string; readonly starts: Uint8Array } | undefined;

  constructor(root: RegexNode) {
    this.#root = root;
    this.program = compileProgram(root, false);
    this.finder = new Dfa(root, false, true);
  }

  find(text: string, from: number): readonly [number, number] | undefined {
    if (from === 0 && !this.finder.test(text, 0)) return undefined;
    this.#ends ??= new Dfa(this.#root, false, false);
    if (this.#known?.text !== text) {
      this.#starts ??= new Dfa(this.#root, true, true);
      this.#known = { text, starts: this.#starts.allStarts(text) };
    }
    const start = (this.#known as { starts: Uint8Array }).starts.indexOf(1, from);
    return start < 0 ? undefined : [start, this.#ends.longest(text, start)];
  }
}

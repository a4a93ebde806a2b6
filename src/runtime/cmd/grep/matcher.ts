/**
 * What a line must match: any of the patterns, as a whole line with -x, as a word with -w. `quick`
 * finds places worth a look in whole blocks of lines, where the patterns allow it.
 */
import type { GrepOptions } from '#cmd/grep/options.ts';
import { type Regex, RegexError, compileRegex } from '#lib/libc/regex.ts';
import { isWordCode } from '#lib/libc/regex/syntax.ts';

export type Span = readonly [start: number, end: number];

export interface Matcher {
  test(line: string): boolean;
  /** The leftmost longest match at or after `from`. */
  find(line: string, from: number): Span | undefined;
  /** The next offset ≥ `from` in a block of lines that may lie in a matching line, or −1. */
  readonly quick: ((block: string, from: number) => number) | undefined;
}

function escapeFixed(text: string): string {
  return text.replace(/[\\^$.[\]|()*+?{}]/g, '\\$&');
}

/** One regular expression a pattern; fixed strings become one of alternatives. */
function compileAll(patterns: readonly string[], options: GrepOptions): Regex[] | RegexError {
  const { ignoreCase, syntax } = options;
  const sources = syntax === 'fixed' ? [patterns.map(escapeFixed).join('|')] : patterns;
  const compiled: Regex[] = [];
  for (const source of sources) {
    const regex = compileRegex(source, {
      syntax: syntax === 'basic' ? 'basic' : 'extended',
      ignoreCase,
      newline: true,
    });
    if (regex instanceof RegexError) return regex;
    compiled.push(regex);
  }
  return compiled;
}

function isWord(line: string, [start, end]: Span): boolean {
  const before = start > 0 && isWordCode(line.charCodeAt(start - 1));
  const after = end < line.length && isWordCode(line.charCodeAt(end));
  return !before && !after;
}

function earliest(regexes: readonly Regex[], line: string, from: number): Span | undefined {
  let best: Span | undefined;
  for (const regex of regexes) {
    const span = regex.find(line, from);
    if (span === undefined) continue;
    if (best === undefined || span[0] < best[0] || (span[0] === best[0] && span[1] > best[1])) {
      best = span;
    }
  }
  return best;
}

/** A shorter match that begins where `span` does and ends at a word's end. */
function shorterWord(regexes: readonly Regex[], line: string, span: Span): Span | undefined {
  for (let end = span[1] - 1; end > span[0]; end -= 1) {
    if (!isWord(line, [span[0], end])) continue;
    const shorter = earliest(regexes, line.slice(0, end), span[0]);
    if (shorter !== undefined && shorter[0] === span[0] && shorter[1] === end) return shorter;
  }
  return undefined;
}

export function makeMatcher(
  patterns: readonly string[],
  options: GrepOptions,
): Matcher | RegexError {
  const regexes = compileAll(patterns, options);
  if (regexes instanceof RegexError) return regexes;
  // No patterns at all (an empty -f file) match nothing.
  const only = regexes.length === 1 ? (regexes[0] as Regex) : undefined;
  const find = (line: string, from: number): Span | undefined => {
    if (patterns.length === 0) return undefined;
    if (options.wholeLine) {
      const span = from === 0 ? earliest(regexes, line, 0) : undefined;
      return span !== undefined && span[0] === 0 && span[1] === line.length ? span : undefined;
    }
    for (let at = from; at <= line.length; ) {
      const span = earliest(regexes, line, at);
      if (span === undefined || !options.wholeWord || isWord(line, span)) return span;
      const shorter = shorterWord(regexes, line, span);
      if (shorter !== undefined) return shorter;
      at = span[0] + 1;
    }
    return undefined;
  };
  const isSimple = !options.wholeLine && !options.wholeWord && only !== undefined;
  return {
    find,
    test:
      isSimple && patterns.length > 0
        ? (line) => only.test(line)
        : (line) => find(line, 0) !== undefined,
    quick: patterns.length === 0 ? undefined : quickSearch(only),
  };
}

function quickSearch(only: Regex | undefined): Matcher['quick'] {
  if (only === undefined) return undefined;
  const { literal } = only;
  if (literal !== undefined && literal !== '') {
    return (block, from) => block.indexOf(literal, from);
  }
  const expression = only.multilineRegExp();
  if (expression === undefined) return undefined;
  return (block, from) => {
    expression.lastIndex = from;
    return expression.exec(block)?.index ?? -1;
  };
}

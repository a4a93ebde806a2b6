/**
 * POSIX tree → JavaScript RegExp, and when that may be used. JavaScript takes the first alternative
 * that works where POSIX takes the longest match, and backtracks without bound; both agree, and
 * quickly, on plain sequences of single characters with few stars, which is what most patterns are.
 */
import { type CharSet, type RegexNode, inSet } from '#lib/libc/regex/syntax.ts';

const WORD = '[0-9A-Za-z_]';

function hex(code: number): string {
  return `\\x${code.toString(16).padStart(2, '0')}`;
}

function setSource(set: CharSet): string {
  const ranges: string[] = [];
  let size = 0;
  for (let code = 0; code < 256; code += 1) {
    if (!inSet(set, code)) continue;
    let last = code;
    while (last < 255 && inSet(set, last + 1)) last += 1;
    ranges.push(last === code ? hex(code) : `${hex(code)}-${hex(last)}`);
    size += last - code + 1;
    code = last;
  }
  if (size === 0) return '[]';
  if (size === 256) return '[^]';
  return size === 1 ? (ranges[0] as string) : `[${ranges.join('')}]`;
}

function assertionSource(
  node: Extract<RegexNode, { kind: 'assert' }>,
  newlineAnchors: boolean,
): string {
  switch (node.assertion) {
    case 'bol':
      return newlineAnchors ? '(?<![^\\n])' : '^';
    case 'eol':
      return newlineAnchors ? '(?![^\\n])' : '$';
    case 'wordStart':
      return `\\b(?=${WORD})`;
    case 'wordEnd':
      return `\\b(?<=${WORD})`;
    case 'wordBoundary':
      return '\\b';
    case 'notBoundary':
      return '\\B';
  }
}

/** The source of an equivalent RegExp, groups numbered alike. */
export function javascriptSource(node: RegexNode, newlineAnchors: boolean): string {
  switch (node.kind) {
    case 'empty':
      return '(?:)';
    case 'set':
      return setSource(node.set);
    case 'assert':
      return assertionSource(node, newlineAnchors);
    case 'concat':
      return node.parts
        .map((part) => {
          const source = javascriptSource(part, newlineAnchors);
          return part.kind === 'either' ? `(?:${source})` : source;
        })
        .join('');
    case 'either':
      return node.options.map((option) => javascriptSource(option, newlineAnchors)).join('|');
    case 'group':
      return `(${javascriptSource(node.body, newlineAnchors)})`;
    case 'back':
      return `(?:\\${node.index})`;
    case 'repeat': {
      const { min, max } = node;
      const bounds = max === Infinity ? `{${min},}` : `{${min},${max}}`;
      return `(?:${javascriptSource(node.body, newlineAnchors)})${bounds}`;
    }
  }
}

/** Unbounded repeats a plain pattern may have: the time is text length to this power. */
const STAR_LIMIT = 2;

interface Plainness {
  stars: number;
  isPlain: boolean;
}

function measure(node: RegexNode, found: Plainness): void {
  switch (node.kind) {
    case 'concat':
      for (const part of node.parts) measure(part, found);
      return;
    case 'group':
      measure(node.body, found);
      return;
    case 'repeat':
      if (node.body.kind !== 'set') found.isPlain = false;
      if (node.max > 1 && node.max !== node.min) found.stars += 1;
      return;
    case 'either':
    case 'back':
      found.isPlain = false;
      return;
    default:
  }
}

/** Whether JavaScript's RegExp gives POSIX's answer in bounded time. */
export function isPlain(root: RegexNode): boolean {
  const found: Plainness = { stars: 0, isPlain: true };
  measure(root, found);
  return found.isPlain && found.stars <= STAR_LIMIT;
}

/** The text a pattern stands for when it is nothing but characters. */
export function literalOf(root: RegexNode): string | undefined {
  const parts = root.kind === 'concat' ? root.parts : [root];
  let text = '';
  for (const part of parts) {
    if (part.kind !== 'set') return undefined;
    let only = -1;
    for (let code = 0; code < 256; code += 1) {
      if (!inSet(part.set, code)) continue;
      if (only >= 0) return undefined;
      only = code;
    }
    if (only < 0) return undefined;
    text += String.fromCharCode(only);
  }
  return text;
}

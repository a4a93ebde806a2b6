/** What kstat's operands select: shell patterns, or regular expressions between slashes. */
import { utf8ToLatin1 } from '#base/bytes.ts';
import { compileRegex, RegexError } from '#lib/libc/regex.ts';

export type Matcher = (text: string) => boolean;

const ANY: Matcher = () => true;

/** A matcher for one pattern; undefined for a bad regular expression. '' matches anything. */
export function matcher(pattern: string): Matcher | undefined {
  if (pattern === '') return ANY;
  if (pattern.length > 1 && pattern.startsWith('/') && pattern.endsWith('/')) {
    const regex = compileRegex(utf8ToLatin1(pattern.slice(1, -1)), { syntax: 'extended' });
    return regex instanceof RegexError ? undefined : (text) => regex.test(utf8ToLatin1(text));
  }
  const source = new RegExp(`^${globSource(pattern)}$`, 'u');
  return (text) => source.test(text);
}

/** A shell pattern as a regular expression's source. */
function globSource(pattern: string): string {
  return pattern.replace(/\*|\?|\[!?[^\]]*\]|\\.|[^*?[\\]/gu, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.startsWith('[')) return part.replace(/^\[!/, '[^');
    const plain = part.startsWith('\\') ? part.slice(1) : part;
    return plain.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&');
  });
}

export interface KstatSelector {
  readonly module: Matcher;
  readonly instance: Matcher;
  readonly name: Matcher;
  readonly statistic: Matcher;
}

/** `module:instance:name:statistic`, parts may be missing; undefined for a bad pattern. */
export function selector(text: string): KstatSelector | undefined {
  const [module = '', instance = '', name = '', statistic = ''] = text.split(':');
  const parts = [module, instance, name, statistic].map(matcher);
  const [one, two, three, four] = parts;
  if (!one || !two || !three || !four) return undefined;
  return { module: one, instance: two, name: three, statistic: four };
}

/** The `s` command on one pattern space. */
import type { Replacement, Substitution } from '#cmd/sed/script.ts';
import type { Match, Regex } from '#lib/libc/regex.ts';

function expand(replacement: Replacement, text: string, match: Match): string {
  let result = '';
  for (const part of replacement) {
    if (typeof part === 'string') result += part;
    else {
      const start = match[part * 2] ?? -1;
      if (start >= 0) result += text.slice(start, match[part * 2 + 1]);
    }
  }
  return result;
}

/** The new text, or undefined when nothing was replaced. */
export function substitute(text: string, regex: Regex, what: Substitution): string | undefined {
  const hasGroups = what.replacement.some((part) => typeof part === 'number' && part > 0);
  let result = '';
  let copied = 0;
  let count = 0;
  let replaced = false;
  let lastEnd = -1;
  for (let from = 0; from <= text.length; ) {
    const match: Match | undefined = hasGroups ? regex.exec(text, from) : regex.find(text, from);
    if (match === undefined) break;
    const [start, end] = match as readonly [number, number];
    // An empty match right after another match does not count.
    if (start === end && start === lastEnd) {
      from = start + 1;
      continue;
    }
    count += 1;
    if (count >= what.occurrence) {
      result += text.slice(copied, start) + expand(what.replacement, text, match);
      copied = end;
      replaced = true;
      if (!what.isGlobal) break;
    }
    lastEnd = end;
    from = end > start ? end : end + 1;
  }
  return replaced ? result + text.slice(copied) : undefined;
}

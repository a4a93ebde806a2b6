/** Lookups: `a.b`, `a.0.c`, `a['x.y']`, with another delimiter if asked. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The keys of a lookup; a string says what is wrong. */
export function parseLookup(text: string, delimiter: string): string[] | string {
  const keys: string[] = [];
  let rest = text;
  let isFirst = true;
  while (rest !== '') {
    const bracket = /^\[(?:'([^']*)'|"([^"]*)"|`([^`]*)`)\]/.exec(rest);
    if (bracket !== null) {
      keys.push(bracket[1] ?? bracket[2] ?? bracket[3] ?? '');
      rest = rest.slice(bracket[0].length);
    } else if (rest.startsWith('[')) {
      const shown = /^\[[^\]]*\]?/.exec(rest)?.[0] ?? rest;
      const form = `['...'], ["..."], or [\`...\`]`;
      return `invalid bracketed lookup string: "${shown}" (must be of the form ${form})`;
    } else {
      if (!isFirst && rest.startsWith(delimiter)) rest = rest.slice(delimiter.length);
      const ends = [rest.indexOf(delimiter), rest.indexOf('[')].filter((at) => at >= 0);
      const end = Math.min(rest.length, ...ends);
      keys.push(rest.slice(0, end));
      rest = rest.slice(end);
    }
    isFirst = false;
  }
  return keys;
}

/** The value at `keys`; undefined when there is none. */
export function lookUp(value: Json, keys: readonly string[]): Json | undefined {
  let at: Json | undefined = value;
  for (const key of keys) {
    if (at === null || at === undefined || typeof at !== 'object') return undefined;
    if (Array.isArray(at)) {
      if (key === 'length') at = at.length;
      else at = /^-?\d+$/.test(key) ? at.at(Number(key)) : undefined;
    } else at = Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

/** Values that follow each other: objects become one array, arrays on lines of their own join. */
export function groupValues(text: string): string {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) return `[${trimmed.replace(/\}\s*\{/g, '},\n{')}]`;
  if (trimmed.startsWith('[')) return trimmed.replace(/\]\s*\n\s*\[/g, ',\n');
  return text;
}

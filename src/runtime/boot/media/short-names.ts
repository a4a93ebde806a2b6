/**
 * Names of eight and three characters for long ones, each once in its directory: what FAT and ISO
 * 9660 need besides the real name.
 */

/** From each of `names` (of one directory) to its short form, `NAME.EXT` or `NAME`. */
export function shortNames(names: readonly string[]): Map<string, string> {
  const taken = new Set<string>();
  const short = new Map<string, string>();
  // Names that are short already keep theirs.
  for (const name of names) {
    if (!/^[A-Z0-9_]{1,8}(?:\.[A-Z0-9_]{1,3})?$/.test(name)) continue;
    short.set(name, name);
    taken.add(name);
  }
  for (const name of names) {
    if (short.has(name)) continue;
    const alias = freeAlias(name, taken);
    short.set(name, alias);
    taken.add(alias);
  }
  return short;
}

function freeAlias(name: string, taken: ReadonlySet<string>): string {
  const clean = (part: string): string => part.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
  const dot = name.lastIndexOf('.');
  const base = clean(dot > 0 ? name.slice(0, dot) : name) || '_';
  const extension = dot > 0 ? clean(name.slice(dot + 1)).slice(0, 3) : '';
  for (let number = 0; ; number += 1) {
    const tail = number === 0 ? '' : `_${number}`;
    const stem = base.slice(0, 8 - tail.length) + tail;
    const alias = extension === '' ? stem : `${stem}.${extension}`;
    if (!taken.has(alias)) return alias;
  }
}

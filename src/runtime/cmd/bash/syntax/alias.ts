/**
 * Aliases: replaced in the source text before it is parsed. The words in command position are found
 * with the parser itself; what an alias's own text expands to is not expanded by that alias again.
 * @man bash(1) ALIASES
 */
import { forEachChild, parse, type SyntaxNode } from 'unbash';

interface Replaced {
  readonly start: number;
  end: number;
  readonly names: ReadonlySet<string>;
}

const MAX_REPLACEMENTS = 1000;

export function expandAliases(text: string, aliases: ReadonlyMap<string, string>): string {
  let source = text;
  let from = 0;
  let regions: Replaced[] = [];
  for (let count = 0; count < MAX_REPLACEMENTS; count += 1) {
    const found = findAlias(source, from, aliases, regions);
    if (found === undefined) return source;
    const value = aliases.get(found.name) ?? '';
    const end = found.at + found.name.length;
    source = source.slice(0, found.at) + value + source.slice(end);
    const growth = value.length - found.name.length;
    const outer = regions.filter((region) => region.start <= found.at && end <= region.end);
    regions = regions.map((region) => {
      if (region.start <= found.at && end <= region.end) {
        return { ...region, end: region.end + growth };
      }
      return region.start >= end
        ? { ...region, start: region.start + growth, end: region.end + growth }
        : region;
    });
    const names = new Set([...outer.flatMap((region) => [...region.names]), found.name]);
    regions.push({ start: found.at, end: found.at + value.length, names });
    from = found.at;
  }
  return source;
}

/** The leftmost word at or after `from` that is an alias which may be expanded there. */
function findAlias(
  source: string,
  from: number,
  aliases: ReadonlyMap<string, string>,
  regions: readonly Replaced[],
): { at: number; name: string } | undefined {
  let best: { at: number; name: string } | undefined;
  const consider = (at: number, name: string): void => {
    if (at < from || !aliases.has(name) || (best !== undefined && best.at <= at)) return;
    const isInside = regions.some(
      (region) => region.start <= at && at < region.end && region.names.has(name),
    );
    if (!isInside) best = { at, name };
  };
  for (const { at, name } of commandWords(source)) consider(at, name);
  for (const region of regions) {
    if (!/[ \t]$/.test(source.slice(region.start, region.end))) continue;
    const next = /^[^\s;&|<>()'"\\$`]+/.exec(source.slice(region.end));
    if (next !== null) consider(region.end, next[0]);
    const spaced = /^[ \t]+([^\s;&|<>()'"\\$`]+)/.exec(source.slice(region.end));
    if (spaced !== null)
      consider(region.end + spaced[0].length - (spaced[1] ?? '').length, spaced[1] ?? '');
  }
  return best;
}

/** Unquoted words in command position, outermost first. */
function commandWords(source: string): { at: number; name: string }[] {
  const found: { at: number; name: string }[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'Command' && node.name !== undefined) {
      const { text, value, pos } = node.name;
      if (text === value && source.startsWith(text, pos)) found.push({ at: pos, name: text });
    }
    forEachChild(node, visit);
  };
  visit(parse(source));
  return found;
}

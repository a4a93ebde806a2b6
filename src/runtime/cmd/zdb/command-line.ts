/** The command line of zdb, with what follows from it. @man zdb(8) */
import { getopt, type ParsedOptions } from '#lib/libc/getopt.ts';
import type { ObjectRange } from '#cmd/zdb/objset-dump.ts';

/** Letters that show something: with none of them given, all are. */
const SHOWING: readonly string[] = 'bcCdDEGhilmMORsSu'.split('');
/** Of those and the others, what plain `zdb pool` leaves out. */
const NOT_BY_DEFAULT = 'AeEFklLNOPrRSXy';
const LETTERS = 'AbcCdDeEFGhiI:klLmMo:Op:PqRsSt:uU:vVx:X';

export interface CommandLine {
  /** How often each letter counts: `dump_opt[]`. */
  readonly counts: ReadonlyMap<string, number>;
  /** Folders of -p. */
  readonly folders: readonly string[];
  readonly cachefile: string | undefined;
  readonly operands: readonly string[];
}

/** The command line, or a complaint that goes before the usage message. */
export function parseCommandLine(args: readonly string[]): CommandLine | string {
  const parsed: ParsedOptions = getopt(args, LETTERS);
  if (parsed.message !== undefined) return `zdb: ${parsed.message}\n`;
  const given = new Map<string, number>();
  const folders: string[] = [];
  let cachefile: string | undefined;
  for (const { letter, value } of parsed.options) {
    given.set(letter, (given.get(letter) ?? 0) + 1);
    if (letter === 'p') folders.push(value);
    if (letter === 'U') cachefile = value;
    if (letter === 'I' && !(Number(value) > 0)) {
      return 'maximum number of inflight bytes must be greater than 0\n';
    }
    if (letter === 't' && !(Number(value) >= 4)) return `incorrect txg specified: ${value}\n`;
  }
  if (cachefile !== undefined && !cachefile.startsWith('/')) {
    return 'cachefile must be an absolute path (i.e. start with a slash)\n';
  }
  if (folders.length > 0 && !given.has('e')) return '-p option requires use of -e\n';
  return { counts: amounts(given), folders, cachefile, operands: parsed.operands };
}

function amounts(given: ReadonlyMap<string, number>): Map<string, number> {
  const isAll = !SHOWING.some((letter) => given.has(letter));
  const verbose = Math.max(given.get('v') ?? 0, isAll ? 1 : 0);
  const counts = new Map<string, number>();
  for (const letter of new Set([...SHOWING, ...given.keys()])) {
    const isDefault = isAll && !NOT_BY_DEFAULT.includes(letter);
    const count = isDefault ? 1 : (given.get(letter) ?? 0);
    if (count > 0) counts.set(letter, letter === 'v' ? count : count + verbose);
  }
  return counts;
}

/** `parse_object_range`: `object` or `start:end[:flags]`; a complaint when it is neither. */
export function parseObjectRange(text: string): ObjectRange | string {
  const number = (part: string): number | undefined =>
    /^(0[xX][0-9a-fA-F]+|-?\d+)$/.test(part) ? Number(part) : undefined;
  if (!text.includes(':')) {
    const object = number(text);
    if (object === undefined) return 'Invalid characters in object ID';
    return { start: object, end: object, filter: null };
  }
  if (text.startsWith(':')) return 'Invalid leading colon';
  if (text.endsWith(':')) return 'Invalid trailing colon';
  const [first = '', second = '', flags, ...more] = text.split(':');
  const start = number(first);
  const last = number(second);
  if (start === undefined) return 'Invalid characters in start object ID';
  if (last === undefined) return 'Invalid characters in end object ID';
  const end = last < 0 ? Infinity : last;
  if (start > end) return 'Start object ID may not exceed end object ID';
  if (more.length > 0) return 'Invalid colon-delimited field after flags';
  if (flags === undefined) return { start, end, filter: null };
  const letters = new Set<string>();
  let isAll = false;
  for (let i = 0; i < flags.length; i += 1) {
    const isNegated = flags[i] === '-';
    if (isNegated) i += 1;
    const letter = flags[i];
    if (letter === undefined) return 'Invalid trailing negation operator';
    if (!'dfmzA'.includes(letter)) return 'Invalid flag';
    if (letter === 'A') {
      isAll = !isNegated;
      for (const each of 'dfmz') {
        if (isNegated) letters.delete(each);
        else letters.add(each);
      }
    } else if (isNegated) letters.delete(letter);
    else letters.add(letter);
  }
  return { start, end, filter: { letters, isAll } };
}

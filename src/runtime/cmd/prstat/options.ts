/** prstat's command line. @man prstat(8) */
import { getopt } from '#lib/libc/getopt.ts';

export const USAGE = `Usage:	prstat [-acJLmRtTvZ] [-u euidlist] [-U uidlist]
	[-p pidlist] [-P cpulist] [-C psrsetlist]
	[-j projidlist] [-k taskidlist] [-z zoneidlist]
	[-s key | -S key] [-n nprocs[,nusers]]
	[interval [counter]]
`;

export type SortKey = 'cpu' | 'time' | 'size' | 'rss' | 'pri';

export interface PrstatRequest {
  readonly interval: number;
  readonly count: number;
  /** Lines of the upper and the lower table; undefined = as the window has room. */
  readonly top: number | undefined;
  readonly bottom: number | undefined;
  readonly sort: SortKey;
  readonly ascends: boolean;
  readonly showsMicrostates: boolean;
  readonly showsThreads: boolean;
  /** -c: reports follow each other instead of taking the screen's place. */
  readonly continues: boolean;
  /** -t: only the summary; -a, -Z, -T, -J: it comes below the processes. */
  readonly onlySummary: boolean;
  readonly summary: 'none' | 'users' | 'zones' | 'tasks' | 'projects';
  readonly pids: ReadonlySet<number>;
  /** Names or numbers, looked up later. */
  readonly euids: readonly string[];
  readonly ruids: readonly string[];
}

const SUMMARIES = { a: 'users', t: 'users', Z: 'zones', T: 'tasks', J: 'projects' } as const;
const LATER = 'RHhCPjkz';
const KEYS = ['cpu', 'time', 'size', 'rss', 'pri'];

function list(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** The request; or a message, '' for the usage alone, or a letter that is not built. */
export function parsePrstat(
  args: readonly string[],
): PrstatRequest | { readonly message: string } | { readonly later: string } {
  const parsed = getopt(args, 'vcHmaRLtu:U:n:p:C:P:h:s:S:j:k:TJz:Z');
  if (parsed.message !== undefined || parsed.operands.length > 2) return { message: '' };
  let request: PrstatRequest = {
    interval: 5,
    count: Number.POSITIVE_INFINITY,
    top: undefined,
    bottom: undefined,
    sort: 'cpu',
    ascends: false,
    showsMicrostates: false,
    showsThreads: false,
    continues: false,
    onlySummary: false,
    summary: 'none',
    pids: new Set(),
    euids: [],
    ruids: [],
  };
  for (const { letter, value } of parsed.options) {
    if (LATER.includes(letter)) return { later: letter };
    const next = apply(request, letter, value);
    if (typeof next === 'string') return { message: next };
    request = next;
  }
  const [interval, count] = parsed.operands;
  for (const word of parsed.operands) {
    if (!/^\d+$/.test(word)) return { message: `illegal argument -- ${word}` };
  }
  if (count === '0') return { message: 'invalid counter value' };
  return {
    ...request,
    interval: interval === undefined ? 5 : Number(interval),
    count: count === undefined ? Number.POSITIVE_INFINITY : Number(count),
  };
}

function apply(request: PrstatRequest, letter: string, value: string): PrstatRequest | string {
  switch (letter) {
    case 'c':
      return { ...request, continues: true };
    case 'm':
    case 'v':
      return { ...request, showsMicrostates: true };
    case 'L':
      return { ...request, showsThreads: true };
    case 's':
    case 'S':
      if (!KEYS.includes(value)) return `invalid sort key -- ${value}`;
      return { ...request, sort: value as SortKey, ascends: letter === 'S' };
    case 'n': {
      const [top = '', bottom] = value.split(',');
      const numbers = [top, ...(bottom === undefined ? [] : [bottom])];
      if (!numbers.every((word) => /^[1-9]\d*$/.test(word))) return 'invalid argument for -n';
      return { ...request, top: Number(top), bottom: bottom === undefined ? 5 : Number(bottom) };
    }
    case 'p': {
      const words = list(value);
      const wrong = words.find((word) => !/^\d+$/.test(word));
      if (wrong !== undefined) return `illegal argument -- ${wrong}`;
      return { ...request, pids: new Set(words.map(Number)) };
    }
    case 'u':
      return { ...request, euids: list(value) };
    case 'U':
      return { ...request, ruids: list(value) };
    default:
      return {
        ...request,
        summary: SUMMARIES[letter as keyof typeof SUMMARIES],
        onlySummary: letter === 't',
      };
  }
}

/**
 * Matching for the palette: the letters of the query in order, better when they begin words or follow
 * one another. Small lists, so no index.
 */
export interface Match {
  readonly score: number;
  /** Indices of the matched letters in the text, for emphasis. */
  readonly at: readonly number[];
}

const IN_A_ROW = 8;
const WORD_START = 10;
const GAP_COST = 1;

/** Undefined when the letters are not there in order. */
export function fuzzyMatch(query: string, text: string): Match | undefined {
  const wanted = query.toLowerCase().replace(/\s+/g, '');
  const lower = text.toLowerCase();
  if (wanted === '') return { score: 0, at: [] };
  let best: Match | undefined;
  // Each possible first letter once: the greedy rest is good enough for titles.
  for (let start = lower.indexOf(wanted.charAt(0)); start >= 0; ) {
    const match = matchFrom(wanted, lower, start);
    if (match !== undefined && (best === undefined || match.score > best.score)) best = match;
    start = lower.indexOf(wanted.charAt(0), start + 1);
  }
  return best;
}

function matchFrom(wanted: string, lower: string, start: number): Match | undefined {
  const at: number[] = [];
  let score = 0;
  let from = start;
  for (const letter of wanted) {
    const next = nextLetter(letter, lower, from, at.at(-1));
    if (next < 0) return undefined;
    const isRun = at.at(-1) === next - 1;
    const isStart = next === 0 || /[^\p{L}\p{N}]/u.test(lower.charAt(next - 1));
    score += (isRun ? IN_A_ROW : 0) + (isStart ? WORD_START : 0);
    score -= Math.min(5, next - from) * GAP_COST;
    at.push(next);
    from = next + 1;
  }
  return { score: score - lower.length * 0.01, at };
}

/** The letter right here, or else at the start of a word, or else anywhere further on. */
function nextLetter(letter: string, lower: string, from: number, last: number | undefined): number {
  if (last !== undefined && lower.charAt(last + 1) === letter) return last + 1;
  const wordStart = lower.indexOf(` ${letter}`, Math.max(0, from - 1));
  return wordStart >= 0 && last !== undefined ? wordStart + 1 : lower.indexOf(letter, from);
}

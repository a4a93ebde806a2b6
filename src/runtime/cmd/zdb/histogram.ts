/** A histogram with stars, as zdb draws them. @see cmd/zdb/zdb.c dump_histogram() */
const STARS = '****************************************';

/** Rows from the first to the last bucket that is not empty; `offset` is added to their numbers. */
export function histogramText(histogram: readonly number[], offset: number): string {
  const max = Math.max(STARS.length, ...histogram);
  const last = Math.max(
    0,
    histogram.findLastIndex((count) => count > 0),
  );
  const first = histogram.findIndex((count) => count > 0);
  let text = '';
  for (let i = first < 0 ? histogram.length - 1 : first; i <= last; i += 1) {
    const count = histogram[i] ?? 0;
    const stars = STARS.slice(Math.floor(((max - count) * STARS.length) / max));
    text += `\t\t\t${String(i + offset).padStart(3)}: ${String(count).padStart(6)} ${stars}\n`;
  }
  return text;
}

/** Numbers and times as people read them in the window. Binary sizes, short units. */
const STEPS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1.5 GiB`; three significant digits at most. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let step = 0;
  while (value >= 1024 && step < STEPS.length - 1) {
    value /= 1024;
    step += 1;
  }
  const digits = step === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${trimZeros(value.toFixed(digits))} ${STEPS[step] ?? 'B'}`;
}

/** `1.2k`, `3.4M`: rates that need no more than their size. */
export function formatCount(value: number): string {
  if (value < 1000) return value < 10 && value > 0 ? trimZeros(value.toFixed(1)) : value.toFixed(0);
  if (value < 999_500) return `${trimZeros((value / 1000).toFixed(value < 99_950 ? 1 : 0))}k`;
  return `${trimZeros((value / 1_000_000).toFixed(1))}M`;
}

/** `12 %`, `0.4 %`, never `100.0 %`. */
export function formatPercent(fraction: number): string {
  const percent = Math.max(0, Math.min(1, fraction)) * 100;
  if (percent === 0) return '0 %';
  if (percent < 0.1) return '<0.1 %';
  return `${percent < 9.95 ? trimZeros(percent.toFixed(1)) : percent.toFixed(0)} %`;
}

/** `42s`, `3m 05s`, `2h 14m`, `5d 3h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (minutes === 0) return `${seconds}s`;
  if (hours === 0) return `${minutes}m ${two(seconds % 60)}s`;
  if (days === 0) return `${hours}h ${two(minutes % 60)}m`;
  return `${days}d ${hours % 24}h`;
}

/** `1 node`, `3 nodes`. */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

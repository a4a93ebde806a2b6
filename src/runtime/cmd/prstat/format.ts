/** prstat's columns: sizes, times, percentages, states. @man prstat(8) */

/** KiB with a unit, from 10,000 on in the next one: `1234K`, `  12M`. */
export function sizeText(kib: number): string {
  let size = kib;
  let unit = 'K';
  if (size >= 10_000) {
    size = Math.floor((size + 512) / 1024);
    unit = 'M';
    if (size >= 10_000) {
      size = Math.floor((size + 512) / 1024);
      unit = 'G';
    }
  }
  return `${String(size).padStart(4)}${unit}`;
}

/** `hhh:mm:ss` */
export function timeText(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = String(Math.floor(seconds / 3600)).padStart(3);
  return `${hours}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
}

/** One digit after the point below ten; three columns. */
export function percentText(value: number): string {
  const inside = Math.max(0, Math.min(100, value));
  return (inside < 9.95 ? inside.toFixed(1) : inside.toFixed(0)).slice(0, 3);
}

export function countText(value: number): string {
  if (value >= 100_000) return `.${Math.floor(value / 100_000)}M`.slice(0, 3);
  if (value >= 1000) return `${String(Math.floor(value / 1000)).padStart(2)}K`.slice(0, 3);
  return String(value).padStart(3);
}

const STATES: Readonly<Record<string, string>> = {
  S: 'sleep',
  R: 'run',
  Z: 'zombie',
  T: 'stop',
  I: 'idle',
  X: 'xbrk',
};

export function stateText(letter: string, cpu: number): string {
  return letter === 'O' ? `cpu${String(cpu).padEnd(3)}` : (STATES[letter] ?? '?');
}

/**
 * Sizes for people, as ls -h, du -h and df -h print them: at most five characters,
 * decimals as far as they fit (`1.50K`, `10.2K`, `123M`).
 * @see usr/src/lib/libcmdutils nicenum_scale
 */
import { fixed } from '#lib/libc/fixed.ts';

const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

export function nicenum(value: number, divisor: 1000 | 1024 = 1024): string {
  let scaled = value;
  let index = 0;
  while (scaled >= divisor && index < UNITS.length - 1) {
    scaled /= divisor;
    index += 1;
  }
  const unit = UNITS[index] as string;
  if (index === 0) return String(value);
  // Whole multiples show no decimals; otherwise as many as fit five characters.
  if (Number.isInteger(scaled)) return `${scaled}${unit}`;
  for (const digits of [2, 1, 0]) {
    const text = `${fixed(scaled, digits)}${unit}`;
    if (text.length <= 5) return text;
  }
  return `${Math.round(scaled)}${unit}`;
}

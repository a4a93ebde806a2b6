/** Numbers as `df -h` shows them: at most one digit after the point. */
const UNITS = 'KMGTPE';

/** `number` units of `unitBytes` bytes in the largest fitting unit: `3.6T`, ` 577K`. */
export function scaled(number: bigint, unitBytes: bigint): string {
  let value = (number * unitBytes) / 1024n;
  let before: bigint | undefined;
  let index = 0;
  while (value >= 1024n && index < UNITS.length - 1) {
    index += 1;
    before = value;
    value = (value + 512n) / 1024n;
  }
  const unit = UNITS[index] as string;
  if (before !== undefined && before / 1024n < 10n) {
    return `${(Number(before) / 1024).toFixed(1)}${unit}`;
  }
  return `${String(value).padStart(4)}${unit}`;
}

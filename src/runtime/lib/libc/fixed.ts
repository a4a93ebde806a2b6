/**
 * `%.Nf` of printf(3C): halves that are exact go to the even digit, where toFixed goes up (1152 bytes
 * are 1.12K, not 1.13K).
 */
export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  const doubled = value * 2 ** (digits + 1);
  // A half of the last digit is exact only with so few binary digits.
  if (!Number.isInteger(doubled) || doubled % 2 === 0) return text;
  const scaled = Math.abs(value) * 10 ** digits;
  const floor = Math.floor(scaled);
  if (scaled - floor !== 0.5 || floor % 2 === 1) return text;
  return ((Math.sign(value) * floor) / 10 ** digits).toFixed(digits);
}

/** Decimal numbers of any length: `digits` × 10^−scale. Division and roots cut, never round. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

export const ZERO: Decimal = { digits: 0n, scale: 0 };
export const ONE: Decimal = { digits: 1n, scale: 0 };

function ten(power: number): bigint {
  return 10n ** BigInt(power);
}

/** The same value with another scale; digits that do not fit are cut. */
export function rescale(value: Decimal, scale: number): Decimal {
  if (scale >= value.scale) {
    return { digits: value.digits * ten(scale - value.scale), scale };
  }
  return { digits: value.digits / ten(value.scale - scale), scale };
}

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { digits: rescale(a, scale).digits + rescale(b, scale).digits, scale };
}

export function negate(a: Decimal): Decimal {
  return { digits: -a.digits, scale: a.scale };
}

/** Keeps min(a + b, max(scale, a, b)) digits after the point, as bc does. */
export function multiply(a: Decimal, b: Decimal, scale: number): Decimal {
  const full = a.scale + b.scale;
  const kept = Math.min(full, Math.max(scale, a.scale, b.scale));
  return rescale({ digits: a.digits * b.digits, scale: full }, kept);
}

export function divide(a: Decimal, b: Decimal, scale: number): Decimal {
  const shift = scale + b.scale - a.scale;
  const digits =
    shift >= 0 ? (a.digits * ten(shift)) / b.digits : a.digits / ten(-shift) / b.digits;
  return { digits, scale };
}

/** a − (a / b) × b, with the quotient at `scale`. */
export function remainder(a: Decimal, b: Decimal, scale: number): Decimal {
  const quotient = divide(a, b, scale);
  const kept = Math.max(a.scale, b.scale + scale);
  const product = { digits: quotient.digits * b.digits, scale: quotient.scale + b.scale };
  return rescale(add(a, negate(product)), kept);
}

/** Whole powers only; a negative one divides. */
export function power(a: Decimal, exponent: bigint, scale: number): Decimal {
  const size = exponent < 0n ? -exponent : exponent;
  const full = { digits: a.digits ** size, scale: a.scale * Number(size) };
  if (exponent < 0n) return divide(ONE, full, scale);
  const kept = Math.min(full.scale, Math.max(scale, a.scale));
  return rescale(full, kept);
}

/** The square root with max(scale, a's scale) digits; undefined for a negative number. */
export function squareRoot(a: Decimal, scale: number): Decimal | undefined {
  if (a.digits < 0n) return undefined;
  const kept = Math.max(scale, a.scale);
  const target = rescale(a, 2 * kept).digits;
  if (target === 0n) return { digits: 0n, scale: kept };
  let guess = ten(Math.ceil(String(target).length / 2));
  for (;;) {
    const next = (guess + target / guess) / 2n;
    if (next >= guess) return { digits: guess, scale: kept };
    guess = next;
  }
}

export function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = rescale(a, scale).digits - rescale(b, scale).digits;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Digits in all; a fraction below one counts those after the point. */
export function lengthOf(a: Decimal): number {
  const digits = String(a.digits < 0n ? -a.digits : a.digits);
  return Math.max(digits.length, a.scale);
}

const DIGITS = '0123456789ABCDEF';

/** Reads a number in base 2 … 16. A single digit may be larger than the base. */
export function parseNumber(text: string, base: number): Decimal {
  const [whole = '', fraction = ''] = text.split('.');
  const value = (digit: string): bigint =>
    BigInt(text.length === 1 ? DIGITS.indexOf(digit) : Math.min(base - 1, DIGITS.indexOf(digit)));
  let digits = 0n;
  for (const digit of whole) digits = digits * BigInt(base) + value(digit);
  if (fraction === '') return { digits, scale: 0 };
  let numerator = 0n;
  for (const digit of fraction) numerator = numerator * BigInt(base) + value(digit);
  const part = divide(
    { digits: numerator, scale: 0 },
    { digits: BigInt(base) ** BigInt(fraction.length), scale: 0 },
    fraction.length,
  );
  return add({ digits, scale: 0 }, part);
}

/** The number in a base from 2 on; above 16 each digit is a decimal number after a blank. */
export function formatNumber(a: Decimal, base: number): string {
  const sign = a.digits < 0n ? '-' : '';
  const size = a.digits < 0n ? -a.digits : a.digits;
  const unit = ten(a.scale);
  const [whole, fraction] = [size / unit, size % unit];
  if (base === 10) {
    const after = a.scale === 0 ? '' : `.${String(fraction).padStart(a.scale, '0')}`;
    const before = whole === 0n && a.scale > 0 ? '' : String(whole);
    return size === 0n ? '0' : sign + before + after;
  }
  const digitText = (digit: bigint): string => {
    if (base <= 16) return DIGITS[Number(digit)] as string;
    return ` ${String(digit).padStart(String(base - 1).length, '0')}`;
  };
  let text = '';
  for (let rest = whole; rest > 0n; rest /= BigInt(base))
    text = digitText(rest % BigInt(base)) + text;
  if (text === '') text = a.scale > 0 && fraction > 0n ? '' : digitText(0n);
  if (a.scale === 0 || fraction === 0n) return sign + text;
  text += '.';
  let rest = fraction;
  // As many digits as the decimal fraction can tell apart.
  for (let reach = 1n; reach < unit; reach *= BigInt(base)) {
    rest *= BigInt(base);
    text += digitText(rest / unit);
    rest %= unit;
  }
  return sign + text;
}

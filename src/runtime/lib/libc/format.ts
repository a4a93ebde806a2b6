/**
 * The conversions of printf(3C) over byte-oriented text, for printf(1), awk, seq -f and the shell.
 * A format is parsed once into pieces; the caller finds the arguments.
 * @man printf(3C)
 */
export interface Conversion {
  /** `-+ #0'` */
  readonly flags: string;
  /** undefined = none; `*` = the next argument. */
  readonly width: number | '*' | undefined;
  readonly precision: number | '*' | undefined;
  /** `d i o u x X e E f F g G a A c s b %` … the letter without length modifiers. */
  readonly letter: string;
  /** The text it was written as. */
  readonly source: string;
}

const CONVERSION =
  /%([-+ #0']*)(\*|\d+)?(?:\.(\*|\d*))?(?:hh|h|ll|l|j|z|t|L|q)?([diouxXeEfFgGaAcsb%])/y;

/** Literal text and conversions in order. What is no conversion stays text. */
export function parseFormat(format: string): readonly (string | Conversion)[] {
  const pieces: (string | Conversion)[] = [];
  let text = '';
  let at = 0;
  while (at < format.length) {
    const percent = format.indexOf('%', at);
    if (percent < 0) break;
    text += format.slice(at, percent);
    CONVERSION.lastIndex = percent;
    const match = CONVERSION.exec(format);
    if (match === null) {
      text += '%';
      at = percent + 1;
      continue;
    }
    at = CONVERSION.lastIndex;
    if (match[4] === '%') {
      text += '%';
      continue;
    }
    if (text !== '') pieces.push(text);
    text = '';
    pieces.push({
      flags: match[1] as string,
      width: fieldOf(match[2]),
      precision: match[3] === '' ? 0 : fieldOf(match[3]),
      letter: match[4] as string,
      source: match[0],
    });
  }
  text += format.slice(at);
  if (text !== '') pieces.push(text);
  return pieces;
}

function fieldOf(text: string | undefined): number | '*' | undefined {
  return text === undefined || text === '*' ? (text as '*' | undefined) : Number(text);
}

/** `value` by `conversion`; `stars` are the arguments for `*` in width and precision, in order. */
export function formatOne(
  conversion: Conversion,
  value: number | bigint | string,
  stars: readonly number[],
): string {
  let { flags } = conversion;
  let star = 0;
  let width = 0;
  if (conversion.width === '*') width = stars[star++] ?? 0;
  else width = conversion.width ?? 0;
  if (width < 0) {
    flags += '-';
    width = -width;
  }
  let precision: number | undefined;
  if (conversion.precision === '*') precision = stars[star] ?? 0;
  else precision = conversion.precision;
  if (precision !== undefined && precision < 0) precision = undefined;
  const { letter } = conversion;
  if (letter === 's' || letter === 'c' || letter === 'b') {
    const text = String(value);
    return pad(
      letter === 'c' || precision === undefined ? text : text.slice(0, precision),
      width,
      flags,
    );
  }
  const [sign, digits] = 'diouxX'.includes(letter)
    ? integerDigits(letter, flags, toBigInt(value), precision)
    : floatDigits(letter, flags, Number(value), precision);
  const isNumber = !/^(?:inf|nan)/i.test(digits);
  const zeros = flags.includes('0') && !flags.includes('-') && isNumber;
  const zeroPads = zeros && !('diouxX'.includes(letter) && precision !== undefined);
  if (zeroPads) return sign + digits.padStart(width - sign.length, '0');
  return pad(sign + digits, width, flags);
}

function pad(text: string, width: number, flags: string): string {
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width);
}

function toBigInt(value: number | bigint | string): bigint {
  if (typeof value === 'bigint') return value;
  const number = Number(value);
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : 0n;
}

function signOf(isNegative: boolean, flags: string): string {
  if (isNegative) return '-';
  return flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}

function integerDigits(
  letter: string,
  flags: string,
  value: bigint,
  precision: number | undefined,
): readonly [string, string] {
  const isSigned = letter === 'd' || letter === 'i';
  const magnitude = isSigned ? (value < 0n ? -value : value) : BigInt.asUintN(64, value);
  const radix = letter === 'o' ? 8 : letter === 'x' || letter === 'X' ? 16 : 10;
  let digits = magnitude.toString(radix);
  if (precision === 0 && magnitude === 0n) digits = '';
  if (precision !== undefined) digits = digits.padStart(precision, '0');
  if (letter === 'o' && flags.includes('#') && !digits.startsWith('0')) digits = `0${digits}`;
  if (letter === 'X') digits = digits.toUpperCase();
  const prefix = radix === 16 && flags.includes('#') && magnitude !== 0n ? `0${letter}` : '';
  return [isSigned ? signOf(value < 0n, flags) : prefix, digits];
}

function floatDigits(
  letter: string,
  flags: string,
  value: number,
  precision: number | undefined,
): readonly [string, string] {
  const isNegative = value < 0 || Object.is(value, -0);
  const sign = Number.isNaN(value) ? '' : signOf(isNegative, flags);
  const magnitude = Math.abs(value);
  let text: string;
  if (!Number.isFinite(value)) text = Number.isNaN(value) ? 'nan' : 'inf';
  else {
    const lower = letter.toLowerCase();
    if (lower === 'f') text = fixed(magnitude, precision ?? 6);
    else if (lower === 'e') text = exponential(magnitude, precision ?? 6);
    else if (lower === 'g') text = general(magnitude, precision ?? 6, flags.includes('#'));
    else text = hexadecimal(magnitude, precision);
    if (flags.includes('#') && !text.includes('.') && lower !== 'g')
      text = text.replace(/(?=e|p|$)/, '.');
  }
  return [sign, letter === letter.toUpperCase() ? text.toUpperCase() : text];
}

/** All digits of a double: toFixed stops being exact at 1e21 and at 100 decimals. */
function fixed(value: number, precision: number): string {
  if (value >= 1e21) {
    const whole = BigInt(value).toString();
    return precision === 0 ? whole : `${whole}.${'0'.repeat(precision)}`;
  }
  const digits = value.toFixed(Math.min(precision, 100));
  return precision > 100
    ? digits + '0'.repeat(precision - 100)
    : roundHalfEven(value, digits, precision);
}

/** toFixed breaks exact ties upwards, printf to the even digit (0.5 → 0, 2.5 → 2). */
function roundHalfEven(value: number, digits: string, precision: number): string {
  const scaled = value * 10 ** precision;
  const floor = Math.floor(scaled);
  const isTie = precision <= 15 && scaled < 2 ** 52 && scaled - floor === 0.5;
  if (!isTie || (floor / 10 ** precision) * 10 ** precision !== floor) return digits;
  // Only true ties: the double itself must be the tie, which needs a dyadic fraction.
  if (scaled / 10 ** precision !== value || !isDyadic(value)) return digits;
  return floor % 2 === 0 ? (floor / 10 ** precision).toFixed(precision) : digits;
}

function isDyadic(value: number): boolean {
  const fraction = value - Math.floor(value);
  return fraction * 2 ** 20 === Math.floor(fraction * 2 ** 20);
}

function exponential(value: number, precision: number): string {
  const text = value.toExponential(Math.min(precision, 100));
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function general(value: number, precision: number, keepZeros: boolean): string {
  const digits = precision === 0 ? 1 : precision;
  const exponent =
    value === 0 ? 0 : Number(/e([+-]\d+)$/.exec(value.toExponential(digits - 1))?.[1]);
  const text =
    exponent < -4 || exponent >= digits
      ? exponential(value, digits - 1)
      : fixed(value, digits - 1 - exponent);
  if (keepZeros || !text.includes('.')) return text;
  return text.replace(/\.?0+(?=e|$)/, '');
}

function hexadecimal(value: number, precision: number | undefined): string {
  if (value === 0) return '0x0p+0';
  let exponent = Math.floor(Math.log2(value));
  let mantissa = value / 2 ** exponent;
  if (mantissa >= 2) {
    mantissa /= 2;
    exponent += 1;
  }
  let digits = '';
  let rest = mantissa - 1;
  for (let i = 0; i < (precision ?? 13) && (precision !== undefined || rest > 0); i += 1) {
    rest *= 16;
    const digit = Math.floor(rest);
    digits += digit.toString(16);
    rest -= digit;
  }
  return `0x1${digits === '' ? '' : `.${digits}`}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

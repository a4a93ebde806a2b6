/**
 * The formatting of `printf`: pure. The format is used again while arguments are left; a missing
 * one counts as '' or 0.
 * @man printf(1) bash(1)
 */
import { decodeEscapes } from '#cmd/bash/expand/escapes.ts';
import { backslashQuote, quoteAlways } from '#cmd/bash/expand/quote.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';
import { encodeText } from '#cmd/bash/text.ts';

export interface PrintfResult {
  readonly text: string;
  readonly status: number;
  /** Messages after `printf: `. */
  readonly problems: readonly string[];
}

export interface PrintfContext {
  readonly nowNs: bigint;
  readonly startNs: bigint;
  /** For TZ. */
  readonly environment: ReadonlyMap<string, string>;
}

export function formatPrintf(
  format: string,
  args: readonly string[],
  context: PrintfContext,
): PrintfResult {
  return new Formatter(format, args, context).run();
}

/** Flags, width, precision, a length that means nothing here, conversion. */
const DIRECTIVE = new RegExp(
  [
    /^%([-+ #0]*)(\*|\d+)?(?:\.(\*|-?\d*))?/,
    /(?:hh|h|ll|l|L|q(?=[diouxX])|j|z|t)?/,
    /(\([^)]*\)T|[a-zA-Z%])/,
  ]
    .map((part) => part.source)
    .join(''),
);

const DECIMAL = /\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?/.source;
const FLOAT = new RegExp(`^[ \\t]*[-+]?(?:0[xX][0-9a-fA-F]+|${DECIMAL}|inf|nan)`, 'i');

interface Directive {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
}

class Formatter {
  readonly #format: string;
  readonly #args: readonly string[];
  readonly #context: PrintfContext;
  readonly #problems: string[] = [];
  #next = 0;
  #status = 0;
  #text = '';

  constructor(format: string, args: readonly string[], context: PrintfContext) {
    this.#format = format;
    this.#args = args;
    this.#context = context;
  }

  run(): PrintfResult {
    do {
      const before = this.#next;
      if (!this.#pass()) break;
      if (this.#next === before) break;
    } while (this.#next < this.#args.length);
    return { text: this.#text, status: this.#status, problems: this.#problems };
  }

  #argument(): string | undefined {
    const value = this.#args[this.#next];
    this.#next += 1;
    return value;
  }

  #fail(problem: string): void {
    this.#problems.push(problem);
    this.#status = 1;
  }

  /** Once through the format; false when output must stop. */
  #pass(): boolean {
    let rest = this.#format;
    while (rest !== '') {
      const percent = rest.indexOf('%');
      const plain = percent < 0 ? rest : rest.slice(0, percent);
      this.#text += decodeEscapes(plain, 'format').text;
      if (percent < 0) return true;
      rest = rest.slice(percent);
      const match = DIRECTIVE.exec(rest);
      if (match === null || match[4] === 'z') return this.#badDirective(rest);
      rest = rest.slice(match[0].length);
      if (!this.#directive(match)) return false;
    }
    return true;
  }

  #badDirective(rest: string): boolean {
    const letter = /^%[-+ #0*.\d]*[hlLjzt]*(.?)/.exec(rest)?.[1] ?? '';
    if (letter === '') this.#fail(`\`${rest}': missing format character`);
    else this.#fail(`\`${letter}': invalid format character`);
    return false;
  }

  #directive(match: RegExpExecArray): boolean {
    const [, flags = '', widthText, precisionText, conversion = ''] = match;
    if (conversion === '%') {
      this.#text += '%';
      return true;
    }
    let width = this.#size(widthText) ?? 0;
    let allFlags = flags;
    if (width < 0) {
      allFlags += '-';
      width = -width;
    }
    const precision = precisionText === undefined ? undefined : (this.#size(precisionText) ?? 0);
    const directive = {
      flags: allFlags,
      width,
      precision: precision !== undefined && precision < 0 ? undefined : precision,
    };
    if (conversion.endsWith('T') && conversion.startsWith('(')) {
      this.#text += pad(this.#time(conversion.slice(1, -2)), directive);
      return true;
    }
    return this.#convert(conversion, directive);
  }

  #size(text: string | undefined): number | undefined {
    if (text === undefined || text === '') return undefined;
    return text === '*' ? Number(this.#integer()) : Number(text);
  }

  #convert(conversion: string, directive: Directive): boolean {
    switch (conversion) {
      case 's':
        this.#text += pad(cut(this.#argument() ?? '', directive), directive);
        return true;
      case 'c':
        this.#text += pad(Array.from(this.#argument() ?? '')[0] ?? '', directive);
        return true;
      case 'b': {
        const decoded = decodeEscapes(this.#argument() ?? '', 'percentB');
        this.#text += pad(cut(decoded.text, directive), directive);
        return !decoded.stop;
      }
      case 'q':
        this.#text += pad(cut(backslashQuote(this.#argument() ?? ''), directive), directive);
        return true;
      case 'Q':
        this.#text += pad(quoteAlways(cut(this.#argument() ?? '', directive)), directive);
        return true;
      case 'n':
        this.#argument();
        return true;
      default:
        return this.#number(conversion, directive);
    }
  }

  #number(conversion: string, directive: Directive): boolean {
    if ('di'.includes(conversion)) {
      const value = this.#integer();
      this.#text += integerText(value < 0n ? -value : value, 10, sign(value, directive), directive);
      return true;
    }
    if ('ouxX'.includes(conversion)) {
      const value = BigInt.asUintN(64, this.#integer());
      const base = conversion === 'o' ? 8 : conversion === 'u' ? 10 : 16;
      const prefix =
        directive.flags.includes('#') && value !== 0n
          ? base === 16
            ? '0x'
            : base === 8
              ? '0'
              : ''
          : '';
      const text = integerText(value, base, prefix, directive);
      this.#text += conversion === 'X' ? text.toUpperCase() : text;
      return true;
    }
    if ('eEfFgGaA'.includes(conversion)) {
      this.#text += floatText(this.#float(), conversion, directive);
      return true;
    }
    this.#fail(`\`${conversion}': invalid format character`);
    return false;
  }

  /** An integer constant, or `'c` for a character's code. */
  #integer(): bigint {
    const text = this.#argument();
    if (text === undefined || text === '') return 0n;
    if (/^["']/.test(text)) return BigInt(text.codePointAt(1) ?? 0);
    const match = /^[ \t\n]*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text);
    if (
      match === null ||
      match[0].length < text.trimEnd().length ||
      match[0].length < text.length
    ) {
      const isOctal = /^[-+]?0\d/.test(text);
      this.#fail(`${text}: invalid ${isOctal ? 'octal number' : 'number'}`);
    }
    if (match === null) return 0n;
    const digits = match[2] ?? '0';
    const isOctal = /^0[0-7]/.test(digits);
    const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
    const signed = match[1] === '-' ? -value : value;
    if (signed > 0x7fffffffffffffffn || signed < -0x8000000000000000n) {
      this.#problems.push(`warning: ${text}: Result too large`);
      return signed < 0n ? -0x8000000000000000n : 0x7fffffffffffffffn;
    }
    return signed;
  }

  #float(): number {
    const text = this.#argument();
    if (text === undefined || text === '') return 0;
    if (/^["']/.test(text)) return text.codePointAt(1) ?? 0;
    const match = FLOAT.exec(text);
    if (match === null || match[0].length < text.length) this.#fail(`${text}: invalid number`);
    if (match === null) return 0;
    const word = match[0].trim().toLowerCase();
    if (word.endsWith('inf')) return word.startsWith('-') ? -Infinity : Infinity;
    return Number(word);
  }

  /** −1 and nothing: now; −2: when the shell started. */
  #time(format: string): string {
    const text = this.#argument() ?? '-1';
    const seconds = /^-?\d+$/.test(text) ? BigInt(text) : 0n;
    const { nowNs, startNs, environment } = this.#context;
    const timeNs = seconds === -1n ? nowNs : seconds === -2n ? startNs : seconds * 1_000_000_000n;
    return strftime(format === '' ? '%X' : format, localtime(timeNs, timezoneFrom(environment)));
  }
}

function sign(value: bigint, { flags }: Directive): string {
  if (value < 0n) return '-';
  if (flags.includes('+')) return '+';
  return flags.includes(' ') ? ' ' : '';
}

/** Precision cuts bytes in C; here characters. */
function cut(text: string, { precision }: Directive): string {
  return precision === undefined ? text : Array.from(text).slice(0, precision).join('');
}

function pad(text: string, { flags, width }: Directive): string {
  const size = encodedSize(text);
  if (size >= width) return text;
  const blanks = ' '.repeat(width - size);
  return flags.includes('-') ? text + blanks : blanks + text;
}

/** bash pads by bytes. */
function encodedSize(text: string): number {
  return /^[\x00-\x7f]*$/.test(text) ? text.length : encodeText(text).length;
}

function integerText(value: bigint, base: number, prefix: string, directive: Directive): string {
  const { flags, width, precision } = directive;
  let digits = precision === 0 && value === 0n ? '' : value.toString(base);
  if (precision !== undefined) digits = digits.padStart(precision, '0');
  else if (flags.includes('0') && !flags.includes('-')) {
    digits = digits.padStart(width - prefix.length, '0');
  }
  return pad(prefix + digits, directive);
}

function floatText(value: number, conversion: string, directive: Directive): string {
  const { flags, width } = directive;
  const precision = directive.precision ?? 6;
  const isNegative = value < 0 || Object.is(value, -0);
  const prefix = isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const body = floatBody(Math.abs(value), conversion, precision, flags.includes('#'));
  const zeros = flags.includes('0') && !flags.includes('-') && Number.isFinite(value);
  const padded = zeros ? body.padStart(width - prefix.length, '0') : body;
  const text = pad(prefix + padded, directive);
  return conversion === conversion.toUpperCase() ? text.toUpperCase() : text;
}

function floatBody(
  value: number,
  conversion: string,
  precision: number,
  alternate: boolean,
): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return 'inf';
  switch (conversion.toLowerCase()) {
    case 'f':
      return fixed(value, precision);
    case 'e':
      return exponential(value, precision);
    case 'g': {
      const digits = precision === 0 ? 1 : precision;
      const exponent = value === 0 ? 0 : Number(value.toExponential(digits - 1).split('e')[1]);
      const isScientific = exponent < -4 || exponent >= digits;
      const text = isScientific
        ? exponential(value, digits - 1)
        : fixed(value, digits - 1 - exponent);
      return alternate ? text : text.replace(/(\.\d*?)0+(?=e|$)/, '$1').replace(/\.(?=e|$)/, '');
    }
    default:
      return fixed(value, precision);
  }
}

function fixed(value: number, precision: number): string {
  if (value < 1e21) return value.toFixed(Math.min(100, precision));
  const digits = BigInt(value).toString();
  return precision === 0 ? digits : `${digits}.${'0'.repeat(precision)}`;
}

function exponential(value: number, precision: number): string {
  const [mantissa = '0', exponent = '+0'] = value
    .toExponential(Math.min(100, precision))
    .split('e');
  const digits = exponent.slice(1).padStart(2, '0');
  return `${mantissa}e${exponent[0]}${digits}`;
}

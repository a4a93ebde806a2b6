/**
 * Backslash escapes of echo(1), printf(1) and tr(1) over byte-oriented text.
 * @man echo(1) printf(1)
 */
const SIMPLE: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

export interface Unescaped {
  readonly text: string;
  /** `\c` was there: nothing after it is printed. */
  readonly stops: boolean;
}

/** echo's: octal needs a leading zero (`\0101`). Also what printf's %b reads. */
export function echoEscapes(source: string): Unescaped {
  return unescape(source, /^0[0-7]{0,3}/);
}

/** printf's format: octal is one to three digits (`\101`). */
export function formatEscapes(source: string): Unescaped {
  return unescape(source, /^[0-7]{1,3}/);
}

function unescape(source: string, octal: RegExp): Unescaped {
  let text = '';
  let at = 0;
  for (;;) {
    const slash = source.indexOf('\\', at);
    if (slash < 0) return { text: text + source.slice(at), stops: false };
    text += source.slice(at, slash);
    const letter = source[slash + 1] ?? '';
    if (letter === 'c') return { text, stops: true };
    const digits = octal.exec(source.slice(slash + 1, slash + 5));
    if (digits !== null) {
      text += String.fromCharCode(Number.parseInt(digits[0], 8) & 255);
      at = slash + 1 + digits[0].length;
    } else {
      const simple = SIMPLE[letter];
      text += simple ?? '\\';
      at = slash + (simple === undefined ? 1 : 2);
    }
  }
}

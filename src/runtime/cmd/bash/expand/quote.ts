/**
 * Text quoted for reuse as shell input: `${x@Q}`, `printf %q`, `declare -p`, `set`, xtrace.
 */
/** Characters that make a word need quotes: the shell's metacharacters. */
const META = /[\s'"\\|&;()<>!{}*[\]?^$`]|^[~#]|^$/;
const CONTROL = /[\x00-\x1f\x7f\uDC80-\uDCFF]/u;

/** The key of an associative array as `declare -p` prints it. */
export function quoteKey(key: string): string {
  return META.test(key) || CONTROL.test(key) ? doubleQuote(key) : key;
}

/** `${x@Q}`: always in quotes. */
export function quoteAlways(text: string): string {
  if (CONTROL.test(text)) return ansiQuote(text);
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** In single quotes only when needed: xtrace, `set`, `alias`. */
export function quoteWhenNeeded(text: string): string {
  return META.test(text) || CONTROL.test(text) ? quoteAlways(text) : text;
}

/** `printf %q`: backslashes. */
export function backslashQuote(text: string): string {
  if (text === '') return "''";
  if (CONTROL.test(text)) return ansiQuote(text);
  return text
    .replace(/[^A-Za-z0-9_@%+=:./~#\-\u0080-\u{10ffff}]/gu, '\\$&')
    .replace(/^~/, '\\~')
    .replace(/^#/, '\\#');
}

/** In double quotes: `declare -p`. */
export function doubleQuote(text: string): string {
  if (CONTROL.test(text)) return ansiQuote(text);
  return `"${text.replace(/[\\"$`]/g, '\\$&')}"`;
}

const NAMED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\x1b': '\\E',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  "'": "\\'",
};

/** `$'…'` */
export function ansiQuote(text: string): string {
  let inner = '';
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    const named = NAMED[char];
    if (named !== undefined) inner += named;
    else if (CONTROL.test(char)) inner += `\\${(code & 0xff).toString(8).padStart(3, '0')}`;
    else inner += char;
  }
  return `$'${inner}'`;
}

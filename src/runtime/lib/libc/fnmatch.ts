/**
 * File name patterns: `*`, `?`, `[a-z]`, `[!x]`, `[[:alpha:]]`, backslash. A slash and a leading dot
 * match like any character unless the caller asks otherwise.
 * @man fnmatch(3C)
 */
export interface FnmatchOptions {
  /** FNM_PATHNAME: wildcards don't match a slash. */
  readonly pathname?: boolean;
  /** FNM_PERIOD: a leading dot must be matched by a dot. */
  readonly period?: boolean;
  readonly ignoreCase?: boolean;
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  print: ' -~',
  graph: '!-~',
  cntrl: '\\x00-\\x1f\\x7f',
  xdigit: '0-9A-Fa-f',
};

/** The bracket expression at `open` as RegExp source, and the index after it if it closes. */
function bracketSource(pattern: string, open: number): readonly [string, number] | undefined {
  const form = /\[([!^]?)(\]?(?:\[:[a-z]+:\]|\\[\s\S]|[^\]])*)\]/y;
  form.lastIndex = open;
  const match = form.exec(pattern);
  if (match === null) return undefined;
  const inner = (match[2] as string).replace(
    /\[:([a-z]+):\]|\\([\s\S])|([\\\]^[])/g,
    (_all, name?: string, quoted?: string, special?: string) => {
      if (name !== undefined) return CLASSES[name] ?? '';
      return quoted === undefined ? `\\${special}` : quoted.replace(/[\\\]^[-]/, '\\$&');
    },
  );
  return [`[${match[1] === '' ? '' : '^'}${inner}]`, form.lastIndex];
}

/** A RegExp that matches whole names. A range out of order matches nothing. */
export function compileFnmatch(pattern: string, options: FnmatchOptions = {}): RegExp {
  const any = options.pathname === true ? '[^/]' : '[^]';
  let source = options.period === true && !pattern.startsWith('.') ? '(?!\\.)' : '';
  for (let at = 0; at < pattern.length; ) {
    const char = pattern[at] as string;
    const bracket = char === '[' ? bracketSource(pattern, at) : undefined;
    if (bracket !== undefined) {
      source += bracket[0];
      at = bracket[1];
      continue;
    }
    at += 1;
    if (char === '*') {
      while (pattern[at] === '*') at += 1;
      source += `${any}*`;
    } else if (char === '?') source += any;
    else if (char === '\\' && at < pattern.length) {
      source += quote(pattern[at] as string);
      at += 1;
    } else source += quote(char);
  }
  try {
    return new RegExp(`^${source}$`, options.ignoreCase === true ? 'i' : '');
  } catch {
    return /^(?!)/;
  }
}

function quote(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

export function fnmatch(pattern: string, name: string, options: FnmatchOptions = {}): boolean {
  return compileFnmatch(pattern, options).test(name);
}

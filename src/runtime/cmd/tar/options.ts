/**
 * tar's command line: one word of letters (with or without a dash), whose values follow as words in
 * the order of their letters; later dashed words as well.
 * @man tar(1)
 */
export interface TarOptions {
  readonly action: 'c' | 'r' | 't' | 'u' | 'x';
  /** undefined: the default drive, which here means stdin or stdout. */
  readonly file: string | undefined;
  readonly verbose: boolean;
  readonly gzip: boolean;
  readonly follow: boolean;
  readonly noMtime: boolean;
  readonly keepModes: boolean;
  readonly noOwner: boolean;
  readonly excludes: readonly string[];
  readonly absolute: boolean;
  readonly operands: readonly string[];
}

export const TAR_USAGE =
  'Usage: tar {c|r|t|u|x}[BDeEFhilmnopPTvw@/[0-7]][bfk][X...] [j|J|z|Z] ' +
  '[blocksize] [tarfile] [size] [exclude-file...] ' +
  '{file | -I include-file | -C directory file}...\n';

/** The options, or a message. */
export function parseTarOptions(args: readonly string[]): TarOptions | string {
  const letters: string[] = [];
  const values = new Map<string, string>();
  const excludes: string[] = [];
  let at = 0;
  let action: TarOptions['action'] | undefined;
  for (; at < args.length; ) {
    const word = args[at] as string;
    const isFirst = at === 0;
    // Later dashed words are options too, but -C and -I belong to the file list.
    if (!isFirst && (!/^-[a-zA-Z]+$/.test(word) || /^-[CI]$/.test(word))) break;
    at += 1;
    for (const letter of word.replace(/^-/, '')) {
      if ('crtux'.includes(letter)) {
        if (action !== undefined && action !== letter) return 'specify only one of [ctxru]';
        action = letter as TarOptions['action'];
      } else if ('bfk'.includes(letter) || letter === 'X') {
        const value = args[at];
        if (value === undefined) return `tarfile must be specified with 'f' function modifier`;
        at += 1;
        if (letter === 'X') excludes.push(value);
        else values.set(letter, value);
      } else if ('BDeEFhilmnopPTvw@/zjJZq01234567'.includes(letter)) letters.push(letter);
      else return `${letter}: unknown function modifier`;
    }
  }
  if (action === undefined) return 'specify at least one of [ctxru]';
  // B, n, q, E and l ask for what is so anyway, or for nothing that matters here.
  const absent = letters.find((letter) => 'jJZDeFiTw@/01234567'.includes(letter));
  if (absent !== undefined) return `-${absent}: not supported yet`;
  if (values.has('k')) return '-k: not supported yet';
  const has = (letter: string): boolean => letters.includes(letter);
  return {
    action,
    file: values.get('f'),
    verbose: has('v'),
    gzip: has('z'),
    follow: has('h'),
    noMtime: has('m'),
    keepModes: has('p'),
    noOwner: has('o'),
    excludes,
    absolute: has('P'),
    operands: args.slice(at),
  };
}

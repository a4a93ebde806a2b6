/**
 * getopt_long(3C) for the few illumos commands that take long options: `--name`, `--name=value`.
 * As with getopt(3C), options end at the first operand. An unambiguous beginning is enough.
 * @man getopt_long(3C)
 */
export interface LongOption {
  readonly name: string;
  readonly argument: 'none' | 'required' | 'optional';
  /** The letter it stands for; without one it is reported as `--name`. */
  readonly letter?: string;
}

export interface ParsedLongOptions {
  /** `value` is undefined where an optional value was not given. */
  readonly options: readonly { readonly letter: string; readonly value: string | undefined }[];
  readonly operands: readonly string[];
  readonly message: string | undefined;
}

export function getoptLong(
  args: readonly string[],
  letters: string,
  longs: readonly LongOption[],
): ParsedLongOptions {
  const options: { letter: string; value: string | undefined }[] = [];
  let rest = args;
  for (;;) {
    const word = rest[0];
    if (word === undefined || word === '-' || !word.startsWith('-')) break;
    if (word === '--') return { options, operands: rest.slice(1), message: undefined };
    if (!word.startsWith('--')) {
      const used = takeLetters(word, rest[1], letters, options);
      if (typeof used === 'string') return { options, operands: [], message: used };
      rest = rest.slice(used);
      continue;
    }
    const [name = '', ...values] = word.slice(2).split('=');
    let value: string | undefined = values.length === 0 ? undefined : values.join('=');
    const exact = longs.filter((option) => option.name === name);
    const found = exact.length > 0 ? exact : longs.filter((option) => option.name.startsWith(name));
    const option = found[0];
    if (option === undefined || found.length > 1) {
      const why = option === undefined ? 'illegal' : 'ambiguous';
      return { options, operands: [], message: `${why} option -- ${name}` };
    }
    rest = rest.slice(1);
    if (option.argument === 'required' && value === undefined) {
      value = rest[0];
      rest = rest.slice(1);
      if (value === undefined) {
        return { options, operands: [], message: `option requires an argument -- ${name}` };
      }
    }
    options.push({ letter: option.letter ?? `--${option.name}`, value });
  }
  return { options, operands: rest, message: undefined };
}

/** Takes one cluster of letters: the number of words used, or getopt's message. */
function takeLetters(
  word: string,
  next: string | undefined,
  letters: string,
  options: { letter: string; value: string | undefined }[],
): number | string {
  for (let at = 1; at < word.length; at += 1) {
    const letter = word[at] as string;
    const known = letter === ':' ? -1 : letters.indexOf(letter);
    if (known < 0) return `illegal option -- ${letter}`;
    if (letters[known + 1] !== ':') {
      options.push({ letter, value: undefined });
      continue;
    }
    const rest = word.slice(at + 1);
    const value = rest === '' ? next : rest;
    if (value === undefined) return `option requires an argument -- ${letter}`;
    options.push({ letter, value });
    return rest === '' ? 2 : 1;
  }
  return 1;
}

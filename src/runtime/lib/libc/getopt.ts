/**
 * Option letters as getopt(3C) takes them: `ab:` means -a and -b with a value; options end at the
 * first operand or at `--`. A command prints `message` after its name, then its usage, and exits 2
 * (or what its manual page says).
 * @man getopt(3C)
 */
export interface ParsedOptions {
  /** In order, for commands where a later option overrides an earlier one. */
  readonly options: readonly { readonly letter: string; readonly value: string }[];
  readonly operands: readonly string[];
  /** Set for a bad option: getopt's own words, without the command's name. */
  readonly message: string | undefined;
}

/** Parses `args` (without argv[0]) against `letters`. Stops at the first error. */
export function getopt(args: readonly string[], letters: string): ParsedOptions {
  const options: { letter: string; value: string }[] = [];
  let index = 0;
  for (; index < args.length; index += 1) {
    const word = args[index] as string;
    if (word === '--') {
      index += 1;
      break;
    }
    if (!word.startsWith('-') || word === '-') break;
    for (let at = 1; at < word.length; at += 1) {
      const letter = word[at] as string;
      const known = letter === ':' ? -1 : letters.indexOf(letter);
      if (known < 0) return failed(options, `illegal option -- ${letter}`);
      if (letters[known + 1] !== ':') {
        options.push({ letter, value: '' });
        continue;
      }
      const rest = word.slice(at + 1);
      if (rest === '') index += 1;
      const value = rest === '' ? args[index] : rest;
      if (value === undefined) return failed(options, `option requires an argument -- ${letter}`);
      options.push({ letter, value });
      break;
    }
  }
  return { options, operands: args.slice(index), message: undefined };
}

function failed(options: ParsedOptions['options'], message: string): ParsedOptions {
  return { options, operands: [], message };
}

/** The last value given for `letter`; undefined when it was not given. */
export function optionValue(parsed: ParsedOptions, letter: string): string | undefined {
  return parsed.options.findLast((option) => option.letter === letter)?.value;
}

export function hasOption(parsed: ParsedOptions, letter: string): boolean {
  return parsed.options.some((option) => option.letter === letter);
}

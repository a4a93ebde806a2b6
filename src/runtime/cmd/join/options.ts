/** join's options, with the old `-j1 field` and `-o 1.1 2.2 …` of several words. @man join(1) */
export interface JoinOptions {
  /** The key's field in each file, from 0. */
  readonly fields: [number, number];
  readonly separator: string | undefined;
  readonly empty: string;
  readonly unpaired: ReadonlySet<number>;
  readonly onlyUnpaired: boolean;
  /** [file (0 = the key), field from 0] */
  readonly list: readonly (readonly [number, number])[] | undefined;
}

/** The options and operands, or a message. */
export function parseJoinOptions(
  args: readonly string[],
): { options: JoinOptions; operands: readonly string[] } | string {
  const fields: [number, number] = [0, 0];
  const unpaired = new Set<number>();
  let separator: string | undefined;
  let empty = '';
  let onlyUnpaired = false;
  let list: (readonly [number, number])[] | undefined;
  let at = 0;
  for (; at < args.length; at += 1) {
    const word = args[at] as string;
    if (word === '--') {
      at += 1;
      break;
    }
    if (!word.startsWith('-') || word === '-') break;
    const letter = word[1] as string;
    const old = /^-j([12])$/.exec(word);
    let value = word.slice(2);
    if (value === '' || old !== null) {
      at += 1;
      const next = args[at];
      if (next === undefined) return `option requires an argument -- ${letter}`;
      value = next;
    }
    if (letter === 't') separator = value;
    else if (letter === 'e') empty = value;
    else if (letter === 'o') {
      const items: string[] = value.split(/[,\s]+/);
      while (/^(?:0|[12]\.\d+)$/.test(args[at + 1] ?? '')) items.push(args[(at += 1)] as string);
      list = [];
      for (const item of items) {
        const match = /^(?:0|([12])\.(\d+))$/.exec(item);
        if (match === null) return `illegal output list`;
        list.push([Number(match[1] ?? 0), Number(match[2] ?? 1) - 1]);
      }
    } else if (letter === 'a' || letter === 'v') {
      if (value !== '1' && value !== '2') return `illegal file number`;
      unpaired.add(Number(value));
      if (letter === 'v') onlyUnpaired = true;
    } else if ('12j'.includes(letter)) {
      const field = Number(value) - 1;
      if (!Number.isInteger(field) || field < 0) return `illegal field number`;
      const which = old?.[1] ?? letter;
      if (which !== '2') fields[0] = field;
      if (which !== '1') fields[1] = field;
    } else return `illegal option -- ${letter}`;
  }
  const options = { fields, separator, empty, unpaired, onlyUnpaired, list };
  return { options, operands: args.slice(at) };
}

/** tail's options in their old (`+5`, `-3c`, `-10f`) and new forms. @man tail(1) */
import { getopt } from '#lib/libc/getopt.ts';

export interface TailOptions {
  count: number;
  unit: 'lines' | 'bytes';
  fromStart: boolean;
  reverse: boolean;
  /** -r without a number: the whole file. */
  isWhole: boolean;
  follow: boolean;
  quiet: boolean;
}

const BLOCK = 512;

function setCount(options: TailOptions, value: string, letter: string): boolean {
  const match = /^([+-]?)(\d+)$/.exec(value);
  if (match === null) return false;
  options.fromStart = match[1] === '+';
  options.count = Number(match[2]) * (letter === 'b' ? BLOCK : 1);
  options.unit = letter === 'n' || letter === 'l' ? 'lines' : 'bytes';
  options.isWhole = false;
  return true;
}

export function parseTailOptions(
  args: readonly string[],
): { options: TailOptions; operands: readonly string[] } | { message: string } {
  const options: TailOptions = {
    count: 10,
    unit: 'lines',
    fromStart: false,
    reverse: false,
    isWhole: false,
    follow: false,
    quiet: false,
  };
  let rest = args;
  const old = /^([+-])(\d*)([bcl]?)([fr]?)$/.exec(args[0] ?? '');
  if (old !== null && (old[2] !== '' || old[1] === '+') && args[0] !== '-') {
    const [, sign = '', count = '', letter = '', mode = ''] = old;
    setCount(options, `${sign}${count || '10'}`, letter || 'l');
    options.follow = mode === 'f';
    options.reverse = mode === 'r';
    rest = args.slice(1);
  }
  const parsed = getopt(rest, 'Ffrqb:c:n:l');
  if (parsed.message !== undefined) return { message: parsed.message };
  const hasCount = old !== null || parsed.options.some(({ letter }) => 'bcn'.includes(letter));
  for (const { letter, value } of parsed.options) {
    if (letter === 'f' || letter === 'F') options.follow = true;
    else if (letter === 'q') options.quiet = true;
    else if (letter === 'l') options.unit = 'lines';
    else if (letter === 'r') {
      options.reverse = true;
      options.isWhole = !hasCount;
    } else if (!setCount(options, value, letter)) {
      return { message: `illegal offset -- ${value}` };
    }
  }
  if (hasCount) options.isWhole = false;
  return { options, operands: parsed.operands };
}

/** The operands of dd: `name=value`, numbers with factors and products. @man dd(8) */
export interface DdOperands {
  readonly input: string | undefined;
  readonly output: string | undefined;
  readonly inputBlock: number;
  readonly outputBlock: number;
  /** bs= given: blocks go out as they came in. */
  readonly isOneBlock: boolean;
  readonly conversionBlock: number;
  readonly skip: number;
  readonly inputSeek: number;
  readonly outputSeek: number;
  readonly count: number | undefined;
  readonly conversions: ReadonlySet<string>;
  readonly inputFlags: ReadonlySet<string>;
  readonly outputFlags: ReadonlySet<string>;
}

const CONVERSIONS = ['block', 'unblock', 'lcase', 'ucase', 'swab', 'noerror', 'notrunc', 'sync'];
const ABSENT_CONVERSIONS = ['ascii', 'ebcdic', 'ibm', 'asciib', 'ebcdicb', 'ibmb'];
const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  b: 512,
  w: 2,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  p: 2 ** 50,
};

/** Status 2 for all of these; `text` is what stands behind `dd: `. */
export interface DdProblem {
  readonly problem: string;
}

/** `2x4k`: a product of numbers, each with a factor. Undefined when it is none. */
export function parseNumber(text: string): number | undefined {
  let product = 1;
  for (const part of text.split(/[x*]/)) {
    const match = /^(\d+)([bwkmgtpBKMGTP]?)$/.exec(part);
    if (match === null) return undefined;
    product *= Number(match[1]) * (FACTORS[(match[2] ?? '').toLowerCase()] ?? 1);
  }
  return Number.isSafeInteger(product) ? product : undefined;
}

export function parseOperands(words: readonly string[]): DdOperands | DdProblem {
  const values = new Map<string, string>();
  const numbers = new Map<string, number>();
  const names = new Map<string, Set<string>>();
  for (const word of words) {
    const at = word.indexOf('=');
    const name = word.slice(0, Math.max(at, 0));
    const value = word.slice(at + 1);
    if (name === 'if' || name === 'of') values.set(name, value);
    else if (NUMBERS.has(name)) {
      const number = parseNumber(value);
      if (number === undefined) return { problem: `bad numeric argument: "${value}"` };
      numbers.set(NUMBERS.get(name) ?? name, number);
    } else if (LISTS.has(name)) {
      const list = names.get(name) ?? new Set();
      for (const each of value.split(',')) {
        if (ABSENT_CONVERSIONS.includes(each))
          return { problem: `conv=${each}: not supported yet` };
        if (LISTS.get(name)?.includes(each) !== true) return { problem: `bad argument: "${word}"` };
        list.add(each);
      }
      names.set(name, list);
    } else return { problem: `bad argument: "${word}"` };
  }
  for (const name of ['ibs', 'obs', 'bs', 'cbs']) {
    if (numbers.get(name) === 0) return { problem: 'buffer sizes cannot be zero' };
  }
  const block = numbers.get('bs');
  const conversions = names.get('conv') ?? new Set<string>();
  if (conversions.has('block') && conversions.has('unblock')) {
    return { problem: 'conv=block and conv=unblock exclude each other' };
  }
  if (conversions.has('lcase') && conversions.has('ucase')) {
    return { problem: 'conv=lcase and conv=ucase exclude each other' };
  }
  const isBlocking = conversions.has('block') || conversions.has('unblock');
  if (isBlocking && !numbers.has('cbs')) return { problem: 'cbs must be non-zero' };
  return {
    input: values.get('if'),
    output: values.get('of'),
    inputBlock: block ?? numbers.get('ibs') ?? 512,
    outputBlock: block ?? numbers.get('obs') ?? 512,
    isOneBlock: block !== undefined && !isBlocking,
    conversionBlock: numbers.get('cbs') ?? 0,
    skip: numbers.get('skip') ?? 0,
    inputSeek: numbers.get('iseek') ?? 0,
    outputSeek: numbers.get('oseek') ?? 0,
    count: numbers.get('count'),
    conversions,
    inputFlags: names.get('iflag') ?? new Set(),
    outputFlags: names.get('oflag') ?? new Set(),
  };
}

/** Operand → the name it counts as: `seek` and `oseek` are one. */
const NUMBERS: ReadonlyMap<string, string> = new Map([
  ['ibs', 'ibs'],
  ['obs', 'obs'],
  ['bs', 'bs'],
  ['cbs', 'cbs'],
  ['skip', 'skip'],
  ['iseek', 'iseek'],
  ['oseek', 'oseek'],
  ['seek', 'oseek'],
  ['count', 'count'],
]);

const LISTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['conv', [...CONVERSIONS, ...ABSENT_CONVERSIONS]],
  ['iflag', ['fullblock']],
  ['oflag', ['dsync', 'sync']],
]);

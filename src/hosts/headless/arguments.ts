/** The command line of `lab`: options, sizes, and the mistakes that end with status 2. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { GiB, KiB, MiB, TiB } from '#base/units.ts';

/** A mistake in how `lab` was called; `lab` ends with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something a later version will do; `lab` ends with status 2. */
export class NotSupportedError extends Error {
  override readonly name = 'NotSupportedError';

  constructor(what: string) {
    super(`${what}: not supported yet`);
  }
}

export interface ParsedArguments {
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly positionals: readonly string[];
}

/** Options, then `count` operands; what follows `--` comes back as it is in `rest`. */
export function parseCommandLine(
  words: readonly string[],
  options: ParseArgsOptionsConfig,
): ParsedArguments & { readonly rest: readonly string[] } {
  const dashes = words.indexOf('--');
  const own = dashes < 0 ? words : words.slice(0, dashes);
  const rest = dashes < 0 ? [] : words.slice(dashes + 1);
  try {
    const { values, positionals } = parseArgs({
      args: [...own],
      options,
      allowPositionals: true,
      strict: true,
    });
    return { values: values as ParsedArguments['values'], positionals, rest };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw new UsageError(message.split('. ')[0]?.replace(/\.$/, '') ?? message);
  }
}

/** Exactly these operands, by name. */
export function operands(given: readonly string[], ...names: readonly string[]): string[] {
  const missing = names[given.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing`);
  const extra = given[names.length];
  if (extra !== undefined) throw new UsageError(`unexpected operand "${extra}"`);
  return [...given];
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: KiB,
  m: MiB,
  g: GiB,
  t: TiB,
};

/** `10g`, `512M`, `1.5G`, plain bytes; undefined when it is no size. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([bkmgt]?)(?:i?b)?$/i.exec(text);
  if (match === null) return undefined;
  const size = Number(match[1]) * (SIZE_UNITS[(match[2] ?? '').toLowerCase()] ?? 1);
  return Number.isInteger(size) && Number.isSafeInteger(size) ? size : undefined;
}

export function parseInteger(text: string, what: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`${what} must be a whole number from ${min} to ${max}, not "${text}"`);
  }
  return value;
}

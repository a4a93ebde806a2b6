/**
 * The editor's options: `:set NAME`, `:set noNAME`, `:set NAME=VALUE`.
 * @man ex(1) Editor Options
 */
export type OptionValue = boolean | number | string;

export interface OptionRow {
  readonly name: string;
  readonly short?: string;
  readonly initial: OptionValue;
}

export const OPTIONS: readonly OptionRow[] = [
  { name: 'autoindent', short: 'ai', initial: false },
  { name: 'autowrite', short: 'aw', initial: false },
  { name: 'expandtab', short: 'et', initial: false },
  { name: 'ignorecase', short: 'ic', initial: false },
  { name: 'list', initial: false },
  { name: 'magic', initial: true },
  { name: 'number', short: 'nu', initial: false },
  { name: 'readonly', short: 'ro', initial: false },
  { name: 'report', initial: 5 },
  { name: 'ruler', short: 'ru', initial: true },
  { name: 'scroll', initial: 0 },
  { name: 'shell', short: 'sh', initial: '/usr/bin/bash' },
  { name: 'shiftwidth', short: 'sw', initial: 8 },
  { name: 'showmode', short: 'smd', initial: true },
  { name: 'tabstop', short: 'ts', initial: 8 },
  { name: 'wrapscan', short: 'ws', initial: true },
];

export class EditorOptions {
  readonly #values: Map<string, OptionValue> = new Map(
    OPTIONS.map((row) => [row.name, row.initial]),
  );

  flag(name: string): boolean {
    return this.#values.get(name) === true;
  }

  number(name: string): number {
    return Number(this.#values.get(name) ?? 0);
  }

  text(name: string): string {
    return String(this.#values.get(name) ?? '');
  }

  set(name: string, value: OptionValue): void {
    this.#values.set(name, value);
  }
}

export function findOption(word: string): OptionRow | undefined {
  return OPTIONS.find((row) => row.name === word || row.short === word);
}

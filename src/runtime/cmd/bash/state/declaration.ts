/** Variables as the commands that make them again: `declare -p`, `set`, `export -p`. */
import { ansiQuote, doubleQuote, quoteKey, quoteWhenNeeded } from '#cmd/bash/expand/quote.ts';
import type { Variable } from '#cmd/bash/state/variable.ts';

/** `declare -r x="1"` with its newline. */
export function declaration(name: string, variable: Variable): string {
  const letters = variable.attributes();
  const head = `declare -${letters === '' ? '-' : letters} ${name}`;
  if (variable.isArray) {
    const isShown = variable.isSet || variable.isAssigned;
    return isShown ? `${head}=${arrayText(variable)}\n` : `${head}\n`;
  }
  return variable.value === undefined ? `${head}\n` : `${head}=${doubleQuote(variable.value)}\n`;
}

/** `([0]="a" [1]="b")` */
export function arrayText(variable: Variable): string {
  const isMap = variable.associative !== undefined;
  const items = variable.entries().map(([key, value]) => {
    return `[${isMap ? quoteKey(key) : key}]=${doubleQuote(value)}`;
  });
  return `(${items.join(' ')}${isMap && items.length > 0 ? ' ' : ''})`;
}

/** `x=value`, as `set` without arguments prints it. */
export function plainAssignment(name: string, variable: Variable): string | undefined {
  if (variable.isArray) return `${name}=${arrayText(variable)}\n`;
  if (variable.value === undefined) return undefined;
  const isControl = /[\x00-\x1f\x7f]/.test(variable.value);
  const value = isControl ? ansiQuote(variable.value) : quoteWhenNeeded(variable.value);
  return `${name}=${variable.value === '' ? '' : value}\n`;
}

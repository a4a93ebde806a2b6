/** `${x@Q}` and its kin. @man bash(1) Parameter transformation */
import type { Task } from '#kernel/syscall/sys.ts';
import { decodeEscapes } from '#cmd/bash/expand/escapes.ts';
import type { Value } from '#cmd/bash/expand/parameter.ts';
import { doubleQuote, quoteAlways, quoteKey } from '#cmd/bash/expand/quote.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { declaration } from '#cmd/bash/state/declaration.ts';
import type { Variable } from '#cmd/bash/state/variable.ts';
import type { Parameter } from '#cmd/bash/syntax/tree.ts';

export function* transformText(shell: Shell, text: string, operator: string): Task<string> {
  switch (operator) {
    case 'Q':
      return quoteAlways(text);
    case 'E':
      return decodeEscapes(text, 'ansi').text;
    case 'U':
      return text.toUpperCase();
    case 'L':
      return text.toLowerCase();
    case 'u':
      return text.charAt(0).toUpperCase() + text.slice(1);
    default:
      return yield* shell.engine.expandPrompt(shell, text);
  }
}

/** `@A` the assignment that makes it, `@a` its attributes, `@K` keys and values. */
export function transformVariable(
  shell: Shell,
  part: Parameter,
  value: Value,
  operator: string,
): Value {
  const name = shell.variables.resolve(part.name);
  const variable = shell.variables.find(name);
  if (operator === 'A') return { kind: 'text', text: assignmentText(shell, part, value, variable) };
  if (operator === 'a') {
    const letters = variable?.attributes() ?? '';
    if (value.kind === 'text') return { kind: 'text', text: letters };
    return { ...value, words: value.words.map(() => letters) };
  }
  if (value.kind === 'text') {
    return value.text === undefined ? value : { kind: 'text', text: quoteAlways(value.text) };
  }
  const entries = variable?.entries() ?? [];
  if (operator === 'k') return { ...value, words: entries.flat() };
  const pairs = entries.map(([key, text]) => `${quoteKey(key)} ${doubleQuote(text)}`);
  const tail = variable?.associative === undefined ? '' : ' ';
  return { ...value, words: [pairs.join(' ') + tail] };
}

function assignmentText(
  shell: Shell,
  part: Parameter,
  value: Value,
  variable: Variable | undefined,
): string | undefined {
  if (value.kind === 'list' && (part.name === '@' || part.name === '*')) {
    return `set -- ${value.words.map(quoteAlways).join(' ')}`;
  }
  if (variable === undefined) return undefined;
  const name = shell.variables.resolve(part.name);
  if (value.kind === 'list') return declaration(name, variable).trimEnd();
  const letters = variable.attributes();
  const prefix = letters === '' ? '' : `declare -${letters} `;
  return value.text === undefined ? prefix + name : `${prefix}${name}=${quoteAlways(value.text)}`;
}

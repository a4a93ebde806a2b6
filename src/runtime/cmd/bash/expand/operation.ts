/**
 * The operations of `${x op word}` that make a value of a value: remove, replace, slice, fold case,
 * transform. On a list they work on each word; a slice takes words of it.
 * @man bash(1) Parameter Expansion
 */
import type { Task } from '#kernel/syscall/sys.ts';
import { evaluateText } from '#cmd/bash/expand/arithmetic.ts';
import type { Value } from '#cmd/bash/expand/parameter.ts';
import { transformText, transformVariable } from '#cmd/bash/expand/transform.ts';
import type { WordExpander } from '#cmd/bash/expand/word.ts';
import { Discard } from '#cmd/bash/failure.ts';
import { patternSource } from '#cmd/bash/pattern.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import type { Parameter, ParameterOperation } from '#cmd/bash/syntax/tree.ts';
import { characters } from '#cmd/bash/text.ts';

export function* applyOperation(
  shell: Shell,
  part: Parameter,
  value: Value,
  expander: WordExpander,
): Task<Value> {
  const { operation } = part;
  if (operation === undefined) return value;
  switch (operation.kind) {
    case 'remove': {
      const pattern = yield* expander.pattern(shell, operation.operand);
      return mapValue(value, remover(shell, operation.operator, pattern));
    }
    case 'replace':
      return mapValue(value, yield* replacer(shell, operation, expander));
    case 'slice':
      return yield* slice(shell, part, value, operation, expander);
    case 'case': {
      const pattern = operation.operand ? yield* expander.pattern(shell, operation.operand) : '?';
      return mapValue(value, folder(shell, operation.operator, pattern));
    }
    case 'transform':
      return yield* transform(shell, part, value, operation.operator);
    default:
      return value;
  }
}

function mapValue(value: Value, change: (text: string) => string): Value {
  if (value.kind === 'list') return { ...value, words: value.words.map(change) };
  return value.text === undefined ? value : { kind: 'text', text: change(value.text) };
}

/** `#`, `##`, `%`, `%%` */
function remover(shell: Shell, operator: string, pattern: string): (text: string) => string {
  const matcher = shell.patterns.whole(pattern, shell.patternOptions);
  const isShortest = operator.length === 1;
  const fromStart = operator.startsWith('#');
  return (text) => {
    const size = text.length;
    for (let n = 0; n <= size; n += 1) {
      const taken = isShortest ? n : size - n;
      const cut = fromStart ? taken : size - taken;
      if (splitsCharacter(text, cut)) continue;
      const candidate = fromStart ? text.slice(0, cut) : text.slice(cut);
      if (matcher.test(candidate)) return fromStart ? text.slice(cut) : text.slice(0, cut);
    }
    return text;
  };
}

function splitsCharacter(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}

type Replace = ParameterOperation & { kind: 'replace' };

/** `/`, `//`, `/#`, `/%` */
function* replacer(
  shell: Shell,
  operation: Replace,
  expander: WordExpander,
): Task<(text: string) => string> {
  const pattern = yield* expander.pattern(shell, operation.pattern);
  const replacement = yield* replacementText(shell, operation, expander);
  if (pattern === '' && operation.operator.length === 1) return (text) => text;
  if (pattern === '' && operation.operator === '//') return (text) => text;
  const ignoreCase = shell.shopts.on('nocasematch');
  const source = `(?:${patternSource(pattern, { ...shell.patternOptions, ignoreCase })})`;
  const anchored =
    operation.operator === '/#'
      ? `^${source}`
      : operation.operator === '/%'
        ? `${source}$`
        : source;
  const flags = `su${ignoreCase ? 'i' : ''}${operation.operator === '//' ? 'g' : ''}`;
  const matcher = new RegExp(anchored, flags);
  const replaces = shell.shopts.on('patsub_replacement') && /[&\\]/.test(replacement.pattern);
  return (text) =>
    text.replace(matcher, (match: string) => {
      if (match === '' && operation.operator === '//') return '';
      return replaces ? substituteMatch(replacement.pattern, match) : replacement.value;
    });
}

/** With patsub_replacement an unquoted `&` stands for the match. */
function* replacementText(
  shell: Shell,
  operation: Replace,
  expander: WordExpander,
): Task<{ value: string; pattern: string }> {
  const value = yield* expander.text(shell, operation.replacement);
  const hasAmpersand = operation.replacement.parts.some(
    (part) => part.kind !== 'quoted' && part.kind !== 'double',
  );
  const escaped = hasAmpersand ? yield* expander.pattern(shell, operation.replacement) : '';
  return { value, pattern: value.includes('&') ? escaped : '' };
}

function substituteMatch(replacement: string, match: string): string {
  return replacement.replace(/\\(.)|&/gs, (_, quoted: string | undefined) => quoted ?? match);
}

type Slice = ParameterOperation & { kind: 'slice' };

function* slice(
  shell: Shell,
  part: Parameter,
  value: Value,
  operation: Slice,
  expander: WordExpander,
): Task<Value> {
  const offset = Number(
    yield* evaluateText(shell, yield* expander.text(shell, operation.offset), `${part.name}: `),
  );
  const length =
    operation.length === undefined
      ? undefined
      : Number(
          yield* evaluateText(
            shell,
            yield* expander.text(shell, operation.length),
            `${part.name}: `,
          ),
        );
  if (value.kind === 'list') return sliceList(shell, part, value, offset, length);
  const chars = characters(value.text ?? '');
  const start = offset < 0 ? chars.length + offset : offset;
  if (start < 0 || start > chars.length) return { kind: 'text', text: '' };
  const end =
    length === undefined ? chars.length : length < 0 ? chars.length + length : start + length;
  if (end < start) {
    throw new Discard(`${operation.length?.text.trim() ?? ''}: substring expression < 0`);
  }
  return { kind: 'text', text: chars.slice(start, end).join('') };
}

/** Of `$@`, position 0 is `$0`; of an indexed array, the offset counts subscripts. */
function sliceList(
  shell: Shell,
  part: Parameter,
  value: Value & { kind: 'list' },
  offset: number,
  length: number | undefined,
): Value {
  if (length !== undefined && length < 0) {
    throw new Discard(`${length}: substring expression < 0`);
  }
  const isPositional = part.name === '@' || part.name === '*';
  const words = isPositional ? [shell.name, ...value.words] : value.words;
  const indexed = isPositional ? undefined : shell.variables.find(part.name)?.indexed;
  const total = indexed?.length ?? words.length;
  const start = offset < 0 ? total + offset : offset;
  if (start < 0) return { ...value, words: [] };
  let first = start;
  if (indexed !== undefined) {
    const keys =
      shell.variables
        .find(part.name)
        ?.entries()
        .map(([key]) => Number(key)) ?? [];
    first = keys.findIndex((key) => key >= start);
    if (first < 0) return { ...value, words: [] };
  }
  const end = length === undefined ? undefined : first + length;
  return { ...value, words: words.slice(first, end) };
}

/** `^`, `^^`, `,`, `,,`, `~`, `~~` */
function folder(shell: Shell, operator: string, pattern: string): (text: string) => string {
  const matcher = shell.patterns.whole(pattern === '' ? '?' : pattern, shell.patternOptions);
  const isUpper = operator.startsWith('^');
  const change = (char: string): string => (isUpper ? char.toUpperCase() : char.toLowerCase());
  const all = operator.length === 2;
  return (text) =>
    characters(text)
      .map((char, i) => ((all || i === 0) && matcher.test(char) ? change(char) : char))
      .join('');
}

function* transform(shell: Shell, part: Parameter, value: Value, operator: string): Task<Value> {
  if (operator === 'A' || operator === 'a' || operator === 'K' || operator === 'k') {
    return transformVariable(shell, part, value, operator);
  }
  if (!'QEPULu'.includes(operator) || operator === '') {
    throw new Discard(`${part.text}: bad substitution`);
  }
  if (value.kind === 'text') {
    if (value.text === undefined) return value;
    return { kind: 'text', text: yield* transformText(shell, value.text, operator) };
  }
  const words: string[] = [];
  for (const word of value.words) words.push(yield* transformText(shell, word, operator));
  return { ...value, words };
}

/**
 * Expansion of words: parameters, commands, arithmetic, tildes; then splitting, pathname expansion
 * and quote removal. (Braces were expanded when the word was parsed.)
 * @man bash(1) EXPANSION
 */
import type { Task } from '#kernel/syscall/sys.ts';
import { evaluateText } from '#cmd/bash/expand/arithmetic.ts';
import { Fields } from '#cmd/bash/expand/fields.ts';
import { expandPathname } from '#cmd/bash/expand/glob.ts';
import { expandParameter } from '#cmd/bash/expand/parameter.ts';
import { expandTilde } from '#cmd/bash/expand/tilde.ts';
import { hasPattern } from '#cmd/bash/pattern.ts';
import { escapeRegex } from '#cmd/bash/regex.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import type { Part, Word } from '#cmd/bash/syntax/tree.ts';

export function ifsOf(shell: Shell): string {
  return shell.variables.find('IFS')?.scalar ?? ' \t\n';
}

/** All expansions: the arguments of a command. */
export function* expandWords(shell: Shell, words: readonly Word[]): Task<string[]> {
  const values: string[] = [];
  for (const word of words) {
    if (word.literal !== undefined) values.push(word.literal);
    else if (word.braces !== undefined && shell.options.on('braceexpand')) {
      for (const alternative of word.braces) yield* expandInto(shell, alternative, values);
    } else yield* expandInto(shell, word, values);
  }
  return values;
}

function* expandInto(shell: Shell, word: Word, values: string[]): Task<void> {
  const fields = new Fields(ifsOf(shell), true);
  yield* walk(shell, word.parts, fields, false);
  const extended = shell.shopts.on('extglob');
  for (const field of fields.take()) {
    const { value, pattern } = field;
    const isPlain = pattern === undefined || shell.options.on('noglob');
    if (isPlain || !hasPattern(pattern, extended)) values.push(value);
    else yield* expandPathname(shell, value, pattern, values);
  }
}

/** Without splitting and pathname expansion: assignments, case words, redirections' text. */
export function* expandText(shell: Shell, word: Word): Task<string> {
  if (word.literal !== undefined) return word.literal;
  const fields = new Fields(ifsOf(shell), false);
  yield* walk(shell, word.parts, fields, false);
  return fields.value;
}

/** A pattern: what was quoted in the word is escaped in it. */
export function* expandPattern(shell: Shell, word: Word): Task<string> {
  const fields = new Fields(ifsOf(shell), false);
  yield* walk(shell, word.parts, fields, false);
  return fields.pattern;
}

/** The right side of `=~`: what was quoted stands for itself. */
export function* expandRegex(shell: Shell, word: Word): Task<string> {
  let source = '';
  for (const part of word.parts) {
    const isQuoted = part.kind === 'quoted' || part.kind === 'double';
    const fields = new Fields(ifsOf(shell), false);
    yield* walk(shell, [part], fields, false);
    source += isQuoted ? escapeRegex(fields.value) : fields.value;
  }
  return source;
}

/**
 * Expands `parts` into `fields`. `textSplits`: plain text is split too, as in the word of an
 * unquoted `${x:-word}`.
 */
function* walk(
  shell: Shell,
  parts: readonly Part[],
  fields: Fields,
  isQuoted: boolean,
  textSplits = false,
): Task<void> {
  for (const part of parts) {
    switch (part.kind) {
      case 'text':
        if (isQuoted) fields.quoted(part.text);
        else if (textSplits) fields.split(part.text);
        else fields.text(part.text);
        break;
      case 'quoted':
        fields.quoted(part.text);
        break;
      case 'double':
        if (part.parts.length === 0) fields.quoted('');
        else yield* walk(shell, part.parts, fields, true);
        break;
      case 'tilde':
        fields.quoted(yield* expandTilde(shell, part.user));
        break;
      case 'parameter':
        yield* expandParameter(shell, part, fields, isQuoted, expander);
        break;
      case 'command': {
        const output = yield* shell.engine.substitute(shell, part);
        if (isQuoted) fields.quoted(output);
        else fields.split(output);
        break;
      }
      case 'arithmetic': {
        const text = yield* expandText(shell, part.expression);
        const value = String(yield* evaluateText(shell, text));
        if (isQuoted) fields.quoted(value);
        else fields.split(value);
        break;
      }
      case 'process':
        fields.quoted(yield* shell.engine.processSubstitute(shell, part.operator, part.script));
        break;
    }
  }
}

/** What parameter expansion needs of word expansion; a value, so that imports stay a tree. */
export interface WordExpander {
  readonly text: (shell: Shell, word: Word) => Task<string>;
  readonly pattern: (shell: Shell, word: Word) => Task<string>;
  /** Expands a word in place, as the operand of `:-` and its kin. */
  readonly into: (shell: Shell, word: Word, fields: Fields, isQuoted: boolean) => Task<void>;
}

const expander: WordExpander = {
  text: expandText,
  pattern: expandPattern,
  into: (shell, word, fields, isQuoted) => walk(shell, word.parts, fields, isQuoted, !isQuoted),
};

export const WORD_EXPANDER: WordExpander = expander;

/** One word that must come out as one: the target of a redirection. undefined = ambiguous. */
export function* expandSingle(shell: Shell, word: Word): Task<string | undefined> {
  if (word.literal !== undefined) return word.literal;
  const [value, ...more] = yield* expandWords(shell, [word]);
  return more.length > 0 ? undefined : value;
}

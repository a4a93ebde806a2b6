/**
 * `:s`: replaces matches in a range, all or the first of a line, asked for one by one with flag c.
 */
import type { Task } from '#kernel/syscall/sys.ts';
import { lengthAt } from '#cmd/vi/characters.ts';
import type { Editor } from '#cmd/vi/editor.ts';
import type { ExRange } from '#cmd/vi/ex-parse.ts';
import { compilePattern, expandReplacement } from '#cmd/vi/pattern.ts';
import { splitAtDelimiter } from '#cmd/vi/search.ts';
import { ViError } from '#cmd/vi/vi-error.ts';

interface Substitution {
  readonly pattern: RegExp;
  readonly template: string;
  readonly isGlobal: boolean;
  readonly asks: boolean;
  readonly isQuietOnFailure: boolean;
}

/** Parses what follows `s` and remembers it for `&`; '' and flags alone mean the last one again. */
function parse(
  editor: Editor,
  text: string,
): { substitution: Substitution; count: number | undefined } {
  const delimiter = /^[^\w\s"|\\&]/.exec(text)?.[0];
  const last = editor.substitute;
  let rest = text;
  if (delimiter !== undefined) {
    const source = splitAtDelimiter(text.slice(1), delimiter);
    const replacement = splitReplacement(source.rest, delimiter);
    const pattern = source.pattern === '' ? editor.search?.pattern : source.pattern;
    if (pattern === undefined) throw new ViError('No previous regular expression');
    const template = withPrevious(replacement.template, last?.template ?? '');
    editor.substitute = { pattern, template, flags: '' };
    editor.search = { pattern, isForward: true, offset: '' };
    rest = replacement.rest;
  } else if (last === undefined) {
    throw new ViError('No previous substitute re');
  }
  const current = editor.substitute;
  if (current === undefined) throw new ViError('No previous substitute re');
  const match = /^\s*([&gciIne]*)\s*(\d*)\s*$/.exec(rest);
  if (match === null) throw new ViError('Extra chars at end of command');
  const flags = (match[1] ?? '').replace('&', current.flags);
  editor.substitute = { ...current, flags };
  const ignoreCase =
    flags.includes('i') || (!flags.includes('I') && editor.options.flag('ignorecase'));
  return {
    substitution: {
      pattern: compilePattern(current.pattern, { ignoreCase, magic: editor.options.flag('magic') }),
      template: current.template,
      isGlobal: flags.includes('g'),
      asks: flags.includes('c'),
      isQuietOnFailure: flags.includes('e'),
    },
    count: match[2] === '' ? undefined : Number(match[2]),
  };
}

/** Unlike a pattern, a replacement may hold brackets that do not close. */
function splitReplacement(text: string, delimiter: string): { template: string; rest: string } {
  let template = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === delimiter) return { template, rest: text.slice(at + 1) };
    if (character === '\\') {
      at += 1;
      const next = text[at] ?? '';
      template += next === delimiter ? next : `\\${next}`;
    } else template += character;
  }
  return { template, rest: '' };
}

/** `~` stands for the replacement before. */
function withPrevious(template: string, previous: string): string {
  return template.replace(/\\~|~/g, (text) => (text === '~' ? previous : '~'));
}

/** Runs `:s` on the range; answers the number of replacements. */
export function* substitute(
  editor: Editor,
  range: ExRange,
  text: string,
  isInGlobal = false,
): Task<number> {
  const { substitution, count } = parse(editor, text);
  let row = count === undefined ? range.first : range.last;
  let last = count === undefined ? range.last : Math.min(range.last + count - 1, editor.lastRow);
  let total = 0;
  let lastRow = -1;
  let isStopped = false;
  for (; row <= last && !isStopped; row += 1) {
    const result = yield* substituteLine(editor, row, substitution);
    isStopped = result.isStopped;
    if (result.count === 0) continue;
    total += result.count;
    const added = result.lines.length - 1;
    editor.buffer.replace(row, 1, result.lines);
    row += added;
    last += added;
    lastRow = row;
  }
  if (lastRow >= 0) editor.moveToLine(lastRow);
  else if (!isInGlobal && !isStopped && !substitution.isQuietOnFailure) {
    throw new ViError('Substitute pattern match failed');
  }
  if (!isInGlobal) editor.report(total, 'substitutions');
  return total;
}

function* substituteLine(
  editor: Editor,
  row: number,
  substitution: Substitution,
): Task<{ lines: string[]; count: number; isStopped: boolean }> {
  const { pattern, template, isGlobal, asks } = substitution;
  const isMagic = editor.options.flag('magic');
  const line = editor.line(row);
  let output = '';
  let copied = 0;
  let count = 0;
  let from = 0;
  let isStopped = false;
  while (from <= line.length && !isStopped) {
    pattern.lastIndex = from;
    const match = pattern.exec(line);
    if (match === null) break;
    const end = match.index + match[0].length;
    const answer = asks ? yield* ask(editor, row, match.index) : 'y';
    if (answer === 'q') isStopped = true;
    else if (answer !== 'n') {
      output += line.slice(copied, match.index) + expandReplacement(template, match, isMagic);
      copied = end;
      count += 1;
      isStopped = answer === 'l';
    }
    if (!isGlobal) break;
    from = match[0] === '' ? end + Math.max(1, lengthAt(line, end)) : end;
    // After a match, an empty one at the end of the line does not count.
    if (from >= line.length) break;
  }
  const lines = (output + line.slice(copied))
    .split('\n')
    .map((part) => part.replaceAll('\0', '\n'));
  return { lines, count, isStopped };
}

/** Asks for one match: y, n, l (this and stop), q. */
function* ask(editor: Editor, row: number, column: number): Task<'y' | 'n' | 'l' | 'q'> {
  editor.moveTo(row, column);
  for (;;) {
    editor.message = 'replace? (y/n/l/q)';
    const key = yield* editor.key();
    if (key === 'y' || key === 'n' || key === 'l' || key === 'q') {
      editor.message = '';
      return key;
    }
    if (key === '\x1b' || key === '\x03') return 'q';
  }
}

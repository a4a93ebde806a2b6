/**
 * `:set`: several words at once; `NAME?` and `all` show, a bare `set` shows what is not as at first.
 */
import type { Editor } from '#cmd/vi/editor.ts';
import { findOption, OPTIONS, type OptionRow } from '#cmd/vi/options.table.ts';
import { ViError } from '#cmd/vi/vi-error.ts';

function show(editor: Editor, row: OptionRow): string {
  if (typeof row.initial !== 'boolean') return `${row.name}=${editor.options.text(row.name)}`;
  return editor.options.flag(row.name) ? row.name : `no${row.name}`;
}

/** Does the words of a set command; answers the lines to show. */
export function setOptions(editor: Editor, text: string): string[] {
  const words = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) {
    const changed = OPTIONS.filter((row) => show(editor, row) !== showInitial(row));
    return changed.map((row) => show(editor, row));
  }
  return words.flatMap((word) => setWord(editor, word));
}

function showInitial(row: OptionRow): string {
  if (typeof row.initial !== 'boolean') return `${row.name}=${row.initial}`;
  return row.initial ? row.name : `no${row.name}`;
}

function setWord(editor: Editor, word: string): string[] {
  if (word === 'all') return OPTIONS.map((row) => show(editor, row));
  const match = /^(\w+?)([?!]|[=:](.*))?$/.exec(word);
  const name = match?.[1] ?? '';
  const action = match?.[2] ?? '';
  const direct = findOption(name);
  const negated = name.startsWith('no') ? findOption(name.slice(2)) : undefined;
  const row = direct ?? negated;
  if (row === undefined)
    throw new ViError(`${name}: No such option - 'set all' gives all option values`);
  if (action === '?') return [show(editor, row)];
  if (typeof row.initial === 'boolean') {
    if (action.startsWith('=')) throw new ViError(`${name} is a toggle, use "set ${name}"`);
    const value = action === '!' ? !editor.options.flag(row.name) : direct !== undefined;
    editor.options.set(row.name, value);
    return [];
  }
  if (action === '') return [show(editor, row)];
  const value = match?.[3] ?? '';
  if (typeof row.initial === 'number') {
    if (!/^\d+$/.test(value)) throw new ViError(`${name}: Bad number`);
    if (row.name === 'tabstop' && Number(value) === 0) throw new ViError(`${name}: Bad number`);
    editor.options.set(row.name, Number(value));
  } else {
    editor.options.set(row.name, value);
  }
  return [];
}

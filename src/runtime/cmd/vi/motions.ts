/**
 * The motions: a key (and what is typed after it) → where the cursor goes, and what an operator makes
 * of the way there. A motion that can't be done ends the command with the bell.
 * @man vi(1) Cursor motions
 */
import type { Task } from '#kernel/syscall/sys.ts';
import type { Position } from '#cmd/vi/buffer.ts';
import {
  characterClass,
  columnAtVirtual,
  firstNonBlank,
  lastColumn,
  nextColumn,
  previousColumn,
} from '#cmd/vi/characters.ts';
import { readCommandLine } from '#cmd/vi/command-line.ts';
import type { Editor, FindState, SearchState } from '#cmd/vi/editor.ts';
import {
  findCharacter,
  matchingBracket,
  paragraph,
  section,
  sentenceBack,
  sentenceForward,
} from '#cmd/vi/motion-text.ts';
import { wordBack, wordEnd, wordForward } from '#cmd/vi/motion-word.ts';
import { runSearch, splitAtDelimiter } from '#cmd/vi/search.ts';
import { ViError } from '#cmd/vi/vi-error.ts';

export interface Motion {
  readonly position: Position;
  readonly kind: 'exclusive' | 'inclusive' | 'linewise';
  /** j, k, $: the wanted screen column is not the new one. */
  readonly wantedColumn?: number;
  /** Sets the mark '' before moving. */
  readonly isJump?: boolean;
}

type MotionFunction = (editor: Editor, count: number | undefined, operator: string) => Motion;

function fail(message = ''): never {
  throw new ViError(message);
}

function exclusive(row: number, column: number): Motion {
  return { position: { row, column }, kind: 'exclusive' };
}

function found(position: Position | undefined, kind: 'exclusive' | 'inclusive'): Motion {
  return { position: position ?? fail(), kind };
}

/** Up and down: the column follows the wanted one. */
function vertical(editor: Editor, rows: number): Motion {
  const row = Math.max(0, Math.min(editor.cursor.row + rows, editor.lastRow));
  if (row === editor.cursor.row) fail();
  const { wantedColumn } = editor;
  return { position: { row, column: editor.columnFor(row) }, kind: 'linewise', wantedColumn };
}

function toLine(row: number, isJump = false): Motion {
  return { position: { row, column: -1 }, kind: 'linewise', isJump };
}

function relativeLine(editor: Editor, rows: number): Motion {
  const row = editor.cursor.row + rows;
  return row < 0 || row > editor.lastRow ? fail() : toLine(row);
}

function left(editor: Editor, count: number): Motion {
  const line = editor.line();
  let { column } = editor.cursor;
  if (column === 0) fail();
  for (let i = 0; i < count; i += 1) column = previousColumn(line, column);
  return exclusive(editor.cursor.row, column);
}

function right(editor: Editor, count: number, operator: string): Motion {
  const line = editor.line();
  let { column } = editor.cursor;
  const end = operator === '' ? lastColumn(line) : line.length;
  if (column >= end) {
    if (operator === '' || line === '') fail();
  }
  for (let i = 0; i < count; i += 1) column = nextColumn(line, column);
  return exclusive(editor.cursor.row, Math.min(column, end));
}

function word(editor: Editor, count: number, isBig: boolean, operator: string): Motion {
  const { buffer, cursor } = editor;
  const line = editor.line();
  if (operator === 'c' && line !== '' && characterClass(line, cursor.column, isBig) !== 0) {
    return found(wordEnd(buffer, cursor, count, isBig, true) ?? endOfText(editor), 'inclusive');
  }
  const position = wordForward(buffer, cursor, count, isBig, operator !== '');
  if (position === undefined) {
    if (operator === '') fail();
    return found(endOfText(editor), 'inclusive');
  }
  const target = editor.line(position.row);
  if (operator !== '' && position.column >= target.length && position.column > 0) {
    return found({ row: position.row, column: lastColumn(target) }, 'inclusive');
  }
  return found(position, 'exclusive');
}

function endOfText(editor: Editor): Position {
  return { row: editor.lastRow, column: lastColumn(editor.line(editor.lastRow)) };
}

function endOfWord(editor: Editor, count: number, isBig: boolean): Motion {
  const position = wordEnd(editor.buffer, editor.cursor, count, isBig, false);
  return found(position ?? endOfText(editor), 'inclusive');
}

function endOfLine(editor: Editor, count: number): Motion {
  const row = editor.cursor.row + count - 1;
  if (row > editor.lastRow) fail();
  const position = { row, column: lastColumn(editor.line(row)) };
  return { position, kind: 'inclusive', wantedColumn: Number.POSITIVE_INFINITY };
}

function goLine(editor: Editor, count: number | undefined, fallback: number): Motion {
  return toLine(Math.min((count ?? fallback) - 1, editor.lastRow), true);
}

/** Rows of text on the screen now. */
function windowEnd(editor: Editor): number {
  return Math.min(editor.lastRow, editor.top + editor.windowRows - 1);
}

function repeatFind(editor: Editor, count: number, isReversed: boolean): Motion {
  const { find } = editor;
  if (find === undefined) fail();
  const flipped = { f: 'F', F: 'f', t: 'T', T: 't' } as const;
  return findMotion(editor, isReversed ? { ...find, kind: flipped[find.kind] } : find, count, true);
}

function findMotion(editor: Editor, find: FindState, count: number, isRepeat: boolean): Motion {
  const { row, column } = editor.cursor;
  const at = findCharacter(editor.line(), column, find, count, isRepeat);
  const isForward = find.kind === 'f' || find.kind === 't';
  return { position: { row, column: at ?? fail() }, kind: isForward ? 'inclusive' : 'exclusive' };
}

function searchAgain(editor: Editor, count: number, isReversed: boolean): Motion {
  if (editor.search === undefined) fail('No previous regular expression');
  return { ...runSearch(editor, editor.search, count, isReversed), isJump: true };
}

function starSearch(editor: Editor, count: number, isForward: boolean): Motion {
  const target = editor.wordAtCursor();
  if (target === '') fail('No string under cursor');
  const line = editor.line();
  const start = line.indexOf(target, Math.max(0, editor.cursor.column - target.length + 1));
  editor.moveTo(editor.cursor.row, Math.max(0, start));
  editor.search = { pattern: `\\<${target}\\>`, isForward, offset: '' };
  return { ...runSearch(editor, editor.search, count, false), isJump: true };
}

function percent(editor: Editor, count: number | undefined): Motion {
  if (count !== undefined) {
    const row = Math.ceil((count * editor.buffer.lineCount) / 100) - 1;
    return count > 100 ? fail() : toLine(Math.max(0, row), true);
  }
  const position = matchingBracket(editor.buffer, editor.cursor) ?? fail();
  return { position, kind: 'inclusive', isJump: true };
}

function paragraphMotion(editor: Editor, count: number, direction: 1 | -1): Motion {
  const target = paragraph(editor.buffer, editor.cursor, count, direction) ?? fail();
  return {
    position: target.position,
    kind: target.isInclusive ? 'inclusive' : 'exclusive',
    isJump: true,
  };
}

const PLAIN: Readonly<Record<string, MotionFunction>> = {
  h: (editor, count) => left(editor, count ?? 1),
  l: (editor, count, operator) => right(editor, count ?? 1, operator),
  j: (editor, count) => vertical(editor, count ?? 1),
  k: (editor, count) => vertical(editor, -(count ?? 1)),
  '+': (editor, count) => relativeLine(editor, count ?? 1),
  '-': (editor, count) => relativeLine(editor, -(count ?? 1)),
  _: (editor, count) => relativeLine(editor, (count ?? 1) - 1),
  '0': (editor) => exclusive(editor.cursor.row, 0),
  '^': (editor) => exclusive(editor.cursor.row, firstNonBlank(editor.line())),
  $: (editor, count) => endOfLine(editor, count ?? 1),
  '|': (editor, count) =>
    exclusive(
      editor.cursor.row,
      columnAtVirtual(editor.line(), (count ?? 1) - 1, editor.options.number('tabstop')),
    ),
  w: (editor, count, operator) => word(editor, count ?? 1, false, operator),
  W: (editor, count, operator) => word(editor, count ?? 1, true, operator),
  e: (editor, count) => endOfWord(editor, count ?? 1, false),
  E: (editor, count) => endOfWord(editor, count ?? 1, true),
  b: (editor, count) =>
    found(wordBack(editor.buffer, editor.cursor, count ?? 1, false), 'exclusive'),
  B: (editor, count) =>
    found(wordBack(editor.buffer, editor.cursor, count ?? 1, true), 'exclusive'),
  G: (editor, count) => goLine(editor, count, editor.buffer.lineCount),
  '%': (editor, count) => percent(editor, count),
  '{': (editor, count) => paragraphMotion(editor, count ?? 1, -1),
  '}': (editor, count) => paragraphMotion(editor, count ?? 1, 1),
  '(': (editor, count) => ({
    position: sentenceBack(editor.buffer, editor.cursor, count ?? 1),
    kind: 'exclusive',
    isJump: true,
  }),
  ')': (editor, count) => ({
    position: sentenceForward(editor.buffer, editor.cursor, count ?? 1),
    kind: 'exclusive',
    isJump: true,
  }),
  H: (editor, count) => toLine(Math.min(editor.top + (count ?? 1) - 1, windowEnd(editor)), true),
  L: (editor, count) => toLine(Math.max(windowEnd(editor) - (count ?? 1) + 1, editor.top), true),
  M: (editor) => toLine(Math.floor((editor.top + windowEnd(editor)) / 2), true),
  ';': (editor, count) => repeatFind(editor, count ?? 1, false),
  ',': (editor, count) => repeatFind(editor, count ?? 1, true),
  n: (editor, count) => searchAgain(editor, count ?? 1, false),
  N: (editor, count) => searchAgain(editor, count ?? 1, true),
  '*': (editor, count) => starSearch(editor, count ?? 1, true),
  '#': (editor, count) => starSearch(editor, count ?? 1, false),
};

/** Keys that mean the same as another. */
const SYNONYMS: Readonly<Record<string, string>> = {
  '\b': 'h',
  '\x7f': 'h',
  '<Left>': 'h',
  ' ': 'l',
  '<Right>': 'l',
  '\n': 'j',
  '\x0e': 'j',
  '<Down>': 'j',
  '\x10': 'k',
  '<Up>': 'k',
  '\r': '+',
  '<Home>': '0',
  '<End>': '$',
};

/** The motion that `key` starts, with what it reads from the keyboard; undefined if it is none. */
export function* readMotion(
  editor: Editor,
  key: string,
  count: number | undefined,
  operator: string,
): Task<Motion | undefined> {
  const name = SYNONYMS[key] ?? key;
  const plain = PLAIN[name];
  if (plain !== undefined) {
    // Backspace and space, unlike h and l, go over the ends of lines.
    if (name !== key && (name === 'h' || name === 'l') && key.length === 1) {
      return overLines(editor, count ?? 1, name, operator);
    }
    return plain(editor, count, operator);
  }
  switch (name) {
    case 'f':
    case 'F':
    case 't':
    case 'T': {
      const character = yield* editor.key();
      if (character === '\x1b') fail();
      editor.find = { character, kind: name };
      return findMotion(editor, editor.find, count ?? 1, false);
    }
    case '/':
    case '?':
      return yield* typedSearch(editor, name, count ?? 1);
    case "'": {
      const mark = editor.mark(yield* editor.key());
      return toLine(mark.row, true);
    }
    case '`':
      return { position: editor.mark(yield* editor.key()), kind: 'exclusive', isJump: true };
    case 'g':
      return (yield* editor.key()) === 'g' ? goLine(editor, count, 1) : fail();
    case '[':
    case ']': {
      if ((yield* editor.key()) !== name) fail();
      const direction = name === ']' ? 1 : -1;
      const position = section(editor.buffer, editor.cursor, count ?? 1, direction);
      return { position, kind: 'exclusive', isJump: true };
    }
    default:
      return undefined;
  }
}

function overLines(editor: Editor, count: number, name: string, operator: string): Motion {
  let { row, column } = editor.cursor;
  for (let i = 0; i < count; i += 1) {
    const line = editor.line(row);
    if (name === 'h' && column > 0) column = previousColumn(line, column);
    else if (name === 'h') {
      if (row === 0) return i === 0 ? fail() : exclusive(row, column);
      row -= 1;
      column = lastColumn(editor.line(row));
    } else if (column < lastColumn(line) || (operator !== '' && column < line.length)) {
      column = nextColumn(line, column);
    } else {
      if (row === editor.lastRow) return i === 0 ? fail() : exclusive(row, column);
      row += 1;
      column = 0;
    }
  }
  return exclusive(row, column);
}

function* typedSearch(editor: Editor, prompt: '/' | '?', count: number): Task<Motion> {
  const text = yield* readCommandLine(editor, prompt);
  if (text === undefined) fail();
  const { pattern, rest } = splitAtDelimiter(text, prompt);
  const last = editor.search?.pattern;
  if (pattern === '' && last === undefined) fail('No previous regular expression');
  const search: SearchState = {
    pattern: pattern === '' ? (last as string) : pattern,
    isForward: prompt === '/',
    offset: rest,
  };
  editor.search = search;
  return { ...runSearch(editor, search, count, false), isJump: true };
}

import { Terminal } from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { ScreenWriter } from '#lib/libcurses/screen.ts';
import { findTerminal, type TerminalDescription } from '#lib/libcurses/terminfo.table.ts';
import { TestEditor } from '#cmd/vi/editor.test-kit.ts';
import { drawEditor } from '#cmd/vi/view.ts';

const LINES = Array.from({ length: 100 }, (_, i) => `line ${i + 1}`).join('\n');

function screen(test: TestEditor, rows = 10, columns = 40): string[] {
  const frame = drawEditor(test.editor, rows, columns);
  return Array.from({ length: rows }, (_, row) => frame.rowText(row));
}

function cursor(test: TestEditor, rows = 10, columns = 40): [number, number] {
  const frame = drawEditor(test.editor, rows, columns);
  return [frame.cursorRow, frame.cursorColumn];
}

describe('the screen', () => {
  it('shows text, tildes, the file and the place', () => {
    const test = new TestEditor({ motd: 'one\ntwo\n' });
    expect(screen(test, 5)).toEqual(['one', 'two', '~', '~', '"motd" 2 lines, 8 characters']);
    expect(screen(test.type('jl'), 4, 60).at(-1)).toMatch(/^ {42}2,2$/);
  });

  it('wraps long lines and marks those that do not fit', () => {
    const test = new TestEditor({ a: `${'x'.repeat(25)}\nshort\n${'y'.repeat(45)}\n` });
    expect(screen(test, 6, 20).slice(0, 5)).toEqual(['x'.repeat(20), 'xxxxx', 'short', '@', '@']);
  });

  it('scrolls by lines near the window and centers far away', () => {
    const test = new TestEditor({ a: LINES });
    screen(test);
    test.type('9j');
    expect(screen(test)[0]).toBe('line 2');
    test.type('50G');
    expect(screen(test)[4]).toBe('line 50');
    test.type('z\r');
    expect(screen(test)[0]).toBe('line 50');
    test.type('<C-f>');
    expect(screen(test)[0]).toBe('line 57');
    test.type('<C-b>');
    expect(screen(test)[0]).toBe('line 50');
    test.type('<C-d>');
    expect(screen(test)[0]).toBe('line 54');
    test.type('<C-y>H');
    expect(screen(test)[0]).toBe('line 53');
    expect(cursor(test)[0]).toBe(0);
  });

  it('puts the cursor at the end of a tab, and on wide characters', () => {
    const test = new TestEditor({ a: '\tx\n漢字x\n' });
    expect(cursor(test)).toEqual([0, 7]);
    expect(cursor(test.type('l'))).toEqual([0, 8]);
    expect(cursor(test.type('j0l'))).toEqual([1, 2]);
  });

  it('shows numbers, tabs and ends when asked', () => {
    const test = new TestEditor({ a: 'a\tb\nc\n' }).type(':set nu list<CR>');
    expect(screen(test).slice(0, 2)).toEqual(['     1  a^Ib$', '     2  c$']);
  });

  it('shows control characters and bytes that are no text', () => {
    const test = new TestEditor({ a: 'a\x01b\x7f\udcff\n' });
    expect(screen(test)[0]).toMatch(/^a\^Ab\^\?/);
  });

  it('draws on a real terminal, marking the selection', async () => {
    const test = new TestEditor({ a: 'one two\nthree\n' }).type('wv');
    const terminal = new Terminal({ rows: 6, cols: 30, allowProposedApi: true });
    const writer = new ScreenWriter(findTerminal('xterm') as TerminalDescription);
    const show = (): Promise<void> =>
      new Promise((resolve) =>
        terminal.write(writer.update(drawEditor(test.editor, 6, 30)), resolve),
      );
    await show();
    test.type('j');
    await show();
    const buffer = terminal.buffer.active;
    expect(buffer.getLine(1)?.translateToString(true)).toBe('three');
    expect([0, 4, 6, 7].map((x) => buffer.getLine(0)?.getCell(x)?.isInverse() !== 0)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(buffer.getLine(5)?.translateToString(true)).toContain('-- VISUAL --');
    expect([buffer.cursorY, buffer.cursorX]).toEqual([1, 4]);
  });
});

describe('files', () => {
  it('writes, and refuses what would lose text', () => {
    const test = new TestEditor({ a: 'one\n', b: 'two\n' });
    test.type('x:q<CR>');
    expect(test.editor.message).toBe('No write since last change (:quit! overrides)');
    expect(test.editor.isFinished).toBe(false);
    test.type(':w b<CR>');
    expect(test.editor.message).toBe('"b" File exists - use "w! b" to overwrite');
    test.type(':w<CR>');
    expect(test.files.get('a')).toBe('ne\n');
    expect(test.editor.message).toBe('"a" 1 line, 3 characters');
    test.type(':q<CR>');
    expect(test.editor.message).toBe('1 more file to edit');
    test.type(':n<CR>:wq<CR>');
    expect(test.editor.isFinished).toBe(true);
  });

  it('knows when undo comes back to what was written', () => {
    const test = new TestEditor({ a: 'one\n' }).type('xu');
    expect(test.editor.buffer.isModified).toBe(false);
    test.type('x:w<CR>u');
    expect(test.editor.buffer.isModified).toBe(true);
    test.type('dd:q<CR>');
    expect(test.editor.isFinished).toBe(false);
  });

  it('edits others, reads and appends', () => {
    const test = new TestEditor({ a: '1\n2\n', b: 'b\n' });
    test.type(':r b<CR>:1,2w >> b<CR>:w<CR>:e b<CR>');
    expect(test.text).toBe('b\n1\nb');
    test.type('<C-^>');
    expect(test.editor.fileName).toBe('a');
    test.type(':r !echo hello<CR>:2,3!sort<CR>');
    expect(test.text).toBe('1\nb\nhello\n2');
  });

  it('says when a file is new or a command unknown', () => {
    const test = new TestEditor({});
    expect(test.editor.message).toBe('"new" [New file]');
    test.type(':frobnicate<CR>');
    expect(test.editor.message).toBe('frobnicate: Not an editor command');
    test.type(':5d<CR>');
    expect(test.editor.message).toBe('Not that many lines in buffer');
    test.type('/nowhere<CR>');
    expect(test.editor.message).toBe('Pattern not found');
    test.type(':map x y<CR>');
    expect(test.editor.message).toBe('map: not supported yet');
  });

  it('asks at each match with flag c', () => {
    const test = new TestEditor({ a: 'aaa\naaa\n' }).type(':%s/a/b/gc<CR>ynyl');
    expect(test.text).toBe('bab\nbaa');
    expect(test.type(':%s/a/c/gc<CR>q').text).toBe('bab\nbaa');
  });

  it('restores a line with U only while the cursor stays on it', () => {
    expect(new TestEditor({ a: 'abc\ndef\n' }).type('xxU').text).toBe('abc\ndef');
    expect(new TestEditor({ a: 'abc\ndef\n' }).type('xjxkU').text).toBe('bc\nef');
  });

  it('stops a macro at the first command that fails', () => {
    const test = new TestEditor({ a: 'x;yyp\nabc\n' }).type('"ayy0"ay$:1d<CR>@a');
    expect(test.text).toBe('bc');
  });
});

describe('a macro that calls itself', () => {
  it('can be interrupted', () => {
    const test = new TestEditor({ a: 'x\n@a\n' }).type('j"ayy@a');
    expect(test.editor.message).toBe('Interrupted');
  });
});

describe('a large file', () => {
  it('stays fluid with 100,000 lines', () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `row ${i} of many`).join('\n');
    const test = new TestEditor({ a: text });
    const start = performance.now();
    test.type('Goend<Esc>ggOstart<Esc>:%s/row/line/<CR>u<C-r>50%dd:g/7/d<CR>/99998<CR>');
    for (let i = 0; i < 100; i += 1) screen(test.type('j'), 50, 132);
    expect(performance.now() - start).toBeLessThan(4000);
    expect(test.text.startsWith('start\nline 0')).toBe(true);
  });
});

import { Terminal } from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EditEvent, Editor } from '#cmd/bash/edit/editor.ts';
import { terminalWidth } from '#cmd/bash/edit/width.ts';
import { encodeText } from '#cmd/bash/text.ts';

class Bench {
  readonly terminal: Terminal;
  readonly editor: Editor;
  event: EditEvent | undefined;
  #pending = '';

  constructor(columns = 20, prompt = '$ ', history: readonly string[] = []) {
    this.terminal = new Terminal({ cols: columns, rows: 12, allowProposedApi: true });
    this.editor = new Editor(columns);
    this.#pending = this.editor.start(prompt, history);
  }

  press(text: string): this {
    const { output, event } = this.editor.feed(encodeText(text));
    this.#pending += output;
    this.event = event ?? this.event;
    return this;
  }

  async screen(): Promise<{ rows: string[]; x: number; y: number }> {
    await new Promise<void>((resolve) => this.terminal.write(this.#pending, resolve));
    this.#pending = '';
    const { active } = this.terminal.buffer;
    const rows = Array.from({ length: active.length }, (_, y) =>
      (active.getLine(y)?.translateToString(true) ?? '').trimEnd(),
    );
    while (rows.length > 0 && rows.at(-1) === '') rows.pop();
    return { rows, x: active.cursorX, y: active.cursorY + active.baseY };
  }

  get text(): string {
    return this.editor.buffer.text;
  }
}

const typed = (keys: string, history: readonly string[] = []): string =>
  new Bench(40, '$ ', history).press(keys).text;

describe('keys', () => {
  test.each([
    ['hello\x01X', 'Xhello'],
    ['hello\x1b[D\x1b[DX', 'helXlo'],
    ['one two\x1bbX', 'one Xtwo'],
    ['one two\x01\x1bfX', 'oneX two'],
    ['one two three\x17\x17', 'one '],
    ['one two three\x17\x17\x19', 'one two three'],
    ['abc\x01\x0b\x19\x19', 'abcabc'],
    ['abc def\x01\x1bd\x05\x19', ' defabc'],
    ['ab\x14', 'ba'],
    ['one two\x1bt', 'two one'],
    ['word\x1bb\x1bu', 'WORD'],
    ['WORD two\x01\x1bl\x1bc', 'word Two'],
    ['abc\x7f\x7fX', 'aX'],
    ['abc\x01\x04', 'bc'],
    ['abc\x01\x1b[3~', 'bc'],
    ['abc\x15xyz\x15\x19\x1by', 'abc'],
    ['ab\x1f', ''],
    ['ab\x17\x1f', 'ab'],
    ['\x16\x09', '\t'],
    ['é€日\x7f', 'é€'],
    ['\x1b[200~a\nb\x1b[201~c', 'a\nbc'],
    ['a\x1b[Hb\x1b[Fc', 'bac'],
    ['a b\x1b[1;5DX', 'a Xb'],
  ])('%j leaves %j', (keys, text) => {
    expect(typed(keys)).toBe(text);
  });

  test('history: up, down, edits that stay until a line is taken', () => {
    const history = ['first', 'second'];
    expect(typed('\x1b[A', history)).toBe('second');
    expect(typed('\x1b[A\x1b[A\x1b[A', history)).toBe('first');
    expect(typed('new\x1b[A\x1b[B', history)).toBe('new');
    expect(typed('\x1b[AX\x1b[A\x1b[B', history)).toBe('secondX');
    expect(typed('\x1b.', ['echo a b'])).toBe('b');
    expect(typed('\x1b.\x1b.', ['echo old', 'echo new'])).toBe('old');
  });

  test('Ctrl-R finds backwards, again further back, Ctrl-G gives the line back', async () => {
    const history = ['make all', 'ls -l', 'make test', 'cd'];
    const bench = new Bench(40, '$ ', history).press('x\x12mak');
    expect((await bench.screen()).rows).toEqual(["(reverse-i-search)`mak': make test"]);
    expect(bench.press('\x12\x05').text).toBe('make all');
    expect(typed('x\x12mak\x07', history)).toBe('x');
    expect(new Bench(40, '$ ', history).press('\x12ls\r').event).toEqual({
      kind: 'line',
      text: 'ls -l',
    });
    const failed = new Bench(50, '$ ', history).press('\x12zzz');
    expect((await failed.screen()).rows[0]).toContain("(failed reverse-i-search)`zzz'");
  });

  test('events', () => {
    expect(new Bench().press('ls\r').event).toEqual({ kind: 'line', text: 'ls' });
    expect(new Bench().press('\x04').event).toEqual({ kind: 'end' });
    expect(new Bench().press('ab\x03').event).toEqual({ kind: 'interrupt' });
    expect(new Bench().press('l\t').event).toEqual({ kind: 'complete', isAgain: false });
    expect(new Bench().press('x\x04').event).toBeUndefined();
  });
});

describe('screen', () => {
  test('a line longer than the screen wraps and is edited in its middle', async () => {
    const bench = new Bench(10).press('abcdefghijklmnopqrstuvwxyz');
    expect(await bench.screen()).toEqual({
      rows: ['$ abcdefgh', 'ijklmnopqr', 'stuvwxyz'],
      x: 8,
      y: 2,
    });
    bench.press('\x01X');
    expect(await bench.screen()).toEqual({
      rows: ['$ Xabcdefg', 'hijklmnopq', 'rstuvwxyz'],
      x: 3,
      y: 0,
    });
    bench.press('\x0b');
    expect(await bench.screen()).toEqual({ rows: ['$ X'], x: 3, y: 0 });
  });

  test('exactly full: the cursor is on the next row', async () => {
    expect(await new Bench(10).press('12345678').screen()).toEqual({
      rows: ['$ 12345678'],
      x: 0,
      y: 1,
    });
  });

  test('wide characters do not straddle the edge', async () => {
    const bench = new Bench(10).press('1234567日本');
    expect((await bench.screen()).rows).toEqual(['$ 1234567', '日本']);
    bench.press('\x02\x02');
    expect(await bench.screen()).toMatchObject({ x: 0, y: 1 });
  });

  test('prompts: colours take no room, several rows', async () => {
    const bench = new Bench(20, 'top\n\x01\x1b[1;31m\x02red\x01\x1b[0m\x02> ').press('ab\x01');
    expect(await bench.screen()).toEqual({ rows: ['top', 'red> ab'], x: 5, y: 1 });
  });

  test('a new width redraws', async () => {
    const bench = new Bench(20).press('abcdefghij');
    await bench.screen();
    expect(bench.text).toBe('abcdefghij');
    expect(bench.editor.resize(8)).toContain('abcdef');
  });

  test('whatever is typed, the screen shows the line and the cursor is in its place', async () => {
    const key = fc.oneof(
      fc.constantFrom('a', 'b', ' ', 'é', '日', 'x'),
      fc.constantFrom('\x01', '\x05', '\x02', '\x06', '\x7f', '\x04', '\x0b', '\x15', '\x17'),
      fc.constantFrom('\x19', '\x14', '\x1bb', '\x1bf', '\x1bd', '\x1f', '\x1b[D', '\x1b[C'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(key, { maxLength: 60 }), async (keys) => {
        const bench = new Bench(11).press('start');
        for (const one of keys) bench.press(one);
        if (bench.event !== undefined) return;
        const { rows, x, y } = await bench.screen();
        const shown = `$ ${bench.text}`;
        expect(rows.join('').replaceAll(' ', '')).toBe(shown.replaceAll(' ', ''));
        const before = `$ ${bench.editor.buffer.beforeCursor}`;
        if (!/[日]/.test(bench.text)) {
          const width = terminalWidth(before);
          expect([x, y]).toEqual([width % 11, Math.floor(width / 11)]);
        }
      }),
      { numRuns: 150 },
    );
  });
});

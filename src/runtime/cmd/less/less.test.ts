import { describe, expect, it } from 'vitest';
import { LESS } from '#cmd/less/less.ts';
import { runProgram } from '#testing/node-harness.ts';
import { PtySession } from '#testing/pty-session.ts';

const TEXT = Array.from({ length: 100 }, (_, i) => `line ${i + 1} of the text`).join('\n');
const files = {
  '/tmp/text': `${TEXT}\n`,
  '/tmp/short': 'one\ntwo\n',
  '/tmp/wide': `${'x'.repeat(30)}END\nnext\n`,
  '/tmp/man': 'N\bNA\bAM\bME\bE\n  _\bf_\bi_\bl_\be plain\n',
  '/tmp/colour': '\x1b[31mred\x1b[0m end\n\x01\n',
};

async function less(...words: string[]): Promise<PtySession> {
  return await lessIn(20, ...words);
}

async function lessIn(columns: number, ...words: string[]): Promise<PtySession> {
  const session = new PtySession(['/usr/bin/less', ...words], {
    commands: [LESS],
    files,
    rows: 6,
    columns,
  });
  return await session.settle();
}

/** Keys and what the screen's first line and the prompt must be then. */
const MOVES: readonly (readonly [keys: string, first: string, prompt: string])[] = [
  [' ', 'line 6 of the text', ':'],
  ['j', 'line 2 of the text', ':'],
  ['3j', 'line 4 of the text', ':'],
  ['jjk', 'line 2 of the text', ':'],
  ['\x1b[B\x1b[B\x1b[A', 'line 2 of the text', ':'],
  ['fb', 'line 1 of the text', ':'],
  ['d', 'line 4 of the text', ':'],
  ['4dd', 'line 9 of the text', ':'],
  ['10du', 'line 1 of the text', ':'],
  ['G', 'line 96 of the text', '(END)'],
  ['Gg', 'line 1 of the text', ':'],
  ['50g', 'line 50 of the text', ':'],
  ['50%', 'line 51 of the text', ':'],
  ['99g', 'line 99 of the text', '(END)'],
  ['98gk', 'line 97 of the text', '(END)'],
  ['98gb', 'line 93 of the text', ':'],
  ['/nowhere\rj', 'line 2 of the text', ':'],
  ['/nowhere\r\r', 'line 1 of the text', ':'],
  ['/77\r', 'line 77 of the text', ':'],
  ['/line .7\rn', 'line 27 of the text', ':'],
  ['/line .7\rnN', 'line 17 of the text', ':'],
  ['G?5 of\r', 'line 95 of the text', ':'],
  ['G?5 of\rn', 'line 85 of the text', ':'],
  ['2/5 of\r', 'line 15 of the text', ':'],
  ['/nowhere\r', 'line 1 of the text', 'Pattern not found  (press RETURN)'],
  ['/LINE 9\r', 'line 1 of the text', 'Pattern not found  (press RETURN)'],
  ['-i/LINE 9 \r', 'line 1 of the text', 'Pattern not found  (press RETURN)'],
  ['-I/LINE 9 \r', 'line 9 of the text', ':'],
  ['/[\r', 'line 1 of the text', 'Invalid pattern  (press RETURN)'],
  ["5gmaG'a", 'line 5 of the text', ':'],
  ["5gG''", 'line 5 of the text', ':'],
  ['k', 'line 1 of the text', ':'],
  ['-N', '      1 line 1 of the text', 'Use line numbers  (press RETURN)'],
];

describe('less', () => {
  it('shows a screen and its name, then a colon', async () => {
    const session = await less('/tmp/text');
    expect(session.screen).toEqual([
      ...[1, 2, 3, 4, 5].map((n) => `line ${n} of the text`),
      '/tmp/text',
    ]);
  });

  it.each(MOVES)('%j shows %j and %j', async (keys, first, prompt) => {
    const session = await (await lessIn(50, '/tmp/text')).type(keys);
    expect([session.screen[0], session.screen.at(-1)]).toEqual([first, prompt]);
  });

  it('leaves with q and gives the screen back', async () => {
    const session = await (await less('/tmp/text')).type('q');
    expect(session.status).toBe(0);
    expect(session.terminal.buffer.active.type).toBe('normal');
  });

  it('fills a short text up with tildes', async () => {
    const session = await less('/tmp/short');
    expect(session.screen).toEqual(['one', 'two', '~', '~', '~', '/tmp/short (END)']);
  });

  it('folds long lines, or cuts them with -S and moves sideways', async () => {
    const folded = await less('/tmp/wide');
    expect(folded.screen.slice(0, 3)).toEqual(['x'.repeat(20), `${'x'.repeat(10)}END`, 'next']);
    const cut = await less('-S', '/tmp/wide');
    expect(cut.screen.slice(0, 2)).toEqual(['x'.repeat(20), 'next']);
    await cut.type('\x1b[C\x1b[C');
    expect(cut.screen[0]).toBe(`${'x'.repeat(10)}END`);
  });

  it('shows overstruck text bold and underlined, and finds it', async () => {
    const session = await less('/tmp/man');
    expect(session.screen.slice(0, 2)).toEqual(['NAME', '  file plain']);
    const cell = (row: number, x: number): unknown[] => {
      const found = session.terminal.buffer.active.getLine(row)?.getCell(x);
      return [found?.isBold() !== 0, found?.isUnderline() !== 0];
    };
    expect([cell(0, 0), cell(1, 2), cell(1, 8)]).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
    await session.type('/file pl\r');
    expect(session.terminal.buffer.active.getLine(0)?.getCell(2)?.isInverse()).not.toBe(0);
  });

  it('keeps colours with -R and shows control characters without', async () => {
    const raw = await less('-R', '/tmp/colour');
    expect(raw.screen.slice(0, 2)).toEqual(['red end', '^A']);
    expect(raw.terminal.buffer.active.getLine(0)?.getCell(0)?.getFgColor()).toBe(1);
    const plain = await less('/tmp/colour');
    expect(plain.screen[0]).toBe('^[[31mred^[[0m end');
  });

  it('goes through several files', async () => {
    const session = new PtySession(['/usr/bin/less', '/tmp/short', '/tmp/nosuch', '/tmp/text'], {
      commands: [LESS],
      files,
      rows: 6,
      columns: 70,
    });
    await session.settle();
    expect(session.screen.at(-1)).toBe('/tmp/short (file 1 of 3) (END) - Next: /tmp/nosuch');
    await session.type(':n');
    expect(session.screen.at(-1)).toBe('/tmp/nosuch: No such file or directory  (press RETURN)');
    await session.type('2:n');
    expect(session.screen.at(-1)).toBe('/tmp/text (file 3 of 3)');
    await session.type(':n');
    expect(session.screen.at(-1)).toBe('No next file  (press RETURN)');
    await session.type('=');
    expect(session.screen.at(-1)).toBe(
      '/tmp/text (file 3 of 3) lines 1-5/100 byte 95/1992 5%  (press RETURN)',
    );
    await session.type('2:p');
    expect(session.screen[0]).toBe('one');
  });

  it('follows the size of the window', async () => {
    const session = await (await less('/tmp/text')).type('j');
    await session.resize(8, 40);
    expect(session.screen.slice(0, 7)).toEqual(
      [2, 3, 4, 5, 6, 7, 8].map((n) => `line ${n} of the text`),
    );
  });

  it('quits at once with -F when all fits', async () => {
    const session = await less('-F', '/tmp/short');
    expect(session.status).toBe(0);
    expect(session.screen.slice(0, 2)).toEqual(['one', 'two']);
  });

  it('starts where +keys say', async () => {
    expect((await less('+G', '/tmp/text')).screen[0]).toBe('line 96 of the text');
    expect((await less('+/42', '/tmp/text')).screen[0]).toBe('line 42 of the text');
    expect((await less('+30', '/tmp/text')).screen[0]).toBe('line 30 of the text');
  });

  it('is cat without a terminal', () => {
    expect(runProgram(LESS.main, { argv: ['less', '/tmp/short'], files }).stdout).toBe(
      'one\ntwo\n',
    );
    expect(runProgram(LESS.main, { argv: ['more'], stdin: 'piped\n' }).stdout).toBe('piped\n');
    expect(runProgram(LESS.main, { argv: ['less', '-?', 'x'] })).toMatchObject({
      status: 1,
      stderr: 'There is no -? option ("less --help" for help)\n',
    });
  });
});

describe('more', () => {
  it('shows how much is read and leaves at the end', async () => {
    const session = new PtySession(['/usr/bin/more', '/tmp/text'], {
      commands: [LESS],
      files,
      rows: 6,
      columns: 40,
    });
    await session.settle();
    expect(session.screen.at(-1)).toBe('--More--(4%)');
    await session.type('G');
    expect(session.screen.at(-1)).toBe('--More--(END)');
    await session.type(' ');
    expect(session.status).toBe(0);
  });
});

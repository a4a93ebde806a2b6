import { fc, test } from '@fast-check/vitest';
import { Terminal } from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { A_BOLD, A_REVERSE, A_UNDERLINE, Frame, ScreenWriter } from '#lib/libcurses/screen.ts';
import { findTerminal, type TerminalDescription } from '#lib/libcurses/terminfo.table.ts';

const XTERM = findTerminal('xterm-256color') as TerminalDescription;
const SUN = findTerminal('sun-color') as TerminalDescription;

/** What a real terminal shows after `output`, row by row. */
async function show(terminal: Terminal, output: string): Promise<string[]> {
  await new Promise<void>((resolve) => terminal.write(output, resolve));
  const buffer = terminal.buffer.active;
  return Array.from({ length: terminal.rows }, (_, row) =>
    (buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '').trimEnd(),
  );
}

function frameOf(rows: readonly string[], height: number, width: number): Frame {
  const frame = new Frame(height, width);
  rows.forEach((text, row) => frame.put(row, 0, text, (row % 4) as number));
  return frame;
}

const line = fc.array(fc.constantFrom('a', 'b', ' ', '漢', 'é', 'e\u0301', 'x'), { maxLength: 16 });
const picture = fc.array(
  line.map((parts) => parts.join('')),
  { minLength: 6, maxLength: 6 },
);

describe('ScreenWriter against a terminal', () => {
  test.prop([fc.array(picture, { minLength: 1, maxLength: 6 })], { numRuns: 60 })(
    'shows each frame after any other',
    async (pictures) => {
      const terminal = new Terminal({ rows: 6, cols: 12, allowProposedApi: true });
      const writer = new ScreenWriter(XTERM);
      for (const rows of pictures) {
        const frame = frameOf(rows, 6, 12);
        const shown = await show(terminal, writer.update(frame));
        expect(shown).toEqual(Array.from({ length: 6 }, (_, row) => frame.rowText(row)));
      }
    },
  );

  it('scrolls instead of drawing again', async () => {
    const text = Array.from({ length: 40 }, (_, i) => `line ${i} of the text`);
    const terminal = new Terminal({ rows: 11, cols: 30, allowProposedApi: true });
    const writer = new ScreenWriter(XTERM);
    const at = (top: number): Frame => frameOf([...text.slice(top, top + 10), ':'], 11, 30);
    await show(terminal, writer.update(at(0)));
    for (const top of [1, 4, 2, 3, 20, 18]) {
      const frame = at(top);
      frame.attributes.forEach((row) => row.fill(0));
      const output = writer.update(frame);
      expect(await show(terminal, output)).toEqual([...text.slice(top, top + 10), ':']);
    }
    const next = at(19);
    next.attributes.forEach((row) => row.fill(0));
    expect(writer.update(next).length).toBeLessThan(70);
  });

  it('sets attributes cell by cell', async () => {
    const terminal = new Terminal({ rows: 2, cols: 20, allowProposedApi: true });
    const writer = new ScreenWriter(XTERM);
    const frame = new Frame(2, 20);
    let column = frame.put(0, 0, 'plain');
    column = frame.put(0, column, 'bold', A_BOLD);
    column = frame.put(0, column, 'line', A_UNDERLINE);
    frame.put(0, column, 'back', A_REVERSE);
    await show(terminal, writer.update(frame));
    const cells = terminal.buffer.active.getLine(0);
    const look = (at: number): string => {
      const cell = cells?.getCell(at);
      return [cell?.isBold() && 'b', cell?.isUnderline() && 'u', cell?.isInverse() && 'r']
        .filter((text) => typeof text === 'string')
        .join('');
    };
    expect([0, 5, 9, 13, 17].map(look)).toEqual(['', 'b', 'u', 'r', '']);
  });

  it('draws on the console terminal, which cannot scroll a region', async () => {
    const terminal = new Terminal({ rows: 6, cols: 12, allowProposedApi: true });
    const writer = new ScreenWriter({
      ...SUN,
      strings: { ...SUN.strings, clear: '\x1b[H\x1b[2J' },
    });
    const first = frameOf(['one', 'two', 'three'], 6, 12);
    await show(terminal, writer.update(first));
    const second = frameOf(['two', 'three', 'four'], 6, 12);
    const shown = await show(terminal, writer.update(second));
    expect(shown.slice(0, 3)).toEqual(['two', 'three', 'four']);
  });
});

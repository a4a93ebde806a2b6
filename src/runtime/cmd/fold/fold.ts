/** fold: long lines broken at a width, at blanks with -s, counting bytes with -b. @man fold(1) */
import type { Command } from '#cmd/command.ts';
import { forEachFile, writeText } from '#lib/libc/filter.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

/** The column after `char` at `column`: tabs, backspace and return move as on a terminal. */
function advance(column: number, char: string): number {
  if (char === '\t') return (Math.floor(column / 8) + 1) * 8;
  if (char === '\b') return Math.max(0, column - 1);
  return char === '\r' ? 0 : column + 1;
}

function foldLine(line: string, width: number, byBytes: boolean, atBlanks: boolean): string {
  if (line.length <= width && !line.includes('\t')) return line;
  const pieces: string[] = [];
  let piece = '';
  let column = 0;
  for (const char of line) {
    let next = byBytes ? column + 1 : advance(column, char);
    if (next > width && piece !== '') {
      const blank = atBlanks ? Math.max(piece.lastIndexOf(' '), piece.lastIndexOf('\t')) : -1;
      const cut = blank >= 0 ? blank + 1 : piece.length;
      pieces.push(piece.slice(0, cut));
      piece = piece.slice(cut);
      column = 0;
      for (const kept of piece) column = byBytes ? column + 1 : advance(column, kept);
      next = byBytes ? column + 1 : advance(column, char);
    }
    piece += char;
    column = next;
  }
  pieces.push(piece);
  return pieces.join('\n');
}

export const FOLD: Command = {
  name: 'fold',
  path: '/usr/bin/fold',
  main: withStdio(function* main(io, sys) {
    const args = sys.argv.slice(1).map((word) => word.replace(/^-(\d+)$/, '-w$1'));
    const parsed = getopt(args, 'bsw:');
    const width = Number(optionValue(parsed, 'w') ?? 80);
    if (parsed.message !== undefined || !Number.isInteger(width) || width < 1) {
      return yield* usageError(
        io,
        'Usage: fold [-bs] [-w width | -width ] [file...]\n',
        parsed.message,
        1,
      );
    }
    const [byBytes, atBlanks] = [hasOption(parsed, 'b'), hasOption(parsed, 's')];
    const failures = yield* forEachFile(io, sys, parsed.operands, function* each(reader) {
      for (;;) {
        const lines = yield* reader.batch();
        if (lines === undefined) return;
        const folded = lines.map((line) => foldLine(line, width, byBytes, atBlanks));
        yield* writeText(io.out, folded.join('\n') + (reader.lacksNewline ? '' : '\n'));
      }
    });
    return failures > 0 ? 1 : 0;
  }),
};

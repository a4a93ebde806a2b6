/**
 * fmt: fills paragraphs to a width. A change of indentation or an empty line begins a new one; with
 * -s lines are only split, with -c the second line's indentation holds for the rest.
 * @man fmt(1)
 */
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { forEachFile, writeText } from '#lib/libc/filter.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: fmt [-c] [-s] [-w width | -width] [inputfile...]\n';

function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** One paragraph: lines with the same indentation (the first may differ with -c). */
class Paragraph {
  lines: string[] = [];

  text(width: number, crown: boolean): string {
    if (this.lines.length === 0) return '';
    const first = indentOf(this.lines[0] as string);
    const rest = crown && this.lines.length > 1 ? indentOf(this.lines[1] as string) : first;
    const words = this.lines.flatMap((line) => line.trim().split(/[ \t]+/)).filter((w) => w !== '');
    let output = '';
    let current = first;
    let hasWord = false;
    for (const word of words) {
      const gap = hasWord ? (/[.?!][)"']*$/.test(current) ? '  ' : ' ') : '';
      if (hasWord && current.length + gap.length + word.length > width) {
        output += `${current}\n`;
        current = rest + word;
      } else {
        current += gap + word;
      }
      hasWord = true;
    }
    return `${output}${current}\n`;
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1).map((word) => word.replace(/^-(\d+)$/, '-w$1'));
  const parsed = getopt(args, 'csw:');
  const width = Number(optionValue(parsed, 'w') ?? 72);
  if (parsed.message !== undefined || !(width > 0)) {
    return yield* usageError(io, USAGE, parsed.message, 1);
  }
  const [crown, splitOnly] = [hasOption(parsed, 'c'), hasOption(parsed, 's')];
  const failures = yield* forEachFile(io, sys, parsed.operands, function* each(reader) {
    let paragraph = new Paragraph();
    for (;;) {
      const lines = yield* reader.batch();
      let text = '';
      for (const line of lines ?? []) {
        const { lines: so } = paragraph;
        const isBlank = line.trim() === '';
        const mayDiffer = crown && so.length === 1;
        const breaks =
          so.length > 0 && !mayDiffer && indentOf(line) !== indentOf(so.at(-1) as string);
        if (isBlank || breaks || splitOnly) {
          text += paragraph.text(width, crown);
          paragraph = new Paragraph();
        }
        if (isBlank) text += '\n';
        else paragraph.lines.push(line);
      }
      if (lines === undefined) text += paragraph.text(width, crown);
      yield* writeText(io.out, text);
      if (lines === undefined) return;
    }
  });
  return failures > 0 ? 1 : 0;
}

export const FMT: Command = { name: 'fmt', path: '/usr/bin/fmt', main: withStdio(main) };

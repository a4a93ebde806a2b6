/** tac: the lines of each file, last first. @man tac(1) */
import type { Command } from '#cmd/command.ts';
import { forEachFile, writeText } from '#lib/libc/filter.ts';
import { withStdio } from '#lib/libc/stdio.ts';

export const TAC: Command = {
  name: 'tac',
  path: '/usr/bin/tac',
  main: withStdio(function* main(io, sys) {
    const operands = sys.argv.slice(1).filter((word, i) => word !== '--' || i > 0);
    const failures = yield* forEachFile(io, sys, operands, function* each(reader) {
      const all: string[] = [];
      for (;;) {
        const lines = yield* reader.batch();
        if (lines === undefined) break;
        for (const line of lines) all.push(line);
      }
      // A last line without a newline runs into the one before it, as the bytes are turned round.
      let text = '';
      for (let i = all.length - 1; i >= 0; i -= 1) {
        text += i === all.length - 1 && reader.lacksNewline ? all[i] : `${all[i]}\n`;
        if (text.length > 65_536) {
          yield* writeText(io.out, text);
          text = '';
        }
      }
      yield* writeText(io.out, text);
    });
    return failures > 0 ? 1 : 0;
  }),
};

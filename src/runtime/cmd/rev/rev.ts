/** rev: every line backwards. @man rev(1) */
import { encodeUtf8, latin1ToUtf8, decodeLatin1 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { mapLines } from '#lib/libc/filter.ts';
import { withStdio } from '#lib/libc/stdio.ts';

export const REV: Command = {
  name: 'rev',
  path: '/usr/bin/rev',
  main: withStdio((io, sys) =>
    mapLines(
      io,
      sys,
      sys.argv.slice(1),
      (line) => decodeLatin1(encodeUtf8(Array.from(latin1ToUtf8(line)).toReversed().join(''))),
      1,
    ),
  ),
};

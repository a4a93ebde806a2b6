/**
 * echo. Surprising in illumos: backslash escapes are always read, and `-n` is printed like any word
 * (the shell's own echo differs).
 * @man echo(1)
 */
import { utf8ToLatin1, encodeLatin1 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { echoEscapes } from '#lib/libc/escapes.ts';
import { withStdio } from '#lib/libc/stdio.ts';

export const ECHO: Command = {
  name: 'echo',
  path: '/usr/bin/echo',
  main: withStdio(function* main(io, sys) {
    const words = sys.argv.slice(1).map(utf8ToLatin1);
    const { text, stops } = echoEscapes(words.join(' '));
    yield* io.out.write(encodeLatin1(stops ? text : `${text}\n`));
    return 0;
  }),
};

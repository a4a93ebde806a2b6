/** yes: the words, or `y`, until nobody reads any more. @man yes(1) */
import { encodeUtf8 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Command } from '#cmd/command.ts';
import { writeAll } from '#lib/libc/copy-bytes.ts';

const CHUNK = 65_536;

export const YES: Command = {
  name: 'yes',
  path: '/usr/bin/yes',
  main: function* main(sys) {
    const line = encodeUtf8(`${sys.argv.length > 1 ? sys.argv.slice(1).join(' ') : 'y'}\n`);
    const chunk = new Uint8Array(Math.ceil(CHUNK / line.length) * line.length);
    for (let at = 0; at < chunk.length; at += line.length) chunk.set(line, at);
    for (;;) if (isErrno(yield* writeAll(sys, 1, chunk))) return 1;
  },
};

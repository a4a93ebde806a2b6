/** dmesg: recent messages of the system, from the system log's files. @man dmesg(8) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';

/** Lines shown: what the kernel's buffer would hold. */
const LINES = 200;

function* dmesg(io: Stdio, sys: Sys): Task<number> {
  const now = localtime(yield* sys.gettimeofday(), timezoneFrom(sys.env));
  yield* io.out.write(`\n${strftime('%a %b %e %H:%M:%S %Z %Y', now)}\n`);
  const lines: Uint8Array[] = [];
  for (const path of ['/var/adm/messages.0', '/var/adm/messages']) {
    const fd = yield* sys.open(path, 0);
    if (isErrno(fd)) continue;
    const input = new Input(sys, fd);
    for (;;) {
      const line = yield* input.readLine();
      if (line === undefined) break;
      lines.push(line);
    }
    yield* sys.close(fd);
  }
  for (const line of lines.slice(-LINES)) {
    yield* io.out.write(line);
    yield* io.out.write('\n');
  }
  return 0;
}

export const DMESG: Command = {
  name: 'dmesg',
  path: '/usr/sbin/dmesg',
  links: ['/usr/bin/dmesg'],
  main: withStdio(dmesg),
};

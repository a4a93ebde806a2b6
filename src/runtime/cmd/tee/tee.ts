/** tee, with -a to append and -i to ignore interrupts. @man tee(1) */
import { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { SIGINT } from '#abi/illumos/signal.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { writeAll } from '#lib/libc/copy-bytes.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { readSome } from '#lib/libc/lines.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'ai');
  if (parsed.message !== undefined) {
    return yield* usageError(io, 'usage: tee [-ai] [file ...]\n', parsed.message);
  }
  if (hasOption(parsed, 'i')) yield* sys.sigaction(SIGINT, { handler: 'ignore' });
  const flags = O_WRONLY | O_CREAT | (hasOption(parsed, 'a') ? O_APPEND : O_TRUNC);
  let targets: { readonly name: string; readonly fd: number }[] = [{ name: 'stdout', fd: 1 }];
  let status = 0;
  for (const path of parsed.operands) {
    const fd = yield* sys.open(path, flags, 0o666);
    if (isErrno(fd)) {
      yield* io.warn(`${path}: ${fd.message}`);
      status += 1;
    } else {
      targets.push({ name: path, fd });
    }
  }
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const size = yield* readSome(sys, 0, buffer);
    if (isErrno(size)) return status + 1;
    if (size === 0) return status;
    const failed = new Set<number>();
    for (const target of targets) {
      const written = yield* writeAll(sys, target.fd, buffer.subarray(0, size));
      if (!isErrno(written)) continue;
      yield* io.warn(`${target.name}: ${written.message}`);
      status += 1;
      failed.add(target.fd);
    }
    targets = targets.filter((target) => !failed.has(target.fd));
  }
}

export const TEE: Command = { name: 'tee', path: '/usr/bin/tee', main: withStdio(main) };

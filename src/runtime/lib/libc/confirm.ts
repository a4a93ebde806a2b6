/** Yes or no from the standard input. Anything but a beginning of `yes` is no. */
import { decodeUtf8 } from '#base/bytes.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { Stdio } from '#lib/libc/stdio.ts';

/** Prints `question` on stderr and reads a line. */
export function* confirm(io: Stdio, question: string): Task<boolean> {
  yield* io.out.flush();
  yield* io.err.write(question);
  const line = yield* io.in.readLine();
  const answer = line === undefined ? '' : decodeUtf8(line);
  return answer !== '' && 'yes'.startsWith(answer);
}

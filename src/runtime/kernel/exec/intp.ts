/**
 * `#!` lines: the interpreter's path and at most one argument, which ends at the first blank.
 * @see uts/common/exec/intp/intp.c  @man exec(2)
 */
import { decodeUtf8 } from '#base/bytes.ts';
import { ENOEXEC, type Errno } from '#kernel/os/errno.ts';

const HASH = 35;
const BANG = 33;
const NEWLINE = 10;

export interface Interpreter {
  readonly path: string;
  readonly argument: string | undefined;
}

/** undefined: no script. ENOEXEC: a `#!` line without a name or without an end. */
export function parseInterpreter(header: Uint8Array): Interpreter | Errno | undefined {
  if (header[0] !== HASH || header[1] !== BANG) return undefined;
  const end = header.indexOf(NEWLINE);
  if (end < 0) return ENOEXEC;
  const words = decodeUtf8(header.subarray(2, end))
    .split(/[ \t]+/)
    .filter((word) => word !== '');
  const [path, argument] = words;
  return path === undefined ? ENOEXEC : { path, argument };
}

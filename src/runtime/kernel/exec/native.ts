/**
 * The format of native programs: a file whose first line is `NATIVE_MAGIC` and a name. The file can
 * be copied, renamed or made non-executable like any other; only its content says what runs.
 */
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import type { ExecFormat } from '#kernel/exec/execsw.ts';
import { ENOEXEC, type Errno } from '#kernel/os/errno.ts';
import type { NativeMain } from '#kernel/syscall/sys.ts';

/** 0x7f first, as in ELF: no text file begins with it. */
export const NATIVE_MAGIC = '\x7fSOL-NATIVE ';

const MAGIC_BYTES = encodeUtf8(NATIVE_MAGIC);
const NEWLINE = 10;

/** What the boot archive puts into a native program's file. */
export function nativeProgramFile(name: string): Uint8Array {
  return encodeUtf8(`${NATIVE_MAGIC}${name}\n`);
}

/** The name in a file's header; undefined: no native program. */
export function nativeProgramName(header: Uint8Array): string | undefined {
  for (let at = 0; at < MAGIC_BYTES.length; at += 1) {
    if (header[at] !== MAGIC_BYTES[at]) return undefined;
  }
  const end = header.indexOf(NEWLINE);
  return decodeUtf8(header.subarray(MAGIC_BYTES.length, end < 0 ? header.length : end));
}

/** `programs` are the registered commands by name. An unknown name is ENOEXEC. */
export function nativeFormat(programs: ReadonlyMap<string, NativeMain>): ExecFormat {
  return {
    name: 'native',
    recognize(header: Uint8Array): NativeMain | Errno | undefined {
      const name = nativeProgramName(header);
      return name === undefined ? undefined : (programs.get(name) ?? ENOEXEC);
    },
  };
}

/**
 * The format of native programs: a file whose first line is `NATIVE_MAGIC` and a name. The file can
 * be copied, renamed or made non-executable like any other; only its content says what runs.
 */
import { nativeProgramName } from '#abi/native-program.ts';
import type { ExecFormat } from '#kernel/exec/execsw.ts';
import { ENOEXEC, type Errno } from '#kernel/os/errno.ts';
import type { NativeMain } from '#kernel/syscall/sys.ts';

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

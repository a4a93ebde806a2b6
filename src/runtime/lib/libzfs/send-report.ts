/**
 * What `zfs send -v`, `-n` and `-P` print: each stream with its size, about, and their sum.
 * @see lib/libzfs/common/libzfs_sendrecv.c send_print_verbose()
 */
import type { NvList } from '#abi/illumos/nvpair.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import { zfsNicenum } from '#lib/libzfs/nicenum.ts';

/** `sendflags_t` */
export interface SendFlags {
  /** `-R` */
  readonly isReplicate?: boolean;
  /** `-I`, and `-R` without a source: all snapshots in between too. */
  readonly isDoAll?: boolean;
  /** The source is the origin of the clone. */
  readonly isFromOrigin?: boolean;
  /** `-p` */
  readonly hasProps?: boolean;
  /** `-n` */
  readonly isDryRun?: boolean;
  /** `-v` */
  readonly isVerbose?: boolean;
  /** `-P` */
  readonly isParsable?: boolean;
  /** `-L` */
  readonly isLargeBlockOk?: boolean;
  /** `-e` */
  readonly isEmbedOk?: boolean;
  /** `-c` */
  readonly isCompressOk?: boolean;
}

/** Where a verbose run writes: standard output is the stream's, unless there is none. */
export function* say(zfs: LibZfs, flags: SendFlags, text: string): Task<void> {
  yield* (flags.isDryRun === true ? zfs.io.out : zfs.io.err).write(text);
}

/** `send_print_verbose` */
export function* printOne(
  zfs: LibZfs,
  to: string,
  from: string | undefined,
  size: bigint,
  flags: SendFlags,
): Task<void> {
  if (flags.isParsable === true) {
    const what = from === undefined ? `full\t${to}` : `incremental\t${from}\t${to}`;
    yield* say(zfs, flags, size === 0n ? `${what}\n` : `${what}\t${size}\n`);
    return;
  }
  const isShort = from !== undefined && !/[@#]/.test(from);
  const what =
    from === undefined ? `full send of ${to}` : `send from ${isShort ? '@' : ''}${from} to ${to}`;
  const about = size === 0n ? '' : ` estimated size is ${zfsNicenum(size)}`;
  yield* say(zfs, flags, `${what}${about}\n`);
}

export function* printTotal(zfs: LibZfs, size: bigint, flags: SendFlags): Task<void> {
  const text =
    flags.isParsable === true ? `size\t${size}\n` : `total estimated size is ${zfsNicenum(size)}\n`;
  yield* say(zfs, flags, text);
}

/** `nvlist_print`, as far as a token has need of it. */
export function printToken(state: NvList): string {
  const lines = Array.from(state, ([name, pair]) => {
    if (pair.type === 'uint64') return `\t${name} = 0x${pair.value.toString(16)}\n`;
    return `\t${name} = ${pair.type === 'string' ? pair.value : 1}\n`;
  });
  return `nvlist version: 0\n${lines.join('')}`;
}

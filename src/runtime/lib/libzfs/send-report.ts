/**
 * What `zfs send -v`, `-n` and `-P` print: each stream with its size, about, and their sum.
 * @see lib/libzfs/common/libzfs_sendrecv.c send_print_verbose()
 */
import type { NvList } from '#abi/illumos/nvpair.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';
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

const NS_PER_SECOND = 1_000_000_000n;

/** `send_progress_thread`: with -v, once a second, how much of a stream has gone. */
export class SendProgress {
  readonly #zfs: LibZfs;
  readonly #name: string;
  readonly #isParsable: boolean;
  #bytes = 0;
  #shownNs = 0n;

  constructor(zfs: LibZfs, name: string, flags: SendFlags) {
    this.#zfs = zfs;
    this.#name = name;
    this.#isParsable = flags.isParsable === true;
  }

  *begin(): Task<void> {
    this.#shownNs = yield* this.#zfs.sys.gethrtime();
    if (!this.#isParsable) yield* this.#zfs.io.err.write('TIME        SENT   SNAPSHOT\n');
  }

  *sent(bytes: number): Task<void> {
    this.#bytes += bytes;
    const now = yield* this.#zfs.sys.gethrtime();
    if (now - this.#shownNs < NS_PER_SECOND) return;
    this.#shownNs = now;
    const wall = yield* this.#zfs.sys.gettimeofday();
    const time = strftime('%H:%M:%S', localtime(wall, timezoneFrom(this.#zfs.sys.env)));
    yield* this.#zfs.io.err.write(
      this.#isParsable
        ? `${time}\t${this.#bytes}\t${this.#name}\n`
        : `${time}   ${zfsNicenum(this.#bytes).padStart(5)}   ${this.#name}\n`,
    );
  }
}

/** `nvlist_print`, as far as a token has need of it. */
export function printToken(state: NvList): string {
  const lines = Array.from(state, ([name, pair]) => {
    if (pair.type === 'uint64') return `\t${name} = 0x${pair.value.toString(16)}\n`;
    return `\t${name} = ${pair.type === 'string' ? pair.value : 1}\n`;
  });
  return `nvlist version: 0\n${lines.join('')}`;
}

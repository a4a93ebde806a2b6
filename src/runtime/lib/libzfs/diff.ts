/**
 * `zfs diff`: a line for each file that was made, removed, changed or renamed between two snapshots, or
 * since one. The kernel names the objects; here they are compared.
 * @man zfs-diff(8)  @see lib/libzfs/common/libzfs_diff.c
 */
import { type NvList, nvGetNumber, nvGetUint64 } from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import type { Errno } from '#kernel/os/errno.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';

/** `enum diff_flags` */
export interface DiffFlags {
  /** `-F`: a letter for the kind of file. */
  readonly isClassified?: boolean;
  /** `-H`: tabs in place of arrows. */
  readonly isParsable?: boolean;
  /** `-t`: the time of the change. */
  readonly hasTimes?: boolean;
}

export interface DiffGoal {
  /** The earlier snapshot, by its full name. */
  readonly from: string;
  /** The later snapshot. */
  readonly to: string;
  /** Where the file system of `to` is mounted. */
  readonly mountPoint: string;
}

interface Stats {
  readonly path: string;
  readonly gen: bigint;
  readonly mode: number;
  readonly links: number;
  readonly ctime: readonly bigint[];
}

const UNABLE = 'unable to generate diffs';

/** `get_what`, by the type bits of the mode. */
const KIND: Readonly<Record<number, string>> = {
  0x6000: 'B',
  0x2000: 'C',
  0x4000: '/',
  0xd000: '>',
  0x1000: '|',
  0xa000: '@',
  0xe000: 'P',
  0xc000: '=',
  0x8000: 'F',
};

/** `stream_bytes`: what is no printable ASCII, a space and a backslash are in octal. */
function escaped(path: string): string {
  let text = '';
  for (const byte of encodeUtf8(path)) {
    const isPlain = byte > 0x20 && byte !== 0x5c && byte < 0x7f;
    text += isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(4, '0')}`;
  }
  return text;
}

class Differ {
  readonly #zfs: LibZfs;
  readonly #goal: DiffGoal;
  readonly #flags: DiffFlags;

  constructor(zfs: LibZfs, goal: DiffGoal, flags: DiffFlags) {
    this.#zfs = zfs;
    this.#goal = goal;
    this.#flags = flags;
  }

  *run(): Task<boolean> {
    const { from, to } = this.#goal;
    const command = zfsCommand({ name: to, value: from });
    do {
      const error = yield* this.#zfs.ioctl('ZFS_IOC_DIFF', command);
      if (error !== undefined) return yield* this.#failed(error);
      const pair = command.destination?.get('records');
      const records = pair?.type === 'uint64_array' ? pair.value.map(Number) : [];
      for (let i = 0; i + 2 < records.length; i += 3) {
        const [isInUse, first = 0, last = 0] = records.slice(i, i + 3);
        const isOk =
          isInUse === 1 ? yield* this.#inUse(first, last) : yield* this.#free(first, last);
        if (!isOk) return false;
      }
    } while (command.hasMore);
    return true;
  }

  *#failed(error: Errno): Task<false> {
    if (error.name === 'EXDEV') this.#zfs.aux('Not an earlier snapshot from the same fs');
    else if (error.name === 'EPERM') {
      this.#zfs.aux(
        'The sys_mount privilege or diff delegated permission is needed\nto execute the diff ioctl',
      );
    } else this.#zfs.aux('Unable to read diffs');
    return yield* this.#zfs.error(
      error.name === 'EXDEV' ? 'EZFS_CROSSTARGET' : 'EZFS_DIFF',
      UNABLE,
    );
  }

  /** What object `object` is in a snapshot; undefined when it is no file there. */
  *#stats(snapshot: string, object: number): Task<Stats | Errno | undefined> {
    const command = zfsCommand({ name: snapshot, object });
    const error = yield* this.#zfs.ioctl('ZFS_IOC_OBJ_TO_STATS', command);
    if (error?.name === 'ENOENT' || error?.name === 'ENOTSUP') return undefined;
    // A file that is open without a name.
    if (error?.name === 'ESTALE') return undefined;
    if (error !== undefined) return error;
    return statsOf(command.value, command.destination ?? new Map());
  }

  *#inUse(first: number, last: number): Task<boolean> {
    for (let object = first; object <= last; object += 1) {
      const before = yield* this.#stats(this.#goal.from, object);
      const after = yield* this.#stats(this.#goal.to, object);
      const failed = isErrno(before) ? before : isErrno(after) ? after : undefined;
      if (failed !== undefined) return yield* this.#unknown(object, failed);
      yield* this.#compare(before as Stats | undefined, after as Stats | undefined);
    }
    return true;
  }

  *#compare(before: Stats | undefined, after: Stats | undefined): Task<void> {
    if (before === undefined && after === undefined) return;
    if (before === undefined || after === undefined || before.gen !== after.gen) {
      if (before !== undefined) yield* this.#line('-', before);
      if (after !== undefined) yield* this.#line('+', after);
      return;
    }
    const isSame = before.ctime.every((part, i) => part === after.ctime[i]);
    if (isSame) return;
    const change = isDirectory(after) ? 0 : after.links - before.links;
    if (change !== 0) yield* this.#line('M', after, change);
    else if (before.path === after.path) yield* this.#line('M', after);
    else yield* this.#renamed(before, after);
  }

  /** What was there before in a run of objects that are free now. */
  *#free(first: number, last: number): Task<boolean> {
    const command = zfsCommand({ name: this.#goal.from, object: Math.max(0, first - 1) });
    for (;;) {
      const error = yield* this.#zfs.ioctl('ZFS_IOC_NEXT_OBJ', command);
      if (error?.name === 'ESRCH' || command.object > last) return true;
      if (error !== undefined) return yield* this.#failed(error);
      const stats = yield* this.#stats(this.#goal.from, command.object);
      if (isErrno(stats)) return yield* this.#unknown(command.object, stats);
      if (stats !== undefined) yield* this.#line('-', stats);
    }
  }

  *#unknown(object: number, error: Errno): Task<false> {
    const why = `Unable to determine path or stats for object ${object} in ${this.#goal.to}`;
    if (error.name === 'EPERM') this.#zfs.aux(`${why}: permission denied`);
    else this.#zfs.aux(why);
    return yield* this.#zfs.error('EZFS_DIFF', UNABLE);
  }

  #start(letter: string, { ctime, mode }: Stats): string {
    const [seconds = 0n, nanoseconds = 0n] = ctime;
    const { hasTimes, isClassified } = this.#flags;
    const time = hasTimes === true ? `${seconds}.${String(nanoseconds).padStart(9, '0')}\t` : '';
    const kind = isClassified === true ? `${KIND[mode & 0xf000] ?? '?'}\t` : '';
    return `${time}${letter}\t${kind}`;
  }

  #path({ path }: Stats): string {
    return escaped(this.#goal.mountPoint === '/' ? path : this.#goal.mountPoint + path);
  }

  *#line(letter: string, stats: Stats, links = 0): Task<void> {
    const change = links === 0 ? '' : `\t(${links > 0 ? '+' : ''}${links})`;
    const text = `${this.#start(letter, stats)}${this.#path(stats)}${change}\n`;
    yield* this.#zfs.io.out.write(text);
  }

  *#renamed(before: Stats, after: Stats): Task<void> {
    const arrow = this.#flags.isParsable === true ? '\t' : ' -> ';
    const paths = `${this.#path(before)}${arrow}${this.#path(after)}`;
    yield* this.#zfs.io.out.write(`${this.#start('R', after)}${paths}\n`);
  }
}

function isDirectory({ mode }: Stats): boolean {
  return (mode & 0xf000) === 0x4000;
}

function statsOf(path: string, list: NvList): Stats {
  const ctime = list.get('ctime');
  return {
    path,
    gen: nvGetUint64(list, 'gen') ?? 0n,
    mode: nvGetNumber(list, 'mode') ?? 0,
    links: nvGetNumber(list, 'links') ?? 0,
    ctime: ctime?.type === 'uint64_array' ? ctime.value : [],
  };
}

/** `zfs_show_diffs` between two snapshots. False after telling what went wrong. */
export function* zfsShowDiffs(zfs: LibZfs, goal: DiffGoal, flags: DiffFlags): Task<boolean> {
  return yield* new Differ(zfs, goal, flags).run();
}

/** A snapshot of `name` for the time of a diff against the present; its full name. */
export function* diffTemporarySnapshot(zfs: LibZfs, name: string): Task<string | Errno> {
  const command = zfsCommand({ name, value: `zfs-diff-${zfs.sys.pid}` });
  const error = yield* zfs.ioctl('ZFS_IOC_TMP_SNAPSHOT', command);
  return error ?? `${name}@${command.value}`;
}

/** Which processes ps shows: the options that select, each a list. */
import { PRNODEV, type Psinfo } from '#abi/illumos/procfs.ts';
import type { PsContext } from '#cmd/ps/context.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';

export interface Selection {
  /** -A or -e */
  readonly all: boolean;
  /** -a: with a terminal, but no session leader */
  readonly others: boolean;
  /** -d: all but session leaders */
  readonly noLeaders: boolean;
  readonly pids: ReadonlySet<number>;
  readonly euids: ReadonlySet<number>;
  readonly ruids: ReadonlySet<number>;
  readonly rgids: ReadonlySet<number>;
  readonly pgids: ReadonlySet<number>;
  readonly sids: ReadonlySet<number>;
  readonly zones: ReadonlySet<number>;
  /** Device numbers; with `ownerOnly` only that user's processes there. */
  readonly terminals: ReadonlySet<bigint>;
  readonly ownerOnly: number | undefined;
}

/** The words of an option's value: separated by commas or blanks. */
export function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

export function isSelected(info: Psinfo, selection: Selection): boolean {
  const isLeader = info.pid === info.sid;
  if (isLeader && (selection.others || selection.noLeaders)) return false;
  if (selection.all || selection.noLeaders) return true;
  const isNamed =
    selection.pids.has(info.pid) ||
    selection.euids.has(info.euid) ||
    selection.ruids.has(info.uid) ||
    selection.rgids.has(info.gid) ||
    selection.pgids.has(info.pgid) ||
    selection.sids.has(info.sid) ||
    selection.zones.has(info.zoneid);
  if (isNamed) return true;
  if (selection.others) return info.nlwp > 0 && info.ttydev !== PRNODEV;
  if (!selection.terminals.has(info.ttydev) || info.nlwp === 0) return false;
  return selection.ownerOnly === undefined || info.euid === selection.ownerOnly;
}

/** The device of a -t word: a name below /dev, or digits after `tty`. */
export function* terminalDevice(sys: Sys, word: string): Task<bigint> {
  const name = /^\d/.test(word) ? `tty${word}` : word;
  const stat = yield* sys.stat(`/dev/${name}`);
  // A name that is no terminal selects nothing; it is not an error.
  return isErrno(stat) ? -1n : BigInt(stat.rdev);
}

/** The id of a -u, -U or -G word; undefined when nobody has it. */
export function* accountId(
  context: PsContext,
  word: string,
  kind: 'user' | 'group',
): Task<number | undefined> {
  return kind === 'user'
    ? yield* context.accounts.userId(word)
    : yield* context.accounts.groupId(word);
}

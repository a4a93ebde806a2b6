/** zfs: file systems, volumes, snapshots. @man zfs(8)  @see cmd/zfs/zfs_main.c */
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import type { Command } from '#cmd/command.ts';
import { clone, create } from '#cmd/zfs/create.ts';
import { destroy } from '#cmd/zfs/destroy.ts';
import { diff } from '#cmd/zfs/diff.ts';
import { list } from '#cmd/zfs/list.ts';
import { mount, unmount } from '#cmd/zfs/mount.ts';
import { get, inherit, set } from '#cmd/zfs/properties.ts';
import { promote, rename } from '#cmd/zfs/rename.ts';
import { ZfsRun } from '#cmd/zfs/run.ts';
import { receive, send } from '#cmd/zfs/send-receive.ts';
import {
  bookmark,
  holds,
  holdSnapshots,
  releaseSnapshots,
  rollback,
  snapshot,
} from '#cmd/zfs/snapshots.ts';
import { upgrade } from '#cmd/zfs/upgrade.ts';
import { space } from '#cmd/zfs/userspace.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { LibZfs } from '#lib/libzfs/handle.ts';

type Subcommand = (run: ZfsRun, args: readonly string[]) => Task<number>;

/** Genuine, and not built. */
function notThere(what: string): Subcommand {
  return (run) => run.notSupported(what);
}

/** Keys of encrypted datasets, of which there are none here. */
const noKeys: Subcommand = (run) => run.notSupported('encryption');

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ['create', create],
  ['destroy', destroy],
  ['snapshot', snapshot],
  ['rollback', rollback],
  ['clone', clone],
  ['promote', promote],
  ['rename', rename],
  ['bookmark', bookmark],
  ['program', notThere('program')],
  ['list', list],
  ['set', set],
  ['get', get],
  ['inherit', inherit],
  ['upgrade', upgrade],
  ['userspace', (run, args) => space(run, args, false)],
  ['groupspace', (run, args) => space(run, args, true)],
  ['projectspace', notThere('projectspace')],
  ['mount', mount],
  ['unmount', unmount],
  ['share', notThere('share')],
  ['unshare', notThere('unshare')],
  ['send', send],
  ['receive', receive],
  ['allow', notThere('allow')],
  ['unallow', notThere('unallow')],
  ['hold', holdSnapshots],
  ['holds', holds],
  ['release', releaseSnapshots],
  ['diff', diff],
  ['load-key', noKeys],
  ['unload-key', noKeys],
  ['change-key', noKeys],
]);

const ALIASES: Readonly<Record<string, string>> = {
  umount: 'unmount',
  recv: 'receive',
  snap: 'snapshot',
};

function* zfs(io: Stdio, sys: Sys): Task<number> {
  const library = yield* LibZfs.open(sys, io);
  if (library === undefined) return 1;
  const run = new ZfsRun(sys, io, library);
  const [given, ...rest] = sys.argv.slice(1);
  if (given === undefined) return yield* run.usage('missing command');
  if (given === '-?') return yield* run.usage(undefined, true);
  const word = ALIASES[given] ?? given;
  // `zfs name=value dataset` is short for `zfs set`.
  const isSet = !SUBCOMMANDS.has(word) && word.includes('=');
  const subcommand = SUBCOMMANDS.get(isSet ? 'set' : word);
  if (subcommand === undefined) return yield* run.usage(`unrecognized command '${given}'`);
  run.command = isSet ? 'set' : word;
  const status = yield* subcommand(run, isSet ? [given, ...rest] : rest);
  if (status === 0) {
    yield* library.ioctl('ZFS_IOC_LOG_HISTORY', zfsCommand({ string: run.historyText }));
  }
  yield* library.close();
  return status;
}

export const ZFS: Command = {
  name: 'zfs',
  path: '/usr/sbin/zfs',
  links: ['/sbin/zfs'],
  main: withStdio(zfs),
};

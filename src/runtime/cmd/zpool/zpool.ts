/** zpool: storage pools. @man zpool(8)  @see cmd/zpool/zpool_main.c */
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import type { Command } from '#cmd/command.ts';
import { add, create } from '#cmd/zpool/create.ts';
import { events } from '#cmd/zpool/events.ts';
import { destroy, exportPools } from '#cmd/zpool/export.ts';
import { history } from '#cmd/zpool/history.ts';
import { importPools } from '#cmd/zpool/import.ts';
import { iostat } from '#cmd/zpool/iostat.ts';
import { list } from '#cmd/zpool/list.ts';
import {
  labelclear,
  notThere,
  reguid,
  reopen,
  resilver,
  scrub,
  sync,
} from '#cmd/zpool/pool-commands.ts';
import { get, set } from '#cmd/zpool/properties.ts';
import { ZpoolRun } from '#cmd/zpool/run.ts';
import { status } from '#cmd/zpool/status.ts';
import { upgrade } from '#cmd/zpool/upgrade.ts';
import {
  attach,
  clear,
  detach,
  offline,
  online,
  remove,
  replace,
} from '#cmd/zpool/vdev-commands.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { LibZfs } from '#lib/libzfs/handle.ts';

type Subcommand = (run: ZpoolRun, args: readonly string[]) => Task<number>;

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ['create', create],
  ['destroy', destroy],
  ['add', add],
  ['remove', remove],
  ['labelclear', labelclear],
  ['checkpoint', notThere('checkpoint')],
  ['list', list],
  ['iostat', iostat],
  ['status', status],
  ['online', online],
  ['offline', offline],
  ['clear', clear],
  ['reopen', reopen],
  ['attach', attach],
  ['detach', detach],
  ['replace', replace],
  ['split', notThere('split')],
  ['initialize', notThere('initialize')],
  ['resilver', resilver],
  ['scrub', scrub],
  ['trim', notThere('trim')],
  ['import', importPools],
  ['export', exportPools],
  ['upgrade', upgrade],
  ['reguid', reguid],
  ['history', history],
  ['events', events],
  ['get', get],
  ['set', set],
  ['sync', sync],
]);

function* zpool(io: Stdio, sys: Sys): Task<number> {
  const zfs = yield* LibZfs.open(sys, io);
  if (zfs === undefined) return 1;
  const run = new ZpoolRun(sys, io, zfs);
  const [word, ...rest] = sys.argv.slice(1);
  if (word === undefined) return yield* run.usage('missing command');
  if (word === '-?') return yield* run.usage(undefined, true);
  // `zpool name=value pool` is short for `zpool set`.
  const isSet = !SUBCOMMANDS.has(word) && word.includes('=');
  const subcommand = SUBCOMMANDS.get(isSet ? 'set' : word);
  if (subcommand === undefined) return yield* run.usage(`unrecognized command '${word}'`);
  run.command = isSet ? 'set' : word;
  const result = yield* subcommand(run, isSet ? [word, ...rest] : rest);
  if (result === 0 && run.logsHistory) {
    yield* zfs.ioctl('ZFS_IOC_LOG_HISTORY', zfsCommand({ string: run.historyText }));
  }
  yield* zfs.close();
  return result;
}

export const ZPOOL: Command = {
  name: 'zpool',
  path: '/usr/sbin/zpool',
  links: ['/sbin/zpool'],
  main: withStdio(zpool),
};

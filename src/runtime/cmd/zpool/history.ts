/** `zpool history`. @man zpool-history(8)  @see cmd/zpool/zpool_main.c print_history_records() */
import { type NvList, nvGetNumber, nvGetString } from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption } from '#lib/libc/getopt.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';
import { type Pool, poolsNamed } from '#lib/libzfs/pool.ts';

interface HistoryOptions {
  readonly isLong: boolean;
  readonly isInternal: boolean;
}

/** What is said of one record; undefined for those that are not asked for. */
function recordText(record: NvList, time: string, isInternal: boolean): string | undefined {
  const command = nvGetString(record, 'history command');
  if (command !== undefined) return `${time} ${command}`;
  if (!isInternal) return undefined;
  const name = nvGetString(record, 'internal_name');
  const ioctl = nvGetString(record, 'ioctl');
  if (name === undefined) return ioctl === undefined ? undefined : `${time} ioctl ${ioctl}`;
  const dataset = nvGetString(record, 'dsname');
  const where = dataset === undefined ? '' : ` ${dataset} (${nvGetNumber(record, 'dsid') ?? 0})`;
  const text = nvGetString(record, 'history internal str') ?? '';
  return `${time} [txg:${nvGetNumber(record, 'history txg') ?? 0}] ${name}${where} ${text}`;
}

function* whoText(accounts: Accounts, record: NvList): Task<string> {
  let text = ' [';
  const uid = nvGetNumber(record, 'history who');
  if (uid !== undefined) {
    const name = yield* accounts.userName(uid);
    text += `user ${uid} ${name === undefined ? '' : `(${name}) `}`;
  }
  const host = nvGetString(record, 'history hostname');
  if (host !== undefined) text += `on ${host}`;
  const zone = nvGetString(record, 'history zone');
  if (zone !== undefined) text += `:${zone}`;
  return `${text}]`;
}

function* printPool(run: ZpoolRun, pool: Pool, options: HistoryOptions): Task<boolean> {
  yield* run.out(`History for '${pool.name}':\n`);
  const command = zfsCommand({ name: pool.name });
  const errno = yield* run.zfs.ioctl('ZFS_IOC_POOL_GET_HISTORY', command);
  if (errno !== undefined) {
    const action = `cannot show history for pool '${pool.name}'`;
    if (errno.name === 'EPERM') return yield* run.zfs.poolError(errno, action);
    if (errno.name === 'ENOENT') return yield* run.zfs.error('EZFS_NOHISTORY', action);
    return yield* run.zfs.poolError(errno, action);
  }
  const list = command.destination?.get('history record');
  const zone = timezoneFrom(run.sys.env);
  const accounts = new Accounts(run.sys);
  for (const record of list?.type === 'nvlist_array' ? list.value : []) {
    const seconds = nvGetNumber(record, 'history time') ?? 0;
    const time = strftime('%Y-%m-%d.%H:%M:%S', localtime(BigInt(seconds) * 1_000_000_000n, zone));
    const text = recordText(record, time, options.isInternal);
    if (text === undefined) continue;
    const who = options.isLong ? yield* whoText(accounts, record) : '';
    yield* run.out(`${text}${who}\n`);
  }
  yield* run.out('\n');
  return true;
}

export function* history(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'li');
  if (typeof parsed === 'number') return parsed;
  run.logsHistory = false;
  const options = { isLong: hasOption(parsed, 'l'), isInternal: hasOption(parsed, 'i') };
  const { pools, failed } = yield* poolsNamed(run.zfs, parsed.operands);
  if (parsed.operands.length === 0 && pools.length === 0) {
    yield* run.out('no pools available\n');
    return 0;
  }
  let result = failed ? 1 : 0;
  for (const pool of pools) if (!(yield* printPool(run, pool, options))) result = 1;
  return result;
}

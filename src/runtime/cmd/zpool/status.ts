/** `zpool status`. @man zpool-status(8)  @see cmd/zpool/zpool_main.c status_callback() */
import { type NvList, nvGetListArray, nvGetNumber, nvGetString } from '#abi/illumos/nvpair.ts';
import {
  DSS_SCANNING,
  POOL_SCAN_RESILVER,
  VDEV_AUX_SPARED,
  VDEV_STATE_HEALTHY,
  type VdevStat,
} from '#abi/illumos/zfs-stat.ts';
import { printErrorList, uniqueErrorCount } from '#cmd/zpool/error-list.ts';
import { INTERVAL_WORD, takeInterval } from '#cmd/zpool/interval.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import { scanText } from '#cmd/zpool/scan-text.ts';
import { STATUS_TEXT } from '#cmd/zpool/status-text.table.ts';
import { auxText } from '#cmd/zpool/vdev-text.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption, optionValue } from '#lib/libc/getopt.ts';
import { zfsNicenum } from '#lib/libzfs/nicenum.ts';
import { allPools, type Pool, poolsNamed, vdevStat } from '#lib/libzfs/pool.ts';
import { messageId, poolStatus, stateName } from '#lib/libzfs/pool-status.ts';
import {
  isHoleVdev,
  isLogVdev,
  nameWidth,
  vdevName,
  type VdevNameFlags,
} from '#lib/libzfs/vdev-name.ts';

const LEAST_NAME_WIDTH = 10;

interface StatusOptions {
  readonly flags: VdevNameFlags;
  readonly isLiteral: boolean;
  readonly isVerbose: boolean;
  /** -x: only pools with problems. */
  readonly isExplaining: boolean;
  readonly showsSlow: boolean;
  readonly showsInitialize: boolean;
  readonly showsTrim: boolean;
  readonly showsDedup: boolean;
}

/** Prints one pool's tree. */
class TreePrinter {
  readonly #run: ZpoolRun;
  readonly #pool: Pool;
  readonly #options: StatusOptions;
  readonly #width: number;
  /** The names of all pools, for spares that another one uses. */
  readonly #spareUsers: readonly Pool[];

  constructor(run: ZpoolRun, pool: Pool, options: StatusOptions, spareUsers: readonly Pool[]) {
    this.#run = run;
    this.#pool = pool;
    this.#options = options;
    this.#spareUsers = spareUsers;
    this.#width = Math.max(LEAST_NAME_WIDTH, nameWidth(pool.tree, 0, 0, options.flags));
  }

  *print(): Task<void> {
    const { tree, name } = this.#pool;
    const slow = this.#options.showsSlow ? '  SLOW' : '';
    const header = `\t${'NAME'.padEnd(this.#width)}  STATE     READ WRITE CKSUM${slow}\n`;
    yield* this.#run.out(header);
    yield* this.#vdev(name, tree, 0, false);
    const logs = nvGetListArray(tree, 'children').filter(isLogVdev);
    if (logs.length > 0) yield* this.#run.out('\tlogs\t\n');
    for (const log of logs) yield* this.#vdev(this.#name(log), log, 2, false);
    yield* this.#list('cache', nvGetListArray(tree, 'l2cache'), false);
    yield* this.#list('spares', nvGetListArray(tree, 'spares'), true);
  }

  #name(vdev: NvList): string {
    return vdevName(vdev, { ...this.#options.flags, typeId: true });
  }

  *#list(title: string, vdevs: readonly NvList[], isSpare: boolean): Task<void> {
    if (vdevs.length > 0) yield* this.#run.out(`\t${title}\n`);
    for (const vdev of vdevs) {
      yield* this.#vdev(vdevName(vdev, this.#options.flags), vdev, 2, isSpare);
    }
  }

  *#vdev(name: string, vdev: NvList, depth: number, isSpare: boolean): Task<void> {
    const stat = vdevStat(vdev);
    const children = nvGetListArray(vdev, 'children');
    const isLeaf = children.length === 0;
    let line = `\t${' '.repeat(depth)}${name.padEnd(this.#width - depth)}  `;
    line += (isSpare ? spareState(stat) : stateName(stat.state, stat.aux)).padEnd(8);
    if (!isSpare) line += this.#counts(stat, isLeaf);
    line += this.#remark(vdev, stat);
    if (isLeaf) line += this.#activity(stat);
    yield* this.#run.out(`${line}\n`);
    for (const child of children) {
      if (isLogVdev(child) || isHoleVdev(child)) continue;
      yield* this.#vdev(this.#name(child), child, depth + 2, isSpare);
    }
  }

  #counts(stat: VdevStat, isLeaf: boolean): string {
    const show = (count: number): string => {
      const text = this.#options.isLiteral ? String(count) : zfsNicenum(count);
      return ` ${text.padStart(5)}`;
    };
    const counts = [stat.readErrors, stat.writeErrors, stat.checksumErrors].map(show).join('');
    if (!this.#options.showsSlow) return counts;
    return `${counts} ${(isLeaf ? '0' : '-').padStart(5)}`;
  }

  #remark(vdev: NvList, stat: VdevStat): string {
    if (vdev.has('not_present')) return `  was ${nvGetString(vdev, 'path') ?? ''}`;
    if (stat.aux !== VDEV_AUX_SPARED) return auxText(stat.aux);
    const guid = vdev.get('guid');
    const user = this.#spareUsers.find((pool) => guid !== undefined && contains(pool.tree, guid));
    if (user === undefined || user.name === this.#pool.name) return '  currently in use';
    return `  in use by pool '${user.name}'`;
  }

  /** What is being done to a leaf just now. */
  #activity(stat: VdevStat): string {
    const { scan } = this.#pool;
    let text = '';
    if (scan?.state === DSS_SCANNING && stat.scanProcessedBytes > 0) {
      text = scan.func === POOL_SCAN_RESILVER ? '  (resilvering)' : '  (repairing)';
    }
    if (this.#options.showsInitialize) text += '  (uninitialized)';
    if (this.#options.showsTrim) text += '  (untrimmed)';
    return text;
  }
}

/** Whether one of the vdevs in a tree has this guid. */
function contains(
  vdev: NvList,
  guid: { readonly type: string; readonly value?: unknown },
): boolean {
  const own = vdev.get('guid');
  if (own?.type === 'uint64' && own.value === guid.value) return true;
  return nvGetListArray(vdev, 'children').some((child) => contains(child, guid));
}

function spareState(stat: VdevStat): string {
  if (stat.aux === VDEV_AUX_SPARED) return 'INUSE';
  return stat.state === VDEV_STATE_HEALTHY ? 'AVAIL' : stateName(stat.state, stat.aux);
}

function* printReason(run: ZpoolRun, pool: Pool): Task<void> {
  const reason = poolStatus(pool.config, false);
  const text = STATUS_TEXT[reason];
  if (text !== undefined) yield* run.out(`status: ${text.status}\naction: ${text.action}\n`);
  const id = messageId(reason);
  if (id !== undefined) yield* run.out(`   see: http://illumos.org/msg/${id}\n`);
}

function* printErrors(run: ZpoolRun, pool: Pool, options: StatusOptions): Task<void> {
  let count = nvGetNumber(pool.config, 'error_count');
  if (count === undefined) return;
  if (count > 0 && count < 100 && !options.isVerbose) {
    count = (yield* uniqueErrorCount(pool)) ?? count;
  }
  yield* run.out('\n');
  if (count === 0) yield* run.out('errors: No known data errors\n');
  else if (options.isVerbose) yield* printErrorList(run, pool);
  else yield* run.out(`errors: ${count} data errors, use '-v' for a list\n`);
}

function* printPool(
  run: ZpoolRun,
  pool: Pool,
  options: StatusOptions,
  all: readonly Pool[],
): Task<void> {
  const { state, aux } = pool.stat;
  yield* run.out(`  pool: ${pool.name}\n state: ${stateName(state, aux)}\n`);
  yield* printReason(run, pool);
  yield* run.out(scanText(run, pool.scan, yield* run.nowSeconds()));
  yield* run.out('config:\n\n');
  yield* new TreePrinter(run, pool, options, all).print();
  yield* printErrors(run, pool, options);
  if (options.showsDedup) yield* run.out('\n dedup: no DDT entries\n');
}

const HEALTHY: readonly string[] = ['OK', 'VERSION_OLDER', 'FEAT_DISABLED'];

/** One round over all pools that were asked for; the exit status. */
function* printAll(run: ZpoolRun, names: readonly string[], options: StatusOptions): Task<number> {
  const { pools, failed } = yield* poolsNamed(run.zfs, names);
  const all = names.length === 0 ? pools : yield* allPools(run.zfs);
  const isAll = names.length === 0;
  let isFirst = true;
  for (const pool of pools) {
    if (options.isExplaining && HEALTHY.includes(poolStatus(pool.config, false))) {
      if (isAll) continue;
      yield* run.out(`pool '${pool.name}' is healthy\n`);
      isFirst = false;
      continue;
    }
    if (!isFirst) yield* run.out('\n');
    isFirst = false;
    yield* printPool(run, pool, options, all);
  }
  if (isAll && pools.length === 0) yield* run.out('no pools available\n');
  else if (options.isExplaining && isFirst && isAll) yield* run.out('all pools are healthy\n');
  return failed ? 1 : 0;
}

export function* status(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'igLpPsvxDtT:');
  if (typeof parsed === 'number') return parsed;
  const timestamp = optionValue(parsed, 'T');
  if (timestamp !== undefined && !INTERVAL_WORD.test(timestamp)) return yield* run.usage();
  const interval = yield* takeInterval(run, parsed.operands);
  if (typeof interval === 'number') return interval;
  const options: StatusOptions = {
    flags: { path: hasOption(parsed, 'P'), guid: hasOption(parsed, 'g') },
    isLiteral: hasOption(parsed, 'p'),
    isVerbose: hasOption(parsed, 'v'),
    isExplaining: hasOption(parsed, 'x'),
    showsSlow: hasOption(parsed, 's'),
    showsInitialize: hasOption(parsed, 'i'),
    showsTrim: hasOption(parsed, 't'),
    showsDedup: hasOption(parsed, 'D'),
  };
  run.logsHistory = false;
  for (let round = 1; ; round += 1) {
    if (timestamp !== undefined) yield* run.printTimestamp(timestamp.startsWith('u') ? 'u' : 'd');
    const result = yield* printAll(run, interval.operands, options);
    if (result !== 0) return result;
    if (!(yield* interval.next(round))) return 0;
  }
}

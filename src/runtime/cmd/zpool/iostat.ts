/** `zpool iostat`. @man zpool-iostat(8)  @see cmd/zpool/zpool_main.c zpool_do_iostat() */
import { type NvList, nvGetList, nvGetListArray } from '#abi/illumos/nvpair.ts';
import type { VdevStat } from '#abi/illumos/zfs-stat.ts';
import { type Interval, INTERVAL_WORD, takeInterval } from '#cmd/zpool/interval.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption, optionValue, type ParsedOptions } from '#lib/libc/getopt.ts';
import { zfsNicenum } from '#lib/libzfs/nicenum.ts';
import { allPools, type Pool, poolsNamed, vdevStat } from '#lib/libzfs/pool.ts';
import {
  isHoleVdev,
  isLogVdev,
  nameWidth,
  vdevName,
  type VdevNameFlags,
} from '#lib/libzfs/vdev-name.ts';

const LEAST_NAME_WIDTH = 10;
const COLUMN_COUNT = 6;
const TOP_LABELS = ['capacity', 'operations', 'bandwidth'];
const LABELS = ['alloc', 'free', 'read', 'write', 'read', 'write'];
const NS_PER_SECOND = 1e9;

interface IostatOptions {
  readonly flags: VdevNameFlags;
  readonly isVerbose: boolean;
  readonly isLiteral: boolean;
  readonly isScripted: boolean;
  /** -y: not what was since boot. */
  readonly skipsFirst: boolean;
  readonly hasOneHeader: boolean;
  /** Only these vdevs. */
  readonly vdevs: readonly string[];
}

class IostatPrinter {
  readonly #run: ZpoolRun;
  readonly #options: IostatOptions;
  readonly #columnWidth: number;
  #nameWidth = LEAST_NAME_WIDTH;
  #lines = 0;

  constructor(run: ZpoolRun, options: IostatOptions) {
    this.#run = run;
    this.#options = options;
    this.#columnWidth = options.isLiteral ? 15 : 5;
  }

  /** One report; `isFirst`: since the pools were opened. */
  *round(pools: readonly Pool[], isFirst: boolean, withHeader: boolean): Task<void> {
    const { isVerbose, flags, isScripted, vdevs } = this.#options;
    const widths = pools.map((pool) =>
      isVerbose ? Math.max(pool.name.length, nameWidth(pool.tree, 0, 0, flags)) : pool.name.length,
    );
    this.#nameWidth = Math.max(LEAST_NAME_WIDTH, ...widths);
    if (withHeader && !isScripted) yield* this.#header();
    for (const pool of pools) {
      const before = isFirst ? undefined : nvGetList(pool.oldConfig ?? new Map(), 'vdev_tree');
      this.#lines = 0;
      yield* this.#vdev(pool.name, pool.tree, before, 0);
      if (this.#lines > 0 && !isScripted && isVerbose && vdevs.length === 0) yield* this.#rule();
    }
    const isMany = pools.length > 1 && !isVerbose;
    if ((isMany || vdevs.length > 0) && !isScripted) yield* this.#rule();
  }

  *#header(): Task<void> {
    const width = this.#columnWidth;
    const title = this.#options.vdevs.length > 0 ? 'vdev' : 'pool';
    const centred = (text: string, columns: number): string => {
      const total = width * columns + 2 * (columns - 1);
      const start = Math.max(0, Math.floor(total / columns) - Math.floor(text.length / columns));
      return `  ${' '.repeat(start)}${text}`.padEnd(2 + total);
    };
    const top = TOP_LABELS.map((text) => centred(text, 2)).join('');
    const bottom = LABELS.map((text) => centred(text, 1)).join('');
    yield* this.#run.out(`${' '.repeat(this.#nameWidth)}${top}\n`);
    yield* this.#run.out(`${title.padEnd(this.#nameWidth)}${bottom}\n`);
    yield* this.#rule();
  }

  *#rule(): Task<void> {
    const dashes = `  ${'-'.repeat(this.#columnWidth)}`.repeat(COLUMN_COUNT);
    yield* this.#run.out(`${'-'.repeat(this.#nameWidth)}${dashes}\n`);
  }

  *#vdev(name: string, vdev: NvList, before: NvList | undefined, depth: number): Task<void> {
    const { isScripted, isVerbose, vdevs, flags } = this.#options;
    const isWanted = vdevs.length === 0 || vdevs.includes(name);
    if (isWanted) {
      const indented = vdevs.length > 0 ? name : `${' '.repeat(depth)}${name}`;
      const head = isScripted ? name : indented.padEnd(this.#nameWidth);
      const cells = this.#cells(
        vdevStat(vdev),
        before === undefined ? undefined : vdevStat(before),
      );
      yield* this.#run.out(`${head}${cells}\n`);
      this.#lines += 1;
    }
    if (!isVerbose) return;
    const below = nvGetListArray(vdev, 'children');
    const beforeBelow = before === undefined ? [] : nvGetListArray(before, 'children');
    const places = below.map((child, n) => [child, beforeBelow[n]] as const);
    for (const [child, old] of places) {
      if (isLogVdev(child) || isHoleVdev(child)) continue;
      yield* this.#vdev(vdevName(child, flags), child, old, depth + 2);
    }
    yield* this.#group(
      'logs',
      places.filter(([child]) => isLogVdev(child)),
      depth,
    );
    const caches = nvGetListArray(vdev, 'l2cache');
    const oldCaches = before === undefined ? [] : nvGetListArray(before, 'l2cache');
    yield* this.#group(
      'cache',
      caches.map((child, n) => [child, oldCaches[n]] as const),
      depth,
    );
  }

  *#group(
    title: string,
    places: readonly (readonly [NvList, NvList | undefined])[],
    depth: number,
  ): Task<void> {
    if (places.length === 0) return;
    const { isScripted, vdevs, flags } = this.#options;
    if (!isScripted && vdevs.length === 0) {
      const dash = `  ${'-'.padStart(this.#columnWidth)}`.repeat(COLUMN_COUNT);
      yield* this.#run.out(`${title.padEnd(this.#nameWidth)}${dash}`);
    }
    yield* this.#run.out('\n');
    for (const [child, old] of places) {
      yield* this.#vdev(vdevName(child, flags), child, old, depth + 2);
    }
  }

  /** Space, and what happened a second. */
  #cells(now: VdevStat, before: VdevStat | undefined): string {
    const elapsed = now.timestampNs - (before?.timestampNs ?? 0);
    const scale = elapsed > 0 ? NS_PER_SECOND / elapsed : 1;
    const rate = (key: 'readOps' | 'writeOps' | 'readBytes' | 'writeBytes'): number =>
      Math.floor((now[key] - (before?.[key] ?? 0)) * scale);
    const nothing = this.#options.isLiteral ? '0' : '-';
    const show = (value: number): string =>
      this.#options.isLiteral ? String(value) : zfsNicenum(value);
    const space =
      now.spaceBytes === 0
        ? [nothing, nothing]
        : [show(now.allocatedBytes), show(now.spaceBytes - now.allocatedBytes)];
    const rates = [rate('readOps'), rate('writeOps'), rate('readBytes'), rate('writeBytes')];
    return [...space, ...rates.map(show)]
      .map((text) =>
        this.#options.isScripted ? `\t${text}` : `  ${text.padStart(this.#columnWidth)}`,
      )
      .join('');
  }
}

/** All names of vdevs in a pool. */
function vdevNames(tree: NvList, flags: VdevNameFlags): string[] {
  return ['children', 'l2cache'].flatMap((key) =>
    nvGetListArray(tree, key).flatMap((child) => [
      vdevName(child, flags),
      ...vdevNames(child, flags),
    ]),
  );
}

interface Selection {
  readonly pools: readonly string[];
  readonly vdevs: readonly string[];
}

/** What the words name: pools, or vdevs of a pool, or vdevs; a number is the exit status. */
function* select(
  run: ZpoolRun,
  words: readonly string[],
  flags: VdevNameFlags,
): Task<Selection | number> {
  const all = yield* allPools(run.zfs);
  const isPool = (word: string): boolean => all.some(({ name }) => name === word);
  const isVdev = (word: string, pools: readonly Pool[]): boolean =>
    pools.some((pool) => vdevNames(pool.tree, flags).includes(word));
  if (words.every(isPool)) return { pools: words, vdevs: [] };
  if (words.every((word) => isVdev(word, all))) return { pools: [], vdevs: words };
  const [first = '', ...rest] = words;
  if (!isPool(first)) {
    yield* run.err('Unable to parse pools/vdevs list.\n\n');
    return 1;
  }
  const own = all.filter(({ name }) => name === first);
  if (rest.every((word) => isVdev(word, own))) return { pools: [first], vdevs: rest };
  yield* run.err(`Expected either a list of pools, or list of vdevs in "${first}", but got:\n`);
  for (const word of rest) {
    let what = 'unknown';
    if (isPool(word)) what = 'pool';
    else if (isVdev(word, own)) what = 'vdev in this pool';
    else if (isVdev(word, all)) what = 'vdev in another pool';
    yield* run.err(`\t${word} (${what})\n`);
  }
  yield* run.err('\n');
  return yield* run.usage();
}

function* loop(
  run: ZpoolRun,
  pools: readonly Pool[],
  options: IostatOptions,
  interval: Interval,
  timestamp: string | undefined,
): Task<void> {
  const printer = new IostatPrinter(run, options);
  const isTerminal = yield* run.sys.isatty(1);
  let alive = pools;
  let printed = 0;
  for (let round = 1; ; ) {
    if (alive.length === 0) yield* run.err('no pools available\n');
    const isSkipped = options.skipsFirst && printed === 0 && round === 1;
    if (timestamp !== undefined) yield* run.printTimestamp(timestamp.startsWith('u') ? 'u' : 'd');
    if (isSkipped) {
      yield* run.sys.nanosleep(BigInt(Math.round(interval.seconds * NS_PER_SECOND)));
    } else {
      const hasRepeat = isTerminal && !options.hasOneHeader && round % 24 === 0;
      const withHeader = printed === 0 || options.isVerbose || hasRepeat;
      yield* printer.round(alive, printed === 0 && !options.skipsFirst, withHeader);
      printed += 1;
      if (!(yield* interval.next(round))) return;
      round += 1;
    }
    const kept: Pool[] = [];
    for (const pool of alive) if (yield* pool.refresh()) kept.push(pool);
    alive = kept;
    if (isSkipped) printed = 0;
    if (isSkipped) round = 2;
  }
}

function takeOptions(parsed: ParsedOptions, vdevs: readonly string[]): IostatOptions {
  return {
    flags: { path: hasOption(parsed, 'P'), guid: hasOption(parsed, 'g') },
    isVerbose: hasOption(parsed, 'v') || vdevs.length > 0,
    isLiteral: hasOption(parsed, 'p'),
    isScripted: hasOption(parsed, 'H'),
    skipsFirst: hasOption(parsed, 'y'),
    hasOneHeader: hasOption(parsed, 'n'),
    vdevs,
  };
}

export function* iostat(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'gLPT:vyhplqrwnH');
  if (typeof parsed === 'number') return parsed;
  const timestamp = optionValue(parsed, 'T');
  const isBadTime = timestamp !== undefined && !INTERVAL_WORD.test(timestamp);
  if (hasOption(parsed, 'h') || isBadTime) return yield* run.usage();
  const interval = yield* takeInterval(run, parsed.operands);
  if (typeof interval === 'number') return interval;
  run.logsHistory = false;
  const flags = { path: hasOption(parsed, 'P'), guid: hasOption(parsed, 'g') };
  const chosen =
    interval.operands.length === 0
      ? { pools: [], vdevs: [] }
      : yield* select(run, interval.operands, flags);
  if (typeof chosen === 'number') return chosen;
  const { pools, failed } = yield* poolsNamed(run.zfs, chosen.pools);
  if (pools.length === 0 && interval.seconds === 0) {
    if (chosen.pools.length === 0) yield* run.err('no pools available\n');
    return 1;
  }
  const unsupported = ['l', 'q', 'w', 'r'].filter((letter) => hasOption(parsed, letter));
  if (unsupported.length > 0) {
    const words = unsupported.map((letter) => ` -${letter}`).join('');
    yield* run.err(
      `The loaded zfs module doesn't support:${words}.  Try running a newer module.\n`,
    );
    return 1;
  }
  yield* loop(run, pools, takeOptions(parsed, chosen.vdevs), interval, timestamp);
  return failed ? 1 : 0;
}

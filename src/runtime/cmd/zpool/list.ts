/** `zpool list`. @man zpool-list(8)  @see cmd/zpool/zpool_main.c zpool_do_list() */
import { type NvList, nvGetListArray } from '#abi/illumos/nvpair.ts';
import { VDEV_AUX_SPARED, VDEV_STATE_HEALTHY } from '#abi/illumos/zfs-stat.ts';
import { type PropRow, zpoolProp } from '#abi/illumos/zfs-prop.ts';
import { INTERVAL_WORD, takeInterval } from '#cmd/zpool/interval.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption, optionValue } from '#lib/libc/getopt.ts';
import { zfsNicenum } from '#lib/libzfs/nicenum.ts';
import { type Pool, poolsNamed, vdevStat } from '#lib/libzfs/pool.ts';
import { poolProps, propList, propWidth, shownFeature, shownProp } from '#lib/libzfs/pool-props.ts';
import { stateName } from '#lib/libzfs/pool-status.ts';
import {
  isHoleVdev,
  isLogVdev,
  nameWidth,
  vdevName,
  type VdevNameFlags,
} from '#lib/libzfs/vdev-name.ts';

const DEFAULT_PROPS =
  'name,size,allocated,free,checkpoint,expandsize,fragmentation,' +
  'capacity,dedupratio,health,altroot';
const LEAST_NAME_WIDTH = 9;
/** Between groups of vdevs. */
const DASHES = '     -      -      -        -         -      -      -      -         -\n';
/** `ZFS_FRAG_INVALID` */
const FRAG_INVALID = 2 ** 64;

interface Column {
  readonly name: string;
  readonly row: PropRow | undefined;
  readonly header: string;
  width: number;
}

interface ListOptions {
  readonly flags: VdevNameFlags;
  readonly isScripted: boolean;
  readonly isLiteral: boolean;
  readonly isVerbose: boolean;
}

interface PoolRow {
  readonly pool: Pool;
  readonly texts: readonly string[];
}

function columnsOf(names: readonly string[]): Column[] {
  return names.map((name) => {
    const row = zpoolProp(name);
    const header = row?.column ?? name.toUpperCase();
    const width = row === undefined ? name.length : propWidth(row).width;
    return { name, row, header, width };
  });
}

/** The widths that are not fixed grow with the values. */
function fit(columns: readonly Column[], rows: readonly PoolRow[]): void {
  for (const [n, column] of columns.entries()) {
    if (column.row === undefined || propWidth(column.row).isFixed) continue;
    for (const { texts } of rows) column.width = Math.max(column.width, texts[n]?.length ?? 0);
  }
}

class ListPrinter {
  readonly #run: ZpoolRun;
  readonly #options: ListOptions;
  readonly #columns: readonly Column[];
  /** Of the first column, when vdevs are listed in it. */
  #nameWidth = 0;

  constructor(run: ZpoolRun, options: ListOptions, columns: readonly Column[]) {
    this.#run = run;
    this.#options = options;
    this.#columns = columns;
  }

  *round(pools: readonly Pool[], withHeader: boolean): Task<void> {
    const rows: PoolRow[] = [];
    for (const pool of pools) rows.push(yield* this.#texts(pool));
    fit(this.#columns, rows);
    const widths = pools.map((pool) => {
      const inner = nameWidth(pool.tree, 0, 0, this.#options.flags);
      return Math.max(pool.name.length, this.#options.isVerbose ? inner : 0);
    });
    this.#nameWidth = Math.max(LEAST_NAME_WIDTH, ...widths);
    if (withHeader) yield* this.#line(this.#columns.map(({ header }) => header));
    for (const { pool, texts } of rows) {
      yield* this.#line(texts);
      if (this.#options.isVerbose) yield* this.#vdevs(pool.tree, 0);
    }
  }

  *#texts(pool: Pool): Task<PoolRow> {
    const props = yield* poolProps(pool);
    const texts = this.#columns.map(({ name, row }) =>
      row === undefined
        ? (shownFeature(pool, name) ?? '-')
        : shownProp(pool, props, row, this.#options.isLiteral).text,
    );
    return { pool, texts };
  }

  *#line(texts: readonly string[]): Task<void> {
    if (this.#options.isScripted) {
      yield* this.#run.out(`${texts.join('\t')}\n`);
      return;
    }
    const last = this.#columns.length - 1;
    const cells = this.#columns.map((column, n) => {
      const text = texts[n] ?? '';
      const width = n === 0 && this.#options.isVerbose ? this.#nameWidth : column.width;
      if (column.row?.isRightAligned === true) return text.padStart(width);
      return n === last ? text : text.padEnd(width);
    });
    yield* this.#run.out(`${cells.join('  ')}\n`);
  }

  *#vdevs(parent: NvList, depth: number): Task<void> {
    const children = nvGetListArray(parent, 'children').filter((child) => !isHoleVdev(child));
    for (const child of children.filter((each) => !isLogVdev(each))) {
      yield* this.#vdev(child, depth + 1, false);
    }
    yield* this.#group('logs', children.filter(isLogVdev), depth, false);
    yield* this.#group('cache', nvGetListArray(parent, 'l2cache'), depth, false);
    yield* this.#group('spare', nvGetListArray(parent, 'spares'), depth, true);
  }

  *#group(title: string, vdevs: readonly NvList[], depth: number, isSpare: boolean): Task<void> {
    if (vdevs.length === 0) return;
    yield* this.#run.out(` ${title.padEnd(this.#nameWidth)}${DASHES}`);
    for (const vdev of vdevs) yield* this.#vdev(vdev, depth + 2, isSpare);
  }

  *#vdev(vdev: NvList, depth: number, isSpare: boolean): Task<void> {
    const name = vdevName(vdev, this.#options.flags);
    const { isScripted } = this.#options;
    const indented = `${' '.repeat(depth)}${name}`;
    const head = isScripted ? `\t${name}` : indented.padEnd(this.#nameWidth);
    const cells = this.#cells(vdev, isSpare).map(([width, text]) =>
      isScripted ? `\t${text}` : `  ${text.padStart(width)}`,
    );
    yield* this.#run.out(`${head}${cells.join('')}\n`);
    yield* this.#vdevs(vdev, depth);
  }

  /** Widths and texts behind the name. */
  #cells(vdev: NvList, isSpare: boolean): (readonly [number, string])[] {
    const stat = vdevStat(vdev);
    const { isLiteral } = this.#options;
    const isTop = stat.spaceBytes !== 0;
    const size = (value: number): string => (isLiteral ? String(value) : zfsNicenum(value));
    const top = (text: string): string => (isTop ? text : '-');
    const orDash = (value: number): string => (value === 0 ? '-' : size(value));
    const fragment = stat.fragmentation >= FRAG_INVALID ? '-' : fragmentText(stat, isLiteral);
    let state = stateName(stat.state, stat.aux);
    if (isSpare && stat.aux === VDEV_AUX_SPARED) state = 'INUSE';
    else if (isSpare && stat.state === VDEV_STATE_HEALTHY) state = 'AVAIL';
    return [
      [5, top(size(stat.spaceBytes))],
      [5, top(size(stat.allocatedBytes))],
      [5, top(size(stat.spaceBytes - stat.allocatedBytes))],
      [7, top(orDash(stat.checkpointSpaceBytes))],
      [8, orDash(stat.expandableSizeBytes)],
      [5, top(fragment)],
      [5, top(capacityText(stat.allocatedBytes, stat.spaceBytes, isLiteral))],
      [5, '-'],
      [8, state],
    ];
  }
}

function fragmentText({ fragmentation }: { fragmentation: number }, isLiteral: boolean): string {
  return isLiteral ? String(fragmentation) : `${fragmentation}%`;
}

/** Ten thousandths of the space, with as many digits as fit. */
function capacityText(allocated: number, space: number, isLiteral: boolean): string {
  const value = space === 0 ? 0 : Math.floor((allocated * 10_000) / space);
  if (isLiteral) return String(Math.floor(value / 100));
  const digits = value < 1000 ? 2 : value < 10_000 ? 1 : 0;
  return `${(value / 100).toFixed(digits)}%`;
}

export function* list(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, ':gHLo:pPT:v');
  if (typeof parsed === 'number') return parsed;
  const timestamp = optionValue(parsed, 'T');
  if (timestamp !== undefined && !INTERVAL_WORD.test(timestamp)) return yield* run.usage();
  const interval = yield* takeInterval(run, parsed.operands);
  if (typeof interval === 'number') return interval;
  const names = propList(optionValue(parsed, 'o') ?? DEFAULT_PROPS);
  if ('bad' in names) return yield* run.usage(`bad property list: invalid property '${names.bad}'`);
  const options: ListOptions = {
    flags: { path: hasOption(parsed, 'P'), guid: hasOption(parsed, 'g') },
    isScripted: hasOption(parsed, 'H'),
    isLiteral: hasOption(parsed, 'p'),
    isVerbose: hasOption(parsed, 'v'),
  };
  run.logsHistory = false;
  const printer = new ListPrinter(run, options, columnsOf(names));
  for (let round = 1; ; round += 1) {
    const { pools, failed } = yield* poolsNamed(run.zfs, interval.operands);
    if (pools.length === 0) {
      if (interval.operands.length === 0 && !options.isScripted) {
        yield* run.out('no pools available\n');
      }
      return failed ? 1 : 0;
    }
    if (timestamp !== undefined) yield* run.printTimestamp(timestamp.startsWith('u') ? 'u' : 'd');
    const withHeader = !options.isScripted && (round === 1 || options.isVerbose);
    yield* printer.round(pools, withHeader);
    if (!(yield* interval.next(round))) return failed ? 1 : 0;
  }
}

/** `zpool get` and `zpool set`. @man zpool-get(8)  @see cmd/zpool/zpool_main.c */
import { zpoolProp } from '#abi/illumos/zfs-prop.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption, optionValue } from '#lib/libc/getopt.ts';
import { type Pool, poolsNamed } from '#lib/libzfs/pool.ts';
import {
  FEATURE_PROPS,
  poolProps,
  propList,
  propWidth,
  shownFeature,
  shownProp,
  unsupportedProps,
} from '#lib/libzfs/pool-props.ts';
import { validPoolProps } from '#lib/libzfs/prop-parse.ts';

const COLUMNS = ['name', 'property', 'value', 'source'] as const;
type ColumnName = (typeof COLUMNS)[number];
type Line = Readonly<Record<ColumnName, string>>;

/** -o: the columns; a text is the complaint. */
function columnsOf(text: string | undefined): readonly ColumnName[] | string {
  if (text === undefined) return COLUMNS;
  const columns: ColumnName[] = [];
  for (const word of text.split(',')) {
    if (columns.length === 5) return 'too many fields given to -o option';
    if (word === 'all') {
      if (columns.length > 0) return '"all" conflicts with specific fields given to -o option';
      return COLUMNS;
    }
    const column = COLUMNS.find((each) => each === word);
    if (column === undefined) return `invalid column name '${word}'`;
    columns.push(column);
  }
  return columns;
}

/** The lines of one pool. */
function* linesOf(pool: Pool, names: readonly string[], isLiteral: boolean): Task<Line[]> {
  const props = yield* poolProps(pool);
  const lines: Line[] = [];
  for (const name of names) {
    const row = zpoolProp(name);
    if (row === undefined) {
      const value = shownFeature(pool, name);
      if (value === undefined) continue;
      lines.push({ name: pool.name, property: name, value, source: 'local' });
      continue;
    }
    const { text, source } = shownProp(pool, props, row, isLiteral);
    lines.push({ name: pool.name, property: row.name, value: text, source });
  }
  return lines;
}

/** How wide each column is: a property's widest value counts though it may not be there. */
function widthsOf(pools: readonly Pool[], lines: readonly Line[]): Record<ColumnName, number> {
  const width = (column: ColumnName, least: number): number =>
    Math.max(least, ...lines.map((line) => line[column].length));
  const fixed = lines.map(({ property }) => {
    const row = zpoolProp(property);
    return row === undefined ? property.length : propWidth(row).width;
  });
  const name = Math.max(4, ...pools.map((pool) => pool.name.length));
  return {
    name,
    property: width('property', 8),
    value: Math.max(width('value', 5), ...fixed),
    source: 0,
  };
}

export function* get(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, ':Hpo:');
  if (typeof parsed === 'number') return parsed;
  const columns = columnsOf(optionValue(parsed, 'o'));
  if (typeof columns === 'string') return yield* run.usage(columns);
  const [wanted, ...poolNames] = parsed.operands;
  if (wanted === undefined) return yield* run.usage('missing property argument');
  const base = propList(wanted);
  if ('bad' in base) return yield* run.usage(`bad property list: invalid property '${base.bad}'`);
  run.logsHistory = false;
  const { pools, failed } = yield* poolsNamed(run.zfs, poolNames);
  const extra =
    wanted === 'all' ? [...FEATURE_PROPS, ...new Set(pools.flatMap(unsupportedProps))] : [];
  const lines: Line[] = [];
  for (const pool of pools) {
    lines.push(...(yield* linesOf(pool, [...base, ...extra], hasOption(parsed, 'p'))));
  }
  const isScripted = hasOption(parsed, 'H');
  const widths = widthsOf(pools, lines);
  const print = (line: Line): Task<void> => {
    const cells = columns.map((column, n) => {
      if (isScripted || n === columns.length - 1) return line[column];
      return line[column].padEnd(widths[column]);
    });
    return run.out(`${cells.join(isScripted ? '\t' : '  ')}\n`);
  };
  const header = { name: 'NAME', property: 'PROPERTY', value: 'VALUE', source: 'SOURCE' };
  if (!isScripted && lines.length > 0) yield* print(header);
  for (const line of lines) yield* print(line);
  return failed ? 1 : 0;
}

export function* set(run: ZpoolRun, args: readonly string[]): Task<number> {
  const [assignment, name, ...more] = args;
  if (assignment?.startsWith('-') === true) {
    return yield* run.usage(`invalid option '${assignment.slice(1, 2)}'`);
  }
  if (assignment === undefined) return yield* run.usage('missing property=value argument');
  if (name === undefined) return yield* run.usage('missing pool name');
  if (more.length > 0) return yield* run.usage('too many pool names');
  const equals = assignment.indexOf('=');
  if (equals < 0) return yield* run.usage('missing value in property=value argument');
  const texts = new Map([[assignment.slice(0, equals), assignment.slice(equals + 1)]]);
  const { pools } = yield* poolsNamed(run.zfs, [name]);
  const [pool] = pools;
  if (pool === undefined) return 1;
  const action = `cannot set property for '${name}'`;
  const context = { pool: name, occasion: 'set', version: pool.version } as const;
  const source = yield* validPoolProps(run.zfs, texts, action, context);
  if (source === false) return 1;
  const errno = yield* pool.ioctl('ZFS_IOC_POOL_SET_PROPS', { source });
  if (errno === undefined) return 0;
  yield* run.zfs.poolError(errno, action);
  return 1;
}

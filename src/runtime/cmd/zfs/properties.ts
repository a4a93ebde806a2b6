/**
 * zfs get, set and inherit.
 * @man zfs-get(8), zfs-set(8)  @see cmd/zfs/zfs_main.c zfs_do_get(), zfs_do_set(), zfs_do_inherit()
 */
import {
  isPropInheritable,
  isPropReadonly,
  isUserProp,
  ZFS_TYPE_BOOKMARK,
  ZFS_TYPE_DATASET,
  zfsProp,
} from '#abi/illumos/zfs-prop.ts';
import { datasetsFor, parseDepth, parseTypes, sortDatasets } from '#cmd/zfs/iterate.ts';
import { column, expandColumns, parseColumns, type PropColumn } from '#cmd/zfs/prop-list.ts';
import type { ZfsRun } from '#cmd/zfs/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { ZfsDataset } from '#lib/libzfs/dataset.ts';
import { PropReader, type PropText } from '#lib/libzfs/dataset-prop.ts';
import { inheritProp, setProps } from '#lib/libzfs/dataset-set.ts';

const COLUMNS = ['name', 'property', 'value', 'received', 'source'] as const;
type GetColumn = (typeof COLUMNS)[number];
const SOURCES = ['local', 'default', 'inherited', 'received', 'temporary', 'none'];

interface GetOptions {
  isScripted: boolean;
  isLiteral: boolean;
  depth: number;
  types: number;
  columns: readonly GetColumn[];
  sources: readonly string[];
}

function* parseGet(
  run: ZfsRun,
  args: readonly string[],
): Task<{ options: GetOptions; operands: readonly string[] } | number> {
  const parsed = yield* run.options(args, 'd:o:s:rt:Hp');
  if (typeof parsed === 'number') return parsed;
  const options: GetOptions = {
    isScripted: false,
    isLiteral: false,
    depth: 0,
    types: ZFS_TYPE_DATASET | ZFS_TYPE_BOOKMARK,
    columns: ['name', 'property', 'value', 'source'],
    sources: SOURCES,
  };
  for (const { letter, value } of parsed.options) {
    if (letter === 'H') options.isScripted = true;
    else if (letter === 'p') options.isLiteral = true;
    else if (letter === 'r') options.depth = Infinity;
    else if (letter === 'd') {
      const depth = yield* parseDepth(run, value);
      if (depth === undefined) return 2;
      options.depth = depth;
    } else if (letter === 't') {
      const types = yield* parseTypes(run, value);
      if (types === undefined) return 2;
      options.types = types;
    } else if (letter === 'o') {
      const columns = value === 'all' ? [...COLUMNS] : value.split(',');
      const bad = columns.find((each) => !(COLUMNS as readonly string[]).includes(each));
      if (bad !== undefined) return yield* run.usage(`invalid column name '${bad}'`);
      if (columns.length > COLUMNS.length)
        return yield* run.usage('too many fields given to -o option');
      options.columns = columns as GetColumn[];
    } else {
      const sources = value.split(',');
      const bad = sources.find((each) => !SOURCES.includes(each));
      if (bad !== undefined) return yield* run.usage(`invalid source '${bad}'`);
      options.sources = sources;
    }
  }
  return { options, operands: parsed.operands };
}

function sourceText({ source, from }: PropText): string {
  if (source === 'none') return '-';
  return source === 'inherited' ? `inherited from ${from}` : source;
}

class GetTable {
  readonly #run: ZfsRun;
  readonly #options: GetOptions;
  readonly #widths: Readonly<Record<GetColumn, number>>;

  constructor(
    run: ZfsRun,
    options: GetOptions,
    columns: readonly PropColumn[],
    names: readonly ZfsDataset[],
  ) {
    this.#run = run;
    this.#options = options;
    const longest = Math.max(0, ...names.map(({ name }) => name.length));
    this.#widths = {
      name: Math.max(4, longest),
      property: Math.max(8, ...columns.map(({ name }) => name.length)),
      value: Math.max(5, ...columns.map(({ width }) => width)),
      received: 8,
      source: Math.max(6, longest + 'inherited from'.length),
    };
  }

  *row(cells: Readonly<Record<GetColumn, string>>): Task<void> {
    const { columns, isScripted } = this.#options;
    const padded = columns.map((each, i) => {
      const isLast = i === columns.length - 1;
      return isScripted || isLast ? cells[each] : cells[each].padEnd(this.#widths[each]);
    });
    yield* this.#run.out(`${padded.join(isScripted ? '\t' : '  ')}\n`);
  }
}

/** Properties of one dataset, user properties too when all were asked for. */
function columnsFor(
  dataset: ZfsDataset,
  columns: readonly PropColumn[],
  isAll: boolean,
): PropColumn[] {
  if (!isAll) return [...columns];
  const own = [...dataset.props.keys()].filter((name) => name.includes(':')).sort();
  return [...columns, ...own.map((name) => column(name, true))];
}

export function* get(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* parseGet(run, args);
  if (typeof parsed === 'number') return parsed;
  const { options, operands } = parsed;
  const [fields, ...names] = operands;
  if (fields === undefined) return yield* run.usage('missing property argument');
  const columns = yield* parseColumns(run.zfs, fields);
  if (columns === false) return yield* run.usage();
  const isAll = fields.split(',').includes('all');
  const { datasets, failed } = yield* datasetsFor(run, names, {
    types: options.types,
    depth: options.depth,
    allowsPaths: true,
  });
  const reader = new PropReader(run.zfs, options.isLiteral);
  const sorted = yield* sortDatasets(reader, datasets, []);
  yield* expandColumns(reader, columns, sorted);
  const own = isAll ? sorted.flatMap((each) => columnsFor(each, [], true)) : [];
  yield* expandColumns(reader, own, sorted);
  const table = new GetTable(run, options, [...columns, ...own], sorted);
  const hasReceived = options.columns.includes('received');
  let isFirst = !options.isScripted;
  for (const dataset of sorted) {
    for (const each of columnsFor(dataset, columns, isAll)) {
      if (each.name === 'name') continue;
      const found = yield* reader.get(dataset, each.name);
      if (found === undefined && each.isOfAll) continue;
      const text = found ?? { value: '-', source: 'none' as const, from: '' };
      if (!options.sources.includes(text.source)) continue;
      if (isFirst) {
        isFirst = false;
        yield* table.row({
          name: 'NAME',
          property: 'PROPERTY',
          value: 'VALUE',
          received: 'RECEIVED',
          source: 'SOURCE',
        });
      }
      const received = hasReceived ? yield* reader.received(dataset, each.name) : undefined;
      yield* table.row({
        name: dataset.name,
        property: each.name,
        value: text.value,
        received: received ?? '-',
        source: sourceText(text),
      });
    }
  }
  return failed ? 1 : 0;
}

export function* set(run: ZfsRun, args: readonly string[]): Task<number> {
  if (args[0]?.startsWith('-') === true && args[0] !== '-') {
    return yield* run.usage(`invalid option '${args[0][1] ?? ''}'`);
  }
  if (args.length < 1) return yield* run.usage('missing arguments');
  if (args.length < 2) {
    const what = args[0]?.includes('=') === true ? 'dataset(s)' : 'property=value argument(s)';
    return yield* run.usage(
      args[0]?.includes('=') === true ? `missing ${what}` : `missing ${what}`,
    );
  }
  const texts = new Map<string, string>();
  let at = 0;
  for (; args[at]?.includes('=') === true; at += 1) {
    const [name = '', ...rest] = (args[at] ?? '').split('=');
    if (texts.has(name)) return yield* run.fail(`property '${name}' specified multiple times\n`);
    texts.set(name, rest.join('='));
  }
  if (texts.size === 0) return yield* run.usage('missing property=value argument(s)');
  if (at === args.length) return yield* run.usage('missing dataset name(s)');
  const iteration = { types: ZFS_TYPE_DATASET, depth: 0 };
  const { datasets, failed } = yield* datasetsFor(run, args.slice(at), iteration);
  let status = failed ? 1 : 0;
  for (const dataset of datasets) {
    if (!(yield* setProps(run.zfs, dataset, texts))) status = 1;
  }
  return status;
}

export function* inherit(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'rS');
  if (typeof parsed === 'number') return parsed;
  const isRecursive = parsed.options.some(({ letter }) => letter === 'r');
  const isReceived = parsed.options.some(({ letter }) => letter === 'S');
  const [name, ...names] = parsed.operands;
  if (name === undefined) return yield* run.usage('missing property argument');
  if (names.length === 0) return yield* run.usage('missing dataset argument');
  const row = zfsProp(name);
  if (row !== undefined) {
    if (isPropReadonly(row)) return yield* run.fail(`${name} property is read-only\n`);
    if (!isPropInheritable(row) && !isReceived) {
      let text = `'${name}' property cannot be inherited\n`;
      if (['quota', 'reservation', 'refquota', 'refreservation'].includes(row.name)) {
        text += `use 'zfs set ${name}=none' to clear\n`;
        text += `use 'zfs inherit -S ${name}' to revert to received value\n`;
      }
      return yield* run.fail(text);
    }
    if (isReceived && ['volsize', 'version'].includes(row.name)) {
      return yield* run.fail(`'${name}' property cannot be reverted to a received value\n`);
    }
  } else if (!isUserProp(name)) {
    return yield* run.usage(`invalid property '${name}'`);
  }
  const { datasets, failed } = yield* datasetsFor(run, names, {
    types: isRecursive ? ZFS_TYPE_DATASET : ZFS_TYPE_DATASET,
    depth: isRecursive ? Infinity : 0,
  });
  let status = failed ? 1 : 0;
  for (const dataset of datasets) {
    // With -r children of other kinds, which do not have it, are left alone.
    if (isRecursive && row !== undefined && (row.types & dataset.type) === 0) continue;
    if (!(yield* inheritProp(run.zfs, dataset, row?.name ?? name, isReceived))) status = 1;
  }
  return status;
}

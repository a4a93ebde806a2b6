/** zfs list. @man zfs-list(8)  @see cmd/zfs/zfs_main.c zfs_do_list() */
import {
  isUserquotaProp,
  isWrittenProp,
  ZFS_TYPE_FILESYSTEM,
  ZFS_TYPE_SNAPSHOT,
  ZFS_TYPE_VOLUME,
  zfsProp,
} from '#abi/illumos/zfs-prop.ts';
import {
  datasetsFor,
  parseDepth,
  parseTypes,
  type SortColumn,
  sortDatasets,
} from '#cmd/zfs/iterate.ts';
import { column, expandColumns, parseColumns, type PropColumn } from '#cmd/zfs/prop-list.ts';
import type { ZfsRun } from '#cmd/zfs/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { PropReader } from '#lib/libzfs/dataset-prop.ts';

const DEFAULT = 'name,used,available,referenced,mountpoint';
const SPACE = 'name,avail,used,usedsnap,usedds,usedrefreserv,usedchild';
const HEAD_TYPES: number = ZFS_TYPE_FILESYSTEM | ZFS_TYPE_VOLUME;

interface ListOptions {
  isScripted: boolean;
  isLiteral: boolean;
  depth: number;
  types: number | undefined;
  fields: string;
  sort: SortColumn[];
}

function* parse(
  run: ZfsRun,
  args: readonly string[],
): Task<{ options: ListOptions; names: readonly string[] } | number> {
  const parsed = yield* run.options(args, 'HS:d:o:prs:t:');
  if (typeof parsed === 'number') return parsed;
  const options: ListOptions = {
    isScripted: false,
    isLiteral: false,
    depth: 0,
    types: undefined,
    fields: DEFAULT,
    sort: [],
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
    } else if (letter === 'o') options.fields = value;
    else {
      const isKnown = zfsProp(value) !== undefined || value.includes(':');
      if (!isKnown) return yield* run.usage(`invalid property '${value}'`);
      options.sort.push({ name: zfsProp(value)?.name ?? value, isReverse: letter === 'S' });
    }
  }
  return { options, names: parsed.operands };
}

const isRight = ({ name, row }: PropColumn): boolean =>
  row?.isRightAligned ?? (isUserquotaProp(name) || isWrittenProp(name));

function line(
  columns: readonly PropColumn[],
  cells: readonly string[],
  isScripted: boolean,
): string {
  const last = columns.length - 1;
  const padded = columns.map((each, i) => {
    const cell = cells[i] ?? '-';
    if (isScripted || (i === last && !isRight(each))) return cell;
    return isRight(each) ? cell.padStart(each.width) : cell.padEnd(each.width);
  });
  return `${padded.join(isScripted ? '\t' : '  ')}\n`;
}

export function* list(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* parse(run, args);
  if (typeof parsed === 'number') return parsed;
  const { options, names } = parsed;
  let types = options.types ?? HEAD_TYPES;
  if (options.fields === 'space') {
    options.fields = SPACE;
    if (options.types === undefined) types &= ~ZFS_TYPE_SNAPSHOT;
  }
  const columns = yield* parseColumns(run.zfs, options.fields);
  if (columns === false) return yield* run.usage();
  // `-o all` does not say the name, but a list without it is of no use.
  if (options.fields === 'all') columns.unshift(column('name'));
  const { datasets, failed } = yield* datasetsFor(run, names, {
    types,
    depth: options.depth,
    byListSnaps: options.types === undefined,
    allowsPaths: true,
  });
  const reader = new PropReader(run.zfs, options.isLiteral);
  const sorted = yield* sortDatasets(reader, datasets, options.sort);
  if (!options.isScripted) yield* expandColumns(reader, columns, sorted);
  for (const [i, dataset] of sorted.entries()) {
    if (i === 0 && !options.isScripted) {
      const titles = columns.map(({ name, row }) => row?.column ?? name.toUpperCase());
      yield* run.out(line(columns, titles, false));
    }
    const cells: string[] = [];
    for (const { name } of columns) cells.push((yield* reader.get(dataset, name))?.value ?? '-');
    yield* run.out(line(columns, cells, options.isScripted));
  }
  if (sorted.length === 0 && !failed && !options.isScripted) {
    yield* run.err('no datasets available\n');
  }
  return failed ? 1 : 0;
}

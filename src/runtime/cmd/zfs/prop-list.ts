/**
 * Lists of properties on the command line, and how wide their columns are.
 * @see lib/libzfs/common/libzfs_util.c zprop_get_list(), zprop_width()
 */
import {
  isUserProp,
  isUserquotaProp,
  isWrittenProp,
  type PropRow,
  ZFS_TYPE_BOOKMARK,
  ZFS_TYPE_DATASET,
  zfsProp,
} from '#abi/illumos/zfs-prop.ts';
import { ZFS_PROPS } from '#abi/illumos/zfs-prop.table.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { ZfsDataset } from '#lib/libzfs/dataset.ts';
import type { PropReader } from '#lib/libzfs/dataset-prop.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';

/** One column of `zfs list`, one property of `zfs get`. */
export interface PropColumn {
  readonly name: string;
  /** undefined for user properties and the like. */
  readonly row: PropRow | undefined;
  /** Asked for as one of all: left out where it does not apply. */
  readonly isOfAll: boolean;
  width: number;
  /** No value is wider than a number for people is. */
  readonly isFixed: boolean;
}

const NUMBER_WIDTH = 5;

function widthOf(row: PropRow): number {
  const title = row.column.length;
  if (row.kind === 'number') return Math.max(title, NUMBER_WIDTH);
  return Math.max(title, ...row.index.map(([word]) => word.length));
}

export function column(name: string, isOfAll = false): PropColumn {
  const row = zfsProp(name);
  if (row === undefined) return { name, row, isOfAll, width: name.length, isFixed: false };
  const isFixed = row.kind !== 'string' && row.name !== 'creation';
  return { name: row.name, row, isOfAll, width: widthOf(row), isFixed };
}

function allColumns(): PropColumn[] {
  const isShown = ({ isHidden, types, name }: PropRow): boolean =>
    !isHidden && name !== 'name' && (types & (ZFS_TYPE_DATASET | ZFS_TYPE_BOOKMARK)) !== 0;
  return ZFS_PROPS.filter(isShown).map((row) => column(row.name, true));
}

/** `zprop_get_list`: false after saying which is none. `all` is every property of the table. */
export function* parseColumns(zfs: LibZfs, text: string): Task<PropColumn[] | false> {
  const columns: PropColumn[] = [];
  for (const name of text.split(',')) {
    if (name === 'all') {
      columns.push(...allColumns());
      continue;
    }
    if (name === '') {
      return yield* zfs.errorAux('EZFS_BADPROP', 'bad property list', 'empty property name');
    }
    const isKnown =
      zfsProp(name) !== undefined ||
      isUserProp(name) ||
      isUserquotaProp(name) ||
      isWrittenProp(name);
    if (!isKnown) {
      const why = `invalid property '${name}'`;
      return yield* zfs.errorAux('EZFS_BADPROP', 'bad property list', why);
    }
    columns.push(column(name));
  }
  return columns;
}

/** `zfs_expand_proplist`: widens the columns to what the datasets show. */
export function* expandColumns(
  reader: PropReader,
  columns: readonly PropColumn[],
  datasets: readonly ZfsDataset[],
): Task<void> {
  for (const each of columns) {
    if (each.isFixed && !reader.isLiteral) continue;
    for (const dataset of datasets) {
      const text = yield* reader.get(dataset, each.name);
      each.width = Math.max(each.width, text?.value.length ?? 0);
    }
  }
}

/**
 * A pool's properties as they are shown. @see lib/libzfs/common/libzfs_pool.c zpool_get_prop()
 */
import { SPA_FEATURES } from '#abi/illumos/zfs-feature.table.ts';
import { type NvList, nvGetList, nvGetUint64 } from '#abi/illumos/nvpair.ts';
import {
  isFeatureProp,
  isUnsupportedProp,
  propWordOf,
  type PropRow,
  zpoolProp,
} from '#abi/illumos/zfs-prop.ts';
import { ZPOOL_PROPS } from '#abi/illumos/zfs-prop.table.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { zfsNicenum } from '#lib/libzfs/nicenum.ts';
import type { Pool } from '#lib/libzfs/pool.ts';
import { stateName } from '#lib/libzfs/pool-status.ts';

const EMPTY: NvList = new Map();
const SPA_VERSION_FEATURES = 5000n;
/** A fragmentation that nobody knows. */
const UINT64_MAX = 2n ** 64n - 1n;
const SIZES = ['size', 'allocated', 'free', 'freeing', 'leaked'];
const SIZES_OR_DASH = ['expandsize', 'checkpoint', 'bootsize'];

export interface ShownProp {
  readonly text: string;
  /** `-`, `default`, `local` … */
  readonly source: string;
}

/** `zpool_get_all_props`; undefined when the kernel does not say. */
export function* poolProps(pool: Pool): Task<NvList> {
  const command = zfsCommand({ name: pool.name });
  const errno = yield* pool.zfs.ioctl('ZFS_IOC_POOL_GET_PROPS', command);
  return errno === undefined ? (command.destination ?? EMPTY) : EMPTY;
}

/** `zprop_source_t` by its bit. */
const SOURCES: ReadonlyMap<bigint, string> = new Map([
  [1n, '-'],
  [2n, 'default'],
  [4n, 'temporary'],
  [8n, 'local'],
  [32n, 'received'],
]);

function numberText(row: PropRow, value: bigint, pool: Pool, isLiteral: boolean): string {
  const { name } = row;
  if (name === 'health') return stateName(Number(value), pool.stat.aux);
  if (name === 'version') return value >= SPA_VERSION_FEATURES ? '-' : String(value);
  if (name === 'dedupratio') return `${value / 100n}.${String(value % 100n).padStart(2, '0')}x`;
  if (name === 'fragmentation') {
    if (value === UINT64_MAX) return '-';
    return isLiteral ? String(value) : `${value}%`;
  }
  if (name === 'capacity') return isLiteral ? String(value) : `${value}%`;
  if (SIZES_OR_DASH.includes(name) && value === 0n) return '-';
  const isSize = SIZES.includes(name) || SIZES_OR_DASH.includes(name);
  if (isLiteral || !isSize) return String(value);
  return zfsNicenum(value);
}

/** `zpool_get_prop` */
export function shownProp(pool: Pool, props: NvList, row: PropRow, isLiteral: boolean): ShownProp {
  if (row.name === 'name') return { text: pool.name, source: '-' };
  const prop = nvGetList(props, row.name) ?? EMPTY;
  const source = SOURCES.get(nvGetUint64(prop, 'source') ?? 2n) ?? 'default';
  const pair = prop.get('value');
  if (row.kind === 'string') {
    return { text: pair?.type === 'string' && pair.value !== '' ? pair.value : '-', source };
  }
  const fallback = typeof row.default === 'bigint' ? row.default : 0n;
  const value = pair?.type === 'uint64' ? pair.value : fallback;
  if (row.kind === 'index') return { text: propWordOf(row, value) ?? '-', source };
  return { text: numberText(row, value, pool, isLiteral), source };
}

/** `zpool_prop_get_feature`: of `feature@name` and `unsupported@guid`; undefined for none such. */
export function shownFeature(pool: Pool, name: string): string | undefined {
  const stats = nvGetList(pool.config, 'feature_stats') ?? EMPTY;
  const word = name.slice(name.indexOf('@') + 1);
  if (isUnsupportedProp(name)) {
    const uses = nvGetUint64(stats, word);
    if (uses === undefined) return undefined;
    return uses === 0n ? 'inactive' : 'readonly';
  }
  const feature = SPA_FEATURES.find((each) => each.name === word && isKept(each.support));
  if (feature === undefined) return undefined;
  const uses = nvGetUint64(stats, feature.guid);
  if (uses === undefined) return 'disabled';
  return uses === 0n ? 'enabled' : 'active';
}

function isKept(support: string): boolean {
  return support === 'create' || support === 'write';
}

/** Names of `feature@…` that this system keeps up, in order. */
export const FEATURE_PROPS: readonly string[] = SPA_FEATURES.filter(({ support }) =>
  isKept(support),
).map(({ name }) => `feature@${name}`);

/** What a pool has beyond what this system keeps up. */
export function unsupportedProps(pool: Pool): string[] {
  const stats = nvGetList(pool.config, 'feature_stats') ?? EMPTY;
  const known = new Set(
    SPA_FEATURES.filter(({ support }) => isKept(support)).map(({ guid }) => guid),
  );
  return [...stats.keys()].filter((guid) => !known.has(guid)).map((guid) => `unsupported@${guid}`);
}

/** `zprop_get_list`: the names in a list of columns; a text is the first that is none. */
export function propList(text: string): readonly string[] | { readonly bad: string } {
  if (text === 'all') return ZPOOL_PROPS.filter(({ isHidden }) => !isHidden).map((r) => r.name);
  const names: string[] = [];
  for (const word of text.split(',')) {
    const row = zpoolProp(word);
    if (row === undefined && !isFeatureProp(word) && !isUnsupportedProp(word)) return { bad: word };
    names.push(row?.name ?? word);
  }
  return names;
}

/** `zprop_width`: how wide a column is at least, and whether its values may make it wider. */
export function propWidth(row: PropRow): { width: number; isFixed: boolean } {
  const header = row.column.length;
  // A number of five characters; a pool's size is not held to that.
  if (row.name === 'health') return { width: 8, isFixed: true };
  if (row.kind === 'number') return { width: Math.max(header, 5), isFixed: row.name !== 'size' };
  if (row.kind === 'string') return { width: header, isFixed: false };
  const words = row.index.map(([word]) => word.length);
  return { width: Math.max(header, ...words), isFixed: true };
}

/** The alternate root, '' when there is none. */
export function* poolAltroot(pool: Pool): Task<string> {
  const pair = nvGetList(yield* poolProps(pool), 'altroot')?.get('value');
  return pair?.type === 'string' ? pair.value : '';
}

/**
 * What a property of a ZFS dataset or pool is: kind, attribute, the datasets it applies to, how it
 * is shown. The rows are in zfs-prop.table.ts; here are their shape and the rules about names.
 * @man zfsprops(8), zpoolprops(8)  @see common/zfs/zfs_prop.c, common/zfs/zprop_common.c
 */
import { ZFS_PROPS, ZPOOL_PROPS } from './zfs-prop.table.ts';

/** `zfs_type_t` */
export const ZFS_TYPE_FILESYSTEM = 1;
export const ZFS_TYPE_SNAPSHOT = 2;
export const ZFS_TYPE_VOLUME = 4;
export const ZFS_TYPE_POOL = 8;
export const ZFS_TYPE_BOOKMARK = 16;
export const ZFS_TYPE_DATASET: number = ZFS_TYPE_FILESYSTEM | ZFS_TYPE_SNAPSHOT | ZFS_TYPE_VOLUME;

/** `zprop_type_t`; an index is a number on disk and a word to people. */
export type PropKind = 'number' | 'string' | 'index';

/**
 * `zprop_attr_t`. `default`: settable, of this dataset alone; `inherit`: settable, passed on to
 * children; `onetime`: set when the dataset is made; `onetime_default`: that, and not passed on.
 */
export type PropAttr = 'readonly' | 'default' | 'inherit' | 'onetime' | 'onetime_default';

/** `zprop_source_t` */
export type PropSource = 'none' | 'default' | 'temporary' | 'local' | 'inherited' | 'received';

export interface PropRow {
  readonly name: string;
  readonly kind: PropKind;
  readonly attr: PropAttr;
  /** null where a string property has none: shown as `-`. */
  readonly default: bigint | string | null;
  /** Bits of ZFS_TYPE_… */
  readonly types: number;
  /** The words of an index, first name first, with the number on disk; empty otherwise. */
  readonly index: readonly (readonly [word: string, value: number])[];
  /** Possible values, as the usage message shows them; '' where nothing is shown. */
  readonly values: string;
  /** Header of the column in `zfs list` and `zpool list`. */
  readonly column: string;
  readonly isRightAligned: boolean;
  /** Hidden ones work when named, and are in no list or usage message. */
  readonly isHidden: boolean;
}

const BY_NAME: ReadonlyMap<string, PropRow> = new Map(ZFS_PROPS.map((row) => [row.name, row]));
/** `zprop_name_to_prop` also takes a column's header, in small letters: `avail`, `refer`. */
const BY_COLUMN: ReadonlyMap<string, PropRow> = new Map(
  ZFS_PROPS.map((row) => [row.column.toLowerCase(), row]),
);
const POOL_BY_NAME: ReadonlyMap<string, PropRow> = new Map(
  ZPOOL_PROPS.map((row) => [row.name, row]),
);
const POOL_BY_COLUMN: ReadonlyMap<string, PropRow> = new Map(
  ZPOOL_PROPS.map((row) => [row.column.toLowerCase(), row]),
);

/** `zfs_name_to_prop`: by name, or by column header as in `zfs list -o avail`. */
export function zfsProp(name: string): PropRow | undefined {
  return BY_NAME.get(name) ?? BY_COLUMN.get(name);
}

/** `zpool_name_to_prop` */
export function zpoolProp(name: string): PropRow | undefined {
  return POOL_BY_NAME.get(name) ?? POOL_BY_COLUMN.get(name);
}

/** `zfs_prop_readonly`: it cannot be set on a dataset that exists. */
export function isPropReadonly(row: PropRow): boolean {
  return row.attr === 'readonly' || isPropSetOnce(row);
}

/** `zfs_prop_setonce` */
export function isPropSetOnce(row: PropRow): boolean {
  return row.attr === 'onetime' || row.attr === 'onetime_default';
}

/** `zfs_prop_inheritable` */
export function isPropInheritable(row: PropRow): boolean {
  return row.attr === 'inherit' || row.attr === 'onetime';
}

/** `zfs_prop_string_to_index`; undefined when the word is none of the property's. */
export function propIndexOf(row: PropRow, word: string): bigint | undefined {
  const found = row.index.find(([each]) => each === word);
  return found === undefined ? undefined : BigInt(found[1]);
}

/** `zfs_prop_index_to_string`: the first word with that number. */
export function propWordOf(row: PropRow, value: bigint): string | undefined {
  return row.index.find(([, each]) => BigInt(each) === value)?.[0];
}

/** `zfs_userquota_prop_prefixes`, in the order of `zfs_userquota_prop_t`. */
export const USERQUOTA_PREFIXES: readonly string[] = [
  'userused@',
  'userquota@',
  'groupused@',
  'groupquota@',
  'userobjused@',
  'userobjquota@',
  'groupobjused@',
  'groupobjquota@',
  'projectused@',
  'projectquota@',
  'projectobjused@',
  'projectobjquota@',
];

/** `zfs_prop_user`: a user property has a colon, and letters are small ones. */
export function isUserProp(name: string): boolean {
  return /^[a-z0-9\-_.:]*:[a-z0-9\-_.:]*$/.test(name);
}

/** `zfs_prop_userquota`; after the @ anything may follow: a name, a number or a SID. */
export function isUserquotaProp(name: string): boolean {
  return USERQUOTA_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** `zfs_prop_written`: space written since a snapshot, `written@snapshot`. */
export function isWrittenProp(name: string): boolean {
  return name.startsWith('written@');
}

/** `zpool_prop_feature` */
export function isFeatureProp(name: string): boolean {
  return name.startsWith('feature@');
}

/** `zpool_prop_unsupported` */
export function isUnsupportedProp(name: string): boolean {
  return name.startsWith('unsupported@');
}

/** `ZAP_MAXNAMELEN`: a user property's name, with its NUL. */
export const ZAP_MAXNAMELEN = 256;
/** `ZAP_MAXVALUELEN`: a user property's value, with its NUL. */
export const ZAP_MAXVALUELEN = 8192;
/** `ZFS_MAX_DATASET_NAME_LEN`, with its NUL. */
export const ZFS_MAX_DATASET_NAME_LEN = 256;
/** `ZPROP_MAX_COMMENT` */
export const ZPROP_MAX_COMMENT = 32;

/**
 * /dev/zfs: the numbers of its ioctls and the one argument that all of them take.
 * Surprising: `zfs_cmd_t` is an object here, and its nvlists are not packed: a program passes the
 * object to ioctl(2), the kernel writes its answers into the same object.
 * @spec uts/common/sys/fs/zfs.h zfs_ioc_t, sys/zfs_ioctl.h zfs_cmd_t
 */
import type { NvList } from '#abi/illumos/nvpair.ts';

/** In the order of `zfs_ioc_t`, from `'Z' << 8`. */
const NAMES = [
  'POOL_CREATE',
  'POOL_DESTROY',
  'POOL_IMPORT',
  'POOL_EXPORT',
  'POOL_CONFIGS',
  'POOL_STATS',
  'POOL_TRYIMPORT',
  'POOL_SCAN',
  'POOL_FREEZE',
  'POOL_UPGRADE',
  'POOL_GET_HISTORY',
  'VDEV_ADD',
  'VDEV_REMOVE',
  'VDEV_SET_STATE',
  'VDEV_ATTACH',
  'VDEV_DETACH',
  'VDEV_SETPATH',
  'VDEV_SETFRU',
  'OBJSET_STATS',
  'OBJSET_ZPLPROPS',
  'DATASET_LIST_NEXT',
  'SNAPSHOT_LIST_NEXT',
  'SET_PROP',
  'CREATE',
  'DESTROY',
  'ROLLBACK',
  'RENAME',
  'RECV',
  'SEND',
  'INJECT_FAULT',
  'CLEAR_FAULT',
  'INJECT_LIST_NEXT',
  'ERROR_LOG',
  'CLEAR',
  'PROMOTE',
  'SNAPSHOT',
  'DSOBJ_TO_DSNAME',
  'OBJ_TO_PATH',
  'POOL_SET_PROPS',
  'POOL_GET_PROPS',
  'SET_FSACL',
  'GET_FSACL',
  'SHARE',
  'INHERIT_PROP',
  'SMB_ACL',
  'USERSPACE_ONE',
  'USERSPACE_MANY',
  'USERSPACE_UPGRADE',
  'HOLD',
  'RELEASE',
  'GET_HOLDS',
  'OBJSET_RECVD_PROPS',
  'VDEV_SPLIT',
  'NEXT_OBJ',
  'DIFF',
  'TMP_SNAPSHOT',
  'OBJ_TO_STATS',
  'SPACE_WRITTEN',
  'SPACE_SNAPS',
  'DESTROY_SNAPS',
  'POOL_REGUID',
  'POOL_REOPEN',
  'SEND_PROGRESS',
  'LOG_HISTORY',
  'SEND_NEW',
  'SEND_SPACE',
  'CLONE',
  'BOOKMARK',
  'GET_BOOKMARKS',
  'DESTROY_BOOKMARKS',
  'LOAD_KEY',
  'UNLOAD_KEY',
  'CHANGE_KEY',
  'REMAP',
  'POOL_CHECKPOINT',
  'POOL_DISCARD_CHECKPOINT',
  'POOL_INITIALIZE',
  'POOL_TRIM',
  'POOL_SYNC',
  'CHANNEL_PROGRAM',
  /* The lab's own: `zpool labelclear`, `import` and `events` look at devices and at the event queue
   * in user space on illumos; here the kernel answers. */
  'LABEL_READ',
  'LABEL_CLEAR',
  'EVENTS_NEXT',
  'EVENTS_CLEAR',
  'RECV_TOKEN',
  'RECV_ABORT',
] as const;

export type ZfsIoctlName = `ZFS_IOC_${(typeof NAMES)[number]}`;

const ZFS_IOC = 0x5a00;

/** Number by name: `ZFS_IOC['ZFS_IOC_POOL_CREATE']`. */
export const ZFS_IOC_NUMBERS: Readonly<Record<ZfsIoctlName, number>> = Object.fromEntries(
  NAMES.map((name, n) => [`ZFS_IOC_${name}`, ZFS_IOC + n]),
) as Record<ZfsIoctlName, number>;

/** `dmu_objset_stats_t`: what there is to know of a dataset without its properties. */
export interface DatasetStats {
  readonly type: 'filesystem' | 'volume';
  readonly isSnapshot: boolean;
  readonly guid: bigint;
  readonly creationTxg: number;
  readonly numClones: number;
  /** Half received, or half destroyed. */
  readonly isInconsistent: boolean;
  /** The snapshot that a clone was made of, or ''. */
  readonly origin: string;
}

/** `zfs_cmd_t`. Members that an ioctl does not use stay as they are. */
export interface ZfsCommand {
  /** `zc_name`: the pool or dataset. */
  name: string;
  /** `zc_value`, `zc_string`: a second name. */
  value: string;
  string: string;
  /** `zc_guid`: of a pool or vdev. */
  guid: bigint;
  /** `zc_cookie`: a cursor, a number, flags. */
  cookie: number;
  /** `zc_obj`, `zc_sendobj`, `zc_fromobj` … */
  object: number;
  /** `zc_nvlist_conf`: the configuration of a pool or vdev. */
  config: NvList | undefined;
  /** `zc_nvlist_src`: properties or arguments. */
  source: NvList | undefined;
  /** `zc_nvlist_dst`: what the kernel answers. */
  destination: NvList | undefined;
  /** `zc_objset_stats` */
  stats: DatasetStats | undefined;
  /** Bytes of a stream, in the direction of the call. */
  bytes: Uint8Array | undefined;
  /** An ioctl that does its work in steps says whether it wants to be called again. */
  hasMore: boolean;
}

/** A command with what is given; the rest is empty. */
export function zfsCommand(given: Partial<ZfsCommand> = {}): ZfsCommand {
  return {
    name: '',
    value: '',
    string: '',
    guid: 0n,
    cookie: 0,
    object: 0,
    config: undefined,
    source: undefined,
    destination: undefined,
    stats: undefined,
    bytes: undefined,
    hasMore: false,
    ...given,
  };
}

/** Flags of ZFS_IOC_POOL_IMPORT, in `cookie`. */
export const ZFS_IMPORT_NORMAL = 0x0;
export const ZFS_IMPORT_VERBATIM = 0x1;
export const ZFS_IMPORT_ANY_HOST = 0x2;
export const ZFS_IMPORT_MISSING_LOG = 0x4;
export const ZFS_IMPORT_ONLY = 0x8;

/** Flags of ZFS_IOC_VDEV_SET_STATE, in `object`. */
export const ZFS_ONLINE_UNSPARE = 0x2;
export const ZFS_ONLINE_FORCEFAULT = 0x4;
export const ZFS_ONLINE_EXPAND = 0x8;
export const ZFS_OFFLINE_TEMPORARY = 0x1;

/**
 * What is wrong with a pool, the worst first, and what a person is told about it.
 * @see lib/libzfs/common/libzfs_status.c
 */
import { SPA_FEATURES } from '#abi/illumos/zfs-feature.table.ts';
import {
  type NvList,
  nvGetList,
  nvGetListArray,
  nvGetNumber,
  nvGetString,
} from '#abi/illumos/nvpair.ts';
import {
  DSS_SCANNING,
  POOL_SCAN_RESILVER,
  POOL_STATE_ACTIVE,
  unpackScanStat,
  VDEV_AUX_BAD_GUID_SUM,
  VDEV_AUX_BAD_LOG,
  VDEV_AUX_CORRUPT_DATA,
  VDEV_AUX_OPEN_FAILED,
  VDEV_AUX_SPLIT_POOL,
  VDEV_AUX_UNSUP_FEAT,
  VDEV_AUX_VERSION_NEWER,
  VDEV_STATE_CANT_OPEN,
  VDEV_STATE_CLOSED,
  VDEV_STATE_DEGRADED,
  VDEV_STATE_FAULTED,
  VDEV_STATE_HEALTHY,
  VDEV_STATE_OFFLINE,
  VDEV_STATE_REMOVED,
  type VdevStat,
} from '#abi/illumos/zfs-stat.ts';
import { vdevStat } from '#lib/libzfs/pool.ts';

/** `ZPOOL_STATUS_…` */
export type PoolStatus =
  | 'OK'
  | 'MISSING_DEV_R'
  | 'MISSING_DEV_NR'
  | 'CORRUPT_LABEL_R'
  | 'CORRUPT_LABEL_NR'
  | 'BAD_GUID_SUM'
  | 'CORRUPT_POOL'
  | 'CORRUPT_DATA'
  | 'FAILING_DEV'
  | 'VERSION_NEWER'
  | 'HOSTID_MISMATCH'
  | 'IO_FAILURE_WAIT'
  | 'IO_FAILURE_CONTINUE'
  | 'BAD_LOG'
  | 'UNSUP_FEAT_READ'
  | 'UNSUP_FEAT_WRITE'
  | 'FAULTED_DEV_R'
  | 'FAULTED_DEV_NR'
  | 'VERSION_OLDER'
  | 'FEAT_DISABLED'
  | 'RESILVERING'
  | 'OFFLINE_DEV'
  | 'REMOVED_DEV';

/** `zfs_msgid_table`: where to read more. */
const MESSAGE_ID: Partial<Record<PoolStatus, string>> = {
  MISSING_DEV_R: 'ZFS-8000-2Q',
  MISSING_DEV_NR: 'ZFS-8000-3C',
  CORRUPT_LABEL_R: 'ZFS-8000-4J',
  CORRUPT_LABEL_NR: 'ZFS-8000-5E',
  BAD_GUID_SUM: 'ZFS-8000-6X',
  CORRUPT_POOL: 'ZFS-8000-72',
  CORRUPT_DATA: 'ZFS-8000-8A',
  FAILING_DEV: 'ZFS-8000-9P',
  VERSION_NEWER: 'ZFS-8000-A5',
  HOSTID_MISMATCH: 'ZFS-8000-EY',
  IO_FAILURE_WAIT: 'ZFS-8000-HC',
  IO_FAILURE_CONTINUE: 'ZFS-8000-JQ',
  BAD_LOG: 'ZFS-8000-K4',
};

/** The last word of `http://illumos.org/msg/ZFS-8000-2Q`. */
export function messageId(status: PoolStatus): string | undefined {
  return MESSAGE_ID[status];
}

const SPA_VERSION = 5000;
/** `ZIO_FAILURE_MODE_CONTINUE` */
const FAILURE_MODE_CONTINUE = 1;

type Test = (stat: VdevStat) => boolean;

const errorsOf = (stat: VdevStat): number =>
  stat.readErrors + stat.writeErrors + stat.checksumErrors;
const isFaulted: Test = ({ state }) => state === VDEV_STATE_FAULTED;
const isMissing: Test = ({ state, aux }) =>
  state === VDEV_STATE_CANT_OPEN && aux === VDEV_AUX_OPEN_FAILED;
const isBroken: Test = ({ state }) => state === VDEV_STATE_CANT_OPEN;
const hasErrors: Test = (stat) => stat.state === VDEV_STATE_DEGRADED || errorsOf(stat) !== 0;
const isOffline: Test = ({ state }) => state === VDEV_STATE_OFFLINE;
const isRemoved: Test = ({ state }) => state === VDEV_STATE_REMOVED;

/** `find_vdev_problem`: in a leaf. What is being replaced is nobody's problem any more. */
function hasLeaf(vdev: NvList, test: Test): boolean {
  if (nvGetString(vdev, 'type') === 'replacing') return false;
  const children = nvGetListArray(vdev, 'children');
  const isHere =
    children.length > 0 ? children.some((child) => hasLeaf(child, test)) : test(vdevStat(vdev));
  return isHere || nvGetListArray(vdev, 'l2cache').some((child) => hasLeaf(child, test));
}

/** What the state of the root says on its own. */
function unusableStatus(config: NvList, root: NvList): PoolStatus | undefined {
  const { state, aux } = vdevStat(root);
  if (state !== VDEV_STATE_CANT_OPEN) return undefined;
  if (aux === VDEV_AUX_VERSION_NEWER) return 'VERSION_NEWER';
  if (aux === VDEV_AUX_UNSUP_FEAT) {
    const info = nvGetList(config, 'load_info');
    return info?.has('can_rdonly') === true ? 'UNSUP_FEAT_WRITE' : 'UNSUP_FEAT_READ';
  }
  return aux === VDEV_AUX_BAD_GUID_SUM ? 'BAD_GUID_SUM' : undefined;
}

function damageStatus(config: NvList, root: NvList, isImport: boolean): PoolStatus | undefined {
  const { state, aux } = vdevStat(root);
  if (state === VDEV_STATE_CANT_OPEN) {
    if (aux === VDEV_AUX_BAD_LOG) return 'BAD_LOG';
    if (hasLeaf(root, isFaulted)) return 'FAULTED_DEV_NR';
    if (hasLeaf(root, isMissing)) return 'MISSING_DEV_NR';
    if (hasLeaf(root, isBroken)) return 'CORRUPT_LABEL_NR';
    if (aux === VDEV_AUX_CORRUPT_DATA) return 'CORRUPT_POOL';
  }
  if (!isImport && (nvGetNumber(config, 'error_count') ?? 0) > 0) return 'CORRUPT_DATA';
  if (hasLeaf(root, isFaulted)) return 'FAULTED_DEV_R';
  if (hasLeaf(root, isMissing)) return 'MISSING_DEV_R';
  if (hasLeaf(root, isBroken)) return 'CORRUPT_LABEL_R';
  if (!isImport && hasLeaf(root, hasErrors)) return 'FAILING_DEV';
  if (hasLeaf(root, isOffline)) return 'OFFLINE_DEV';
  return hasLeaf(root, isRemoved) ? 'REMOVED_DEV' : undefined;
}

/** Features that new pools get and this one has not. */
export function missingFeatures(config: NvList): readonly string[] {
  const enabled = nvGetList(config, 'feature_stats');
  if (enabled === undefined) return [];
  return SPA_FEATURES.filter(({ guid, support }) => support === 'create' && !enabled.has(guid)).map(
    ({ name }) => name,
  );
}

/** `check_status`; `hostid` is this system's, for a pool that is to be imported. */
export function poolStatus(config: NvList, isImport: boolean, hostid = 0): PoolStatus {
  const root = nvGetList(config, 'vdev_tree') ?? new Map();
  const scan = unpackScanStat(root.get('scan_stats'));
  if (scan?.func === POOL_SCAN_RESILVER && scan.state === DSS_SCANNING) return 'RESILVERING';
  const owner = nvGetNumber(config, 'hostid') ?? 0;
  const isActive = nvGetNumber(config, 'state') === POOL_STATE_ACTIVE;
  if (isImport && owner !== 0 && owner !== hostid && isActive) return 'HOSTID_MISMATCH';
  const unusable = unusableStatus(config, root);
  if (unusable !== undefined) return unusable;
  const suspended = nvGetNumber(config, 'suspended');
  if (suspended !== undefined) {
    return suspended === FAILURE_MODE_CONTINUE ? 'IO_FAILURE_CONTINUE' : 'IO_FAILURE_WAIT';
  }
  const damage = damageStatus(config, root, isImport);
  if (damage !== undefined) return damage;
  if ((nvGetNumber(config, 'version') ?? SPA_VERSION) !== SPA_VERSION) return 'VERSION_OLDER';
  return missingFeatures(config).length > 0 ? 'FEAT_DISABLED' : 'OK';
}

/** `zpool_state_to_name` */
export function stateName(state: number, aux: number): string {
  switch (state) {
    case VDEV_STATE_CLOSED:
    case VDEV_STATE_OFFLINE:
      return 'OFFLINE';
    case VDEV_STATE_REMOVED:
      return 'REMOVED';
    case VDEV_STATE_CANT_OPEN:
      if (aux === VDEV_AUX_CORRUPT_DATA || aux === VDEV_AUX_BAD_LOG) return 'FAULTED';
      return aux === VDEV_AUX_SPLIT_POOL ? 'SPLIT' : 'UNAVAIL';
    case VDEV_STATE_FAULTED:
      return 'FAULTED';
    case VDEV_STATE_DEGRADED:
      return 'DEGRADED';
    case VDEV_STATE_HEALTHY:
      return 'ONLINE';
    default:
      return 'UNKNOWN';
  }
}

/**
 * Setting and inheriting properties of datasets by name: the checks, and the change in one txg.
 * @see uts/common/fs/zfs/zfs_ioctl.c zfs_ioc_set_prop(), zfs_ioc_inherit_prop()
 */
import { isPropInheritable, isUserProp, type PropRow, zfsProp } from '#abi/illumos/zfs-prop.ts';
import { EINVAL, ENOENT, ENOTSUP, ENOSPC, EOVERFLOW, type Errno } from '#kernel/os/errno.ts';
import { setCountLimit } from '../dsl/dsl-counts.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { FEATURE_FS_SS_LIMIT } from '../dsl/dsl-extension.ts';
import { checkLimit, LIMIT_PROPS, setLimit } from '../dsl/dsl-limits.ts';
import {
  propGet,
  propHasReceived,
  type PropRaw,
  propReceived,
  propSet,
  propSetHasReceived,
  type PropSetSource,
} from '../dsl/dsl-prop.ts';
import { DMU_OST_ZVOL } from '../ondisk/dnode-phys.ts';
import { zvolSetSize } from '../zvol/zvol.ts';
import { checkProp } from './dsl-prop-check.ts';
import { spaHistoryInternal } from './spa-history.ts';
import type { Spa } from './spa.ts';
import { runTask } from './sync-task.ts';
import { checkVolSize } from './zvol-ops.ts';

/** Values to set, by name; null takes the property back as `source` says. */
export type PropChanges = ReadonlyMap<string, PropRaw | null>;

/** `ZFS_TYPE_…` of a dataset. */
export function datasetType(dataset: DslDataset): 1 | 2 | 4 {
  if (dataset.isSnapshot) return 2;
  return dataset.hasObjset && dataset.objset.type === DMU_OST_ZVOL ? 4 : 1;
}

/** Properties whose value is kept elsewhere and is not simply stored. */
function checkSpecial(
  dataset: DslDataset,
  name: string,
  source: PropSetSource,
  value: PropRaw | null,
): Errno | undefined {
  const number = typeof value === 'bigint' ? value : null;
  if (LIMIT_PROPS.includes(name)) {
    const code = checkLimit(dataset, name, source, number);
    if (code !== undefined) return code === 'ENOSPC' ? ENOSPC : EOVERFLOW;
  }
  if (name === 'filesystem_limit' || name === 'snapshot_limit') {
    return dataset.pool.writable.isFeatureEnabled(FEATURE_FS_SS_LIMIT) ? undefined : ENOTSUP;
  }
  if (name === 'volsize') return checkVolSize(dataset, Number(value ?? 0n));
  // File systems are made as the newest version.
  if (name === 'version') return ENOTSUP;
  return undefined;
}

function apply(
  spa: Spa,
  dataset: DslDataset,
  name: string,
  source: PropSetSource,
  value: PropRaw | null,
): void {
  const number = typeof value === 'bigint' ? value : null;
  if (name === 'volsize') {
    // Kept with the volume; the data of the next txg.
    zvolSetSize(dataset.objset, Number(number ?? 0n));
    return;
  }
  if (LIMIT_PROPS.includes(name)) setLimit(dataset, name, source, number);
  else if (name === 'filesystem_limit') setCountLimit(dataset, 'filesystem', source, number);
  else if (name === 'snapshot_limit') setCountLimit(dataset, 'snapshot', source, number);
  else propSet(dataset, name, source, value);
  const shown = propGet(dataset, name)?.value ?? '';
  const verb = source === 'local' || source === 'received' ? 'set' : 'inherit';
  spaHistoryInternal(spa, verb, dataset, `${name}=${shown}`);
}

/**
 * Sets properties of a file system, volume or snapshot, all in one txg or none. Answers the first
 * error; `errors`, when given, gets one for each property that can't be set.
 */
export function zfsSetProps(
  spa: Spa,
  name: string,
  changes: PropChanges,
  source: 'local' | 'received' = 'local',
  errors?: Map<string, Errno>,
): Errno | undefined {
  const dataset = spa.dsl.findDataset(name);
  if (dataset === undefined) return ENOENT;
  let first: Errno | undefined;
  for (const [prop, value] of changes) {
    const error =
      value === null
        ? EINVAL
        : (checkApplies(dataset, prop) ??
          checkProp(spa, prop, value) ??
          checkSpecial(dataset, prop, source, value));
    if (error === undefined) continue;
    first ??= error;
    errors?.set(prop, error);
  }
  if (first !== undefined) return first;
  return runTask(spa, () => {
    if (source === 'received' && !propHasReceived(dataset)) propSetHasReceived(dataset);
    for (const [prop, value] of changes) apply(spa, dataset, prop, source, value);
  });
}

/** A snapshot has user properties only; a volume has no properties of file systems. */
function checkApplies(dataset: DslDataset, name: string): Errno | undefined {
  const row = zfsProp(name);
  if (row === undefined) return undefined;
  if (dataset.isSnapshot) return EINVAL;
  return (row.types & datasetType(dataset)) === 0 ? EINVAL : undefined;
}

/**
 * `zfs inherit`, or `zfs inherit -S` with `toReceived`: back to the parent's value, to the received
 * one, or to the default. Not for what can't be inherited, but quota and the like can go back.
 */
export function zfsInheritProp(
  spa: Spa,
  name: string,
  prop: string,
  toReceived: boolean,
): Errno | undefined {
  const dataset = spa.dsl.findDataset(name);
  if (dataset === undefined) return ENOENT;
  const row = zfsProp(prop);
  if (row === undefined ? !isUserProp(prop) : !canGoBack(row, toReceived)) return EINVAL;
  if (row !== undefined && checkApplies(dataset, prop) !== undefined) return EINVAL;
  const source: PropSetSource = toReceived ? 'none' : 'inherited';
  const received = propReceived(dataset, prop) ?? null;
  const error = checkSpecial(dataset, prop, source, toReceived ? received : null);
  if (error !== undefined) return error;
  return runTask(spa, () => apply(spa, dataset, prop, source, null));
}

/** `zfs_ioc_inherit_prop`: only -S takes back what is never inherited. */
function canGoBack(row: PropRow, toReceived: boolean): boolean {
  if (row.attr === 'readonly' || row.attr === 'onetime' || row.attr === 'onetime_default') {
    return false;
  }
  return toReceived || isPropInheritable(row);
}

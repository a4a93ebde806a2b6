/**
 * Properties given when a dataset is made: which may be, and how they get into it.
 * @see uts/common/fs/zfs/zfs_ioctl.c zfs_fill_zplprops_impl()
 */
import { isPropSetOnce, zfsProp, ZFS_TYPE_FILESYSTEM } from '#abi/illumos/zfs-prop.ts';
import { EINVAL, ENOTSUP, type Errno } from '#kernel/os/errno.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { type PropRaw, propSet } from '../dsl/dsl-prop.ts';
import { DMU_OST_ZFS } from '../ondisk/dnode-phys.ts';
import { zapLookup } from '../zap/zap.ts';
import { firstInteger } from '../zap/zap-value.ts';
import { ZPL_VERSION } from '../zpl/zfs-create-fs.ts';
import { MASTER_NODE_OBJ } from '../zpl/zfs-reader.ts';
import { checkProp } from './dsl-prop-check.ts';
import { zfsDestroy } from './dsl-destroy-ops.ts';
import { zfsSetProps } from './dsl-prop-ops.ts';
import type { Spa } from './spa.ts';

export type NewProps = ReadonlyMap<string, PropRaw>;

/** These are set after the dataset is there, as they take or limit space. */
const AFTERWARDS: readonly string[] = [
  'quota',
  'refquota',
  'reservation',
  'refreservation',
  'filesystem_limit',
  'snapshot_limit',
];

/** Kept in the file system, not among the properties. */
function isZplProp(name: string): boolean {
  const row = zfsProp(name);
  return name === 'version' || (row !== undefined && isPropSetOnce(row) && row.types !== 4);
}

function checkOnce(name: string, value: PropRaw): Errno | undefined {
  if (name === 'version') return value === BigInt(ZPL_VERSION) ? undefined : ENOTSUP;
  // Names are compared as they are written, in their case and form.
  const isNamesProp = name === 'normalization' || name === 'casesensitivity';
  return isNamesProp && value !== 0n ? ENOTSUP : undefined;
}

/** Whether what is to be made may have these properties. */
export function checkNewProps(
  spa: Spa,
  props: NewProps,
  kind: 'filesystem' | 'volume' | 'snapshot' | 'clone',
): Errno | undefined {
  const type = kind === 'volume' ? 4 : ZFS_TYPE_FILESYSTEM;
  for (const [name, value] of props) {
    const row = zfsProp(name);
    if (row !== undefined && kind === 'snapshot') return EINVAL;
    if (row !== undefined && kind !== 'clone' && (row.types & type) === 0) return EINVAL;
    if (row !== undefined && kind === 'clone' && isZplProp(name)) return EINVAL;
    const error = checkProp(spa, name, value, kind !== 'clone') ?? checkOnce(name, value);
    if (error !== undefined) return error;
  }
  return undefined;
}

/** Sets them on what was just made, in the same sync task. */
export function applyNewProps(made: DslDataset, props: NewProps): void {
  for (const [name, value] of props) {
    if (!isZplProp(name) && !AFTERWARDS.includes(name)) propSet(made, name, 'local', value);
  }
}

/** Quotas and reservations of a new dataset; when one can't be had, the dataset goes again. */
export function setLimitsOfNew(spa: Spa, name: string, props: NewProps): Errno | undefined {
  const limits = new Map([...props].filter(([prop]) => AFTERWARDS.includes(prop)));
  if (limits.size === 0) return undefined;
  const error = zfsSetProps(spa, name, limits);
  if (error !== undefined) zfsDestroy(spa, name);
  return error;
}

/** Given, or as in the parent. */
export function isCreatedUtf8Only(parent: DslDataset, props: NewProps): boolean {
  const given = props.get('utf8only');
  if (given !== undefined) return given !== 0n;
  if (!parent.hasObjset || parent.objset.type !== DMU_OST_ZFS) return false;
  const value = zapLookup(parent.objset, MASTER_NODE_OBJ, 'utf8only');
  return value !== undefined && firstInteger(value) !== 0n;
}

/**
 * Setting and inheriting properties of datasets that exist.
 * @see lib/libzfs/common/libzfs_dataset.c zfs_prop_set_list(), zfs_prop_inherit()
 */
import { nvGetUint64 } from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { errnoByNumber, type Errno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { ChangeList } from '#lib/libzfs/changelist.ts';
import { findDataset, type ZfsDataset } from '#lib/libzfs/dataset.ts';
import { parseDatasetProps } from '#lib/libzfs/dataset-prop-parse.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';

const CANMOUNT_OFF = 0n;

/** `zfs_setprop_error` */
export function* setPropError(
  zfs: LibZfs,
  prop: string,
  errno: Errno,
  action: string,
): Task<false> {
  switch (errno.name) {
    case 'ENOSPC':
      if (prop === 'quota' || prop === 'refquota') {
        zfs.aux('size is less than current used or reserved space');
        return yield* zfs.error('EZFS_PROPSPACE', action);
      }
      if (prop === 'reservation' || prop === 'refreservation') {
        zfs.aux('size is greater than available space');
        return yield* zfs.error('EZFS_PROPSPACE', action);
      }
      return yield* zfs.standardError(errno, action);
    case 'EROFS':
      return yield* zfs.error('EZFS_DSREADONLY', action);
    case 'E2BIG':
      return yield* zfs.errorAux('EZFS_BADPROP', action, 'property value too long');
    case 'ENOTSUP':
      zfs.aux('pool and or dataset must be upgraded to set this property or value');
      return yield* zfs.error('EZFS_BADVERSION', action);
    case 'EINVAL':
      return yield* zfs.errorAux('EZFS_BADPROP', action, `invalid property value`);
    default:
      return yield* zfs.standardError(errno, action);
  }
}

/** Which mounts a property moves; undefined for none. */
function* changesFor(
  zfs: LibZfs,
  dataset: ZfsDataset,
  props: ReadonlyMap<string, unknown>,
  canmount: bigint | undefined,
): Task<ChangeList | undefined> {
  if (!dataset.isFileSystem) return undefined;
  if (props.has('mountpoint')) return yield* ChangeList.forMountpoint(zfs, dataset);
  if (props.has('canmount') && canmount === CANMOUNT_OFF) {
    return yield* ChangeList.forMountpoint(zfs, dataset);
  }
  return undefined;
}

/** `zfs_prop_set_list`: false after saying what is wrong. */
export function* setProps(
  zfs: LibZfs,
  dataset: ZfsDataset,
  texts: ReadonlyMap<string, string>,
): Task<boolean> {
  const action = `cannot set property for '${dataset.name}'`;
  const volblocksize = dataset.number('volblocksize');
  const volsize = dataset.number('volsize');
  const props = yield* parseDatasetProps(zfs, texts, action, {
    type: dataset.type,
    exists: true,
    ...(volblocksize === undefined ? {} : { volblocksize }),
    ...(volsize === undefined ? {} : { volsize }),
  });
  if (props === false) return false;
  const changes = yield* changesFor(zfs, dataset, props, nvGetUint64(props, 'canmount'));
  if (changes !== undefined && !(yield* changes.prefix())) return false;
  const command = zfsCommand({ name: dataset.name, source: props });
  const errno = yield* zfs.ioctl('ZFS_IOC_SET_PROP', command);
  let isGood = true;
  if (errno !== undefined) {
    isGood = false;
    const errors = [...(command.destination ?? new Map<string, never>())];
    if (errors.length === 0) {
      const [first = ''] = props.keys();
      yield* setPropError(zfs, first, errno, action);
    }
    for (const [prop, pair] of errors) {
      const number = pair.type === 'int32' ? pair.value : errno.number;
      yield* setPropError(zfs, prop, errnoByNumber(number) ?? errno, action);
    }
  }
  if (changes !== undefined && !(yield* changes.postfix())) isGood = false;
  return isGood;
}

/** `zfs_prop_inherit` */
export function* inheritProp(
  zfs: LibZfs,
  dataset: ZfsDataset,
  name: string,
  isReceived: boolean,
): Task<boolean> {
  const action = `cannot inherit ${name} for '${dataset.name}'`;
  const isMove = dataset.isFileSystem && name === 'mountpoint';
  const changes = isMove ? yield* ChangeList.forMountpoint(zfs, dataset) : undefined;
  if (changes !== undefined && !(yield* changes.prefix())) return false;
  const command = zfsCommand({ name: dataset.name, value: name, cookie: isReceived ? 1 : 0 });
  const errno = yield* zfs.ioctl('ZFS_IOC_INHERIT_PROP', command);
  let isGood = true;
  if (errno !== undefined) {
    isGood = false;
    if (errno.name === 'ENOENT' && (yield* findDataset(zfs, dataset.name)) !== undefined) {
      // Nothing was set: that is what was wanted.
      isGood = true;
    } else yield* zfs.standardError(errno, action);
  }
  if (changes !== undefined && !(yield* changes.postfix())) isGood = false;
  return isGood;
}

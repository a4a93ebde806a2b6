/**
 * Space and quotas of users and groups, by the properties `userused@…` to `groupquota@…`.
 * @man zfs-userspace(8)  @see uts/common/fs/zfs/zfs_ioctl.c zfs_ioc_userspace_one()
 */
import { ENOENT, ENOTSUP, type Errno } from '#kernel/os/errno.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { DMU_OST_ZFS } from '../ondisk/dnode-phys.ts';
import { type Principal, setUserQuota, userQuota, userQuotas, userUsed } from '../zpl/zfs-quota.ts';
import { userSpace } from '../zpl/zfs-userspace.ts';
import { spaHistoryInternal } from './spa-history.ts';
import type { Spa } from './spa.ts';
import { runTask } from './sync-task.ts';

/** `zfs_userquota_prop_t`, the first four; counts of objects and projects are not kept. */
const KINDS: readonly { readonly kind: Principal; readonly isQuota: boolean }[] = [
  { kind: 'user', isQuota: false },
  { kind: 'user', isQuota: true },
  { kind: 'group', isQuota: false },
  { kind: 'group', isQuota: true },
];

function fileSystem(spa: Spa, name: string): DslDataset | Errno {
  const dataset = spa.dsl.findDataset(name);
  if (dataset === undefined) return ENOENT;
  return dataset.objset.type === DMU_OST_ZFS ? dataset : ENOTSUP;
}

/** `zfs_set_userquota`: 0 takes the quota away. */
export function zfsSetUserQuota(
  spa: Spa,
  name: string,
  type: number,
  id: bigint,
  quota: bigint,
): Errno | undefined {
  const dataset = fileSystem(spa, name);
  if (!('objset' in dataset)) return dataset;
  const row = KINDS[type];
  if (row?.isQuota !== true || dataset.isSnapshot) return ENOTSUP;
  setUserQuota(dataset.objset, row.kind, id, quota);
  return runTask(spa, () => {
    spaHistoryInternal(spa, 'set', dataset, `${row.kind}quota@${id}=${quota}`);
  });
}

/** One number; ENOENT when there is none. */
export function zfsUserspaceOne(spa: Spa, name: string, type: number, id: bigint): bigint | Errno {
  const dataset = fileSystem(spa, name);
  if (!('objset' in dataset)) return dataset;
  const row = KINDS[type];
  if (row === undefined) return ENOTSUP;
  const value = (row.isQuota ? userQuota : userUsed)(dataset.objset, row.kind, id);
  return value === 0n ? ENOENT : value;
}

/** All numbers of a kind, by id. */
export function zfsUserspaceMany(
  spa: Spa,
  name: string,
  type: number,
): Map<bigint, bigint> | Errno {
  const dataset = fileSystem(spa, name);
  if (!('objset' in dataset)) return dataset;
  const row = KINDS[type];
  if (row === undefined) return ENOTSUP;
  const { objset } = dataset;
  if (row.isQuota) return userQuotas(objset, row.kind);
  const used = userSpace(objset, row.kind);
  return new Map([...used].map(([id, bytes]) => [BigInt(id), BigInt(bytes)]));
}

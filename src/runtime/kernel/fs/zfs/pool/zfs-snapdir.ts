/**
 * The snapshots behind `.zfs/snapshot`: their trees mounted read-only as somebody looks into them, and
 * the operations that directories' names stand for.
 * @see uts/common/fs/zfs/zfs_ctldir.c
 */
import { ENOENT, type Errno } from '#kernel/os/errno.ts';
import type { Vfs } from '#kernel/vfs/vnode.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { guard } from '../zpl/zfs-errno.ts';
import type { SnapshotDoor } from '../zpl/zfs-ctldir.ts';
import { zfsDestroy } from './dsl-destroy-ops.ts';
import { checkName } from './dataset-name.ts';
import { zfsRename, zfsSnapshot } from './dsl-ops.ts';
import type { Spa } from './spa.ts';

export function snapshotDoor(
  spa: Spa,
  head: DslDataset,
  mountSnapshot: (snapshot: DslDataset) => Vfs,
): SnapshotDoor {
  const mounted = new Map<number, Vfs>();
  const full = (name: string): string => `${head.dir.fullName}@${name}`;
  return {
    list: () =>
      head.snapshots().map((each) => ({ name: each.snapshotName ?? '', object: each.object })),
    mount: (object) =>
      guard((): Vfs | Errno => {
        const known = mounted.get(object);
        if (known !== undefined) return known;
        const snapshot = head.snapshots().find((each) => each.object === object);
        if (snapshot === undefined) return ENOENT;
        const vfs = mountSnapshot(snapshot);
        mounted.set(object, vfs);
        return vfs;
      }),
    create: (name) => guard(() => zfsSnapshot(spa, [full(name)])),
    destroy: (name) => guard(() => zfsDestroy(spa, full(name))),
    rename: (from, to) => guard(() => zfsRename(spa, full(from), full(to))),
    isGoodName: (name) => !/[/@]/.test(name) && checkName(full(name)) === undefined,
  };
}

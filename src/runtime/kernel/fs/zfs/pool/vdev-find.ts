/** Looking vdevs up in an open pool. @see uts/common/fs/zfs/vdev.c vdev_lookup_by_guid() */
import { must } from '#base/assert.ts';
import type { Vdev } from '../vdev/vdev.ts';
import type { TopLevel } from '../zio/zio.ts';
import type { Spa } from './spa.ts';

/** The vdev of the tree with this guid; spares and cache devices are not in it. */
export function findVdev(spa: Spa, guid: bigint): Vdev | undefined {
  for (const top of spa.zio.tops) {
    for (const vdev of top?.vdev.all() ?? []) if (vdev.guid === guid) return vdev;
  }
  return undefined;
}

/** The entry of a top-level vdev. */
export function topEntry(spa: Spa, vdev: Vdev): TopLevel {
  return must(
    spa.zio.tops.find((top) => top?.vdev === vdev),
    'the vdev is a top-level one',
  );
}

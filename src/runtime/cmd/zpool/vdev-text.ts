/** What is said behind a vdev that is not well. @see zpool_main.c print_status_config() */
import {
  VDEV_AUX_BAD_GUID_SUM,
  VDEV_AUX_BAD_LOG,
  VDEV_AUX_ERR_EXCEEDED,
  VDEV_AUX_EXTERNAL,
  VDEV_AUX_IO_FAILURE,
  VDEV_AUX_NONE,
  VDEV_AUX_NO_REPLICAS,
  VDEV_AUX_OPEN_FAILED,
  VDEV_AUX_SPARED,
  VDEV_AUX_SPLIT_POOL,
  VDEV_AUX_UNSUP_FEAT,
  VDEV_AUX_VERSION_NEWER,
} from '#abi/illumos/zfs-stat.ts';

const TEXT: Readonly<Record<number, string>> = {
  [VDEV_AUX_OPEN_FAILED]: 'cannot open',
  [VDEV_AUX_BAD_GUID_SUM]: 'missing device',
  [VDEV_AUX_NO_REPLICAS]: 'insufficient replicas',
  [VDEV_AUX_VERSION_NEWER]: 'newer version',
  [VDEV_AUX_UNSUP_FEAT]: 'unsupported feature(s)',
  [VDEV_AUX_SPARED]: 'currently in use',
  [VDEV_AUX_ERR_EXCEEDED]: 'too many errors',
  [VDEV_AUX_IO_FAILURE]: 'experienced I/O failures',
  [VDEV_AUX_BAD_LOG]: 'bad intent log',
  [VDEV_AUX_EXTERNAL]: 'external device fault',
  [VDEV_AUX_SPLIT_POOL]: 'split into new pool',
};

/** Two spaces and the reason; '' when there is none. */
export function auxText(aux: number): string {
  return aux === VDEV_AUX_NONE ? '' : `  ${TEXT[aux] ?? 'corrupted data'}`;
}

/**
 * Which values a property of a dataset may be set to: kinds and words by the table, and what the
 * pool's features and limits of this code add to that.
 * @see uts/common/fs/zfs/zfs_ioctl.c zfs_set_prop_nvlist(), zfs_check_settable()
 */
import {
  isPropReadonly,
  isPropSetOnce,
  isUserProp,
  type PropRow,
  propWordOf,
  ZAP_MAXNAMELEN,
  ZAP_MAXVALUELEN,
  zfsProp,
} from '#abi/illumos/zfs-prop.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { E2BIG, EINVAL, ENAMETOOLONG, ENOTSUP, type Errno, ERANGE } from '#kernel/os/errno.ts';
import type { PropRaw } from '../dsl/dsl-prop.ts';
import type { Spa } from './spa.ts';

/** `SPA_OLD_MAXBLOCKSIZE`, `zfs_max_recordsize` */
const OLD_MAXBLOCKSIZE = 131_072n;
const MAX_RECORDSIZE = 1_048_576n;

const CHECKSUM_FEATURES: Readonly<Record<number, string>> = {
  11: 'org.illumos:sha512',
  12: 'org.illumos:skein',
  13: 'org.illumos:edonr',
};
const ZIO_COMPRESS_LZ4 = 15n;
const DEDUP_OFF = 2n;

function isPowerOfTwo(value: bigint): boolean {
  return value > 0n && (value & (value - 1n)) === 0n;
}

/** What the pool has to say about a value that is one of the property's. */
function checkFeatures(spa: Spa, name: string, value: bigint): Errno | undefined {
  const needs = (guid: string): Errno | undefined =>
    spa.isFeatureEnabled(guid) ? undefined : ENOTSUP;
  switch (name) {
    case 'recordsize':
      if (value < 512n || value > MAX_RECORDSIZE || !isPowerOfTwo(value)) return ERANGE;
      return value > OLD_MAXBLOCKSIZE ? needs('org.open-zfs:large_blocks') : undefined;
    case 'volblocksize':
      if (value < 512n || value > OLD_MAXBLOCKSIZE || !isPowerOfTwo(value)) return ERANGE;
      return undefined;
    case 'special_small_blocks':
      if (value !== 0n && (value < 512n || value > OLD_MAXBLOCKSIZE || !isPowerOfTwo(value))) {
        return ERANGE;
      }
      return value === 0n ? undefined : needs('org.zfsonlinux:allocation_classes');
    case 'compression':
      return value === ZIO_COMPRESS_LZ4 ? needs('org.illumos:lz4_compress') : undefined;
    case 'checksum': {
      const feature = CHECKSUM_FEATURES[Number(value)];
      // Skein and Edon-R can only be read here, so far.
      if (feature !== undefined && value !== 11n) return ENOTSUP;
      return feature === undefined ? undefined : needs(feature);
    }
    case 'dedup':
      return value === DEDUP_OFF ? undefined : ENOTSUP;
    case 'dnodesize':
      return value === 0n ? undefined : needs('org.zfsonlinux:large_dnode');
    case 'encryption':
      return value === 2n ? undefined : ENOTSUP;
    default:
      return undefined;
  }
}

function checkKind(row: PropRow, value: PropRaw): Errno | undefined {
  if (typeof value === 'string') return row.kind === 'string' ? undefined : EINVAL;
  if (row.kind === 'string') return EINVAL;
  if (row.kind === 'index' && propWordOf(row, value) === undefined) return EINVAL;
  return undefined;
}

/** Whether the property may have this value; `isCreation` allows those that are set once. */
export function checkProp(
  spa: Spa,
  name: string,
  value: PropRaw,
  isCreation = false,
): Errno | undefined {
  if (encodeUtf8(name).length >= ZAP_MAXNAMELEN) return ENAMETOOLONG;
  if (typeof value === 'string' && encodeUtf8(value).length >= ZAP_MAXVALUELEN) return E2BIG;
  const row = zfsProp(name);
  if (row === undefined || row.name !== name) {
    return isUserProp(name) && typeof value === 'string' ? undefined : EINVAL;
  }
  if (isPropReadonly(row) && !(isCreation && isPropSetOnce(row))) return EINVAL;
  const wrong = checkKind(row, value);
  if (wrong !== undefined) return wrong;
  return typeof value === 'bigint' ? checkFeatures(spa, name, value) : undefined;
}

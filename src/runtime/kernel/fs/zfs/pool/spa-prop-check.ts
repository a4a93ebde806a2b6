/**
 * Which values a property of a pool may be set to.
 * @man zpoolprops(8)  @see uts/common/fs/zfs/spa.c spa_prop_validate()
 */
import type { NvValue } from '#abi/illumos/nvpair.ts';
import {
  isFeatureProp,
  type PropRow,
  propWordOf,
  ZPROP_MAX_COMMENT,
  zpoolProp,
} from '#abi/illumos/zfs-prop.ts';
import {
  E2BIG,
  EBUSY,
  EDOM,
  EINVAL,
  ENOENT,
  ENOTSUP,
  type Errno,
  ERANGE,
} from '#kernel/os/errno.ts';
import { propGetNumber } from '../dsl/dsl-prop.ts';
import { DMU_OST_ZFS } from '../ondisk/dnode-phys.ts';
import { SPA_FEATURES } from '../spa/spa-features.ts';
import type { Spa } from './spa.ts';

const ZIO_COMPRESS_GZIP_1 = 5n;
const ZIO_COMPRESS_GZIP_9 = 13n;
/** `ASHIFT_MIN`, `ASHIFT_MAX` */
const ASHIFT_MIN = 9n;
const ASHIFT_MAX = 16n;
const DEDUPDITTO_MIN = 100n;

/** The feature that `feature@…` names, if this system keeps it up. */
export function featureCalled(name: string): (typeof SPA_FEATURES)[number] | undefined {
  const word = name.slice(name.indexOf('@') + 1);
  return SPA_FEATURES.find(
    (each) => each.name === word && (each.support === 'create' || each.support === 'write'),
  );
}

/** A file system that a loader can read: it must not be compressed with gzip. */
function checkBootfs(spa: Spa, name: string): Errno | undefined {
  if (name === '') return undefined;
  const dataset = spa.dsl.findDataset(name);
  if (dataset === undefined) return ENOENT;
  if (dataset.isSnapshot || dataset.objset.type !== DMU_OST_ZFS) return ENOTSUP;
  const compression = propGetNumber(dataset, 'compression');
  const isGzip = compression >= ZIO_COMPRESS_GZIP_1 && compression <= ZIO_COMPRESS_GZIP_9;
  return isGzip ? ERANGE : undefined;
}

function checkText(spa: Spa, name: string, text: string): Errno | undefined {
  switch (name) {
    case 'bootfs':
      return checkBootfs(spa, text);
    case 'comment':
      if (!/^[\x20-\x7e]*$/.test(text)) return EINVAL;
      return text.length > ZPROP_MAX_COMMENT ? E2BIG : undefined;
    case 'cachefile':
      if (text === '' || text === 'none') return undefined;
      return text.startsWith('/') && !/(^|\/)\.{0,2}$/.test(text) ? undefined : EINVAL;
    default:
      // An alternate root is given when the pool is made or imported.
      return EINVAL;
  }
}

function checkNumber(spa: Spa, row: PropRow, value: bigint): Errno | undefined {
  switch (row.name) {
    case 'version':
      // Pools have feature flags here; there is nothing newer.
      return value === row.default ? undefined : EINVAL;
    case 'ashift':
      return value !== 0n && (value < ASHIFT_MIN || value > ASHIFT_MAX) ? EDOM : undefined;
    case 'dedupditto':
      return value !== 0n && value < DEDUPDITTO_MIN ? EINVAL : undefined;
    case 'multihost':
      return value === 0n ? undefined : ENOTSUP;
    case 'failmode':
      // What a suspended pool does can't be changed any more.
      if (spa.isSuspended) return EBUSY;
      return propWordOf(row, value) === undefined ? EINVAL : undefined;
    default:
      return row.kind === 'index' && propWordOf(row, value) === undefined ? EINVAL : undefined;
  }
}

/** `spa_prop_validate`: ENOENT for a dataset that is not there, ENOTSUP for what is unknown. */
export function checkPoolProp(spa: Spa, name: string, value: NvValue): Errno | undefined {
  if (isFeatureProp(name)) {
    if (featureCalled(name) === undefined) return ENOTSUP;
    return value.type === 'uint64' && value.value === 0n ? undefined : EINVAL;
  }
  const row = zpoolProp(name);
  if (row === undefined || row.name !== name || row.attr !== 'default') return EINVAL;
  if (name === 'readonly') return EINVAL;
  if (value.type === 'string' && row.kind === 'string') return checkText(spa, name, value.value);
  if (value.type === 'uint64' && row.kind !== 'string') return checkNumber(spa, row, value.value);
  return EINVAL;
}

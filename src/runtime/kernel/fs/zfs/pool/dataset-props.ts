/**
 * All properties of a dataset as the ioctls answer them: name → { value, source }, where the source is
 * the name of the dataset that it is set on, or `$recvd`; what is not set has no source.
 * @see uts/common/fs/zfs/zfs_ioctl.c zfs_ioc_objset_stats_impl(), zfs_ioc_objset_zplprops()
 */
import {
  type NvList,
  nvBoolean,
  nvList,
  nvString,
  nvUint64,
  type NvValue,
} from '#abi/illumos/nvpair.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import {
  propGetAll,
  propGetReceived,
  type PropRaw,
  type PropValue,
  SOURCE_RECEIVED,
} from '../dsl/dsl-prop.ts';
import { datasetStats } from '../dsl/dsl-stats.ts';
import { DMU_OST_ZFS, DMU_OST_ZVOL } from '../ondisk/dnode-phys.ts';
import { zapLookup } from '../zap/zap.ts';
import { firstInteger } from '../zap/zap-value.ts';
import { MASTER_NODE_OBJ } from '../zpl/zfs-reader.ts';

/** `ZVOL_OBJ`, `ZVOL_ZAP_OBJ` */
const ZVOL_OBJ = 1;
const ZVOL_ZAP_OBJ = 2;

function raw(value: PropRaw): NvValue {
  return typeof value === 'string' ? nvString(value) : nvUint64(value);
}

function sourceOf({ source, setpoint }: PropValue): string {
  return source === 'received' ? SOURCE_RECEIVED : setpoint;
}

/** Clones are the keys of a list, as `clones` may be longer than a string may. */
function clonesValue(names: string): NvValue {
  const list = names === '' ? [] : names.split(',');
  return nvList(new Map(list.map((name) => [name, nvBoolean()])));
}

/** `zvol_get_stats` */
function volumeStats(dataset: DslDataset): [string, bigint][] {
  const { objset } = dataset;
  // A volume that is being received may not have its objects yet.
  if (objset.tryDnode(ZVOL_ZAP_OBJ) === undefined) return [];
  const size = zapLookup(objset, ZVOL_ZAP_OBJ, 'size');
  return [
    ['volsize', size === undefined ? 0n : firstInteger(size)],
    ['volblocksize', BigInt(objset.dnode(ZVOL_OBJ).dataBlockSize)],
  ];
}

/** What `ZFS_IOC_OBJSET_STATS` answers. */
export function datasetProps(dataset: DslDataset): NvList {
  const all = new Map<string, NvValue>();
  const sources = new Map<string, string>();
  for (const [name, value] of propGetAll(dataset)) {
    sources.set(name, sourceOf(value));
    const source = nvString(sourceOf(value));
    all.set(
      name,
      nvList(
        new Map([
          ['value', raw(value.value)],
          ['source', source],
        ]),
      ),
    );
  }
  const stats: [string, PropRaw][] = [...datasetStats(dataset)];
  const isVolume = dataset.hasObjset && dataset.objset.type === DMU_OST_ZVOL;
  if (isVolume) stats.push(...volumeStats(dataset));
  for (const [name, value] of stats) {
    const pairs = new Map<string, NvValue>([
      ['value', name === 'clones' ? clonesValue(String(value)) : raw(value)],
    ]);
    const source = sources.get(name);
    if (source !== undefined) pairs.set('source', nvString(source));
    all.set(name, nvList(pairs));
  }
  return all;
}

/** What `ZFS_IOC_OBJSET_ZPLPROPS` answers: kept in the file system itself. Empty for volumes. */
export function zplProps(dataset: DslDataset): NvList {
  const { objset } = dataset;
  if (objset.type !== DMU_OST_ZFS) return new Map();
  const entry = (name: string): bigint => {
    const value = zapLookup(objset, MASTER_NODE_OBJ, name);
    return value === undefined ? 0n : firstInteger(value);
  };
  return new Map([
    ['version', nvUint64(entry('VERSION'))],
    ['normalization', nvUint64(entry('normalization'))],
    ['utf8only', nvUint64(entry('utf8only'))],
    ['casesensitivity', nvUint64(entry('casesensitivity'))],
  ]);
}

/** What `ZFS_IOC_OBJSET_RECVD_PROPS` answers: name → { value, source }. */
export function receivedProps(dataset: DslDataset): NvList {
  return new Map(
    [...propGetReceived(dataset)].map(([name, value]) => [
      name,
      nvList(
        new Map([
          ['value', raw(value)],
          ['source', nvString(SOURCE_RECEIVED)],
        ]),
      ),
    ]),
  );
}

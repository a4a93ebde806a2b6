/**
 * Opening a pool: the tree of vdevs out of the labels, the newest uberblock whose MOS can be read,
 * then the MOS's own word on configuration and features.
 * @see uts/common/fs/zfs/spa.c spa_load()
 */
import type { Codecs } from '#runtime/host.ts';
import { Arc } from '../arc/arc.ts';
import { Objset } from '../dmu/objset.ts';
import {
  DMU_POOL_CONFIG,
  DMU_POOL_CHECKSUM_SALT,
  DMU_POOL_DIRECTORY_OBJECT,
  DMU_POOL_FEATURES_FOR_READ,
  DMU_POOL_FEATURES_FOR_WRITE,
  DslPool,
  type OwnerOf,
} from '../dsl/dsl-pool.ts';
import type { BlockOwner } from '../dmu/objset.ts';
import { readBlkptr } from '../ondisk/blkptr.ts';
import {
  SPA_VERSION_BEFORE_FEATURES,
  SPA_VERSION_FEATURES,
  type Uberblock,
} from '../ondisk/label.ts';
import {
  type NvList,
  nvGetList,
  nvGetListArray,
  nvGetNumber,
  nvGetString,
  nvlistUnpack,
} from '../ondisk/nvlist.ts';
import { viewOf } from '../ondisk/struct.ts';
import { corrupt, ZfsError } from '../ondisk/zfs-error.ts';
import { type FoundPool, findUberblocks, topLevelConfigs } from '../spa/spa-config.ts';
import { canRead, canWrite } from '../spa/spa-features.ts';
import type { Vdev } from '../vdev/vdev.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import { buildVdev, type DeviceByGuid, guidSum } from '../vdev/vdev-tree.ts';
import { zapEntries, zapLookup, zapLookupNumber } from '../zap/zap.ts';
import { firstInteger } from '../zap/zap-value.ts';
import { type TopLevel, ZioContext } from '../zio/zio.ts';

export interface LoadedPool {
  readonly name: string;
  readonly guid: bigint;
  readonly zio: ZioContext;
  readonly arc: Arc;
  readonly uberblock: Uberblock;
  /** The MOS's configuration with the whole tree. */
  readonly config: NvList;
  readonly dsl: DslPool;
  /** Features that are in use: guid → how many uses. */
  readonly activeFeatures: ReadonlyMap<string, number>;
}

export interface LoadOptions {
  readonly codecs: Codecs;
  readonly arcLimitBytes: number;
  readonly ownerOf?: OwnerOf;
  readonly mosOwner?: BlockOwner;
  /** Only features that forbid reading are an obstacle. */
  readonly isReadOnly: boolean;
  /** A log device may be missing: what it held of synchronous writes is lost. `import -m` */
  readonly mayMissLog?: boolean;
}

/** How many older uberblocks are tried when the newest ones' MOS can't be read. */
const MAX_REWIND = 3;

/** Opens `found`. ZfsError when vdevs are missing, features are unknown or no MOS is readable. */
export function spaLoad(found: FoundPool, options: LoadOptions): LoadedPool {
  const zio = new ZioContext(options.codecs);
  try {
    return load(found, options, zio);
  } catch (error) {
    // When it can't be read, a vdev that no label tells of is the reason.
    const holes = found.config.get('hole_array');
    const count = holes?.type === 'uint64_array' ? holes.value.length : 0;
    const unknown = zio.tops.filter((top) => top === undefined).length - count;
    if (unknown <= 0 || !(error instanceof ZfsError)) throw error;
    throw new ZfsError('ENXIO', `Cannot import "${found.name}": top-level vdevs are missing`);
  }
}

function load(found: FoundPool, options: LoadOptions, zio: ZioContext): LoadedPool {
  const arc = new Arc(zio, options.arcLimitBytes);
  checkVersion(found);
  if (!options.isReadOnly && nvGetNumber(found.config, 'version') !== SPA_VERSION_FEATURES) {
    throw new ZfsError('ENOTSUP', `Cannot write to "${found.name}": its version is too old`);
  }
  checkFeatureList(found.name, nvGetList(found.config, 'features_for_read'));
  const byGuid = new Map(
    [...found.devices].sort((a, b) => a.txg - b.txg).map((each) => [each.guid, each.device]),
  );
  const find: DeviceByGuid = (guid) => byGuid.get(guid) ?? null;
  zio.tops = openTops(found, find);
  const { mos, uberblock } = openMos(found, arc, zio, options.mosOwner ?? null);
  const dsl = new DslPool(found.name, mos, options.ownerOf ?? (() => null));
  const activeFeatures = readActiveFeatures(dsl);
  for (const guid of activeFeatures.keys()) {
    if (options.isReadOnly ? !mayRead(dsl, guid) : !canWrite(guid)) {
      throw new ZfsError('ENOTSUP', unsupportedFeature(found.name, guid, options.isReadOnly));
    }
  }
  const salt = zapLookup(mos, DMU_POOL_DIRECTORY_OBJECT, DMU_POOL_CHECKSUM_SALT)?.bytes;
  if (salt?.length === 32) zio.checksums.salt = salt.slice();
  const config = readConfig(dsl);
  const mayMissLog = options.isReadOnly || options.mayMissLog === true;
  zio.tops = trustedTops(found.name, config, find, mayMissLog);
  const vdevs = zio.tops.map((top) => top?.vdev);
  if (uberblock.guidSum !== guidSum(found.guid, vdevs)) {
    throw new ZfsError('ENXIO', `Cannot import "${found.name}": bad guid sum`);
  }
  return {
    name: found.name,
    guid: found.guid,
    zio,
    arc,
    uberblock,
    config,
    dsl,
    activeFeatures,
  };
}

function unsupportedFeature(pool: string, guid: string, isReadOnly: boolean): string {
  const how = isReadOnly
    ? 'uses the following feature(s) not supported by this system'
    : 'can only be opened read-only: it uses';
  return `Cannot import "${pool}": the pool ${how}: ${guid}`;
}

function checkVersion(found: FoundPool): void {
  const version = nvGetNumber(found.config, 'version') ?? 0;
  if (version < 1 || (version > SPA_VERSION_BEFORE_FEATURES && version !== SPA_VERSION_FEATURES)) {
    throw new ZfsError(
      'ENOTSUP',
      `Cannot import "${found.name}": pool version ${version} is not supported`,
    );
  }
}

function checkFeatureList(pool: string, features: NvList | undefined): void {
  for (const guid of features?.keys() ?? []) {
    if (!canRead(guid)) throw new ZfsError('ENOTSUP', unsupportedFeature(pool, guid, true));
  }
}

function openTops(found: FoundPool, find: DeviceByGuid): (TopLevel | undefined)[] {
  const trees = topLevelConfigs(found);
  const count = nvGetNumber(found.config, 'vdev_children') ?? trees.size;
  if (count > 4096) throw corrupt('vdev_tree', `${count} top-level vdevs`);
  const holes = new Set(
    (() => {
      const pair = found.config.get('hole_array');
      return pair?.type === 'uint64_array' ? pair.value.map(Number) : [];
    })(),
  );
  return Array.from({ length: count }, (_, id) => {
    if (holes.has(id)) return undefined;
    const tree = trees.get(id);
    // Perhaps a log: the MOS will tell.
    if (tree === undefined) return undefined;
    const ashift = nvGetNumber(tree, 'ashift') ?? 9;
    const asize = nvGetNumber(tree, 'asize') ?? 0;
    const isLog = nvGetNumber(tree, 'is_log') === 1;
    const vdev = heldBack(buildVdev(tree, ashift, find));
    if (vdev.state === 'UNAVAIL' && !isLog) {
      throw new ZfsError('ENXIO', `Cannot import "${found.name}": one or more devices are missing`);
    }
    return { vdev, asize };
  });
}

/** Nothing is repaired before it is known what each disk has missed. */
function heldBack(top: Vdev): Vdev {
  for (const leaf of top.leaves()) if (leaf instanceof VdevDisk) leaf.isWritable = false;
  return top;
}

/**
 * The tree as the MOS has it: labels may be older, or of a disk that was detached while it was away.
 */
function trustedTops(
  name: string,
  config: NvList,
  find: DeviceByGuid,
  mayMissLog: boolean,
): (TopLevel | undefined)[] {
  const tree = nvGetList(config, 'vdev_tree');
  const children = tree === undefined ? [] : nvGetListArray(tree, 'children');
  return children.map((child) => {
    if (nvGetString(child, 'type') === 'hole') return undefined;
    const vdev = heldBack(buildVdev(child, nvGetNumber(child, 'ashift') ?? 9, find));
    const isLog = nvGetNumber(child, 'is_log') === 1;
    if (vdev.state === 'UNAVAIL' && !(isLog && mayMissLog)) {
      throw new ZfsError('ENXIO', `Cannot import "${name}": one or more devices are missing`);
    }
    return { vdev, asize: nvGetNumber(child, 'asize') ?? 0 };
  });
}

/** The newest uberblock whose MOS can be opened, going back a few if need be. */
function openMos(
  found: FoundPool,
  arc: Arc,
  zio: ZioContext,
  owner: BlockOwner | null,
): { mos: Objset; uberblock: Uberblock } {
  const all = findUberblocks(found, zio.checksums);
  const labelTxg = nvGetNumber(found.config, 'txg') ?? 0;
  const txgs = [...new Set(all.map((ub) => ub.txg))].slice(0, 1 + MAX_REWIND);
  if (all.length === 0 || (txgs[0] as number) < labelTxg) {
    throw new ZfsError('ENXIO', `Cannot import "${found.name}": no valid uberblock was found`);
  }
  let failure: unknown;
  for (const txg of txgs) {
    const uberblock = all.find((ub) => ub.txg === txg) as Uberblock;
    try {
      const mos = Objset.open(arc, readBlkptr(uberblock.rootbp, 0), owner);
      mos.dnode(DMU_POOL_DIRECTORY_OBJECT);
      return { mos, uberblock };
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

function mayRead(dsl: DslPool, guid: string): boolean {
  if (canRead(guid)) return true;
  const forRead = dsl.directoryNumber(DMU_POOL_FEATURES_FOR_READ);
  return forRead === undefined || zapLookupNumber(dsl.mos, forRead, guid) === undefined;
}

function readActiveFeatures(dsl: DslPool): Map<string, number> {
  const active = new Map<string, number>();
  for (const list of [DMU_POOL_FEATURES_FOR_READ, DMU_POOL_FEATURES_FOR_WRITE]) {
    const object = dsl.directoryNumber(list);
    if (object === undefined) continue;
    for (const { name, value } of zapEntries(dsl.mos, object)) {
      const count = Number(firstInteger(value));
      if (count > 0) active.set(name, count);
    }
  }
  return active;
}

/** The packed nvlist in the MOS, with the whole vdev tree. */
function readConfig(dsl: DslPool): NvList {
  const config = readPackedList(dsl, DMU_POOL_CONFIG);
  if (config === undefined) throw corrupt('object directory', 'no config');
  return config;
}

/** A packed list that the object directory names; undefined when there is none. */
export function readPackedList(dsl: DslPool, name: string): NvList | undefined {
  const object = dsl.directoryNumber(name);
  if (object === undefined) return undefined;
  const dnode = dsl.mos.dnode(object);
  const size = viewOf(dnode.bonus).getUint32(0, true);
  if (size > (dnode.maxblkid + 1) * dnode.dataBlockSize) throw corrupt(name, `${size} bytes`);
  return nvlistUnpack(dnode.readBytes(0, size));
}

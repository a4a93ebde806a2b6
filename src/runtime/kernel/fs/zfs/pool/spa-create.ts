/**
 * Making a pool: vdevs, an empty MOS with the objects that every pool has, the root file system; all
 * of it written as txg 4.
 * @see uts/common/fs/zfs/spa.c spa_create(), dsl_pool.c dsl_pool_create()
 */
import type { BlockDevice, Clock, Codecs, RandomSource } from '#runtime/host.ts';
import { Arc } from '../arc/arc.ts';
import { dmuObjectAlloc, dmuObjectClaim } from '../dmu/dmu-object.ts';
import { createObjset } from '../dmu/objset-sync.ts';
import { Bpobj } from '../dsl/bpobj.ts';
import {
  createDataset,
  createDir,
  createSnapshot,
  originSnapshot,
  TXG_INITIAL,
} from '../dsl/dsl-create.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import type { DslDir } from '../dsl/dsl-dir.ts';
import {
  DMU_POOL_CHECKSUM_SALT,
  DMU_POOL_CREATION_VERSION,
  DMU_POOL_DEFLATE,
  DMU_POOL_DIRECTORY_OBJECT,
  DMU_POOL_FEATURE_DESCRIPTIONS,
  DMU_POOL_FEATURE_ENABLED_TXG,
  DMU_POOL_FEATURES_FOR_READ,
  DMU_POOL_FEATURES_FOR_WRITE,
  DMU_POOL_FREE_BPOBJ,
  DMU_POOL_PROPS,
  DMU_POOL_SYNC_BPOBJ,
  DMU_POOL_VDEV_ZAP_MAP,
} from '../dsl/dsl-pool.ts';
import {
  DMU_OT_OBJECT_ARRAY,
  DMU_OT_OBJECT_DIRECTORY,
  DMU_OT_POOL_PROPS,
  DMU_OTN_ZAP_METADATA,
} from '../ondisk/dmu-ot.ts';
import { DMU_OST_META, DMU_OST_ZFS } from '../ondisk/dnode-phys.ts';
import { SPA_VERSION_FEATURES } from '../ondisk/label.ts';
import { nvUint64 } from '../ondisk/nvlist.ts';
import type { Feature } from '#abi/illumos/zfs-feature.table.ts';
import { SPA_FEATURES } from '../spa/spa-features.ts';
import type { Vdev } from '../vdev/vdev.ts';
import { buildVdev } from '../vdev/vdev-tree.ts';
import { initZap, zapCreate, zapSet, zapSetNumber } from '../zap/zap.ts';
import { zapBytes, zapString } from '../zap/zap-value.ts';
import { ZioContext } from '../zio/zio.ts';
import type { ZfsTime } from '../zpl/znode.ts';
import { zfsCreateFs } from '../zpl/zfs-create-fs.ts';
import { Spa } from './spa.ts';
import { spaHistoryInternal } from './spa-history.ts';
import { spaSync } from './spa-sync.ts';
import { openMetaslabs } from './metaslab-open.ts';
import { clearLabels, devicesOf, newTopVdev, type VdevSpec } from './vdev-create.ts';

export interface CreateOptions {
  readonly codecs: Codecs;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly hostname: string;
  readonly arcLimitBytes: number;
  readonly hostid?: number;
  readonly ashift?: number;
  /** Which features are enabled; unless given, those that every new pool gets. */
  readonly wantsFeature?: (feature: Feature) => boolean;
  /** Called with the root dataset before the first txg is written: properties given at creation. */
  readonly configure?: (root: DslDataset) => void;
}

/** Makes and writes the pool. ZfsError when a device is too small or fails. */
export function spaCreate(name: string, specs: readonly VdevSpec[], options: CreateOptions): Spa {
  const { random, clock, codecs } = options;
  const zio = new ZioContext(codecs);
  const newGuid = (): bigint => random.uint64() || newGuid();
  const tops = specs.map((spec, id) => newTopVdev(spec, id, TXG_INITIAL, newGuid, options.ashift));
  const devices = new Map<bigint, BlockDevice>(tops.flatMap((top) => [...top.devices]));
  zio.tops = tops.map(({ config, asize, ashift }) => ({
    vdev: buildVdev(config, ashift, (guid) => devices.get(guid) ?? null),
    asize,
  }));
  for (const device of specs.flatMap(devicesOf)) clearLabels(device);
  const identity = {
    name,
    guid: random.uint64() | 1n,
    hostname: options.hostname,
    hostid: options.hostid ?? 0,
  };
  const arc = new Arc(zio, options.arcLimitBytes);
  const spa = new Spa(identity, zio, arc, { clock, random }, TXG_INITIAL);
  for (const top of zio.tops) if (top !== undefined) spa.observe(top.vdev);
  const mos = createObjset(arc, DMU_OST_META, spa.mosOwner);
  const dsl = spa.adoptMos(mos);
  initZap(dmuObjectClaim(mos, DMU_POOL_DIRECTORY_OBJECT, DMU_OT_OBJECT_DIRECTORY, 0, 0, 0));
  openMetaslabs(spa);
  createFeatureObjects(spa, options.wantsFeature ?? isCreated);
  spa.adoptFeatures();
  const root = createDir(dsl, null, name);
  createDir(dsl, root, '$MOS');
  createDir(dsl, root, '$FREE');
  spa.setDirectoryNumber(DMU_POOL_FREE_BPOBJ, Bpobj.alloc(dsl));
  spa.setDirectoryNumber(DMU_POOL_SYNC_BPOBJ, Bpobj.alloc(dsl, 16384));
  createSnapshot(createDataset(createDir(dsl, root, '$ORIGIN'), null), '$ORIGIN');
  const head = createFileSystem(spa, root);
  createPoolObjects(spa);
  for (const top of zio.tops) if (top !== undefined) createVdevObjects(spa, top.vdev);
  options.configure?.(head);
  spa.syncTasks.push(() => {
    const version = SPA_VERSION_FEATURES;
    const text = `pool version ${version}; software version ${version}/5; uts ${options.hostname}`;
    spaHistoryInternal(spa, 'create', null, text);
  });
  spa.isConfigDirty = true;
  spaSync(spa);
  return spa;
}

/** Now, as a file's times are kept. */
export function zfsNow(spa: Spa): ZfsTime {
  const ns = spa.host.clock.realtimeNs();
  return [ns / 1_000_000_000n, ns % 1_000_000_000n];
}

/** A dataset with an empty file system, the head of `dir`. */
export function createFileSystem(spa: Spa, dir: DslDir, isUtf8Only = false): DslDataset {
  const head = createDataset(dir, originSnapshot(spa.dsl));
  const objset = createObjset(spa.arc, DMU_OST_ZFS, spa.dsl.ownerOf(head) ?? spa.mosOwner);
  head.adoptObjset(objset);
  zfsCreateFs(objset, spa.txg, zfsNow(spa), isUtf8Only);
  return head;
}

/** Which features a new pool gets when nobody says. */
function isCreated({ support }: Feature): boolean {
  return support === 'create';
}

function createFeatureObjects(spa: Spa, wants: (feature: Feature) => boolean): void {
  const { mos } = spa;
  const make = (name: string): number => {
    const object = zapCreate(mos, DMU_OTN_ZAP_METADATA);
    spa.setDirectoryNumber(name, object);
    return object;
  };
  const forRead = make(DMU_POOL_FEATURES_FOR_READ);
  const forWrite = make(DMU_POOL_FEATURES_FOR_WRITE);
  const descriptions = make(DMU_POOL_FEATURE_DESCRIPTIONS);
  const enabledTxg = make(DMU_POOL_FEATURE_ENABLED_TXG);
  const enabled = SPA_FEATURES.filter(wants);
  for (const feature of enabled) {
    const list = feature.isReadOnlyCompatible ? forWrite : forRead;
    let uses = feature.isActiveWhenEnabled ? 1 : 0;
    // This one counts the features that have noted their txg.
    if (feature.name === 'enabled_txg') uses = enabled.length;
    zapSetNumber(mos, list, feature.guid, uses);
    zapSet(mos, descriptions, feature.guid, zapString(feature.description));
    zapSetNumber(mos, enabledTxg, feature.guid, spa.txg);
  }
}

function createPoolObjects(spa: Spa): void {
  const { mos } = spa;
  const salt = new Uint8Array(32);
  spa.host.random.fill(salt);
  zapSet(mos, DMU_POOL_DIRECTORY_OBJECT, DMU_POOL_CHECKSUM_SALT, zapBytes(salt));
  spa.setDirectoryNumber(DMU_POOL_DEFLATE, 1);
  spa.setDirectoryNumber(DMU_POOL_CREATION_VERSION, SPA_VERSION_FEATURES);
  spa.setDirectoryNumber(DMU_POOL_PROPS, zapCreate(mos, DMU_OT_POOL_PROPS));
  spa.setDirectoryNumber(DMU_POOL_VDEV_ZAP_MAP, zapCreate(mos, DMU_OTN_ZAP_METADATA));
}

/** The array of space maps, and a ZAP for the vdev and for each leaf. */
export function createVdevObjects(spa: Spa, top: Vdev): void {
  const array = dmuObjectAlloc(spa.mos, DMU_OT_OBJECT_ARRAY, 0, 0, 0);
  top.config.set('metaslab_array', nvUint64(array.object));
  for (const leaf of top.leaves()) createVdevZap(spa, leaf, 'com.delphix:vdev_zap_leaf');
  createVdevZap(spa, top, 'com.delphix:vdev_zap_top');
}

/** A ZAP for one vdev, noted in the map of all of them, in pools that have them. */
export function createVdevZap(
  spa: Spa,
  vdev: Vdev,
  key: 'com.delphix:vdev_zap_leaf' | 'com.delphix:vdev_zap_top',
): void {
  const map = spa.dsl.directoryNumber(DMU_POOL_VDEV_ZAP_MAP);
  if (map === undefined || vdev.config.has(key)) return;
  const object = zapCreate(spa.mos, DMU_OTN_ZAP_METADATA);
  vdev.config.set(key, nvUint64(object));
  zapSetNumber(spa.mos, map, object.toString(16), object);
}

/**
 * Whether every object of the MOS is referenced by something, and features count what there is.
 * @see cmd/zdb/zdb.c dump_mos_leaks(), dump_zpool()
 */
import type { DslDataset } from '#kernel/fs/zfs/dsl/dsl-dataset.ts';
import type { DslDir } from '#kernel/fs/zfs/dsl/dsl-dir.ts';
import { DMU_OT_BPOBJ, objectTypeName } from '#kernel/fs/zfs/ondisk/dmu-ot.ts';
import { type NvList, nvGetListArray, nvGetNumber } from '#kernel/fs/zfs/ondisk/nvlist.ts';
import { SPA_FEATURES } from '#kernel/fs/zfs/spa/spa-features.ts';
import { firstInteger, numberOf } from '#kernel/fs/zfs/zap/zap-value.ts';
import { zapLookupNumber } from '#kernel/fs/zfs/zap/zap.ts';
import { nextObject } from '#lib/libzpool/objects.ts';
import { readLogs, readMetaslabs, topConfigs } from '#lib/libzpool/space-maps.ts';
import { bookmarksObject } from '#cmd/zdb/bookmark-dump.ts';
import { bpobjSubobjects, deadlistEntries, deadlistText, readBpobj } from '#cmd/zdb/dsl-dump.ts';
import { entriesOf, type ZdbPool } from '#cmd/zdb/zdb-context.ts';

/** Features whose uses are counted in datasets, in illumos's order. */
const PER_DATASET: readonly string[] = [
  'org.open-zfs:large_blocks',
  'org.zfsonlinux:large_dnode',
  'org.illumos:sha512',
  'org.illumos:skein',
  'org.illumos:edonr',
  'org.zfsonlinux:userobj_accounting',
  'com.datto:encryption',
  'org.zfsonlinux:project_quota',
];
const DMU_OT_NEWTYPE = 0x80;

/** All datasets as dmu_objset_find meets them: children, then snapshots, then the head. */
export function allDatasets(zdb: ZdbPool): DslDataset[] {
  const { dsl } = zdb.pool;
  const visit = (dir: DslDir): DslDataset[] => {
    const children = entriesOf(zdb.mos, dir.phys.childDirZapobj)
      .filter(({ name }) => !name.startsWith('$'))
      .flatMap(({ name, value }) => visit(dsl.dirAt(numberOf(value), name, dir)));
    if (dir.phys.headDatasetObj === 0) return children;
    const head = dsl.head(dir);
    const snapshots = entriesOf(zdb.mos, head.phys.snapnamesZapobj).map(({ name, value }) =>
      dsl.datasetAt(numberOf(value), dir, name),
    );
    return [...children, ...snapshots, head];
  };
  return visit(dsl.rootDir);
}

class References {
  readonly objects: Set<number> = new Set();
  readonly #zdb: ZdbPool;
  readonly #emptyBpobj: number;

  constructor(zdb: ZdbPool) {
    this.#zdb = zdb;
    this.#emptyBpobj = zdb.pool.dsl.directoryNumber('empty_bpobj') ?? 0;
  }

  add(...objects: (number | undefined)[]): void {
    for (const object of objects)
      if (object !== undefined && object !== 0) this.objects.add(object);
  }

  bpobj(object: number): void {
    if (object === 0 || object === this.#emptyBpobj) return;
    this.add(object);
    const dnode = this.#zdb.mos.dnode(object);
    const phys = readBpobj(dnode);
    this.add(phys.subobjs);
    for (const sub of bpobjSubobjects(dnode, phys)) this.bpobj(sub);
  }

  deadlist(object: number): void {
    if (object === 0) return;
    const dnode = this.#zdb.mos.dnode(object);
    if (dnode.type === DMU_OT_BPOBJ) {
      this.bpobj(object);
      return;
    }
    this.add(object);
    for (const { bpobj } of deadlistEntries(dnode)) this.bpobj(bpobj);
  }

  dir(dir: DslDir): void {
    const { childDirZapobj, delegZapobj, propsZapobj, clones } = dir.phys;
    this.add(dir.object, childDirZapobj, delegZapobj, propsZapobj, clones);
    const { mos } = this.#zdb;
    if (mos.dnode(dir.object).type < DMU_OT_NEWTYPE) return;
    this.add(zapLookupNumber(mos, dir.object, 'com.datto:crypto_key_obj'));
    this.add(zapLookupNumber(mos, dir.object, 'com.delphix:livelist'));
  }

  dataset(dataset: DslDataset): void {
    const { nextClonesObj, propsObj, userrefsObj, snapnamesZapobj, deadlistObj } = dataset.phys;
    this.add(dataset.object, nextClonesObj, propsObj, userrefsObj, snapnamesZapobj);
    this.add(bookmarksObject(dataset));
    this.deadlist(deadlistObj);
    if (!dataset.isSnapshot) this.dir(dataset.dir);
  }

  /** Objects that vdevs name in the configuration. */
  vdevs(list: NvList): void {
    for (const [name, pair] of list) {
      if (/DTL|vdev_zap|dtl_object/i.test(name) && pair.type === 'uint64') {
        this.add(Number(pair.value));
      }
    }
    for (const child of nvGetListArray(list, 'children')) this.vdevs(child);
  }

  /** What the object directory names, and what hangs on it. */
  directory(): void {
    const { mos, pool } = this.#zdb;
    this.add(1);
    for (const { name, value } of entriesOf(mos, 1)) {
      if (value.integerSize !== 8 || value.bytes.length !== 8) continue;
      const object = Number(firstInteger(value));
      const dnode = name === 'deflate' || name === 'creation_version' ? undefined : object;
      if (dnode === undefined || mos.tryDnode(dnode) === undefined) continue;
      this.add(dnode);
      if (name === 'sync_bplist' || name === 'free_bpobj') this.bpobj(dnode);
    }
    for (const { map } of readLogs(pool)) this.add(map.object);
    const avz = pool.dsl.directoryNumber('com.delphix:vdev_zap_map');
    if (avz !== undefined) {
      for (const { value } of entriesOf(mos, avz)) this.add(numberOf(value));
    }
  }
}

/** `dump_mos_leaks`: what it prints and whether all is well. */
export function mosLeaksText(
  zdb: ZdbPool,
  datasets: readonly DslDataset[],
): {
  text: string;
  isLeaking: boolean;
} {
  const { dsl, config } = zdb.pool;
  const found = new References(zdb);
  found.directory();
  for (const dataset of datasets) found.dataset(dataset);
  const special = entriesOf(zdb.mos, dsl.rootDir.phys.childDirZapobj).filter(({ name }) =>
    name.startsWith('$'),
  );
  let text = '';
  for (const { name, value } of special) {
    const dir = dsl.dirAt(numberOf(value), name, dsl.rootDir);
    found.dir(dir);
    if (name !== '$ORIGIN') continue;
    const head = dsl.head(dir);
    found.dataset(head);
    text += deadlistText(zdb, head.phys.deadlistObj);
    for (const snapshot of head.snapshots()) {
      found.dataset(snapshot);
      text += deadlistText(zdb, snapshot.phys.deadlistObj);
    }
  }
  for (const top of topConfigs(config)) found.vdevs(top);
  for (const vdev of readMetaslabs(zdb.pool)) {
    found.add(vdev.arrayObject, vdev.unflushedObject, vdev.topZap);
    for (const { map } of vdev.metaslabs) found.add(map?.object);
  }
  let isLeaking = false;
  for (let object = nextObject(zdb.mos, 0); object !== undefined; ) {
    if (!found.objects.has(object)) {
      const name = objectTypeName(zdb.mos.dnode(object).type);
      text += `MOS object ${object} (${name}) leaked\n`;
      isLeaking = true;
    }
    object = nextObject(zdb.mos, object);
  }
  for (const object of found.objects) {
    if (zdb.mos.tryDnode(object) !== undefined) continue;
    text += `MOS object ${object} referenced but not allocated\n`;
    isLeaking = true;
  }
  return { text, isLeaking };
}

/** Lines about features, and whether each counts what there is. */
export function featureCountsText(
  zdb: ZdbPool,
  datasets: readonly DslDataset[],
): {
  text: string;
  isRight: boolean;
} {
  let text = '';
  let isRight = true;
  for (const guid of PER_DATASET) {
    const feature = SPA_FEATURES.find((each) => each.guid === guid);
    const enabled = feature === undefined ? undefined : enabledCount(zdb, guid);
    if (feature === undefined || enabled === undefined) continue;
    const uses = datasets.filter((dataset) => usesFeature(zdb, dataset, guid)).length;
    if (uses === enabled) {
      text += `Verified ${feature.name} feature refcount of ${enabled} is correct\n`;
    } else {
      text += `${feature.name} feature refcount mismatch: `;
      text += `${uses} consumers != ${enabled} refcount\n`;
      isRight = false;
    }
  }
  if (!isRight) return { text, isRight };
  for (const [guid, name] of [
    ['com.delphix:device_removal', 'device_removal'],
    ['com.delphix:obsolete_counts', 'indirect_refcount'],
  ] as const) {
    const uses = zdb.pool.dsl.featureUses(guid);
    if (uses === 0) text += `Verified ${name} feature refcount of 0 is correct\n`;
    else isRight = false;
  }
  return { text, isRight };
}

function enabledCount(zdb: ZdbPool, guid: string): number | undefined {
  for (const list of ['features_for_read', 'features_for_write']) {
    const object = zdb.pool.dsl.directoryNumber(list);
    const count = object === undefined ? undefined : zapLookupNumber(zdb.mos, object, guid);
    if (count !== undefined) return count;
  }
  return undefined;
}

/** `dsl_dataset_feature_is_active`: an entry in the dataset's own ZAP. */
function usesFeature(zdb: ZdbPool, dataset: DslDataset, guid: string): boolean {
  if (zdb.mos.dnode(dataset.object).type < DMU_OT_NEWTYPE) return false;
  return entriesOf(zdb.mos, dataset.object).some(({ name }) => name === guid);
}

/** `verify_spacemap_refcounts`; empty when right. */
export function spaceMapRefcountText(zdb: ZdbPool): string {
  const guid = 'com.delphix:spacemap_histogram';
  const expected = enabledCount(zdb, guid) ?? 0;
  let actual = 0;
  for (const vdev of readMetaslabs(zdb.pool)) {
    actual += vdev.metaslabs.filter(({ map }) => map !== null && map.histogram !== null).length;
  }
  actual += readLogs(zdb.pool).filter(({ map }) => map.histogram !== null).length;
  for (const object of dtlObjects(zdb.pool.config)) {
    if (zdb.mos.tryDnode(object)?.bonusLen === 320) actual += 1;
  }
  if (expected === actual) return '';
  return `space map refcount mismatch: expected ${expected} != actual ${actual}\n`;
}

function dtlObjects(config: NvList): number[] {
  const visit = (list: NvList): number[] => {
    const own = nvGetNumber(list, 'DTL');
    return [
      ...(own === undefined ? [] : [own]),
      ...nvGetListArray(list, 'children').flatMap(visit),
    ];
  };
  return topConfigs(config).flatMap(visit);
}

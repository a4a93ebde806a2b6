/**
 * An open pool that can be written: vdevs, free space, the DSL, and the txg that is open now.
 * Surprising: there is one txg at a time. Everything runs to completion on one thread, so that
 * quiescing is the moment between two calls and syncing is one call (pool/spa-sync.ts).
 * @see uts/common/fs/zfs/spa_misc.c, sys/spa_impl.h
 */
import type { BlockDevice, Clock, RandomSource } from '#runtime/host.ts';
import type { Vdev, VdevFault } from '../vdev/vdev.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import type { Arc } from '../arc/arc.ts';
import type { Objset } from '../dmu/objset.ts';
import { DatasetOwner, MosOwner } from '../dsl/dsl-account.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import {
  DMU_POOL_DIRECTORY_OBJECT,
  DMU_POOL_FEATURES_FOR_READ,
  DMU_POOL_FEATURES_FOR_WRITE,
  DslPool,
  type DslServices,
} from '../dsl/dsl-pool.ts';
import { MetaslabClass, type MetaslabGroup } from '../metaslab/metaslab-class.ts';
import type { Metaslab } from '../metaslab/metaslab.ts';
import { type BlockPointer, type Dva, isHole } from '../ondisk/blkptr.ts';
import { DMU_OT_INTENT_LOG } from '../ondisk/dmu-ot.ts';
import { POOL_STATE_ACTIVE, SPA_GANGBLOCKSIZE } from '../ondisk/label.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { SPA_FEATURES } from '../spa/spa-features.ts';
import { DslScan } from './dsl-scan.ts';
import { AuxDevices } from './spa-aux.ts';
import { ErrorLog } from './spa-errlog.ts';
import { BlockWriter, SYNC_PASS_DEFERRED_FREE } from '../spa/zio-write.ts';
import { zapLookupNumber, zapSetNumber } from '../zap/zap.ts';
import type { ZioContext } from '../zio/zio.ts';

export interface SpaIdentity {
  name: string;
  guid: bigint;
  readonly hostname: string;
  /** Whose pool it is by its labels; 0 says nothing. */
  readonly hostid?: number;
}

export interface SpaHost {
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** What listens to faults and decides about devices. */
export interface FaultDiagnosis {
  note(fault: VdevFault): void;
  forget(guids: readonly bigint[]): void;
}

/** Work for the next sync, in order: what a `dsl_sync_task` does. */
export type SyncTask = () => void;

export class Spa implements DslServices {
  readonly identity: SpaIdentity;
  readonly zio: ZioContext;
  readonly arc: Arc;
  readonly host: SpaHost;
  readonly metaslabs = new MetaslabClass();
  /** The space of log vdevs: for the blocks of the ZIL only. */
  readonly logMetaslabs = new MetaslabClass();
  readonly writer: BlockWriter;
  readonly mosOwner: MosOwner;
  /** The txg that is open, or being written. */
  txg: number;
  /** 0 while nothing is being written. */
  pass = 0;
  /** Whether labels and the config object must be written with the next txg. */
  isConfigDirty = false;
  /** `pool_state_t`: what the labels will say. */
  state: number = POOL_STATE_ACTIVE;
  /** `comment`: kept in the configuration. */
  comment = '';
  /** `altroot`: in front of all mount points, until the export. */
  altroot = '';
  /** Imported for reading only. */
  isReadOnly = false;
  /** Set when a sync failed: what is in memory is no longer what is on disk. */
  isSuspended = false;
  /** Whether what is in memory is whole, and only has to be written. */
  canResume = false;
  /** `failmode`, by its index: what a pool does that can't be written. */
  failMode = 0;
  /** `autoexpand`: disks that have grown are used without being asked. */
  autoExpand = false;
  /** `zio_suspend`: what the pool's failmode asks for. */
  onSuspend: () => void = () => {};
  /** Bytes written to files since the last txg, about. */
  dirtyBytes = 0;
  readonly syncTasks: SyncTask[] = [];
  /** Freed in a late pass: to be freed in the next txg. */
  readonly deferredFrees: BlockPointer[] = [];
  readonly scan: DslScan = new DslScan(this);
  readonly errorLog = new ErrorLog();
  readonly aux: AuxDevices = new AuxDevices(this);
  /** Draws conclusions from faults; its actions are carried out by `spaAsync`. */
  diagnosis: FaultDiagnosis = { note: () => {}, forget: () => {} };
  /** Told of every fault of a device: error reports. */
  report: (fault: VdevFault) => void = () => {};
  /** The device at a path, when it has come back; null when it has not. */
  findDevice: (path: string) => BlockDevice | null = () => null;
  /** Called with a device that is the pool's no more. */
  releaseDevice: (device: BlockDevice) => void = () => {};
  /** `spa_event_notify`: what `zpool events` shows. */
  notify: (what: string, vdev?: Vdev) => void = () => {};
  #dsl: DslPool | undefined;
  /** The groups whose size was added up last, and that size. */
  #sizedGroups: readonly MetaslabGroup[] | undefined;
  #deflatedSize = 0;

  constructor(
    identity: SpaIdentity,
    zio: ZioContext,
    arc: Arc,
    host: SpaHost,
    txg: number,
    mosOwner?: MosOwner,
  ) {
    this.identity = identity;
    this.zio = zio;
    this.arc = arc;
    this.host = host;
    this.txg = txg;
    const ashift = Math.min(
      ...zio.tops.flatMap((top) => (top === undefined ? [] : top.vdev.ashift)),
    );
    this.writer = new BlockWriter(zio, this.metaslabs, ashift);
    this.mosOwner = mosOwner ?? new MosOwner(() => this);
  }

  /** The DSL over `mos`; called once, when the MOS is there. */
  adoptMos(mos: Objset): DslPool {
    const ownerOf = (dataset: DslDataset): DatasetOwner => new DatasetOwner(dataset);
    this.#dsl = new DslPool(this.identity.name, mos, ownerOf);
    this.#dsl.services = this;
    this.#dsl.watcher = this.scan;
    return this.#dsl;
  }

  /** Listens to the leaves of a branch from now on. */
  observe(vdev: Vdev): void {
    for (const leaf of vdev.leaves()) {
      if (!(leaf instanceof VdevDisk)) continue;
      leaf.observer = (fault) => {
        this.report(fault);
        this.diagnosis.note(fault);
      };
    }
  }

  /** What the write pipeline may use; called when the features are known. */
  adoptFeatures(): void {
    this.writer.hasEmbeddedData = this.isFeatureEnabled('com.delphix:embedded_data');
    this.writer.hasHoleBirth = this.isFeatureEnabled('com.delphix:hole_birth');
    this.writer.hasLz4 = this.isFeatureEnabled('org.illumos:lz4_compress');
  }

  /** Since when a hole made now is one: nobody keeps that without hole_birth. */
  get holeBirth(): number {
    return this.writer.hasHoleBirth ? this.txg : 0;
  }

  get dsl(): DslPool {
    if (this.#dsl === undefined)
      throw new ZfsError('EIO', 'Cannot use the pool: it has no MOS yet');
    return this.#dsl;
  }

  get mos(): Objset {
    return this.dsl.mos;
  }

  nowSeconds(): number {
    return Number(this.host.clock.realtimeNs() / 1_000_000_000n);
  }

  /** `spa_guid_exists` */
  #isTaken(guid: bigint): boolean {
    const tops = this.zio.tops.flatMap((top) => [...(top?.vdev.all() ?? [])]);
    return [...tops, ...this.aux.spares, ...this.aux.caches].some((vdev) => vdev.guid === guid);
  }

  newGuid(): bigint {
    for (;;) {
      const guid = this.host.random.uint64();
      if (guid !== 0n && !this.#isTaken(guid)) return guid;
    }
  }

  dsize(bp: BlockPointer): number {
    let size = 0;
    for (const dva of bp.dvas) size += Math.floor(dva.asize / 512) * this.#deflateRatio(dva.vdev);
    return size;
  }

  /** `vdev_deflate_ratio`: data that 512 allocated bytes hold, by 128 KiB blocks. */
  #deflateRatio(id: number): number {
    const vdev = this.zio.tops[id]?.vdev;
    return vdev === undefined ? 512 : Math.floor(131072 / (vdev.psizeToAsize(131072) / 512));
  }

  freeBlock(bp: BlockPointer): void {
    if (isHole(bp) || bp.embedded !== null) return;
    if (this.pass >= SYNC_PASS_DEFERRED_FREE) this.deferredFrees.push(bp);
    else this.freeNow(bp);
  }

  /** Gives the places back in this txg, those of a gang block's pieces too. */
  freeNow(bp: BlockPointer, whole: BlockPointer = bp): void {
    const first = bp.dvas[0];
    if (first === undefined) return;
    if (first.isGang) {
      for (const member of this.zio.readGangHeader(bp, first)) this.freeNow(member, whole);
    }
    for (const dva of bp.dvas) {
      const isLog = this.logMetaslabs.groupOf(dva.vdev) !== undefined;
      const from = isLog ? this.logMetaslabs : this.metaslabs;
      const place = this.ownPlace(dva);
      from.free(place);
      this.writer.watch?.freed(place, whole.type, whole.level);
    }
  }

  /**
   * A place for a ZIL block of `psize` bytes: on a log vdev where there is one with room, else among
   * the data; undefined when the pool is full. `zio_alloc_zil`
   */
  allocateLogBlock(psize: number): Dva | undefined {
    const dva = this.logMetaslabs.tryAllocate(psize, []) ?? this.metaslabs.tryAllocate(psize, []);
    if (dva !== undefined) this.writer.watch?.allocated(dva, DMU_OT_INTENT_LOG, 0);
    return dva;
  }

  /** The metaslabs of all vdevs, data and log. */
  *allMetaslabs(): Generator<{ group: MetaslabGroup; metaslab: Metaslab }> {
    yield* this.metaslabs.all();
    yield* this.logMetaslabs.all();
  }

  /** What a pointer's place takes itself: of a gang block only the header. */
  ownPlace(dva: Dva): Dva {
    if (!dva.isGang) return dva;
    const { vdev } = this.zio.topOf(dva);
    return { ...dva, asize: vdev.psizeToAsize(SPA_GANGBLOCKSIZE), isGang: false };
  }

  setDirectoryNumber(name: string, object: number): void {
    zapSetNumber(this.mos, DMU_POOL_DIRECTORY_OBJECT, name, object);
  }

  ashiftOf(vdev: number): number {
    const top = this.zio.tops[vdev];
    if (top === undefined) throw new ZfsError('EIO', `Cannot use vdev ${vdev}: it is not there`);
    return top.vdev.ashift;
  }

  #featureList(guid: string): number | undefined {
    const feature = SPA_FEATURES.find((each) => each.guid === guid);
    if (feature === undefined) return undefined;
    return this.dsl.directoryNumber(
      feature.isReadOnlyCompatible ? DMU_POOL_FEATURES_FOR_WRITE : DMU_POOL_FEATURES_FOR_READ,
    );
  }

  isFeatureEnabled(guid: string): boolean {
    const list = this.#featureList(guid);
    return list !== undefined && zapLookupNumber(this.mos, list, guid) !== undefined;
  }

  featureCount(guid: string, delta: 1 | -1): void {
    const list = this.#featureList(guid);
    if (list === undefined) return;
    const count = zapLookupNumber(this.mos, list, guid);
    if (count !== undefined) zapSetNumber(this.mos, list, guid, count + delta);
  }

  /** Bytes in all data vdevs, allocated, and free; not deflated. */
  get space(): { readonly sizeBytes: number; readonly allocatedBytes: number } {
    return this.metaslabs.space;
  }

  /** `spa_get_dspace`: what the data vdevs hold, deflated, as people are told. */
  get deflatedSizeBytes(): number {
    const { groups } = this.metaslabs;
    if (this.#sizedGroups !== groups) {
      this.#sizedGroups = groups;
      this.#deflatedSize = 0;
      for (const { group, metaslab } of this.metaslabs.all()) {
        this.#deflatedSize += Math.floor(metaslab.size / 512) * this.#deflateRatio(group.vdev);
      }
    }
    return this.#deflatedSize;
  }

  adjustedSizeBytes(isNetFree: boolean): number {
    const slop = this.slopBytes;
    return this.deflatedSizeBytes - (isNetFree ? Math.floor(slop / 2) : slop);
  }

  /** `spa_get_slop_space`: kept back so that a full pool can still be changed. */
  get slopBytes(): number {
    const size = this.deflatedSizeBytes;
    const least = Math.min(128 * 2 ** 20, Math.floor(size / 2));
    return Math.max(Math.min(Math.floor(size / 32), 128 * 2 ** 30), least);
  }
}

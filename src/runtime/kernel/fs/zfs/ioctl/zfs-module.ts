/**
 * ZFS as one kernel has it: the pools by name, and what they need of the machine. One for each
 * kernel, made at node/; nothing of it is shared between two nodes.
 * @see uts/common/fs/zfs/spa_misc.c (the spa namespace), zfs_ioctl.c
 */
import type { BlockDevice, Clock, Codecs, RandomSource } from '#runtime/host.ts';
import { nvString, nvUint64, type NvValue } from '#abi/illumos/nvpair.ts';
import type { Callout, CalloutTable } from '#kernel/disp/callout.ts';
import type { KstatRegistry } from '#kernel/os/kstat.ts';
import type { Credentials } from '#kernel/os/cred.ts';
import { EIO, ENXIO, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { MountTable } from '#kernel/vfs/mount.ts';
import type { SpecialFiles } from '#kernel/vfs/special.ts';
import type { Spa } from '../pool/spa.ts';
import { spaHistoryCommand } from '../pool/spa-history.ts';
import type { OpenOptions } from '../pool/spa-open.ts';
import { scanStep } from '../pool/scan-ops.ts';
import { allLeaves } from '../pool/spa-config-sync.ts';
import { isSpaDirty, spaSync } from '../pool/spa-sync.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { ZfsVfs } from '../zpl/zfs-vfs.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import type { Vdev, VdevFault } from '../vdev/vdev.ts';
import { type Diagnosis, watchFaults } from '../pool/zfs-diagnosis.ts';
import { arcKstat } from './arc-kstat.ts';
import { EventQueue } from './event-queue.ts';
import { ZvolMinors } from './zvol-devices.ts';

/** `ECKSUM`, which is ZFS's own (`EBADE`). */
const ECKSUM = 50;

/** What ZFS needs of the machine it runs in. */
export interface ZfsMachine {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly codecs: Codecs;
  readonly callouts: CalloutTable;
  readonly kstats: KstatRegistry;
  readonly mounts: MountTable;
  readonly special: SpecialFiles;
  /** Bytes that all caches together may take. */
  readonly arcLimitBytes: number;
  hostname(): string;
  readonly hostid: number;
  /** The storage behind a path, as the kernel opens a vdev: a disk in /dev, or a file. */
  openDevice(path: string): BlockDevice | Errno;
  /** Gives back what `openDevice` answered. */
  closeDevice(device: BlockDevice): void;
  /** Every path below `directory` that has storage, with it; for finding pools. */
  devicesIn(directory: string): readonly { readonly path: string; readonly device: BlockDevice }[];
  warn(text: string): void;
  /** Stops the machine. */
  panic(text: string): never;
}

/** `zfs_txg_timeout`: at the latest so long after a change it is on disk. */
const TXG_TIMEOUT_NS = 5_000_000_000n;
/** `ZIO_FAILURE_MODE_PANIC`: the index of `failmode`. */
const FAILURE_MODE_PANIC = 2;
/** Between two pieces of a scan. */
const SCAN_INTERVAL_NS = 50_000_000n;

export class ZfsModule {
  readonly machine: ZfsMachine;
  readonly events: EventQueue;
  readonly volumes: ZvolMinors = new ZvolMinors(this);
  readonly #pools: Map<string, Spa> = new Map();
  readonly #loadedNs: Map<Spa, bigint> = new Map();
  /** Changes with every change of the namespace. `spa_config_generation` */
  generation = 1;
  #txgTimer: Callout | undefined;
  #scanTimer: Callout | undefined;
  /** Pools whose faults are about to be judged. */
  readonly #acting: Set<Spa> = new Set();

  constructor(machine: ZfsMachine) {
    this.machine = machine;
    this.events = new EventQueue(machine.clock);
    machine.kstats.add(arcKstat(() => this.pools(), machine.arcLimitBytes));
  }

  /** What opening or making a pool takes. */
  poolOptions(): OpenOptions {
    const { codecs, clock, random, arcLimitBytes, hostid } = this.machine;
    return { codecs, clock, random, arcLimitBytes, hostid, hostname: this.machine.hostname() };
  }

  postEvent(spa: Spa, what: string, vdev?: Vdev): void {
    const { name, guid } = spa.identity;
    this.events.post(`sysevent.fs.zfs.${what}`, [
      ['version', { type: 'uint8', value: 0 }],
      ['class', nvString(`sysevent.fs.zfs.${what}`)],
      ['pool', nvString(name)],
      ['pool_guid', nvUint64(guid)],
      ['pool_state', { type: 'int32', value: spa.state }],
      ['pool_context', { type: 'int32', value: 0 }],
      ...(vdev === undefined ? [] : vdevPayload(vdev)),
    ]);
  }

  /** Puts a command line into the pool's history. */
  logCommand(pool: string, commandLine: string, cred: Credentials): void {
    const spa = this.#pools.get(pool);
    if (spa === undefined || spa.isReadOnly) return;
    spaHistoryCommand(spa, commandLine, { uid: cred.uid, zone: 'global' });
  }

  /** Pools by name, in alphabetical order. */
  pools(): readonly Spa[] {
    return [...this.#pools.values()].sort((a, b) => (a.identity.name < b.identity.name ? -1 : 1));
  }

  pool(name: string): Spa | undefined {
    return this.#pools.get(name);
  }

  /** The pool of a dataset: the first component of its name decides. */
  poolOf(dataset: string): Spa | undefined {
    return this.#pools.get(dataset.split(/[/@#]/, 1)[0] ?? '');
  }

  addPool(spa: Spa): void {
    this.#pools.set(spa.identity.name, spa);
    this.#loadedNs.set(spa, this.machine.clock.monotonicNs());
    spa.notify = (what, vdev) => this.postEvent(spa, what, vdev);
    spa.releaseDevice = (device) => this.machine.closeDevice(device);
    spa.findDevice = (path) => {
      const device = this.machine.openDevice(path);
      if (isErrno(device)) return null;
      if (this.userOf(device) === undefined) return device;
      this.machine.closeDevice(device);
      return null;
    };
    spa.onSuspend = () => {
      if (spa.failMode !== FAILURE_MODE_PANIC) return;
      this.machine.panic(
        `Pool '${spa.identity.name}' has encountered an uncorrectable I/O failure and the failure ` +
          'mode property for this pool is set to panic.',
      );
    };
    const diagnosis = watchFaults(spa);
    spa.report = (fault) => {
      this.#postFault(spa, fault);
      this.#actSoon(spa, diagnosis);
    };
    this.driveScans();
    this.generation += 1;
    this.#armTxgTimer();
  }

  /** Forgets a pool that was exported or destroyed, and gives its devices back. */
  removePool(spa: Spa): void {
    this.#pools.delete(spa.identity.name);
    this.#loadedNs.delete(spa);
    this.generation += 1;
    for (const device of devicesOf(spa)) this.machine.closeDevice(device);
    if (this.#pools.size > 0) return;
    this.#txgTimer?.cancel();
    this.#txgTimer = undefined;
  }

  /** Whether an open pool uses this storage. */
  userOf(device: BlockDevice): Spa | undefined {
    return this.pools().find((spa) => devicesOf(spa).includes(device));
  }

  /** The mounted file system of a dataset. */
  mountedOf(dataset: string): ZfsVfs | undefined {
    const mount = this.machine.mounts.mounts.find(
      ({ vfs, special }) => vfs instanceof ZfsVfs && special === dataset,
    );
    return mount?.vfs instanceof ZfsVfs ? mount.vfs : undefined;
  }

  /** Whether a file system of the pool, or one below `dataset`, is mounted. */
  isAnyMounted(dataset: string): boolean {
    const spa = this.pool(dataset);
    if (spa !== undefined && this.volumes.isAnyOpen(spa)) return true;
    return this.machine.mounts.mounts.some(
      ({ vfs, special }) =>
        vfs.fstype === 'zfs' &&
        (special === dataset || /^[/@]/.test(special.slice(dataset.length))) &&
        special.startsWith(dataset),
    );
  }

  /** sync(2): every open txg is written. */
  syncAll(): void {
    for (const spa of this.pools()) this.syncPool(spa);
  }

  /** Writes the open txg if there is anything in it; a pool that fails is suspended. */
  syncPool(spa: Spa): void {
    if (spa.isSuspended || spa.isReadOnly || !isSpaDirty(spa)) return;
    this.#guarded(spa, () => spaSync(spa));
  }

  #guarded(spa: Spa, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      this.machine.warn(
        `Pool '${spa.identity.name}' has encountered an uncorrectable I/O error; ` +
          'service is suspended',
      );
    }
  }

  /** How long the pool has been open. */
  ageNs(spa: Spa): bigint {
    const now = this.machine.clock.monotonicNs();
    return now - (this.#loadedNs.get(spa) ?? now);
  }

  /** Where a file system is mounted; undefined when it is not. */
  mountPointOf(dataset: string): string | undefined {
    const { mounts } = this.machine.mounts;
    return mounts.find(({ vfs, special }) => vfs.fstype === 'zfs' && special === dataset)
      ?.mountPoint;
  }

  /** Goes on with scrubs and resilvers, a piece at a time, until none is running. */
  driveScans(): void {
    if (this.#scanTimer !== undefined) return;
    const isRunning = ({ scan, isReadOnly, isSuspended }: Spa): boolean =>
      scan.isScanning && !scan.isPaused && !isReadOnly && !isSuspended;
    if (!this.pools().some(isRunning)) return;
    const { callouts, clock } = this.machine;
    this.#scanTimer = callouts.at(clock.monotonicNs() + SCAN_INTERVAL_NS, () => {
      this.#scanTimer = undefined;
      for (const spa of this.pools().filter(isRunning)) this.#guarded(spa, () => scanStep(spa));
      this.driveScans();
    });
  }

  /** `zfs_ereport_post` */
  #postFault(spa: Spa, { vdev, kind, isWrite, offset, size }: VdevFault): void {
    const { name, guid } = spa.identity;
    const what = kind === 'gone' ? 'io' : kind;
    const words: [string, number][] = [
      ['zio_err', kind === 'checksum' ? ECKSUM : (kind === 'gone' ? ENXIO : EIO).number],
      ['zio_offset', offset],
      ['zio_size', size],
    ];
    this.events.post(`ereport.fs.zfs.${what}`, [
      ['class', nvString(`ereport.fs.zfs.${what}`)],
      ['pool', nvString(name)],
      ['pool_guid', nvUint64(guid)],
      ...vdevPayload(vdev),
      ['vdev_type', nvString(vdev.type)],
      ['zio_type', nvString(isWrite ? 'write' : 'read')],
      ...words.map(([key, value]) => [key, nvUint64(value)] as const),
    ]);
  }

  /** What the diagnosis decides is done when the present call is over. */
  #actSoon(spa: Spa, diagnosis: Diagnosis): void {
    if (this.#acting.has(spa)) return;
    this.#acting.add(spa);
    const { callouts, clock } = this.machine;
    callouts.at(clock.monotonicNs() + SCAN_INTERVAL_NS, () => {
      this.#acting.delete(spa);
      if (this.#pools.get(spa.identity.name) !== spa || spa.isReadOnly) return;
      this.#guarded(spa, () => diagnosis.act());
      this.driveScans();
    });
  }

  #armTxgTimer(): void {
    if (this.#txgTimer !== undefined) return;
    const { callouts, clock } = this.machine;
    this.#txgTimer = callouts.at(clock.monotonicNs() + TXG_TIMEOUT_NS, () => {
      this.#txgTimer = undefined;
      this.syncAll();
      // What was only read has changed nothing, and may still have to go.
      for (const spa of this.pools()) spa.arc.l2?.feed();
      if (this.#pools.size > 0) this.#armTxgTimer();
    });
  }
}

/** What an event says of a vdev. */
function vdevPayload(vdev: Vdev): [string, NvValue][] {
  const path: [string, NvValue][] =
    vdev instanceof VdevDisk ? [['vdev_path', nvString(vdev.path)]] : [];
  return [['vdev_guid', nvUint64(vdev.guid)], ...path];
}

/** The storage of all leaves, spares and cache devices that are open. */
export function devicesOf(spa: Spa): readonly BlockDevice[] {
  const leaves = [...allLeaves(spa), ...spa.aux.spares, ...spa.aux.caches];
  const devices = leaves.flatMap(({ device }) => (device === null ? [] : [device]));
  return [...new Set(devices)];
}

/**
 * Opening a pool to write in it, and closing it: import and export.
 * @see uts/common/fs/zfs/spa.c spa_import(), spa_export_common()
 */
import type { Clock, Codecs, RandomSource } from '#runtime/host.ts';
import { destroyHead } from '../dsl/dsl-destroy.ts';
import { resumeStateOf } from '../dsl/dsl-resume.ts';
import { DS_FLAG_INCONSISTENT } from '../ondisk/dsl-phys.ts';
import { MosOwner } from '../dsl/dsl-account.ts';
import { must } from '#base/assert.ts';
import { POOL_STATE_DESTROYED, POOL_STATE_EXPORTED } from '../ondisk/label.ts';
import { nvGetString } from '../ondisk/nvlist.ts';
import type { FoundPool } from '../spa/spa-config.ts';
import { openMetaslabs } from './metaslab-open.ts';
import { mustResilver } from './scan-ops.ts';
import { releaseLeftovers } from './dsl-hold-ops.ts';
import { Spa } from './spa.ts';
import { allLeaves } from './spa-config-sync.ts';
import { emptyStats } from '../vdev/vdev.ts';
import { loadDtls } from './vdev-dtl-sync.ts';
import { spaLoad } from './spa-load.ts';
import { claimLogs } from './spa-log.ts';
import { adoptPoolProps } from './spa-prop.ts';
import { expandAll } from './spa-vdev-state.ts';
import { isSpaDirty, spaSync } from './spa-sync.ts';

export interface OpenOptions {
  readonly codecs: Codecs;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly hostname: string;
  readonly arcLimitBytes: number;
  readonly hostid?: number;
  /** Nothing is written, not even that the pool is in use. */
  readonly isReadOnly?: boolean;
  /** See `LoadOptions`. */
  readonly mayMissLog?: boolean;
  /** The pool's new name, when it is to have one. */
  readonly newName?: string;
}

/** Opens `found` for writing; the labels say from now on that it is in use. */
export function spaOpen(found: FoundPool, options: OpenOptions): Spa {
  const {
    codecs,
    arcLimitBytes,
    clock,
    random,
    hostname,
    hostid = 0,
    isReadOnly = false,
    mayMissLog = false,
  } = options;
  // The MOS's owner needs the pool, which needs the MOS: the pool is put in when it is there.
  const holder: { spa?: Spa } = {};
  const mosOwner = new MosOwner(() => must(holder.spa, 'the pool is open'));
  const loaded = spaLoad(found, { codecs, arcLimitBytes, mosOwner, isReadOnly, mayMissLog });
  const name = options.newName ?? loaded.name;
  const identity = { name, guid: loaded.guid, hostname, hostid };
  const txg = loaded.uberblock.txg + 1;
  const { zio, arc } = loaded;
  const spa = new Spa(identity, zio, arc, { clock, random }, txg, mosOwner);
  holder.spa = spa;
  spa.adoptMos(loaded.dsl.mos);
  spa.adoptFeatures();
  adoptPoolProps(spa);
  spa.comment = nvGetString(loaded.config, 'comment') ?? '';
  openMetaslabs(spa);
  loadDtls(spa);
  for (const leaf of allLeaves(spa)) {
    // What was seen of the disks before their logs were read does not count.
    Object.assign(leaf.stats, emptyStats());
    leaf.isWritable = !isReadOnly;
    spa.observe(leaf);
    leaf.set('not_present', leaf.device === null);
    if (!leaf.isReadable) leaf.resilverTxg = 0;
  }
  const labels = new Map(
    [...found.auxDevices, ...found.devices].map(({ guid, device }) => [guid, device]),
  );
  spa.isReadOnly = isReadOnly;
  spa.aux.load((guid) => labels.get(guid) ?? null);
  spa.scan.load();
  if (isReadOnly) return spa;
  if (mustResilver(spa)) {
    spa.syncTasks.push(() => spa.scan.begin('RESILVER'));
  }
  releaseLeftovers(spa);
  destroyInconsistent(spa);
  spa.isConfigDirty = true;
  const claimed = claimLogs(spa);
  do spaSync(spa);
  while (spa.txg <= claimed);
  if (expandAll(spa)) spaSync(spa);
  return spa;
}

/** `dsl_destroy_inconsistent`: what a receive was at when the power failed, if it can't go on. */
function destroyInconsistent(spa: Spa): void {
  for (const dir of Array.from(spa.dsl.everyDir())) {
    if (dir.phys.headDatasetObj === 0) continue;
    const head = spa.dsl.head(dir);
    const isHalf = (head.phys.flags & DS_FLAG_INCONSISTENT) !== 0n;
    if (!isHalf || dir.children().length > 0 || resumeStateOf(head) !== undefined) continue;
    spa.syncTasks.push(() => destroyHead(head));
  }
}

/** Writes everything and marks the pool as free for another host. */
export function spaExport(spa: Spa): void {
  close(spa, POOL_STATE_EXPORTED);
}

/** Leaves the pool's labels as those of a destroyed one; `zpool import -D` still finds it. */
export function spaDestroy(spa: Spa): void {
  close(spa, POOL_STATE_DESTROYED);
}

function close(spa: Spa, state: number): void {
  if (spa.isReadOnly) return;
  if (isSpaDirty(spa)) spaSync(spa);
  spa.state = state;
  spa.isConfigDirty = true;
  spaSync(spa);
}

/**
 * What a dataset says of itself: space in all its kinds, limits, ratios, relations. Together with the
 * properties that are set this is what `zfs get all` shows.
 * @see uts/common/fs/zfs/dsl_dataset.c dsl_dataset_stats(), dsl_dir.c dsl_dir_stats()
 */
import { DS_FLAG_DEFER_DESTROY, DS_FLAG_INCONSISTENT } from '../ondisk/dsl-phys.ts';
import {
  DD_USED_CHILD,
  DD_USED_CHILD_RSRV,
  DD_USED_HEAD,
  DD_USED_REFRSRV,
  DD_USED_SNAP,
} from '../ondisk/dsl-phys.ts';
import { OBJSET_FLAG_USERACCOUNTING_COMPLETE } from '../ondisk/dnode-phys.ts';
import { zapCount, zapEntries } from '../zap/zap.ts';
import { numberOf } from '../zap/zap-value.ts';
import { countBelow } from './dsl-counts.ts';
import type { DslDataset } from './dsl-dataset.ts';
import { Deadlist } from './dsl-deadlist.ts';
import type { PropRaw } from './dsl-prop.ts';
import { datasetAvailable } from './dsl-space.ts';

/** Hundredths; 100 where nothing is stored. */
function ratio(uncompressed: number, compressed: number): number {
  return compressed === 0 ? 100 : Math.floor((uncompressed * 100) / compressed);
}

/** Space written in `newer` that is not in `older`, a snapshot before it (or its origin). */
export interface Written {
  readonly used: number;
  readonly comp: number;
  readonly uncomp: number;
}

/** `dsl_dataset_space_written`; undefined when `older` is not before `newer`. */
export function spaceWritten(older: DslDataset, newer: DslDataset): Written | undefined {
  const { pool } = newer;
  const from = older.phys;
  let used = newer.phys.referencedBytes - from.referencedBytes;
  let comp = newer.phys.compressedBytes - from.compressedBytes;
  let uncomp = newer.phys.uncompressedBytes - from.uncompressedBytes;
  for (let at = newer; at.object !== older.object; ) {
    const { deadlistObj, prevSnapObj, prevSnapTxg } = at.phys;
    if (prevSnapObj === 0 || deadlistObj === 0) return undefined;
    const deadlist = new Deadlist(pool, deadlistObj);
    // What died since may be younger than `older`; then it was neither there nor is it now.
    const dead =
      prevSnapTxg === from.creationTxg ? deadlist.space : deadlist.spaceRange(0, from.creationTxg);
    used += dead.used;
    comp += dead.comp;
    uncomp += dead.uncomp;
    at = pool.datasetByObject(prevSnapObj);
  }
  return { used, comp, uncomp };
}

/** `dsl_dataset_space_wouldfree`: what goes when all snapshots from `first` to `last` go. */
export function spaceWouldFree(first: DslDataset, last: DslDataset): Written | undefined {
  const { pool } = first;
  const sum = { used: 0, comp: 0, uncomp: 0 };
  for (let at = last; ; ) {
    if (at.phys.nextSnapObj === 0) return undefined;
    const next = pool.datasetByObject(at.phys.nextSnapObj);
    const dead = new Deadlist(pool, next.phys.deadlistObj).spaceRange(
      first.phys.prevSnapTxg,
      Number.POSITIVE_INFINITY,
    );
    sum.used += dead.used;
    sum.comp += dead.comp;
    sum.uncomp += dead.uncomp;
    if (at.object === first.object) return sum;
    if (at.phys.prevSnapObj === 0) return undefined;
    at = pool.datasetByObject(at.phys.prevSnapObj);
  }
}

/** Names of the file systems and volumes made of a snapshot. */
export function clonesOfSnapshot(snapshot: DslDataset): string[] {
  const { pool, phys } = snapshot;
  if (phys.nextClonesObj === 0) return [];
  const names = Array.from(zapEntries(pool.mos, phys.nextClonesObj), ({ value }) => {
    // The first snapshot of a clone stands for it.
    const { dir } = pool.datasetByObject(numberOf(value));
    return dir.fullName;
  });
  return [...new Set(names)].sort();
}

/** The snapshot that a file system was made of; undefined where it was made of none. */
export function originOf(head: DslDataset): DslDataset | undefined {
  const { originObj } = head.dir.phys;
  if (originObj === 0 || head.isSnapshot) return undefined;
  const origin = head.pool.datasetByObject(originObj);
  return origin.dir.isInternal ? undefined : origin;
}

function headStats(head: DslDataset, stats: Map<string, PropRaw>): void {
  const { dir, pool } = head;
  const { phys } = dir;
  const set = (name: string, value: number): void => {
    stats.set(name, BigInt(value));
  };
  const part = (kind: number): number => phys.usedBreakdown[kind] ?? 0;
  set('used', phys.usedBytes);
  set('available', datasetAvailable(head));
  set('compressratio', ratio(phys.uncompressedBytes, phys.compressedBytes));
  set('logicalused', phys.uncompressedBytes);
  stats.set('quota', phys.quota);
  set('reservation', phys.reserved);
  set('refquota', head.refquota);
  set('refreservation', head.refreservation);
  set('usedbysnapshots', part(DD_USED_SNAP));
  set('usedbydataset', part(DD_USED_HEAD));
  set('usedbyrefreservation', part(DD_USED_REFRSRV));
  set('usedbychildren', part(DD_USED_CHILD) + part(DD_USED_CHILD_RSRV));
  const filesystems = countBelow(dir, 'filesystem');
  if (filesystems !== undefined) set('filesystem_count', filesystems);
  const snapshots = countBelow(dir, 'snapshot');
  if (snapshots !== undefined) set('snapshot_count', snapshots);
  const origin = originOf(head);
  if (origin !== undefined) stats.set('origin', origin.fullName);
  const { prevSnapObj } = head.phys;
  const previous = prevSnapObj === 0 ? undefined : pool.datasetByObject(prevSnapObj);
  if (previous === undefined) return;
  set('written', spaceWritten(previous, head)?.used ?? 0);
  if (!previous.dir.isInternal) stats.set('prevsnap', previous.fullName);
}

function snapshotStats(snapshot: DslDataset, stats: Map<string, PropRaw>): void {
  const { phys, pool } = snapshot;
  const set = (name: string, value: number): void => {
    stats.set(name, BigInt(value));
  };
  set('used', phys.uniqueBytes);
  set('compressratio', ratio(phys.uncompressedBytes, phys.compressedBytes));
  set('numclones', Math.max(0, phys.numChildren - 1));
  set('defer_destroy', (phys.flags & DS_FLAG_DEFER_DESTROY) === 0n ? 0 : 1);
  set('userrefs', phys.userrefsObj === 0 ? 0 : zapCount(pool.mos, phys.userrefsObj));
  stats.set('clones', clonesOfSnapshot(snapshot).join(','));
  if (phys.prevSnapObj === 0) return;
  const previous = pool.datasetByObject(phys.prevSnapObj);
  set('written', spaceWritten(previous, snapshot)?.used ?? 0);
}

/** `dsl_dataset_stats`, by name of property. Nothing here can be set. */
export function datasetStats(dataset: DslDataset): Map<string, PropRaw> {
  const { phys } = dataset;
  const stats = new Map<string, PropRaw>([
    ['creation', BigInt(phys.creationTime)],
    ['createtxg', BigInt(phys.creationTxg)],
    ['guid', phys.guid],
    ['unique', BigInt(phys.uniqueBytes)],
    ['objsetid', BigInt(dataset.object)],
    ['referenced', BigInt(phys.referencedBytes)],
    ['refcompressratio', BigInt(ratio(phys.uncompressedBytes, phys.compressedBytes))],
    ['logicalreferenced', BigInt(phys.uncompressedBytes)],
    ['inconsistent', (phys.flags & DS_FLAG_INCONSISTENT) === 0n ? 0n : 1n],
  ]);
  if (dataset.isSnapshot) snapshotStats(dataset, stats);
  else headStats(dataset, stats);
  if (dataset.hasObjset) {
    const { flags } = dataset.objset;
    const isCounted = (flags & OBJSET_FLAG_USERACCOUNTING_COMPLETE) !== 0;
    stats.set('useraccounting', isCounted ? 1n : 0n);
  }
  return stats;
}

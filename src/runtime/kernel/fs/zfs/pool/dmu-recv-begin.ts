/**
 * Where a stream is to be received: the checks that refuse it, and the dataset for its blocks, new, a
 * hidden clone of what is there, or one that an earlier receive left half done.
 * @see uts/common/fs/zfs/dmu_recv.c dmu_recv_begin_check(), dmu_recv_resume_begin_check()
 */
import {
  EBUSY,
  EEXIST,
  EINVAL,
  ENODEV,
  ENOENT,
  ENOTSUP,
  type Errno,
  ETXTBSY,
  isErrno,
} from '#kernel/os/errno.ts';
import { isObjsetDirty } from '../dmu/objset-sync.ts';
import { createObjset } from '../dmu/objset-sync.ts';
import { createDataset, createDir, originSnapshot } from '../dsl/dsl-create.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import type { DslDir } from '../dsl/dsl-dir.ts';
import { RECV_CLONE_NAME } from '../dsl/dsl-pool.ts';
import { resumeStateOf, storeResumeState } from '../dsl/dsl-resume.ts';
import { equalBytes } from '#base/bytes.ts';
import { DMU_OST_ZFS, DMU_OST_ZVOL, DNODE_MIN_SIZE } from '../ondisk/dnode-phys.ts';
import { DS_FLAG_INCONSISTENT } from '../ondisk/dsl-phys.ts';
import { nvGetNumber, nvlistUnpack } from '../ondisk/nvlist.ts';
import * as drr from '../ondisk/replay-record.ts';
import { checkName } from './dataset-name.ts';
import type { Spa } from './spa.ts';
import { spaSync } from './spa-sync.ts';
import { isVolume } from './zvol-ops.ts';

export interface RecvRequest {
  readonly toFs: string;
  readonly toSnap: string;
  /** The BEGIN record and what came behind it. */
  readonly begin: Uint8Array;
  readonly payload: Uint8Array;
  /** `-F`: what changed since the source, newer snapshots too, gives way. */
  readonly isForced?: boolean;
  /** `-s`: what was received stays when the stream breaks off. */
  readonly isResumable?: boolean;
  /** `-o origin=`: the snapshot that a clone is made of, by its full name. */
  readonly origin?: string;
}

export interface RecvTarget {
  readonly begin: drr.DrrBegin;
  /** Where the blocks go. */
  readonly dataset: DslDataset;
  /** What it becomes part of; the same when it is new. */
  readonly head: DslDataset;
  /** Bytes that an earlier receive has done. */
  readonly resumedBytes: number;
  /** Asked once more when all is there. */
  checkEnd(): Errno | undefined;
}

/** Feature flags of streams that can be received. */
const KNOWN_FEATURES: number =
  drr.DMU_BACKUP_FEATURE_SA_SPILL +
  drr.DMU_BACKUP_FEATURE_EMBED_DATA +
  drr.DMU_BACKUP_FEATURE_LZ4 +
  drr.DMU_BACKUP_FEATURE_LARGE_BLOCKS +
  drr.DMU_BACKUP_FEATURE_RESUMING +
  drr.DMU_BACKUP_FEATURE_COMPRESSED +
  drr.DMU_BACKUP_FEATURE_LARGE_DNODE;

const NEEDED_FEATURES: readonly (readonly [number, string])[] = [
  [drr.DMU_BACKUP_FEATURE_EMBED_DATA, 'com.delphix:embedded_data'],
  [drr.DMU_BACKUP_FEATURE_LZ4, 'org.illumos:lz4_compress'],
  [drr.DMU_BACKUP_FEATURE_LARGE_BLOCKS, 'org.open-zfs:large_blocks'],
];

/** Whether every bit of `features` is among those of `known`. */
function isSubset(features: number, known: number): boolean {
  return (BigInt(features) & ~BigInt(known)) === 0n;
}

function has(features: number, feature: number): boolean {
  return Math.floor(features / feature) % 2 === 1;
}

function checkStream(spa: Spa, begin: drr.DrrBegin, features: number): Errno | undefined {
  const isSubstream = begin.versionInfo % 4 === drr.DMU_SUBSTREAM;
  const isKnownType = begin.type === DMU_OST_ZFS || begin.type === DMU_OST_ZVOL;
  if (begin.magic !== drr.DMU_BACKUP_MAGIC || !isSubstream || !isKnownType) return EINVAL;
  if (!isSubset(features, KNOWN_FEATURES)) return ENOTSUP;
  for (const [feature, guid] of NEEDED_FEATURES) {
    if (has(features, feature) && !spa.isFeatureEnabled(guid)) return ENOTSUP;
  }
  return undefined;
}

/** `dsl_dataset_modified_since_snap` */
export function isModifiedSince(head: DslDataset, snapshot: DslDataset): boolean {
  const opened = head.openedObjset;
  if (opened !== undefined && isObjsetDirty(opened)) return true;
  if (head.bp.birth <= snapshot.phys.creationTxg) return false;
  // A new objset block alone says nothing: it also holds the state of the intent log.
  const { arc } = head.pool;
  const now = arc.read(head.bp).subarray(0, DNODE_MIN_SIZE);
  return !equalBytes(now, arc.read(snapshot.bp).subarray(0, DNODE_MIN_SIZE));
}

/** The snapshot of `head` that the increment is from, or why it can't be received. */
function findBase(
  spa: Spa,
  head: DslDataset,
  fromGuid: bigint,
  isForced: boolean,
): DslDataset | Errno {
  let object = head.phys.prevSnapObj;
  for (let isNewest = true; object !== 0; isNewest = false) {
    const snapshot = spa.dsl.datasetByObject(object);
    if (snapshot.phys.dirObj !== head.phys.dirObj) break;
    if (snapshot.phys.guid === fromGuid) {
      if (isForced) return snapshot;
      if (!isNewest) return ENODEV;
      return isModifiedSince(head, snapshot) ? ETXTBSY : snapshot;
    }
    object = snapshot.phys.prevSnapObj;
  }
  return ENODEV;
}

function checkSnapshots(head: DslDataset, base: DslDataset | null): Errno | undefined {
  for (const snapshot of head.snapshots().toReversed()) {
    if (snapshot === base) return undefined;
    const { numChildren, userrefsObj } = snapshot.phys;
    if (numChildren > 1) return EEXIST;
    if (userrefsObj !== 0 || snapshot.longHolds > 0) return EBUSY;
  }
  return undefined;
}

export function recvBegin(spa: Spa, request: RecvRequest): RecvTarget | Errno {
  const error = checkName(`${request.toFs}@${request.toSnap}`);
  if (error !== undefined) return error;
  const begin = drr.drrBegin.read(request.begin);
  if (request.payload.length !== begin.payloadLen) return EINVAL;
  const features = Math.floor(begin.versionInfo / 4);
  const refused = checkStream(spa, begin, features);
  if (refused !== undefined) return refused;
  const head = spa.dsl.findDataset(request.toFs);
  if (has(features, drr.DMU_BACKUP_FEATURE_RESUMING)) return resume(request, begin, head);
  return head === undefined
    ? beginNew(spa, request, begin, features)
    : beginExisting(spa, request, begin, features, head);
}

/** A file system that is not there yet: of a full stream, or a clone. */
function beginNew(
  spa: Spa,
  request: RecvRequest,
  begin: drr.DrrBegin,
  features: number,
): RecvTarget | Errno {
  const at = request.toFs.lastIndexOf('/');
  if (at < 0) return ENOENT;
  const isClone = (begin.flags & drr.DRR_FLAG_CLONE) !== 0 || request.origin !== undefined;
  if (begin.fromGuid !== 0n && !isClone) return ENOENT;
  const parent = spa.dsl.findDir(request.toFs.slice(0, at));
  if (parent === undefined) return ENOENT;
  if (isVolume(spa.dsl.head(parent))) return EINVAL;
  let origin: DslDataset | null = null;
  if (begin.fromGuid !== 0n || request.origin !== undefined) {
    if (request.origin === undefined) return EINVAL;
    const found = spa.dsl.findDataset(request.origin);
    if (found === undefined) return ENOENT;
    if (found.snapshotName === undefined) return EINVAL;
    if (begin.fromGuid !== 0n && found.phys.guid !== begin.fromGuid) return ENODEV;
    origin = begin.fromGuid === 0n ? null : found;
  }
  const dataset = makeDataset(
    spa,
    parent,
    request.toFs.slice(at + 1),
    origin,
    begin,
    request,
    features,
  );
  return { begin, dataset, head: dataset, resumedBytes: 0, checkEnd: () => undefined };
}

function beginExisting(
  spa: Spa,
  request: RecvRequest,
  begin: drr.DrrBegin,
  features: number,
  head: DslDataset,
): RecvTarget | Errno {
  if ((head.phys.flags & DS_FLAG_INCONSISTENT) !== 0n) return EBUSY;
  if (head.dir.child(RECV_CLONE_NAME) !== undefined) return EBUSY;
  if (head.snapshot(request.toSnap) !== undefined) return EEXIST;
  const isForced = request.isForced === true;
  let base: DslDataset | null = null;
  if (begin.fromGuid !== 0n) {
    const found = findBase(spa, head, begin.fromGuid, isForced);
    if (isErrno(found)) return found;
    base = found;
  } else if (!isForced) {
    return EEXIST;
  }
  const refused = isForced ? checkSnapshots(head, base) : undefined;
  if (refused !== undefined) return refused;
  const dataset = makeDataset(spa, head.dir, RECV_CLONE_NAME, base, begin, request, features);
  const checkEnd = (): Errno | undefined => {
    if (head.snapshot(request.toSnap) !== undefined) return EEXIST;
    if (isForced) return checkSnapshots(head, base);
    if (base === null || head.phys.prevSnapObj !== base.object) return ENODEV;
    return isModifiedSince(head, base) ? ETXTBSY : undefined;
  };
  return { begin, dataset, head, resumedBytes: 0, checkEnd };
}

function makeDataset(
  spa: Spa,
  parent: DslDir,
  name: string,
  origin: DslDataset | null,
  begin: drr.DrrBegin,
  request: RecvRequest,
  features: number,
): DslDataset {
  const holder: { made?: DslDataset } = {};
  spa.syncTasks.push(() => {
    const dir = createDir(spa.dsl, parent, name);
    const made = createDataset(dir, origin ?? originSnapshot(spa.dsl));
    holder.made = made;
    made.phys.flags |= DS_FLAG_INCONSISTENT;
    made.dirty();
    if (request.isResumable === true) {
      storeResumeState(made, {
        fromGuid: begin.fromGuid,
        toGuid: begin.toGuid,
        toName: begin.toName,
        object: 1,
        offset: 0,
        bytes: 0,
        isLargeBlockOk: has(features, drr.DMU_BACKUP_FEATURE_LARGE_BLOCKS),
        isEmbedOk: has(features, drr.DMU_BACKUP_FEATURE_EMBED_DATA),
        isCompressOk: has(features, drr.DMU_BACKUP_FEATURE_COMPRESSED),
      });
    }
    if (origin !== null) return;
    const owner = spa.dsl.ownerOf(made) ?? spa.mosOwner;
    made.adoptObjset(createObjset(spa.arc, begin.type, owner));
  });
  spaSync(spa);
  return holder.made as DslDataset;
}

/** Goes on where an earlier receive broke off. */
function resume(
  request: RecvRequest,
  begin: drr.DrrBegin,
  found: DslDataset | undefined,
): RecvTarget | Errno {
  if (found === undefined) return ENOENT;
  const hidden = found.dir.child(RECV_CLONE_NAME);
  const dataset = hidden === undefined ? found : found.pool.head(hidden);
  if ((dataset.phys.flags & DS_FLAG_INCONSISTENT) === 0n) return EINVAL;
  const state = resumeStateOf(dataset);
  if (state === undefined) return EINVAL;
  if (dataset.longHolds > 0) return EBUSY;
  const list = nvlistUnpack(request.payload);
  const isSame =
    state.toGuid === begin.toGuid &&
    state.fromGuid === begin.fromGuid &&
    state.object === nvGetNumber(list, 'resume_object') &&
    state.offset === nvGetNumber(list, 'resume_offset');
  if (!isSame) return EINVAL;
  const { pool } = found;
  const base = begin.fromGuid === 0n ? null : pool.datasetByObject(dataset.phys.prevSnapObj);
  if (base !== null && base.phys.guid !== begin.fromGuid) return EINVAL;
  const checkEnd = (): Errno | undefined => {
    if (found === dataset) return undefined;
    if (found.snapshot(request.toSnap) !== undefined) return EEXIST;
    if (request.isForced === true) return checkSnapshots(found, base);
    if (base === null || found.phys.prevSnapObj !== base.object) return ENODEV;
    return isModifiedSince(found, base) ? ETXTBSY : undefined;
  };
  return { begin, dataset, head: found, resumedBytes: state.bytes, checkEnd };
}

/**
 * What differs between two snapshots: objects in the blocks of dnodes that changed, in use or free now;
 * and what a file is called, so that a person can be told.
 * Surprising: all objects of a changed block are named, also those that are as they were: whoever asks
 * compares them.
 * @see uts/common/fs/zfs/dmu_diff.c, zfs_znode.c zfs_obj_to_stats()
 */
import { EINVAL, ENOENT, ENOTSUP, ESTALE, type Errno, EXDEV } from '#kernel/os/errno.ts';
import { Objset } from '../dmu/objset.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { isHole } from '../ondisk/blkptr.ts';
import { DMU_OT_DIRECTORY_CONTENTS, DMU_OT_SA, DMU_OT_ZNODE } from '../ondisk/dmu-ot.ts';
import { DMU_OST_ZFS, DNODE_MIN_SIZE } from '../ondisk/dnode-phys.ts';
import { ZfsReader } from '../zpl/zfs-reader.ts';
import { changed, isBefore } from './dmu-send.ts';
import type { Spa } from './spa.ts';

/** `dmu_diff_record_t`: a run of objects that are all in use or all free. */
export interface DiffRecord {
  readonly isInUse: boolean;
  readonly first: number;
  readonly last: number;
}

/** The runs, in order. EXDEV when `from` is no earlier snapshot of the same line. */
export function dmuDiff(spa: Spa, from: DslDataset, to: DslDataset): Generator<DiffRecord> | Errno {
  if (from.snapshotName === undefined || to.snapshotName === undefined) return EINVAL;
  return isBefore(spa, from, to) ? runs(spa, from, to) : EXDEV;
}

function* runs(spa: Spa, from: DslDataset, to: DslDataset): Generator<DiffRecord> {
  to.longHolds += 1;
  try {
    const { metaDnode: meta } = Objset.open(spa.arc, to.bp, null);
    const perBlock = meta.dataBlockSize / DNODE_MIN_SIZE;
    let run: DiffRecord | undefined;
    for (const { bp, level, blkid } of changed(meta, from.phys.creationTxg)) {
      const span = perBlock * 2 ** (meta.epbs * level);
      const bytes = isHole(bp) ? null : meta.block(blkid);
      for (let slot = 0; slot < span; ) {
        const at = slot * DNODE_MIN_SIZE;
        const isInUse = bytes !== null && bytes[at] !== 0;
        const count = bytes === null ? span : isInUse ? 1 + (bytes[at + 12] as number) : 1;
        const first = blkid * span + slot;
        const last = first + count - 1;
        if (run !== undefined && run.isInUse === isInUse && run.last + 1 === first) {
          run = { isInUse, first: run.first, last };
        } else {
          if (run !== undefined) yield run;
          run = { isInUse, first, last };
        }
        slot += count;
      }
    }
    if (run !== undefined) yield run;
  } finally {
    to.longHolds -= 1;
  }
}

/** `zfs_stat_t` and the path from the file system's root. */
export interface ObjectStats {
  readonly path: string;
  readonly gen: bigint;
  readonly mode: number;
  readonly links: number;
  readonly ctime: readonly [seconds: bigint, nanoseconds: bigint];
}

/** ENOENT for no such object, ENOTSUP for one that is no file, ESTALE for one without a name. */
export function objToStats(dataset: DslDataset, object: number): ObjectStats | Errno {
  const { objset } = dataset;
  if (objset.type !== DMU_OST_ZFS) return EINVAL;
  const reader = new ZfsReader(objset);
  if (!isFile(reader, object)) return objset.tryDnode(object) === undefined ? ENOENT : ENOTSUP;
  const { gen, mode, links, ctime } = reader.attributes(object);
  const path = pathOf(reader, object);
  return path === undefined ? ESTALE : { path, gen, mode, links, ctime };
}

function isFile(reader: ZfsReader, object: number): boolean {
  const bonusType = reader.objset.tryDnode(object)?.bonusType;
  return bonusType === DMU_OT_SA || bonusType === DMU_OT_ZNODE;
}

/** The deepest that names are followed up; more is a loop. */
const MAX_DEPTH = 4096;

/** `zfs_obj_to_path_impl`: from parent to parent. */
function pathOf(reader: ZfsReader, object: number): string | undefined {
  if (object === reader.rootObject) return '/';
  let path = '';
  let child = object;
  for (let depth = 0; child !== reader.rootObject; depth += 1) {
    const { parent } = reader.attributes(child);
    const isDirectory = reader.objset.tryDnode(parent)?.type === DMU_OT_DIRECTORY_CONTENTS;
    if (depth > MAX_DEPTH || !isDirectory || !isFile(reader, parent)) return undefined;
    const wanted = child;
    const entry = [...reader.entries(parent)].find((each) => each.object === wanted);
    if (entry !== undefined) path = `/${entry.name}${path}`;
    else if (reader.attributes(parent).xattr === child) path = `/<xattrdir>${path}`;
    else return undefined;
    child = parent;
  }
  return path;
}

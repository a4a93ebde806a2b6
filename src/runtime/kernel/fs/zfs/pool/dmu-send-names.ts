/**
 * What a send is called on: the snapshot, where it begins (a snapshot, a bookmark, the origin), and how
 * long the stream will be, about.
 * @see uts/common/fs/zfs/dmu_send.c dmu_send(), dmu_send_estimate()
 */
import { EINVAL, ENOENT, type Errno, EXDEV, isErrno } from '#kernel/os/errno.ts';
import { bookmark } from '../dsl/dsl-bookmark.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { propGetNumber } from '../dsl/dsl-prop.ts';
import { spaceWritten } from '../dsl/dsl-stats.ts';
import { SPA_BLKPTR_SIZE } from '../ondisk/blkptr.ts';
import { DMU_OST_ZVOL } from '../ondisk/dnode-phys.ts';
import { DRR_SIZE } from '../ondisk/replay-record.ts';
import {
  dmuSend,
  isBefore,
  type SendFrom,
  sendFromSnapshot,
  type SendOptions,
} from './dmu-send.ts';
import type { Spa } from './spa.ts';

/** What is sent and from where, by name. ENOENT; EXDEV when `from` is not before `to`. */
export function sendNames(
  spa: Spa,
  to: string,
  from: string | undefined,
): { snapshot: DslDataset; from: SendFrom | null; fromSnapshot: DslDataset | null } | Errno {
  const snapshot = spa.dsl.findDataset(to);
  if (snapshot === undefined) return ENOENT;
  if (snapshot.snapshotName === undefined) return EINVAL;
  if (from === undefined || from === '') return { snapshot, from: null, fromSnapshot: null };
  const hash = from.indexOf('#');
  if (hash >= 0) {
    const head = spa.dsl.findDataset(from.slice(0, hash));
    const mark = head === undefined ? undefined : bookmark(head, from.slice(hash + 1));
    if (head === undefined || mark === undefined) return ENOENT;
    if (mark.creationTxg >= snapshot.phys.creationTxg) return EXDEV;
    const isOrigin = head.dir !== snapshot.dir;
    return { snapshot, from: { ...mark, isOrigin }, fromSnapshot: null };
  }
  const source = spa.dsl.findDataset(from);
  if (source === undefined) return ENOENT;
  if (source.snapshotName === undefined || !isBefore(spa, source, snapshot)) return EXDEV;
  return { snapshot, from: sendFromSnapshot(source, snapshot), fromSnapshot: source };
}

/** Size of blocks of the dataset, for the estimate: its records, or those of the volume. */
function recordSize(snapshot: DslDataset): number {
  const { objset } = snapshot;
  if (objset.type !== DMU_OST_ZVOL) return Number(propGetNumber(snapshot, 'recordsize'));
  return objset.tryDnode(1)?.dataBlockSize ?? 8192;
}

/**
 * `dmu_send_estimate`: bytes of the stream, from the books where they tell (snapshots), and by
 * sending for nothing where not (bookmarks, half a stream).
 */
export function dmuSendEstimate(
  spa: Spa,
  to: string,
  from: string | undefined,
  options: SendOptions,
): number | Errno {
  const names = sendNames(spa, to, from);
  if (isErrno(names)) return names;
  const { snapshot } = names;
  if ((names.from !== null && names.fromSnapshot === null) || options.resume !== undefined) {
    const pieces = dmuSend(spa, snapshot, names.from, options);
    if (isErrno(pieces)) return pieces;
    let size = 0;
    for (const piece of pieces) size += piece.length;
    return size;
  }
  const { compressedBytes, uncompressedBytes } = snapshot.phys;
  const changed =
    names.fromSnapshot === null
      ? { comp: compressedBytes, uncomp: uncompressedBytes }
      : spaceWritten(names.fromSnapshot, snapshot);
  if (changed === undefined) return EXDEV;
  const records = Math.floor(changed.uncomp / recordSize(snapshot));
  const size = options.isCompressOk === true ? changed.comp : changed.uncomp;
  return size - records * SPA_BLKPTR_SIZE + records * DRR_SIZE + 2 * DRR_SIZE;
}

/**
 * Making, listing and destroying bookmarks, by name (`fs#mark`).
 * @see uts/common/fs/zfs/dsl_bookmark.c
 */
import { EEXIST, EINVAL, ENOENT, ENOTSUP, type Errno, EXDEV, isErrno } from '#kernel/os/errno.ts';
import {
  addBookmark,
  type Bookmark,
  bookmark,
  bookmarksOf,
  removeBookmark,
} from '../dsl/dsl-bookmark.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { FEATURE_BOOKMARKS } from '../dsl/dsl-extension.ts';
import { checkName } from './dataset-name.ts';
import { spaHistoryInternal } from './spa-history.ts';
import type { Spa } from './spa.ts';
import { runTask } from './sync-task.ts';

/** The head and the short name in `fs#mark`. */
function split(spa: Spa, full: string): { head: DslDataset; name: string } | Errno {
  const error = checkName(full);
  if (error !== undefined) return error;
  const [path = '', name] = full.split('#');
  if (name === undefined || name === '') return EINVAL;
  const head = spa.dsl.findDataset(path);
  if (head === undefined) return ENOENT;
  return head.isSnapshot ? EINVAL : { head, name };
}

/** `dsl_dataset_is_before`: whether `snapshot` is of `head`, or of what that was cloned from. */
function isBefore(head: DslDataset, snapshot: DslDataset): boolean {
  for (let at = head; ; ) {
    if (at.object === snapshot.object) return true;
    if (at.phys.prevSnapObj === 0) return false;
    at = at.pool.datasetByObject(at.phys.prevSnapObj);
  }
}

/** `lzc_bookmark`: bookmarks of snapshots, `[bookmark, snapshot]`, all in one txg or none. */
export function zfsBookmark(
  spa: Spa,
  marks: readonly (readonly [bookmark: string, snapshot: string])[],
  errors?: Map<string, Errno>,
): Errno | undefined {
  if (!spa.isFeatureEnabled(FEATURE_BOOKMARKS)) return ENOTSUP;
  const made: { head: DslDataset; name: string; snapshot: DslDataset }[] = [];
  let first: Errno | undefined;
  const names = new Set<string>();
  for (const [full, from] of marks) {
    const target = split(spa, full);
    const error = isErrno(target) ? target : checkMark(spa, target, from, names.has(full));
    names.add(full);
    if (error !== undefined) {
      first ??= error;
      errors?.set(full, error);
    } else if (!isErrno(target)) {
      const snapshot = spa.dsl.findDataset(from);
      if (snapshot !== undefined) made.push({ ...target, snapshot });
    }
  }
  if (first !== undefined || made.length === 0) return first;
  return runTask(
    spa,
    () => {
      for (const { head, name, snapshot } of made) {
        addBookmark(head, name, snapshot.phys);
        const { creationTxg } = snapshot.phys;
        const text = `name=${name} creation_txg=${creationTxg} target_snap=${snapshot.object}`;
        spaHistoryInternal(spa, 'bookmark', head, text);
      }
    },
    'normal',
  );
}

function checkMark(
  spa: Spa,
  { head, name }: { head: DslDataset; name: string },
  from: string,
  isTwice: boolean,
): Errno | undefined {
  const snapshot = spa.dsl.findDataset(from);
  if (snapshot === undefined) return from.startsWith(spa.identity.name) ? ENOENT : EXDEV;
  if (!snapshot.isSnapshot || !isBefore(head, snapshot)) return EINVAL;
  return isTwice || bookmark(head, name) !== undefined ? EEXIST : undefined;
}

/** `lzc_get_bookmarks`: those of a file system or volume, by short name. */
export function zfsBookmarks(spa: Spa, name: string): Map<string, Bookmark> | Errno {
  const head = spa.dsl.findDataset(name);
  if (head === undefined) return ENOENT;
  return head.isSnapshot ? EINVAL : bookmarksOf(head);
}

/** `lzc_destroy_bookmarks`: all in one txg; those that are not there are passed over. */
export function zfsDestroyBookmarks(
  spa: Spa,
  names: readonly string[],
  errors?: Map<string, Errno>,
): Errno | undefined {
  const found: { head: DslDataset; name: string }[] = [];
  for (const full of new Set(names)) {
    const target = split(spa, full);
    if (target === ENOENT) continue;
    if (isErrno(target)) {
      errors?.set(full, target);
      return target;
    }
    if (bookmark(target.head, target.name) !== undefined) found.push(target);
  }
  if (found.length === 0) return undefined;
  return runTask(
    spa,
    () => {
      for (const { head, name } of found) {
        removeBookmark(head, name);
        spaHistoryInternal(spa, 'remove bookmark', head, `name=${name}`);
      }
    },
    'extra',
  );
}

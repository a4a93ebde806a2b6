/**
 * Bookmarks: the memory of a snapshot's guid and txg, enough to send an increment from when the
 * snapshot is gone. A ZAP that the head's object names, once the first one is made.
 * @see uts/common/fs/zfs/dsl_bookmark.c
 */
import { DMU_OTN_ZAP_METADATA } from '../ondisk/dmu-ot.ts';
import { zapCount, zapCreate, zapDestroy, zapEntries, zapLookup } from '../zap/zap.ts';
import { zapRemove, zapSet } from '../zap/zap.ts';
import { integersOf, numberOf, zapU64, zapU64Values, type ZapValue } from '../zap/zap-value.ts';
import type { DslDataset } from './dsl-dataset.ts';
import {
  extensionField,
  FEATURE_BOOKMARKS,
  removeExtensionField,
  setExtensionField,
} from './dsl-extension.ts';

/** `DS_FIELD_BOOKMARK_NAMES` */
const BOOKMARK_NAMES = 'com.delphix:bookmarks';

/** `zfs_bookmark_phys_t`, first version. */
export interface Bookmark {
  readonly guid: bigint;
  readonly creationTxg: number;
  readonly creationTime: number;
}

function namesObject(head: DslDataset): number {
  const value = extensionField(head, BOOKMARK_NAMES);
  return value === undefined ? 0 : numberOf(value);
}

function decode(value: ZapValue): Bookmark {
  const [guid = 0n, txg = 0n, time = 0n] = integersOf(value);
  return { guid, creationTxg: Number(txg), creationTime: Number(time) };
}

/** All bookmarks of a file system or volume, by name. */
export function bookmarksOf(head: DslDataset): Map<string, Bookmark> {
  const object = namesObject(head);
  if (object === 0) return new Map();
  const found = Array.from(
    zapEntries(head.pool.mos, object),
    ({ name, value }): [string, Bookmark] => [name, decode(value)],
  );
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The bookmark called `name` (the part behind `#`). */
export function bookmark(head: DslDataset, name: string): Bookmark | undefined {
  const object = namesObject(head);
  const value = object === 0 ? undefined : zapLookup(head.pool.mos, object, name);
  return value === undefined ? undefined : decode(value);
}

/** In a sync task; the name is new. */
export function addBookmark(head: DslDataset, name: string, of: Bookmark): void {
  const { mos, writable } = head.pool;
  let object = namesObject(head);
  if (object === 0) {
    object = zapCreate(mos, DMU_OTN_ZAP_METADATA);
    writable.featureCount(FEATURE_BOOKMARKS, 1);
    setExtensionField(head, BOOKMARK_NAMES, zapU64(object));
  }
  const numbers = [of.guid, BigInt(of.creationTxg), BigInt(of.creationTime)];
  zapSet(mos, object, name, zapU64Values(numbers));
}

/** In a sync task; the bookmark is there. */
export function removeBookmark(head: DslDataset, name: string): void {
  const { mos } = head.pool;
  const object = namesObject(head);
  zapRemove(mos, object, name);
  if (zapCount(mos, object) === 0) removeAllBookmarks(head);
}

/** With the last bookmark, or with the dataset, the ZAP goes. */
export function removeAllBookmarks(head: DslDataset): void {
  const object = namesObject(head);
  if (object === 0) return;
  zapDestroy(head.pool.mos, object);
  removeExtensionField(head, BOOKMARK_NAMES);
  head.pool.writable.featureCount(FEATURE_BOOKMARKS, -1);
}

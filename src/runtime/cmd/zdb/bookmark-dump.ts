/** Bookmarks of a dataset, from -dddd on. @see cmd/zdb/zdb.c dump_bookmark() */
import type { DslDataset } from '#kernel/fs/zfs/dsl/dsl-dataset.ts';
import { integersOf } from '#kernel/fs/zfs/zap/zap-value.ts';
import { zapLookupNumber } from '#kernel/fs/zfs/zap/zap.ts';
import { entriesOf, type ZdbPool } from '#cmd/zdb/zdb-context.ts';

/** `DS_FIELD_BOOKMARK_NAMES`: where an extensible dataset says which object lists them. */
const BOOKMARK_NAMES = 'com.delphix:bookmarks';

/** The object that lists the bookmarks, 0 when there are none. */
export function bookmarksObject(dataset: DslDataset): number {
  if (dataset.isSnapshot) return 0;
  const { mos } = dataset.pool;
  const dnode = mos.dnode(dataset.object);
  if (dnode.type < 0x80) return 0;
  return zapLookupNumber(mos, dataset.object, BOOKMARK_NAMES) ?? 0;
}

export function bookmarksText(zdb: ZdbPool, dataset: DslDataset): string {
  if (zdb.count('d') < 4) return '';
  return entriesOf(zdb.mos, bookmarksObject(dataset))
    .map(({ name, value }) => {
      const [guid = 0n, txg = 0n, time = 0n, redaction = 0n] = integersOf(value);
      const what = `guid: ${guid.toString(16)} creation_txg: ${txg} creation_time: ${time}`;
      return `\t#${name}: {${what} redaction_obj: ${redaction}}\n`;
    })
    .join('');
}

/** -O: an object by its path in a dataset. @see cmd/zdb/zdb.c dump_path() */
import type { DslDataset } from '#kernel/fs/zfs/dsl/dsl-dataset.ts';
import { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import {
  DMU_OT_DIRECTORY_CONTENTS,
  DMU_OT_PLAIN_FILE_CONTENTS,
} from '#kernel/fs/zfs/ondisk/dmu-ot.ts';
import { ZIO_COMPRESS_ON } from '#kernel/fs/zfs/ondisk/zio-algorithm.ts';
import { OBJECT_HEADER, objectText } from '#cmd/zdb/object-dump.ts';
import type { ZdbPool } from '#cmd/zdb/zdb-context.ts';

export interface PathOutcome {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

/** `ds` is the name as given, for the messages. */
export function pathText(zdb: ZdbPool, dataset: DslDataset, ds: string, path: string): PathOutcome {
  const reader = new ZfsReader(dataset.objset);
  let at = reader.rootObject;
  let walked = `dataset=${ds} path=/`;
  const components = path.split('/').filter((part) => part !== '');
  for (const [i, name] of components.entries()) {
    walked += name;
    const next = reader.lookup(at, name);
    if (next === undefined) {
      return { out: '', err: `failed to lookup ${walked}: No such file or directory\n`, status: 2 };
    }
    walked += '/';
    const { type } = reader.dnode(next);
    if (type === DMU_OT_PLAIN_FILE_CONTENTS || type === DMU_OT_DIRECTORY_CONTENTS) {
      at = next;
      if (type === DMU_OT_PLAIN_FILE_CONTENTS) break;
      if (i < components.length - 1) continue;
      break;
    }
    return {
      out: '',
      err: `object ${at} has non-file/directory type ${type}\n`,
      status: 22,
    };
  }
  const place = { zdb, reader, compress: ZIO_COMPRESS_ON };
  const text = objectText(place, reader.dnode(at), zdb.count('v'));
  return { out: OBJECT_HEADER + text, err: '', status: 0 };
}

/** A dataset as a file system that can be changed. */
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { ZfsFs } from '../zpl/zfs-fs.ts';
import type { Spa } from './spa.ts';
import { zfsNow } from './spa-create.ts';

/** Opens the file system in `dataset`; keep one at most for each. */
export function openFileSystem(spa: Spa, dataset: DslDataset): ZfsFs {
  return new ZfsFs(dataset.objset, {
    get txg(): number {
      return spa.txg;
    },
    now: () => zfsNow(spa),
  });
}

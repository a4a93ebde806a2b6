/**
 * Properties of datasets as they are typed, checked and made into a list for the kernel.
 * @see lib/libzfs/common/libzfs_dataset.c zfs_valid_proplist()
 */
import { type NvList, type NvValue, nvString, nvUint64 } from '#abi/illumos/nvpair.ts';
import {
  isPropReadonly,
  isPropSetOnce,
  isUserProp,
  ZAP_MAXNAMELEN,
  ZAP_MAXVALUELEN,
  zfsProp,
  ZFS_TYPE_FILESYSTEM,
} from '#abi/illumos/zfs-prop.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import { parsePropValue } from '#lib/libzfs/prop-parse.ts';

/** Of a file system that is about to be made; false after saying what is wrong. */
export function* parseDatasetProps(
  zfs: LibZfs,
  texts: ReadonlyMap<string, string>,
  action: string,
): Task<NvList | false> {
  const props = new Map<string, NvValue>();
  for (const [name, text] of texts) {
    const row = zfsProp(name);
    if (row === undefined && isUserProp(name)) {
      if (name.length >= ZAP_MAXNAMELEN) {
        return yield* zfs.errorAux('EZFS_BADPROP', action, `property name '${name}' is too long`);
      }
      if (text.length >= ZAP_MAXVALUELEN) {
        return yield* zfs.errorAux('EZFS_BADPROP', action, `property value '${text}' is too long`);
      }
      props.set(name, nvString(text));
      continue;
    }
    if (row === undefined) {
      return yield* zfs.errorAux('EZFS_BADPROP', action, `invalid property '${name}'`);
    }
    if ((row.types & ZFS_TYPE_FILESYSTEM) === 0) {
      const description = `'${name}' does not apply to datasets of this type`;
      return yield* zfs.errorAux('EZFS_PROPTYPE', action, description);
    }
    if (isPropReadonly(row) && !isPropSetOnce(row)) {
      return yield* zfs.errorAux('EZFS_PROPREADONLY', action, `'${name}' is readonly`);
    }
    const value = parsePropValue(row, text);
    if (typeof value === 'object') {
      return yield* zfs.errorAux('EZFS_BADPROP', action, value.problem);
    }
    props.set(row.name, typeof value === 'string' ? nvString(value) : nvUint64(value));
  }
  return props;
}

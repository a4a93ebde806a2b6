/**
 * Properties of datasets as they are typed, checked and made into a list for the kernel.
 * @see lib/libzfs/common/libzfs_dataset.c zfs_valid_proplist()
 */
import { type NvList, type NvValue, nvString, nvUint64 } from '#abi/illumos/nvpair.ts';
import {
  isPropReadonly,
  isPropSetOnce,
  isUserProp,
  isUserquotaProp,
  isWrittenProp,
  type PropRow,
  ZAP_MAXNAMELEN,
  ZAP_MAXVALUELEN,
  zfsProp,
  ZFS_TYPE_FILESYSTEM,
  ZFS_TYPE_SNAPSHOT,
} from '#abi/illumos/zfs-prop.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { EzfsName } from '#lib/libzfs/errors.table.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import { niceStringToNumber } from '#lib/libzfs/nicenum.ts';
import { parsePropValue } from '#lib/libzfs/prop-parse.ts';
import { parseUserquota } from '#lib/libzfs/userspace.ts';

const UINT64_MAX = 0xffffffffffffffffn;
/** `zfs_max_recordsize` in KiB, and the least block. */
const MAX_RECORD_KIB = 1024;
const MAX_VOLBLOCK_KIB = 128;
const MIN_BLOCK = 512n;
const MAX_COMPONENT = 255;

/** What is about to get the properties. */
export interface PropTarget {
  /** One of `ZFS_TYPE_…` */
  readonly type: number;
  /** Whether it exists, so that what is set once can't be. */
  readonly exists: boolean;
  /** A volume's block size, where it is known. */
  readonly volblocksize?: bigint;
  /** A volume's size as it is. */
  readonly volsize?: bigint;
}

const NEW_FILE_SYSTEM: PropTarget = { type: ZFS_TYPE_FILESYSTEM, exists: false };

/** An error of libzfs: what, and how it is described. */
type Complaint = readonly [code: EzfsName, description: string];
type Parsed = { readonly value: NvValue } | { readonly complaint: Complaint };

const bad = (description: string): Parsed => ({ complaint: ['EZFS_BADPROP', description] });

function userProp(name: string, text: string): Parsed {
  if (name.length >= ZAP_MAXNAMELEN) return bad(`property name '${name}' is too long`);
  if (text.length >= ZAP_MAXVALUELEN) return bad(`property value '${text}' is too long`);
  return { value: nvString(text) };
}

function* userquota(zfs: LibZfs, name: string, text: string, type: number): Task<Parsed> {
  if (type !== ZFS_TYPE_FILESYSTEM) {
    return { complaint: ['EZFS_PROPTYPE', `'${name}' does not apply to datasets of this type`] };
  }
  if (name.includes('used@')) {
    return { complaint: ['EZFS_PROPREADONLY', `'${name}' is readonly`] };
  }
  const who = yield* parseUserquota(zfs, name);
  if (who === undefined) return bad(`property '${name}' has an invalid user/group name`);
  const bytes = text === 'none' ? 0n : niceStringToNumber(text);
  if (typeof bytes === 'object') return bad(bytes.problem);
  if (bytes === 0n && text !== 'none') return bad(`use 'none' to disable userquota/groupquota`);
  return {
    value: { type: 'uint64_array', value: [BigInt(who.kind), BigInt(who.id), bytes] },
  };
}

function blockSize(name: string, value: bigint): Parsed | undefined {
  const most = name === 'recordsize' ? MAX_RECORD_KIB : MAX_VOLBLOCK_KIB;
  const isPower = value > 0n && (value & (value - 1n)) === 0n;
  if (isPower && value >= MIN_BLOCK && value <= BigInt(most) * 1024n) return undefined;
  return bad(`'${name}' must be power of 2 from 512B to ${most}KB`);
}

function mountpoint(text: string): Parsed | undefined {
  if (text === 'none' || text === 'legacy') return undefined;
  if (!text.startsWith('/')) return bad(`'${text}' must be an absolute path, 'none', or 'legacy'`);
  const isLong = text.split('/').some((part) => part.length > MAX_COMPONENT);
  return isLong ? bad(`component of '${text}' is too long`) : undefined;
}

/** What some properties want beyond their kind. */
function special(row: PropRow, text: string, value: bigint, to: PropTarget): Parsed | undefined {
  switch (row.name) {
    case 'quota':
    case 'refquota':
      if (value !== 0n || text === 'none') return undefined;
      return bad(`use 'none' to disable quota/refquota`);
    case 'encryption':
      return text === 'off' ? undefined : bad('encryption is not supported yet');
    case 'recordsize':
    case 'volblocksize':
      return blockSize(row.name, value);
    case 'volsize': {
      const block = to.volblocksize ?? 8192n;
      if (value === 0n) return bad(`'${row.name}' cannot be zero`);
      if (value % block === 0n) return undefined;
      return bad(`'${row.name}' must be a multiple of volume block size (${block})`);
    }
    case 'reservation':
    case 'refreservation': {
      const isBig = to.volsize !== undefined && value > to.volsize;
      return isBig ? bad(`'${row.name}' is greater than current volume size`) : undefined;
    }
    default:
      return undefined;
  }
}

function native(row: PropRow, name: string, text: string, to: PropTarget): Parsed {
  if (to.type === ZFS_TYPE_SNAPSHOT) {
    return {
      complaint: ['EZFS_PROPTYPE', 'this property can not be modified for snapshots'],
    };
  }
  if ((row.types & to.type) === 0) {
    return { complaint: ['EZFS_PROPTYPE', `'${name}' does not apply to datasets of this type`] };
  }
  if (isPropReadonly(row) && !(isPropSetOnce(row) && !to.exists)) {
    return { complaint: ['EZFS_PROPREADONLY', `'${name}' is readonly`] };
  }
  const isCount = row.name === 'filesystem_limit' || row.name === 'snapshot_limit';
  if (isCount && text === 'none') return { value: nvUint64(UINT64_MAX) };
  if (row.name === 'version' && text === 'current') return { value: nvUint64(5n) };
  if (row.name === 'mountpoint') {
    const wrong = mountpoint(text);
    if (wrong !== undefined) return wrong;
  }
  const value = parsePropValue(row, text);
  if (typeof value === 'object') return bad(value.problem);
  if (typeof value === 'string') return { value: nvString(value) };
  return special(row, text, value, to) ?? { value: nvUint64(value) };
}

/** For what `target` says, a new file system unless given; false after saying what is wrong. */
export function* parseDatasetProps(
  zfs: LibZfs,
  texts: ReadonlyMap<string, string>,
  action: string,
  target: PropTarget = NEW_FILE_SYSTEM,
): Task<NvList | false> {
  const props = new Map<string, NvValue>();
  for (const [name, text] of texts) {
    const row = zfsProp(name);
    let parsed: Parsed;
    if (row !== undefined) parsed = native(row, name, text, target);
    else if (isUserquotaProp(name)) parsed = yield* userquota(zfs, name, text, target.type);
    else if (isUserProp(name)) parsed = userProp(name, text);
    else if (isWrittenProp(name)) {
      parsed = { complaint: ['EZFS_PROPREADONLY', `'${name}' is readonly`] };
    } else parsed = bad(`invalid property '${name}'`);
    if ('complaint' in parsed)
      return yield* zfs.errorAux(parsed.complaint[0], action, parsed.complaint[1]);
    props.set(row?.name ?? name, parsed.value);
  }
  return props;
}

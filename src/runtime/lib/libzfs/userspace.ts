/**
 * Space of users and groups: `userused@…` and its relatives, one or all.
 * @see lib/libzfs/common/libzfs_dataset.c zfs_prop_get_userquota(), zfs_userspace()
 */
import { nvGetUint64 } from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { USERQUOTA_PREFIXES } from '#abi/illumos/zfs-prop.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';

/** What shows a size. */
interface SizeText {
  readonly zfs: LibZfs;
  readonly isLiteral: boolean;
  size(value: bigint): string;
}

/** `userquota@WHO` taken apart: the kind by its number, and who. */
export interface UserquotaName {
  readonly prefix: string;
  readonly kind: number;
  readonly id: number;
}

/** undefined when nobody is called so. */
export function* parseUserquota(zfs: LibZfs, name: string): Task<UserquotaName | undefined> {
  const kind = USERQUOTA_PREFIXES.findIndex((each) => name.startsWith(each));
  const prefix = USERQUOTA_PREFIXES[kind];
  if (prefix === undefined) return undefined;
  const who = name.slice(prefix.length);
  const accounts = new Accounts(zfs.sys);
  const id = prefix.startsWith('user') ? yield* accounts.userId(who) : yield* accounts.groupId(who);
  return id === undefined ? undefined : { prefix, kind, id };
}

/** `userused@WHO` … of a dataset, as `zfs get` shows it; undefined when it has none. */
export function* userquotaText(
  reader: SizeText,
  dataset: string,
  name: string,
): Task<string | undefined> {
  const what = yield* parseUserquota(reader.zfs, name);
  if (what === undefined) return undefined;
  const command = zfsCommand({ name: dataset, object: what.kind, guid: BigInt(what.id) });
  const errno = yield* reader.zfs.ioctl('ZFS_IOC_USERSPACE_ONE', command);
  if (errno !== undefined) return undefined;
  const value = nvGetUint64(command.destination ?? new Map(), 'value') ?? 0n;
  if (reader.isLiteral) return String(value);
  return what.prefix.includes('quota') && value === 0n ? 'none' : reader.size(value);
}

/** Numbers by id of one of `USERQUOTA_PREFIXES`; undefined when the dataset keeps none. */
export function* userspaceMany(
  zfs: LibZfs,
  name: string,
  prefix: string,
): Task<Map<number, bigint> | undefined> {
  const command = zfsCommand({ name, object: USERQUOTA_PREFIXES.indexOf(prefix) });
  const errno = yield* zfs.ioctl('ZFS_IOC_USERSPACE_MANY', command);
  if (errno !== undefined) return undefined;
  const list = command.destination ?? new Map();
  return new Map([...list.keys()].map((id) => [Number(id), nvGetUint64(list, id) ?? 0n]));
}

/** Ioctls on properties of datasets and what they say of space. The work is in pool/. */
import {
  type NvList,
  nvGetList,
  nvGetString,
  nvUint64,
  type NvValue,
} from '#abi/illumos/nvpair.ts';
import { isUserquotaProp } from '#abi/illumos/zfs-prop.ts';
import type { ZfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { EINVAL, ENOENT, ESRCH, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import type { PropRaw } from '../dsl/dsl-prop.ts';
import { spaceWouldFree, spaceWritten } from '../dsl/dsl-stats.ts';
import { receivedProps, zplProps } from '../pool/dataset-props.ts';
import { zfsInheritProp, zfsSetProps } from '../pool/dsl-prop-ops.ts';
import type { Spa } from '../pool/spa.ts';
import { zfsSetUserQuota, zfsUserspaceMany, zfsUserspaceOne } from '../pool/userspace-ops.ts';
import { datasetRow, readRow, type ZfsIoctlRow } from './ioctl-row.ts';
import type { ZfsModule } from './zfs-module.ts';

function target(command: ZfsCommand, module: ZfsModule): [Spa, DslDataset] | Errno {
  const spa = module.poolOf(command.name);
  const dataset = spa?.dsl.findDataset(command.name);
  return spa === undefined || dataset === undefined ? ENOENT : [spa, dataset];
}

/** Properties out of an nvlist: a value, or a list with `value` in it. */
export function propsFrom(list: NvList): Map<string, PropRaw> | Errno {
  const props = new Map<string, PropRaw>();
  for (const [name, pair] of list) {
    const value = pair.type === 'nvlist' ? pair.value.get('value') : pair;
    if (value?.type !== 'string' && value?.type !== 'uint64') return EINVAL;
    props.set(name, value.value);
  }
  return props;
}

/** `userquota@…` and `groupquota@…` come as [kind, id, bytes]. */
function setUserQuotas(spa: Spa, name: string, source: NvList): Errno | undefined {
  for (const [prop, pair] of source) {
    if (!isUserquotaProp(prop)) continue;
    if (pair.type !== 'uint64_array') return EINVAL;
    const [type = 0n, id = 0n, quota = 0n] = pair.value;
    const error = zfsSetUserQuota(spa, name, Number(type), id, quota);
    if (error !== undefined) return error;
  }
  return undefined;
}

/** `source` names properties; `cookie` 1 says that they came with a stream. Errors by name. */
function setProp(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const found = target(command, module);
  if (isErrno(found)) return found;
  const given: NvList = command.source ?? new Map();
  const props = propsFrom(new Map([...given].filter(([name]) => !isUserquotaProp(name))));
  if (isErrno(props)) return props;
  const refused = setUserQuotas(found[0], command.name, given);
  if (refused !== undefined || props.size === 0) return refused;
  const errors = new Map<string, Errno>();
  const source = command.cookie === 0 ? 'local' : 'received';
  const error = zfsSetProps(found[0], command.name, props, source, errors);
  command.destination = errnoList(errors);
  return error;
}

/** Errors as an nvlist: name → number. */
export function errnoList(errors: ReadonlyMap<string, Errno>): NvList {
  return new Map(
    [...errors].map(([name, error]): [string, NvValue] => [
      name,
      { type: 'int32', value: error.number },
    ]),
  );
}

/** Property `value`; `cookie` 1 for what was received before (`inherit -S`). */
function inheritProp(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const found = target(command, module);
  if (isErrno(found)) return found;
  return zfsInheritProp(found[0], command.name, command.value, command.cookie !== 0);
}

function objsetZplProps(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const found = target(command, module);
  if (isErrno(found)) return found;
  const props = zplProps(found[1]);
  if (props.size === 0) return ENOENT;
  command.destination = props;
  return undefined;
}

function objsetRecvdProps(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const found = target(command, module);
  if (isErrno(found)) return found;
  command.destination = receivedProps(found[1]);
  return undefined;
}

/** Written in `name` since snapshot `value`: answers used, compressed and uncompressed bytes. */
function written(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const found = target(command, module);
  if (isErrno(found)) return found;
  const older = found[0].dsl.findDataset(command.value);
  if (older === undefined) return ENOENT;
  const space = spaceWritten(older, found[1]);
  if (space === undefined) return EINVAL;
  command.destination = spaceList(space.used, space.comp, space.uncomp);
  return undefined;
}

/** What destroying the snapshots `firstsnap` to `name` would free. */
function spaceSnaps(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const found = target(command, module);
  if (isErrno(found)) return found;
  const name = nvGetString(command.source ?? new Map(), 'firstsnap') ?? '';
  const first = found[0].dsl.findDataset(name);
  if (first === undefined) return ENOENT;
  if (!first.isSnapshot || !found[1].isSnapshot) return EINVAL;
  const space = spaceWouldFree(first, found[1]);
  if (space === undefined) return EINVAL;
  command.destination = spaceList(space.used, space.comp, space.uncomp);
  return undefined;
}

function spaceList(used: number, comp: number, uncomp: number): NvList {
  return new Map([
    ['used', nvUint64(used)],
    ['compressed', nvUint64(comp)],
    ['uncompressed', nvUint64(uncomp)],
  ]);
}

/** The name of the dataset with object number `object`. */
function dsobjToDsname(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.poolOf(command.name);
  if (spa === undefined) return ENOENT;
  if (spa.mos.tryDnode(command.object) === undefined) return ESRCH;
  command.value = spa.dsl.datasetByObject(command.object).fullName;
  return undefined;
}

/** One number of `zfs userspace`: kind `object`, id `guid`; the answer is in `destination`. */
function userspaceOne(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.poolOf(command.name);
  if (spa === undefined) return ENOENT;
  const value = zfsUserspaceOne(spa, command.name, command.object, command.guid);
  if (isErrno(value)) return value;
  command.destination = new Map([['value', nvUint64(value)]]);
  return undefined;
}

/** All numbers of kind `object`: id → value. */
function userspaceMany(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.poolOf(command.name);
  if (spa === undefined) return ENOENT;
  const all = zfsUserspaceMany(spa, command.name, command.object);
  if (isErrno(all)) return all;
  command.destination = new Map([...all].map(([id, value]) => [String(id), nvUint64(value)]));
  return undefined;
}

/** The arguments called `props`, for ioctls that make something. */
export function propsArgument(command: ZfsCommand): Map<string, PropRaw> | Errno {
  return propsFrom(nvGetList(command.source ?? new Map(), 'props') ?? new Map());
}

/** The keys of the list called `name` in `source`: names that an ioctl is about. */
export function argumentNames(command: ZfsCommand, name: string): string[] {
  return [...(nvGetList(command.source ?? new Map(), name)?.keys() ?? [])];
}

export const PROPERTY_IOCTLS: readonly ZfsIoctlRow[] = [
  readRow('ZFS_IOC_OBJSET_ZPLPROPS', objsetZplProps),
  readRow('ZFS_IOC_OBJSET_RECVD_PROPS', objsetRecvdProps),
  readRow('ZFS_IOC_SPACE_WRITTEN', written),
  readRow('ZFS_IOC_SPACE_SNAPS', spaceSnaps),
  readRow('ZFS_IOC_DSOBJ_TO_DSNAME', dsobjToDsname),
  readRow('ZFS_IOC_USERSPACE_ONE', userspaceOne),
  readRow('ZFS_IOC_USERSPACE_MANY', userspaceMany),
  datasetRow('ZFS_IOC_SET_PROP', setProp),
  datasetRow('ZFS_IOC_INHERIT_PROP', inheritProp),
];

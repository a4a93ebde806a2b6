/**
 * Properties of datasets: where a value comes from, and how it is kept. Names in the properties ZAP
 * of a directory (or of a snapshot) carry suffixes:
 *
 *   compression            set here
 *   compression$recvd      came with a stream
 *   compression$inherit    inherited on purpose, so that what came with a stream does not count
 *   $hasrecvd              a stream with properties has been received at all
 *
 * Surprising: the value set here wins over the received one, which wins over the parent's.
 * @see uts/common/fs/zfs/dsl_prop.c
 */
import { decodeUtf8 } from '#base/bytes.ts';
import { isPropInheritable, isPropReadonly, isPropSetOnce } from '#abi/illumos/zfs-prop.ts';
import { type PropRow, type PropSource, zfsProp } from '#abi/illumos/zfs-prop.ts';
import { ZFS_TYPE_SNAPSHOT } from '#abi/illumos/zfs-prop.ts';
import { DMU_OT_DSL_PROPS } from '../ondisk/dmu-ot.ts';
import { zapCreate, zapEntries, zapLookup, zapRemove, zapSet } from '../zap/zap.ts';
import { firstInteger, zapString, zapU64, type ZapValue } from '../zap/zap-value.ts';
import type { DslDataset } from './dsl-dataset.ts';
import type { DslDir } from './dsl-dir.ts';

const INHERIT_SUFFIX = '$inherit';
const RECVD_SUFFIX = '$recvd';
/** A value that only newer systems know; they keep an older one beside it. */
const IUV_SUFFIX = '$iuv';
/** `ZPROP_SOURCE_VAL_RECVD` */
export const SOURCE_RECEIVED = '$recvd';
/** `ZPROP_HAS_RECVD` */
const HAS_RECVD = '$hasrecvd';

/** A number or a text, as the property is. */
export type PropRaw = bigint | string;

export interface PropValue {
  readonly value: PropRaw;
  readonly source: PropSource;
  /** The dataset that it is set on; '' for a default. */
  readonly setpoint: string;
}

function rawOf(value: ZapValue): PropRaw {
  if (value.integerSize === 8) return firstInteger(value);
  const end = value.bytes.indexOf(0);
  return decodeUtf8(end < 0 ? value.bytes : value.bytes.subarray(0, end));
}

function packed(value: PropRaw): ZapValue {
  return typeof value === 'string' ? zapString(value) : zapU64(value);
}

/** What a directory's or snapshot's own ZAP says; undefined where the search goes on. */
function ownValue(
  dataset: DslDataset,
  zapObject: number,
  name: string,
): { value: PropRaw; isReceived: boolean } | undefined {
  if (zapObject === 0) return undefined;
  const { mos } = dataset.pool;
  const local = zapLookup(mos, zapObject, name);
  if (local !== undefined) return { value: rawOf(local), isReceived: false };
  if (zapLookup(mos, zapObject, name + INHERIT_SUFFIX) !== undefined) return undefined;
  const received = zapLookup(mos, zapObject, name + RECVD_SUFFIX);
  return received === undefined ? undefined : { value: rawOf(received), isReceived: true };
}

function defaultOf(row: PropRow | undefined): PropValue | undefined {
  if (row === undefined || row.default === null) return undefined;
  if (isPropReadonly(row) && !isPropSetOnce(row)) return undefined;
  return { value: row.default, source: 'default', setpoint: '' };
}

/** The directories whose value counts, nearest first. */
function* searchPath(dataset: DslDataset, isInherited: boolean): Generator<DslDir> {
  if (!isInherited) {
    if (!dataset.isSnapshot) yield dataset.dir;
    return;
  }
  for (let dir: DslDir | null = dataset.dir; dir !== null; dir = dir.parent) yield dir;
}

/** `dsl_prop_get_ds`; undefined when the property is not set anywhere and has no default. */
export function propGet(dataset: DslDataset, name: string): PropValue | undefined {
  const row = zfsProp(name);
  if (dataset.isSnapshot) {
    const own = ownValue(dataset, dataset.phys.propsObj, name);
    if (own !== undefined) {
      const source = own.isReceived ? 'received' : 'local';
      return { value: own.value, source, setpoint: dataset.fullName };
    }
  }
  const isInherited = row === undefined || isPropInheritable(row);
  for (const dir of searchPath(dataset, isInherited)) {
    const own = ownValue(dataset, dir.phys.propsZapobj, name);
    if (own === undefined) continue;
    const isHere = dir === dataset.dir && !dataset.isSnapshot;
    const here: PropSource = own.isReceived ? 'received' : 'local';
    return { value: own.value, source: isHere ? here : 'inherited', setpoint: dir.fullName };
  }
  return defaultOf(row);
}

/** `dsl_prop_get_int_ds`: a number; the default where a text was stored in its place. */
export function propGetNumber(dataset: DslDataset, name: string): bigint {
  const value = propGet(dataset, name)?.value;
  if (typeof value === 'bigint') return value;
  const fallback = zfsProp(name)?.default;
  return typeof fallback === 'bigint' ? fallback : 0n;
}

/** Whether streams with properties have been received (here or above, as ZFS looks it up). */
export function propHasReceived(dataset: DslDataset): boolean {
  return propGet(dataset, HAS_RECVD) !== undefined;
}

/** `dsl_prop_set_hasrecvd`; in a sync task. */
export function propSetHasReceived(dataset: DslDataset): void {
  propSet(dataset, HAS_RECVD, 'local', 0n);
}

function ownZap(dataset: DslDataset): number {
  if (!dataset.isSnapshot) return dataset.dir.phys.propsZapobj;
  if (dataset.phys.propsObj === 0) {
    dataset.phys.propsObj = zapCreate(dataset.pool.mos, DMU_OT_DSL_PROPS);
    dataset.dirty();
  }
  return dataset.phys.propsObj;
}

/**
 * What a set does: `local` and `received` keep a value; `inherited` takes the parent's (and says so
 * where a received value would come before it); `none` goes back to the received value, if any;
 * `nothing` removes both.
 */
export type PropSetSource = 'local' | 'received' | 'inherited' | 'none' | 'nothing';

/** `dsl_prop_set_sync_impl`, in a sync task: the value and whatever follows it. */
export function propSet(
  dataset: DslDataset,
  name: string,
  source: PropSetSource,
  value: PropRaw | null,
): void {
  const { mos } = dataset.pool;
  const zap = ownZap(dataset);
  const remove = (suffix: string): void => {
    zapRemove(mos, zap, name + suffix);
  };
  if (source !== 'received') remove(IUV_SUFFIX);
  if (source === 'local' && value !== null) {
    remove(INHERIT_SUFFIX);
    zapSet(mos, zap, name, packed(value));
  } else if (source === 'received' && value !== null) {
    zapSet(mos, zap, name + RECVD_SUFFIX, packed(value));
  } else if (source === 'received') {
    remove(RECVD_SUFFIX);
  } else {
    remove('');
    remove(INHERIT_SUFFIX);
    if (source === 'nothing') remove(RECVD_SUFFIX);
    if (source === 'inherited' && propHasReceived(dataset)) {
      zapSet(mos, zap, name + INHERIT_SUFFIX, zapU64(0));
    }
  }
  if (!dataset.isSnapshot) notifyPropChange(dataset.dir);
}

/** Everything below `dir` looks again at what it goes by. */
export function notifyPropChange(dir: DslDir): void {
  for (const dataset of dir.pool.openDatasets()) {
    if (dataset.openedObjset === undefined) continue;
    for (let up: DslDir | null = dataset.dir; up !== null; up = up.parent) {
      if (up !== dir) continue;
      dataset.refreshSettings();
      break;
    }
  }
}

/** `name$recvd` → name, and which kind of entry it is; null for flags and unknown suffixes. */
function entryKind(entry: string): { name: string; kind: 'local' | 'recvd' | 'inherit' } | null {
  const at = entry.indexOf('$');
  if (at < 0) return { name: entry, kind: 'local' };
  if (at === 0) return null;
  const suffix = entry.slice(at);
  if (suffix === RECVD_SUFFIX) return { name: entry.slice(0, at), kind: 'recvd' };
  if (suffix === INHERIT_SUFFIX) return { name: entry.slice(0, at), kind: 'inherit' };
  return null;
}

/** Names that one ZAP says something about; `recvd` ones only when asked for. */
function* ownNames(dataset: DslDataset, zap: number, wantReceivedOnly: boolean): Generator<string> {
  if (zap === 0) return;
  for (const { name: entry } of zapEntries(dataset.pool.mos, zap)) {
    const parsed = entryKind(entry);
    if (parsed === null || parsed.kind === 'inherit') continue;
    if (wantReceivedOnly && parsed.kind !== 'recvd') continue;
    yield parsed.name;
  }
}

function appliesTo(dataset: DslDataset, name: string): boolean {
  if (!dataset.isSnapshot) return true;
  const row = zfsProp(name);
  return row === undefined || (row.types & ZFS_TYPE_SNAPSHOT) !== 0;
}

/** `dsl_prop_get_all`: all that is set here or above and counts here, by name. No defaults. */
export function propGetAll(dataset: DslDataset): Map<string, PropValue> {
  const names = new Set<string>();
  for (const name of ownNames(dataset, dataset.phys.propsObj, false)) names.add(name);
  for (let dir: DslDir | null = dataset.dir; dir !== null; dir = dir.parent) {
    for (const name of ownNames(dataset, dir.phys.propsZapobj, false)) names.add(name);
  }
  const found = new Map<string, PropValue>();
  for (const name of [...names].sort()) {
    if (!appliesTo(dataset, name)) continue;
    const value = propGet(dataset, name);
    if (value !== undefined && value.source !== 'default') found.set(name, value);
  }
  return found;
}

/** `dsl_prop_get_received`: what came with streams, whether it counts or not. */
export function propGetReceived(dataset: DslDataset): Map<string, PropRaw> {
  const zap = dataset.isSnapshot ? dataset.phys.propsObj : dataset.dir.phys.propsZapobj;
  const found = new Map<string, PropRaw>();
  for (const name of ownNames(dataset, zap, true)) {
    const value = zapLookup(dataset.pool.mos, zap, name + RECVD_SUFFIX);
    if (value !== undefined) found.set(name, rawOf(value));
  }
  return found;
}

/** What `$recvd` and no other entry says of one property. */
export function propReceived(dataset: DslDataset, name: string): PropRaw | undefined {
  const zap = dataset.isSnapshot ? dataset.phys.propsObj : dataset.dir.phys.propsZapobj;
  const value = zap === 0 ? undefined : zapLookup(dataset.pool.mos, zap, name + RECVD_SUFFIX);
  return value === undefined ? undefined : rawOf(value);
}

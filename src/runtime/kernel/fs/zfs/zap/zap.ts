/**
 * The door to ZAPs (ZFS attribute processor): named values in an object, micro or fat, whichever it
 * is by now. All directories, properties and maps of a pool are ZAPs.
 * @spec ZFS On-Disk §5  @see uts/common/fs/zfs/zap_micro.c
 */
import type { Dnode } from '../dmu/dnode.ts';
import { dmuObjectAlloc, dmuObjectFree } from '../dmu/dmu-object.ts';
import type { Objset } from '../dmu/objset.ts';
import { viewOf } from '../ondisk/struct.ts';
import { ZBT_HEADER, ZBT_MICRO } from '../ondisk/zap-phys.ts';
import { corrupt } from '../ondisk/zfs-error.ts';
import { FatZap } from './zap-fat.ts';
import { MicroZap } from './zap-micro.ts';
import { numberOf, type ZapEntry, zapU64, type ZapValue } from './zap-value.ts';

function open(dnode: Dnode): MicroZap | FatZap {
  const { parsed } = dnode;
  if (parsed instanceof MicroZap || parsed instanceof FatZap) return parsed;
  const bytes = dnode.block(0);
  if (bytes === null) throw corrupt('ZAP', `object ${dnode.object} is empty`);
  const blockType = viewOf(bytes).getBigUint64(0, true);
  let zap: MicroZap | FatZap;
  if (blockType === ZBT_MICRO) zap = new MicroZap(dnode, bytes);
  else if (blockType === ZBT_HEADER) zap = new FatZap(dnode);
  else throw corrupt('ZAP', `object ${dnode.object} has block type ${blockType.toString(16)}`);
  dnode.parsed = zap;
  return zap;
}

export function zapLookup(objset: Objset, object: number, name: string): ZapValue | undefined {
  return open(objset.dnode(object)).lookup(name);
}

/** The value as an object number, or undefined when there is none. */
export function zapLookupNumber(objset: Objset, object: number, name: string): number | undefined {
  const value = zapLookup(objset, object, name);
  return value === undefined ? undefined : numberOf(value);
}

export function zapCount(objset: Objset, object: number): number {
  return open(objset.dnode(object)).count;
}

/** Entries by hash, from `cursor` on; a walk survives changes made while it stands still. */
export function zapEntries(objset: Objset, object: number, cursor = 0): Generator<ZapEntry> {
  return open(objset.dnode(object)).entries(cursor);
}

/** Adds or replaces `name`. */
export function zapSet(objset: Objset, object: number, name: string, value: ZapValue): void {
  const dnode = objset.dnode(object);
  const zap = open(dnode);
  if (zap instanceof FatZap) zap.set(name, value);
  else if (!zap.set(name, value)) upgrade(dnode, zap).set(name, value);
}

export function zapSetNumber(
  objset: Objset,
  object: number,
  name: string,
  value: number | bigint,
): void {
  zapSet(objset, object, name, zapU64(value));
}

/** False when there was no such name. */
export function zapRemove(objset: Objset, object: number, name: string): boolean {
  return open(objset.dnode(object)).remove(name);
}

/** A new, empty micro ZAP; its object number. */
export function zapCreate(
  objset: Objset,
  type: number,
  bonusType = 0,
  bonusLen = 0,
  normflags = 0,
): number {
  const dnode = dmuObjectAlloc(objset, type, 0, bonusType, bonusLen);
  initZap(dnode, normflags);
  return dnode.object;
}

/** Makes `dnode`, a new object, an empty micro ZAP. */
export function initZap(dnode: Dnode, normflags = 0): void {
  dnode.parsed = MicroZap.create(dnode, saltOf(dnode), normflags);
}

/** A new, empty fat ZAP. */
export function zapCreateFat(objset: Objset, type: number, flags = 0): number {
  const dnode = dmuObjectAlloc(objset, type, 0, 0, 0);
  dnode.parsed = FatZap.create(dnode, saltOf(dnode), 0, flags);
  return dnode.object;
}

export function zapDestroy(objset: Objset, object: number): void {
  dmuObjectFree(objset.dnode(object));
}

/** Any number but 0; it only has to differ between ZAPs. */
function saltOf(dnode: Dnode): bigint {
  return BigInt(((Math.imul(Math.abs(dnode.object) + 1, 2654435761) >>> 0) | 1) >>> 0);
}

function upgrade(dnode: Dnode, micro: MicroZap): FatZap {
  const fat = FatZap.create(dnode, micro.salt, micro.normflags, 0);
  for (const { name, value, cd } of micro.all()) fat.set(name, value, cd);
  dnode.parsed = fat;
  return fat;
}

/**
 * What the MOS keeps in bonus buffers: directories, datasets, lists of block pointers, history.
 * @see cmd/zdb/zdb.c dump_dsl_dir(), dump_dsl_dataset(), dump_bpobj(), dump_full_bpobj()
 */
import type { Dnode } from '#kernel/fs/zfs/dmu/dnode.ts';
import { type BlockPointer, readBlkptr } from '#kernel/fs/zfs/ondisk/blkptr.ts';
import {
  type BpobjPhys,
  bpobjPhys,
  dslDatasetPhys,
  dslDeadlistPhys,
  dslDirPhys,
  spaHistoryPhys,
} from '#kernel/fs/zfs/ondisk/dsl-phys.ts';
import { DMU_OT_BPOBJ, DMU_OT_DEADLIST } from '#kernel/fs/zfs/ondisk/dmu-ot.ts';
import { nvlistPrint, nvlistUnpack } from '#kernel/fs/zfs/ondisk/nvlist.ts';
import { readSafeU64, viewOf } from '#kernel/fs/zfs/ondisk/struct.ts';
import { numberOf } from '#kernel/fs/zfs/zap/zap-value.ts';
import { blkptrText, compactBlkptr } from '#cmd/zdb/blkptr-text.ts';
import { entriesOf, type ZdbContext, type ZdbPool } from '#cmd/zdb/zdb-context.ts';

/** `dump_dsl_dir` */
export function dslDirText(zdb: ZdbContext, dnode: Dnode): string {
  const dd = dslDirPhys.read(dnode.bonus);
  const used = (i: number): string => zdb.nice(dd.usedBreakdown[i] ?? 0);
  return lines([
    `creation_time = ${zdb.ctime(dd.creationTime)}`,
    `head_dataset_obj = ${dd.headDatasetObj}`,
    `parent_dir_obj = ${dd.parentObj}`,
    `origin_obj = ${dd.originObj}`,
    `child_dir_zapobj = ${dd.childDirZapobj}`,
    `used_bytes = ${zdb.nice(dd.usedBytes)}`,
    `compressed_bytes = ${zdb.nice(dd.compressedBytes)}`,
    `uncompressed_bytes = ${zdb.nice(dd.uncompressedBytes)}`,
    `quota = ${zdb.nice(Number(dd.quota))}`,
    `reserved = ${zdb.nice(Number(dd.reserved))}`,
    `props_zapobj = ${dd.propsZapobj}`,
    `deleg_zapobj = ${dd.delegZapobj}`,
    `flags = ${dd.flags.toString(16)}`,
    `used_breakdown[HEAD] = ${used(0)}`,
    `used_breakdown[SNAP] = ${used(1)}`,
    `used_breakdown[CHILD] = ${used(2)}`,
    `used_breakdown[CHILD_RSRV] = ${used(3)}`,
    `used_breakdown[REFRSRV] = ${used(4)}`,
    `clones = ${dd.clones}`,
  ]);
}

/** `dump_dsl_dataset` */
export function dslDatasetText(zdb: ZdbContext, dnode: Dnode): string {
  const ds = dslDatasetPhys.read(dnode.bonus);
  return lines([
    `dir_obj = ${ds.dirObj}`,
    `prev_snap_obj = ${ds.prevSnapObj}`,
    `prev_snap_txg = ${ds.prevSnapTxg}`,
    `next_snap_obj = ${ds.nextSnapObj}`,
    `snapnames_zapobj = ${ds.snapnamesZapobj}`,
    `num_children = ${ds.numChildren}`,
    `userrefs_obj = ${ds.userrefsObj}`,
    `creation_time = ${zdb.ctime(ds.creationTime)}`,
    `creation_txg = ${ds.creationTxg}`,
    `deadlist_obj = ${ds.deadlistObj}`,
    `used_bytes = ${zdb.nice(ds.referencedBytes)}`,
    `compressed_bytes = ${zdb.nice(ds.compressedBytes)}`,
    `uncompressed_bytes = ${zdb.nice(ds.uncompressedBytes)}`,
    `unique = ${zdb.nice(ds.uniqueBytes)}`,
    `fsid_guid = ${ds.fsidGuid}`,
    `guid = ${ds.guid}`,
    `flags = ${ds.flags.toString(16)}`,
    `next_clones_obj = ${ds.nextClonesObj}`,
    `props_obj = ${ds.propsObj}`,
    `bp = ${blkptrText(readBlkptr(ds.bp, 0))}`,
  ]);
}

function lines(fields: readonly string[]): string {
  return fields.map((field) => `\t\t${field}\n`).join('');
}

/** `dump_history_offsets` */
export function historyOffsetsText(dnode: Dnode): string {
  const sh = spaHistoryPhys.read(dnode.bonus);
  return lines([
    `pool_create_len = ${sh.poolCreateLen}`,
    `phys_max_off = ${sh.physMaxOff}`,
    `bof = ${sh.bof}`,
    `eof = ${sh.eof}`,
    `records_lost = ${sh.recordsLost}`,
  ]);
}

/** `dump_packed_nvlist`: the bonus says how long the list is. */
export function packedNvlistText(dnode: Dnode): string {
  const size = readSafeU64(viewOf(dnode.bonus), 0);
  const list = nvlistUnpack(dnode.readBytes(0, size));
  return nvlistPrint(list, 8)
    .map((line) => `${line}\n`)
    .join('');
}

/** A list of block pointers as it lies in its object; old ones lack the last fields. */
export function readBpobj(dnode: Dnode): BpobjPhys {
  const bonus = new Uint8Array(bpobjPhys.sizeBytes);
  bonus.set(dnode.bonus.subarray(0, Math.min(dnode.bonusLen, bonus.length)));
  return bpobjPhys.read(bonus);
}

export function bpobjPointers(dnode: Dnode, phys: BpobjPhys): BlockPointer[] {
  const bytes = dnode.readBytes(0, phys.numBlkptrs * 128);
  return Array.from({ length: phys.numBlkptrs }, (_, i) => readBlkptr(bytes, i * 128));
}

export function bpobjSubobjects(dnode: Dnode, phys: BpobjPhys): number[] {
  if (phys.subobjs === 0) return [];
  const view = viewOf(dnode.objset.dnode(phys.subobjs).readBytes(0, phys.numSubobjs * 8));
  return Array.from({ length: phys.numSubobjs }, (_, i) => readSafeU64(view, i * 8));
}

/** `dump_bpobj`: the header, and from -ddddd on the pointers. */
export function bpobjText(zdb: ZdbContext, dnode: Dnode): string {
  const phys = readBpobj(dnode);
  const fields = [`num_blkptrs = ${phys.numBlkptrs}`, `bytes = ${zdb.nice(phys.bytes)}`];
  fields.push(
    `comp = ${zdb.nice(phys.comp)}`,
    `uncomp = ${zdb.nice(phys.uncomp)}`,
    `subobjs = ${phys.subobjs}`,
    `num_subobjs = ${phys.numSubobjs}`,
  );
  if (zdb.count('d') < 5) return lines(fields);
  const pointers = bpobjPointers(dnode, phys).map((bp) => `\t${compactBlkptr(zdb, bp)}\n`);
  return lines(fields) + pointers.join('');
}

/** `dump_bpobj_subobjs` */
export function bpobjSubobjectsText(dnode: Dnode): string {
  const size = (dnode.maxblkid + 1) * dnode.dataBlockSize;
  const view = viewOf(dnode.readBytes(0, size));
  const numbers = Array.from({ length: size / 8 }, (_, i) => view.getBigUint64(i * 8, true));
  const last = numbers.findLastIndex((n) => n !== 0n);
  return numbers
    .slice(0, last + 1)
    .map((n) => `\t${n}\n`)
    .join('');
}

/** `bpobj_iterate`: all pointers of a list and of the lists in it, the last ones first. */
export function allPointers(dnode: Dnode): BlockPointer[] {
  const phys = readBpobj(dnode);
  const below = bpobjSubobjects(dnode, phys)
    .reverse()
    .flatMap((object) => allPointers(dnode.objset.dnode(object)));
  return [...bpobjPointers(dnode, phys).reverse(), ...below];
}

/** `dump_full_bpobj` */
export function fullBpobjText(zdb: ZdbPool, object: number, name: string, indent = 0): string {
  if (zdb.count('d') < 3) return '';
  const dnode = zdb.mos.dnode(object);
  const phys = readBpobj(dnode);
  const bytes = zdb.nice(phys.bytes);
  const head = `    ${name.padStart(indent * 8)}: object ${object}, ${phys.numBlkptrs}`;
  let text: string;
  if (phys.subobjs === 0) {
    text = `${head} blkptrs, ${bytes}\n`;
  } else {
    const comp = `${zdb.nice(phys.comp)}/${zdb.nice(phys.uncomp)} comp`;
    const subs = `${phys.numSubobjs} subobjs in object ${phys.subobjs}`;
    text = `${head} local blkptrs, ${subs}, ${bytes} (${comp})\n`;
    for (const sub of bpobjSubobjects(dnode, phys)) {
      text += fullBpobjText(zdb, sub, 'subobj', indent + 1);
    }
  }
  if (zdb.count('d') < 5 || indent > 0) return text;
  const pointers = allPointers(dnode).map((bp) => `\t${compactBlkptr(zdb, bp)}\n`);
  return `${text}${pointers.join('')}\n`;
}

/** `dump_blkptr_list`: a deadlist. */
export function deadlistText(zdb: ZdbPool, object: number): string {
  if (zdb.count('d') < 3 || object === 0) return '';
  const dnode = zdb.mos.dnode(object);
  if (dnode.type === DMU_OT_BPOBJ) return fullBpobjText(zdb, object, 'old-format deadlist');
  if (dnode.type !== DMU_OT_DEADLIST) return '';
  const phys = dslDeadlistPhys.read(dnode.bonus);
  const entries = deadlistEntries(dnode);
  const comp = `${zdb.nice(phys.comp)}/${zdb.nice(phys.uncomp)} comp`;
  const count = zdb.nice(entries.length);
  let text = `\n    Deadlist: ${zdb.nice(phys.used)} (${comp}), ${count} entries\n`;
  if (zdb.count('d') < 4) return text;
  text += '\n';
  for (const { mintxg, bpobj } of entries) {
    const name = `mintxg ${mintxg} -> obj ${bpobj}`;
    text += zdb.count('d') >= 5 ? fullBpobjText(zdb, bpobj, name) : `${name}\n`;
  }
  return text;
}

/** The lists of a deadlist by the age of their blocks. */
export function deadlistEntries(dnode: Dnode): { mintxg: number; bpobj: number }[] {
  return entriesOf(dnode.objset, dnode.object)
    .map(({ name, value }) => ({ mintxg: Number.parseInt(name, 16), bpobj: numberOf(value) }))
    .sort((a, b) => a.mintxg - b.mintxg);
}

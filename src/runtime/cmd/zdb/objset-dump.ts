/**
 * A dataset: its line, and with more -d everything in it.
 * @see cmd/zdb/zdb.c dump_objset()
 */
import { Dnode } from '#kernel/fs/zfs/dmu/dnode.ts';
import {
  DMU_GROUPUSED_OBJECT,
  DMU_USERUSED_OBJECT,
  type Objset,
} from '#kernel/fs/zfs/dmu/objset.ts';
import { propGetNumber } from '#kernel/fs/zfs/dsl/dsl-prop.ts';
import type { DslDataset } from '#kernel/fs/zfs/dsl/dsl-dataset.ts';
import { isHole } from '#kernel/fs/zfs/ondisk/blkptr.ts';
import {
  DMU_OST_META,
  DMU_OST_ZFS,
  DNODE_MIN_SIZE,
  OBJSET_PHYS_SIZE_V3,
  OBJSET_PROJECTUSED_OFFSET,
} from '#kernel/fs/zfs/ondisk/dnode-phys.ts';
import { DS_FLAG_INCONSISTENT } from '#kernel/fs/zfs/ondisk/dsl-phys.ts';
import { ZfsError } from '#kernel/fs/zfs/ondisk/zfs-error.ts';
import {
  ZIO_COMPRESS_INHERIT,
  ZIO_COMPRESS_LZ4,
  ZIO_COMPRESS_LZJB,
  ZIO_COMPRESS_ON,
} from '#kernel/fs/zfs/ondisk/zio-algorithm.ts';
import { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { Output } from '#lib/libc/stdio.ts';
import { nextObject } from '#lib/libzpool/objects.ts';
import { fixed } from '#lib/libc/fixed.ts';
import { blkptrText } from '#cmd/zdb/blkptr-text.ts';
import { bookmarksText } from '#cmd/zdb/bookmark-dump.ts';
import { deadlistText } from '#cmd/zdb/dsl-dump.ts';
import { intentLogText } from '#cmd/zdb/intent-log.ts';
import {
  matchesType,
  OBJECT_HEADER,
  type ObjectPlace,
  objectText,
  type TypeFilter,
} from '#cmd/zdb/object-dump.ts';
import type { ZdbPool } from '#cmd/zdb/zdb-context.ts';

const TYPE_NAMES = ['NONE', 'META', 'ZPL', 'ZVOL', 'OTHER', 'ANY'];
const TXG_INITIAL = 4;
/** `DMU_PROJECTUSED_OBJECT` */
const DMU_PROJECTUSED_OBJECT = -3;

/** Numbers of objects on the command line. */
export interface ObjectRange {
  readonly start: number;
  readonly end: number;
  readonly filter: TypeFilter | null;
}

export class ObjsetDump {
  readonly #zdb: ZdbPool;
  readonly #out: Output;
  readonly #objset: Objset;
  /** Null for the MOS. */
  readonly #dataset: DslDataset | null;
  #place: ObjectPlace;
  #needsHeader = true;

  constructor(zdb: ZdbPool, out: Output, objset: Objset, dataset: DslDataset | null) {
    this.#zdb = zdb;
    this.#out = out;
    this.#objset = objset;
    this.#dataset = dataset;
    this.#place = { zdb, reader: null, compress: ZIO_COMPRESS_ON };
  }

  *run(ranges: readonly ObjectRange[]): Task<void> {
    const { pager } = this.#zdb;
    const verbosity = this.#zdb.count('d');
    const reader = yield* pager.run(() => readerOf(this.#objset));
    const compress = yield* pager.run(() => compressionOf(this.#zdb, this.#dataset));
    this.#place = { ...this.#place, reader, compress };
    yield* this.#out.write(yield* pager.run(() => this.#line(verbosity)));
    if (ranges.length > 0) {
      for (const range of ranges) yield* this.#range(range, verbosity);
      yield* this.#out.write('\n');
      return;
    }
    const dataset = this.#dataset;
    if (this.#zdb.count('i') > 0 || verbosity >= 2) {
      const log = yield* pager.run(() => intentLogText(this.#zdb, this.#objset));
      yield* this.#out.write(log);
    }
    if (dataset !== null) {
      const { deadlistObj } = dataset.phys;
      yield* this.#out.write(yield* pager.run(() => deadlistText(this.#zdb, deadlistObj)));
      yield* this.#out.write(yield* pager.run(() => bookmarksText(this.#zdb, dataset)));
    }
    if (verbosity < 2 || isHole(this.#objset.rootBp)) return;
    yield* this.#everything(verbosity);
  }

  #line(verbosity: number): string {
    const objset = this.#objset;
    const dataset = this.#dataset;
    const { dsl } = this.#zdb.pool;
    const isMeta = objset.type === DMU_OST_META;
    const used = isMeta
      ? dsl.specialDir('$MOS').phys.usedBytes
      : (dataset?.phys.referencedBytes ?? 0);
    const words = [
      `Dataset ${dataset?.fullName ?? 'mos'} [${TYPE_NAMES[objset.type] ?? 'UNKNOWN'}]`,
      `ID ${dataset?.object ?? 0}`,
      `cr_txg ${dataset?.phys.creationTxg ?? TXG_INITIAL}`,
      this.#zdb.nice(used),
      `${objset.rootBp.fill} objects`,
    ];
    const rootbp = verbosity >= 4 ? `, rootbp ${blkptrText(objset.rootBp)}` : '';
    const isInconsistent = ((dataset?.phys.flags ?? 0n) & DS_FLAG_INCONSISTENT) !== 0n;
    return `${words.join(', ')}${rootbp}${isInconsistent ? ' (inconsistent)' : ''}\n`;
  }

  *#object(dnode: Dnode, verbosity: number): Task<void> {
    const text = yield* this.#zdb.pager.run(() => objectText(this.#place, dnode, verbosity));
    yield* this.#out.write((this.#needsHeader ? OBJECT_HEADER : '') + text);
    this.#needsHeader = verbosity >= 4;
  }

  *#range(range: ObjectRange, verbosity: number): Task<void> {
    const { pager } = this.#zdb;
    if (range.start === 0) yield* this.#object(this.#objset.metaDnode, verbosity);
    const single = range.start === range.end;
    for (let object = Math.max(range.start - 1, 0); ; ) {
      const at: number = object;
      const next = yield* pager.run(() => nextObject(this.#objset, at));
      if (next === undefined || next > range.end) break;
      object = next;
      const dnode = yield* pager.run(() => this.#objset.dnode(next));
      if (range.filter !== null && !matchesType(dnode.type, range.filter)) continue;
      yield* this.#object(dnode, verbosity);
    }
    if (!single || range.start === 0) return;
    const found = yield* pager.run(() => this.#objset.tryDnode(range.start));
    if (found === undefined) throw new ZfsError('EINVAL', 'dmu_object_info() failed, errno 2');
  }

  *#everything(verbosity: number): Task<void> {
    const { pager } = this.#zdb;
    const objset = this.#objset;
    yield* this.#object(objset.metaDnode, verbosity);
    for (const object of [DMU_USERUSED_OBJECT, DMU_GROUPUSED_OBJECT]) {
      const dnode = objset.tryDnode(object);
      if (dnode !== undefined) yield* this.#object(dnode, verbosity);
    }
    const project = yield* pager.run(() => projectUsed(objset));
    if (project !== undefined) yield* this.#object(project, verbosity);
    let used = 0;
    let max = 0;
    for (let object = 0; ; ) {
      const at: number = object;
      const next = yield* pager.run(() => nextObject(objset, at));
      if (next === undefined) break;
      object = next;
      const dnode = yield* pager.run(() => objset.dnode(next));
      yield* this.#object(dnode, verbosity);
      used += dnode.slots;
      max = object + dnode.slots - 1;
    }
    const empty = fixed(((max - used) * 100) / max, 6);
    yield* this.#out.write(
      `\n    Dnode slots:\n\tTotal used:    ${String(used).padStart(10)}\n` +
        `\tMax used:      ${String(max).padStart(10)}\n` +
        `\tPercent empty: ${empty.padStart(10)}\n\n`,
    );
  }
}

/** `os_compress`: what the dataset's own blocks are written with. */
function compressionOf(zdb: ZdbPool, dataset: DslDataset | null): number {
  if (dataset === null) return ZIO_COMPRESS_ON;
  if (dataset.isSnapshot) return ZIO_COMPRESS_INHERIT;
  const value = Number(propGetNumber(dataset, 'compression'));
  if (value !== ZIO_COMPRESS_ON) return value;
  const hasLz4 = zdb.pool.dsl.featureUses('org.illumos:lz4_compress') > 0;
  return hasLz4 ? ZIO_COMPRESS_LZ4 : ZIO_COMPRESS_LZJB;
}

function readerOf(objset: Objset): ZfsReader | null {
  if (objset.type !== DMU_OST_ZFS || isHole(objset.rootBp)) return null;
  try {
    return new ZfsReader(objset);
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    return null;
  }
}

/** The third accounting object, which file systems of newer pools have. */
export function projectUsed(objset: Objset): Dnode | undefined {
  const bytes = objset.arc.read(objset.rootBp);
  if (bytes.length < OBJSET_PHYS_SIZE_V3) return undefined;
  const at = OBJSET_PROJECTUSED_OFFSET;
  if (bytes[at] === 0) return undefined;
  const dnode = new Dnode(objset, DMU_PROJECTUSED_OBJECT);
  dnode.load(bytes.subarray(at, at + DNODE_MIN_SIZE), 0);
  // So that it is found by its number, like the other two.
  objset.remember(dnode);
  return dnode;
}

/**
 * -b: every block counted by type and level, checked, and compared with the space maps.
 * @see cmd/zdb/zdb.c dump_block_stats(), zdb_count_block()
 */
import type { BlockPointer } from '#kernel/fs/zfs/ondisk/blkptr.ts';
import { isMetadataType } from '#kernel/fs/zfs/ondisk/dmu-ot.ts';
import { ZfsError } from '#kernel/fs/zfs/ondisk/zfs-error.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { Stdio } from '#lib/libc/stdio.ts';
import { fixed } from '#lib/libc/fixed.ts';
import { blkptrText, logicalSize } from '#cmd/zdb/blkptr-text.ts';
import {
  type BlockCounts,
  BlockTotals,
  embeddedText,
  sizeHistogramText,
  typeTableText,
} from '#cmd/zdb/block-tables.ts';
import { allPointers } from '#cmd/zdb/dsl-dump.ts';
import { LeakCheck } from '#cmd/zdb/leak-check.ts';
import { type BlockPlace, Traversal, type Visitor } from '#cmd/zdb/traverse.ts';
import type { ZdbPool } from '#cmd/zdb/zdb-context.ts';

/** Rows of the table that are no object types. */
const OT_DEFERRED = 54;
const OT_OTHER = 56;
const DMU_OT_NEWTYPE = 0x80;
/** Errors by number as illumos counts them. */
const ERRNO: Readonly<Record<string, number>> = { EIO: 5, ECKSUM: 50, ENOTSUP: 48 };

class Counter implements Visitor {
  readonly totals = new BlockTotals();
  readonly errors: Map<number, number> = new Map();
  readonly #zdb: ZdbPool;
  readonly #io: Stdio;
  readonly #leaks: LeakCheck;

  constructor(zdb: ZdbPool, io: Stdio, leaks: LeakCheck) {
    this.#zdb = zdb;
    this.#io = io;
    this.#leaks = leaks;
  }

  *block(bp: BlockPointer, place: BlockPlace): Task<void> {
    if (this.#zdb.count('b') >= 5) {
      const { objset, object, level, blkid } = place;
      yield* this.#io.out.write(
        `objset ${objset} object ${object} level ${level} offset 0x${(
          blkid * logicalSize(bp)
        ).toString(16)} ${blkptrText(bp)}\n`,
      );
    }
    yield* this.count(bp, (bp.type & DMU_OT_NEWTYPE) === 0 ? bp.type : OT_OTHER);
    const verify = this.#zdb.count('c');
    const isMetadata = bp.level !== 0 || isMetadataType(bp.type);
    if (bp.embedded !== null || verify === 0 || (verify === 1 && !isMetadata)) return;
    const { zio } = this.#zdb.pool;
    try {
      yield* this.#zdb.pager.run(() => zio.readStored(bp));
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      yield* this.unreadable(bp, place, error);
    }
  }

  *logBlock(bp: BlockPointer): Task<void> {
    yield* this.count(bp, bp.type);
  }

  *count(bp: BlockPointer, type: number): Task<void> {
    this.totals.add(bp, type, this.#leaks.vdevs);
    const places = yield* this.#zdb.pager.run(() => this.#leaks.placesOf(bp));
    this.#leaks.claim(bp, places);
  }

  *unreadable(bp: BlockPointer, place: BlockPlace, error: ZfsError): Task<void> {
    const number = ERRNO[error.code] ?? 5;
    this.errors.set(number, (this.errors.get(number) ?? 0) + 1);
    const { objset, object, level, blkid } = place;
    yield* this.#io.out.write(
      `zdb_blkptr_cb: Got error ${number} reading <${objset}, ${object}, ${level}, ` +
        `${blkid < 0 ? BigInt.asUintN(64, BigInt(blkid)).toString(16) : blkid.toString(16)}>` +
        `  -- skipping\n`,
    );
  }
}

/** `dump_block_stats`; the exit status. */
export function* dumpBlockStats(zdb: ZdbPool, io: Stdio): Task<number> {
  const { out } = io;
  const checksums = zdb.count('c');
  const leaks = new LeakCheck(zdb);
  const { isChecked } = leaks;
  const words = [
    checksums > 0 || isChecked ? 'to verify ' : '',
    checksums === 1 ? 'metadata ' : '',
    checksums > 0 ? 'checksums ' : '',
    checksums > 0 && isChecked ? 'and verify ' : '',
    isChecked ? 'nothing leaked ' : '',
  ];
  yield* out.write(`\nTraversing all blocks ${words.join('')}...\n\n`);
  yield* leaks.load(io.err);
  const counter = new Counter(zdb, io, leaks);
  for (const name of ['sync_bplist', 'free_bpobj']) {
    const object = yield* zdb.pager.run(() => zdb.pool.dsl.directoryNumber(name));
    if (object === undefined) continue;
    const pointers = yield* zdb.pager.run(() => allPointers(zdb.mos.dnode(object)));
    for (const bp of pointers) {
      if (zdb.count('b') >= 5) yield* out.write(`[deferred free] ${blkptrText(bp)}\n`);
      yield* counter.count(bp, OT_DEFERRED);
    }
  }
  yield* new Traversal(zdb, counter).run();
  if (counter.errors.size > 0) {
    yield* out.write(`\nError counts:\n\n\t${'errno'.padStart(5)}  count\n`);
    for (const [errno, count] of [...counter.errors].sort(([a], [b]) => a - b)) {
      yield* out.write(`\t${String(errno).padStart(5)}  ${count}\n`);
    }
  }
  const leaked = leaks.complaints + leaks.leaks();
  yield* out.write(leaked);
  const verdict = verdictText(counter.totals.total, leaks);
  yield* out.write(verdict.text);
  if (counter.totals.total.count === 0) return 2;
  yield* out.write(summaryText(zdb, counter.totals, leaks));
  if (zdb.count('b') >= 2) {
    yield* out.write(typeTableText(zdb, counter.totals) + sizeHistogramText(zdb, counter.totals));
  }
  yield* out.write('\n');
  if (leaked !== '' || verdict.isLeaking) return 2;
  return counter.errors.size > 0 ? 3 : 0;
}

function verdictText(total: BlockCounts, leaks: LeakCheck): { text: string; isLeaking: boolean } {
  if (!leaks.isChecked) return { text: '', isLeaking: false };
  const allocated = leaks.normal.allocated + leaks.log.allocated + leaks.unflushedBytes;
  const found = total.asize - leaks.dedupBytes;
  if (found === allocated) {
    const text = '\n\tNo leaks (block sum matches space maps exactly)\n';
    return { text, isLeaking: false };
  }
  const leaked = allocated - found;
  const text = `block traversal size ${found} != alloc ${allocated} (leaked ${leaked})\n`;
  return { text, isLeaking: true };
}

function summaryText(zdb: ZdbPool, totals: BlockTotals, leaks: LeakCheck): string {
  const { total } = totals;
  const row = (title: string, value: number): string =>
    `\t${title.padEnd(16)} ${String(value).padStart(14)}`;
  const avg = (value: number): string => {
    return `      avg: ${String(Math.floor(value / total.count)).padStart(6)}`;
  };
  const ratio = (value: number): string =>
    `     compression: ${fixed(total.lsize / value, 2).padStart(6)}`;
  const used = ({ allocated, space }: { allocated: number; space: number }): string =>
    `     used: ${fixed((100 * allocated) / space, 2).padStart(5)}%\n`;
  const dedup = fixed(leaks.dedupBytes / total.asize + 1, 2).padStart(6);
  let text = `\n${row('bp count:', total.count)}\n${row('ganged count:', total.gangs)}\n`;
  text += `${row('bp logical:', total.lsize)}${avg(total.lsize)}\n`;
  text += `${row('bp physical:', total.psize)}${avg(total.psize)}${ratio(total.psize)}\n`;
  text += `${row('bp allocated:', total.asize)}${avg(total.asize)}${ratio(total.asize)}\n`;
  const blocks = `    ref>1: ${String(leaks.dedupBlocks).padStart(6)}`;
  text += `${row('bp deduped:', leaks.dedupBytes)}${blocks}   deduplication: ${dedup}\n`;
  text += row('Normal class:', leaks.normal.allocated) + used(leaks.normal);
  text += embeddedText(zdb, totals);
  if (total.dittoSameVdev > 0) {
    text += `\tDittoed blocks on same vdev: ${total.dittoSameVdev}\n`;
  }
  if (total.dittoSameMetaslab > 0) {
    text += `\tDittoed blocks in same metaslab: ${total.dittoSameMetaslab}\n`;
  }
  return text;
}

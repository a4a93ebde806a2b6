/**
 * The space of datasets counted block by block, to be compared with what the DSL has in its books:
 * what each references, what is its own, and what the snapshots of a file system hold.
 */
import { forEachPointer } from '#kernel/fs/zfs/dmu/dbuf.ts';
import { Objset } from '#kernel/fs/zfs/dmu/objset.ts';
import { originTxg } from '#kernel/fs/zfs/dsl/dsl-account.ts';
import type { DslDataset } from '#kernel/fs/zfs/dsl/dsl-dataset.ts';
import { datasetStats } from '#kernel/fs/zfs/dsl/dsl-stats.ts';
import { type BlockPointer, isHole } from '#kernel/fs/zfs/ondisk/blkptr.ts';
import { DD_USED_HEAD, DD_USED_SNAP } from '#kernel/fs/zfs/ondisk/dsl-phys.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';

interface Block {
  readonly size: number;
  readonly birth: number;
}
type Blocks = Map<string, Block>;

/** All blocks that a dataset references, by place. */
function blocksOf(spa: Spa, dataset: DslDataset): Blocks {
  const found: Blocks = new Map();
  const note = (bp: BlockPointer): void => {
    if (isHole(bp) || bp.embedded !== null) return;
    const [dva] = bp.dvas;
    const key = `${dva?.vdev ?? 0}:${dva?.offset ?? 0}:${bp.birth}`;
    found.set(key, { size: spa.dsize(bp), birth: bp.birth });
  };
  const objset = Objset.open(spa.arc, dataset.bp, null);
  for (const object of Array.from(objset.objects())) {
    const dnode = objset.dnode(object);
    note(dnode.spill);
    forEachPointer(dnode, note, 0);
  }
  for (const special of [objset.userUsed, objset.groupUsed, objset.metaDnode]) {
    forEachPointer(special, note, 0);
  }
  note(dataset.bp);
  return found;
}

function sum(blocks: Blocks, counts: (block: Block, key: string) => boolean): number {
  let total = 0;
  for (const [key, block] of blocks) if (counts(block, key)) total += block.size;
  return total;
}

/** How the books differ from the blocks. The pool has nothing dirty. */
export function spaceErrors(spa: Spa): string[] {
  const bad: string[] = [];
  const same = (what: string, got: number, wanted: number): void => {
    if (got !== wanted) bad.push(`${what}: ${got} in the books, ${wanted} in blocks`);
  };
  for (const dir of spa.dsl.allDirs()) {
    const head = spa.dsl.head(dir);
    const chain = [...head.snapshots(), head];
    const blocks = chain.map((dataset) => blocksOf(spa, dataset));
    const origin = dir.phys.originObj === 0 ? undefined : spa.dsl.originOf(head);
    const before: Blocks =
      origin === undefined || !origin.hasObjset ? new Map() : blocksOf(spa, origin);
    chain.forEach((dataset, i) => {
      const own = blocks[i] as Blocks;
      const previous = blocks[i - 1] ?? before;
      const next = blocks[i + 1];
      const { referencedBytes, uniqueBytes } = dataset.phys;
      same(
        `${dataset.fullName} referenced`,
        referencedBytes,
        sum(own, () => true),
      );
      const unique = sum(own, (_, key) => !previous.has(key) && next?.has(key) !== true);
      same(`${dataset.fullName} unique`, uniqueBytes, unique);
      const { prevSnapTxg } = dataset.phys;
      const written = Number(datasetStats(dataset).get('written') ?? 0n);
      const young = sum(own, ({ birth }) => birth > prevSnapTxg);
      same(`${dataset.fullName} written`, written, young);
    });
    const txg = originTxg(head);
    const headBlocks = blocks.at(-1) as Blocks;
    const { usedBreakdown } = dir.phys;
    const ofHead = sum(headBlocks, ({ birth }) => birth > txg);
    same(`${dir.fullName} used by itself`, usedBreakdown[DD_USED_HEAD] ?? 0, ofHead);
    const inSnapshots: Blocks = new Map(blocks.slice(0, -1).flatMap((each) => [...each]));
    const ofSnapshots = sum(inSnapshots, ({ birth }, key) => birth > txg && !headBlocks.has(key));
    same(`${dir.fullName} used by snapshots`, usedBreakdown[DD_USED_SNAP] ?? 0, ofSnapshots);
  }
  return bad;
}

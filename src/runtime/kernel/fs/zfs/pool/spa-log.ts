/**
 * The intent logs of a pool: where their blocks come from, taking over what a crash left at import,
 * and doing again at mount what it says.
 * @see uts/common/fs/zfs/zil.c, spa.c spa_ld_claim_log_blocks(), zio.c zio_alloc_zil()
 */
import { DS_FLAG_INCONSISTENT } from '../ondisk/dsl-phys.ts';
import { type BlockPointer, type Dva, HOLE, isHole } from '../ondisk/blkptr.ts';
import { Objset } from '../dmu/objset.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import type { Vdev } from '../vdev/vdev.ts';
import { Zil, type ZilHost } from '../zil/zil.ts';
import type { Spa } from './spa.ts';
import { spaSync } from './spa-sync.ts';

/** The log of an open head; made when it is first asked for. */
export function zilOf(spa: Spa, dataset: DslDataset): Zil {
  const { objset } = dataset;
  if (objset.intentLog instanceof Zil) return objset.intentLog;
  return new Zil(objset, dataset.object, zilHost(spa));
}

/** `spa_has_slogs` */
export function hasLogDevice(spa: Spa): boolean {
  return spa.logMetaslabs.groups.length > 0;
}

function zilHost(spa: Spa): ZilHost {
  return {
    get txg(): number {
      return spa.txg;
    },
    newGuid: () => spa.newGuid(),
    allocate: (size) => allocateLog(spa, size),
    write: (bp, buffer, size) => writeLog(spa, bp, buffer, size),
    flush: () => {
      for (const top of spa.zio.tops) top?.vdev.flush();
    },
    read: (bp) => readLog(spa, bp),
    isReadable: (bp) => isReadable(spa, bp),
    writeBlock: (bytes, props) => {
      spa.writer.txg = spa.txg;
      const bp = spa.writer.write(bytes, props, HOLE);
      // The log will say that it is there: it must not wait for neighbours.
      spa.writer.flush();
      return bp;
    },
    free: (bp) => spa.freeBlock(bp),
    claim: (bp) => claimBlock(spa, bp),
    sync: () => spaSync(spa),
  };
}

function allocateLog(spa: Spa, size: number): readonly Dva[] | undefined {
  const dva = spa.allocateLogBlock(size);
  return dva === undefined ? undefined : [dva];
}

function writeLog(spa: Spa, bp: BlockPointer, buffer: Uint8Array, size: number): void {
  spa.zio.checksums.sealLog(bp.checksum, buffer, bp.cksum);
  for (const dva of bp.dvas) {
    const { vdev } = spa.zio.topOf(dva);
    // On raidz the size decides which disk has what: such a block is written as it is read, whole.
    const sector = 2 ** vdev.ashift;
    const isWhole = dva.asize > bp.psize;
    const wanted = isWhole ? bp.psize : Math.ceil(size / sector) * sector;
    vdev.write(dva.offset, buffer.subarray(0, Math.min(wanted, buffer.length)), spa.txg);
  }
}

/** Reads what may be anything: the end of a log is found by its not being right. */
function readLog(spa: Spa, bp: BlockPointer): Uint8Array | null {
  const vdevs = bp.dvas.flatMap((dva) => {
    const top = spa.zio.tops[dva.vdev]?.vdev;
    return top === undefined ? [] : [top, ...top.leaves()];
  });
  const errors = vdevs.map((vdev) => vdev.stats.checksumErrors);
  try {
    return spa.zio.readStored(bp);
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    // Nothing is wrong with the disks.
    vdevs.forEach((vdev: Vdev, i) => {
      vdev.stats.checksumErrors = errors[i] as number;
    });
    return null;
  }
}

function isReadable(spa: Spa, bp: BlockPointer): boolean {
  if (bp.embedded !== null) return true;
  try {
    spa.zio.readStored(bp);
    return true;
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    return false;
  }
}

function claimBlock(spa: Spa, bp: BlockPointer): boolean {
  const first = bp.dvas[0];
  if (first?.isGang === true) {
    const members = spa.zio.readGangHeader(bp, first);
    if (!members.every((member) => claimBlock(spa, member))) return false;
  }
  return bp.dvas.every((dva) => {
    const isLog = spa.logMetaslabs.groupOf(dva.vdev) !== undefined;
    const from = isLog ? spa.logMetaslabs : spa.metaslabs;
    return from.claim(spa.ownPlace(dva));
  });
}

/**
 * Takes over the logs that are on disk, in the first txg after the import. The highest txg that one of
 * their blocks is from: no later txg may be opened before the pool has passed it.
 */
export function claimLogs(spa: Spa): number {
  let highest = 0;
  for (const dir of spa.dsl.allDirs()) {
    if (dir.phys.headDatasetObj === 0) continue;
    const head = spa.dsl.head(dir);
    if (isHole(head.bp) || (head.phys.flags & DS_FLAG_INCONSISTENT) !== 0n) continue;
    try {
      // Most have no log: don't keep those open.
      const { zilHeader } = Objset.open(spa.arc, head.bp, null);
      if (zilHeader.some((byte) => byte !== 0)) {
        highest = Math.max(highest, zilOf(spa, head).claim());
      }
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
    }
  }
  return highest;
}

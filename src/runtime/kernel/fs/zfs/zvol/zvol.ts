/**
 * A volume: one object whose blocks are the disk, and a ZAP that says how large it is.
 * Surprising: the object may hold less than the size says (holes read as zeros) and may still hold
 * more after the size was cut in an old pool.
 * @spec ZFS On-Disk §8  @see uts/common/fs/zfs/zvol.c
 */
import { type BlockDevice, BlockDeviceError } from '#runtime/host.ts';
import type { Errno } from '#kernel/os/errno.ts';
import { dirtyBlock, freeBlocks } from '../dmu/dbuf.ts';
import { dmuWrite } from '../dmu/dmu.ts';
import { dmuObjectClaim } from '../dmu/dmu-object.ts';
import type { Dnode } from '../dmu/dnode.ts';
import type { Objset } from '../dmu/objset.ts';
import { SPA_MINBLOCKSIZE, SPA_OLD_MAXBLOCKSIZE } from '../ondisk/blkptr.ts';
import { DMU_OT_ZVOL, DMU_OT_ZVOL_PROP } from '../ondisk/dmu-ot.ts';
import { corrupt, ZfsError } from '../ondisk/zfs-error.ts';
import type { Zil } from '../zil/zil.ts';
import { initZap, zapLookupNumber, zapSetNumber } from '../zap/zap.ts';

import { commitVolume, logVolumeDiscard, logVolumeWrite, replayVolume } from './zvol-log.ts';

/** `ZVOL_OBJ`, `ZVOL_ZAP_OBJ` */
const ZVOL_OBJ = 1;
const ZVOL_ZAP_OBJ = 2;
/** `ZVOL_DEFAULT_BLOCKSIZE` */
export const ZVOL_DEFAULT_BLOCKSIZE = 8192;
const SECTOR = 512;

/** `zvol_check_volblocksize`: a power of two from 512 to 128 KiB. */
export function isVolBlockSize(size: number): boolean {
  const isPower = Number.isInteger(Math.log2(size));
  return size >= SPA_MINBLOCKSIZE && size <= SPA_OLD_MAXBLOCKSIZE && isPower;
}

/** `zvol_check_volsize`: a whole number of blocks, at least one. */
export function isVolSize(size: number, blockSize: number): boolean {
  return size > 0 && size % blockSize === 0 && Number.isSafeInteger(size);
}

/** `zvol_create_cb`: the content of a new volume, in an empty objset. */
export function zvolCreateObjset(objset: Objset, sizeBytes: number, blockSize: number): void {
  dmuObjectClaim(objset, ZVOL_OBJ, DMU_OT_ZVOL, blockSize, 0, 0);
  initZap(dmuObjectClaim(objset, ZVOL_ZAP_OBJ, DMU_OT_ZVOL_PROP, 0, 0, 0));
  zapSetNumber(objset, ZVOL_ZAP_OBJ, 'size', sizeBytes);
}

export function zvolSize(objset: Objset): number {
  const size = zapLookupNumber(objset, ZVOL_ZAP_OBJ, 'size');
  if (size === undefined) throw corrupt('zvol', 'no size');
  return size;
}

export function zvolBlockSize(objset: Objset): number {
  return objset.dnode(ZVOL_OBJ).dataBlockSize;
}

/** `zvol_update_volsize`: what is cut off is given back. */
export function zvolSetSize(objset: Objset, sizeBytes: number): void {
  const dnode = objset.dnode(ZVOL_OBJ);
  const old = zvolSize(objset);
  zapSetNumber(objset, ZVOL_ZAP_OBJ, 'size', sizeBytes);
  if (sizeBytes >= old) return;
  const from = Math.ceil(sizeBytes / dnode.dataBlockSize);
  if (from <= dnode.maxblkid) freeBlocks(dnode, from, dnode.maxblkid + 1 - from);
}

/** What a volume needs of its pool. */
export interface ZvolHost {
  /** `/dev/zvol/dsk/` and this is its name. */
  readonly name: string;
  readonly isReadOnly: boolean;
  /** The objset as it is now: a rollback or a receive changes it. */
  objset(): Objset;
  /** Whether so many bytes more may be written; ENOSPC, EDQUOT, EIO. */
  admit(sizeBytes: number, isNetFree: boolean): Errno | undefined;
  /** The log of what the volume is now; null in a snapshot. */
  zil(): Zil | null;
  hasLogDevice(): boolean;
}

/** ZFS's errors as a disk's. */
function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    const code = error.code === 'ENOSPC' || error.code === 'ENXIO' ? error.code : 'EIO';
    throw new BlockDeviceError(code, error.message);
  }
}

/** The volume as a disk. */
export class Zvol implements BlockDevice {
  readonly sectorSize = SECTOR;
  readonly #host: ZvolHost;

  constructor(host: ZvolHost) {
    this.#host = host;
    const zil = host.zil();
    if (zil === null) return;
    const zeroed = (offset: number, length: number): void => this.#free(offset, length);
    guard(() => replayVolume(zil, host.objset(), ZVOL_OBJ, zeroed));
  }

  get name(): string {
    return this.#host.name;
  }

  get isReadOnly(): boolean {
    return this.#host.isReadOnly;
  }

  get sizeBytes(): number {
    return guard(() => zvolSize(this.#host.objset()));
  }

  #dnode(): Dnode {
    return this.#host.objset().dnode(ZVOL_OBJ);
  }

  #admit(sizeBytes: number, isNetFree: boolean): void {
    if (this.isReadOnly) throw new BlockDeviceError('EROFS', `${this.name} is read-only`);
    const error = this.#host.admit(sizeBytes, isNetFree);
    if (error === undefined) return;
    const code = error.name === 'ENOSPC' || error.name === 'EDQUOT' ? 'ENOSPC' : 'EIO';
    throw new BlockDeviceError(code, `${this.name}: ${error.message}`);
  }

  read(offsetBytes: number, target: Uint8Array): void {
    guard(() => this.#dnode().read(offsetBytes, target));
  }

  write(offsetBytes: number, source: Uint8Array): void {
    guard(() => {
      const dnode = this.#dnode();
      const { dataBlockSize } = dnode;
      const blocks = Math.ceil(source.length / dataBlockSize) + 1;
      this.#admit(blocks * dataBlockSize, false);
      // Writing the txg on the way may have changed nothing but what is cached.
      dmuWrite(this.#dnode(), offsetBytes, source);
      const zil = this.#host.zil();
      if (zil === null) return;
      const write = { object: ZVOL_OBJ, offset: offsetBytes, source, blockSize: dataBlockSize };
      logVolumeWrite(zil, write, this.#host.hasLogDevice());
    });
  }

  flush(): void {
    if (this.isReadOnly) return;
    guard(() => {
      const zil = this.#host.zil();
      if (zil !== null) commitVolume(zil, ZVOL_OBJ);
    });
  }

  /** Whole blocks become holes; the rest of the range is zeroed. */
  discard(offsetBytes: number, sizeBytes: number): void {
    guard(() => {
      this.#admit(SECTOR, true);
      this.#free(offsetBytes, sizeBytes);
      const zil = this.#host.zil();
      if (zil !== null) logVolumeDiscard(zil, ZVOL_OBJ, offsetBytes, sizeBytes);
    });
  }

  #free(offsetBytes: number, sizeBytes: number): void {
    const dnode = this.#dnode();
    const { dataBlockSize } = dnode;
    const end = Math.min(offsetBytes + sizeBytes, this.sizeBytes);
    const first = Math.ceil(offsetBytes / dataBlockSize);
    const last = Math.floor(end / dataBlockSize);
    if (last <= first && first * dataBlockSize >= end) {
      zero(dnode, offsetBytes, end);
      return;
    }
    zero(dnode, offsetBytes, first * dataBlockSize);
    if (last > first && first <= dnode.maxblkid) {
      freeBlocks(dnode, first, Math.min(last, dnode.maxblkid + 1) - first);
    }
    zero(dnode, Math.max(last, first) * dataBlockSize, end);
  }
}

/** Zeros a range within one block, if there is anything in it. */
function zero(dnode: Dnode, from: number, end: number): void {
  if (from >= end) return;
  const size = dnode.dataBlockSize;
  const blkid = Math.floor(from / size);
  if (dnode.block(blkid) === null) return;
  dirtyBlock(dnode, blkid).fill(0, from - blkid * size, end - blkid * size);
}

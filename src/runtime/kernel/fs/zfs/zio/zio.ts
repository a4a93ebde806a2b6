/**
 * Reading a block by its pointer: find a copy, verify, decompress, bring into our byte order.
 * What callers get is a buffer of the logical size that must not be changed: the cache keeps it.
 * @see uts/common/fs/zfs/zio.c
 */
import { concatBytes } from '#base/bytes.ts';
import type { Codecs } from '#runtime/host.ts';
import {
  type BlockPointer,
  type Dva,
  isHole,
  readBlkptr,
  SPA_MAXBLOCKSIZE,
} from '../ondisk/blkptr.ts';
import { swap64, swapByType } from '../ondisk/byteswap.ts';
import { DMU_OT_INTENT_LOG } from '../ondisk/dmu-ot.ts';
import { physicalBirthOf } from '../ondisk/blkptr.ts';
import { SPA_GANGBLOCKSIZE, SPA_GBH_NBLKPTRS } from '../ondisk/label.ts';
import { corrupt, ZfsError } from '../ondisk/zfs-error.ts';
import { ZIO_COMPRESS_OFF } from '../ondisk/zio-algorithm.ts';
import type { Vdev, Verify } from '../vdev/vdev.ts';
import { BlockMachine } from './block-machine.ts';
import { Checksums, equalChecksums, gangVerifier, isLogChecksum } from './zio-checksum.ts';
import { Compressor } from './zio-compress.ts';

/** A top-level vdev and how much of it holds data. */
export interface TopLevel {
  vdev: Vdev;
  asize: number;
}

const MAX_GANG_DEPTH = 10;

export interface PendingWrites {
  readonly isEmpty: boolean;
  /** Whether writes have failed that wait to be made again. */
  readonly isParked: boolean;
  flush(): void;
  /** Bytes of a failed write, that can't be read from the device. */
  parkedAt(vdev: Vdev, offset: number, size: number): Uint8Array | null;
}

/** What the read and write pipelines need of a pool. */
export class ZioContext {
  readonly checksums: Checksums;
  readonly compressor: Compressor;
  /**
   * The same for a block that is being written, in a memory of its own: finding it a place may mean
   * to read a space map, and that must not disturb what is already packed.
   */
  readonly packing: { readonly checksums: Checksums; readonly compressor: Compressor };
  /** Blocks of the open sync that have not gone out yet: before any read they must. */
  pendingWrites: PendingWrites | undefined;
  /** Top-level vdevs by id; undefined where one was removed. */
  tops: (TopLevel | undefined)[] = [];

  constructor(codecs: Codecs) {
    const machine = new BlockMachine();
    this.checksums = new Checksums(codecs, machine);
    this.compressor = new Compressor(codecs, machine);
    const other = new BlockMachine();
    this.packing = {
      checksums: new Checksums(codecs, other),
      compressor: new Compressor(codecs, other),
    };
  }

  /** Reads and unpacks the block. ZfsError EIO or ECKSUM when no copy is good. */
  read(bp: BlockPointer): Uint8Array {
    if (bp.lsize > SPA_MAXBLOCKSIZE) throw corrupt('blkptr_t', `lsize ${bp.lsize}`);
    if (isHole(bp)) return new Uint8Array(bp.lsize);
    return this.unpack(bp, bp.embedded ?? this.readStored(bp));
  }

  /** The block that is stored as `stored`. ZfsError EIO when it can't be decompressed. */
  unpack(bp: BlockPointer, stored: Uint8Array): Uint8Array {
    let bytes = stored;
    if (bp.embedded !== null || bp.compress !== ZIO_COMPRESS_OFF) {
      bytes =
        bp.compress === ZIO_COMPRESS_OFF
          ? stored.slice(0, bp.lsize)
          : this.compressor.decompress(bp.compress, stored, bp.lsize);
    }
    if (!bp.isLittleEndian && bp.embedded === null) {
      if (bp.level > 0) swap64(bytes, 0, bytes.length);
      else swapByType(bp.type, bytes, 'big');
    }
    return bytes;
  }

  /** Whether `stored` is what `bp` points to, as it is on disk. */
  isRight(bp: BlockPointer, stored: Uint8Array): boolean {
    return this.#verifier(bp)(stored);
  }

  /**
   * A copy of the block as it is on disk, from what `read` gave; null when it can't be made again:
   * another implementation may have packed it better. Of our byte order only.
   */
  repack(bp: BlockPointer, bytes: Uint8Array): Uint8Array | null {
    const isPlain = bp.compress === ZIO_COMPRESS_OFF;
    const packed = isPlain ? bytes : this.compressor.compress(bp.compress, bytes);
    if (packed === null || packed.length > bp.psize) return null;
    const stored = new Uint8Array(bp.psize);
    stored.set(packed);
    return this.isRight(bp, stored) ? stored : null;
  }

  /** Whether bytes are those that `bp` points to. */
  #verifier(bp: BlockPointer): Verify {
    if (isLogChecksum(bp.checksum)) {
      return (bytes) =>
        this.checksums.verifyLog(bp.checksum, bytes.subarray(0, bp.psize), bp.cksum);
    }
    return (bytes) => {
      const sum = this.checksums.compute(
        bp.checksum,
        bytes.subarray(0, bp.psize),
        bp.isLittleEndian,
      );
      return sum === null || equalChecksums(sum, bp.cksum);
    };
  }

  /** The bytes as they are on disk, verified, `psize` of them. */
  readStored(bp: BlockPointer): Uint8Array {
    if (bp.isEncrypted && bp.level === 0 && bp.type !== DMU_OT_INTENT_LOG && bp.dvas.length === 3) {
      throw new ZfsError('ENOTSUP', 'Cannot read an encrypted block: encryption is not supported');
    }
    this.#drain();
    const verify = this.#verifier(bp);
    let failure: unknown;
    for (const dva of bp.dvas) {
      try {
        const bytes = dva.isGang
          ? this.#readGang(bp, dva, verify, 0)
          : this.#readDva(dva, bp.psize, physicalBirthOf(bp), verify);
        return bytes.subarray(0, bp.psize);
      } catch (error) {
        if (!(error instanceof ZfsError)) throw error;
        failure = error;
      }
    }
    throw failure ?? corrupt('blkptr_t', 'no DVA');
  }

  #drain(): void {
    if (this.pendingWrites?.isEmpty === false) this.pendingWrites.flush();
  }

  /**
   * Looks at every copy of the block, repairs what can be repaired, and answers whether at least one
   * was right.
   */
  scrub(bp: BlockPointer): boolean {
    const first = bp.dvas[0];
    if (first === undefined) return true;
    this.#drain();
    if (first.isGang) return this.#scrubGang(bp, first);
    const verify = this.#verifier(bp);
    let right: Uint8Array | undefined;
    const wrong: Dva[] = [];
    for (const dva of bp.dvas) {
      const { vdev } = this.topOf(dva);
      const sector = 2 ** vdev.ashift;
      try {
        const size = Math.ceil(bp.psize / sector) * sector;
        right = vdev.scrub(dva.offset, size, verify, physicalBirthOf(bp));
      } catch (error) {
        if (!(error instanceof ZfsError)) throw error;
        wrong.push(dva);
      }
    }
    if (right === undefined) return false;
    for (const dva of wrong) this.#rewrite(dva, right);
    return true;
  }

  /** Whether some leaf that should have the block has missed it. */
  isMissing(bp: BlockPointer): boolean {
    const birth = physicalBirthOf(bp);
    const isGang = bp.dvas[0]?.isGang === true;
    return isGang || bp.dvas.some((dva) => this.topOf(dva).vdev.isMissing(birth));
  }

  /** Writes the block to every leaf that missed it; false when there is no good copy. */
  resilver(bp: BlockPointer): boolean {
    const first = bp.dvas[0];
    if (first === undefined) return true;
    if (first.isGang) return this.#resilverGang(bp, first);
    const verify = this.#verifier(bp);
    return bp.dvas.every((dva) => this.#resilverDva(bp, dva, bp.psize, verify));
  }

  #resilverDva(bp: BlockPointer, dva: Dva, psize: number, verify: Verify): boolean {
    const { vdev } = this.topOf(dva);
    const birth = physicalBirthOf(bp);
    if (!vdev.isMissing(birth)) return true;
    const sector = 2 ** vdev.ashift;
    const size = Math.ceil(psize / sector) * sector;
    try {
      vdev.resilver(dva.offset, size, verify, birth);
      return true;
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
    }
    // No good copy here: one on another vdev will do.
    try {
      const right = new Uint8Array(size);
      right.set(this.readStored(bp));
      vdev.write(dva.offset, right, birth);
      return true;
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      return false;
    }
  }

  #resilverGang(bp: BlockPointer, first: Dva): boolean {
    try {
      const verifier = gangVerifier(first.vdev, first.offset, physicalBirthOf(bp));
      const isHeader = (bytes: Uint8Array): boolean =>
        this.checksums.verify(bytes.subarray(0, SPA_GANGBLOCKSIZE), verifier) !== null;
      const members = this.readGangHeader(bp, first);
      for (const dva of bp.dvas) this.#resilverDva(bp, dva, SPA_GANGBLOCKSIZE, isHeader);
      return members.every((member) => this.resilver(member));
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      return false;
    }
  }

  /** A copy that no redundancy of its vdev could mend is written again from another one. */
  #rewrite(dva: Dva, right: Uint8Array): void {
    const { vdev } = this.topOf(dva);
    try {
      vdev.write(dva.offset, right, 0);
      vdev.stats.repairedBytes += right.length;
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
    }
  }

  #scrubGang(bp: BlockPointer, first: Dva): boolean {
    try {
      return this.readGangHeader(bp, first).every((member) => this.scrub(member));
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      return false;
    }
  }

  topOf(dva: Dva): TopLevel {
    const top = this.tops[dva.vdev];
    if (top === undefined) throw corrupt('dva_t', `vdev ${dva.vdev} does not exist`);
    return top;
  }

  #readDva(dva: Dva, psize: number, txg: number, verify: Verify): Uint8Array {
    const { vdev, asize } = this.topOf(dva);
    const sector = 2 ** vdev.ashift;
    const size = Math.ceil(psize / sector) * sector;
    if (dva.offset % sector !== 0 || dva.offset + size > asize) {
      throw corrupt('dva_t', `offset ${dva.offset} is outside vdev ${dva.vdev}`);
    }
    if (this.pendingWrites?.isParked === true) {
      const parked = this.pendingWrites.parkedAt(vdev, dva.offset, size);
      if (parked !== null && verify(parked)) return parked;
    }
    return vdev.read(dva.offset, size, verify, txg);
  }

  /** A gang block: a header of up to three pointers to pieces, which may be gangs again. */
  #readGang(bp: BlockPointer, dva: Dva, verify: Verify | null, depth: number): Uint8Array {
    if (depth > MAX_GANG_DEPTH) throw corrupt('zio_gbh_phys_t', 'gang blocks nested too deep');
    const children = this.readGangHeader(bp, dva);
    const bytes = concatBytes(
      children.map((child) => {
        const place = child.dvas[0] as Dva;
        if (place.isGang) return this.#readGang(child, place, null, depth + 1);
        return this.readStored(child);
      }),
    );
    if (verify !== null && !verify(bytes)) {
      throw new ZfsError('ECKSUM', `Cannot read a gang block at ${dva.offset}: bad checksum`);
    }
    return bytes;
  }

  /** The pointers in the gang header that `bp` has at `dva`. */
  readGangHeader(bp: BlockPointer, dva: Dva): BlockPointer[] {
    this.#drain();
    const first = bp.dvas[0] as Dva;
    const verifier = gangVerifier(first.vdev, first.offset, physicalBirthOf(bp));
    const isHeader = (bytes: Uint8Array): boolean =>
      this.checksums.verify(bytes.subarray(0, SPA_GANGBLOCKSIZE), verifier) !== null;
    const bytes = this.#readDva(dva, SPA_GANGBLOCKSIZE, physicalBirthOf(bp), isHeader);
    if (this.checksums.verify(bytes.subarray(0, SPA_GANGBLOCKSIZE), verifier) === 'big') {
      swap64(bytes, 0, SPA_GANGBLOCKSIZE);
    }
    const children: BlockPointer[] = [];
    for (let i = 0; i < SPA_GBH_NBLKPTRS; i += 1) {
      const child = readBlkptr(bytes, i * 128);
      if (!isHole(child)) children.push(child);
    }
    return children;
  }
}

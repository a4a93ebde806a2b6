/**
 * Writing a block: compress, find places, checksum, write all copies. The answer is the new pointer.
 * Surprising: the MOS is written several times in one txg, because writing it changes the space maps
 * in it. From the second pass on a block that was born in this very txg is written over in place,
 * and after a few passes nothing is compressed any more, so that this comes to an end.
 * @see uts/common/fs/zfs/zio.c zio_write_compress(), zio_dva_allocate()
 */
import {
  BPE_PAYLOAD_SIZE,
  type BlockPointer,
  type Dva,
  HOLE,
  hole,
  isHole,
  SPA_GANG_MIN,
  writeBlkptr,
} from '../ondisk/blkptr.ts';
import { countsDnodes } from '../ondisk/dmu-ot.ts';
import { SPA_GANGBLOCKSIZE, SPA_GBH_NBLKPTRS } from '../ondisk/label.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import * as algorithm from '../ondisk/zio-algorithm.ts';
import type { MetaslabClass } from '../metaslab/metaslab-class.ts';
import type { PoolWatch } from '../metaslab/pool-watch.ts';
import { isAllZero } from '../zio/zio-compress.ts';
import { gangVerifier } from '../zio/zio-checksum.ts';
import type { ZioContext } from '../zio/zio.ts';
import { WriteQueue } from './write-queue.ts';

/** `zfs_sync_pass_rewrite`, `zfs_sync_pass_dont_compress`, `zfs_sync_pass_deferred_free` */
const SYNC_PASS_REWRITE = 2;
const SYNC_PASS_DONT_COMPRESS = 5;
export const SYNC_PASS_DEFERRED_FREE = 2;

/** `zio_prop_t` and what it is for. */
export interface WriteProperties {
  readonly type: number;
  readonly level: number;
  readonly compress: number;
  readonly checksum: number;
  readonly copies: number;
  readonly fill: number;
}

export class BlockWriter {
  readonly #zio: ZioContext;
  readonly #metaslabs: MetaslabClass;
  readonly #minAllocation: number;
  readonly #queue = new WriteQueue();
  txg = 0;
  pass = 0;
  hasEmbeddedData = true;
  hasHoleBirth = true;
  hasLz4 = true;
  /** Hears of places taken and given back, and of txgs; undefined while nobody looks. */
  watch: PoolWatch | undefined;

  constructor(zio: ZioContext, metaslabs: MetaslabClass, ashift: number) {
    this.#zio = zio;
    this.#metaslabs = metaslabs;
    this.#minAllocation = 2 ** ashift;
    zio.pendingWrites = this.#queue;
  }

  /** Writes what waits to be put together with its neighbours. ZfsError EIO when a write failed. */
  flush(): void {
    this.#queue.flush();
    if (this.#queue.isParked) throw new ZfsError('EIO', 'Cannot write: a device failed');
  }

  /** `zio_resume`: makes failed writes again; true when all are done. */
  retry(): boolean {
    return this.#queue.retry();
  }

  /** Writes what waits; what fails is kept to be made again. */
  flushOrKeep(): void {
    this.#queue.flush();
  }

  /** The txg has failed: what waits is not to be written any more. */
  discard(): void {
    this.#queue.discard();
  }

  /**
   * Writes `bytes` in place of `previous` and answers the new pointer; when that has the places of
   * `previous` the block was written over. ZfsError ENOSPC, EIO.
   */
  write(bytes: Uint8Array, props: WriteProperties, previous: BlockPointer): BlockPointer {
    const { txg } = this;
    const mayCompress =
      props.compress !== algorithm.ZIO_COMPRESS_OFF &&
      !(this.pass >= SYNC_PASS_DONT_COMPRESS && previous.birth === txg);
    let stored = bytes;
    let compress = algorithm.ZIO_COMPRESS_OFF;
    if (mayCompress) {
      if (isAllZero(bytes)) return this.#hole(bytes.length, props, previous);
      const kind = this.#algorithm(props.compress);
      const packed = this.#zio.packing.compressor.compress(kind, bytes);
      if (packed !== null) {
        if (this.#canEmbed(packed.length, props)) {
          return this.#embedded(bytes.length, packed, kind, props);
        }
        const rounded = Math.ceil(packed.length / this.#minAllocation) * this.#minAllocation;
        if (rounded < bytes.length) {
          stored = this.#zio.packing.compressor.padTo(packed, rounded);
          compress = kind;
        }
      }
    }
    return this.#store(bytes.length, stored, compress, props, previous);
  }

  /** `zio_compress_select`: what `on` stands for. */
  #algorithm(compress: number): number {
    if (compress !== algorithm.ZIO_COMPRESS_ON) return compress;
    return this.hasLz4 ? algorithm.ZIO_COMPRESS_LZ4 : algorithm.ZIO_COMPRESS_LZJB;
  }

  #hole(lsize: number, props: WriteProperties, previous: BlockPointer): BlockPointer {
    if (previous.birth === 0 || !this.hasHoleBirth) return HOLE;
    return hole(lsize, props.type, props.level, this.txg);
  }

  #canEmbed(size: number, props: WriteProperties): boolean {
    const { type, level } = props;
    return this.hasEmbeddedData && size <= BPE_PAYLOAD_SIZE && level === 0 && !countsDnodes(type);
  }

  #embedded(
    lsize: number,
    payload: Uint8Array,
    compress: number,
    props: WriteProperties,
  ): BlockPointer {
    return {
      ...HOLE,
      lsize,
      psize: payload.length,
      compress,
      checksum: 0,
      type: props.type,
      level: 0,
      isLittleEndian: true,
      birth: this.txg,
      fill: 1,
      embedded: payload.slice(),
    };
  }

  #store(
    lsize: number,
    stored: Uint8Array,
    compress: number,
    props: WriteProperties,
    previous: BlockPointer,
  ): BlockPointer {
    const mayRewrite =
      this.pass >= SYNC_PASS_REWRITE &&
      previous.birth === this.txg &&
      !isHole(previous) &&
      previous.embedded === null &&
      previous.psize === stored.length &&
      previous.dvas.every((dva) => !dva.isGang);
    const dvas = mayRewrite ? previous.dvas : this.#allocate(stored.length, props.copies, props);
    if (dvas === null) return this.#gang(lsize, stored, compress, props);
    this.#writeCopies(dvas, stored);
    return this.#pointer(lsize, stored, compress, props, dvas);
  }

  #pointer(
    lsize: number,
    stored: Uint8Array,
    compress: number,
    props: WriteProperties,
    dvas: readonly Dva[],
  ): BlockPointer {
    const checksum =
      props.checksum === algorithm.ZIO_CHECKSUM_ON
        ? algorithm.ZIO_CHECKSUM_FLETCHER_4
        : props.checksum;
    return {
      dvas,
      lsize,
      psize: stored.length,
      compress,
      checksum,
      type: props.type,
      level: props.level,
      isDedup: false,
      isEncrypted: false,
      isLittleEndian: true,
      birth: this.txg,
      physicalBirth: 0,
      fill: props.fill,
      cksum: this.#zio.packing.checksums.compute(checksum, stored) ?? new Uint32Array(8),
      embedded: null,
    };
  }

  /** Places for all copies, or null when there is none for the first. */
  #allocate(psize: number, copies: number, what: WriteProperties): Dva[] | null {
    const dvas: Dva[] = [];
    for (let copy = 0; copy < copies; copy += 1) {
      const dva = this.#metaslabs.tryAllocate(psize, dvas);
      if (dva === undefined) {
        if (copy === 0) return null;
        break;
      }
      dvas.push(dva);
      this.watch?.allocated(dva, what.type, what.level);
    }
    return dvas;
  }

  #writeCopies(dvas: readonly Dva[], stored: Uint8Array): void {
    for (const dva of dvas) {
      const { vdev } = this.#zio.topOf(dva);
      const sector = 2 ** vdev.ashift;
      const size = Math.ceil(stored.length / sector) * sector;
      let padded = stored;
      if (size !== stored.length) {
        padded = new Uint8Array(size);
        padded.set(stored);
      }
      this.#queue.write(vdev, dva.offset, padded, this.txg);
    }
  }

  /** No room in one piece: a header points to up to three pieces, which may be gangs again. */
  #gang(lsize: number, stored: Uint8Array, compress: number, props: WriteProperties): BlockPointer {
    if (stored.length <= this.#minAllocation || stored.length <= SPA_GANG_MIN) {
      throw new ZfsError('ENOSPC', 'Cannot write a block: the pool is out of space');
    }
    const copies = Math.min(props.copies + 1, 3);
    const headers = this.#allocate(SPA_GANGBLOCKSIZE, copies, props);
    if (headers === null) {
      throw new ZfsError('ENOSPC', 'Cannot write a block: the pool is out of space');
    }
    const step =
      Math.ceil(stored.length / SPA_GBH_NBLKPTRS / this.#minAllocation) * this.#minAllocation;
    const header = new Uint8Array(SPA_GANGBLOCKSIZE);
    // Pieces have no type: only the whole does.
    const memberProps = { ...props, type: 0, level: 0, fill: 1 };
    const asizes = headers.map((dva) => dva.asize);
    let slot = 0;
    for (let at = 0; at < stored.length; at += step) {
      const piece = stored.slice(at, at + step);
      const dvas = this.#allocate(piece.length, props.copies, props);
      let member: BlockPointer;
      if (dvas === null) {
        member = this.#gang(piece.length, piece, algorithm.ZIO_COMPRESS_OFF, memberProps);
      } else {
        this.#writeCopies(dvas, piece);
        const off = algorithm.ZIO_COMPRESS_OFF;
        member = this.#pointer(piece.length, piece, off, memberProps, dvas);
      }
      writeBlkptr(header, slot * 128, member);
      member.dvas.forEach((dva, d) => {
        asizes[d] = (asizes[d] ?? 0) + dva.asize;
      });
      slot += 1;
    }
    const first = headers[0] as Dva;
    this.#zio.packing.checksums.seal(header, gangVerifier(first.vdev, first.offset, this.txg));
    this.#writeCopies(headers, header);
    // The whole counts with all its pieces; freeing a gang header knows its own size.
    const dvas = headers.map((dva, d) => ({ ...dva, asize: asizes[d] ?? dva.asize, isGang: true }));
    return this.#pointer(lsize, stored, compress, props, dvas);
  }
}

/**
 * The second level of the cache: blocks that the ARC lets go are written to cache devices, each a
 * ring behind the front labels. Only the headers here say what is on a device: nothing is persistent.
 * Surprising: what is written is the block as the pool stores it, so that the block pointer's own
 * checksum judges what comes back; a block without a checksum is not cached.
 * @see uts/common/fs/zfs/arc.c l2arc_write_buffers(), l2arc_read_done()
 */
import { type BlockPointer, SPA_MINBLOCKSIZE } from '../ondisk/blkptr.ts';
import { isMetadataType } from '../ondisk/dmu-ot.ts';
import { dataSize } from '../ondisk/label.ts';
import { ZIO_CHECKSUM_NOPARITY, ZIO_CHECKSUM_OFF } from '../ondisk/zio-algorithm.ts';
import type { VdevDisk } from '../vdev/vdev-disk.ts';
import type { ZioContext } from '../zio/zio.ts';

/** `l2arc_write_max`: so much goes out with one feed. */
const WRITE_MAX: number = 8 * 2 ** 20;
/** What a header takes, about: itself, its places in two indices. */
export const L2_HEADER_BYTES = 192;
/** Headers, and blocks that wait for a feed, may each take this part of the ARC's limit. */
const SHARE = 8;

/** Index of `secondarycache`. */
const CACHE_NONE = 0;
const CACHE_METADATA = 1;

/** The l2 part of `arc_stats`. */
export interface L2Stats {
  hits: number;
  misses: number;
  feeds: number;
  writesSent: number;
  writesFailed: number;
  readBytes: number;
  writeBytes: number;
  checksumBad: number;
  ioErrors: number;
}

/** `l2arc_buf_hdr_t` */
interface Header {
  readonly key: number;
  readonly birth: number;
  readonly ring: Ring;
  /** In the device's data area. */
  readonly offset: number;
  readonly sizeBytes: number;
}

/** `l2arc_dev_t` */
interface Ring {
  readonly vdev: VdevDisk;
  /** In the order in which the hand will meet them. */
  readonly headers: Set<Header>;
  hand: number;
  allocatedBytes: number;
}

interface Waiting {
  readonly birth: number;
  readonly bytes: Uint8Array;
}

function ringSize({ device }: VdevDisk): number {
  return device === null ? 0 : Math.max(0, dataSize(device.sizeBytes));
}

function asizeOf(vdev: VdevDisk, sizeBytes: number): number {
  const sector = vdev.device?.sectorSize ?? SPA_MINBLOCKSIZE;
  return Math.ceil(sizeBytes / sector) * sector;
}

/** `DMU_OS_IS_L2CACHEABLE`, and whether a damaged copy would be noticed. */
export function mayGoToL2(bp: BlockPointer, secondaryCache: number): boolean {
  if (secondaryCache === CACHE_NONE || bp.isEncrypted || !bp.isLittleEndian) return false;
  if (bp.checksum === ZIO_CHECKSUM_OFF || bp.checksum === ZIO_CHECKSUM_NOPARITY) return false;
  return secondaryCache !== CACHE_METADATA || bp.level > 0 || isMetadataType(bp.type);
}

export class L2Arc {
  readonly #zio: ZioContext;
  readonly #budget: number;
  readonly #index: Map<number, Header> = new Map();
  readonly #waiting: Map<number, Waiting> = new Map();
  #waitingBytes = 0;
  #rings: Ring[] = [];
  /** Whose turn it is. `l2arc_dev_get_next` */
  #turn = 0;
  readonly stats: L2Stats = {
    hits: 0,
    misses: 0,
    feeds: 0,
    writesSent: 0,
    writesFailed: 0,
    readBytes: 0,
    writeBytes: 0,
    checksumBad: 0,
    ioErrors: 0,
  };

  constructor(zio: ZioContext, arcLimitBytes: number) {
    this.#zio = zio;
    this.#budget = Math.floor(arcLimitBytes / SHARE);
  }

  /** Memory that it takes: at most a quarter of the ARC's limit. */
  get memoryBytes(): number {
    return this.headerBytes + this.#waitingBytes;
  }

  /** `l2_hdr_size` */
  get headerBytes(): number {
    return this.#index.size * L2_HEADER_BYTES;
  }

  /** `l2_asize`: bytes on all devices. */
  get sizeBytes(): number {
    return this.#rings.reduce((sum, { allocatedBytes }) => sum + allocatedBytes, 0);
  }

  /** What a device has and may have. */
  spaceOf(vdev: VdevDisk): { readonly sizeBytes: number; readonly allocatedBytes: number } {
    const ring = this.#rings.find((each) => each.vdev === vdev);
    return { sizeBytes: ringSize(vdev), allocatedBytes: ring?.allocatedBytes ?? 0 };
  }

  /** From now on these are the devices; what was on others, or on one gone, is forgotten. */
  setDevices(vdevs: readonly VdevDisk[]): void {
    for (const ring of this.#rings) {
      if (!vdevs.includes(ring.vdev) || !ring.vdev.isReadable) this.#empty(ring);
    }
    this.#rings = vdevs.map(
      (vdev) =>
        this.#rings.find((ring) => ring.vdev === vdev) ?? {
          vdev,
          headers: new Set(),
          hand: 0,
          allocatedBytes: 0,
        },
    );
    if (vdevs.length > 0) return;
    this.#waiting.clear();
    this.#waitingBytes = 0;
  }

  /** The unpacked block, or null when the pool has to be asked. */
  read(key: number, birth: number, bp: BlockPointer): Uint8Array | null {
    const header = this.#index.get(key);
    const bytes = header === undefined ? null : this.#readHeader(header, birth, bp);
    if (bytes === null) this.stats.misses += 1;
    else this.stats.hits += 1;
    return bytes;
  }

  #readHeader(header: Header, birth: number, bp: BlockPointer): Uint8Array | null {
    const { vdev } = header.ring;
    if (!vdev.isReadable) {
      this.#empty(header.ring);
      return null;
    }
    if (header.birth === birth && header.sizeBytes === bp.psize) {
      const stored = vdev.tryRead(header.offset, asizeOf(vdev, bp.psize));
      if (stored === null) {
        this.stats.ioErrors += 1;
      } else {
        const block = stored.subarray(0, bp.psize);
        if (this.#zio.isRight(bp, block)) {
          this.stats.readBytes += bp.psize;
          return this.#zio.unpack(bp, block);
        }
        this.stats.checksumBad += 1;
        vdev.noteChecksumError(header.offset, bp.psize);
      }
    }
    this.#drop(header);
    return null;
  }

  /** The ARC lets go of `bytes`: they go out with the next feed, if there is room in it. */
  stage(key: number, birth: number, bp: BlockPointer, bytes: Uint8Array): void {
    if (this.#index.get(key)?.birth === birth) return;
    const room = Math.min(WRITE_MAX, this.#budget) - this.#waitingBytes;
    if (bp.psize > room || !this.#rings.some(({ vdev }) => vdev.isReadable)) return;
    const stored = this.#zio.repack(bp, bytes);
    if (stored === null) return;
    this.#forgetWaiting(key);
    this.#waiting.set(key, { birth, bytes: stored });
    this.#waitingBytes += stored.length;
  }

  /** The block was freed, or rewritten in place. */
  forget(key: number): void {
    const header = this.#index.get(key);
    if (header !== undefined) this.#drop(header);
    this.#forgetWaiting(key);
  }

  #forgetWaiting(key: number): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    this.#waitingBytes -= waiting.bytes.length;
    this.#waiting.delete(key);
  }

  /** Writes what waits to one device, in one piece. `l2arc_feed_thread` */
  feed(): void {
    if (this.#waiting.size === 0) return;
    const ring = this.#nextRing();
    const blocks = [...this.#waiting];
    this.#waiting.clear();
    this.#waitingBytes = 0;
    if (ring === undefined) return;
    const { vdev } = ring;
    const total = blocks.reduce((sum, [, { bytes }]) => sum + asizeOf(vdev, bytes.length), 0);
    if (total > ringSize(vdev)) return;
    const batch = new Uint8Array(total);
    const at = this.#makeRoom(ring, total);
    this.stats.feeds += 1;
    const headers: Header[] = [];
    let used = 0;
    for (const [key, { birth, bytes }] of blocks) {
      batch.set(bytes, used);
      headers.push({ key, birth, ring, offset: at + used, sizeBytes: bytes.length });
      used += asizeOf(vdev, bytes.length);
    }
    if (!vdev.tryWrite(at, batch)) {
      this.stats.writesFailed += 1;
      return;
    }
    this.stats.writesSent += 1;
    this.stats.writeBytes += total;
    ring.hand = at + total;
    for (const header of headers) this.#keep(header);
  }

  #nextRing(): Ring | undefined {
    for (let tries = 0; tries < this.#rings.length; tries += 1) {
      this.#turn = (this.#turn + 1) % this.#rings.length;
      const ring = this.#rings[this.#turn];
      if (ring?.vdev.isReadable === true) return ring;
    }
    return undefined;
  }

  /** Where `size` bytes go: what was there is no more. `l2arc_evict` */
  #makeRoom(ring: Ring, size: number): number {
    const end = ringSize(ring.vdev);
    if (ring.hand + size > end) {
      // What is behind the hand is given up too: headers stay in the order of the ring.
      this.#clear(ring, ring.hand, end);
      ring.hand = 0;
    }
    this.#clear(ring, ring.hand, ring.hand + size);
    return ring.hand;
  }

  #clear(ring: Ring, from: number, to: number): void {
    for (const header of ring.headers) {
      if (header.offset >= to || header.offset < from) return;
      this.#drop(header);
    }
  }

  #keep(header: Header): void {
    const old = this.#index.get(header.key);
    if (old !== undefined) this.#drop(old);
    this.#index.set(header.key, header);
    header.ring.headers.add(header);
    header.ring.allocatedBytes += asizeOf(header.ring.vdev, header.sizeBytes);
    const { ring } = header;
    for (const oldest of ring.headers) {
      if (this.headerBytes <= this.#budget) return;
      this.#drop(oldest);
    }
  }

  #drop(header: Header): void {
    this.#index.delete(header.key);
    header.ring.headers.delete(header);
    header.ring.allocatedBytes -= asizeOf(header.ring.vdev, header.sizeBytes);
  }

  #empty(ring: Ring): void {
    for (const header of ring.headers) this.#drop(header);
    ring.allocatedBytes = 0;
  }
}

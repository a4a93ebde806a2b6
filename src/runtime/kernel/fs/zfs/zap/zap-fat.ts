/**
 * A fat ZAP: a header block, a table from hash prefix to leaf, and leaves. The table is in the header
 * block until it outgrows it.
 * @spec ZFS On-Disk §5.2  @see uts/common/fs/zfs/zap.c
 */
import { dirtyBlock, freeBlocks, setBlockSize } from '../dmu/dbuf.ts';
import type { Dnode } from '../dmu/dnode.ts';
import { word32 } from '../ondisk/blkptr.ts';
import { viewOf } from '../ondisk/struct.ts';
import {
  FZAP_BLOCK_SHIFT,
  ZAP_FLAG_HASH64,
  ZAP_FLAG_UINT64_KEY,
  ZAP_MAGIC,
  type ZapPhys,
  ZBT_HEADER,
  zapPhys,
} from '../ondisk/zap-phys.ts';
import { corrupt, ZfsError } from '../ondisk/zfs-error.ts';
import { compareHash, saltHalves, topBits, type ZapHash, zapHash, zapKey } from './zap-hash.ts';
import { type LeafEntry, nameText, ZapLeaf } from './zap-leaf.ts';
import type { ZapEntry, ZapValue } from './zap-value.ts';

/** Hashes have 28 significant bits; the rest of a 53-bit cursor counts equal hashes. */
const CURSOR_CD_RANGE: number = 2 ** 24;

export function cursorOf(hash: ZapHash, cd: number): number {
  return (hash.high >>> 4) * CURSOR_CD_RANGE + Math.min(cd, CURSOR_CD_RANGE - 1);
}

export class FatZap {
  readonly #dnode: Dnode;
  readonly #phys: ZapPhys;
  readonly #salt: ZapHash;
  readonly #isHash64: boolean;
  #lastLeaf: ZapLeaf | undefined;

  constructor(dnode: Dnode) {
    this.#dnode = dnode;
    const bytes = dnode.block(0);
    if (bytes === null) throw corrupt('zap_phys_t', `object ${dnode.object} has no header`);
    this.#phys = zapPhys.read(bytes);
    const { magic, ptrtblShift, flags } = this.#phys;
    if (magic !== ZAP_MAGIC || ptrtblShift > 28 || ptrtblShift < 1) {
      throw corrupt('zap_phys_t', `object ${dnode.object} has a damaged header`);
    }
    if ((flags & ZAP_FLAG_UINT64_KEY) !== 0) {
      throw new ZfsError('ENOTSUP', `Cannot read ZAP ${dnode.object}: its keys are numbers`);
    }
    this.#salt = saltHalves(this.#phys.salt);
    this.#isHash64 = (flags & ZAP_FLAG_HASH64) !== 0;
  }

  /** Makes an empty fat ZAP of a one-block object. */
  static create(dnode: Dnode, salt: bigint, normflags: number, flags: number): FatZap {
    setBlockSize(dnode, 2 ** FZAP_BLOCK_SHIFT);
    const header = dirtyBlock(dnode, 0);
    header.fill(0);
    const shift = FZAP_BLOCK_SHIFT - 4;
    zapPhys.write(header, 0, {
      blockType: ZBT_HEADER,
      magic: ZAP_MAGIC,
      ptrtblBlk: 0,
      ptrtblNumblks: 0,
      ptrtblShift: shift,
      ptrtblNextblk: 0,
      ptrtblBlksCopied: 0,
      freeblk: 2,
      numLeafs: 1,
      numEntries: 0,
      salt,
      normflags,
      flags,
    });
    const view = viewOf(header);
    for (let i = 0; i < 2 ** shift; i += 1) view.setUint32(header.length / 2 + i * 8, 1, true);
    const leaf = dirtyBlock(dnode, 1);
    leaf.fill(0);
    ZapLeaf.init(leaf);
    return new FatZap(dnode);
  }

  get count(): number {
    return this.#phys.numEntries;
  }

  #flush(): void {
    zapPhys.write(dirtyBlock(this.#dnode, 0), 0, this.#phys);
  }

  #hash(key: Uint8Array): ZapHash {
    return zapHash(key, this.#salt, this.#isHash64);
  }

  /** Block and byte of entry `index` of the pointer table. */
  #tablePlace(index: number): { blkid: number; at: number } {
    const size = this.#dnode.dataBlockSize;
    if (this.#phys.ptrtblNumblks === 0) return { blkid: 0, at: size / 2 + index * 8 };
    const perBlock = size / 8;
    const blkid = this.#phys.ptrtblBlk + Math.floor(index / perBlock);
    return { blkid, at: (index % perBlock) * 8 };
  }

  #leafBlkid(index: number): number {
    const { blkid, at } = this.#tablePlace(index);
    const bytes = this.#dnode.block(blkid);
    if (bytes === null) throw corrupt('zap_table_phys_t', `object ${this.#dnode.object}: no table`);
    return word32(bytes, at) + word32(bytes, at + 4) * 2 ** 32;
  }

  #setLeafBlkid(index: number, leafBlkid: number): void {
    const { blkid, at } = this.#tablePlace(index);
    const view = viewOf(dirtyBlock(this.#dnode, blkid));
    view.setUint32(at, leafBlkid % 2 ** 32, true);
    view.setUint32(at + 4, Math.floor(leafBlkid / 2 ** 32), true);
  }

  #leaf(blkid: number): ZapLeaf {
    const bytes = this.#dnode.block(blkid);
    if (bytes === null) throw corrupt('zap_leaf_phys_t', `object ${this.#dnode.object}: no leaf`);
    return this.#over(bytes).check();
  }

  /** The leaf in a buffer; the one used last is kept, as a name is looked for before it is set. */
  #over(bytes: Uint8Array): ZapLeaf {
    if (this.#lastLeaf?.isOver(bytes) === true) return this.#lastLeaf;
    this.#lastLeaf = new ZapLeaf(bytes);
    return this.#lastLeaf;
  }

  #count(delta: 1 | -1): void {
    this.#phys.numEntries += delta;
    const bytes = dirtyBlock(this.#dnode, 0);
    const at = zapPhys.fields.numEntries.offset;
    for (let i = 0, rest = this.#phys.numEntries; i < 8; i += 1) {
      bytes[at + i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }

  #indexOf(hash: ZapHash): number {
    return topBits(hash, this.#phys.ptrtblShift);
  }

  lookup(name: string): ZapValue | undefined {
    const key = zapKey(name);
    const hash = this.#hash(key);
    const leaf = this.#leaf(this.#leafBlkid(this.#indexOf(hash)));
    const entry = leaf.find(hash, key);
    return entry === undefined ? undefined : leaf.value(entry);
  }

  /** Adds or replaces. `cd` is given when a micro ZAP is converted. */
  set(name: string, value: ZapValue, cd?: number): void {
    const key = zapKey(name);
    const hash = this.#hash(key);
    for (;;) {
      const index = this.#indexOf(hash);
      const blkid = this.#leafBlkid(index);
      this.#leaf(blkid);
      const leaf = this.#over(dirtyBlock(this.#dnode, blkid));
      const existing = leaf.find(hash, key);
      if (!leaf.canEverHold(key, value)) {
        throw new ZfsError('EINVAL', `Cannot set "${name}": the value is too large`);
      }
      if (existing !== undefined) {
        if (leaf.update(existing, value)) return;
      } else if (leaf.add(hash, key, value, cd ?? leaf.unusedCd(hash))) {
        this.#count(1);
        return;
      }
      this.#split(leaf, index);
    }
  }

  /** False when there is no such name. */
  remove(name: string): boolean {
    const key = zapKey(name);
    const hash = this.#hash(key);
    const blkid = this.#leafBlkid(this.#indexOf(hash));
    if (this.#leaf(blkid).find(hash, key) === undefined) return false;
    const leaf = new ZapLeaf(dirtyBlock(this.#dnode, blkid));
    leaf.remove(leaf.find(hash, key) as LeafEntry);
    this.#count(-1);
    return true;
  }

  /** `zap_expand_leaf`: half of the leaf goes to a new one; the table grows first when it must. */
  #split(leaf: ZapLeaf, index: number): void {
    if (leaf.prefixLen === this.#phys.ptrtblShift) {
      this.#growTable();
      return;
    }
    const blkid = this.#phys.freeblk;
    this.#phys.freeblk += 1;
    this.#phys.numLeafs += 1;
    const bytes = dirtyBlock(this.#dnode, blkid);
    bytes.fill(0);
    const upper = ZapLeaf.init(bytes);
    leaf.splitInto(upper);
    const span = 2 ** (this.#phys.ptrtblShift - leaf.prefixLen);
    const first = (Math.floor(index / span / 2) * 2 + 1) * span;
    for (let i = 0; i < span; i += 1) this.#setLeafBlkid(first + i, blkid);
    this.#flush();
  }

  /** Doubles the table: each entry twice. From the header block it moves to a block of its own. */
  #growTable(): void {
    const phys = this.#phys;
    const old = Array.from({ length: 2 ** phys.ptrtblShift }, (_, i) => this.#leafBlkid(i));
    const oldBlk = phys.ptrtblBlk;
    const oldCount = phys.ptrtblNumblks;
    const newCount = Math.max(oldCount * 2, 1);
    const perBlock = this.#dnode.dataBlockSize / 8;
    if (oldCount === 0) {
      const header = dirtyBlock(this.#dnode, 0);
      header.fill(0, header.length / 2);
    }
    phys.ptrtblBlk = phys.freeblk;
    phys.ptrtblNumblks = newCount;
    phys.freeblk += newCount;
    phys.ptrtblShift = Math.log2(perBlock * newCount);
    const repeat = (perBlock * newCount) / old.length;
    for (let b = 0; b < newCount; b += 1) {
      const bytes = dirtyBlock(this.#dnode, phys.ptrtblBlk + b);
      const view = viewOf(bytes);
      for (let i = 0; i < perBlock; i += 1) {
        const leafBlkid = old[Math.floor((b * perBlock + i) / repeat)] as number;
        view.setUint32(i * 8, leafBlkid % 2 ** 32, true);
        view.setUint32(i * 8 + 4, Math.floor(leafBlkid / 2 ** 32), true);
      }
    }
    if (oldCount > 0) freeBlocks(this.#dnode, oldBlk, oldCount);
    this.#flush();
  }

  /** Entries in the order of their hashes, from `cursor` on. */
  *entries(cursor = 0): Generator<ZapEntry> {
    const size = 2 ** this.#phys.ptrtblShift;
    const startHash = { high: (Math.floor(cursor / CURSOR_CD_RANGE) << 4) >>> 0, low: 0 };
    let index = this.#indexOf(startHash);
    while (index < size) {
      const leaf = this.#leaf(this.#leafBlkid(index));
      const span = 2 ** Math.max(this.#phys.ptrtblShift - leaf.prefixLen, 0);
      const entries = leaf.entries();
      entries.sort((a, b) => compareHash(a.hash, b.hash) || a.cd - b.cd);
      for (const entry of entries) {
        const place = cursorOf(entry.hash, entry.cd);
        if (place < cursor) continue;
        yield { name: nameText(entry), value: leaf.value(entry), cursor: place };
      }
      index = (Math.floor(index / span) + 1) * span;
    }
  }
}

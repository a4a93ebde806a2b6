/**
 * A set of objects: the MOS, a file system or a volume. Its objects' dnodes are the data of one more
 * object, the meta-dnode, which sits in the objset block.
 * @spec ZFS On-Disk §3.3  @see uts/common/fs/zfs/dmu_objset.c
 */
import { must } from '#base/assert.ts';
import type { Arc } from '../arc/arc.ts';
import { type BlockPointer, isHole, SPA_OLD_MAXBLOCKSIZE } from '../ondisk/blkptr.ts';
import {
  DMU_OST_META,
  DN_MAX_OBJECT,
  DNODE_MIN_SIZE,
  OBJSET_GROUPUSED_OFFSET,
  OBJSET_PHYS_SIZE_V1,
  OBJSET_PHYS_SIZE_V2,
  OBJSET_USERUSED_OFFSET,
  OBJSET_ZIL_HEADER_OFFSET,
  OBJSET_ZIL_HEADER_SIZE,
  objsetPhys,
} from '../ondisk/dnode-phys.ts';
import { corrupt, ZfsError } from '../ondisk/zfs-error.ts';
import { ZIO_CHECKSUM_FLETCHER_4, ZIO_COMPRESS_ON } from '../ondisk/zio-algorithm.ts';
import { nextContent } from './dmu-offset.ts';
import { Dnode } from './dnode.ts';

/** `DMU_META_DNODE_OBJECT`, `DMU_USERUSED_OBJECT`, `DMU_GROUPUSED_OBJECT` */
export const DMU_META_DNODE_OBJECT = 0;
export const DMU_USERUSED_OBJECT = -1;
export const DMU_GROUPUSED_OBJECT = -2;

/** What happens to a pointer outside the objset: space accounting and freeing, by its dataset. */
export interface BlockOwner {
  /** The space a block takes, deflated: what a person is told. `bp_get_dsize` */
  dsize(bp: BlockPointer): number;
  /** A new block is referenced. */
  blockBorn(bp: BlockPointer): void;
  /** A block is referenced no more. */
  blockKill(bp: BlockPointer): void;
  /** What a hole made now says about its age: the open txg, or 0 without hole_birth. */
  holeBirth(): number;
  /** A block has no good copy. */
  blockLost?(object: number, level: number, blkid: number): void;
}

/** The intent log of an objset, as writing it sees it (zil/zil.ts). */
export interface IntentLog {
  /** Called while the objset is written, before its block is: what the log had is on disk now. */
  sync(): void;
  /** Gives back all of the log's blocks in this txg: the objset goes. */
  destroy(): void;
}

/** Whose space the object with this bonus is; null for objects that are no files. */
export type SpaceOwner = (
  bonusType: number,
  bonus: Uint8Array,
) => { uid: bigint; gid: bigint } | null;

/**
 * The properties that an objset goes by, as numbers of their index tables. They follow the dataset's
 * properties at once (dsl/dsl-settings.ts): ask when needed, keep no copy.
 */
export interface ObjsetSettings {
  compress: number;
  checksum: number;
  copies: number;
  recordSize: number;
  /** 0 standard, 1 always, 2 disabled */
  sync: number;
  /** 0 latency, 1 throughput */
  logBias: number;
  /** 0 none, 1 metadata, 2 all */
  primaryCache: number;
  secondaryCache: number;
  /** 0 all, 1 most */
  redundantMetadata: number;
  /** 0 hidden, 1 visible */
  snapdir: number;
  /** `ZFS_ACL_…` */
  aclMode: number;
  aclInherit: number;
  aclImplicit: boolean;
  /** By property, or because it is a snapshot; a mount may be read-only besides. */
  isReadOnly: boolean;
  atime: boolean;
  devices: boolean;
  exec: boolean;
  setuid: boolean;
  xattr: boolean;
  nbmand: boolean;
}

/** What an objset without a dataset goes by: the MOS. */
function initialSettings(): ObjsetSettings {
  return {
    compress: ZIO_COMPRESS_ON,
    checksum: ZIO_CHECKSUM_FLETCHER_4,
    copies: 1,
    recordSize: SPA_OLD_MAXBLOCKSIZE,
    sync: 0,
    logBias: 0,
    primaryCache: 2,
    secondaryCache: 2,
    redundantMetadata: 0,
    snapdir: 0,
    aclMode: 0,
    aclInherit: 4,
    aclImplicit: true,
    isReadOnly: false,
    atime: true,
    devices: true,
    exec: true,
    setuid: true,
    xattr: true,
    nbmand: false,
  };
}

export class Objset {
  readonly arc: Arc;
  /** `dmu_objset_type_t` */
  readonly type: number;
  readonly owner: BlockOwner | null;
  flags = 0;
  readonly settings: ObjsetSettings = initialSettings();
  readonly metaDnode: Dnode;
  readonly userUsed: Dnode;
  readonly groupUsed: Dnode;
  /** `zil_header_t`, 192 bytes. */
  zilHeader: Uint8Array = new Uint8Array(OBJSET_ZIL_HEADER_SIZE);
  /** Set while the objset can be changed and has a log. */
  intentLog: IntentLog | null = null;
  rootBp: BlockPointer;
  readonly #dnodes: Map<number, Dnode> = new Map();
  /** Objects whose dnode or blocks changed since the last sync. */
  readonly dirtyDnodes: Set<Dnode> = new Set();
  /** Who owns an object, for the space of users and groups; set by the file system in it. */
  spaceOwner: SpaceOwner | null = null;
  /** Packs a dnode's attributes into its bonus, once a txg; set by the file system in it. */
  packBonus: ((dnode: Dnode) => void) | null = null;
  /** Whether the objset block must be written though no object changed (a new ZIL header). */
  isDirty = false;
  /** Where the search for a free object number goes on. */
  nextObject = 1;

  constructor(arc: Arc, type: number, owner: BlockOwner | null, rootBp: BlockPointer) {
    this.arc = arc;
    this.type = type;
    this.owner = owner;
    this.rootBp = rootBp;
    this.metaDnode = new Dnode(this, DMU_META_DNODE_OBJECT);
    this.userUsed = new Dnode(this, DMU_USERUSED_OBJECT);
    this.groupUsed = new Dnode(this, DMU_GROUPUSED_OBJECT);
  }

  /** Opens what `rootBp` points to. */
  static open(arc: Arc, rootBp: BlockPointer, owner: BlockOwner | null): Objset {
    if (isHole(rootBp)) throw corrupt('objset_phys_t', 'the dataset has no objset');
    if (rootBp.isEncrypted) {
      throw new ZfsError('ENOTSUP', 'Cannot open the dataset: encryption is not supported');
    }
    const bytes = arc.read(rootBp);
    const phys = objsetPhys.read(bytes);
    const objset = new Objset(arc, phys.type, owner, rootBp);
    objset.flags = phys.flags;
    objset.metaDnode.load(bytes.subarray(0, DNODE_MIN_SIZE), 0);
    objset.zilHeader = bytes.slice(
      OBJSET_ZIL_HEADER_OFFSET,
      OBJSET_ZIL_HEADER_OFFSET + OBJSET_ZIL_HEADER_SIZE,
    );
    if (bytes.length >= OBJSET_PHYS_SIZE_V2) {
      loadIfThere(objset.userUsed, bytes, OBJSET_USERUSED_OFFSET);
      loadIfThere(objset.groupUsed, bytes, OBJSET_GROUPUSED_OFFSET);
    } else if (bytes.length < OBJSET_PHYS_SIZE_V1) {
      throw corrupt('objset_phys_t', `${bytes.length} bytes`);
    }
    return objset;
  }

  get isMos(): boolean {
    return this.type === DMU_OST_META;
  }

  /** The dnode of `object`, or undefined when there is no such object. */
  tryDnode(object: number): Dnode | undefined {
    const known = this.#dnodes.get(object);
    if (known !== undefined) {
      known.wasUsed = true;
      return known.type === 0 ? undefined : known;
    }
    if (object === DMU_USERUSED_OBJECT) return this.userUsed.type === 0 ? undefined : this.userUsed;
    if (object === DMU_GROUPUSED_OBJECT) {
      return this.groupUsed.type === 0 ? undefined : this.groupUsed;
    }
    if (object <= 0 || object >= DN_MAX_OBJECT) return undefined;
    const at = object * DNODE_MIN_SIZE;
    const meta = this.metaDnode;
    const bytes = meta.block(Math.floor(at / meta.dataBlockSize));
    const within = at % meta.dataBlockSize;
    if (bytes === null || bytes[within] === 0) return undefined;
    const dnode = new Dnode(this, object);
    dnode.load(bytes, within);
    this.remember(dnode);
    return dnode;
  }

  /** The dnode of an object that must exist. */
  dnode(object: number): Dnode {
    const dnode = this.tryDnode(object);
    if (dnode === undefined) throw corrupt('objset_phys_t', `object ${object} does not exist`);
    return dnode;
  }

  /** Whether the object is in memory, possibly freed in this txg. */
  isKnown(object: number): boolean {
    return this.#dnodes.has(object);
  }

  get #owned(): BlockOwner {
    return must(this.owner, 'only an owned objset is changed');
  }

  holeBirth(): number {
    return this.#owned.holeBirth();
  }

  /** Gives back a block of `dnode`. */
  killBlock(dnode: Dnode, bp: BlockPointer): void {
    dnode.used -= this.#owned.dsize(bp);
    this.#owned.blockKill(bp);
    this.arc.forget(bp);
  }

  /** Takes over a new block of `dnode`. */
  bearBlock(dnode: Dnode, bp: BlockPointer): void {
    dnode.used += this.#owned.dsize(bp);
    this.#owned.blockBorn(bp);
  }

  /** The objset block was written: `bp` takes the place of `previous`. */
  replaceRoot(previous: BlockPointer, bp: BlockPointer): void {
    const was = previous.dvas[0];
    const now = bp.dvas[0];
    const isRewrite =
      was?.vdev === now?.vdev && was?.offset === now?.offset && previous.birth === bp.birth;
    this.arc.forget(previous);
    if (!isRewrite) {
      if (!isHole(previous)) this.#owned.blockKill(previous);
      this.#owned.blockBorn(bp);
    }
    this.rootBp = bp;
  }

  /** Called when an object is freed, before its dnode is cleared. */
  objectFreed(dnode: Dnode): void {
    this.nextObject = Math.min(this.nextObject, Math.max(dnode.object, 1));
  }

  remember(dnode: Dnode): void {
    this.#dnodes.set(dnode.object, dnode);
    this.arc.dnodes.add(dnode);
  }

  /** Gives up a dnode that can be read again; false when it can't. */
  letGo(dnode: Dnode): boolean {
    if (this.dirtyDnodes.has(dnode)) return false;
    if (this.#dnodes.get(dnode.object) === dnode) this.#dnodes.delete(dnode.object);
    return true;
  }

  /** Drops an object that was freed in this txg, as its number is taken again. */
  discard(object: number): void {
    const old = this.#dnodes.get(object);
    if (old !== undefined) this.dirtyDnodes.delete(old);
    this.forget(object);
  }

  forget(object: number): void {
    const old = this.#dnodes.get(object);
    if (old !== undefined) this.arc.dnodes.remove(old);
    this.#dnodes.delete(object);
  }

  /** Numbers of all objects, in order, at or after `from`. */
  *objects(from = 1): Generator<number> {
    const meta = this.metaDnode;
    const perBlock = meta.dataBlockSize / DNODE_MIN_SIZE;
    const firstBlock = Math.floor(from / perBlock);
    const size = meta.dataBlockSize;
    for (let blkid = firstBlock; blkid <= meta.maxblkid; blkid += 1) {
      const bytes = meta.block(blkid);
      if (bytes === null) {
        const next = nextContent(meta, (blkid + 1) * size, 'data');
        if (next === undefined) return;
        blkid = Math.floor(next / size) - 1;
        continue;
      }
      for (let slot = 0; slot < perBlock; ) {
        const object = blkid * perBlock + slot;
        const isUsed = bytes[slot * DNODE_MIN_SIZE] !== 0;
        if (isUsed && object >= from) yield object;
        slot += isUsed ? 1 + (bytes[slot * DNODE_MIN_SIZE + 12] as number) : 1;
      }
    }
  }
}

function loadIfThere(dnode: Dnode, bytes: Uint8Array, at: number): void {
  if (bytes[at] !== 0) dnode.load(bytes.subarray(at, at + DNODE_MIN_SIZE), 0);
}

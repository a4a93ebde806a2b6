/**
 * The quick way of a file's attributes into its bonus buffer: all that a file of our own making has,
 * in one go and with the layout's number kept at hand. Everything else (attributes that we don't
 * interpret, spill blocks) takes the long way through `saWriteAll`, with the same result.
 * @see uts/common/fs/zfs/sa.c sa_build_layouts()
 */
import type { Dnode } from '../dmu/dnode.ts';
import { setBonus } from '../dmu/dmu-object.ts';
import { DMU_OT_SA } from '../ondisk/dmu-ot.ts';
import { DNODE_FLAG_SPILL_BLKPTR } from '../ondisk/dnode-phys.ts';
import { viewOf, writeSafeU64 } from '../ondisk/struct.ts';
import { SA_MAGIC, saHeaderSize, type SaRegistry } from './sa.ts';
import { layoutNumber } from './sa-write.ts';
import type { ZfsTime, ZnodeAttributes } from './znode.ts';

const HAS_XATTR = 1;
const HAS_RDEV = 2;
const HAS_SYMLINK = 4;
const HAS_DXATTR = 8;

/** Always there, first, and 128 bytes long: numbers and times. */
const FIXED: readonly string[] = (
  'ZPL_MODE ZPL_SIZE ZPL_GEN ZPL_UID ZPL_GID ZPL_PARENT ZPL_FLAGS ' +
  'ZPL_ATIME ZPL_MTIME ZPL_CTIME ZPL_CRTIME ZPL_LINKS'
).split(' ');
const FIXED_BYTES = 128;
/** Every attribute that is packed here, in the order of sa-write.ts, and what it depends on. */
const ATTRIBUTES: readonly (readonly [name: string, flag: number])[] = [
  ...FIXED.map((name): readonly [string, number] => [name, 0]),
  ['ZPL_XATTR', HAS_XATTR],
  ['ZPL_RDEV', HAS_RDEV],
  ['ZPL_DACL_COUNT', 0],
  ['ZPL_DACL_ACES', 0],
  ['ZPL_SYMLINK', HAS_SYMLINK],
  ['ZPL_DXATTR', HAS_DXATTR],
];
const NAMES: ReadonlySet<string> = new Set(ATTRIBUTES.map(([name]) => name));
/** More does not fit into a dnode of one slot. */
const ROOM = 512;

/** The type bits of devices. */
const isDevice = (mode: number): boolean => {
  const kind = mode & 0o170000;
  return kind === 0o020000 || kind === 0o060000;
};

const padded = (size: number): number => (size + 7) & ~7;

/** Packs the attributes of the files of one file system. */
export class ZnodePacker {
  readonly #registry: SaRegistry;
  readonly #bytes: Uint8Array = new Uint8Array(ROOM);
  readonly #view: DataView = viewOf(this.#bytes);
  /** Layout number by flags. */
  readonly #layouts: Map<number, number> = new Map();
  /** Whether a layout has nothing but what is packed here. */
  readonly #isOwn: Map<number, boolean> = new Map();

  constructor(registry: SaRegistry) {
    this.#registry = registry;
  }

  /** False when it must be done the long way. */
  pack(dnode: Dnode, a: ZnodeAttributes): boolean {
    if ((dnode.flags & DNODE_FLAG_SPILL_BLKPTR) !== 0 || !this.#mayReplace(dnode)) return false;
    const flags =
      (a.xattr === 0 ? 0 : HAS_XATTR) |
      (isDevice(a.mode) ? HAS_RDEV : 0) |
      (a.symlink === null ? 0 : HAS_SYMLINK) |
      (a.dxattr === null ? 0 : HAS_DXATTR);
    const variableCount = 1 + ((flags >> 2) & 1) + (flags >> 3);
    const headerSize = saHeaderSize(variableCount);
    const words = 1 + (flags & 1) + ((flags >> 1) & 1);
    const variable =
      padded(a.acl.length) + padded(a.symlink?.length ?? 0) + padded(a.dxattr?.length ?? 0);
    const size = headerSize + FIXED_BYTES + words * 8 + variable;
    if (size > ROOM || size > dnode.bonusRoom) return false;
    this.#write(a, flags, headerSize, this.#layout(dnode, flags));
    dnode.bonusType = DMU_OT_SA;
    setBonus(dnode, this.#bytes.subarray(0, size));
    return true;
  }

  /** A bonus that is empty or holds no attribute that would be lost. */
  #mayReplace(dnode: Dnode): boolean {
    if (dnode.bonusLen === 0) return true;
    const { bonus } = dnode;
    // The magic's first byte in our byte order.
    if (dnode.bonusType !== DMU_OT_SA || bonus[0] !== (SA_MAGIC & 0xff)) return false;
    const layout = ((bonus[4] as number) | ((bonus[5] as number) << 8)) & 0x3ff;
    let isOwn = this.#isOwn.get(layout);
    if (isOwn === undefined) {
      const numbers = this.#registry.layouts.get(layout);
      const { byNumber } = this.#registry;
      isOwn = numbers?.every((number) => NAMES.has(byNumber.get(number)?.name ?? '')) ?? false;
      this.#isOwn.set(layout, isOwn);
    }
    return isOwn;
  }

  #layout(dnode: Dnode, flags: number): number {
    let number = this.#layouts.get(flags);
    if (number === undefined) {
      const { byName } = this.#registry;
      const numbers = ATTRIBUTES.filter(([, flag]) => (flags & flag) === flag).map(
        ([name]) => byName.get(name)?.number ?? 0,
      );
      number = layoutNumber(dnode.objset, this.#registry, numbers);
      this.#layouts.set(flags, number);
    }
    return number;
  }

  #write(a: ZnodeAttributes, flags: number, headerSize: number, layout: number): void {
    const view = this.#view;
    view.setUint32(0, SA_MAGIC, true);
    view.setUint16(4, layout | ((headerSize / 8) << 10), true);
    this.#bytes.fill(0, 6, headerSize);
    let at = headerSize;
    writeSafeU64(view, at, a.mode);
    writeSafeU64(view, at + 8, a.sizeBytes);
    view.setBigUint64(at + 16, a.gen, true);
    view.setBigUint64(at + 24, a.uid, true);
    view.setBigUint64(at + 32, a.gid, true);
    writeSafeU64(view, at + 40, a.parent);
    view.setBigUint64(at + 48, a.flags, true);
    this.#time(at + 56, a.atime);
    this.#time(at + 72, a.mtime);
    this.#time(at + 88, a.ctime);
    this.#time(at + 104, a.crtime);
    writeSafeU64(view, at + 120, a.links);
    at += FIXED_BYTES;
    if ((flags & HAS_XATTR) !== 0) {
      writeSafeU64(view, at, a.xattr);
      at += 8;
    }
    if ((flags & HAS_RDEV) !== 0) {
      view.setBigUint64(at, a.rdev, true);
      at += 8;
    }
    writeSafeU64(view, at, a.aclCount);
    at = this.#variable(at + 8, 6, a.acl);
    let lengthAt = 8;
    for (const value of [a.symlink, a.dxattr]) {
      if (value === null) continue;
      at = this.#variable(at, lengthAt, value);
      lengthAt += 2;
    }
  }

  #time(at: number, [seconds, nanoseconds]: ZfsTime): void {
    this.#view.setBigUint64(at, seconds, true);
    this.#view.setBigUint64(at + 8, nanoseconds, true);
  }

  #variable(at: number, lengthAt: number, value: Uint8Array): number {
    this.#view.setUint16(lengthAt, value.length, true);
    this.#bytes.set(value, at);
    const end = padded(at + value.length);
    this.#bytes.fill(0, at + value.length, end);
    return end;
  }
}

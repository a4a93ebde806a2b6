/**
 * Files that are made up when somebody looks: /proc, /dev/fd, mnttab. A node says its mode and
 * owner; a directory says its entries; content is a snapshot that `open` takes, so that reads in
 * several pieces fit together.
 */
import { S_IAMB } from '#abi/illumos/stat.ts';
import { EACCES, type Errno } from '#kernel/os/errno.ts';
import { type BaseVfs, BaseVnode } from '#kernel/vfs/base-vnode.ts';
import { checkAccess } from '#kernel/vfs/policy.ts';
import type {
  Blocking,
  DirectoryEntry,
  Vnode,
  VnodeAttributes,
  VnodeContext,
  VnodeType,
} from '#kernel/vfs/vnode.ts';

/** What a made-up file shows of itself. */
export interface PseudoAttributes {
  readonly nodeid: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly timeNs: bigint;
  readonly linkCount?: number;
}

export abstract class PseudoVnode extends BaseVnode {
  abstract attributes(): PseudoAttributes;

  override getattr(_ctx: VnodeContext): VnodeAttributes | Errno {
    const { nodeid, mode, uid, gid, sizeBytes, timeNs, linkCount } = this.attributes();
    return {
      type: this.type,
      mode: mode & S_IAMB,
      uid,
      gid,
      fsid: this.vfs.fsid,
      nodeid,
      linkCount: linkCount ?? 1,
      sizeBytes,
      atimeNs: timeNs,
      mtimeNs: timeNs,
      ctimeNs: timeNs,
      rdev: 0,
      blockSizeBytes: 512,
      blocks: Math.ceil(sizeBytes / 512),
    };
  }

  override access(mode: number, ctx: VnodeContext): Errno | undefined {
    return checkAccess({ type: this.type, ...this.attributes() }, mode, ctx.cred);
  }
}

/** A name in a made-up directory; `place` orders entries and is the cursor of readdir. */
export interface PseudoEntry extends DirectoryEntry {
  readonly place: number;
}

const FIRST_PLACE = 2;

export abstract class PseudoDirectory extends PseudoVnode {
  constructor(vfs: BaseVfs) {
    super(vfs, 'VDIR');
  }

  /** In ascending order of `place`, which starts at 0. */
  abstract list(ctx: VnodeContext): Iterable<PseudoEntry>;

  /** The directory above; itself for a root. */
  abstract parent(): Vnode;

  override readdir(
    cursor: number,
    limit: number,
    ctx: VnodeContext,
  ): { entries: DirectoryEntry[]; next: number | undefined } | Errno {
    const entries: DirectoryEntry[] = [];
    const { nodeid } = this.attributes();
    if (cursor <= 0) entries.push({ name: '.', nodeid, type: 'VDIR' });
    if (cursor <= 1) entries.push({ name: '..', nodeid: this.#parentId(ctx), type: 'VDIR' });
    for (const entry of this.list(ctx)) {
      const place = entry.place + FIRST_PLACE;
      if (place < cursor) continue;
      if (entries.length >= Math.max(limit, FIRST_PLACE)) return { entries, next: place };
      entries.push({ name: entry.name, nodeid: entry.nodeid, type: entry.type });
    }
    return { entries, next: undefined };
  }

  #parentId(ctx: VnodeContext): number {
    const attributes = this.parent().getattr(ctx);
    return 'nodeid' in attributes ? attributes.nodeid : 0;
  }
}

/** A file whose bytes are made when it is opened. */
export abstract class PseudoFile extends PseudoVnode {
  constructor(vfs: BaseVfs, type: VnodeType = 'VREG') {
    super(vfs, type);
  }

  /** The content now. */
  abstract snapshot(ctx: VnodeContext): Uint8Array | Errno;

  override open(_flags: number, ctx: VnodeContext): Blocking<Vnode> {
    const bytes = this.snapshot(ctx);
    return bytes instanceof Uint8Array ? new OpenSnapshot(this, bytes) : bytes;
  }

  /** For who has not opened it: as much as an open would show. */
  override read(offsetBytes: number, target: Uint8Array, ctx: VnodeContext): Blocking<number> {
    const bytes = this.snapshot(ctx);
    return bytes instanceof Uint8Array ? copyFrom(bytes, offsetBytes, target) : bytes;
  }
}

class OpenSnapshot extends PseudoVnode {
  readonly #file: PseudoFile;
  readonly #bytes: Uint8Array;

  constructor(file: PseudoFile, bytes: Uint8Array) {
    super(file.vfs, file.type);
    this.#file = file;
    this.#bytes = bytes;
  }

  override attributes(): PseudoAttributes {
    return { ...this.#file.attributes(), sizeBytes: this.#bytes.length };
  }

  override read(offsetBytes: number, target: Uint8Array, ctx: VnodeContext): Blocking<number> {
    // A new look from the start shows the present, as on a file that was opened once and reread.
    if (offsetBytes === 0) return this.#file.read(0, target, ctx);
    return copyFrom(this.#bytes, offsetBytes, target);
  }

  override write(): Blocking<number> {
    return EACCES;
  }
}

export function copyFrom(bytes: Uint8Array, offsetBytes: number, target: Uint8Array): number {
  if (offsetBytes >= bytes.length) return 0;
  const part = bytes.subarray(offsetBytes, offsetBytes + target.length);
  target.set(part);
  return part.length;
}

/**
 * A filesystem in memory with a limit. Pages of files and, as in illumos, a share for each node
 * count against it; when it is used up, writes and creations end with ENOSPC. The RAM root, /tmp and
 * /etc/svc/volatile are mounts of it.
 * @see uts/common/fs/tmpfs/tmp_vfsops.c  @man tmpfs(4FS) mount_tmpfs(8)
 */
import type { Clock } from '#runtime/host.ts';
import { EINVAL, ENOSPC, type Errno } from '#kernel/os/errno.ts';
import { PAGE_BYTES, type PageBudget } from '#kernel/fs/tmpfs/file-data.ts';
import { TmpNode } from '#kernel/fs/tmpfs/node.ts';
import { BaseVfs } from '#kernel/vfs/base-vnode.ts';
import type { SpecialFiles } from '#kernel/vfs/special.ts';
import type { MountRequest, Vfs, VfsStatistics, VfsType, VnodeType } from '#kernel/vfs/vnode.ts';

/** What a tmpfs needs of the node it lives in. */
export interface TmpfsEnvironment {
  readonly clock: Clock;
  readonly special: SpecialFiles;
  /** A new filesystem id for each mount. */
  allocateFsid(): number;
  /** Limit of a mount without `size=`. */
  readonly defaultSizeBytes: number;
}

export interface TmpfsOptions {
  readonly fsid: number;
  readonly sizeBytes: number;
  /** Permission bits of the root directory. */
  readonly rootMode: number;
  /** What df and mnttab call it: the RAM root says `ufs` where SmartOS has one. */
  readonly fstype?: string;
  readonly isReadOnly?: boolean;
}

/** Charged for a node with its name. */
const NODE_BYTES = 256;
/** What a directory's entries add to its size, as tmpfs shows it. */
const ENTRY_BYTES = 16;

export class TmpfsVfs extends BaseVfs implements PageBudget {
  readonly fstype: string;
  readonly clock: Clock;
  readonly special: SpecialFiles;
  readonly sizeBytes: number;
  #used = 0;
  #nodeCount = 0;
  #lastNodeid = 1;
  readonly #root: TmpNode;

  constructor(environment: Pick<TmpfsEnvironment, 'clock' | 'special'>, options: TmpfsOptions) {
    super(options.fsid, options.isReadOnly ?? false);
    this.fstype = options.fstype ?? 'tmpfs';
    this.clock = environment.clock;
    this.special = environment.special;
    this.sizeBytes = options.sizeBytes;
    this.#root = new TmpNode(this, 'VDIR', { mode: options.rootMode, uid: 0, gid: 0 });
    this.#root.parent = this.#root;
    this.#root.linkCount = 2;
  }

  override root(): TmpNode {
    return this.#root;
  }

  get usedBytes(): number {
    return this.#used;
  }

  allocateNodeid(): number {
    this.#lastNodeid += 1;
    return this.#lastNodeid;
  }

  directorySize(entryCount: number): number {
    return (entryCount + 2) * ENTRY_BYTES + 2 * ENTRY_BYTES;
  }

  take(byteCount: number): boolean {
    if (this.#used + byteCount > this.sizeBytes) return false;
    this.#used += byteCount;
    return true;
  }

  give(byteCount: number): void {
    this.#used -= byteCount;
  }

  makeNode(
    type: VnodeType,
    owner: { mode: number; uid: number; gid: number },
    content: { rdev?: number; target?: string },
  ): TmpNode | Errno {
    if (!this.take(NODE_BYTES)) return ENOSPC;
    this.#nodeCount += 1;
    return new TmpNode(this, type, owner, content);
  }

  freeNode(node: TmpNode): void {
    node.data?.truncate(0);
    this.give(NODE_BYTES);
    this.#nodeCount -= 1;
  }

  override statvfs(): VfsStatistics {
    const free = BigInt(Math.floor((this.sizeBytes - this.#used) / PAGE_BYTES));
    const freeFiles = BigInt(Math.floor((this.sizeBytes - this.#used) / NODE_BYTES));
    return {
      blockSizeBytes: PAGE_BYTES,
      fragmentSizeBytes: PAGE_BYTES,
      blocks: BigInt(Math.floor(this.sizeBytes / PAGE_BYTES)),
      freeBlocks: free,
      availableBlocks: free,
      files: BigInt(this.#nodeCount + 1) + freeFiles,
      freeFiles,
      nameMax: 255,
    };
  }
}

/** `size=512m`, `mode=755`. @man mount_tmpfs(8) */
export function tmpfsType(environment: TmpfsEnvironment): VfsType {
  return {
    name: 'tmpfs',
    mount(request: MountRequest): Vfs | Errno {
      const size = request.options.get('size');
      const sizeBytes = size === undefined ? environment.defaultSizeBytes : parseSize(size);
      const mode = request.options.get('mode') ?? '1777';
      if (sizeBytes === undefined || typeof mode !== 'string' || !/^[0-7]{1,4}$/.test(mode)) {
        return EINVAL;
      }
      const isReadOnly = request.options.has('ro');
      const rootMode = Number.parseInt(mode, 8);
      const fsid = environment.allocateFsid();
      return new TmpfsVfs(environment, { fsid, sizeBytes, rootMode, isReadOnly });
    },
  };
}

/** A number with k, m or g; undefined when it is none. */
function parseSize(text: string | true): number | undefined {
  const match = typeof text === 'string' ? /^(\d+)([kmg]?)$/i.exec(text) : null;
  if (match === null) return undefined;
  const power = ['', 'k', 'm', 'g'].indexOf((match[2] ?? '').toLowerCase());
  return Number(match[1]) * 1024 ** power;
}

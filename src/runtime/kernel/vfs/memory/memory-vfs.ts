/**
 * A filesystem in memory with a limit. Pages of files and, as in illumos's tmpfs, a share for each
 * node count against it; when it is used up, writes and creations end with ENOSPC. tmpfs, the RAM
 * root and /dev are made of it.
 * @see uts/common/fs/tmpfs/tmp_vfsops.c
 */
import type { Clock } from '#runtime/host.ts';
import { ENOSPC, type Errno } from '#kernel/os/errno.ts';
import { PAGE_BYTES, type PageBudget } from '#kernel/vfs/memory/file-data.ts';
import { MemoryNode } from '#kernel/vfs/memory/node.ts';
import { BaseVfs } from '#kernel/vfs/base-vnode.ts';
import type { SpecialFiles } from '#kernel/vfs/special.ts';
import type { VfsStatistics, VnodeType } from '#kernel/vfs/vnode.ts';

/** What it needs of the node it lives in. */
export interface MemoryEnvironment {
  readonly clock: Clock;
  readonly special: SpecialFiles;
}

export interface MemoryOptions {
  readonly fsid: number;
  readonly sizeBytes: number;
  /** Permission bits of the root directory. */
  readonly rootMode: number;
  /** What df and mnttab call it: the RAM root says `ufs` where SmartOS has one. */
  readonly fstype?: string;
  readonly isReadOnly?: boolean;
  /** df shows no sizes, as for /dev: memory is no matter there. */
  readonly hidesSize?: boolean;
}

/** Charged for a node with its name. */
const NODE_BYTES = 256;
/** What a directory's entries add to its size, as tmpfs shows it. */
const ENTRY_BYTES = 16;

export class MemoryVfs extends BaseVfs implements PageBudget {
  readonly fstype: string;
  readonly clock: Clock;
  readonly special: SpecialFiles;
  readonly sizeBytes: number;
  readonly #hidesSize: boolean;
  #used = 0;
  #nodeCount = 0;
  #lastNodeid = 1;
  readonly #root: MemoryNode;

  constructor(environment: MemoryEnvironment, options: MemoryOptions) {
    super(options.fsid, options.isReadOnly ?? false);
    this.fstype = options.fstype ?? 'tmpfs';
    this.clock = environment.clock;
    this.special = environment.special;
    this.sizeBytes = options.sizeBytes;
    this.#hidesSize = options.hidesSize ?? false;
    this.#root = new MemoryNode(this, 'VDIR', { mode: options.rootMode, uid: 0, gid: 0 });
    this.#root.parent = this.#root;
    this.#root.linkCount = 2;
  }

  override root(): MemoryNode {
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
  ): MemoryNode | Errno {
    if (!this.take(NODE_BYTES)) return ENOSPC;
    this.#nodeCount += 1;
    return new MemoryNode(this, type, owner, content);
  }

  freeNode(node: MemoryNode): void {
    node.data?.truncate(0);
    this.give(NODE_BYTES);
    this.#nodeCount -= 1;
  }

  override statvfs(): VfsStatistics {
    if (this.#hidesSize) return super.statvfs();
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

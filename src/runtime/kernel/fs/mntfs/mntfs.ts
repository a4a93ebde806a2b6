/**
 * /etc/mnttab: the mount table as a file, mounted over an empty one.
 * @see uts/common/fs/mntfs  @man mnttab(5)
 */
import type { Clock } from '#runtime/host.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { BaseVfs } from '#kernel/vfs/base-vnode.ts';
import type { MountTable } from '#kernel/vfs/mount.ts';
import { type PseudoAttributes, PseudoFile } from '#kernel/vfs/pseudo-vnode.ts';
import type { VfsType } from '#kernel/vfs/vnode.ts';

class MntVfs extends BaseVfs {
  readonly fstype = 'mntfs';
  readonly #root: MnttabFile;

  constructor(mounts: MountTable, clock: Clock) {
    super(mounts.allocateFsid());
    this.#root = new MnttabFile(this, mounts, clock.realtimeNs());
  }

  override root(): MnttabFile {
    return this.#root;
  }
}

class MnttabFile extends PseudoFile {
  readonly #mounts: MountTable;
  readonly #mountedNs: bigint;

  constructor(vfs: MntVfs, mounts: MountTable, mountedNs: bigint) {
    super(vfs);
    this.#mounts = mounts;
    this.#mountedNs = mountedNs;
  }

  override attributes(): PseudoAttributes {
    return {
      nodeid: 2,
      mode: 0o444,
      uid: 0,
      gid: 0,
      sizeBytes: this.snapshot().length,
      timeNs: this.#mounts.changedNs > 0n ? this.#mounts.changedNs : this.#mountedNs,
    };
  }

  override snapshot(): Uint8Array {
    return encodeUtf8(this.#mounts.mnttab());
  }
}

export function mntfsType(mounts: MountTable, clock: Clock): VfsType {
  return { name: 'mntfs', mount: () => new MntVfs(mounts, clock) };
}

/**
 * A tmpfs as root, a mount table and two users, for tests of filesystems without a whole node.
 */
import type { Clock } from '#runtime/host.ts';
import { FifoRegistry } from '#kernel/fs/fifofs/fifo.ts';
import { MemoryVfs } from '#kernel/vfs/memory/memory-vfs.ts';
import { type Credentials, KERNEL_CREDENTIALS } from '#kernel/os/cred.ts';
import { ENXIO } from '#kernel/os/errno.ts';
import type { LookupStart } from '#kernel/vfs/lookup.ts';
import { MountTable } from '#kernel/vfs/mount.ts';
import type { SpecialFiles } from '#kernel/vfs/special.ts';
import type { VnodeContext } from '#kernel/vfs/vnode.ts';

/** A clock that moves by a millisecond each time it is read. */
export class SteppingClock implements Clock {
  #now = 1_795_392_000_000_000_000n;

  realtimeNs(): bigint {
    this.#now += 1_000_000n;
    return this.#now;
  }

  monotonicNs(): bigint {
    return this.realtimeNs();
  }
}

export function credentials(uid: number, gid: number, groups: number[] = []): Credentials {
  return {
    ...KERNEL_CREDENTIALS,
    uid,
    gid,
    effectiveUid: uid,
    effectiveGid: gid,
    savedUid: uid,
    savedGid: gid,
    groups,
  };
}

export function contextOf(cred: Credentials, fileFlags = 0): VnodeContext {
  return { cred, fileFlags, proc: null };
}

export interface VfsFixture {
  readonly clock: Clock;
  readonly fifos: FifoRegistry;
  readonly special: SpecialFiles;
  readonly mounts: MountTable;
  readonly rootfs: MemoryVfs;
  /** Lookups of root (the user) from `/`. */
  readonly asRoot: LookupStart;
  /** Lookups of an ordinary user, uid and gid 100. */
  readonly asUser: LookupStart;
}

export function makeVfsFixture(sizeBytes = 64 * 1024 * 1024): VfsFixture {
  const clock = new SteppingClock();
  const fifos = new FifoRegistry();
  const special: SpecialFiles = {
    open: (stored, _rdev, flags, ctx) =>
      stored.type === 'VFIFO' ? fifos.open(stored, flags, ctx) : ENXIO,
  };
  const mounts = new MountTable(clock);
  const fsid = mounts.allocateFsid();
  const rootfs = new MemoryVfs({ clock, special }, { fsid, sizeBytes, rootMode: 0o755 });
  mounts.mountRoot(rootfs, '/devices/ramdisk:a');
  const root = rootfs.root();
  root.hold();
  const start = (cred: Credentials): LookupStart => ({
    root,
    directory: root,
    context: contextOf(cred),
  });
  return {
    clock,
    fifos,
    special,
    mounts,
    rootfs,
    asRoot: start(KERNEL_CREDENTIALS),
    asUser: start(credentials(100, 100)),
  };
}

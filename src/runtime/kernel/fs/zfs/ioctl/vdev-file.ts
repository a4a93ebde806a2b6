/**
 * A regular file as a device for a pool. @see uts/common/fs/zfs/vdev_file.c
 */
import { type BlockDevice, BlockDeviceError } from '#runtime/host.ts';
import { isWouldBlock } from '#kernel/disp/wait.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

const SECTOR = 512;

export class FileDevice implements BlockDevice {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sectorSize = SECTOR;
  readonly isReadOnly: boolean;
  readonly vnode: Vnode;
  readonly #context: VnodeContext;

  private constructor(vnode: Vnode, name: string, sizeBytes: number, context: VnodeContext) {
    this.vnode = vnode;
    this.name = name;
    this.sizeBytes = sizeBytes;
    this.isReadOnly = vnode.vfs.isReadOnly;
    this.#context = context;
    vnode.hold();
  }

  static open(vnode: Vnode, path: string, context: VnodeContext): FileDevice | Errno {
    const attributes = vnode.getattr(context);
    if (isErrno(attributes)) return attributes;
    const sizeBytes = attributes.sizeBytes - (attributes.sizeBytes % SECTOR);
    return new FileDevice(vnode, path, sizeBytes, context);
  }

  close(): void {
    this.vnode.release();
  }

  read(offset: number, target: Uint8Array): void {
    for (let done = 0; done < target.length; ) {
      const count = this.vnode.read(offset + done, target.subarray(done), this.#context);
      if (isErrno(count) || isWouldBlock(count)) throw this.#failure(count, 'read');
      // A file that shrank reads as zeros where it was.
      if (count === 0) {
        target.fill(0, done);
        return;
      }
      done += count;
    }
  }

  write(offset: number, source: Uint8Array): void {
    for (let done = 0; done < source.length; ) {
      const count = this.vnode.write(offset + done, source.subarray(done), this.#context);
      if (isErrno(count) || isWouldBlock(count) || count === 0) {
        throw this.#failure(count, 'write');
      }
      done += count;
    }
  }

  flush(): void {
    const result = this.vnode.fsync(this.#context);
    if (isErrno(result)) throw this.#failure(result, 'flush');
  }

  discard(): void {}

  #failure(reason: unknown, what: string): BlockDeviceError {
    const isFull = isErrno(reason) && reason.name === 'ENOSPC';
    return new BlockDeviceError(isFull ? 'ENOSPC' : 'EIO', `Cannot ${what} "${this.name}"`);
  }
}

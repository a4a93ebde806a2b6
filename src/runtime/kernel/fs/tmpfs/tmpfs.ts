/**
 * tmpfs: a limited filesystem in memory, mounted by `mount -F tmpfs`, as /tmp, /var/run and
 * /etc/svc/volatile. The files themselves are vfs/memory's.
 * @man tmpfs(4FS) mount_tmpfs(8)
 */
import { EINVAL, type Errno } from '#kernel/os/errno.ts';
import { type MemoryEnvironment, MemoryVfs } from '#kernel/vfs/memory/memory-vfs.ts';
import type { MountRequest, Vfs, VfsType } from '#kernel/vfs/vnode.ts';

export interface TmpfsEnvironment extends MemoryEnvironment {
  /** A new filesystem id for each mount. */
  allocateFsid(): number;
  /** Limit of a mount without `size=`. */
  readonly defaultSizeBytes: number;
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
      return new MemoryVfs(environment, { fsid, sizeBytes, rootMode, isReadOnly });
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

/** A small pool in memory, and its file systems with vnodes, for tests of datasets. */
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import { spaExport, spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import { mountDataset } from '#kernel/fs/zfs/pool/zfs-mount.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import type { ZfsVfs } from '#kernel/fs/zfs/zpl/zfs-vfs.ts';
import type { Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';
import { contextOf, credentials, makeVfsFixture } from '#testing/vfs-fixture.ts';
import { MemoryDisk } from './memory-disk.ts';
import { testHost } from './pool-kit.ts';

const MiB = 2 ** 20;

export class DslFixture {
  readonly disks: readonly MemoryDisk[];
  readonly root: VnodeContext = contextOf(credentials(0, 0));
  readonly #host = testHost();
  readonly #mounted: Map<string, ZfsVfs> = new Map();
  spa: Spa;

  /** On one disk, or as a raidz of several. */
  constructor(sizeBytes = 96 * MiB, count = 1) {
    this.disks = Array.from({ length: count }, (_, n) => new MemoryDisk(`d${n}`, sizeBytes));
    const children = this.disks.map((device) => ({
      kind: 'file' as const,
      device,
      path: `/${device.name}`,
    }));
    const raidz = { kind: 'raidz' as const, parity: 1 as const, children };
    this.spa = spaCreate('tank', count === 1 ? children : [raidz], this.#host);
  }

  /** Exports and imports the pool. */
  reopen(): void {
    spaExport(this.spa);
    const [found] = findPools(this.disks, this.spa.zio.checksums);
    if (found === undefined) throw new Error('the pool is gone');
    this.#mounted.clear();
    this.spa = spaOpen(found, this.#host);
  }

  /** The file system called `name`, with vnodes. */
  vfs(name: string): ZfsVfs {
    let vfs = this.#mounted.get(name);
    if (vfs === undefined) {
      const dataset = this.spa.dsl.findDataset(name);
      if (dataset === undefined) throw new Error(`no dataset ${name}`);
      vfs = mountDataset(this.spa, dataset, 7, makeVfsFixture().special, false);
      this.#mounted.set(name, vfs);
    }
    return vfs;
  }

  /** After a rollback: what was open is no longer true. */
  forget(name: string): void {
    this.#mounted.delete(name);
  }

  /** Makes or finds a file. */
  file(fs: string, name: string, ctx: VnodeContext = this.root): Vnode | Errno {
    return this.vfs(fs).root().create(name, { type: 'VREG', mode: 0o644 }, false, ctx);
  }

  /** Writes `size` bytes that can't be compressed, in pieces as programs do; what came of it. */
  write(fs: string, name: string, size: number, ctx: VnodeContext = this.root): Errno | undefined {
    const vnode = this.file(fs, name, ctx);
    if (isErrno(vnode)) return vnode;
    for (let at = 0; at < size; at += 65_536) {
      const bytes = new Uint8Array(Math.min(65_536, size - at));
      this.#host.random.fill(bytes);
      const written = vnode.write(at, bytes, ctx);
      if (isErrno(written)) return written;
    }
    return undefined;
  }
}

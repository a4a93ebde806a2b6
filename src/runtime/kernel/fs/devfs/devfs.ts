/**
 * /devices (the devices as the machine has them) and /dev (the names that people use, links into
 * /devices). Both are filled by the kernel and then are like any filesystem in memory: modes and
 * owners can be changed, and all of it is made anew at the next boot. /dev/pts follows the ptys.
 * @see uts/common/fs/devfs, fs/dev  @man devfs(4FS) dev(4FS)
 */
import { makedev } from '#abi/illumos/stat.ts';
import { assert } from '#base/assert.ts';
import { MiB } from '#base/units.ts';
import { KERNEL_CREDENTIALS } from '#kernel/os/cred.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { MAJORS } from '#kernel/io/device.ts';
import {
  DEV_DIRECTORIES,
  DEV_LINKS,
  DEVICES,
  type DeviceRow,
} from '#kernel/fs/devfs/devices.table.ts';
import { type MemoryEnvironment, MemoryVfs } from '#kernel/vfs/memory/memory-vfs.ts';
import { MemoryNode } from '#kernel/vfs/memory/node.ts';
import type { Vfs, VnodeContext } from '#kernel/vfs/vnode.ts';

const SIZE_BYTES = 4 * MiB;
const GID_TTY = 7;
const KERNEL: VnodeContext = { cred: KERNEL_CREDENTIALS, fileFlags: 0, proc: null };

export class DeviceTree {
  /** Mounted at /devices. */
  readonly devices: MemoryVfs;
  /** Mounted at /dev. */
  readonly dev: MemoryVfs;

  constructor(environment: MemoryEnvironment, allocateFsid: () => number) {
    const make = (fstype: string): MemoryVfs =>
      new MemoryVfs(environment, {
        fsid: allocateFsid(),
        sizeBytes: SIZE_BYTES,
        rootMode: 0o755,
        fstype,
        hidesSize: true,
      });
    this.devices = make('devfs');
    this.dev = make('dev');
    for (const name of DEV_DIRECTORIES) directoryAt(this.dev, [name]);
    for (const device of DEVICES) this.add('VCHR', device);
    for (const [name, target] of DEV_LINKS) this.#link([name], target);
  }

  /** Makes a device appear, with its links in /dev. */
  add(type: 'VCHR' | 'VBLK', device: DeviceRow): void {
    const path = device.path.split('/');
    const name = path.pop() as string;
    const rdev = makedev(device.major, device.minor);
    const node = directoryAt(this.devices, path).create(
      name,
      { type, mode: device.mode, rdev },
      true,
      KERNEL,
    );
    assert(!isErrno(node), `device ${device.path} is new`);
    node.setattr({ gid: device.gid }, KERNEL);
    for (const link of device.links) {
      const words = link.split('/');
      this.#link(words, `${'../'.repeat(words.length)}devices/${device.path}`);
    }
  }

  /** Puts a filesystem of the kernel's own in place of a directory of /dev, unseen by mnttab. */
  cover(name: string, vfs: Vfs): void {
    const directory = directoryAt(this.dev, [name]);
    directory.mountedHere = vfs;
    vfs.coveredVnode = directory;
  }

  /** A slave pty was made or is gone. */
  ptyChanged(minor: number, owner: { uid: number; gid: number } | undefined): void {
    const pts = directoryAt(this.dev, ['pts']);
    if (owner === undefined) {
      pts.remove(String(minor), KERNEL);
      return;
    }
    const rdev = makedev(MAJORS.pts, minor);
    const node = pts.create(String(minor), { type: 'VCHR', mode: 0o620, rdev }, true, KERNEL);
    if (!isErrno(node)) node.setattr({ uid: owner.uid, gid: GID_TTY }, KERNEL);
  }

  #link(path: readonly string[], target: string): void {
    const name = path.at(-1) as string;
    const directory = directoryAt(this.dev, path.slice(0, -1));
    directory.symlink(name, target, { type: 'VLNK', mode: 0o777 }, KERNEL);
  }
}

/** The directory at `path`, made where it is missing. */
function directoryAt(vfs: MemoryVfs, path: readonly string[]): MemoryNode {
  let current = vfs.root();
  for (const name of path) {
    const found = current.lookup(name, KERNEL);
    const next = isErrno(found)
      ? current.mkdir(name, { type: 'VDIR', mode: 0o755 }, KERNEL)
      : found;
    assert(next instanceof MemoryNode, `${name} is a directory of the device tree`);
    current = next;
  }
  return current;
}

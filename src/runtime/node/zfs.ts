/**
 * ZFS joins the node: the disks get their names in /dev, the kernel's ZFS gets the machine that it
 * needs, the file system type and /dev/zfs are registered.
 */
import type { BlockDevice, Codecs } from '#runtime/host.ts';
import { majorOf, minorOf } from '#abi/illumos/stat.ts';
import { MiB } from '#base/units.ts';
import type { DeviceTree } from '#kernel/fs/devfs/devfs.ts';
import { FileDevice } from '#kernel/fs/zfs/ioctl/vdev-file.ts';
import { zfsDriver } from '#kernel/fs/zfs/ioctl/zfs-driver.ts';
import { type ZfsMachine, ZfsModule } from '#kernel/fs/zfs/ioctl/zfs-module.ts';
import { type ZvolMinors, ZvolVfs } from '#kernel/fs/zfs/ioctl/zvol-devices.ts';
import { zfsType } from '#kernel/fs/zfs/ioctl/zfs-type.ts';
import { type DriverTable, MAJORS } from '#kernel/io/device.ts';
import { DISK_PARTS, diskDriver, diskMinor, diskOfMinor } from '#kernel/io/disk.ts';
import { ENODEV, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Kernel } from '#kernel/os/kernel.ts';
import { lookupVnode } from '#kernel/vfs/lookup.ts';
import type { MountTable } from '#kernel/vfs/mount.ts';
import type { SpecialFiles } from '#kernel/vfs/special.ts';
import type { Vnode } from '#kernel/vfs/vnode.ts';

export interface ZfsParts {
  readonly kernel: Kernel;
  readonly codecs: Codecs;
  readonly disks: readonly BlockDevice[];
  readonly drivers: DriverTable;
  readonly devices: DeviceTree;
  readonly mounts: MountTable;
  readonly special: SpecialFiles;
  /** Where paths start. */
  readonly root: Vnode;
}

const GID_SYS = 3;

export function joinZfs(parts: ZfsParts): ZfsModule {
  const { kernel, disks, drivers, devices, mounts } = parts;
  for (const [unit, disk] of disks.entries()) nameDisk(devices, unit, disk);
  drivers.register(diskDriver(disks));
  const storage = new Storage(parts);
  const { clock, random, ramBytes } = kernel.options;
  const machine: ZfsMachine = {
    clock,
    random: random.child('zfs'),
    codecs: parts.codecs,
    callouts: kernel.dispatcher.callouts,
    kstats: kernel.kstats,
    mounts,
    special: parts.special,
    arcLimitBytes: arcLimit(ramBytes),
    hostname: () => kernel.hostname,
    hostid: kernel.hostid,
    openDevice: (path) => storage.open(path),
    closeDevice: (device) => storage.close(device),
    devicesIn: (place) => storage.list(place),
    warn: (text) => kernel.log('CE_WARN', text),
    panic: (text) => kernel.panic(text),
  };
  const module = new ZfsModule(machine);
  storage.volumes = module.volumes;
  drivers.register(zfsDriver(module));
  const fsid = mounts.allocateFsid();
  devices.cover('zvol', new ZvolVfs(fsid, module, module.volumes, parts.special, clock));
  mounts.register(zfsType(module));
  mounts.syncHooks.add(() => module.syncAll());
  return module;
}

/** `arc_c_max`: all but a gigabyte of memory, or three quarters where there is less than four. */
function arcLimit(ramBytes: number): number {
  return Math.max(Math.floor((ramBytes * 3) / 4), ramBytes - 1024 * MiB, 64 * MiB);
}

function nameDisk(devices: DeviceTree, unit: number, disk: BlockDevice): void {
  for (const [suffix, minorName, part] of DISK_PARTS) {
    const row = { major: MAJORS.sd, minor: diskMinor(unit, part), mode: 0o640, gid: GID_SYS };
    const path = `pci@0,0/pci1af4,8@5/sd@${unit},0:${minorName}`;
    devices.add('VBLK', { ...row, path, links: [`dsk/${disk.name}${suffix}`] });
    devices.add('VCHR', { ...row, path: `${path},raw`, links: [`rdsk/${disk.name}${suffix}`] });
  }
}

/** Paths to devices: disks by their special files, and regular files. */
class Storage {
  readonly #parts: ZfsParts;
  /** The volumes of ZFS itself, when that is there. */
  volumes: ZvolMinors | undefined;
  /** Files that are open as devices, and how often. */
  readonly #files: Map<Vnode, { readonly device: FileDevice; uses: number }> = new Map();

  constructor(parts: ZfsParts) {
    this.#parts = parts;
  }

  #lookup(path: string): Vnode | Errno {
    const { root, kernel } = this.#parts;
    return lookupVnode(path, { root, directory: root, context: kernel.context }, 'follow');
  }

  open(path: string): BlockDevice | Errno {
    const vnode = this.#lookup(path);
    if (isErrno(vnode)) return vnode;
    if (vnode.type === 'VREG') return this.#openFile(vnode, path);
    if (vnode.type !== 'VBLK' && vnode.type !== 'VCHR') return ENODEV;
    const attributes = vnode.getattr(this.#parts.kernel.context);
    if (isErrno(attributes)) return attributes;
    const { rdev } = attributes;
    if (majorOf(rdev) === MAJORS.zfs) return this.volumes?.device(minorOf(rdev)) ?? ENODEV;
    if (majorOf(rdev) !== MAJORS.sd) return ENODEV;
    return diskOfMinor(this.#parts.disks, minorOf(rdev)) ?? ENODEV;
  }

  #openFile(vnode: Vnode, path: string): BlockDevice | Errno {
    const known = this.#files.get(vnode);
    if (known !== undefined) {
      known.uses += 1;
      return known.device;
    }
    const device = FileDevice.open(vnode, path, this.#parts.kernel.context);
    if (!isErrno(device)) this.#files.set(vnode, { device, uses: 1 });
    return device;
  }

  close(device: BlockDevice): void {
    if (!(device instanceof FileDevice)) return;
    const known = this.#files.get(device.vnode);
    if (known === undefined) return;
    known.uses -= 1;
    if (known.uses > 0) return;
    this.#files.delete(device.vnode);
    device.close();
  }

  list(place: string): { path: string; device: BlockDevice }[] {
    const vnode = this.#lookup(place);
    if (isErrno(vnode)) return [];
    const paths =
      vnode.type === 'VDIR' ? this.#names(vnode).map((name) => `${place}/${name}`) : [place];
    return paths.flatMap((path) => {
      const device = this.open(path);
      return isErrno(device) ? [] : [{ path, device }];
    });
  }

  #names(directory: Vnode): string[] {
    const names: string[] = [];
    let cursor: number | undefined = 0;
    while (cursor !== undefined) {
      const page: ReturnType<Vnode['readdir']> = directory.readdir(
        cursor,
        256,
        this.#parts.kernel.context,
      );
      if (isErrno(page)) break;
      for (const { name } of page.entries) if (name !== '.' && name !== '..') names.push(name);
      cursor = page.next;
    }
    return names.sort();
  }
}

/**
 * The mount table: which filesystem covers which directory, in order of mounting. Mounts stack; only
 * the topmost can be unmounted. /etc/mnttab is a view of this table (fs/mntfs).
 * @see uts/common/fs/vfs.c  @man mount(2) umount2(2) mnttab(5)
 */
import type { Clock } from '#runtime/host.ts';
import { NS_PER_SEC } from '#base/units.ts';
import { EBUSY, EINVAL, ENODEV, ENOTDIR, EPERM, type Errno, isErrno } from '#kernel/os/errno.ts';
import { isPrivileged } from '#kernel/vfs/policy.ts';
import type { Vfs, VfsType, Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

export interface Mount {
  readonly vfs: Vfs;
  readonly special: string;
  /** Absolute, without a trailing slash (but `/`). */
  readonly mountPoint: string;
  /** As given, before `dev=` is added. */
  readonly options: ReadonlyMap<string, string | true>;
  readonly mountedNs: bigint;
}

/** `ro,size=1m` → a map; a flag is `true`. */
export function parseMountOptions(text: string): Map<string, string | true> {
  const options = new Map<string, string | true>();
  for (const word of text.split(',')) {
    if (word === '') continue;
    const equals = word.indexOf('=');
    if (equals < 0) options.set(word, true);
    else options.set(word.slice(0, equals), word.slice(equals + 1));
  }
  return options;
}

export class MountTable {
  readonly #clock: Clock;
  readonly #types = new Map<string, VfsType>();
  readonly #mounts: Mount[] = [];
  #nextFsid = 1;
  /** Changes with each mount and unmount: mnttab's modification time. */
  changedNs = 0n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes a filesystem type known. Called at node.ts. */
  register(type: VfsType): void {
    this.#types.set(type.name, type);
  }

  get types(): readonly string[] {
    return [...this.#types.keys()];
  }

  /** A filesystem id (the `dev` of its files) that no other mounted filesystem has. */
  allocateFsid(): number {
    const fsid = this.#nextFsid * FSID_STEP;
    this.#nextFsid += 1;
    return fsid;
  }

  get mounts(): readonly Mount[] {
    return this.#mounts;
  }

  /** The first mount: covers nothing. */
  mountRoot(vfs: Vfs, special: string): void {
    this.#mounts.push({
      vfs,
      special,
      mountPoint: '/',
      options: new Map([['rw', true]]),
      mountedNs: this.#clock.realtimeNs(),
    });
  }

  /** `directory` is resolved (the root of what was mounted there before, if anything). */
  mount(
    fstype: string,
    special: string,
    directory: Vnode,
    mountPoint: string,
    options: ReadonlyMap<string, string | true>,
    context: VnodeContext,
  ): Vfs | Errno {
    if (!isPrivileged(context.cred)) return EPERM;
    const type = this.#types.get(fstype);
    if (type === undefined) return ENODEV;
    if (directory.type !== 'VDIR' && fstype !== 'lofs' && fstype !== 'mntfs') return ENOTDIR;
    if (directory === this.#mounts[0]?.vfs.root()) return EBUSY;
    const vfs = type.mount({ special, mountPoint: directory, options, context });
    if (isErrno(vfs)) return vfs;
    // Types of which there is only one (dev, devfs) answer what is mounted already.
    if (this.mountOf(vfs) !== undefined) return EBUSY;
    this.attach(vfs, special, directory, mountPoint, options);
    return vfs;
  }

  /** Puts a filesystem made elsewhere over `directory`. */
  attach(
    vfs: Vfs,
    special: string,
    directory: Vnode,
    mountPoint: string,
    options: ReadonlyMap<string, string | true>,
  ): void {
    directory.hold();
    directory.mountedHere = vfs;
    vfs.coveredVnode = directory;
    const mountedNs = this.#clock.realtimeNs();
    this.#mounts.push({ vfs, special, mountPoint, options, mountedNs });
    this.changedNs = mountedNs;
  }

  /** `root` is the root vnode of a mounted filesystem. */
  unmount(root: Vnode, force: boolean, context: VnodeContext): Errno | undefined {
    if (!isPrivileged(context.cred)) return EPERM;
    const { vfs } = root;
    if (root !== vfs.root()) return EINVAL;
    const covered = vfs.coveredVnode;
    const index = this.#mounts.findIndex((mount) => mount.vfs === vfs);
    if (index < 0 || covered === null) return covered === null ? EBUSY : EINVAL;
    if (root.mountedHere !== null || this.#hasMountInside(vfs)) return EBUSY;
    const failed = vfs.unmount(force);
    if (failed !== undefined) return failed;
    covered.mountedHere = null;
    vfs.coveredVnode = null;
    covered.release();
    this.#mounts.splice(index, 1);
    this.changedNs = this.#clock.realtimeNs();
    return undefined;
  }

  #hasMountInside(vfs: Vfs): boolean {
    return this.#mounts.some((mount) => mount.vfs.coveredVnode?.vfs === vfs);
  }

  mountOf(vfs: Vfs): Mount | undefined {
    return this.#mounts.find((mount) => mount.vfs === vfs);
  }

  /** /etc/mnttab: special, mount point, type, options, time, separated by tabs. */
  mnttab(): string {
    return this.#mounts.map(mnttabLine).join('');
  }

  /** What is to be written besides mounted filesystems when everything is. */
  readonly syncHooks: Set<() => void> = new Set();

  /** Flushes every filesystem, in order of mounting. @man sync(2) */
  syncAll(): void {
    for (const { vfs } of this.#mounts) vfs.sync();
    for (const hook of this.syncHooks) hook();
  }
}

/** st_dev of the first filesystem; the device's hexadecimal form is mnttab's `dev=`. */
const FSID_STEP = 0x40001;

function mnttabLine(mount: Mount): string {
  const words: string[] = [];
  const options = mount.vfs.shownOptions?.(mount.options) ?? mount.options;
  for (const [name, value] of options) words.push(value === true ? name : `${name}=${value}`);
  words.push(`dev=${mount.vfs.fsid.toString(16)}`);
  const seconds = mount.mountedNs / NS_PER_SEC;
  const fields = [mount.special, mount.mountPoint, mount.vfs.fstype, words.join(','), seconds];
  return `${fields.join('\t')}\n`;
}

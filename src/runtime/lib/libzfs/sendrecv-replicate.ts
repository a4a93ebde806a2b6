/**
 * What an incremental package (`-R -i`, `-R -I`) does to what is there before its streams come: file
 * systems and snapshots that the sender has no more are destroyed (with `-F`), renamed ones follow.
 * @see lib/libzfs/common/libzfs_sendrecv.c recv_incremental_replication()
 */
import { type NvList, nvBoolean, nvGetString } from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import type { Errno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import {
  type FileSystemInfo,
  findByGuid,
  gatherTree,
  treeFromNvList,
} from '#lib/libzfs/dataset-tree.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import type { ReceiveFlags } from '#lib/libzfs/sendrecv-receive.ts';

/** The part from the last `/` on. */
function tail(name: string): string {
  const at = name.lastIndexOf('/');
  return at < 0 ? '' : name.slice(at);
}

export class Replication {
  readonly #zfs: LibZfs;
  readonly #flags: ReceiveFlags;
  readonly #top: string;
  readonly #fromSnap: string;
  readonly #stream: readonly FileSystemInfo[];
  #sequence = 0;
  #isAgain = false;
  #isProgress = false;

  /** `list` is the package's; `top` what it is received as. */
  constructor(zfs: LibZfs, flags: ReceiveFlags, top: string, fromSnap: string, fss: NvList) {
    this.#zfs = zfs;
    this.#flags = flags;
    this.#top = top;
    this.#fromSnap = fromSnap;
    this.#stream = treeFromNvList(fss);
  }

  *#say(text: string): Task<void> {
    if (this.#flags.isVerbose === true) yield* this.#zfs.io.out.write(`${text}\n`);
  }

  #note(error: Errno | undefined): void {
    if (error === undefined) this.#isProgress = true;
    else this.#isAgain = true;
  }

  /** Goes over what is there until nothing changes any more. False when something is left to do. */
  *run(): Task<boolean> {
    if (this.#flags.isDryRun === true) return true;
    for (;;) {
      this.#isAgain = false;
      this.#isProgress = false;
      const options = { fromSnap: this.#fromSnap, isRecursive: true };
      const local = (yield* gatherTree(this.#zfs, this.#top, options)) ?? [];
      const deleted = new Set<bigint>();
      for (const fs of local) {
        if (!(yield* this.#fileSystem(fs, local, deleted))) break;
      }
      if (!this.#isAgain || !this.#isProgress) return !this.#isAgain;
      yield* this.#say('another pass:');
    }
  }

  /** False when the whole pass must be begun again. */
  *#fileSystem(
    fs: FileSystemInfo,
    local: readonly FileSystemInfo[],
    deleted: Set<bigint>,
  ): Task<boolean> {
    let sent = fs.snaps.map(({ guid }) => findByGuid(this.#stream, guid)?.fs).find(Boolean);
    if (sent !== undefined && sent.originGuid !== fs.originGuid) {
      const isDone = yield* this.#promote(fs, sent, local);
      if (isDone) return true;
    }
    let fromGuid = 0n;
    for (const snap of fs.snaps) {
      const found = findByGuid(this.#stream, snap.guid);
      const name = `${fs.name}@${snap.name}`;
      if (found === undefined) {
        if (this.#flags.isForced !== true) continue;
        this.#note(yield* this.#destroy(name, fs.name.length + 1));
        deleted.add(snap.guid);
        continue;
      }
      sent = found.fs;
      if (found.snap.props.size > 0) {
        yield* setReceivedSnapProps(this.#zfs, name, found.snap.props);
      }
      if (snap.name !== found.snap.name) {
        const goal = `${fs.name}@${found.snap.name}`;
        this.#note(yield* this.#rename(name, goal, fs.name.length + 1));
      }
      if (found.snap.name === this.#fromSnap) fromGuid = snap.guid;
    }
    if (sent === undefined) {
      if (this.#flags.isForced === true) {
        this.#note(yield* this.#destroy(fs.name, this.#top.length + 1));
      }
      return true;
    }
    if (fromGuid === 0n) {
      const why = 'must have been deleted locally; ignoring';
      const from = this.#fromSnap;
      yield* this.#say(`local fs ${fs.name} does not have fromsnap (${from} in stream); ${why}`);
      return true;
    }
    return yield* this.#follow(fs, sent, local, deleted);
  }

  /** Where the sender promoted a clone, ours is promoted too. True when that was to be done. */
  *#promote(
    fs: FileSystemInfo,
    sent: FileSystemInfo,
    local: readonly FileSystemInfo[],
  ): Task<boolean> {
    const theirs = findByGuid(local, sent.originGuid)?.snap.creationTxg;
    const ours = findByGuid(local, fs.originGuid)?.snap.creationTxg;
    const mustPromote =
      fs.originGuid !== 0n && (sent.originGuid === 0n || (theirs ?? 0) < (ours ?? 0));
    if (!mustPromote) return false;
    yield* this.#say(`promoting ${fs.name}`);
    const error = yield* this.#zfs.ioctl('ZFS_IOC_PROMOTE', zfsCommand({ name: fs.name }));
    if (error === undefined) this.#isProgress = true;
    // Its snapshots belong to others now: they are for the next pass.
    this.#isAgain = true;
    return true;
  }

  /** Renames where the sender did, or where the parent is another now. */
  *#follow(
    fs: FileSystemInfo,
    sent: FileSystemInfo,
    local: readonly FileSystemInfo[],
    deleted: ReadonlySet<bigint>,
  ): Task<boolean> {
    const isOtherParent =
      sent.parentFromSnap !== 0n &&
      fs.parentFromSnap !== 0n &&
      sent.parentFromSnap !== fs.parentFromSnap;
    if (isOtherParent && deleted.has(fs.parentFromSnap)) {
      this.#isProgress = true;
      this.#isAgain = true;
      return false;
    }
    const [here, there] = [tail(fs.name), tail(sent.name)];
    const isBelow = this.#flags.isPrefix === true || fs.name !== this.#top;
    const isOtherName = isBelow && here !== '' && there !== '' && here !== there;
    if (!isOtherParent && !isOtherName) return true;
    const parent = findByGuid(local, sent.parentFromSnap)?.fs;
    if (parent === undefined) yield* this.#say(`local fs ${fs.name} new parent not found`);
    const goal = parent === undefined ? '' : parent.name + there;
    this.#note(yield* this.#rename(fs.name, goal, this.#top.length + 1));
    return true;
  }

  /** `recv_rename`: to `goal`, or out of the way until a later pass. */
  *#rename(name: string, goal: string | undefined, baseLength: number): Task<Errno | undefined> {
    let error: Errno | undefined;
    const mounts = this.#flags.mounts;
    if (!name.includes('@')) yield* mounts?.unmount(name) ?? nothing();
    if (goal !== undefined) {
      yield* this.#say(`attempting rename ${name} to ${goal}`);
      error = yield* this.#zfs.ioctl('ZFS_IOC_RENAME', zfsCommand({ name, value: goal }));
      if (error === undefined) {
        yield* this.#say('success');
        return undefined;
      }
    }
    if (name.slice(baseLength).startsWith('recv-')) {
      if (error !== undefined) yield* this.#say(`failed (${error.number})`);
      return error;
    }
    this.#sequence += 1;
    const aside = `${name.slice(0, baseLength)}recv-${this.#zfs.sys.pid}-${this.#sequence}`;
    yield* this.#say(`failed - trying rename ${name} to ${aside}`);
    const command = zfsCommand({ name, value: aside });
    const failed = yield* this.#zfs.ioctl('ZFS_IOC_RENAME', command);
    if (failed !== undefined) {
      yield* this.#say(`failed (${failed.number}) - will try again on next pass`);
    }
    return failed ?? error;
  }

  /** `recv_destroy` */
  *#destroy(name: string, baseLength: number): Task<Errno | undefined> {
    if (!name.includes('@')) yield* this.#flags.mounts?.unmount(name) ?? nothing();
    yield* this.#say(`attempting destroy ${name}`);
    const error = yield* destroyOne(this.#zfs, name);
    if (error === undefined) {
      yield* this.#say('success');
      return undefined;
    }
    return yield* this.#rename(name, undefined, baseLength);
  }
}

function* nothing(): Task<void> {}

/** A snapshot goes when nobody holds it; what still exists then has to wait. */
function* destroyOne(zfs: LibZfs, name: string): Task<Errno | undefined> {
  if (!name.includes('@')) return yield* zfs.ioctl('ZFS_IOC_DESTROY', zfsCommand({ name }));
  const source: NvList = new Map([
    ['snaps', { type: 'nvlist', value: new Map([[name, nvBoolean()]]) }],
    ['defer', nvBoolean()],
  ]);
  const [pool = ''] = name.split(/[/@]/, 1);
  const command = zfsCommand({ name: pool, source });
  const error = yield* zfs.ioctl('ZFS_IOC_DESTROY_SNAPS', command);
  if (error?.name === 'ENOTTY') return yield* zfs.ioctl('ZFS_IOC_DESTROY', zfsCommand({ name }));
  return error;
}

/** Properties of a snapshot that came in the package. */
export function* setReceivedSnapProps(zfs: LibZfs, name: string, props: NvList): Task<void> {
  const command = zfsCommand({ name, source: props, cookie: 1 });
  yield* zfs.ioctl('ZFS_IOC_SET_PROP', command);
}

/** Whether `list` says that the package was made with -R. */
export function isRecursivePackage(list: NvList): boolean {
  return !list.has('not_recursive') && list.has('fss');
}

/** The source of the increment that the package is, if any. */
export function packageSource(list: NvList): string | undefined {
  return nvGetString(list, 'fromsnap');
}

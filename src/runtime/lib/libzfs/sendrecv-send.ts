/**
 * `zfs send`: one stream, or a package of several with a list of file systems in front. The kernel makes
 * each stream, a mebibyte a call; the package around them is made here.
 * @see lib/libzfs/common/libzfs_sendrecv.c zfs_send(), zfs_send_one(), zfs_send_resume()
 */
import {
  type NvList,
  nvBoolean,
  nvGetNumber,
  nvGetString,
  nvGetUint64,
  nvList,
  nvString,
  type NvValue,
} from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { nvlistPack } from '#kernel/fs/zfs/ondisk/nvlist.ts';
import {
  DMU_BACKUP_MAGIC,
  DMU_COMPOUNDSTREAM,
  DRR_END,
  DRR_SIZE,
} from '#kernel/fs/zfs/ondisk/replay-record.ts';
import { Fletcher } from '#kernel/fs/zfs/zio/fletcher.ts';
import { StreamWriter } from '#kernel/fs/zfs/zio/stream-writer.ts';
import { EPIPE, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import {
  type FileSystemInfo,
  findByGuid,
  gatherTree,
  openDataset,
  type SnapshotInfo,
  treeToNvList,
} from '#lib/libzfs/dataset-tree.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import { parseResumeToken } from '#lib/libzfs/resume-token.ts';
import {
  printOne,
  printToken,
  printTotal,
  say,
  type SendFlags,
  SendProgress,
} from '#lib/libzfs/send-report.ts';

/** Errors whose own words are the description. */
const BACKUP_ERRORS: ReadonlySet<string> = new Set([
  'EDQUOT',
  'EFBIG',
  'EIO',
  'ENOLINK',
  'ENOSPC',
  'ENOSTR',
  'ENXIO',
  'EPIPE',
  'ERANGE',
  'EFAULT',
  'EROFS',
]);

function streamArguments(flags: SendFlags): [string, NvValue][] {
  const list: [string, NvValue][] = [];
  if (flags.isLargeBlockOk === true) list.push(['largeblockok', nvBoolean()]);
  if (flags.isEmbedOk === true) list.push(['embedok', nvBoolean()]);
  if (flags.isCompressOk === true) list.push(['compressok', nvBoolean()]);
  return list;
}

function* writeAll(zfs: LibZfs, fd: number, bytes: Uint8Array): Task<Errno | undefined> {
  for (let at = 0; at < bytes.length; ) {
    const count = yield* zfs.sys.write(fd, bytes.subarray(at));
    if (isErrno(count)) return count;
    if (count === 0) return EPIPE;
    at += count;
  }
  return undefined;
}

/** Moves one stream from the kernel to `fd`. */
function* copyStream(
  zfs: LibZfs,
  snapshot: string,
  source: NvList,
  fd: number,
  flags: SendFlags,
): Task<Errno | undefined> {
  const command = zfsCommand({ name: snapshot, source });
  const progress = flags.isVerbose === true ? new SendProgress(zfs, snapshot, flags) : undefined;
  if (progress !== undefined) yield* progress.begin();
  do {
    const error = yield* zfs.ioctl('ZFS_IOC_SEND_NEW', command);
    if (error !== undefined) return error;
    const bytes = command.bytes ?? new Uint8Array(0);
    const failed = yield* writeAll(zfs, fd, bytes);
    if (failed !== undefined) return failed;
    if (progress !== undefined) yield* progress.sent(bytes.length);
  } while (command.hasMore);
  return undefined;
}

/** What went wrong with one stream, told. */
function* sendError(
  zfs: LibZfs,
  snapshot: string,
  from: string | undefined,
  errno: Errno,
): Task<false> {
  const action = `warning: cannot send '${snapshot}'`;
  if (errno.name === 'EXDEV') {
    const why = 'not an earlier snapshot from the same fs';
    return yield* zfs.errorAux('EZFS_CROSSTARGET', action, why);
  }
  if (errno.name === 'ENOENT') {
    const isThere = (yield* openDataset(zfs, snapshot)) !== undefined;
    if (isThere) zfs.aux(`incremental source (${from ?? ''}) does not exist`);
    return yield* zfs.error('EZFS_NOENT', action);
  }
  if (BACKUP_ERRORS.has(errno.name)) {
    return yield* zfs.errorAux('EZFS_BADBACKUP', action, errno.message);
  }
  return yield* zfs.standardError(errno, action);
}

function* estimate(
  zfs: LibZfs,
  snapshot: string,
  from: string | undefined,
  flags: SendFlags,
  resume: readonly [string, NvValue][] = [],
): Task<bigint | Errno> {
  const list = [...streamArguments(flags), ...resume];
  if (from !== undefined) list.push(['from', nvString(from)]);
  const command = zfsCommand({ name: snapshot, source: new Map(list) });
  const error = yield* zfs.ioctl('ZFS_IOC_SEND_SPACE', command);
  if (error !== undefined) return error;
  return nvGetUint64(command.destination ?? new Map(), 'space') ?? 0n;
}

/** One stream of a package, or what would be. */
interface Step {
  readonly snapshot: string;
  /** Full name of the source. */
  readonly from: string | undefined;
  /** As it is shown: what stands behind `@`. */
  readonly shownFrom: string | undefined;
}

class Package {
  readonly #zfs: LibZfs;
  readonly #flags: SendFlags;
  readonly #tree: readonly FileSystemInfo[];
  readonly #fromSnap: string | undefined;
  readonly #toSnap: string;
  /** Whether something that was asked for could not be sent. */
  hasFailed = false;

  constructor(
    zfs: LibZfs,
    flags: SendFlags,
    tree: readonly FileSystemInfo[],
    fromSnap: string | undefined,
    toSnap: string,
  ) {
    this.#zfs = zfs;
    this.#flags = flags;
    this.#tree = tree;
    this.#fromSnap = fromSnap;
    this.#toSnap = toSnap;
  }

  /** All streams in order: a clone after its origin, a child after its parent. */
  *steps(): Task<Step[]> {
    const steps: Step[] = [];
    const sent = new Set<FileSystemInfo>();
    const waitsFor = (guid: bigint): boolean => {
      const owner = findByGuid(this.#tree, guid)?.fs;
      return owner !== undefined && !sent.has(owner);
    };
    for (let isProgress = true; isProgress && sent.size < this.#tree.length; ) {
      isProgress = false;
      for (const fs of this.#tree) {
        if (sent.has(fs)) continue;
        if (waitsFor(fs.originGuid) && findByGuid(this.#tree, fs.originGuid)?.fs !== fs) continue;
        if (waitsFor(fs.parentFromSnap)) continue;
        steps.push(...(yield* this.#fileSystem(fs)));
        sent.add(fs);
        isProgress = true;
      }
    }
    return steps;
  }

  *#warn(text: string): Task<void> {
    this.hasFailed = true;
    yield* this.#zfs.io.err.write(`WARNING: ${text}\n`);
  }

  *#fileSystem(fs: FileSystemInfo): Task<Step[]> {
    const { isReplicate, isDoAll } = this.#flags;
    const from = this.#fromSnap;
    const isMissing =
      isReplicate === true && from !== undefined && !fs.snaps.some(({ name }) => name === from);
    let hasSeenFrom = from === undefined || isMissing;
    let hasSeenTo = false;
    let previous: string | undefined;
    const steps: Step[] = [];
    for (const snap of fs.snaps) {
      const isFrom = snap.name === from;
      if (!hasSeenFrom && isFrom) {
        hasSeenFrom = true;
        previous = snap.name;
        continue;
      }
      if (hasSeenTo || !hasSeenFrom) continue;
      const isTo = snap.name === this.#toSnap;
      if (isTo) hasSeenTo = true;
      if (isDoAll !== true && !isTo && !this.#isNeededOrigin(snap)) continue;
      steps.push(yield* this.#step(fs, snap, previous));
      previous = snap.name;
    }
    if (!hasSeenFrom) {
      const source = `incremental source (${fs.name}@${from}) does not exist`;
      yield* this.#warn(`could not send ${fs.name}@${this.#toSnap}:\n${source}`);
    } else if (!hasSeenTo && from !== undefined) {
      const source = `incremental source (${fs.name}@${from}) is not earlier than it`;
      yield* this.#warn(`could not send ${fs.name}@${this.#toSnap}:\n${source}`);
    }
    return steps;
  }

  /** With `-R -i`, snapshots in between are sent where clones came from them. */
  #isNeededOrigin(snap: SnapshotInfo): boolean {
    return (
      this.#flags.isReplicate === true &&
      this.#tree.some(({ originGuid }) => originGuid === snap.guid)
    );
  }

  *#step(fs: FileSystemInfo, snap: SnapshotInfo, previous: string | undefined): Task<Step> {
    const snapshot = `${fs.name}@${snap.name}`;
    if (previous !== undefined) {
      return { snapshot, from: `${fs.name}@${previous}`, shownFrom: previous };
    }
    const isOrigin = this.#flags.isFromOrigin === true || this.#flags.isReplicate === true;
    const stats = isOrigin ? yield* openDataset(this.#zfs, fs.name) : undefined;
    const origin = stats?.stats.origin ?? '';
    return { snapshot, from: origin === '' ? undefined : origin, shownFrom: undefined };
  }
}

/** BEGIN with the list of file systems, and its END. */
function* preamble(
  zfs: LibZfs,
  name: string,
  list: NvList | undefined,
  fd: number,
): Task<Errno | undefined> {
  const writer = new StreamWriter(new Fletcher());
  const begin = {
    payloadLen: 0,
    magic: DMU_BACKUP_MAGIC,
    versionInfo: DMU_COMPOUNDSTREAM,
    creationTime: 0,
    type: 0,
    flags: 0,
    toGuid: 0n,
    fromGuid: 0n,
    toName: name,
  };
  for (const piece of writer.begin(begin, list === undefined ? undefined : nvlistPack(list))) {
    const failed = yield* writeAll(zfs, fd, piece);
    if (failed !== undefined) return failed;
  }
  const [end] = writer.end(0n);
  // This END is outside the running checksum, which it only tells.
  end?.fill(0, DRR_SIZE - 32);
  return end === undefined ? undefined : yield* writeAll(zfs, fd, end);
}

/**
 * `zfs_send`: the snapshots of `fsName` up to `toSnap` as a package (`-R`, `-I`, `-p`), or a single
 * stream from `fromSnap` without one. False after telling what went wrong.
 */
export function* zfsSend(
  zfs: LibZfs,
  fsName: string,
  fromSnap: string | undefined,
  toSnap: string,
  flags: SendFlags,
  fd: number,
): Task<boolean> {
  const { isReplicate, isDoAll, hasProps } = flags;
  const isPackage = isReplicate === true || isDoAll === true || hasProps === true;
  const tree = yield* gatherTree(zfs, fsName, {
    fromSnap,
    toSnap,
    isRecursive: isReplicate === true,
    isNamedOnly: isReplicate !== true && isDoAll !== true,
    isVerbose: flags.isVerbose === true,
  });
  if (tree === undefined) return false;
  const work = new Package(zfs, flags, tree, fromSnap, toSnap);
  const steps = yield* work.steps();
  if (flags.isVerbose === true || flags.isDryRun === true) {
    if (!(yield* printSteps(zfs, steps, flags))) return false;
  }
  if (flags.isDryRun === true) return !work.hasFailed;
  const action = `warning: cannot send '${fsName}@${toSnap}'`;
  if (isPackage) {
    const hasList = isReplicate === true || hasProps === true;
    const list = hasList ? packageList(tree, fromSnap, toSnap, isReplicate === true) : undefined;
    const failed = yield* preamble(zfs, `${fsName}@${toSnap}`, list, fd);
    if (failed !== undefined) return yield* zfs.errorAux('EZFS_BADBACKUP', action, failed.message);
  }
  for (const { snapshot, from } of steps) {
    const source = streamArguments(flags);
    if (from !== undefined) source.push(['fromsnap', nvString(from)]);
    const error = yield* copyStream(zfs, snapshot, new Map(source), fd, flags);
    if (error !== undefined) return yield* sendError(zfs, snapshot, from, error);
  }
  if (isPackage) {
    const end = new Uint8Array(DRR_SIZE);
    end[0] = DRR_END;
    const failed = yield* writeAll(zfs, fd, end);
    if (failed !== undefined) return yield* zfs.errorAux('EZFS_BADBACKUP', action, failed.message);
  }
  return !work.hasFailed;
}

function packageList(
  tree: readonly FileSystemInfo[],
  fromSnap: string | undefined,
  toSnap: string,
  isRecursive: boolean,
): NvList {
  const list: [string, NvValue][] = [];
  if (fromSnap !== undefined) list.push(['fromsnap', nvString(fromSnap)]);
  list.push(['tosnap', nvString(toSnap)]);
  if (!isRecursive) list.push(['not_recursive', nvBoolean()]);
  list.push(['fss', nvList(treeToNvList(tree))]);
  return new Map(list);
}

/** What would be sent, with the sizes and their sum. */
function* printSteps(zfs: LibZfs, steps: readonly Step[], flags: SendFlags): Task<boolean> {
  let total = 0n;
  for (const { snapshot, from, shownFrom } of steps) {
    const size = yield* estimate(zfs, snapshot, from, flags);
    if (isErrno(size)) return yield* sendError(zfs, snapshot, from, size);
    total += size;
    if (flags.isVerbose === true) yield* printOne(zfs, snapshot, shownFrom ?? from, size, flags);
  }
  if (flags.isVerbose === true) yield* printTotal(zfs, total, flags);
  return true;
}

/**
 * `zfs_send_one`: one stream of `snapshot` from `from`, a full name of a snapshot or bookmark, when
 * nothing but that is asked for.
 */
export function* zfsSendOne(
  zfs: LibZfs,
  snapshot: string,
  from: string | undefined,
  flags: SendFlags,
  fd: number,
): Task<boolean> {
  if (flags.isVerbose === true || flags.isDryRun === true) {
    const step = { snapshot, from, shownFrom: from };
    if (!(yield* printSteps(zfs, [step], flags))) return false;
    if (flags.isDryRun === true) return true;
  }
  const source = streamArguments(flags);
  if (from !== undefined) source.push(['fromsnap', nvString(from)]);
  const error = yield* copyStream(zfs, snapshot, new Map(source), fd, flags);
  return error === undefined ? true : yield* sendError(zfs, snapshot, from, error);
}

/** `zfs_send_resume`: goes on where the receiver that gave `token` broke off. */
export function* zfsSendResume(
  zfs: LibZfs,
  flags: SendFlags,
  fd: number,
  token: string,
): Task<boolean> {
  const state = parseResumeToken(token);
  const action = 'cannot resume send';
  if (typeof state === 'string') return yield* zfs.errorAux('EZFS_FAULT', action, state);
  if (flags.isVerbose === true) {
    yield* say(zfs, flags, `resume token contents:\n${printToken(state)}`);
  }
  const toName = nvGetString(state, 'toname');
  const toGuid = nvGetUint64(state, 'toguid');
  const object = nvGetNumber(state, 'object');
  const offset = nvGetNumber(state, 'offset');
  if (
    toName === undefined ||
    toGuid === undefined ||
    object === undefined ||
    offset === undefined
  ) {
    return yield* zfs.errorAux('EZFS_FAULT', action, 'resume token is corrupt');
  }
  const all: SendFlags = {
    ...flags,
    isLargeBlockOk: flags.isLargeBlockOk === true || state.has('largeblockok'),
    isEmbedOk: flags.isEmbedOk === true || state.has('embedok'),
    isCompressOk: flags.isCompressOk === true || state.has('compressok'),
  };
  if ((yield* openDataset(zfs, toName))?.stats.guid !== toGuid) {
    const why = `'${toName}' is no longer the same snapshot used in the initial send`;
    return yield* zfs.errorAux('EZFS_BADPATH', action, why);
  }
  const fromGuid = nvGetUint64(state, 'fromguid');
  let from: string | undefined;
  if (fromGuid !== undefined) {
    from = yield* nameOfGuid(zfs, toName, fromGuid);
    if (from === undefined) {
      const why = `incremental source 0x${fromGuid.toString(16)} no longer exists`;
      return yield* zfs.errorAux('EZFS_BADPATH', action, why);
    }
  }
  const resume: [string, NvValue][] = [
    ['resume_object', state.get('object') as NvValue],
    ['resume_offset', state.get('offset') as NvValue],
  ];
  if (flags.isVerbose === true || flags.isDryRun === true) {
    const size = yield* estimate(zfs, toName, from, all, resume);
    if (isErrno(size)) return yield* sendError(zfs, toName, from, size);
    if (flags.isVerbose === true) yield* printOne(zfs, toName, from, size, flags);
    if (flags.isVerbose === true) yield* printTotal(zfs, size, flags);
    if (flags.isDryRun === true) return true;
  }
  const source = [...streamArguments(all), ...resume];
  if (from !== undefined) source.push(['fromsnap', nvString(from)]);
  const error = yield* copyStream(zfs, toName, new Map(source), fd, flags);
  return error === undefined ? true : yield* sendError(zfs, toName, from, error);
}

/** The snapshot with that guid, of the file system of `near` or of its origin. */
function* nameOfGuid(zfs: LibZfs, near: string, guid: bigint): Task<string | undefined> {
  let fs = near.split('@')[0] ?? '';
  for (;;) {
    const tree = yield* gatherTree(zfs, fs, { isRecursive: false });
    const snap = tree?.[0]?.snaps.find((each) => each.guid === guid);
    if (snap !== undefined) return `${fs}@${snap.name}`;
    const origin = (yield* openDataset(zfs, fs))?.stats.origin ?? '';
    if (origin === '') return undefined;
    fs = origin.split('@')[0] ?? '';
  }
}

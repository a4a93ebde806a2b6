/**
 * `zfs receive`: reads a stream or a package, finds out where each stream belongs, and feeds it to the
 * kernel. @see lib/libzfs/common/libzfs_sendrecv.c zfs_receive()
 */
import { type NvList, nvBoolean, nvGetList, nvList, type NvValue } from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { nvlistUnpack } from '#kernel/fs/zfs/ondisk/nvlist.ts';
import * as drr from '#kernel/fs/zfs/ondisk/replay-record.ts';
import { ZfsError } from '#kernel/fs/zfs/ondisk/zfs-error.ts';
import { Fletcher } from '#kernel/fs/zfs/zio/fletcher.ts';
import { StreamReader } from '#kernel/fs/zfs/zio/stream-reader.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import {
  childNames,
  type FileSystemInfo,
  findByGuid,
  gatherTree,
  openDataset,
  snapshotNames,
  treeFromNvList,
} from '#lib/libzfs/dataset-tree.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import { datasetNameProblem } from '#lib/libzfs/names.ts';
import { zfsNicenum } from '#lib/libzfs/nicenum.ts';
import { receiveError } from '#lib/libzfs/sendrecv-error.ts';
import {
  isRecursivePackage,
  packageSource,
  Replication,
  setReceivedSnapProps,
} from '#lib/libzfs/sendrecv-replicate.ts';
import { StreamInput } from '#lib/libzfs/stream-input.ts';

/** What a receive needs of those who know about mounts. */
export interface ReceiveMounts {
  /** Unmounts a file system and all below it. */
  unmount(name: string): Task<void>;
}

/** `recvflags_t` */
export interface ReceiveFlags {
  /** `-v` */
  readonly isVerbose?: boolean;
  /** `-d`: the sender's name less its pool; also set with `-e`. */
  readonly isPrefix?: boolean;
  /** `-e`: the last part of the sender's name only. */
  readonly isTail?: boolean;
  /** `-n` */
  readonly isDryRun?: boolean;
  /** `-F` */
  readonly isForced?: boolean;
  /** `-s` */
  readonly isResumable?: boolean;
  /** `-o origin=` */
  readonly origin?: string;
  /** `-o property=value`, as the kernel keeps them; a `boolean` stands for `-x`. */
  readonly props?: NvList;
  readonly mounts?: ReceiveMounts;
}

/** What a package says about its streams. */
interface PackageInfo {
  readonly tree: readonly FileSystemInfo[];
  /** The file system that `zfs send` was asked for. */
  readonly sendFs: string;
  readonly isRecursive: boolean;
}

export interface ReceiveResult {
  readonly isOk: boolean;
  /** The topmost file system that is there now: mount it and what is below. */
  readonly top: string | undefined;
}

const KNOWN_FEATURES: bigint = BigInt(
  drr.DMU_BACKUP_FEATURE_SA_SPILL +
    drr.DMU_BACKUP_FEATURE_EMBED_DATA +
    drr.DMU_BACKUP_FEATURE_LZ4 +
    drr.DMU_BACKUP_FEATURE_LARGE_BLOCKS +
    drr.DMU_BACKUP_FEATURE_RESUMING +
    drr.DMU_BACKUP_FEATURE_COMPRESSED +
    drr.DMU_BACKUP_FEATURE_LARGE_DNODE,
);

const SECOND = 1_000_000_000n;

type Begin = drr.DrrBegin;

class Receive {
  readonly #zfs: LibZfs;
  readonly #flags: ReceiveFlags;
  readonly #goal: string;
  readonly #input: StreamInput;
  readonly #fletcher = new Fletcher();
  top: string | undefined;

  constructor(zfs: LibZfs, flags: ReceiveFlags, goal: string, fd: number) {
    this.#zfs = zfs;
    this.#flags = flags;
    this.#goal = goal;
    this.#input = new StreamInput(zfs.sys, fd);
  }

  #bad(action: string, description: string): Task<false> {
    return this.#zfs.errorAux('EZFS_BADSTREAM', action, description);
  }

  /** One stream or package; `'end'` at the END behind a package's last stream. */
  *next(info: PackageInfo | undefined): Task<boolean | 'end'> {
    const action = 'cannot receive';
    const flags = this.#flags;
    if (flags.origin !== undefined && (yield* openDataset(this.#zfs, flags.origin)) === undefined) {
      return yield* this.#zfs.errorAux('EZFS_NOENT', action, 'specified origin does not exist');
    }
    const bytes = yield* this.#input.read(drr.DRR_SIZE);
    if (bytes === undefined) return yield* this.#bad(action, 'failed to read from stream');
    const type = new DataView(bytes.buffer).getUint32(0, true);
    if (type === drr.DRR_END && info !== undefined) return 'end';
    const begin = readBegin(bytes);
    if (begin === undefined || type !== drr.DRR_BEGIN) {
      return yield* this.#bad(action, 'invalid stream (bad magic number)');
    }
    const features = BigInt(Math.floor(begin.versionInfo / 4));
    if ((features & ~KNOWN_FEATURES) !== 0n) {
      const [all, unknown] = [features, features & ~KNOWN_FEATURES].map((n) => n.toString(16));
      const why = `feature flags = ${all} (unknown flags = ${unknown})`;
      return yield* this.#bad(action, `stream has unsupported feature, ${why}`);
    }
    if (!begin.toName.includes('@') && begin.versionInfo % 4 === drr.DMU_SUBSTREAM) {
      return yield* this.#bad(action, 'invalid stream (bad snapshot name)');
    }
    const payload = yield* this.#input.read(begin.payloadLen);
    if (payload === undefined) return yield* this.#bad(action, 'failed to read from stream');
    switch (begin.versionInfo % 4) {
      case drr.DMU_SUBSTREAM: {
        const sendFs = info?.sendFs ?? begin.toName.split('@')[0] ?? '';
        const own = info ?? { tree: [], sendFs, isRecursive: false };
        return yield* this.#one(bytes, begin, payload, own);
      }
      case drr.DMU_COMPOUNDSTREAM:
        if (info === undefined) return yield* this.#package(bytes, begin, payload);
        return yield* this.#bad(action, 'invalid stream (bad hdr type)');
      default:
        return yield* this.#bad(action, 'invalid stream (bad hdr type)');
    }
  }

  /** `zfs_receive_package` */
  *#package(bytes: Uint8Array, begin: Begin, payload: Uint8Array): Task<boolean> {
    const action = 'cannot receive';
    const list = payload.length === 0 ? new Map<string, NvValue>() : unpack(payload);
    if (list === undefined) return yield* this.#bad(action, 'invalid stream (malformed nvlist)');
    const end = yield* this.#input.read(drr.DRR_SIZE);
    if (end === undefined) return yield* this.#bad(action, 'failed to read from stream');
    const sum = this.#fletcher.fletcher4(payload, this.#fletcher.fletcher4(bytes));
    const view = new DataView(end.buffer);
    const isSame = sum.every((word, i) => word === view.getUint32(8 + i * 4, true));
    if (view.getUint32(0, true) !== drr.DRR_END || !isSame) {
      return yield* this.#bad(action, 'invalid stream (incorrect header checksum)');
    }
    const fss = nvGetList(list, 'fss') ?? new Map<string, NvValue>();
    const isRecursive = isRecursivePackage(list);
    const sendFs = begin.toName.split('@')[0] ?? '';
    const info: PackageInfo = { tree: treeFromNvList(fss), sendFs, isRecursive };
    const fromSnap = packageSource(list);
    const top = this.#packageTop(begin.toName);
    const replicate = function* (this: Receive): Task<void> {
      if (fromSnap === undefined || !isRecursive) return;
      yield* new Replication(this.#zfs, this.#flags, top, fromSnap, fss).run();
    }.bind(this);
    yield* replicate();
    for (;;) {
      const result = yield* this.next(info);
      if (result === 'end') break;
      if (!result) return false;
    }
    // Now that the new file systems are there, what could not be renamed before can be.
    yield* replicate();
    return true;
  }

  /** What the package's file system is called here. */
  #packageTop(toName: string): string {
    if (this.#flags.isPrefix !== true) return this.#goal;
    const [fs = ''] = toName.split('@');
    if (this.#flags.isTail === true) return `${this.#goal}/${fs.slice(fs.lastIndexOf('/') + 1)}`;
    const slash = fs.indexOf('/');
    return slash < 0 ? this.#goal : this.#goal + fs.slice(slash);
  }

  /** The full name of the snapshot to make, or what is wrong. */
  #destination(begin: Begin, info: PackageInfo): string | { readonly problem: string } {
    const { toName } = begin;
    const goal = this.#goal;
    const hasSnapshot = goal.includes('@');
    if (this.#flags.isTail === true) {
      if (hasSnapshot) return { problem: 'invalid argument - snapshot not allowed with -e' };
      const slash = info.sendFs.lastIndexOf('/');
      return goal + (slash < 0 ? `/${toName}` : toName.slice(slash));
    }
    if (this.#flags.isPrefix === true) {
      if (hasSnapshot) return { problem: 'invalid argument - snapshot not allowed with -d' };
      const cut = toName.search(/[/@]/);
      return goal + toName.slice(cut);
    }
    if (!hasSnapshot) return goal + toName.slice(info.sendFs.length);
    if (info.isRecursive) {
      return { problem: 'cannot specify snapshot name for multi-snapshot stream' };
    }
    return goal;
  }

  /** `zfs_receive_one` */
  *#one(bytes: Uint8Array, begin: Begin, payload: Uint8Array, info: PackageInfo): Task<boolean> {
    const zfs = this.#zfs;
    let snapshot = this.#destination(begin, info);
    if (typeof snapshot !== 'string') {
      return yield* zfs.errorAux('EZFS_INVALIDNAME', 'cannot receive', snapshot.problem);
    }
    const problem = datasetNameProblem(snapshot, 'snapshot', true);
    if (problem !== undefined) return yield* zfs.error('EZFS_INVALIDNAME', 'cannot receive');
    const features = Math.floor(begin.versionInfo / 4);
    const isResuming = Math.floor(features / drr.DMU_BACKUP_FEATURE_RESUMING) % 2 === 1;
    let origin = this.#flags.origin;
    const isClone = (begin.flags & drr.DRR_FLAG_CLONE) !== 0;
    if (isClone && origin === undefined) {
      origin = yield* this.#findByGuid(snapshot, begin.fromGuid);
      if (origin === undefined) {
        const why = `local origin for clone ${snapshot} does not exist`;
        return yield* zfs.errorAux('EZFS_NOENT', 'cannot receive', why);
      }
      if (this.#flags.isVerbose === true) {
        yield* zfs.io.out.write(`found clone origin ${origin}\n`);
      }
    } else if (origin !== undefined && this.#flags.isVerbose === true) {
      yield* zfs.io.out.write(`using provided clone origin ${origin}\n`);
    }
    const wantsNew =
      (begin.fromGuid === 0n || isClone || this.#flags.origin !== undefined) && !isResuming;
    const action = wantsNew
      ? 'cannot receive new filesystem stream'
      : 'cannot receive incremental stream';
    snapshot = yield* this.#follow(snapshot, begin, info, wantsNew);
    const [name = ''] = snapshot.split('@');
    const isNew = yield* this.#checkDestination(name, begin, wantsNew, action);
    if (isNew === undefined) return false;
    if (this.#flags.isVerbose === true) {
      const verb = this.#flags.isDryRun === true ? 'would receive' : 'receiving';
      const kind = begin.fromGuid === 0n ? 'full' : 'incremental';
      yield* zfs.io.out.write(`${verb} ${kind} stream of ${begin.toName} into ${snapshot}\n`);
      yield* zfs.io.out.flush();
    }
    if (this.#flags.isDryRun === true) return yield* this.#skip(bytes, payload, action);
    const before = this.#input.bytesRead;
    const started = yield* zfs.sys.gethrtime();
    const error = yield* this.#feed(snapshot, bytes, payload, begin, info, origin);
    if (error !== undefined) {
      const isThere = yield* this.#isAlreadyThere(name, begin.toGuid);
      const mayIgnore = (error.name === 'EEXIST' || error.name === 'ENODEV') && isThere;
      const hasTaken = this.#input.bytesRead !== before;
      if (!mayIgnore || hasTaken) {
        const about = { snapshot, isNew, isResumable: this.#flags.isResumable === true };
        return yield* receiveError(zfs, error, action, about);
      }
      if (this.#flags.isVerbose === true) {
        yield* zfs.io.out.write(`snap ${snapshot} already exists; ignoring\n`);
      }
      return yield* this.#skip(bytes, payload, action);
    }
    this.top ??= name;
    yield* this.#afterwards(snapshot, begin, info);
    if (this.#flags.isVerbose === true) {
      const seconds = Math.max(1, Number(((yield* zfs.sys.gethrtime()) - started) / SECOND));
      const size = this.#input.bytesRead - before + bytes.length + payload.length;
      const rate = `${zfsNicenum(Math.floor(size / seconds))}B/sec`;
      const text = `received ${zfsNicenum(size)}B stream in ${seconds} seconds (${rate})\n`;
      yield* zfs.io.out.write(text);
      yield* zfs.io.out.flush();
    }
    return true;
  }

  /** Properties of the snapshot that came in the package. */
  *#afterwards(snapshot: string, begin: Begin, info: PackageInfo): Task<void> {
    const found = findByGuid(info.tree, begin.toGuid);
    if (found === undefined || found.snap.props.size === 0) return;
    yield* setReceivedSnapProps(this.#zfs, snapshot, found.snap.props);
  }

  /** What is not where its name says may have been renamed here: its snapshots tell. */
  *#follow(snapshot: string, begin: Begin, info: PackageInfo, wantsNew: boolean): Task<string> {
    const [name = '', snap = ''] = snapshot.split('@');
    const slash = name.lastIndexOf('/');
    if (wantsNew) {
      const parent = name.slice(0, Math.max(slash, 0));
      if (slash < 0 || (yield* openDataset(this.#zfs, parent)) !== undefined) return snapshot;
      const guid = findByGuid(info.tree, begin.toGuid)?.fs.parentFromSnap ?? 0n;
      const found = yield* this.#findByGuid(snapshot, guid);
      if (found === undefined) return snapshot;
      return `${found.split('@')[0]}${name.slice(slash)}@${snap}`;
    }
    const isTopmost = begin.toName.split('@')[0] === info.sendFs;
    const mayLook = this.#flags.isPrefix === true || !isTopmost;
    if (!mayLook || (yield* openDataset(this.#zfs, name)) !== undefined) return snapshot;
    const found = yield* this.#findByGuid(snapshot, begin.fromGuid);
    return found === undefined ? snapshot : `${found.split('@')[0]}@${snap}`;
  }

  /** `guid_to_name`: looks below ever higher ancestors of `near`. */
  *#findByGuid(near: string, guid: bigint): Task<string | undefined> {
    if (guid === 0n) return undefined;
    for (let up = near.split('@')[0] ?? ''; up !== ''; up = up.slice(0, up.lastIndexOf('/'))) {
      const tree = (yield* gatherTree(this.#zfs, up, { isRecursive: true })) ?? [];
      const found = findByGuid(tree, guid);
      if (found !== undefined) return `${found.fs.name}@${found.snap.name}`;
      if (!up.includes('/')) break;
    }
    return undefined;
  }

  /** Whether it is a new file system; undefined after telling why it can't be received. */
  *#checkDestination(
    name: string,
    begin: Begin,
    wantsNew: boolean,
    action: string,
  ): Task<boolean | undefined> {
    const zfs = this.#zfs;
    const refuse = function* (code: 'EZFS_EXISTS' | 'EZFS_NOENT', why: string): Task<undefined> {
      yield* zfs.errorAux(code, action, why);
    };
    const existing = yield* openDataset(zfs, name);
    if (existing !== undefined) {
      if (!wantsNew) return existing.stats.isInconsistent;
      if (this.#flags.isForced !== true) {
        const why = `destination '${name}' exists\nmust specify -F to overwrite it`;
        return yield* refuse('EZFS_EXISTS', why);
      }
      const [snap] = yield* snapshotNames(zfs, name);
      if (snap !== undefined) {
        const why = `destination has snapshots (eg. ${name}@${snap})`;
        return yield* refuse('EZFS_EXISTS', `${why}\nmust destroy them to overwrite it`);
      }
      if (existing.stats.origin !== '') {
        const why = `destination '${name}' is a clone\nmust destroy it to overwrite it`;
        return yield* refuse('EZFS_EXISTS', why);
      }
      const isVolume = begin.type === 3;
      if (isVolume && !name.includes('/')) {
        const why = `destination ${name} is the root dataset\ncannot overwrite with a ZVOL`;
        return yield* refuse('EZFS_EXISTS', why);
      }
      const [child] = isVolume ? yield* childNames(zfs, name) : [];
      if (child !== undefined) {
        const why = `destination has children (eg. ${child})\ncannot overwrite with a ZVOL`;
        return yield* refuse('EZFS_EXISTS', why);
      }
      if (this.#flags.isDryRun !== true) yield* this.#flags.mounts?.unmount(name) ?? nothing();
      return false;
    }
    if (!wantsNew || !name.includes('/')) {
      return yield* refuse('EZFS_NOENT', `destination '${name}' does not exist`);
    }
    const parent = name.slice(0, name.lastIndexOf('/'));
    if (this.#flags.isPrefix === true && this.#flags.isTail !== true) {
      if (this.#flags.isDryRun === true) return true;
      const isMade = yield* this.#createParents(parent);
      if (!isMade) {
        yield* zfs.error('EZFS_BADRESTORE', action);
        return undefined;
      }
    }
    if ((yield* openDataset(zfs, parent)) !== undefined) return true;
    yield* zfs.errorAux('EZFS_NOENT', `cannot open '${parent}'`, 'dataset does not exist');
    yield* zfs.error('EZFS_BADRESTORE', action);
    return undefined;
  }

  /** With `-d`: file systems between the goal and what is received. */
  *#createParents(parent: string): Task<boolean> {
    for (let end = this.#goal.length; end < parent.length; ) {
      const slash = parent.indexOf('/', end + 1);
      end = slash < 0 ? parent.length : slash;
      const name = parent.slice(0, end);
      if ((yield* openDataset(this.#zfs, name)) !== undefined) continue;
      const error = yield* this.#zfs.ioctl('ZFS_IOC_CREATE', zfsCommand({ name }));
      if (error !== undefined) {
        return yield* this.#zfs.standardError(error, `cannot create '${name}'`);
      }
    }
    return true;
  }

  *#isAlreadyThere(name: string, guid: bigint): Task<boolean> {
    const tree = (yield* gatherTree(this.#zfs, name, { isRecursive: false })) ?? [];
    return findByGuid(tree, guid) !== undefined;
  }

  #arguments(begin: Uint8Array, payload: Uint8Array, guid: bigint, info: PackageInfo): NvList {
    const list: [string, NvValue][] = [
      ['begin_record', { type: 'byte_array', value: begin }],
      ['payload', { type: 'byte_array', value: payload }],
    ];
    if (this.#flags.isForced === true) list.push(['force', nvBoolean()]);
    if (this.#flags.isResumable === true) list.push(['resumable', nvBoolean()]);
    const found = findByGuid(info.tree, guid);
    if (found !== undefined) list.push(['props', nvList(found.fs.props)]);
    const { props } = this.#flags;
    if (props !== undefined && props.size > 0) list.push(['localprops', nvList(props)]);
    return new Map(list);
  }

  /** Gives the stream to the kernel. */
  *#feed(
    snapshot: string,
    bytes: Uint8Array,
    payload: Uint8Array,
    begin: Begin,
    info: PackageInfo,
    origin: string | undefined,
  ): Task<Errno | undefined> {
    const [name = ''] = snapshot.split('@');
    const source = this.#arguments(bytes, payload, begin.toGuid, info);
    const command = zfsCommand({ name, value: snapshot, string: origin ?? '', source });
    let error = yield* this.#zfs.ioctl('ZFS_IOC_RECV', command);
    command.source = undefined;
    while (error === undefined && command.hasMore) {
      const part = yield* this.#input.peek();
      command.bytes = isErrno(part) ? new Uint8Array(0) : part;
      command.object = 0;
      error = yield* this.#zfs.ioctl('ZFS_IOC_RECV', command);
      this.#input.take(command.object);
    }
    return error;
  }

  /** `recv_skip`: reads to the END of the stream without receiving it. */
  *#skip(bytes: Uint8Array, payload: Uint8Array, action: string): Task<boolean> {
    const reader = new StreamReader(this.#fletcher);
    reader.push(bytes, 0);
    reader.push(payload, 0);
    for (;;) {
      const part = yield* this.#input.peek();
      if (isErrno(part) || part.length === 0) {
        return yield* this.#bad(action, 'failed to read from stream');
      }
      try {
        const { at, record } = reader.push(part, 0);
        this.#input.take(at);
        if (record?.type === drr.DRR_END) return true;
      } catch (error) {
        if (!(error instanceof ZfsError)) throw error;
        return yield* this.#bad(action, error.message);
      }
    }
  }
}

function* nothing(): Task<void> {}

function readBegin(bytes: Uint8Array): Begin | undefined {
  try {
    const begin = drr.drrBegin.read(bytes);
    return begin.magic === drr.DMU_BACKUP_MAGIC ? begin : undefined;
  } catch (error) {
    if (error instanceof ZfsError) return undefined;
    throw error;
  }
}

function unpack(payload: Uint8Array): NvList | undefined {
  try {
    return nvlistUnpack(payload);
  } catch (error) {
    if (error instanceof ZfsError) return undefined;
    throw error;
  }
}

/** `zfs_receive`: what comes from `fd` into `goal`, after telling what went wrong, if anything. */
export function* zfsReceive(
  zfs: LibZfs,
  goal: string,
  flags: ReceiveFlags,
  fd: number,
): Task<ReceiveResult> {
  const receive = new Receive(zfs, flags, goal, fd);
  const result = yield* receive.next(undefined);
  return { isOk: result === true, top: receive.top };
}

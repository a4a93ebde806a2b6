/**
 * Ioctls that send and receive. Both go in steps: the first call answers a session in `cookie`, each
 * further call with that cookie moves up to a mebibyte, and `hasMore` says whether to call again.
 * Closing /dev/zfs ends what was not finished. The work is in pool/.
 * @see uts/common/fs/zfs/zfs_ioctl.c zfs_ioc_send_new(), zfs_ioc_recv()
 */
import { type NvList, nvGetList, nvGetNumber, nvGetString } from '#abi/illumos/nvpair.ts';
import { nvString, nvUint64 } from '#abi/illumos/nvpair.ts';
import type { ZfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { EBADE, EBUSY, EINVAL, ENOENT, type Errno, isErrno } from '#kernel/os/errno.ts';
import { RECV_CLONE_NAME } from '../dsl/dsl-pool.ts';
import { resumeStateOf, resumeToken } from '../dsl/dsl-resume.ts';
import { destroyHead } from '../dsl/dsl-destroy.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { DMU_OST_ZFS } from '../ondisk/dnode-phys.ts';
import { dmuRecv, type Receiver } from '../pool/dmu-recv.ts';
import { dmuSend, type SendOptions, SendSource } from '../pool/dmu-send.ts';
import { dmuSendEstimate, sendNames } from '../pool/dmu-send-names.ts';
import { setReceivedProps } from '../pool/recv-props.ts';
import type { Spa } from '../pool/spa.ts';
import { spaSync } from '../pool/spa-sync.ts';
import { openFileSystem } from '../pool/zfs-mount.ts';
import { datasetRow, readRow, type ZfsIoctlRow, type ZfsOpen } from './ioctl-row.ts';
import { errnoList } from './property.ioctl.ts';
import type { ZfsModule } from './zfs-module.ts';

/** So much of a stream goes through one call. */
const STEP_BYTES: number = 2 ** 20;
const NOTHING: NvList = new Map();

interface RecvSession {
  readonly receiver: Receiver;
  readonly spa: Spa;
  readonly source: NvList;
  readonly fileSystem: string;
}

/** Work in progress and what ends it before its time. */
interface Session<T> {
  readonly work: T;
  readonly close: () => void;
}

function newSession<T>(open: ZfsOpen, work: T, close: () => void): number {
  let id = 1;
  while (open.sessions.has(id)) id += 1;
  const session: Session<T> = { work, close };
  open.sessions.set(id, session);
  open.closers.add(close);
  return id;
}

function endSession(open: ZfsOpen, id: number): void {
  const session = open.sessions.get(id) as Session<unknown> | undefined;
  open.sessions.delete(id);
  if (session !== undefined) open.closers.delete(session.close);
}

function sendOptions(source: NvList): SendOptions {
  const object = nvGetNumber(source, 'resume_object');
  const offset = nvGetNumber(source, 'resume_offset');
  return {
    isLargeBlockOk: source.has('largeblockok'),
    isEmbedOk: source.has('embedok'),
    isCompressOk: source.has('compressok'),
    ...(object === undefined ? {} : { resume: { object, offset: offset ?? 0 } }),
  };
}

/** `name` is the snapshot; `source`: fromsnap, largeblockok, embedok, compressok, resume_… */
function sendNew(command: ZfsCommand, module: ZfsModule, open: ZfsOpen): Errno | undefined {
  if (command.cookie === 0) {
    const spa = module.poolOf(command.name);
    if (spa === undefined) return ENOENT;
    const given = command.source ?? NOTHING;
    const names = sendNames(spa, command.name, nvGetString(given, 'fromsnap'));
    if (isErrno(names)) return names;
    const pieces = dmuSend(spa, names.snapshot, names.from, sendOptions(given));
    if (isErrno(pieces)) return pieces;
    const source = new SendSource(pieces);
    command.cookie = newSession(open, source, () => source.close());
  }
  const session = open.sessions.get(command.cookie) as Session<SendSource> | undefined;
  if (!(session?.work instanceof SendSource)) return EINVAL;
  const stream = session.work;
  command.bytes = stream.next(STEP_BYTES);
  command.hasMore = command.bytes.length === STEP_BYTES;
  if (!command.hasMore) endSession(open, command.cookie);
  return undefined;
}

/** Bytes of the stream, about, as `space` in `destination`. */
function sendSpace(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.poolOf(command.name);
  if (spa === undefined) return ENOENT;
  const source = command.source ?? NOTHING;
  const from = nvGetString(source, 'from');
  const size = dmuSendEstimate(spa, command.name, from, sendOptions(source));
  if (isErrno(size)) return size;
  command.destination = new Map([['space', nvUint64(size)]]);
  return undefined;
}

function bytesOf(source: NvList, name: string): Uint8Array {
  const pair = source.get(name);
  return pair?.type === 'byte_array' ? pair.value : new Uint8Array(0);
}

/**
 * `name` is the file system, `value` the snapshot with it, `string` the origin. `source`: begin_record
 * and payload, force, resumable, props (received) and localprops. Then `bytes` of the stream: `object`
 * says how many were taken; none at all means that the stream has ended.
 */
function recv(command: ZfsCommand, module: ZfsModule, open: ZfsOpen): Errno | undefined {
  if (command.cookie === 0) return recvBegin(command, module, open);
  const session = open.sessions.get(command.cookie) as Session<RecvSession> | undefined;
  if (session === undefined || !('receiver' in session.work)) return EINVAL;
  const { receiver } = session.work;
  const bytes = command.bytes ?? new Uint8Array(0);
  // A stream that is cut counts as damaged: it may be possible to go on with the rest.
  const taken = bytes.length === 0 ? EBADE : receiver.feed(bytes);
  if (isErrno(taken)) {
    endSession(open, command.cookie);
    receiver.abort();
    return taken;
  }
  command.object = taken;
  command.hasMore = !receiver.isAtEnd;
  if (command.hasMore) return undefined;
  endSession(open, command.cookie);
  return recvEnd(command, module, session.work);
}

function recvBegin(command: ZfsCommand, module: ZfsModule, open: ZfsOpen): Errno | undefined {
  const spa = module.poolOf(command.name);
  if (spa === undefined) return ENOENT;
  const source = command.source ?? NOTHING;
  const receiver = dmuRecv(spa, {
    toFs: command.name,
    toSnap: command.value.split('@')[1] ?? '',
    begin: bytesOf(source, 'begin_record'),
    payload: bytesOf(source, 'payload'),
    isForced: source.has('force'),
    isResumable: source.has('resumable'),
    ...(command.string === '' ? {} : { origin: command.string }),
  });
  if (isErrno(receiver)) return receiver;
  const session: RecvSession = { receiver, spa, source, fileSystem: command.name };
  command.cookie = newSession(open, session, () => receiver.abort());
  command.object = 0;
  command.hasMore = true;
  return undefined;
}

function recvEnd(command: ZfsCommand, module: ZfsModule, session: RecvSession): Errno | undefined {
  const { spa, source, fileSystem } = session;
  const made = session.receiver.finish();
  if (isErrno(made)) return made;
  const head = spa.dsl.head(made.dir);
  const mounted = module.mountedOf(fileSystem);
  if (mounted !== undefined && head.objset.type === DMU_OST_ZFS) {
    mounted.resume(openFileSystem(spa, head));
  }
  const received = nvGetList(source, 'props');
  const local = nvGetList(source, 'localprops');
  if (received === undefined && local === undefined) return undefined;
  command.destination = errnoList(setReceivedProps(spa, head, received, local));
  return undefined;
}

/** What a receive into `name` has left half done: the dataset itself, or the clone below it. */
function partial(spa: Spa, name: string): DslDataset | undefined {
  const head = spa.dsl.findDataset(name);
  if (head === undefined) return undefined;
  const hidden = head.dir.child(RECV_CLONE_NAME);
  const dataset = hidden === undefined ? head : spa.dsl.head(hidden);
  return resumeStateOf(dataset) === undefined ? undefined : dataset;
}

/** The token for `zfs send -t`, or undefined. `zfs get receive_resume_token` shows it. */
export function receiveResumeToken(
  spa: Spa,
  name: string,
  module: Pick<ZfsModule, 'machine'>,
): string | undefined {
  const dataset = partial(spa, name);
  const state = dataset === undefined ? undefined : resumeStateOf(dataset);
  if (state === undefined) return undefined;
  return resumeToken(state, spa.zio.checksums.fletcher, module.machine.codecs);
}

/** The lab's own: `receive_resume_token` of `name` alone. */
function recvToken(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.poolOf(command.name);
  const token = spa === undefined ? undefined : receiveResumeToken(spa, command.name, module);
  if (token === undefined) return ENOENT;
  command.destination = new Map([['receive_resume_token', nvString(token)]]);
  return undefined;
}

/** The lab's own, for `zfs receive -A`: forgets what a receive has left half done. */
function recvAbort(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.poolOf(command.name);
  const dataset = spa === undefined ? undefined : partial(spa, command.name);
  if (spa === undefined || dataset === undefined) return ENOENT;
  if (dataset.longHolds > 0) return EBUSY;
  spa.syncTasks.push(() => destroyHead(dataset));
  spaSync(spa);
  return undefined;
}

export const STREAM_IOCTLS: readonly ZfsIoctlRow[] = [
  { ...readRow('ZFS_IOC_SEND_NEW', sendNew), security: 'write', needsRunning: true },
  readRow('ZFS_IOC_SEND_SPACE', sendSpace),
  datasetRow('ZFS_IOC_RECV', recv),
  readRow('ZFS_IOC_RECV_TOKEN', recvToken),
  datasetRow('ZFS_IOC_RECV_ABORT', recvAbort),
];

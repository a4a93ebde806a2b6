/**
 * One number for the whole visible state: two nodes with the same seed, images and input must agree
 * on it at every checkpoint. Everything is written in one canonical order; what is only a cache or a
 * host's measure is left out. Taking a digest changes nothing.
 */
import type { Host } from '#runtime/host.ts';
import type { NodeState } from '#runtime/node-contract.ts';
import { concatBytes, encodeUtf8, toHex } from '#base/bytes.ts';
import { isWouldBlock } from '#kernel/disp/wait.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Kernel } from '#kernel/os/kernel.ts';
import type { Tty } from '#kernel/io/tty.ts';
import type { Proc } from '#kernel/os/proc.ts';
import { READ_QUIETLY, type Vnode, type VnodeContext } from '#kernel/vfs/vnode.ts';
import type { AssembledKernel } from '#runtime/node/assemble.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Filesystems whose content is a view of what is digested anyway, or belongs to the host. */
const VIEWS: ReadonlySet<string> = new Set([
  'proc',
  'mntfs',
  'fd',
  'hostfs',
  'ctfs',
  'objfs',
  // Walking through files would fill caches and count as I/O: the pool's root stands for them.
  'zfs',
]);

/** Lower-case hexadecimal SHA-256. */
export function digestOf(
  assembled: AssembledKernel | undefined,
  state: NodeState,
  host: Host,
  console: Tty | undefined,
): string {
  const parts: Uint8Array[] = [];
  const line = (...fields: readonly unknown[]): void => {
    parts.push(encodeUtf8(`${fields.map(String).join('\t')}\n`));
  };
  line('state', state.kind);
  line('clock', host.clock.monotonicNs(), host.clock.realtimeNs());
  if (console !== undefined) addTerminal(console, line);
  if (assembled !== undefined) {
    addKernel(assembled.kernel, line);
    for (const proc of assembled.kernel.procs.all()) addProc(proc, line);
    for (const tty of assembled.ptys.terminals()) addTerminal(tty, line);
    addPools(assembled, line);
    for (const mount of assembled.mounts.mounts) {
      line('mount', mount.mountPoint, mount.special, mount.vfs.fstype);
      if (VIEWS.has(mount.vfs.fstype)) continue;
      addTree(mount.vfs.root(), mount.mountPoint, assembled.kernel, host, line);
    }
  }
  return toHex(host.codecs.digest('sha256', concatBytes(parts)));
}

/**
 * A pool is what its last txg says, which a checksum of checksums covers, and what waits in memory,
 * of which the amount counts; it is in a txg at most five seconds later.
 */
function addPools(assembled: AssembledKernel, line: Line): void {
  for (const spa of assembled.zfs.pools()) {
    const { name, guid } = spa.identity;
    line('pool', name, guid, spa.txg, spa.isSuspended, spa.dirtyBytes, spa.syncTasks.length);
    line('root', ...spa.mos.rootBp.cksum);
  }
}

/** The digest's own reading is not an access. */
function quietContext(kernel: Kernel): VnodeContext {
  return { ...kernel.context, fileFlags: READ_QUIETLY };
}

type Line = (...fields: readonly unknown[]) => void;

function addKernel(kernel: Kernel, line: Line): void {
  const { dispatcher } = kernel;
  line('host', kernel.hostname, kernel.realtimeNs());
  line('counters', kernel.systemCalls, kernel.forks, kernel.execs);
  line('cpu', dispatcher.userNs, dispatcher.systemNs, dispatcher.idleNs, dispatcher.switches);
  line('timer', dispatcher.callouts.earliestNs());
  for (const message of kernel.messages.messages) line('message', message.realtimeNs, message.text);
}

function addProc(proc: Proc, line: Line): void {
  const { cred, signals, usage, group } = proc;
  line('proc', proc.pid, proc.parent?.pid, group.pgid, group.session.sid, proc.state);
  line('image', proc.image.path, ...proc.image.argv);
  line('cred', cred.uid, cred.gid, cred.effectiveUid, cred.effectiveGid, ...cred.groups);
  line('signals', ...[signals.pending, signals.blocked].flatMap((set) => [set.low, set.high]));
  line('usage', usage.userNs, usage.systemNs, usage.systemCalls, usage.writtenBytes);
  for (const thread of proc.threads) line('thread', thread.id, thread.state, thread.priority);
  for (const [fd, { file, closeOnExec }] of proc.files.entries()) {
    line('fd', fd, closeOnExec, file.flags, file.offset, file.path, file.vnode.type);
  }
}

function addTerminal(tty: Tty, line: Line): void {
  const { termios, winsize, input, output } = tty;
  line('tty', tty.name, tty.session?.sid, tty.foreground?.pgid, tty.life);
  line('termios', termios.iflag, termios.oflag, termios.cflag, termios.lflag, ...termios.cc);
  line('buffers', winsize.columns, winsize.rows, input.readyBytes, output.usedBytes, output.column);
}

function addTree(vnode: Vnode, path: string, kernel: Kernel, host: Host, line: Line): void {
  const context = quietContext(kernel);
  const attributes = vnode.getattr(context);
  if (isErrno(attributes)) return;
  const { type, mode, uid, gid, linkCount, sizeBytes, rdev } = attributes;
  const { atimeNs, mtimeNs, ctimeNs } = attributes;
  line('file', path, type, mode, uid, gid, linkCount, sizeBytes, rdev);
  line('times', atimeNs, mtimeNs, ctimeNs);
  if (type === 'VREG') line('content', contentDigest(vnode, sizeBytes, kernel, host));
  if (type === 'VLNK') line('link', vnode.readlink(context));
  if (type !== 'VDIR') return;
  for (const name of sortedNames(vnode, kernel)) {
    const child = vnode.lookup(name, context);
    if (isErrno(child)) continue;
    addTree(child, path === '/' ? `/${name}` : `${path}/${name}`, kernel, host, line);
  }
}

function sortedNames(directory: Vnode, kernel: Kernel): readonly string[] {
  const names: string[] = [];
  let cursor: number | undefined = 0;
  while (cursor !== undefined) {
    const page: ReturnType<Vnode['readdir']> = directory.readdir(
      cursor,
      1024,
      quietContext(kernel),
    );
    if (isErrno(page)) break;
    for (const { name } of page.entries) if (name !== '.' && name !== '..') names.push(name);
    cursor = page.next;
  }
  return names.toSorted((a, b) => (a < b ? -1 : 1));
}

function contentDigest(vnode: Vnode, sizeBytes: number, kernel: Kernel, host: Host): string {
  const digests: Uint8Array[] = [];
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, sizeBytes));
  for (let offset = 0; offset < sizeBytes; ) {
    const count = vnode.read(offset, chunk, quietContext(kernel));
    if (isErrno(count) || isWouldBlock(count) || count === 0) break;
    digests.push(host.codecs.digest('sha256', chunk.subarray(0, count)));
    offset += count;
  }
  return toHex(host.codecs.digest('sha256', concatBytes(digests)));
}

/**
 * Doors. The server made the door and takes calls from it one by one; a client's call waits until it
 * is answered. When the server is gone, or revokes the door, waiting calls end with an error.
 * @see uts/common/fs/doorfs  @man door_create(3C), door_call(3C)
 */
import type { Clock } from '#runtime/host.ts';
import {
  DOOR_CALL,
  DOOR_INFO,
  DOOR_RECEIVE,
  DOOR_REPLY,
  DOOR_REVOKE,
  type DoorCall,
  type DoorCallCell,
  type DoorInfo,
  type DoorReceiveCell,
  type DoorReplyCell,
} from '#abi/illumos/door.ts';
import { POLLHUP, POLLIN, POLLRDNORM } from '#abi/illumos/poll.ts';
import { WaitQueue, WouldBlock } from '#kernel/disp/wait.ts';
import { EBADF, EINTR, EINVAL, ENOTTY, EPERM, type Errno } from '#kernel/os/errno.ts';
import type { Proc } from '#kernel/os/proc.ts';
import { BaseVfs, BaseVnode } from '#kernel/vfs/base-vnode.ts';
import { checkAccess } from '#kernel/vfs/policy.ts';
import type {
  Blocking,
  PollState,
  Vnode,
  VnodeAttributes,
  VnodeContext,
} from '#kernel/vfs/vnode.ts';

/** The filesystem that all doors belong to; it is mounted nowhere. */
export class DoorVfs extends BaseVfs {
  readonly fstype = 'doorfs';
  readonly clock: Clock;
  /** Doors with a server, by it. */
  readonly #served = new Map<Proc, DoorVnode[]>();
  #lastDoor = 0;

  constructor(fsid: number, clock: Clock) {
    super(fsid);
    this.clock = clock;
  }

  override root(): Vnode {
    throw new Error('doorfs has no root directory');
  }

  create(server: Proc, ctx: VnodeContext): DoorVnode {
    this.#lastDoor += 1;
    const door = new DoorVnode(this, server, this.#lastDoor, ctx);
    this.#served.set(server, [...(this.#served.get(server) ?? []), door]);
    return door;
  }

  /** Who called one of its doors waits in vain. */
  serverExited(server: Proc): void {
    for (const door of this.#served.get(server) ?? []) door.serverExited(server);
    this.#served.delete(server);
  }
}

interface WaitingCall extends DoorCall {
  readonly cell: DoorCallCell;
}

export class DoorVnode extends BaseVnode {
  declare readonly vfs: DoorVfs;
  readonly #uniquifier: number;
  readonly #uid: number;
  readonly #gid: number;
  readonly #madeNs: bigint;
  #server: Proc | undefined;
  #lastCall = 0;
  /** Not yet taken by the server, and taken but not answered. */
  readonly #waiting: WaitingCall[] = [];
  readonly #inService = new Map<number, WaitingCall>();
  readonly #arrived = new WaitQueue();
  readonly #answered = new WaitQueue();

  constructor(vfs: DoorVfs, server: Proc, uniquifier: number, ctx: VnodeContext) {
    super(vfs, 'VDOOR');
    this.#server = server;
    this.#uniquifier = uniquifier;
    this.#uid = ctx.cred.effectiveUid;
    this.#gid = ctx.cred.effectiveGid;
    this.#madeNs = vfs.clock.realtimeNs();
  }

  /** Opened by its name (fattach). */
  override open(_flags: number, _ctx: VnodeContext): Blocking<Vnode> {
    return this;
  }

  override getattr(_ctx: VnodeContext): VnodeAttributes {
    return {
      type: 'VDOOR',
      mode: 0o777,
      uid: this.#uid,
      gid: this.#gid,
      fsid: this.vfs.fsid,
      nodeid: this.#uniquifier,
      linkCount: 1,
      sizeBytes: 0,
      atimeNs: this.#madeNs,
      mtimeNs: this.#madeNs,
      ctimeNs: this.#madeNs,
      rdev: 0,
      blockSizeBytes: 0,
      blocks: 0,
    };
  }

  override access(mode: number, ctx: VnodeContext): Errno | undefined {
    return checkAccess(
      { type: 'VDOOR', mode: 0o777, uid: this.#uid, gid: this.#gid },
      mode,
      ctx.cred,
    );
  }

  override ioctl(command: number, argument: unknown, ctx: VnodeContext): Blocking<number> {
    switch (command) {
      case DOOR_CALL:
        return this.#call(argument as DoorCallCell, ctx);
      case DOOR_RECEIVE:
        return this.#receive(argument as DoorReceiveCell, ctx);
      case DOOR_REPLY:
        return this.#reply(argument as DoorReplyCell, ctx);
      case DOOR_REVOKE:
        return this.#revokeBy(ctx);
      case DOOR_INFO:
        (argument as DoorInfo).target = this.#server?.pid ?? -1;
        (argument as DoorInfo).uniquifier = this.#uniquifier;
        return 0;
      default:
        return ENOTTY;
    }
  }

  /** For the server: a call waits. */
  override poll(events: number, _ctx: VnodeContext): PollState {
    let state = this.#waiting.length > 0 ? events & (POLLIN | POLLRDNORM) : 0;
    if (this.#server === undefined) state |= POLLHUP;
    return { events: state, queue: this.#arrived };
  }

  serverExited(proc: Proc): void {
    if (this.#server === proc) this.#end(EINTR);
  }

  #call(cell: DoorCallCell, { proc, cred }: VnodeContext): Blocking<number> {
    if (cell.state === 'answered') return 0;
    if (this.#server === undefined) return EBADF;
    // A server that called itself would wait for ever: it has one thread.
    if (proc === null || proc === this.#server) return EINVAL;
    if (cell.state === 'new') {
      cell.state = 'waiting';
      this.#lastCall += 1;
      const { argument } = cell;
      const { effectiveUid } = cred;
      this.#waiting.push({ id: this.#lastCall, argument, pid: proc.pid, effectiveUid, cell });
      this.#arrived.wakeAll();
    }
    return new WouldBlock([this.#answered]);
  }

  #receive(cell: DoorReceiveCell, { proc }: VnodeContext): Blocking<number> {
    if (proc !== this.#server) return EPERM;
    const call = this.#waiting.shift();
    if (call === undefined) return cell.noHang ? 0 : new WouldBlock([this.#arrived]);
    this.#inService.set(call.id, call);
    const { id, argument, pid, effectiveUid } = call;
    cell.call = { id, argument, pid, effectiveUid };
    return 0;
  }

  #reply({ id, result }: DoorReplyCell, { proc }: VnodeContext): Errno | 0 {
    if (proc !== this.#server) return EPERM;
    const call = this.#inService.get(id);
    if (call === undefined) return EINVAL;
    this.#inService.delete(id);
    this.#answer(call, result);
    return 0;
  }

  #answer({ cell }: WaitingCall, result: unknown): void {
    cell.result = result;
    cell.state = 'answered';
    this.#answered.wakeAll();
  }

  #revokeBy({ proc }: VnodeContext): Errno | 0 {
    if (proc !== this.#server) return EPERM;
    this.#end(EBADF);
    return 0;
  }

  #end(error: Errno): void {
    this.#server = undefined;
    for (const call of [...this.#inService.values(), ...this.#waiting]) this.#answer(call, error);
    this.#inService.clear();
    this.#waiting.length = 0;
    this.#arrived.wakeAll();
  }
}

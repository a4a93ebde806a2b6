/**
 * Receiving a stream: its objects and blocks go into a new dataset, or for an increment into a hidden
 * clone (`%recv`) of the snapshot it is from; when all is there the clone takes the place of the file
 * system and gets a snapshot with the sender's guid. What fails leaves nothing behind, or, when that
 * was asked for, what is needed to go on later.
 * Surprising: the stream is pushed in, piece by piece; every so often a txg is written in between.
 * @see uts/common/fs/zfs/dmu_recv.c
 */
import { EBADE, EINVAL, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Objset } from '../dmu/objset.ts';
import { createSnapshot } from '../dsl/dsl-create.ts';
import { cloneSwap } from '../dsl/dsl-clone-swap.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { destroyHead, destroySnapshot } from '../dsl/dsl-destroy.ts';
import { clearResumeState, storeResumePoint } from '../dsl/dsl-resume.ts';
import { DS_FLAG_INCONSISTENT } from '../ondisk/dsl-phys.ts';
import {
  DRR_END,
  DRR_FLAG_SPILL_BLOCK,
  DRR_SIZE,
  DRR_WRITE,
  DRR_WRITE_EMBEDDED,
  drrEnd,
  drrWrite,
  drrWriteEmbedded,
} from '../ondisk/replay-record.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { guard } from '../zpl/zfs-errno.ts';
import { type RecvRequest, recvBegin, type RecvTarget } from './dmu-recv-begin.ts';
import { badStream, receiveRecord } from './dmu-recv-record.ts';
import { admit } from './dmu-tx.ts';
import type { Spa } from './spa.ts';
import { spaSync } from './spa-sync.ts';
import { StreamReader } from '../zio/stream-reader.ts';

/** What a failure inside means to the caller; ECKSUM has an errno of its own here. */
export function recvGuard<T>(work: () => T): T | Errno {
  return guard(() => {
    try {
      return work();
    } catch (error) {
      if (error instanceof ZfsError && error.code === 'ECKSUM') return EBADE;
      throw error;
    }
  });
}

export class Receiver {
  readonly #spa: Spa;
  readonly #request: RecvRequest;
  readonly #target: RecvTarget;
  readonly #reader: StreamReader;
  #objset: Objset;
  #isAtEnd = false;
  #isOver = false;
  /** Position of the last block, which must not go back; noted with each txg for a resumption. */
  #object = 0;
  #offset = 0;
  #isNoted = true;

  /** `target` comes from `recvBegin`; BEGIN and its payload were read by the caller. */
  constructor(spa: Spa, request: RecvRequest, target: RecvTarget) {
    this.#spa = spa;
    this.#request = request;
    this.#target = target;
    this.#reader = new StreamReader(spa.zio.checksums.fletcher);
    this.#reader.push(request.begin, 0);
    this.#reader.push(request.payload, 0);
    this.#reader.bytesRead += target.resumedBytes;
    this.#objset = target.dataset.objset;
    target.dataset.longHolds += 1;
    if (target.head !== target.dataset) target.head.longHolds += 1;
  }

  /** Whether the stream's END has come. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /**
   * Takes bytes of the stream, up to its END at most, and answers how many. An errno means that the
   * stream is damaged or can't be stored: call `abort` then.
   */
  feed(bytes: Uint8Array): number | Errno {
    return recvGuard(() => {
      let at = 0;
      while (at < bytes.length && !this.#isAtEnd) {
        const step = this.#reader.push(bytes, at);
        at = step.at;
        if (step.record === null) break;
        if (step.record.type === DRR_END) {
          this.#end(step.record.bytes);
          break;
        }
        const size = step.record.bytes.length + step.record.payload.length;
        const refused = admit(this.#spa, this.#target.dataset, size, size === DRR_SIZE);
        if (refused !== undefined) return refused;
        const tellsSpill = (this.#target.begin.flags & DRR_FLAG_SPILL_BLOCK) !== 0;
        receiveRecord(this.#spa, this.#objset, step.record, tellsSpill);
        this.#note(step.record.type, step.record.bytes);
      }
      return at;
    });
  }

  #end(bytes: Uint8Array): void {
    const { toGuid } = drrEnd.read(bytes);
    if (toGuid !== 0n && toGuid !== this.#target.begin.toGuid) throw badStream('END of another');
    this.#isAtEnd = true;
  }

  /** Blocks come in order, so that the last one says how far a resumable receive has come. */
  #note(type: number, bytes: Uint8Array): void {
    if (type !== DRR_WRITE && type !== DRR_WRITE_EMBEDDED) return;
    const isWrite = type === DRR_WRITE;
    const { object } = isWrite ? drrWrite.read(bytes) : drrWriteEmbedded.read(bytes);
    if (object < this.#object) throw badStream(`object ${object} after ${this.#object}`);
    const isSame = object === this.#object;
    this.#object = object;
    if (isWrite) this.#offset = drrWrite.read(bytes).offset;
    else if (!isSame) this.#offset = 0;
    if (!this.#request.isResumable || !this.#isNoted) return;
    this.#isNoted = false;
    this.#spa.syncTasks.push(() => {
      this.#isNoted = true;
      if (this.#isOver) return;
      const { dataset } = this.#target;
      storeResumePoint(dataset, this.#object, this.#offset, this.#reader.bytesRead);
    });
  }

  /** After END: what was received appears. The new snapshot, or an errno: then all is undone. */
  finish(): DslDataset | Errno {
    if (!this.#isAtEnd) return EINVAL;
    const { dataset, head } = this.#target;
    const error = this.#target.checkEnd();
    if (error !== undefined) {
      this.abort();
      return error;
    }
    this.#letGo();
    let made: DslDataset | undefined;
    const spa = this.#spa;
    spa.syncTasks.push(() => {
      clearResumeState(dataset);
      dataset.phys.flags &= ~DS_FLAG_INCONSISTENT;
      dataset.dirty();
      if (head !== dataset) {
        while (head.phys.prevSnapObj !== dataset.phys.prevSnapObj) {
          destroySnapshot(spa.dsl.datasetAt(head.phys.prevSnapObj, head.dir));
        }
        cloneSwap(dataset, head);
        dataset.store();
        head.store();
      }
      made = createSnapshot(head, this.#request.toSnap);
      made.phys.guid = this.#target.begin.toGuid;
      made.phys.creationTime = this.#target.begin.creationTime;
      made.store();
      if (head !== dataset) destroyHead(dataset);
    });
    const result = recvGuard(() => spaSync(spa));
    return isErrno(result) ? result : (made ?? EINVAL);
  }

  #letGo(): void {
    this.#isOver = true;
    const { dataset, head } = this.#target;
    dataset.longHolds -= 1;
    if (head !== dataset) head.longHolds -= 1;
  }

  /**
   * Gives up: takes back what was done, or keeps what is on disk when the receive can be resumed.
   * True when something was kept.
   */
  abort(): boolean {
    if (this.#isOver) return false;
    const spa = this.#spa;
    const { dataset } = this.#target;
    if (spa.isSuspended) return false;
    // What is still dirty is written once more, so that the books are right before it is freed.
    const mayKeep = this.#request.isResumable && !isErrno(recvGuard(() => spaSync(spa)));
    this.#letGo();
    if (mayKeep && dataset.hasObjset) return true;
    recvGuard(() => {
      if (spa.isSuspended) return;
      spaSync(spa);
      spa.syncTasks.push(() => destroyHead(dataset));
      spaSync(spa);
    });
    return false;
  }
}

/** Begins to receive; the rest of the stream is fed to what is answered. */
export function dmuRecv(spa: Spa, request: RecvRequest): Receiver | Errno {
  const target = recvGuard(() => recvBegin(spa, request));
  return isErrno(target) ? target : new Receiver(spa, request, target);
}

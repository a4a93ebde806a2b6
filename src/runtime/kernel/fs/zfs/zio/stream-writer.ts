/**
 * Records of a send stream with the running checksum in them, as pieces of bytes.
 * @see uts/common/fs/zfs/dmu_send.c dump_record()
 */
import {
  DRR_BEGIN,
  DRR_CHECKSUM_OFFSET,
  DRR_END,
  DRR_SIZE,
  type DrrBegin,
  drrBegin,
} from '../ondisk/replay-record.ts';
import { viewOf } from '../ondisk/struct.ts';
import type { Fletcher } from './fletcher.ts';

const NOTHING: Uint8Array = new Uint8Array(0);

export class StreamWriter {
  readonly #fletcher: Fletcher;
  #sum: Uint32Array = new Uint32Array(8);

  constructor(fletcher: Fletcher) {
    this.#fletcher = fletcher;
  }

  /** A record of `type` that `fill` writes into, and its payload, padded to 8 bytes. */
  *record(
    type: number,
    fill: (bytes: Uint8Array) => void,
    payload: Uint8Array = NOTHING,
  ): Generator<Uint8Array> {
    const bytes = new Uint8Array(DRR_SIZE);
    fill(bytes);
    viewOf(bytes).setUint32(0, type, true);
    if (type === DRR_END) this.#put(bytes, 8);
    const head = this.#fletcher.fletcher4(bytes.subarray(0, DRR_CHECKSUM_OFFSET), this.#sum);
    this.#sum = head;
    if (type !== DRR_BEGIN) this.#put(bytes, DRR_CHECKSUM_OFFSET);
    this.#sum = this.#fletcher.fletcher4(bytes.subarray(DRR_CHECKSUM_OFFSET), head);
    yield bytes;
    if (payload.length === 0) return;
    let padded = payload;
    if (payload.length % 8 !== 0) {
      padded = new Uint8Array(Math.ceil(payload.length / 8) * 8);
      padded.set(payload);
    }
    this.#sum = this.#fletcher.fletcher4(padded, this.#sum);
    yield padded;
  }

  /** BEGIN; `payload` is a packed nvlist, whose length the record tells. */
  *begin(value: DrrBegin, payload: Uint8Array = NOTHING): Generator<Uint8Array> {
    const payloadLen = Math.ceil(payload.length / 8) * 8;
    const fill = (bytes: Uint8Array): void => drrBegin.write(bytes, 0, { ...value, payloadLen });
    yield* this.record(DRR_BEGIN, fill, payload);
  }

  /** END with the checksum of everything before it. */
  *end(toGuid: bigint): Generator<Uint8Array> {
    yield* this.record(DRR_END, (bytes) => viewOf(bytes).setBigUint64(40, toGuid, true));
  }

  #put(bytes: Uint8Array, at: number): void {
    const view = viewOf(bytes);
    this.#sum.forEach((word, i) => view.setUint32(at + i * 4, word, true));
  }
}

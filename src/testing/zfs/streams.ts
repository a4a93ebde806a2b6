/**
 * Whole streams at once, for tests: a send gathered, a receive fed.
 */
import { concatBytes } from '#base/bytes.ts';
import type { DslDataset } from '#kernel/fs/zfs/dsl/dsl-dataset.ts';
import { DRR_SIZE, drrBegin } from '#kernel/fs/zfs/ondisk/replay-record.ts';
import { dmuRecv } from '#kernel/fs/zfs/pool/dmu-recv.ts';
import type { RecvRequest } from '#kernel/fs/zfs/pool/dmu-recv-begin.ts';
import { dmuSend, type SendFrom, type SendOptions } from '#kernel/fs/zfs/pool/dmu-send.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { EINVAL, type Errno, isErrno } from '#kernel/os/errno.ts';

/** The whole stream. Throws what `dmuSend` answers when it refuses. */
export function sendAll(
  spa: Spa,
  to: DslDataset,
  from: DslDataset | SendFrom | null,
  options?: SendOptions,
): Uint8Array {
  const pieces = dmuSend(spa, to, from, options);
  if (isErrno(pieces)) throw new Error(pieces.name);
  return concatBytes(Array.from(pieces));
}

/** Receives one stream as `name`, with the snapshot that it names. What fails is undone. */
export function recvAll(
  spa: Spa,
  stream: Uint8Array,
  name: string,
  options: Partial<RecvRequest> & { pieceSize?: number } = {},
): DslDataset | Errno {
  if (stream.length < DRR_SIZE) return EINVAL;
  const begin = stream.subarray(0, DRR_SIZE);
  const { toName, payloadLen } = drrBegin.read(begin);
  let at = DRR_SIZE + payloadLen;
  const payload = stream.subarray(DRR_SIZE, at);
  const toSnap = toName.split('@')[1] ?? '';
  const receiver = dmuRecv(spa, { toFs: name, toSnap, begin, payload, ...options });
  if (isErrno(receiver)) return receiver;
  const step = options.pieceSize ?? 2 ** 20;
  while (at < stream.length && !receiver.isAtEnd) {
    const taken = receiver.feed(stream.subarray(at, at + step));
    if (isErrno(taken)) {
      receiver.abort();
      return taken;
    }
    at += taken;
  }
  if (!receiver.isAtEnd) {
    receiver.abort();
    return EINVAL;
  }
  return receiver.finish();
}

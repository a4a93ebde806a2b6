/**
 * Messages over a WebSocket, one binary frame each. Works with the browser's socket and with `ws`'s,
 * whose surface is the same. A text frame, or one that can't be decoded, ends the connection: the
 * peer is not one of ours.
 */
import { decodeEnvelope, encodeEnvelope } from '#protocol/envelope.ts';
import { LabError, toLabError } from '#protocol/errors.ts';
import { tooLarge, type Transport, type TransportReceiver } from '#protocol/transport.ts';

/** The part of a WebSocket that is used. */
export interface SocketLike {
  binaryType: string;
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number }) => void): void;
  addEventListener(type: 'error', listener: () => void): void;
}

const OPEN = 1;
const CONNECTING = 0;
/** Close codes of the protocol, as a server may send them. @spec RFC 6455 §7.4.1 */
const POLICY_VIOLATION = 1008;
const MESSAGE_TOO_BIG = 1009;
/** The same from us: a browser's socket throws at any code but 1000 and the private ones. */
const OUR_POLICY_VIOLATION = 4008;
const OUR_MESSAGE_TOO_BIG = 4009;

export function webSocketTransport(socket: SocketLike, maxMessageBytes: number): Transport {
  socket.binaryType = 'arraybuffer';
  /** Sent before the socket was open. */
  let early: Uint8Array<ArrayBuffer>[] = [];
  let receiver: TransportReceiver | undefined;
  let isOpen = true;
  const end = (reason: LabError): void => {
    if (!isOpen) return;
    isOpen = false;
    const isTooBig = reason.code === 'payloadTooLarge';
    socket.close(isTooBig ? OUR_MESSAGE_TOO_BIG : OUR_POLICY_VIOLATION);
    receiver?.closed(reason);
  };
  return {
    send: (message) => {
      if (!isOpen) return;
      const envelope = encodeEnvelope(message);
      if (envelope.length > maxMessageBytes) throw tooLarge(maxMessageBytes);
      if (socket.readyState === OPEN) socket.send(envelope);
      else if (socket.readyState === CONNECTING) early.push(envelope);
    },
    start: (newReceiver) => {
      receiver = newReceiver;
      socket.addEventListener('open', () => {
        for (const envelope of early) socket.send(envelope);
        early = [];
      });
      socket.addEventListener('message', ({ data }) => {
        if (!isOpen) return;
        let message: unknown;
        try {
          message = decodeEnvelope(frameBytes(data, maxMessageBytes));
        } catch (thrown) {
          return end(toLabError(thrown));
        }
        receiver?.message(message);
      });
      // An `error` event is always followed by `close`, which tells more.
      socket.addEventListener('error', () => {});
      socket.addEventListener('close', ({ code }) => end(closeReason(code)));
    },
    close: () => {
      isOpen = false;
      socket.close(1000);
    },
  };
}

function frameBytes(data: unknown, maxMessageBytes: number): Uint8Array {
  if (!(data instanceof ArrayBuffer)) {
    throw new LabError('badRequest', 'Cannot read the message: it is a text frame');
  }
  if (data.byteLength > maxMessageBytes) throw tooLarge(maxMessageBytes);
  return new Uint8Array(data);
}

function closeReason(code: number): LabError {
  if (code === MESSAGE_TOO_BIG || code === OUR_MESSAGE_TOO_BIG) {
    return new LabError('payloadTooLarge', 'The connection was closed: a message was too large');
  }
  if (code === POLICY_VIOLATION || code === OUR_POLICY_VIOLATION) {
    return new LabError('unauthorized', 'The lab refused the connection', { closeCode: code });
  }
  return new LabError('disconnected', 'The connection to the lab was lost', { closeCode: code });
}

/**
 * What carries messages: a MessagePort (structured clone) or a WebSocket (binary envelope). Messages
 * arrive whole and in order until the end. Here is the interface and the MessagePort kind, which is
 * the same for a browser, worker_threads and (through a wrapper in hosts/electron) Electron's ports.
 */
import { LabError } from '#protocol/errors.ts';
import { messageSizeBytes } from '#protocol/message.ts';

export interface TransportReceiver {
  /** `raw` has not been checked in any way but its size. */
  message(raw: unknown): void;
  /** Once, last; `reason` says why. Not called after the own `close`. */
  closed(reason: LabError): void;
}

export interface Transport {
  /** Throws LabError `payloadTooLarge`; does nothing after the end. */
  send(message: unknown): void;
  /** Called once; messages that came before are delivered then. */
  start(receiver: TransportReceiver): void;
  close(): void;
}

/** The part of a MessagePort that is used; DOM's and worker_threads' ports have it as it is. */
export interface PortLike {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: () => void): void;
  start(): void;
  close(): void;
}

/** Sent as the last message, since not every MessagePort tells its peer about the end. */
const GOODBYE = 'goodbye';

export function portTransport(port: PortLike, maxMessageBytes: number): Transport {
  let receiver: TransportReceiver | undefined;
  let isOpen = true;
  const end = (reason: LabError): void => {
    if (!isOpen) return;
    isOpen = false;
    port.close();
    receiver?.closed(reason);
  };
  const lost = (): void =>
    end(new LabError('disconnected', 'The connection to the lab was closed'));
  return {
    send: (message) => {
      if (!isOpen) return;
      if (messageSizeBytes(message) > maxMessageBytes) throw tooLarge(maxMessageBytes);
      port.postMessage(withOwnBytes(message));
    },
    start: (newReceiver) => {
      receiver = newReceiver;
      port.addEventListener('message', ({ data }) => {
        if (!isOpen) return;
        if (data === GOODBYE) return lost();
        if (messageSizeBytes(data) > maxMessageBytes) return end(tooLarge(maxMessageBytes));
        receiver?.message(data);
      });
      port.addEventListener('close', lost);
      port.start();
    },
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      port.postMessage(GOODBYE);
      port.close();
    },
  };
}

/**
 * A structured clone of a view copies the whole buffer below it: sixty bytes out of a scrollback
 * ring would cost the ring. Views that do not fill their buffer are copied first.
 */
function withOwnBytes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    const isWhole = value.byteLength === value.buffer.byteLength;
    return isWhole ? value : new Uint8Array(value);
  }
  if (Array.isArray(value)) return value.map(withOwnBytes);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withOwnBytes(part)]));
}

export function tooLarge(maxMessageBytes: number): LabError {
  return new LabError(
    'payloadTooLarge',
    `Cannot send the message: it is larger than ${maxMessageBytes} bytes`,
    { maxMessageBytes },
  );
}

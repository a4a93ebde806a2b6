/** Electron's MessagePortMain, an event emitter, in the shape of a browser's MessagePort. */
import type { PortLike } from '#protocol/transport.ts';

export interface MainPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

export function portLikeOf(port: MainPort): PortLike {
  return {
    postMessage: (message) => port.postMessage(message),
    addEventListener: (
      type: 'message' | 'close',
      listener: ((event: { data: unknown }) => void) | (() => void),
    ) => {
      if (type === 'message') port.on('message', listener);
      else port.on('close', listener as () => void);
    },
    start: () => port.start(),
    close: () => port.close(),
  };
}

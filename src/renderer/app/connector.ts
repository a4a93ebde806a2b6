/**
 * The way to the lab process. Electron's preload hands over a MessagePort, again after each restart
 * of the lab process; a browser opens a WebSocket to where the page came from, with the token that
 * stood in the address. The token leaves the address at once and lives in this tab's sessionStorage.
 */
import { MAX_MESSAGE_BYTES } from '#protocol/contract.ts';
import { portTransport } from '#protocol/transport.ts';
import { webSocketTransport } from '#protocol/web-socket.ts';
import type { Connector } from '#renderer/model/connection.ts';

/** What preload says with the port. */
export const PORT_MESSAGE = 'smartos-lab:port';
export const SOCKET_PATH = '/rpc';
const TOKEN_KEPT_AS = 'smartos-lab.token';

export function chooseConnector(view: Window): Connector {
  return navigator.userAgent.includes('Electron/') ? electronConnector(view) : webConnector(view);
}

/** Takes the token out of `#token=…`, or the one this tab had before. */
export function takeToken(view: Pick<Window, 'location' | 'history' | 'sessionStorage'>): string {
  const given = new URLSearchParams(view.location.hash.slice(1)).get('token');
  if (given === null) return view.sessionStorage.getItem(TOKEN_KEPT_AS) ?? '';
  view.sessionStorage.setItem(TOKEN_KEPT_AS, given);
  view.history.replaceState(null, '', view.location.pathname + view.location.search);
  return given;
}

function webConnector(view: Window): Connector {
  const token = takeToken(view);
  return {
    connect: () => {
      const scheme = view.location.protocol === 'https:' ? 'wss' : 'ws';
      const socket = new WebSocket(`${scheme}://${view.location.host}${SOCKET_PATH}`);
      return Promise.resolve({ transport: webSocketTransport(socket, MAX_MESSAGE_BYTES), token });
    },
  };
}

function electronConnector(view: Window): Connector {
  const ports: MessagePort[] = [];
  let wanted: ((port: MessagePort) => void) | undefined;
  view.addEventListener('message', (event) => {
    const port = event.ports[0];
    if (event.source !== view || event.data !== PORT_MESSAGE || port === undefined) return;
    if (wanted === undefined) ports.push(port);
    else wanted(port);
    wanted = undefined;
  });
  const nextPort = (): Promise<MessagePort> => {
    const port = ports.pop();
    if (port !== undefined) return Promise.resolve(port);
    return new Promise((resolve) => {
      wanted = resolve;
    });
  };
  return {
    connect: async () => ({ transport: portTransport(await nextPort(), MAX_MESSAGE_BYTES) }),
  };
}

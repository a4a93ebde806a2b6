/**
 * The fake lab behind a loopback HTTP server: the built renderer's files and the protocol's
 * WebSocket, as the web host offers them, for pictures and browser tests. Not the web host: no
 * checks of Origin and Host here.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { WebSocketServer } from 'ws';
import { contract, MAX_MESSAGE_BYTES } from '#protocol/contract.ts';
import { serve } from '#protocol/server.ts';
import { type SocketLike, webSocketTransport } from '#protocol/web-socket.ts';
import type { FakeLab } from '#testing/fakes/fake-lab.ts';

export const FAKE_TOKEN = 'fake-token';

export interface FakeWebFace {
  /** With the token in its fragment. */
  readonly url: string;
  /** Ends all connections; new ones are refused until `accept(true)`. */
  accept(isAccepting: boolean): void;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

export async function startFakeWebFace(lab: FakeLab, rendererDir: string): Promise<FakeWebFace> {
  const server = createServer((request, response) => {
    const wanted = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = path.join(rendererDir, wanted === '/' ? 'index.html' : path.normalize(wanted));
    readFile(file).then(
      (bytes) => {
        response.setHeader('Content-Type', TYPES[path.extname(file)] ?? 'text/plain');
        response.end(bytes);
      },
      () => {
        response.statusCode = 404;
        response.end();
      },
    );
  });
  const sockets = new WebSocketServer({ server });
  let isAccepting = true;
  let lastId = 0;
  sockets.on('connection', (socket) => {
    if (!isAccepting) return socket.terminate();
    lastId += 1;
    const transport = webSocketTransport(socket as unknown as SocketLike, MAX_MESSAGE_BYTES);
    serve(contract, lab.handlers(), transport, {
      connectionId: lastId,
      isAuthorized: (token) => token === FAKE_TOKEN,
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/#token=${FAKE_TOKEN}`,
    accept: (value) => {
      isAccepting = value;
      if (!value) for (const socket of sockets.clients) socket.terminate();
    },
    close: () => closeAll(server, sockets),
  };
}

async function closeAll(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  sockets.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

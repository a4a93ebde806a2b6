/**
 * The web face: the renderer over HTTP and the protocol over a WebSocket, on the loopback interface
 * only. Any page in the person's browser can send requests here, so each must name us as its host
 * (against DNS rebinding), a socket must come from our own page, and its first message must have the
 * token. The token stands in the fragment of the address, which no browser sends to anybody.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { MAX_MESSAGE_BYTES } from '#protocol/contract.ts';
import { LabError } from '#protocol/errors.ts';
import { type SocketLike, webSocketTransport } from '#protocol/web-socket.ts';
import type { LabProcess } from '#lab/lab-process.ts';
import { securityHeaders, serveFile } from '#hosts/web/static-files.ts';

const LOOPBACK = '127.0.0.1';
export const DEFAULT_PORT = 8484;
const SOCKET_PATH = '/rpc';
/** How long a socket may be open without a good hello. */
const HELLO_LIMIT_MS = 5_000;
const MAX_SOCKETS = 64;

export interface WebServerOptions {
  readonly lab: LabProcess;
  readonly rendererFolder: string;
  /** Undefined: the usual port, or a free one when it is taken. 0: any free one. */
  readonly port?: number;
}

export interface WebServer {
  readonly port: number;
  /** The address for the person, token included. Never log it. */
  readonly url: string;
  close(): Promise<void>;
}

/** Throws LabError `portInUse` when the port asked for is taken. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const token = randomBytes(32).toString('base64url');
  const server = createServer({ requestTimeout: 30_000 });
  const port = await listen(server, options.port);
  const hosts = new Set([`${LOOPBACK}:${port}`, `localhost:${port}`]);
  const headers = securityHeaders(`ws://${LOOPBACK}:${port} ws://localhost:${port}`);
  server.on('request', (request, response) => {
    if (!hosts.has(request.headers.host ?? '')) {
      response.writeHead(421, { ...headers, 'Content-Type': 'text/plain' });
      response.end('This server answers to 127.0.0.1 only\n');
      return;
    }
    void serveFile(options.rendererFolder, headers, request, response);
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refusal = refusalOf(request, hosts, sockets.clients.size);
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (accepted) =>
      connect(options.lab, accepted, token),
    );
  });
  return {
    port,
    url: `http://${LOOPBACK}:${port}/#token=${token}`,
    close: () => closeServer(server, sockets),
  };
}

function refusalOf(
  request: IncomingMessage,
  hosts: ReadonlySet<string>,
  openCount: number,
): string | undefined {
  const { host = '', origin = '' } = request.headers;
  if (!hosts.has(host)) return '421 Misdirected Request';
  if (!hosts.has(origin.replace(/^http:\/\//, '')) || !origin.startsWith('http://')) {
    return '403 Forbidden';
  }
  if (request.url !== SOCKET_PATH) return '404 Not Found';
  return openCount >= MAX_SOCKETS ? '503 Service Unavailable' : undefined;
}

function connect(lab: LabProcess, socket: WebSocket, token: string): void {
  let isGreeted = false;
  const timer = setTimeout(() => {
    if (!isGreeted) socket.close(1008);
  }, HELLO_LIMIT_MS);
  socket.on('close', () => clearTimeout(timer));
  lab.connect(webSocketTransport(socket as unknown as SocketLike, MAX_MESSAGE_BYTES), {
    isAuthorized: (given) => {
      isGreeted = given !== undefined && equalTokens(given, token);
      return isGreeted;
    },
  });
}

/** In a time that tells nothing about where they differ. */
function equalTokens(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

async function listen(server: Server, wanted: number | undefined): Promise<number> {
  const tries = wanted === undefined ? [DEFAULT_PORT, 0] : [wanted];
  for (const port of tries) {
    const error = await tryListen(server, port);
    if (error === undefined) return (server.address() as AddressInfo).port;
    const isTaken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
    if (!isTaken || port === tries.at(-1)) {
      const state = error.code === 'EADDRINUSE' ? 'another program has it' : error.message;
      throw new LabError('portInUse', `Cannot listen on port ${port}: ${state}`, { port });
    }
  }
  throw new LabError('portInUse', 'Cannot listen on any port');
}

function tryListen(server: Server, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error);
    server.once('error', failed);
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      server.off('error', failed);
      resolve(undefined);
    });
  });
}

async function closeServer(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.close(1001);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // A browser that does not answer the close must not keep us.
  const timer = setTimeout(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
  }, 500);
  await closed;
  clearTimeout(timer);
  sockets.close();
}

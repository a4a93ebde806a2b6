/** The web face under attack: wrong hosts, origins, tokens, paths and messages. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { LabProcess } from '#lab/lab-process.ts';
import { MemoryLibraryStore } from '#lab/library/library-store.ts';
import { createClient } from '#protocol/client.ts';
import { MAX_MESSAGE_BYTES } from '#protocol/contract.ts';
import { encodeEnvelope } from '#protocol/envelope.ts';
import { type SocketLike, webSocketTransport } from '#protocol/web-socket.ts';
import { startWebServer, type WebServer } from '#hosts/web/web-server.ts';

let base: string;
let lab: LabProcess;
let server: WebServer;
let token: string;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'web-'));
  const rendererFolder = join(base, 'renderer');
  mkdirSync(join(rendererFolder, 'assets'), { recursive: true });
  writeFileSync(join(rendererFolder, 'index.html'), '<!doctype html>');
  writeFileSync(join(rendererFolder, 'assets', 'app.js'), 'export {}');
  writeFileSync(join(rendererFolder, '.env'), 'secret');
  writeFileSync(join(rendererFolder, 'odd.exe'), 'secret');
  writeFileSync(join(base, 'secret.html'), 'secret');
  symlinkSync(join(base, 'secret.html'), join(rendererFolder, 'link.html'));
  lab = new LabProcess({
    environment: {
      program: 'test',
      startWorker: () => {
        throw new Error('no node here');
      },
      platformFolder: '',
      onLog: () => {},
    },
    store: new MemoryLibraryStore(),
    libraryFolder: join(base, 'labs'),
    libraryProblem: null,
    host: 'test',
    version: '1.2.3',
    describePlatform: () => undefined,
  });
  server = await startWebServer({ lab, rendererFolder, port: 0 });
  token = server.url.split('#token=')[1] ?? '';
});
afterAll(async () => {
  await server.close();
  await lab.dispose();
  rmSync(base, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Record<string, unknown>;
}

/** As raw as it gets: fetch would tidy the path and forbid the Host header. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: server.port, path, method, headers },
      (response) => {
        let text = '';
        response.on('data', (piece: Buffer) => (text += piece.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
        );
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

interface SocketOutcome {
  readonly httpStatus?: number;
  readonly closeCode?: number;
}

function tryUpgrade(path: string, headers: Record<string, string>): Promise<SocketOutcome> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });
    socket.on('unexpected-response', (_, { statusCode }) =>
      resolve({ httpStatus: statusCode ?? 0 }),
    );
    socket.on('error', () => {});
    socket.on('open', () => {
      resolve({});
      socket.terminate();
    });
  });
}

const own = () => ({ Origin: `http://127.0.0.1:${server.port}` });

function connect(givenToken?: string) {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, { headers: own() });
  const transport = webSocketTransport(socket as unknown as SocketLike, MAX_MESSAGE_BYTES);
  const made = createClient(transport, givenToken === undefined ? {} : { token: givenToken });
  return { ...made, socket };
}

test('serves the page with a strict policy and no cookie', async () => {
  const { status, text, headers } = await get('/');
  expect({ status, text }).toEqual({ status: 200, text: '<!doctype html>' });
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  expect(policy).toContain(`ws://127.0.0.1:${server.port}`);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  expect(headers['set-cookie']).toBeUndefined();
  expect(await get('/assets/app.js')).toMatchObject({ status: 200, text: 'export {}' });
  expect(await get('/', {}, 'HEAD')).toMatchObject({ status: 200, text: '' });
});

test.each([
  '/../secret.html',
  '/assets/../../secret.html',
  '/%2e%2e/secret.html',
  '/..%2fsecret.html',
  '/assets/%2e%2e%2f%2e%2e%2fsecret.html',
  '/..\\secret.html',
  '/..%5csecret.html',
  '//etc/passwd',
  '/C:/secret.html',
  '/link.html',
  '/.env',
  '/odd.exe',
  '/index.html%00.js',
  '/%',
  '/assets',
  '/nothing.html',
  'http://evil.example/secret.html',
])('%s is not found', async (path) => {
  const { status, text } = await get(path);
  expect({ status, text }).toEqual({ status: 404, text: 'Not found\n' });
});

test('only reading is allowed', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    expect(await get('/', {}, method)).toMatchObject({ status: 405 });
  }
});

test.each(['evil.example', '127.0.0.1', '127.0.0.1:1', 'evil.example:80'])(
  'a request for host "%s" is refused (DNS rebinding)',
  async (host) => {
    expect(await get('/', { Host: host })).toMatchObject({ status: 421 });
    expect(await tryUpgrade('/rpc', { ...own(), Host: host })).toEqual({ httpStatus: 421 });
  },
);

test.each([
  ['another site', 'http://evil.example'],
  ['another port', 'http://127.0.0.1:1'],
  ['a file or sandboxed frame', 'null'],
  ['https', 'https://127.0.0.1'],
  ['nobody', ''],
])('a socket from %s is refused', async (_, origin) => {
  const headers: Record<string, string> = origin === '' ? {} : { Origin: origin };
  expect(await tryUpgrade('/rpc', headers)).toEqual({ httpStatus: 403 });
});

test('a socket from our page is taken, at one path only', async () => {
  expect(await tryUpgrade('/rpc', own())).toEqual({});
  expect(await tryUpgrade('/rpc', { Origin: `http://localhost:${server.port}` })).toEqual({});
  expect(await tryUpgrade('/', own())).toEqual({ httpStatus: 404 });
  expect(await tryUpgrade('/rpc?token=x', own())).toEqual({ httpStatus: 404 });
});

test('the right token opens the lab', async () => {
  const { client, connection } = connect(token);
  await connection.ready;
  expect(await client.app.info({})).toMatchObject({ version: '1.2.3', host: 'test' });
  const made = await client.labs.create({ name: 'Over the wire', diskSizesBytes: [] });
  expect(await client.labs.list({})).toMatchObject([{ id: made.id, state: 'open' }]);
  await client.labs.remove({ labId: made.id, what: 'files' });
  expect(await client.settings.set({ theme: 'dark' })).toMatchObject({ theme: 'dark' });
  connection.close();
});

test.each([
  ['no token', undefined],
  ['an empty token', ''],
  ['a wrong token', 'x'.repeat(43)],
])('%s opens nothing', async (_, given) => {
  const { client, connection } = connect(given);
  await expect(client.labs.list({})).rejects.toMatchObject({ code: 'unauthorized' });
  expect(await connection.closed).toMatchObject({ code: 'unauthorized' });
});

test('a part of the token opens nothing', async () => {
  const { connection } = connect(token.slice(0, -1));
  await expect(connection.ready).rejects.toMatchObject({ code: 'unauthorized' });
});

test.each([
  ['a call before hello', encodeEnvelope({ kind: 'call', id: 1, name: 'labs.list', params: {} })],
  ['a text frame', 'hello'],
  ['nonsense', Uint8Array.of(1, 2, 3)],
  ['too large a message', new Uint8Array(MAX_MESSAGE_BYTES + 100)],
])('%s ends the connection and not the server', async (_, message) => {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, { headers: own() });
  await new Promise((resolve) => socket.once('open', resolve));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  socket.send(message);
  expect([1008, 1009, 1000, 4008]).toContain(await closed);
  const { client, connection } = connect(token);
  expect(await client.app.info({})).toMatchObject({ version: '1.2.3' });
  connection.close();
});

test('a port that is taken: an error when it was asked for, else another one', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  await expect(startWebServer({ lab, rendererFolder: base, port })).rejects.toMatchObject({
    code: 'portInUse',
    detail: { port },
  });
  const free = await startWebServer({ lab, rendererFolder: base });
  const second = await startWebServer({ lab, rendererFolder: base });
  expect(second.port).not.toBe(free.port);
  await Promise.all([free.close(), second.close()]);
  taken.close();
});

test('two servers have two tokens, of 256 bits', async () => {
  const other = await startWebServer({ lab, rendererFolder: base, port: 0 });
  expect(other.url.split('#token=')[1]).not.toBe(token);
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  await other.close();
});

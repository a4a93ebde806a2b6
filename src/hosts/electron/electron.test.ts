/** The lab process as Electron's main process starts it, over both ways, without Electron. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FromLab } from '#hosts/electron/control-messages.ts';
import { type LabChild, LabLauncher, relayingLabChild } from '#hosts/electron/lab-launcher.ts';
import type { MainPort } from '#hosts/electron/main-port.ts';
import { answerRenderer } from '#hosts/electron/renderer-protocol.ts';
import { createClient } from '#protocol/client.ts';
import { MAX_MESSAGE_BYTES } from '#protocol/contract.ts';
import { type PortLike, portTransport } from '#protocol/transport.ts';

let base: string;
let children: ChildProcess[];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'electron-host-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(base, { recursive: true, force: true });
});

const entry = fileURLToPath(new URL('./lab-entry.ts', import.meta.url));

function forkLab(): LabChild {
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    env: { ...process.env, SMARTOS_LAB_HOME: join(base, 'home') },
  });
  children.push(child);
  return relayingLabChild(child);
}

/** A worker_threads port with the surface of Electron's MessagePortMain. */
function mainPort(port: MessagePort): MainPort {
  return {
    postMessage: (message) => port.postMessage(message),
    on: (event: 'message' | 'close', listener: (event: { data: unknown }) => void) => {
      if (event === 'message') port.on('message', (data: unknown) => listener({ data }));
      else port.on('close', () => listener({ data: undefined }));
    },
    start: () => port.start(),
    close: () => port.close(),
  };
}

function connect(launcher: LabLauncher) {
  const { port1, port2 } = new MessageChannel();
  launcher.connect(mainPort(port1));
  return createClient(portTransport(port2 as unknown as PortLike, MAX_MESSAGE_BYTES));
}

function launch(start: () => LabChild): Promise<LabLauncher> & { failed: Promise<string> } {
  let fail: (message: string) => void = () => {};
  const failed = new Promise<string>((resolve) => {
    fail = resolve;
  });
  const ready = new Promise<LabLauncher>((resolve) => {
    const launcher: LabLauncher = new LabLauncher({
      start,
      onReady: () => resolve(launcher),
      onFailed: fail,
      onNotOpened: () => {},
    });
  });
  return Object.assign(ready, { failed });
}

test('windows talk to a lab under another Node.js, each on its own connection', async () => {
  const launcher = await launch(forkLab);
  const [one, two] = [connect(launcher), connect(launcher)];
  expect(await one.client.app.info({})).toMatchObject({ host: 'electron' });
  const events = two.client.app.events({})[Symbol.asyncIterator]();
  const next = events.next();
  await two.connection.ready;
  launcher.send({ kind: 'menu', command: 'newLab' });
  expect((await next).value).toEqual({ kind: 'menuCommand', command: 'newLab' });
  one.connection.close();
  expect(await two.client.labs.list({})).toEqual([]);
  await launcher.shutDown();
  expect(await two.connection.closed).toMatchObject({ code: 'disconnected' });
});

test('a lab process that dies is started again', async () => {
  let starts = 0;
  let restarted: () => void = () => {};
  const again = new Promise<void>((resolve) => {
    restarted = resolve;
  });
  const launcher: LabLauncher = new LabLauncher({
    start: () => {
      starts += 1;
      return forkLab();
    },
    onReady: () => {
      if (starts === 1) children[0]?.kill('SIGKILL');
      else restarted();
    },
    onFailed: () => {},
    onNotOpened: () => {},
  });
  await again;
  expect(await connect(launcher).client.labs.list({})).toEqual([]);
  await launcher.shutDown();
});

/** A child that never comes up. */
function brokenChild(say?: FromLab): LabChild {
  let exit: () => void = () => {};
  let hear: (message: FromLab) => void = () => {};
  setTimeout(() => (say === undefined ? exit() : hear(say)), 1);
  return {
    connect: () => {},
    send: () => {},
    onMessage: (listener) => {
      hear = listener;
    },
    onExit: (listener) => {
      exit = listener;
    },
    kill: () => {},
  };
}

test('a lab process that cannot start is given up after three times, or at its word', async () => {
  let starts = 0;
  const given = launch(() => {
    starts += 1;
    return brokenChild();
  });
  expect(await given.failed).toContain('three times');
  expect(starts).toBe(3);
  const failed = launch(() => brokenChild({ kind: 'failed', message: 'a newer library' }));
  expect(await failed.failed).toBe('a newer library');
});

test('the window gets the files of the renderer and no others', async () => {
  const folder = join(base, 'renderer');
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.html'), 'page');
  writeFileSync(join(base, 'secret.html'), 'secret');
  symlinkSync(join(base, 'secret.html'), join(folder, 'link.html'));
  const page = await answerRenderer(folder, 'smartos-lab://app/');
  expect(await page.text()).toBe('page');
  expect(page.headers.get('Content-Security-Policy')).toContain("script-src 'self'");
  for (const url of [
    'smartos-lab://app/../secret.html',
    'smartos-lab://app/..%2fsecret.html',
    'smartos-lab://app/link.html',
    'smartos-lab://other/index.html',
    'smartos-lab://app/nothing.js',
  ]) {
    expect((await answerRenderer(folder, url)).status).toBe(404);
  }
});

/**
 * Electron's main process: composes windows, menus, dialogs and the lab process. It holds no state of
 * a lab and understands no message of the protocol; it hands ports from windows to the lab process.
 */
import { join } from 'node:path';
import process from 'node:process';
import {
  app,
  BrowserWindow,
  dialog,
  Menu,
  MessageChannelMain,
  protocol,
  session,
  shell,
  utilityProcess,
} from 'electron';
import {
  forkedLabChild,
  LabLauncher,
  type UtilityChild,
  utilityLabChild,
} from '#hosts/electron/lab-launcher.ts';
import {
  answerRenderer,
  RENDERER_SCHEME,
  RENDERER_URL,
} from '#hosts/electron/renderer-protocol.ts';
import { guardContents, guardSession, openExternalAfterQuestion } from './guards.ts';
import { menuTemplate } from './menu.ts';
import { windowOptions } from './window.ts';

const PORT_MESSAGE = 'smartos-lab:port';
/** Set by electron-vite's dev server. */
const pageUrl = process.env['ELECTRON_RENDERER_URL'] ?? RENDERER_URL;
const out = join(import.meta.dirname, '..');

// As root and in containers there is no sandbox to be had; Electron refuses to start with it.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
protocol.registerSchemesAsPrivileged([
  { scheme: RENDERER_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);

/** Windows whose page is there and listens, with our end of the port that the page has. */
const loaded = new Map<BrowserWindow, { port?: Electron.MessagePortMain }>();
let launcher: LabLauncher | undefined;
let hasShutDown = false;

function startChild(): ReturnType<typeof utilityLabChild> {
  const entry = join(import.meta.dirname, 'lab.cjs');
  const otherNode = process.env['SMARTOS_LAB_NODE'];
  if (otherNode !== undefined) return forkedLabChild(otherNode, entry);
  const child = utilityProcess.fork(entry, [], {
    serviceName: 'SmartOS Lab',
    env: { ...process.env, SMARTOS_LAB_RESOURCES: process.resourcesPath },
  });
  return utilityLabChild(child as unknown as UtilityChild);
}

/** A window gets a port when its page is there and the lab is up, whichever comes last. */
function givePort(window: BrowserWindow): void {
  const page = loaded.get(window);
  if (launcher?.isReady !== true || page === undefined) return;
  const { port1, port2 } = new MessageChannelMain();
  page.port = port1;
  launcher.connect(port1);
  window.webContents.postMessage(PORT_MESSAGE, null, [port2]);
}

/**
 * The page is about to go. Its port is closed from here, at once: an old Electron's page crashes when
 * it is reloaded with an open one, and the lab hears of it without delay.
 */
function leavePage(window: BrowserWindow): void {
  loaded.get(window)?.port?.close();
  loaded.delete(window);
}

function openWindow(): void {
  const window = new BrowserWindow(windowOptions({ preload: join(out, 'preload', 'index.cjs') }));
  guardContents(window.webContents, pageUrl, (url) => {
    void openExternalAfterQuestion(url, dialog, (target) => shell.openExternal(target));
  });
  window.webContents.on('did-start-loading', () => leavePage(window));
  window.webContents.on('did-finish-load', () => {
    loaded.set(window, {});
    givePort(window);
  });
  window.on('closed', () => leavePage(window));
  window.once('ready-to-show', () => window.show());
  void window.loadURL(pageUrl);
}

async function openFolder(): Promise<void> {
  const { filePaths } = await dialog.showOpenDialog({
    title: 'Open the folder of a lab',
    properties: ['openDirectory'],
  });
  const [folder] = filePaths;
  if (folder !== undefined) launcher?.send({ kind: 'openFolder', folder });
}

async function start(): Promise<void> {
  await app.whenReady();
  guardSession(session.defaultSession);
  protocol.handle(RENDERER_SCHEME, ({ url }) => answerRenderer(join(out, 'renderer'), url));
  const template = menuTemplate(process.platform === 'darwin', {
    command: (command) => launcher?.send({ kind: 'menu', command }),
    openFolder: () => void openFolder(),
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  launcher = new LabLauncher({
    start: startChild,
    onReady: () => BrowserWindow.getAllWindows().forEach(givePort),
    onFailed: (message) => {
      dialog.showErrorBox('SmartOS Lab cannot start', message);
      app.quit();
    },
    onNotOpened: (message) => dialog.showErrorBox('The lab was not opened', message),
  });
  openWindow();
}

/** Nodes shut down in good order before the app ends; a second wish to quit does not wait. */
function onBeforeQuit(event: { preventDefault(): void }): void {
  if (hasShutDown || launcher === undefined) return;
  event.preventDefault();
  hasShutDown = true;
  void launcher.shutDown().then(() => app.quit());
}

if (app.requestSingleInstanceLock()) {
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window === undefined) return openWindow();
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('before-quit', onBeforeQuit);
  void start();
} else {
  app.quit();
}

/** The window's security and the menu, against fakes of Electron's objects. */
import { expect, test, vi } from 'vitest';
import { MENU_COMMANDS } from '#protocol/model.ts';
import {
  type Dialogs,
  guardContents,
  type GuardedContents,
  guardSession,
  isExternal,
  openExternalAfterQuestion,
} from './guards.ts';
import { menuTemplate, type MenuItem } from './menu.ts';
import { windowOptions } from './window.ts';

test('a window is sandboxed, isolated and without Node.js', () => {
  expect(windowOptions({ preload: '/preload.cjs' }).webPreferences).toMatchObject({
    preload: '/preload.cjs',
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
  });
});

class FakeContents implements GuardedContents {
  readonly listeners = new Map<string, (event: { preventDefault(): void }, url: string) => void>();
  openHandler: (details: { url: string }) => { action: 'deny' } = () => ({ action: 'deny' });

  on(event: string, listener: (event: { preventDefault(): void }, url: string) => void): void {
    this.listeners.set(event, listener);
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: 'deny' }): void {
    this.openHandler = handler;
  }

  /** Whether `event` to `url` was prevented. */
  prevents(event: string, url = ''): boolean {
    let isPrevented = false;
    this.listeners.get(event)?.({ preventDefault: () => (isPrevented = true) }, url);
    return isPrevented;
  }
}

test('a window stays where it is', () => {
  const contents = new FakeContents();
  const opened: string[] = [];
  guardContents(contents, 'smartos-lab://app/', (url) => opened.push(url));
  for (const event of ['will-navigate', 'will-redirect']) {
    expect(contents.prevents(event, 'https://example.org/')).toBe(true);
    expect(contents.prevents(event, 'file:///etc/passwd')).toBe(true);
    expect(contents.prevents(event, 'smartos-lab://app/../x')).toBe(true);
    expect(contents.prevents(event, 'smartos-lab://app/')).toBe(false);
  }
  expect(contents.prevents('will-attach-webview')).toBe(true);
  for (const url of ['https://illumos.org/man', 'http://x.org', 'file:///x', 'javascript:1', '']) {
    expect(contents.openHandler({ url })).toEqual({ action: 'deny' });
  }
  expect(opened).toEqual(['https://illumos.org/man']);
});

test.each([
  ['https://illumos.org/man/1/ls', true],
  ['http://illumos.org', false],
  ['https://user:password@illumos.org', false],
  ['file:///etc/passwd', false],
  ['javascript:alert(1)', false],
  ['smb://server/share', false],
  ['ms-settings:', false],
  ['nonsense', false],
])('%s is an address for the browser: %s', (url, expected) => {
  expect(isExternal(url)).toBe(expected);
});

test('a link is opened after a yes only', async () => {
  const open = vi.fn(() => Promise.resolve());
  const answering = (response: number): Dialogs => ({
    showMessageBox: (options) => {
      expect(options.detail).toBe('https://illumos.org/');
      expect(options.defaultId).toBe(options.cancelId);
      return Promise.resolve({ response });
    },
  });
  await openExternalAfterQuestion('https://illumos.org/', answering(0), open);
  await openExternalAfterQuestion('file:///etc/passwd', answering(1), open);
  expect(open).not.toHaveBeenCalled();
  await openExternalAfterQuestion('https://illumos.org/', answering(1), open);
  expect(open).toHaveBeenCalledExactlyOnceWith('https://illumos.org/');
});

test('no permission but the clipboard is given', () => {
  let ask: (permission: string) => boolean = () => true;
  let check: (permission: string) => boolean = () => true;
  guardSession({
    setPermissionRequestHandler: (handler) => {
      ask = (permission) => {
        let granted = false;
        handler(null, permission, (answer) => {
          granted = answer;
        });
        return granted;
      };
    },
    setPermissionCheckHandler: (handler) => {
      check = (permission) => handler(null, permission);
    },
  });
  for (const asked of [ask, check]) {
    const wanted = ['media', 'geolocation', 'notifications', 'usb', 'openExternal', 'fullscreen'];
    for (const permission of wanted) expect(asked(permission)).toBe(false);
    expect(asked('clipboard-sanitized-write')).toBe(true);
  }
});

function* items(menu: readonly MenuItem[]): Generator<MenuItem> {
  for (const item of menu) {
    yield item;
    yield* items(item.submenu ?? []);
  }
}

test.each([true, false])('every command of the window is in the menu once (mac: %s)', (isMac) => {
  const used: string[] = [];
  const openFolder = vi.fn();
  const menu = menuTemplate(isMac, { command: (command) => used.push(command), openFolder });
  const all = [...items(menu)];
  for (const item of all) item.click?.();
  expect(used.toSorted()).toEqual([...MENU_COMMANDS].toSorted());
  expect(openFolder).toHaveBeenCalledOnce();
  const keys = all.flatMap(({ accelerator }) => accelerator ?? []);
  expect(new Set(keys).size).toBe(keys.length);
});

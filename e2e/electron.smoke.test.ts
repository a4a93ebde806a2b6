/**
 * The wiring of Electron, once, with a real binary: window, sandboxed preload, port, one call, and an
 * end in good order. The binary may be an old one; the lab process runs under this Node.js then.
 * Skipped by name where ELECTRON_EXEC_PATH does not give one.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLabFolder } from '#lab/folder/lab-folder.ts';
import { lockHolder } from '#lab/folder/lab-lock.ts';
import { openLibrary } from '#lab/library/sqlite-store.ts';

const electron = process.env['ELECTRON_EXEC_PATH'] ?? '';
const isThere = electron !== '' && existsSync(electron);
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A display of our own where there is none. */
function startDisplay(): { display: string; stop: () => void } {
  const given = process.env['DISPLAY'];
  if (given !== undefined || process.platform !== 'linux') {
    return { display: given ?? '', stop: () => {} };
  }
  const number = 100 + (process.pid % 400);
  const server = spawn('Xvfb', [`:${number}`, '-screen', '0', '1280x1024x24'], { stdio: 'ignore' });
  return { display: `:${number}`, stop: () => server.kill() };
}

describe.skipIf(!isThere)(isThere ? 'Electron' : 'skipped: electron missing', () => {
  let home: string;
  let lab: string;
  let app: ElectronApplication;
  let screen: { display: string; stop: () => void };

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'electron-'));
    lab = join(home, 'lab');
    const { id } = createLabFolder(lab, 'Smoke lab', null, [
      { name: 'node0', ramBytes: 2 ** 30, disks: [] },
    ]);
    const { store } = openLibrary(join(home, 'library', 'library.db'));
    store.put({ id, path: lab, createdAtMs: Date.now(), openedAtMs: null });
    store.close();
    const built = spawnSync(process.execPath, [join(root, 'tools', 'build.ts')], {
      cwd: root,
      env: { ...process.env, ELECTRON_MAJOR_VER: '25' },
      encoding: 'utf8',
    });
    expect(built.status, built.stderr).toBe(0);
    screen = startDisplay();
    // A folder of its own: an old Electron takes no "type": "module" in the package it starts.
    const shell = join(home, 'app');
    mkdirSync(shell);
    writeFileSync(join(shell, 'package.json'), '{"name":"smoke","main":"main.cjs"}');
    const program = JSON.stringify(join(root, 'out', 'main', 'index.cjs'));
    writeFileSync(join(shell, 'main.cjs'), `require(${program});`);
    app = await _electron.launch({
      executablePath: electron,
      args: ['--no-sandbox', '--disable-gpu', shell],
      env: {
        ...(process.env as Record<string, string>),
        DISPLAY: screen.display,
        SMARTOS_LAB_HOME: join(home, 'library'),
        SMARTOS_LAB_NODE: process.execPath,
        XDG_CONFIG_HOME: join(home, 'config'),
      },
    });
  });
  afterAll(async () => {
    await app?.close();
    screen?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  test('the window shows the lab, with nothing of Node or Electron in the page', async () => {
    const page = await app.firstWindow();
    await page.getByText('Smoke lab').first().waitFor();
    expect(page.url()).toBe('smartos-lab://app/');
    const globals = await page.evaluate(() =>
      ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter(
        (name) => name in globalThis,
      ),
    );
    expect(globals).toEqual([]);
  });

  test('calls go through the port, also after a reload: a lab is opened', async () => {
    const page = await app.firstWindow();
    const entry = page.getByText('Smoke lab').first();
    await entry.waitFor();
    // A reload gets a new port.
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.reload();
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await entry.waitFor();
    await entry.dblclick();
    await expect.poll(() => lockHolder(lab), { timeout: 10_000 }).toContain('SmartOS Lab (process');
  });

  test('what may not be done is refused', async () => {
    const page = await app.firstWindow();
    const before = page.url();
    await page.evaluate(() => {
      location.href = 'https://example.org/';
    });
    await page.evaluate(() => {
      window.open('file:///etc/passwd');
    });
    await expect(page.evaluate(() => fetch('file:///etc/passwd'))).rejects.toThrow();
    // The policy forbids making programs of text.
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.wasEvaluated = true';
      document.head.append(script);
    });
    expect(await page.evaluate(() => 'wasEvaluated' in globalThis)).toBe(false);
    expect(page.url()).toBe(before);
    expect(app.windows()).toHaveLength(1);
  });

  test('quitting gives the lab back', async () => {
    await app.evaluate(({ app: electronApp }) => electronApp.quit()).catch(() => {});
    await expect.poll(() => lockHolder(lab), { timeout: 30_000 }).toBeUndefined();
  });
});

/** The window by keyboard and in its rare states, before a lab without nodes. */
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityProblems } from './support/accessibility.ts';
import { browserSuite, focusedName, waitForScreen } from './support/browser.ts';
import { screenText } from './support/screen.ts';
import { buildForFake, type FakeWindow, openFakeWindow } from './support/fake.ts';
import type { FakeLab } from '#testing/fakes/fake-lab.ts';

const echo = (lab: FakeLab, labId: string, node: string, text: string): void =>
  lab.console(labId, node).print(text.replaceAll('\r', '\n$ '));

function running(lab: FakeLab, name = 'ZFS course'): string {
  const id = lab.addLab(name);
  lab.setState(id, 'node0', { kind: 'running' });
  lab.console(id, 'node0').print('node0 console login: ');
  return id;
}

async function pressAll(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

browserSuite('the window', (browser) => {
  let view: FakeWindow;
  beforeAll(buildForFake);
  afterEach(async () => {
    const { troubles } = view;
    await view.close();
    // Chromium itself reports sockets that end; those tests end them on purpose.
    expect(troubles.filter((text) => !/WebSocket|ERR_CONNECTION|404/.test(text))).toEqual([]);
  });

  describe('by keyboard only', () => {
    test('a newcomer makes the first lab, and the node boots', async () => {
      view = await openFakeWindow(browser(), () => {}, { onInput: echo, bootStepMs: 60 });
      const { page } = view;
      await page.getByTestId('first-lab').waitFor();
      // From the top of the page, Tab only.
      for (let step = 0; step < 20; step += 1) {
        await page.keyboard.press('Tab');
        if ((await focusedName(page)).startsWith('Create your first lab')) break;
      }
      await page.keyboard.press('Enter');
      await waitForScreen(page, /console login:/);
      await page.waitForFunction(() => document.activeElement?.closest('.xterm') !== null);
      await page.keyboard.type('root');
      await waitForScreen(page, /login: root/);
      expect(await page.getByTestId('announcer').textContent()).toMatch(/node0: running/);
    });

    test('F6 leaves the terminal and comes back; arrows walk the library', async () => {
      view = await openFakeWindow(browser(), running);
      const { page } = view;
      await waitForScreen(page, /login:/);
      await page.locator('.xterm-screen').click();
      const regions: string[] = [];
      for (let step = 0; step < 4; step += 1) {
        await page.keyboard.press('F6');
        regions.push(
          await page.evaluate(
            () =>
              document.activeElement?.closest<HTMLElement>('[data-region]')?.dataset['region'] ??
              '',
          ),
        );
      }
      expect(regions.sort()).toEqual(['library', 'panes', 'status', 'title']);
      while (!(await focusedName(page)).startsWith('Node node0')) await page.keyboard.press('F6');
      await page.keyboard.press('ArrowLeft');
      expect(await focusedName(page)).toBe('Lab ZFS course');
      await page.keyboard.press('F2');
      await page.keyboard.type('Renamed');
      await page.keyboard.press('Enter');
      await page.getByRole('treeitem', { name: 'Lab Renamed' }).waitFor();
    });

    test('the palette finds a command, runs it, and gives the focus back', async () => {
      view = await openFakeWindow(browser(), running);
      const { page } = view;
      await waitForScreen(page, /login:/);
      await page.locator('.xterm-screen').click();
      await page.keyboard.press('F1');
      await page.keyboard.type('theme dark');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'dark');
      await page.waitForFunction(() => document.activeElement?.closest('.xterm') !== null);
    });

    test('dialogs keep the focus inside, Esc closes them, the focus returns', async () => {
      view = await openFakeWindow(browser(), running);
      const { page } = view;
      await waitForScreen(page, /login:/);
      await page.locator('.xterm-screen').click();
      await page.keyboard.press('Control+,');
      await page.getByRole('dialog', { name: 'Settings' }).waitFor();
      for (let step = 0; step < 12; step += 1) {
        await page.keyboard.press('Tab');
        const place = await page.evaluate(() => {
          const at = document.activeElement;
          return at === document.body || at?.closest('dialog') !== null;
        });
        expect(place).toBe(true);
      }
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.querySelector('dialog') === null);
      await page.waitForFunction(() => document.activeElement?.closest('.xterm') !== null);
    });

    test('Ctrl-K stays the terminal’s; Ctrl-F finds unless a program has the screen', async () => {
      const typed: string[] = [];
      view = await openFakeWindow(browser(), running, {
        onInput: (_, __, ___, text) => typed.push(text),
      });
      const { page, lab } = view;
      await waitForScreen(page, /login:/);
      await page.locator('.xterm-screen').click();
      await pressAll(page, 'Control+k', 'Control+b');
      expect(await page.locator('dialog').count()).toBe(0);
      await page.keyboard.press('Control+f');
      await page.getByRole('textbox', { name: 'Find in console' }).fill('LOGIN');
      await page.getByText('1 of 1').waitFor();
      await page.getByRole('button', { name: 'Match case' }).click();
      await page.getByText('No matches').waitFor();
      await page.getByRole('textbox', { name: 'Find in console' }).press('Escape');
      const id = [...(await labIds(page))][0] ?? '';
      lab.console(id, 'node0').print('\x1b[?1049h full screen');
      await waitForScreen(page, /full screen/);
      await page.keyboard.press('Control+f');
      await expect.poll(() => typed.join('')).toBe('\x0b\x02\x06');
      expect(await page.locator('.find-bar').count()).toBe(0);
    });

    test('a lab is removed only after it was confirmed', async () => {
      view = await openFakeWindow(browser(), (lab) => lab.addLab('Old'));
      const { page } = view;
      await page.getByRole('treeitem', { name: 'Lab Old' }).focus();
      await pressAll(page, 'Delete', 'Enter');
      await page.waitForFunction(() => document.querySelector('dialog') === null);
      await page.getByRole('treeitem', { name: 'Lab Old' }).focus();
      await page.keyboard.press('Delete');
      await page.getByTestId('delete-files').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'A SmartOS machine in this window' }).waitFor();
    });
  });

  describe('panes', () => {
    test('the layout of a lab comes back after a reload, terminals as new shells', async () => {
      view = await openFakeWindow(browser(), running);
      const { page } = view;
      await waitForScreen(page, /login:/);
      await page.locator('.xterm-screen').click();
      await page.keyboard.press('Control+Shift+Backquote');
      await page
        .getByRole('textbox', { name: /^Terminal of node0/ })
        .waitFor({ state: 'attached' });
      await page.keyboard.press('F1');
      await page.keyboard.type('move pane right');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('.xterm-screen:visible').count()).toBe(2);
      await page.waitForTimeout(1500);
      await page.reload();
      await expect.poll(() => page.locator('.xterm-screen:visible').count()).toBe(2);
      await waitForScreen(page, /login:/);
      await pressAll(page, 'F1');
      await page.keyboard.type('reset layout');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('.xterm-screen:visible').count()).toBe(1);
    });

    test('changing labs leaves their terminals alone', async () => {
      view = await openFakeWindow(browser(), (lab) => {
        running(lab, 'One');
        running(lab, 'Two');
      });
      const { page } = view;
      await page.getByRole('treeitem', { name: 'Lab One' }).click();
      await waitForScreen(page, /login:/);
      await page.keyboard.press('F1');
      await page.keyboard.type('new terminal');
      await page.keyboard.press('Enter');
      await waitForScreen(page, /~\]#/);
      await page.keyboard.type('echo kept');
      await waitForScreen(page, /echo kept/);
      await page.getByRole('treeitem', { name: 'Lab Two' }).click();
      await waitForScreen(page, /^node0 console login:$/);
      await page.getByRole('treeitem', { name: 'Lab One' }).click();
      await waitForScreen(page, /echo kept/);
    });

    test('a shell that ended says so and can be begun again', async () => {
      view = await openFakeWindow(browser(), running);
      const { page } = view;
      await waitForScreen(page, /login:/);
      await page.getByTestId('terminal.new').first().click();
      await waitForScreen(page, /~\]#/);
      await page.keyboard.press('Control+d');
      await page.getByText('The shell exited').waitFor();
      await page.keyboard.press('Enter');
      await waitForScreen(page, /~\]#/);
      expect(await page.getByText('The shell exited').count()).toBe(0);
    });
  });

  describe('trouble', () => {
    test('a wrong token is refused with what to do; the token is not in the address', async () => {
      view = await openFakeWindow(browser());
      const { page, face } = view;
      await page.getByTestId('first-lab').waitFor();
      expect(page.url()).not.toMatch(/token/);
      // A fragment alone would be no new page.
      await page.goto('about:blank');
      await page.goto(face.url.replace(/token=.*/, 'token=wrong'));
      await page.getByText('The lab refused this window').waitFor();
      await page.getByText('Open the address that').waitFor();
      expect(page.url()).not.toMatch(/token/);
    });

    test('a lost connection is said, tried again, and the console goes on', async () => {
      let id = '';
      view = await openFakeWindow(browser(), (lab) => {
        id = running(lab);
      });
      const { page, face, lab } = view;
      await waitForScreen(page, /login:/);
      face.accept(false);
      await page.getByText('Connection to the lab lost').waitFor();
      lab.console(id, 'node0').print('meanwhile ');
      face.accept(true);
      await waitForScreen(page, /login: meanwhile/);
      expect(await page.getByText('Connection to the lab lost').count()).toBe(0);
      const times = (await screenText(page)).match(/login:/g)?.length;
      expect(times).toBe(1);
    });

    test('a panic shows its message, its dump, and starts again', async () => {
      let id = '';
      view = await openFakeWindow(
        browser(),
        (lab) => {
          id = running(lab);
        },
        { bootStepMs: 20 },
      );
      const { page, lab } = view;
      lab.setState(id, 'node0', {
        kind: 'panicked',
        message: 'BAD TRAP: type=e',
        dumpFile: 'nodes/node0/dumps/vmdump.0',
        atMs: 0,
      });
      const banner = page.getByRole('alert').filter({ hasText: 'panicked' });
      await banner.getByText('BAD TRAP: type=e').waitFor();
      await banner.getByText('nodes/node0/dumps/vmdump.0').waitFor();
      await banner.getByRole('button', { name: 'Start again' }).click();
      await page.getByTestId('node-state').getByText('Running').waitFor();
    });

    test('an error becomes a toast and stays in the list of problems', async () => {
      view = await openFakeWindow(browser(), running);
      const { page, lab } = view;
      await waitForScreen(page, /login:/);
      lab.notice('error', 'Cannot write "c1t0d0.img": no space left on device');
      await page.locator('.toast').getByText('no space left').waitFor();
      await page.getByRole('button', { name: 'Dismiss' }).click();
      await page.getByRole('button', { name: '1 problem' }).click();
      const dialog = page.getByRole('dialog', { name: 'Problems' });
      await dialog.getByText('no space left').waitFor();
      await dialog.getByRole('button', { name: 'Clear the list' }).click();
      await dialog.getByText('Nothing is wrong').waitFor();
    });
  });

  describe('names, order and contrast, in both themes', () => {
    const states: readonly { name: string; keys: readonly string[] }[] = [
      { name: 'the panes', keys: [] },
      { name: 'the palette', keys: ['F1'] },
      { name: 'the cheat sheet', keys: ['Shift+F1'] },
      { name: 'the settings', keys: ['Control+,'] },
      { name: 'the dialog for a new lab', keys: ['Control+Alt+n'] },
    ];
    for (const { name, keys } of states) {
      test(name, async () => {
        view = await openFakeWindow(browser(), running);
        const { page } = view;
        await waitForScreen(page, /login:/);
        await pressAll(page, ...keys);
        for (const theme of ['light', 'dark']) {
          await page.evaluate((value) => {
            document.documentElement.dataset['theme'] = value;
          }, theme);
          await page.waitForTimeout(300);
          expect(await accessibilityProblems(page)).toEqual([]);
        }
      });
    }

    test('the empty library', async () => {
      view = await openFakeWindow(browser());
      await view.page.getByTestId('first-lab').waitFor();
      expect(await accessibilityProblems(view.page)).toEqual([]);
    });

    test('the checks see what is wrong', async () => {
      view = await openFakeWindow(browser());
      const { page } = view;
      await page.getByTestId('first-lab').waitFor();
      await page.evaluate(() => {
        const faint = '<p style="background:#fff;color:#aaa">faint</p>';
        document.body.innerHTML += `<button></button><i tabindex="3"></i>${faint}`;
      });
      const problems = await accessibilityProblems(page);
      expect(problems.map((text) => text.split(/[ :]/)[0])).toEqual(['no', 'own', 'contrast']);
    });
  });
});

/** The ids that the fake gave, in order. */
async function labIds(page: Page): Promise<string[]> {
  const count = await page.getByTestId('lab-row').count();
  return Array.from(
    { length: count },
    (_, at) => `00000000-0000-4000-8000-${String(at + 1).padStart(12, '0')}`,
  );
}

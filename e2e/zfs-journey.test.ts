/**
 * A learner with a real node: makes a mirror from the pane, writes files, watches the map, rolls
 * back, flips bits and has them mended, pulls a disk and puts it back. One story: each step stands
 * on the one before.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browserSuite, openPage, type OpenPage, waitForScreen } from './support/browser.ts';
import { hostProblem, startWebHost, type WebHost } from './support/host.ts';

const STEP_LIMIT_MS = 60_000;
const BOOT_LIMIT_MS = 60_000;

const problem = hostProblem();
if (problem !== undefined) test.skip(`skipped: the journey through ZFS: ${problem}`);
else browserSuite('the journey through ZFS', story);

/** The pane in front, at one of its views. */
async function showPane(page: Page, tab?: string): Promise<void> {
  await page.keyboard.press('F1');
  await page.keyboard.type('show zfs');
  await page.keyboard.press('Enter');
  await page.locator('.zfs-pane').waitFor();
  if (tab !== undefined) await page.getByTestId(`tab-${tab}`).click();
}

/** The last command of the pane has ended well. */
async function expectDone(page: Page, text: string): Promise<void> {
  const strip = page.locator('.zfs-log-strip');
  await expect
    .poll(() => strip.textContent(), { timeout: STEP_LIMIT_MS })
    .toContain(`Done:${text}`);
}

let lastMark = 0;

/** Runs a line in the terminal that was opened for it. */
async function inTerminal(page: Page, line: string): Promise<string> {
  await page.getByRole('tab', { name: /^Terminal/ }).click();
  await page.locator('.xterm-screen:visible').first().click();
  lastMark += 1;
  await page.keyboard.type(`${line}; echo "ma""rk" ${lastMark} $?\r`);
  const mark = new RegExp(`mark ${lastMark} (\\d+)$`, 'm');
  const text = await waitForScreen(page, mark, STEP_LIMIT_MS);
  expect(text).toContain(`mark ${lastMark} 0`);
  return text;
}

function story(browser: () => import('playwright-core').Browser): void {
  let host: WebHost;
  let first: OpenPage;
  beforeAll(async () => {
    host = await startWebHost();
    first = await openPage(browser(), host.url);
    const { page } = first;
    await page.getByTestId('first-lab').waitFor();
    await page.keyboard.press('Control+Alt+n');
    await page.getByTestId('create').click();
    await waitForScreen(page, /console login: ?$/, BOOT_LIMIT_MS);
    await page.getByTestId('terminal.new').first().click();
    await waitForScreen(page, /# ?$/);
  }, 2 * BOOT_LIMIT_MS);
  afterAll(async () => {
    await first.context.close();
    const status = await host.stop();
    expect(status, host.output()).toBe(0);
    expect(first.troubles).toEqual([]);
  });

  test('a mirror is made of the two blank disks, by the command that was shown', async () => {
    const { page } = first;
    await showPane(page);
    await page.getByRole('heading', { name: 'No pools yet' }).waitFor();
    await page.getByTestId('create-pool').click();
    const command = await page.getByTestId('command').textContent();
    expect(command).toBe('zpool create tank mirror c1t0d0 c1t1d0');
    await page.getByTestId('run').click();
    await expectDone(page, command ?? '');
    const limit = { timeout: STEP_LIMIT_MS };
    await expect.poll(() => page.getByTestId('pool-state').textContent(), limit).toBe('ONLINE');
    for (const name of ['mirror-0', 'c1t0d0', 'c1t1d0']) {
      expect(await page.getByTestId(`vdev-${name}`).textContent()).toMatch(/ONLINE/);
    }
  });

  test('the same name again is refused in ZFS’s own words', async () => {
    const { page } = first;
    await page.getByTestId('pool-menu').click();
    await page.getByRole('menuitem', { name: 'Create another pool…' }).click();
    await page.getByText('Every disk of the node is in a pool already').waitFor();
    await page.keyboard.press('Escape');
  });

  test('the map shows files as they are written, and the uberblock goes on', async () => {
    const { page } = first;
    await showPane(page, 'map');
    const uberblock = page.getByTestId('uberblock');
    const before = await uberblock.textContent();
    await inTerminal(page, 'seq 1 200000 > /tank/numbers && sync && ls -l /tank');
    await showPane(page);
    const legend = page.getByRole('button', { name: /^File data/ });
    await expect.poll(() => legend.textContent(), { timeout: STEP_LIMIT_MS }).toMatch(/KiB|MiB/);
    await expect.poll(() => uberblock.textContent(), { timeout: STEP_LIMIT_MS }).not.toBe(before);
  });

  test('a snapshot is taken, a file removed, and a roll back brings it back', async () => {
    const { page } = first;
    await showPane(page, 'datasets');
    await page.getByTestId('snapshot').click();
    await page.getByRole('textbox', { name: 'Name of the snapshot' }).fill('monday');
    await page.getByTestId('run').click();
    await expectDone(page, 'zfs snapshot tank@monday');
    await inTerminal(page, 'rm /tank/numbers && ls /tank | wc -l');
    await showPane(page, 'snapshots');
    await page.getByRole('button', { name: '@monday', exact: true }).click();
    await page.getByTestId('rollback').click();
    expect(await page.getByTestId('command').textContent()).toBe('zfs rollback tank@monday');
    await page.getByTestId('run').click();
    await expectDone(page, 'zfs rollback tank@monday');
    await inTerminal(page, 'seq 1 200000 | cmp - /tank/numbers');
    await showPane(page, 'snapshots');
    await page.getByTestId('clone').click();
    await page.getByRole('textbox', { name: 'Name of the clone' }).fill('tank/try');
    await page.getByTestId('run').click();
    await expectDone(page, 'zfs clone tank@monday tank/try');
    await showPane(page, 'datasets');
    await page.getByRole('treeitem', { name: /^tank\/try/ }).waitFor();
    await showPane(page, 'map');
  });

  test('flipped bits are found by a scrub and mended from the other half', async () => {
    const { page } = first;
    await showPane(page);
    await page.getByTestId('break-c1t1d0').click();
    await page.getByTestId('flip-100').click();
    await page.keyboard.press('Escape');
    await page.getByTestId('vdev-c1t1d0').getByText('100 bits flipped').waitFor();
    await page.getByTestId('scrub').click();
    await expectDone(page, 'zpool scrub tank');
    const scan = page.getByTestId('scan');
    const limit = { timeout: STEP_LIMIT_MS };
    await expect.poll(() => scan.textContent(), limit).toMatch(/Scrub finished .*0 errors/);
    expect(await scan.textContent()).not.toMatch(/: 0 B repaired/);
    const row = page.getByTestId('vdev-c1t1d0');
    await expect.poll(() => row.getByTestId('repaired').textContent(), limit).toMatch(/repaired/);
    expect(await row.getByTestId('errors').textContent()).toMatch(/^00[1-9]/);
    expect(await page.getByTestId('vdev-c1t0d0').getByTestId('errors').textContent()).toBe('000');
    const text = await inTerminal(page, 'seq 1 200000 | cmp - /tank/numbers && zpool status tank');
    expect(text).toMatch(/scrub repaired/);
    expect(text).toMatch(/No known data errors/);
    await showPane(page);
    await page
      .getByTestId('advice')
      .getByText(/^zpool clear tank/)
      .click();
    await expect.poll(() => page.getByTestId('pool-state').textContent(), limit).toBe('ONLINE');
    await expect.poll(() => row.getByTestId('errors').textContent(), limit).toBe('000');
  });

  test('a pulled disk degrades the pool; put back, it is resilvered', async () => {
    const { page } = first;
    await showPane(page);
    await page.getByTestId('break-c1t0d0').click();
    await page.getByTestId('inject-pull').click();
    await page.keyboard.press('Escape');
    await inTerminal(page, 'seq 1 100000 > /tank/more && sync');
    await showPane(page);
    const state = page.getByTestId('pool-state');
    const limit = { timeout: STEP_LIMIT_MS };
    await expect.poll(() => state.textContent(), limit).toBe('DEGRADED');
    await page.getByTestId('break-c1t0d0').click();
    await page.getByTestId('heal-pull').click();
    await page.keyboard.press('Escape');
    await page.getByTestId('advice').click();
    await expect.poll(() => state.textContent(), limit).toBe('ONLINE');
    await expect
      .poll(() => page.getByTestId('scan').textContent(), limit)
      .toMatch(/Resilver finished .*0 errors/);
    await inTerminal(page, 'seq 1 100000 | cmp - /tank/more');
  });
}

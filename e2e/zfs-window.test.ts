/** The ZFS pane in front of the fake lab: by keyboard, with very much in it, and in rare states. */
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  BLOCK_KINDS,
  CELL_BORN,
  type DatasetShape,
  DELTA_CELL_BYTES,
  type DiskMapItem,
  type PoolShape,
  type VdevShape,
} from '#protocol/zfs-model.ts';
import type { FakeLab } from '#testing/fakes/fake-lab.ts';
import type { FakeZfs } from '#testing/fakes/fake-zfs.ts';
import { accessibilityProblems } from './support/accessibility.ts';
import { browserSuite, focusedName } from './support/browser.ts';
import { buildForFake, type FakeWindow, openFakeWindow } from './support/fake.ts';
import { startFrames, stopFrames } from './support/frames.ts';

const GIB = 1024 ** 3;
const NODE = 'node0';

function vdev(name: string, depth: number, change: Partial<VdevShape> = {}): VdevShape {
  return {
    guid: name,
    name,
    type: depth === 0 ? 'mirror' : 'disk',
    role: 'data',
    state: 'ONLINE',
    note: '',
    depth,
    rates: { readOps: 0, writeOps: 0, readBytes: 0, writeBytes: 0 },
    readErrors: 0,
    writeErrors: 0,
    checksumErrors: 0,
    repairedBytes: 0,
    sizeBytes: GIB,
    allocatedBytes: 0,
    ...change,
  };
}

function mirror(change: Partial<PoolShape> = {}): PoolShape {
  return {
    name: 'tank',
    guid: '1',
    state: 'ONLINE',
    isSuspended: false,
    errorCount: 0,
    sizeBytes: GIB,
    allocatedBytes: 4096,
    txg: 9,
    dirtyBytes: 0,
    uberblockSlots: 128,
    rates: { readOps: 0, writeOps: 0, readBytes: 0, writeBytes: 0 },
    vdevs: [vdev('mirror-0', 0), vdev('c1t0d0', 1), vdev('c1t1d0', 1)],
    scan: null,
    ...change,
  };
}

function dataset(name: string): DatasetShape {
  return {
    name,
    type: name.includes('@') ? 'snapshot' : 'filesystem',
    guid: name,
    createdSeconds: 1_790_000_000,
    createTxg: 4,
    usedBytes: 4096,
    availableBytes: GIB,
    referencedBytes: 4096,
    usedBySnapshotsBytes: 0,
    usedByDatasetBytes: 4096,
    usedByChildrenBytes: 0,
    usedByReservationBytes: 0,
    compressRatio: 1,
    compression: 'off',
    mountpoint: `/${name}`,
    isMounted: true,
    origin: '',
    cloneCount: 0,
    holdCount: 0,
  };
}

const CELLS = 16_384;

function mapItem(): DiskMapItem {
  const area = { vdev: 0, name: 'mirror-0', sizeBytes: GIB, fromBytes: 0, cellBytes: 65_536 };
  return {
    snapshot: {
      areas: [{ ...area, cellCount: CELLS }],
      shares: new Uint8Array(CELLS * BLOCK_KINDS.length).fill(20),
    },
    delta: new Uint8Array(0),
    txgs: [],
    knownFraction: 1,
    txg: 9,
  };
}

/** So many cells change, spread over the map. */
function deltaItem(count: number, turn: number): DiskMapItem {
  const delta = new Uint8Array(count * DELTA_CELL_BYTES);
  const view = new DataView(delta.buffer);
  for (let n = 0; n < count; n += 1) {
    const at = n * DELTA_CELL_BYTES;
    view.setUint32(at, (n * 37 + turn * 101) % CELLS, true);
    delta[at + 4 + (n % BLOCK_KINDS.length)] = 200;
    delta[at + DELTA_CELL_BYTES - 1] = CELL_BORN;
  }
  return { ...mapItem(), snapshot: null, delta };
}

function runningLab(lab: FakeLab): FakeZfs {
  const id = lab.addLab('ZFS course');
  lab.setDisks(id, NODE, 3, GIB);
  lab.setState(id, NODE, { kind: 'running' });
  return lab.zfs(id, NODE);
}

async function showPane(page: Page): Promise<void> {
  // The dock is there when its console is.
  await page.locator('.xterm-screen').first().waitFor();
  await page.keyboard.press('Control+Shift+z');
  await page.locator('.zfs-pane').waitFor();
}

browserSuite('the ZFS pane', (browser) => {
  let view: FakeWindow;
  beforeAll(buildForFake);
  afterEach(async () => {
    const { troubles } = view;
    await view.close();
    expect(troubles.filter((text) => !/WebSocket|ERR_CONNECTION|404/.test(text))).toEqual([]);
  });

  describe('commands', () => {
    test('a pool is made by keyboard; its command is shown, its refusal kept', async () => {
      let zfs: FakeZfs | undefined;
      view = await openFakeWindow(browser(), (lab) => {
        zfs = runningLab(lab);
        zfs.setPools(0, []);
        zfs.onCommand = (argv) =>
          argv.includes('tank')
            ? { text: "cannot create 'tank': pool already exists\n", status: 1 }
            : { text: '', status: 0 };
      });
      const { page } = view;
      await showPane(page);
      await page.getByTestId('create-pool').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'Create a pool' }).waitFor();
      const command = page.getByTestId('command');
      expect(await command.textContent()).toBe('zpool create tank mirror c1t0d0 c1t1d0');
      await page.keyboard.press('Enter');
      await page.getByText("cannot create 'tank': pool already exists").first().waitFor();
      await page.getByRole('checkbox', { name: /c1t2d0/ }).check();
      await page.getByRole('radio', { name: /RAID-Z1/ }).check();
      await page.getByRole('textbox', { name: 'Name' }).fill('data');
      expect(await command.textContent()).toBe('zpool create data raidz1 c1t0d0 c1t1d0 c1t2d0');
      await page.getByTestId('run').click();
      await page.waitForFunction(() => document.querySelector('dialog') === null);
      expect(zfs?.commands).toEqual([
        'zpool create tank mirror c1t0d0 c1t1d0',
        'zpool create data raidz1 c1t0d0 c1t1d0 c1t2d0',
      ]);
      expect(await accessibilityProblems(page)).toEqual([]);
    });

    test('a disk is broken in hardware, no command runs, and it is mended', async () => {
      let zfs: FakeZfs | undefined;
      view = await openFakeWindow(browser(), (lab) => {
        zfs = runningLab(lab);
        zfs.setPools(0, [mirror()]);
      });
      const { page } = view;
      await showPane(page);
      await page.getByTestId('break-c1t1d0').click();
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.getByTestId('inject-pull').click();
      await page.getByTestId('heal-pull').waitFor();
      await page.getByTestId('flip-10').click();
      await page.keyboard.press('Escape');
      const row = page.getByTestId('vdev-c1t1d0');
      await row.getByText('pulled').waitFor();
      await row.getByText('10 bits flipped').waitFor();
      await page.getByTestId('break-c1t1d0').click();
      await page.getByTestId('heal-all').click();
      await page.keyboard.press('Escape');
      await expect.poll(() => row.getByText('pulled').count()).toBe(0);
      expect(zfs?.commands).toEqual([]);
    });
  });

  describe('much of everything', () => {
    test('ten thousand datasets: few elements, arrows reach the last', async () => {
      view = await openFakeWindow(browser(), (lab) => {
        const zfs = runningLab(lab);
        zfs.setPools(0, [mirror()]);
        const names = Array.from(
          { length: 10_000 },
          (_, n) => `tank/d${String(n).padStart(5, '0')}`,
        );
        zfs.setDatasets(['tank', ...names].map(dataset));
      });
      const { page } = view;
      await showPane(page);
      await page.getByTestId('tab-datasets').click();
      await page.getByText('10001 datasets').waitFor();
      const tree = page.getByTestId('datasets');
      expect(await tree.getByRole('treeitem').count()).toBeLessThan(60);
      await tree.focus();
      await page.keyboard.press('End');
      const last = tree.getByRole('treeitem', { name: /tank\/d09999/ });
      await last.waitFor();
      expect(await last.getAttribute('aria-posinset')).toBe('10001');
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.getByRole('searchbox', { name: 'Filter datasets' }).fill('d04242');
      await expect.poll(() => tree.getByRole('treeitem').count()).toBe(1);
    });

    test('a live map of sixteen thousand cells keeps its frames', async () => {
      let zfs: FakeZfs | undefined;
      view = await openFakeWindow(browser(), (lab) => {
        zfs = runningLab(lab);
        zfs.onMap = mapItem;
        zfs.setPools(0, [mirror()]);
      });
      const { page } = view;
      await showPane(page);
      const map = page.getByTestId('disk-map');
      await map.waitFor();
      await page.waitForTimeout(500);
      await startFrames(page);
      for (let turn = 0; turn < 20; turn += 1) {
        zfs?.pushMap(deltaItem(200, turn));
        await page.waitForTimeout(100);
      }
      const frames = await stopFrames(page);
      process.stdout.write(`map frames ${JSON.stringify(frames)}\n`);
      // How short gaps are is a figure; a second is frozen on any machine.
      expect(frames.longestGapMs).toBeLessThan(1000);
      await map.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      expect(await page.getByTestId('cell').textContent()).toMatch(/mirror-0 at 64 KiB, 64 KiB: /);
      await page.keyboard.press('Enter');
      await page.getByTestId('zoom-out').waitFor();
      await map.press('Escape');
      await expect.poll(() => page.getByTestId('zoom-out').count()).toBe(0);
    });
  });

  test('states have words; the advice is the command that goes on from there', async () => {
    let zfs: FakeZfs | undefined;
    view = await openFakeWindow(browser(), (lab) => {
      zfs = runningLab(lab);
      const removed = vdev('c1t1d0', 1, { state: 'REMOVED', writeErrors: 3 });
      zfs.setPools(0, [
        mirror({ state: 'DEGRADED', vdevs: [vdev('mirror-0', 0), vdev('c1t0d0', 1), removed] }),
      ]);
    });
    const { page } = view;
    await showPane(page);
    expect(await page.getByTestId('pool-state').textContent()).toBe('DEGRADED');
    expect(await page.getByTestId('vdev-c1t1d0').textContent()).toMatch(/REMOVED/);
    await page.getByTestId('advice').click();
    await expect.poll(() => zfs?.commands).toEqual(['zpool online tank c1t1d0']);
    zfs?.setPools(0, [mirror({ isSuspended: true })]);
    await page.getByText('SUSPENDED', { exact: true }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    for (const tab of ['datasets', 'snapshots', 'txgs', 'map']) {
      await page.getByTestId(`tab-${tab}`).click();
      expect(await accessibilityProblems(page), tab).toEqual([]);
    }
    await page.getByTestId('tab-map').focus();
    await page.keyboard.press('ArrowRight');
    expect(await focusedName(page)).toBe('Datasets');
  });

  test('a node that is off says so and can be started from here', async () => {
    view = await openFakeWindow(browser(), (lab) => lab.addLab('ZFS course'), { bootStepMs: 30 });
    const { page } = view;
    await showPane(page);
    await page.getByRole('heading', { name: 'node0 is not running' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.locator('.zfs-pane').getByTestId('node.powerOn').click();
    await page.getByTestId('node-state').getByText('Running').waitFor();
  });
});

/**
 * The scenes of the picture book: each sets the fake lab up, then moves the page to the state to be
 * seen. Deterministic: fixed times, no animation, no blinking cursor.
 */
import type { Page } from 'playwright-core';
import type { StatisticsShape } from '#protocol/model.ts';
import { FakeLab, type FakeLabOptions } from '#testing/fakes/fake-lab.ts';
import { BOOT_TEXT, LOGIN_TEXT, SESSION_TEXT } from '#tools/screenshots/console-text.ts';
import { ZFS_SCENES } from '#tools/screenshots/zfs-scenes.ts';

export interface Scene {
  readonly name: string;
  readonly options?: FakeLabOptions;
  readonly prepare: (lab: FakeLab) => void;
  readonly act?: (page: Page, lab: FakeLab) => Promise<void>;
}

const MIB = 1024 ** 2;

/** Two minutes of a node that compiles now and then; a sum of sines instead of chance. */
function samples(): StatisticsShape[] {
  return Array.from({ length: 120 }, (_, at) => {
    const load = Math.max(0, Math.sin(at / 9) * 0.22 + Math.sin(at / 2.7) * 0.08 + 0.12);
    return {
      atMs: at * 1000,
      uptimeMs: 754_000 + at * 1000,
      userFraction: load * 0.7,
      kernelFraction: load * 0.3,
      memoryUsedBytes: 212 * MIB + at * 40_000,
      memoryTotalBytes: 1024 * MIB,
      slicesPerSecond: 180 + load * 900,
      systemCallsPerSecond: 1200 + load * 21_000,
      processCount: 23,
      threadCount: 41,
    };
  });
}

function runningLab(lab: FakeLab, text = `${BOOT_TEXT}${LOGIN_TEXT}${SESSION_TEXT}`): string {
  const id = lab.addLab('ZFS course');
  lab.setState(id, 'node0', { kind: 'running' });
  lab.setStatistics(id, 'node0', samples());
  lab.console(id, 'node0').print(text);
  return id;
}

function manyLabs(lab: FakeLab): void {
  runningLab(lab);
  const pair = lab.addLab('Storage pair', ['alpha', 'beta']);
  lab.setState(pair, 'alpha', { kind: 'booting', step: 'Starting services', fraction: 0.7 });
  lab.addLab('DTrace workshop, Tuesday group', ['node0'], { state: 'closed' });
  lab.addLab('Customer 4711: pool that would not import', ['node0'], {
    state: 'locked',
    problem: 'Cannot open the lab: the process 4242 has it open',
  });
  lab.addLab('Old notes', ['node0'], {
    state: 'damaged',
    problem: 'Cannot read "lab.json": key "nodes" is missing (line 4)',
  });
  lab.addLab('Zones 101', ['node0'], { state: 'closed' });
  lab.addLab('Zones 102', ['node0'], { state: 'closed' });
}

const press =
  (...keys: string[]) =>
  async (page: Page): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };

async function intoConsole(page: Page): Promise<void> {
  await page.locator('.xterm-screen').first().click();
}

const DIALOG_SCENES: readonly Scene[] = [
  {
    name: 'new-lab',
    prepare: (lab) => runningLab(lab),
    act: press('Control+Alt+n'),
  },
  {
    name: 'remove-lab',
    prepare: (lab) => lab.addLab('ZFS course'),
    act: async (page) => {
      await page.getByTestId('lab-row').focus();
      await page.keyboard.press('Delete');
    },
  },
  {
    name: 'confirm-kill',
    prepare: (lab) => runningLab(lab),
    act: async (page) => {
      await page.getByRole('button', { name: 'More node actions' }).click();
      await page.getByRole('menuitem', { name: 'Force node off' }).click();
    },
  },
  { name: 'settings', prepare: (lab) => runningLab(lab), act: press('Control+,') },
  { name: 'palette', prepare: (lab) => runningLab(lab), act: press('F1') },
  {
    name: 'palette-search',
    prepare: manyLabs,
    act: async (page) => {
      await page.keyboard.press('F1');
      await page.keyboard.type('no');
    },
  },
  { name: 'cheat-sheet', prepare: (lab) => runningLab(lab), act: press('Shift+F1') },
  {
    name: 'problems',
    prepare: (lab) => runningLab(lab),
    act: async (page, lab) => {
      lab.notice('error', 'Cannot write "nodes/node0/disks/c1t0d0.img": no space left on device');
      lab.notice(
        'warning',
        'Cannot read "lab.json" of "Old notes": key "nodes" is missing (line 4)',
      );
      await page.getByTestId('problems').click();
    },
  },
  {
    name: 'node-menu',
    prepare: (lab) => runningLab(lab),
    act: async (page) => {
      await page.getByRole('button', { name: 'More node actions' }).click();
    },
  },
];

export const SCENES: readonly Scene[] = [
  { name: 'empty', prepare: () => {} },
  {
    name: 'no-platform',
    options: { app: { platform: null } },
    prepare: () => {},
  },
  {
    name: 'choose',
    prepare: (lab) => {
      for (const name of ['ZFS course', 'Storage pair', 'DTrace workshop']) {
        lab.addLab(name, ['node0'], { state: 'closed' });
      }
    },
  },
  { name: 'off', prepare: (lab) => lab.addLab('My first lab') },
  {
    name: 'booting',
    prepare: (lab) => {
      const id = lab.addLab('My first lab');
      lab.setState(id, 'node0', { kind: 'booting', step: 'Starting services', fraction: 0.62 });
      lab.console(id, 'node0').print(BOOT_TEXT);
    },
  },
  { name: 'running', prepare: (lab) => runningLab(lab), act: intoConsole },
  { name: 'many-labs', prepare: manyLabs, act: intoConsole },
  {
    name: 'terminals',
    prepare: (lab) => runningLab(lab),
    act: async (page) => {
      await intoConsole(page);
      await page.keyboard.press('Control+Shift+Backquote');
      await page.waitForTimeout(300);
      await page.keyboard.press('F1');
      await page.keyboard.type('move pane right');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(300);
      await page.keyboard.type('prstat -s cpu\r');
    },
  },
  {
    name: 'find',
    prepare: (lab) => runningLab(lab),
    act: async (page) => {
      await intoConsole(page);
      await page.keyboard.press('Control+Shift+f');
      await page.keyboard.type('root');
      await page.keyboard.press('Enter');
    },
  },
  {
    name: 'panicked',
    prepare: (lab) => {
      const id = lab.addLab('ZFS course');
      lab.console(id, 'node0').print(`${BOOT_TEXT}${LOGIN_TEXT}`);
      lab.setState(id, 'node0', {
        kind: 'panicked',
        message: 'assertion failed: vp->v_count > 0, file: vfs/vnode.ts',
        dumpFile: 'nodes/node0/dumps/vmdump.0',
        atMs: 0,
      });
    },
  },
  {
    name: 'not-responding',
    prepare: (lab) => lab.setState(runningLab(lab), 'node0', { kind: 'notResponding', sinceMs: 0 }),
  },
  {
    name: 'disconnected',
    prepare: (lab) => runningLab(lab),
  },
  {
    name: 'toasts',
    prepare: (lab) => runningLab(lab),
    act: async (_, lab) => {
      lab.notice('error', 'Cannot write "nodes/node0/disks/c1t0d0.img": no space left on device');
      lab.notice('info', 'Exported "ZFS course"');
    },
  },
  ...DIALOG_SCENES,
  ...ZFS_SCENES,
];

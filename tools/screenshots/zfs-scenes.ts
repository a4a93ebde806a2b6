/**
 * Pools for the picture book: one that is well, one that heals, one that lost a disk, one with very
 * many datasets. Fixed figures, so that pictures do not change.
 */
import type { Page } from 'playwright-core';
import {
  BLOCK_KINDS,
  type DatasetShape,
  type DiskMapItem,
  type DiskMapView,
  type PoolShape,
  type TxgShape,
  type VdevShape,
} from '#protocol/zfs-model.ts';
import type { FakeLab } from '#testing/fakes/fake-lab.ts';
import type { Scene } from '#tools/screenshots/scenes.ts';

const KIB = 1024;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const NOW_MS = Date.UTC(2026, 10, 23, 9, 41);
const NOW = NOW_MS / 1000;
const NODE = 'node0';

function vdev(
  name: string,
  type: string,
  depth: number,
  change: Partial<VdevShape> = {},
): VdevShape {
  return {
    guid: `${name}-guid`,
    name,
    type,
    role: 'data',
    state: 'ONLINE',
    note: '',
    depth,
    rates: { readOps: 12, writeOps: 87, readBytes: 96 * KIB, writeBytes: Math.round(5.2 * MIB) },
    readErrors: 0,
    writeErrors: 0,
    checksumErrors: 0,
    repairedBytes: 0,
    sizeBytes: depth === 0 ? Math.round(15.5 * GIB) : 0,
    allocatedBytes: depth === 0 ? Math.round(2.4 * GIB) : 0,
    ...change,
  };
}

function pool(change: Partial<PoolShape> = {}): PoolShape {
  return {
    name: 'tank',
    guid: '9412',
    state: 'ONLINE',
    isSuspended: false,
    errorCount: 0,
    sizeBytes: Math.round(15.5 * GIB),
    allocatedBytes: Math.round(2.4 * GIB),
    txg: 1873,
    dirtyBytes: Math.round(1.3 * MIB),
    uberblockSlots: 128,
    rates: { readOps: 24, writeOps: 174, readBytes: 192 * KIB, writeBytes: Math.round(10.4 * MIB) },
    vdevs: [vdev('mirror-0', 'mirror', 0), vdev('c1t0d0', 'disk', 1), vdev('c1t1d0', 'disk', 1)],
    scan: null,
    ...change,
  };
}

function dataset(name: string, change: Partial<DatasetShape> = {}): DatasetShape {
  return {
    name,
    type: 'filesystem',
    guid: name,
    createdSeconds: NOW - 86_400,
    createTxg: 40,
    usedBytes: 24 * MIB,
    availableBytes: Math.round(12.6 * GIB),
    referencedBytes: 24 * MIB,
    usedBySnapshotsBytes: 0,
    usedByDatasetBytes: 24 * MIB,
    usedByChildrenBytes: 0,
    usedByReservationBytes: 0,
    compressRatio: 1.62,
    compression: 'lz4',
    mountpoint: `/${name}`,
    isMounted: true,
    origin: '',
    cloneCount: 0,
    holdCount: 0,
    ...change,
  };
}

function snapshot(
  name: string,
  ageSeconds: number,
  change: Partial<DatasetShape> = {},
): DatasetShape {
  return dataset(name, {
    type: 'snapshot',
    createdSeconds: NOW - ageSeconds,
    createTxg: Math.max(1, 1873 - Math.round(ageSeconds / 60)),
    usedBytes: (ageSeconds % 977) * 40 * KIB,
    referencedBytes: 800 * MIB,
    ...change,
  });
}

const DATASETS: readonly DatasetShape[] = [
  dataset('tank', {
    usedBytes: Math.round(2.4 * GIB),
    usedByDatasetBytes: 96 * KIB,
    usedByChildrenBytes: Math.round(2.4 * GIB),
  }),
  dataset('tank/home', {
    usedBytes: Math.round(1.9 * GIB),
    usedByDatasetBytes: Math.round(1.1 * GIB),
    usedBySnapshotsBytes: 420 * MIB,
    usedByChildrenBytes: 380 * MIB,
  }),
  snapshot('tank/home@before-upgrade', 86_000, { cloneCount: 1 }),
  snapshot('tank/home@monday', 40_000),
  snapshot('tank/home@tuesday', 9_000),
  snapshot('tank/home@wednesday', 1_200, { holdCount: 1 }),
  dataset('tank/home/ada', { usedBytes: 260 * MIB, usedByDatasetBytes: 260 * MIB }),
  dataset('tank/home/grace', { usedBytes: 120 * MIB, usedByDatasetBytes: 120 * MIB }),
  dataset('tank/home/a-name-that-is-so-long-that-no-column-of-a-small-window-can-hold-it-all', {
    usedBytes: 4 * MIB,
    usedByDatasetBytes: 4 * MIB,
  }),
  dataset('tank/try', { origin: 'tank/home@before-upgrade', usedBytes: 18 * MIB }),
  dataset('tank/vol0', {
    type: 'volume',
    usedBytes: 512 * MIB,
    usedByDatasetBytes: 200 * MIB,
    usedByReservationBytes: 312 * MIB,
    isMounted: false,
    mountpoint: '',
  }),
];

/** Shares of a pool that was filled from the front, with metadata strewn in. */
function mapItem(view: DiskMapView): DiskMapItem {
  const cellCount = Math.min(view.cells, 4096);
  const shares = new Uint8Array(cellCount * BLOCK_KINDS.length);
  for (let cell = 0; cell < cellCount; cell += 1) {
    const region = Math.floor(cell / 256) % 5;
    const noise = Math.sin(cell * 12.9898) * 43_758.5453;
    const chance = noise - Math.floor(noise);
    const put = (kind: number, share: number): void => {
      shares[cell * BLOCK_KINDS.length + kind] = share;
    };
    if (region === 0 || (region === 2 && chance < 0.4)) put(0, 120 + chance * 135);
    if (chance > 0.94) put(4, 30);
    if (chance > 0.86 && chance < 0.9) put(3, 60);
    if (chance > 0.5 && chance < 0.53) put(5, 40);
    if (chance > 0.6 && chance < 0.62) put(6, 40);
    if (chance > 0.7 && chance < 0.71) put(7, 50);
    if (chance > 0.3 && chance < 0.33) put(1, 80);
    if (region === 1 && chance < 0.08) put(10, 90);
  }
  const sizeBytes = Math.round(15.5 * GIB);
  const fromBytes = view.part?.fromBytes ?? 0;
  const cellBytes = Math.ceil((view.part?.sizeBytes ?? sizeBytes) / cellCount / 512) * 512;
  return {
    snapshot: {
      areas: [{ vdev: 0, name: 'mirror-0', sizeBytes, fromBytes, cellBytes, cellCount }],
      shares,
    },
    delta: new Uint8Array(0),
    txgs: Array.from({ length: 36 }, (_, n) => txg(1837 + n)),
    knownFraction: 1,
    txg: 1873,
  };
}

function txg(number: number): TxgShape {
  const wave = 1 + Math.sin(number / 3);
  const bytes = (file: number): number[] =>
    BLOCK_KINDS.map((_, n) => (n === 0 ? file * wave : n === 9 || n === 2 ? 0 : 60 * KIB));
  return {
    txg: number,
    passes: 5,
    dirtyBytes: 3 * MIB * wave,
    bornBytes: bytes(3 * MIB),
    freedBytes: bytes(MIB).map((value) => value * 0.8),
    openMs: 5000,
    syncMs: 14,
  };
}

function lab(fake: FakeLab, diskCount = 4): ReturnType<FakeLab['zfs']> {
  const id = fake.addLab('ZFS course');
  fake.setDisks(id, NODE, diskCount, 16 * GIB);
  fake.setState(id, NODE, { kind: 'running' });
  const zfs = fake.zfs(id, NODE);
  zfs.onMap = mapItem;
  zfs.setDatasets(DATASETS);
  zfs.onCommand = (argv) =>
    argv.includes('create') && argv.includes('tank')
      ? { text: "cannot create 'tank': pool already exists\n", status: 1 }
      : { text: '', status: 0 };
  return zfs;
}

async function openPane(page: Page): Promise<void> {
  await page.keyboard.press('Control+Shift+z');
  await page.waitForTimeout(500);
}

const openTab =
  (tab: string) =>
  async (page: Page): Promise<void> => {
    await openPane(page);
    await page.getByTestId(`tab-${tab}`).click();
    await page.waitForTimeout(400);
  };

const healing = pool({
  vdevs: [
    vdev('mirror-0', 'mirror', 0),
    vdev('c1t0d0', 'disk', 1),
    vdev('c1t1d0', 'disk', 1, { checksumErrors: 37, repairedBytes: Math.round(4.5 * MIB) }),
  ],
  scan: {
    kind: 'scrub',
    state: 'scanning',
    startSeconds: NOW - 12,
    endSeconds: null,
    examinedBytes: Math.round(1.1 * GIB),
    toExamineBytes: Math.round(2.4 * GIB),
    repairedBytes: Math.round(4.5 * MIB),
    errorCount: 0,
  },
});

const degraded = pool({
  state: 'DEGRADED',
  vdevs: [
    vdev('raidz1-0', 'raidz', 0, { state: 'DEGRADED' }),
    vdev('c1t0d0', 'disk', 1),
    vdev('c1t1d0', 'disk', 1, { state: 'REMOVED', readErrors: 4, writeErrors: 118 }),
    vdev('c1t2d0', 'disk', 1),
    vdev('c1t3d0', 'disk', 0, { role: 'log' }),
  ],
});

function manyDatasets(): DatasetShape[] {
  const rows = [dataset('tank', { usedBytes: 9 * GIB, usedByChildrenBytes: 9 * GIB })];
  for (let n = 0; n < 100; n += 1) {
    const parent = `tank/team${String(n).padStart(3, '0')}`;
    rows.push(dataset(parent));
    for (let m = 0; m < 40; m += 1) rows.push(dataset(`${parent}/p${m}`, { usedBytes: m * MIB }));
    for (let m = 0; m < 60; m += 1) rows.push(snapshot(`${parent}@s${m}`, (60 - m) * 3600));
  }
  return rows;
}

export const ZFS_SCENES: readonly Scene[] = [
  {
    name: 'zfs-off',
    prepare: (fake) => fake.setDisks(fake.addLab('ZFS course'), NODE, 4, 16 * GIB),
    act: openPane,
  },
  { name: 'zfs-empty', prepare: (fake) => lab(fake).setPools(NOW_MS, []), act: openPane },
  {
    name: 'zfs-create',
    prepare: (fake) => lab(fake).setPools(NOW_MS, []),
    act: async (page) => {
      await openPane(page);
      await page.getByTestId('create-pool').click();
      await page.getByTestId('run').click();
    },
  },
  { name: 'zfs-map', prepare: (fake) => lab(fake).setPools(NOW_MS, [pool()]), act: openTab('map') },
  {
    name: 'zfs-map-kind',
    prepare: (fake) => lab(fake).setPools(NOW_MS, [pool()]),
    act: async (page) => {
      await openTab('map')(page);
      await page.getByRole('button', { name: /^Dnodes/ }).click();
      await page.getByTestId('disk-map').hover({ position: { x: 40, y: 60 } });
    },
  },
  {
    name: 'zfs-datasets',
    prepare: (fake) => lab(fake).setPools(NOW_MS, [pool()]),
    act: async (page) => {
      await openTab('datasets')(page);
      await page.getByTestId('datasets').press('ArrowDown');
    },
  },
  {
    name: 'zfs-many',
    prepare: (fake) => {
      const zfs = lab(fake);
      zfs.setDatasets(manyDatasets());
      zfs.setPools(NOW_MS, [pool()]);
    },
    act: openTab('datasets'),
  },
  {
    name: 'zfs-snapshots',
    prepare: (fake) => lab(fake).setPools(NOW_MS, [pool()]),
    act: async (page) => {
      await openTab('datasets')(page);
      await page.getByTestId('datasets').press('ArrowDown');
      await page.getByTestId('tab-snapshots').click();
    },
  },
  {
    name: 'zfs-rollback',
    prepare: (fake) => lab(fake).setPools(NOW_MS, [pool()]),
    act: async (page) => {
      await openTab('datasets')(page);
      await page.getByTestId('datasets').press('ArrowDown');
      await page.getByTestId('tab-snapshots').click();
      await page.getByRole('button', { name: '@monday' }).click();
      await page.getByTestId('rollback').click();
    },
  },
  {
    name: 'zfs-txgs',
    prepare: (fake) => lab(fake).setPools(NOW_MS, [pool()]),
    act: openTab('txgs'),
  },
  {
    name: 'zfs-healing',
    prepare: (fake) => {
      const zfs = lab(fake);
      zfs.setPools(NOW_MS, [healing]);
      const flip = {
        kind: 'flipBits',
        count: 100,
        fromBytes: 4 * MIB,
        sizeBytes: 2 * GIB,
      } as const;
      zfs.inject('c1t1d0', flip);
    },
    act: openPane,
  },
  {
    name: 'zfs-degraded',
    prepare: (fake) => {
      const zfs = lab(fake, 5);
      zfs.setPools(NOW_MS, [degraded, pool({ name: 'zones', guid: '2' })]);
      zfs.inject('c1t1d0', { kind: 'pull' });
      zfs.inject('c1t2d0', { kind: 'slow', delayMs: 50 });
    },
    act: async (page) => {
      await openPane(page);
      const devices = page.getByTestId('tab-devices');
      if ((await devices.count()) > 0) await devices.click();
    },
  },
  {
    name: 'zfs-suspended',
    prepare: (fake) => lab(fake).setPools(NOW_MS, [{ ...degraded, isSuspended: true }]),
    act: openPane,
  },
  {
    name: 'zfs-faults',
    prepare: (fake) => {
      const zfs = lab(fake);
      zfs.setPools(NOW_MS, [pool()]);
      zfs.inject('c1t1d0', { kind: 'slow', delayMs: 50 });
    },
    act: async (page) => {
      await openPane(page);
      const devices = page.getByTestId('tab-devices');
      if ((await devices.count()) > 0) await devices.click();
      await page.getByTestId('break-c1t1d0').click();
    },
  },
  {
    name: 'zfs-log',
    prepare: (fake) => {
      const zfs = lab(fake);
      zfs.setPools(NOW_MS, [pool()]);
      zfs.onCommand = (argv) =>
        argv[1] === 'scrub'
          ? { text: '', status: 0 }
          : { text: "cannot open 'tank': no such pool\n", status: 1 };
    },
    act: async (page) => {
      await openPane(page);
      await page.getByTestId('scrub').click();
      await page.waitForTimeout(200);
      await page.getByTestId('pool-menu').click();
      await page.getByRole('menuitem', { name: 'zpool status -v' }).click();
      await page.waitForTimeout(200);
      await page.getByTestId('zfs-log').click();
    },
  },
];

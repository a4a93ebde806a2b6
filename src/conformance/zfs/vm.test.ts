/**
 * The genuine kernel module judges our pools: one of each layout, with random work in it, is imported
 * read-only and read-write, compared file by file, scrubbed, written to, snapshotted, sent and
 * destroyed in; disks missing and damaged; a resilver that we began. Then we import what came back.
 * One run of the virtual machine for all of it.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { zfsSnapshot } from '#kernel/fs/zfs/pool/dsl-ops.ts';
import { scanStep, scrubAll } from '#kernel/fs/zfs/pool/scan-ops.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import { spaExport, spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import { spaVdevAttach } from '#kernel/fs/zfs/pool/spa-vdev-attach.ts';
import type { VdevSpec } from '#kernel/fs/zfs/pool/vdev-create.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { Checksums } from '#kernel/fs/zfs/zio/zio-checksum.ts';
import { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { checkPool, saveDisksIn, testHost } from '#testing/zfs/pool-kit.ts';
import { sendAll } from '#testing/zfs/streams.ts';
import { disksFrom, hasVm, runVm } from '#testing/zfs/vm-judge.ts';
import { type ModelDataset, Workload } from '#testing/zfs/workload.ts';

const MiB = 2 ** 20;
const SEED = Number(process.env['ZFS_SEED'] ?? 1);
const STEPS = 120;

const leaf = (device: MemoryDisk): VdevSpec => ({
  kind: 'file',
  device,
  path: `/vdev/${device.name}.img`,
});

function disks(name: string, count: number, sectorSize = 512): MemoryDisk[] {
  const made = (_: unknown, i: number): MemoryDisk =>
    new MemoryDisk(`${name}-${i}`, 64 * MiB, sectorSize);
  return Array.from({ length: count }, made);
}

interface Layout {
  readonly name: string;
  readonly disks: MemoryDisk[];
  readonly specs: (all: MemoryDisk[]) => VdevSpec[];
  /** What happens to the disks before they go; the ones that go. */
  readonly harm?: (all: MemoryDisk[]) => MemoryDisk[];
}

const raidz =
  (parity: number) =>
  (all: MemoryDisk[]): VdevSpec[] => [{ kind: 'raidz', parity, children: all.map(leaf) }];
const mirror = (all: MemoryDisk[]): VdevSpec[] => [{ kind: 'mirror', children: all.map(leaf) }];

const LAYOUTS: readonly Layout[] = [
  { name: 'one', disks: disks('one', 1, 4096), specs: (all) => all.map(leaf) },
  { name: 'mir', disks: disks('mir', 2), specs: mirror },
  { name: 'rz1', disks: disks('rz1', 3), specs: raidz(1) },
  { name: 'rz2', disks: disks('rz2', 5, 4096), specs: raidz(2) },
  { name: 'rz3', disks: disks('rz3', 6), specs: raidz(3) },
  {
    name: 'tops',
    disks: disks('tops', 4),
    specs: (all) => [...all.slice(0, 2).map(leaf), ...mirror(all.slice(2))],
  },
  {
    name: 'rz1gone',
    disks: disks('rz1gone', 3),
    specs: raidz(1),
    harm: (all) => all.slice(0, 2),
  },
  {
    name: 'mirbad',
    disks: disks('mirbad', 2),
    specs: mirror,
    harm: (all) => {
      const zeros = new Uint8Array(MiB);
      for (let at = 4; at < 54; at += 1) all[1]?.write(at * MiB, zeros);
      return all;
    },
  },
];

/** `sha256sum` of every file of the pool, child file systems below their parents. */
function sumsOf(model: ReadonlyMap<string, ModelDataset>, pool: string): string {
  const lines: string[] = [];
  const walk = (tree: ModelDataset['tree'], path: string): void => {
    for (const [name, entry] of tree) {
      if (entry instanceof Map) walk(entry, `${path}${name}/`);
      else lines.push(`${sha256(entry.content)}  ./${path}${name}`);
    }
  };
  for (const [name, dataset] of model) {
    walk(dataset.tree, name === pool ? '' : `${name.slice(pool.length + 1)}/`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function work(name: string, specs: VdevSpec[]): Workload {
  const made = new Workload(spaCreate(name, specs, testHost(SEED)), new SeededRandom(SEED));
  for (let step = 0; step < STEPS; step += 1) made.step();
  return made;
}

function open(all: readonly MemoryDisk[], name: string): Spa {
  const found = findPools(all, new Checksums(nodeCodecs)).find((pool) => pool.name === name);
  if (found === undefined) throw new Error(`${name} is gone`);
  return spaOpen(found, testHost(SEED + 1));
}

/** What of `SUMS` (sha256sum's output) is not so in the pool. */
function differences(spa: Spa, sums: string): string[] {
  const bad: string[] = [];
  for (const line of sums.split('\n').filter((each) => each !== '')) {
    const [sum, path] = [line.slice(0, 64), line.slice(68)];
    const parts = path.split('/');
    let name = spa.identity.name;
    while (parts.length > 1 && spa.dsl.findDir(`${name}/${parts[0]}`) !== undefined) {
      name = `${name}/${parts.shift()}`;
    }
    const objset = spa.dsl.findDataset(name)?.objset;
    const reader = objset === undefined ? undefined : new ZfsReader(objset);
    let object = reader?.rootObject;
    for (const part of parts) {
      object = object === undefined ? undefined : reader?.lookup(object, part);
    }
    if (reader === undefined || object === undefined) {
      bad.push(`${path}: missing`);
      continue;
    }
    const bytes = reader.read(object, 0, reader.attributes(object).sizeBytes);
    if (sha256(bytes) !== sum) bad.push(`${path}: differs`);
  }
  return bad;
}

describe.skipIf(!hasVm)('the genuine kernel (skipped: judge VM missing)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zfs-vm-'));
  const input = join(folder, 'in');
  const output = join(folder, 'out');
  const kept = new Map<string, MemoryDisk[]>();

  function hand(load: Workload, name: string, all: readonly MemoryDisk[], place: string): void {
    mkdirSync(join(input, 'expect'), { recursive: true });
    writeFileSync(join(input, 'expect', `${name}.sha256`), sumsOf(load.model, name));
    load.makeMountPoints();
    spaExport(load.spa);
    saveDisksIn(join(input, place, name), all);
  }

  beforeAll(async () => {
    for (const layout of LAYOUTS) {
      const load = work(layout.name, layout.specs(layout.disks));
      hand(load, layout.name, [], 'pools');
      const rest = layout.harm?.(layout.disks) ?? layout.disks;
      saveDisksIn(join(input, 'pools', layout.name), rest);
      if (layout.harm) writeFileSync(join(input, 'pools', layout.name, 'degraded'), '');
      kept.set(layout.name, layout.disks);
    }
    const [a, b] = disks('fill', 2) as [MemoryDisk, MemoryDisk];
    const load = work('fill', [leaf(a)]);
    const guid = load.spa.zio.tops[0]?.vdev.guid ?? 0n;
    spaVdevAttach(load.spa, guid, leaf(b), { isReplacing: false });
    scanStep(load.spa, 300_000);
    for (let step = 0; step < 10; step += 1) load.fileStep();
    hand(load, 'fill', [a, b], 'resilver');
    handStreams();
    expect(
      await runVm(input, output, fileURLToPath(new URL('vm-job.sh', import.meta.url))),
    ).toEqual([]);
  }, 1_600_000);

  /** A full stream and two increments of the root file system. */
  function handStreams(): void {
    const load = new Workload(
      spaCreate('src', disks('src', 1).map(leaf), testHost(SEED)),
      new SeededRandom(SEED),
    );
    mkdirSync(join(input, 'streams'), { recursive: true });
    mkdirSync(join(input, 'expect', 'rx'), { recursive: true });
    let previous = null;
    for (const round of [1, 2, 3]) {
      for (let step = 0; step < 50; step += 1) load.fileStep();
      zfsSnapshot(load.spa, [`src@r${round}`]);
      const snapshot = load.spa.dsl.findDataset(`src@r${round}`);
      if (snapshot === undefined) throw new Error('no snapshot');
      const name = previous === null ? 'ours.zsend' : `ours+${round}.incr`;
      writeFileSync(join(input, 'streams', name), sendAll(load.spa, snapshot, previous));
      previous = snapshot;
    }
    writeFileSync(join(input, 'expect', 'rx', 'ours.sha256'), sumsOf(load.model, 'src'));
  }

  afterAll(() => {
    if (process.env['KEEP_POOLS'] === '1') process.stderr.write(`kept ${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  });

  test.each([...LAYOUTS.map(({ name }) => name), 'fill'])('%s comes back', (name) => {
    const images = join(output, 'pools', name);
    expect(existsSync(images)).toBe(true);
    const all = disksFrom(images);
    const sums = readFileSync(join(output, `${name}.after.sha256`), 'utf8');
    const spa = open(all, name);
    expect(differences(spa, sums)).toEqual([]);
    const report = scrubAll(spa);
    expect(report).toMatchObject({ errors: [], repairedBytes: 0 });
    expect(spa.dsl.findDataset(`${name}@theirs`)).toBeDefined();
    spaExport(spa);
    const missing = String((kept.get(name)?.length ?? all.length) - all.length);
    const options = ['--exported', '--missing', missing, '--no-feature-conservative'];
    expect(checkPool(all, name, options)).toEqual([]);
  });

  test('the disk that was missing comes back and gets what genuine ZFS wrote', () => {
    const old = kept.get('rz1gone')?.[2] as MemoryDisk;
    const all = [...disksFrom(join(output, 'pools', 'rz1gone')), old];
    const spa = open(all, 'rz1gone');
    expect(spa.scan.isResilvering).toBe(true);
    while (scanStep(spa));
    expect(spa.scan.phys.errors).toBe(0);
    spaExport(spa);
    const rest = open(all.slice(1), 'rz1gone');
    const sums = readFileSync(join(output, 'rz1gone.after.sha256'), 'utf8');
    expect(differences(rest, sums)).toEqual([]);
  });
});

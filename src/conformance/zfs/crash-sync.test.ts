/**
 * The power fails at every write and flush while files are changed synchronously: what was
 * acknowledged is there after the import, and nothing is half done. Then it fails at every step of
 * that import and of the replay of the log, too.
 */
import { expect, test } from 'vitest';
import { O_DSYNC } from '#abi/illumos/fcntl.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import { spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import { spaVdevAdd } from '#kernel/fs/zfs/pool/spa-vdev-add.ts';
import type { VdevSpec } from '#kernel/fs/zfs/pool/vdev-create.ts';
import { mountDataset } from '#kernel/fs/zfs/pool/zfs-mount.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { Checksums } from '#kernel/fs/zfs/zio/zio-checksum.ts';
import type { ZfsVfs } from '#kernel/fs/zfs/zpl/zfs-vfs.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import { isWouldBlock, type WouldBlock } from '#kernel/disp/wait.ts';
import type { BlockDevice } from '#runtime/host.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { contextOf, credentials, makeVfsFixture } from '#testing/vfs-fixture.ts';
import { CrashDisks } from '#testing/zfs/crash-disk.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { checkPool, hasZdb, testHost, zdb } from '#testing/zfs/pool-kit.ts';

const MiB = 2 ** 20;
const SEED = Number(process.env['ZFS_SEED'] ?? 1);
/** Every event with 1; CI looks at every few. */
const STRIDE = Number(process.env['ZFS_STRIDE'] ?? 5);
const ROOT = contextOf(credentials(0, 0));
const SYNC = { ...ROOT, fileFlags: O_DSYNC };
const FILE = { type: 'VREG', mode: 0o644 } as const;

function good<T>(result: T | Errno | WouldBlock): T {
  if (isErrno(result)) throw new Error(result.name);
  if (isWouldBlock(result)) throw new Error('would block');
  return result;
}

function open(disks: readonly BlockDevice[], seed = SEED): { spa: Spa; vfs: ZfsVfs } {
  const [found] = findPools(disks, new Checksums(nodeCodecs));
  if (found === undefined) throw new Error('no pool is found');
  const spa = spaOpen(found, testHost(seed));
  return { spa, vfs: mount(spa) };
}

function mount(spa: Spa): ZfsVfs {
  const dataset = spa.dsl.findDataset('tank');
  if (dataset === undefined) throw new Error('no dataset');
  return mountDataset(spa, dataset, 7, makeVfsFixture().special, false);
}

/** All files by name, as one text. */
function stateOf(vfs: ZfsVfs): string {
  const root = vfs.root();
  const { entries } = good(root.readdir(0, 1000, ROOT));
  const lines = entries.flatMap(({ name, type }) => {
    if (type !== 'VREG') return [];
    const file = good(root.lookup(name, ROOT));
    const bytes = new Uint8Array(good(file.getattr(ROOT)).sizeBytes);
    good(file.read(0, bytes, ROOT));
    return `${name} ${bytes.length} ${sum(bytes)}`;
  });
  return lines.sort().join('\n');
}

function sum(bytes: Uint8Array): number {
  let total = 0;
  for (const byte of bytes) total = (total * 31 + byte) % 1_000_003;
  return total;
}

/** One change after another, each of which is acknowledged before the next begins. */
class SyncWork {
  readonly #vfs: ZfsVfs;
  readonly #random: SeededRandom;
  readonly #now: () => number;
  /** What there was after each change, when it began, and whether all of it was acknowledged. */
  readonly states: { state: string; began: number; acknowledged: number | undefined }[] = [];
  #serial = 0;

  constructor(vfs: ZfsVfs, random: SeededRandom, now: () => number) {
    this.#vfs = vfs;
    this.#random = random;
    this.#now = now;
    this.states.push({ state: stateOf(vfs), began: 0, acknowledged: now() });
  }

  #do(change: () => void, makeSure: () => void): void {
    const began = this.#now();
    change();
    const state = stateOf(this.#vfs);
    makeSure();
    this.states.push({ state, began, acknowledged: this.#now() });
  }

  step(): void {
    const root = this.#vfs.root();
    const names = good(root.readdir(0, 1000, ROOT)).entries.filter((each) => each.type === 'VREG');
    const some = names[this.#random.uint32() % Math.max(names.length, 1)]?.name;
    const kind = this.#random.uint32() % 12;
    const fsync = (): void => {
      good(root.fsync(ROOT));
    };
    const name = `f${(this.#serial += 1)}`;
    if (kind < 3 || some === undefined) {
      this.#do(() => good(root.create(name, FILE, true, ROOT)), fsync);
      return;
    }
    const file = good(root.lookup(some, ROOT));
    if (kind < 8) {
      const { sizeBytes } = good(file.getattr(ROOT));
      // Those of 32 KiB and more go to their place, within one block; the log points to them.
      const isLarge = kind > 5 && sizeBytes < 60_000;
      const bytes = new Uint8Array((isLarge ? 33_000 : 1) + (this.#random.uint32() % 30_000));
      this.#random.fill(bytes);
      const at = this.#random.uint32() % (sizeBytes + 5000);
      this.#do(
        () => good(file.write(at, bytes, SYNC)),
        () => {},
      );
    } else if (kind === 8) {
      this.#do(
        () => good(file.setattr({ sizeBytes: this.#random.uint32() % 40_000 }, ROOT)),
        () => good(file.fsync(ROOT)),
      );
    } else if (kind === 9) {
      this.#do(() => good(root.remove(some, ROOT)), fsync);
    } else if (kind === 10) {
      this.#do(() => good(root.rename(some, root, name, ROOT)), fsync);
    } else {
      this.#do(() => good(root.link(file, name, ROOT)), fsync);
    }
  }
}

const file = (device: MemoryDisk): VdevSpec => ({ kind: 'file', device, path: `/${device.name}` });

type Layout = [string, number, (all: MemoryDisk[]) => VdevSpec[], hasLog?: true];
const layouts: Layout[] = [
  ['one disk', 1, (all) => all.map(file)],
  ['one disk and a log device', 2, (all) => all.slice(0, 1).map(file), true],
  ['raidz1', 3, (all) => [{ kind: 'raidz', parity: 1, children: all.map(file) }]],
];

test.each(layouts)(
  'power cut at any I/O of synchronous work on %s',
  { timeout: 240_000 },
  (...row) => {
    const [, count, specs, hasLog] = row;
    const disks = Array.from({ length: count }, (_, i) => new MemoryDisk(`d${i}`, 64 * MiB));
    const made = spaCreate('tank', specs(disks), testHost(SEED));
    if (hasLog) expect(spaVdevAdd(made, { logs: disks.slice(1).map(file) })).toBeUndefined();
    mount(made);
    const crash = new CrashDisks(disks);
    const { spa, vfs } = open(crash.devices());
    const random = new SeededRandom(SEED);
    const work = new SyncWork(vfs, random, () => crash.events.length);
    const start = crash.events.length;
    for (let step = 0; step < 40; step += 1) {
      work.step();
      if (step === 18 || step === 19) spaSync(spa);
    }
    let afterImport = 0;
    let isJudged = false;
    for (let n = start; n <= crash.events.length; n += n % 2 === 0 ? 1 : STRIDE) {
      const images = crash.imagesAfter(n, new SeededRandom(SEED * 1000 + n));
      const least = work.states.findLastIndex(({ acknowledged }) => (acknowledged ?? n + 1) <= n);
      const most = work.states.findLastIndex(({ began }) => began <= n);
      const allowed = work.states.slice(least, most + 1).map(({ state }) => state);
      if (hasZdb && n > start + 100 && !isJudged) {
        isJudged = true;
        // zdb leaves log vdevs out of the sums that check-pool.sh compares with the space maps.
        if (hasLog) expect(zdb(images, ['-bcc', 'tank']).join(' ')).toContain('No leaks');
        else expect(checkPool(images, 'tank')).toEqual([]);
      }
      const again = new CrashDisks(images);
      const later = open(again.devices(), SEED + n);
      const found = stateOf(later.vfs);
      expect(allowed, `after ${n} of ${crash.events.length}`).toContain(found);
      if (n % 151 !== 0) continue;
      afterImport += 1;
      spaSync(later.spa);
      for (let m = 0; m <= again.events.length; m += STRIDE) {
        const twice = again.imagesAfter(m, new SeededRandom(SEED * 1000 + m));
        expect(stateOf(open(twice, SEED + m).vfs), `after ${n}, then ${m}`).toBe(found);
      }
    }
    expect(afterImport).toBeGreaterThan(0);
  },
);

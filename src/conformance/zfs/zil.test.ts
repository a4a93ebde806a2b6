/**
 * Pools whose intent log is filled: zdb parses every record of a log that a crash left, and finds no
 * leak, neither before nor after we replayed it.
 */
import { expect, test } from 'vitest';
import { O_DSYNC } from '#abi/illumos/fcntl.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { spaExport, spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import type { VdevSpec } from '#kernel/fs/zfs/pool/vdev-create.ts';
import { mountDataset } from '#kernel/fs/zfs/pool/zfs-mount.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import type { ZfsVfs } from '#kernel/fs/zfs/zpl/zfs-vfs.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { contextOf, credentials, makeVfsFixture } from '#testing/vfs-fixture.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { checkPool, hasZdb, testHost, zdb } from '#testing/zfs/pool-kit.ts';

const MiB = 2 ** 20;
const ROOT = contextOf(credentials(0, 0));
const SYNC = { ...ROOT, fileFlags: O_DSYNC };
const FILE = { type: 'VREG', mode: 0o644 } as const;

const leaf = (device: MemoryDisk): VdevSpec => ({ kind: 'file', device, path: `/${device.name}` });

function good<T>(result: T): Exclude<T, Error | undefined> {
  if (isErrno(result)) throw new Error(result.name);
  return result as Exclude<T, Error | undefined>;
}

function mount(spa: Spa): ZfsVfs {
  const dataset = spa.dsl.findDataset('tank');
  if (dataset === undefined) throw new Error('no dataset');
  return mountDataset(spa, dataset, 7, makeVfsFixture().special, false);
}

/** Work that is in the log only. */
function fillLog(vfs: ZfsVfs): void {
  const root = vfs.root();
  const dir = root.mkdir('dir', { type: 'VDIR', mode: 0o755 }, ROOT);
  if (isErrno(dir)) throw new Error(dir.name);
  for (let n = 0; n < 20; n += 1) {
    const file = dir.create(`file${n}`, FILE, true, ROOT);
    if (isErrno(file)) throw new Error(file.name);
    good(file.write(0, new Uint8Array(n * 3000 + 1).fill(65 + n), n % 2 === 0 ? SYNC : ROOT));
    if (n % 3 === 0) good(file.setattr({ sizeBytes: n * 100 }, ROOT));
    if (n % 5 === 0) good(root.link(file, `link${n}`, ROOT));
    good(file.fsync(ROOT));
  }
  good(dir.rename('file3', root, 'renamed', ROOT));
  good(dir.remove('file4', ROOT));
  good(root.symlink('soft', 'dir/file5', FILE, ROOT));
  good(root.fsync(ROOT));
}

const layouts: [string, number, (all: MemoryDisk[]) => VdevSpec[]][] = [
  ['one disk', 1, (all) => all.map(leaf)],
  ['raidz1', 3, (all) => [{ kind: 'raidz', parity: 1, children: all.map(leaf) }]],
];

test.runIf(hasZdb).each(layouts)(
  'a crash with a filled log on %s',
  { timeout: 120_000 },
  (...row) => {
    const [, count, specs] = row;
    const disks = Array.from({ length: count }, (_, i) => new MemoryDisk(`d${i}`, 64 * MiB));
    const spa = spaCreate('tank', specs(disks), testHost());
    const vfs = mount(spa);
    const first = vfs.root().create('first', FILE, true, ROOT);
    if (isErrno(first)) throw new Error(first.name);
    good(first.fsync(ROOT));
    fillLog(vfs);
    const crashed = disks.map((disk) => disk.clone());
    const listed = zdb(crashed, ['-iii', 'tank']);
    expect(
      listed.filter((line) => /TX_(CREATE|WRITE|LINK|RENAME|SYMLINK)/.test(line)).length,
    ).toBeGreaterThan(40);
    expect(checkPool(crashed, 'tank')).toEqual([]);
    const [found] = findPools(disks, spa.zio.checksums);
    if (found === undefined) throw new Error('no pool');
    const later = spaOpen(found, testHost(2));
    // Claimed and not yet replayed: the log's blocks are allocated.
    expect(checkPool(disks, 'tank')).toEqual([]);
    const again = mount(later);
    const names = again.root().readdir(0, 100, ROOT);
    if (isErrno(names)) throw new Error(names.name);
    expect(names.entries.map((each) => each.name).sort()).toEqual(
      ['.', '..', 'dir', 'first', 'link0', 'link10', 'link15', 'link5', 'renamed', 'soft'].sort(),
    );
    spaExport(later);
    expect(checkPool(disks, 'tank', ['--exported'])).toEqual([]);
  },
);

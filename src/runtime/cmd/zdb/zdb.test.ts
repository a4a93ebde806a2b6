import { describe, expect, it } from 'vitest';
import { parseCommandLine, parseObjectRange } from '#cmd/zdb/command-line.ts';
import { histogramText } from '#cmd/zdb/histogram.ts';
import { ZDB } from '#cmd/zdb/zdb.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import { mountDataset } from '#kernel/fs/zfs/pool/zfs-mount.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { spaExport } from '#kernel/fs/zfs/pool/spa-open.ts';
import { bootHarness, type NodeHarness } from '#testing/node-harness.ts';
import { contextOf, credentials, makeVfsFixture } from '#testing/vfs-fixture.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { testHost } from '#testing/zfs/pool-kit.ts';

const MARK = 'many words';

function exportedPool(disk: MemoryDisk): { spa: Spa } {
  const spa = spaCreate('tank', [{ kind: 'file', device: disk, path: '/d0' }], testHost());
  const dataset = spa.dsl.findDataset('tank');
  if (dataset === undefined) throw new Error('no dataset');
  const root = mountDataset(spa, dataset, 7, makeVfsFixture().special, false).root();
  const context = contextOf(credentials(0, 0));
  const file = root.create('f', { type: 'VREG', mode: 0o644 }, false, context);
  if (isErrno(file)) throw new Error(file.name);
  const bytes = new Uint8Array(100_000);
  new SeededRandom(1).fill(bytes);
  bytes.set(new TextEncoder().encode(MARK), 5000);
  file.write(0, bytes, context);
  spaExport(spa);
  return { spa };
}

/** The image of an exported pool with one file that does not compress and has MARK in it. */
function smallPool(): Uint8Array {
  const disk = new MemoryDisk('d0', 64 * 2 ** 20);
  exportedPool(disk);
  const image = new Uint8Array(disk.sizeBytes);
  disk.read(0, image);
  return image;
}

function boot(files: Readonly<Record<string, Uint8Array>>): NodeHarness {
  return bootHarness({ commands: [ZDB], files: { '/pools/none': '', ...files } });
}

describe('zdb', () => {
  const image = smallPool();
  const node = boot({ '/pools/d0': image });
  const zdb = (...words: string[]): ReturnType<NodeHarness['run']> =>
    node.run(['/usr/sbin/zdb', ...words]);

  it('finds a pool that we wrote whole', () => {
    const run = zdb('-e', '-p', '/pools', '-bcc', 'tank');
    expect(run.stdout).toContain('\tNo leaks (block sum matches space maps exactly)\n');
    expect(run.status).toBe(0);
  });

  it('shows the labels of a device', () => {
    const run = zdb('-l', '/pools/d0');
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/^-{36}\nLABEL 0\n-{36}\n {4}version: 5000\n {4}name: 'tank'\n/);
    expect(run.stdout).toMatch(/\n {4}labels = 0 1 2 3 \n$/);
  });

  it('finds damage that only reading all data shows', () => {
    const broken = image.slice();
    const at = Buffer.from(broken.buffer).indexOf(MARK);
    expect(at).toBeGreaterThan(0);
    broken[at] = 0;
    const other = boot({ '/pools/d0': broken });
    const run = other.run(['/usr/sbin/zdb', '-e', '-p', '/pools', '-bcc', 'tank']);
    expect(run.status).toBe(3);
    expect(run.stdout).toMatch(/\nError counts:\n\n\terrno {2}count\n\t {3}50 {2}1\n/);
    expect(other.run(['/usr/sbin/zdb', '-e', '-p', '/pools', '-b', 'tank']).status).toBe(0);
  });

  it('says what is wrong', () => {
    expect(zdb('-e', '-p', '/pools', 'nosuch')).toMatchObject({
      status: 1,
      stderr: "zdb: can't open 'nosuch': No such file or directory\n",
    });
    expect(zdb('-e', '-p', '/pools', '-d', 'tank/nosuch')).toMatchObject({
      status: 1,
      stderr:
        "failed to hold dataset 'tank/nosuch': No such file or directory\n" +
        "zdb: can't open 'tank/nosuch': No such file or directory\n",
    });
    expect(zdb('-l', '/pools/nosuch')).toMatchObject({
      status: 1,
      stdout: "cannot open '/pools/nosuch': No such file or directory\n",
    });
    expect(zdb('-l', '/pools/none').status).toBe(2);
    expect(zdb('-p', '/pools', 'tank').stderr).toMatch(
      /^-p option requires use of -e\nUsage:\tzdb /,
    );
    expect(zdb('-Q').stderr).toMatch(/^zdb: illegal option -- Q\nUsage:/);
    expect(zdb('-S', 'tank')).toMatchObject({
      status: 2,
      stderr: 'zdb: simulating deduplication (-S): not supported yet\n',
    });
  });
});

describe('zdb on the disks of a node', () => {
  it('looks at a pool that the kernel has open', () => {
    const disk = new MemoryDisk('c1t0d0', 64 * 2 ** 20);
    const { spa } = exportedPool(disk);
    expect(spa.identity.name).toBe('tank');
    const node = bootHarness({ commands: [ZDB], disks: [disk] });
    const label = node.run(['/usr/sbin/zdb', '-l', 'c1t0d0']);
    expect(label).toMatchObject({ status: 0 });
    expect(label.stdout).toContain("    name: 'tank'\n");
    const pool = node.run(['/usr/sbin/zdb', '-b', 'tank']);
    expect(pool.stdout).toContain('\tNo leaks (block sum matches space maps exactly)\n');
  });
});

describe('the command line', () => {
  it('shows everything twice as much as asked when nothing is asked', () => {
    const line = parseCommandLine(['tank']);
    if (typeof line === 'string') throw new Error(line);
    expect(line.counts.get('d')).toBe(2);
    expect(line.counts.has('R')).toBe(false);
    const some = parseCommandLine(['-bb', '-v', 'tank']);
    if (typeof some === 'string') throw new Error(some);
    expect([some.counts.get('b'), some.counts.get('d')]).toEqual([3, undefined]);
  });

  it('understands ranges of objects', () => {
    expect(parseObjectRange('7')).toEqual({ start: 7, end: 7, filter: null });
    expect(parseObjectRange('0:-1')).toEqual({ start: 0, end: Infinity, filter: null });
    expect(parseObjectRange('1:9:d')).toMatchObject({ filter: { letters: new Set(['d']) } });
    expect(parseObjectRange('1:9:A-f')).toMatchObject({
      filter: { letters: new Set(['d', 'm', 'z']), isAll: true },
    });
    expect(parseObjectRange('9:1')).toBe('Start object ID may not exceed end object ID');
    expect(parseObjectRange(':1')).toBe('Invalid leading colon');
    expect(parseObjectRange('x')).toBe('Invalid characters in object ID');
    expect(parseObjectRange('1:2:q')).toBe('Invalid flag');
  });

  it('draws histograms from the first to the last bucket in use', () => {
    expect(histogramText([0, 2, 0, 80, 0], 9)).toBe(
      `\t\t\t 10:      2 *\n\t\t\t 11:      0 \n\t\t\t 12:     80 ${'*'.repeat(40)}\n`,
    );
  });
});

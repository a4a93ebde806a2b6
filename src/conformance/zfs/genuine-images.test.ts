/**
 * Two more genuine pools (made by genuine-job.sh): one whose blocks are gangs, which we
 * read, scrub and free; and one of every checksum and compression, where what can't be read says so.
 * And gang blocks of our own, in a pool without room for whole ones.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { forEachPointer } from '#kernel/fs/zfs/dmu/dbuf.ts';
import type { DslDataset } from '#kernel/fs/zfs/dsl/dsl-dataset.ts';
import { isGang } from '#kernel/fs/zfs/ondisk/blkptr.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import { type LoadedPool, spaLoad } from '#kernel/fs/zfs/pool/spa-load.ts';
import { spaExport, spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import { spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import { openFileSystem } from '#kernel/fs/zfs/pool/zfs-mount.ts';
import { type FoundPool, findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { Checksums } from '#kernel/fs/zfs/zio/zio-checksum.ts';
import type { ZfsFs } from '#kernel/fs/zfs/zpl/zfs-fs.ts';
import { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { GenuineFiles } from '#testing/zfs/genuine.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { checkPool, hasZdb, testHost } from '#testing/zfs/pool-kit.ts';
import { hasVm } from '#testing/zfs/vm-judge.ts';

const MiB = 2 ** 20;
let files: GenuineFiles;

beforeAll(async () => {
  if (hasVm) files = await GenuineFiles.make();
}, 1_500_000);

function find(disk: MemoryDisk): FoundPool {
  const [found] = findPools([disk], new Checksums(nodeCodecs));
  if (found === undefined) throw new Error('no pool');
  return found;
}

function load(disk: MemoryDisk): LoadedPool {
  const options = { codecs: nodeCodecs, arcLimitBytes: 32 * MiB, isReadOnly: true };
  return spaLoad(find(disk), options);
}

/** Gang blocks of all files. */
function countGangs(fs: ZfsFs): number {
  let count = 0;
  for (const object of fs.objset.objects()) {
    forEachPointer(fs.objset.dnode(object), (bp) => {
      if (isGang(bp)) count += 1;
    });
  }
  return count;
}

describe.skipIf(!hasVm || !hasZdb)('genuine images (skipped: the machine or zdb missing)', () => {
  test('gang blocks are read, and freed with all their pieces', () => {
    const disk = files.disk('gang');
    expect(
      files.differences((load(disk).dsl.findDataset('src') as DslDataset).objset, 'gang'),
    ).toEqual([]);
    const spa = spaOpen(find(disk), testHost());
    const fs = openFileSystem(spa, spa.dsl.findDataset('src') as DslDataset);
    expect(countGangs(fs)).toBeGreaterThan(2);
    const x = fs.lookup(fs.rootObject, 'x') as number;
    const d = fs.lookup(x, 'd') as number;
    for (const { name } of Array.from(fs.entries(d))) expect(fs.remove(d, name)).toBeUndefined();
    fs.write(fs.lookup(fs.rootObject, 'sparse') as number, 100_000, new Uint8Array(50_000).fill(1));
    spaExport(spa);
    expect(checkPool([disk], 'src', ['--exported'])).toEqual([]);
  }, 60_000);

  test('checksums and compressions of OpenZFS', () => {
    const { dsl } = load(files.disk('alg'));
    for (const name of ['sha512', 'blake3', 'zstd', 'zstd-fast', 'zstd-19']) {
      const dataset = dsl.findDataset(`alg/${name}`) as DslDataset;
      expect(files.differences(dataset.objset, `alg/${name}`)).toEqual([]);
    }
    for (const name of ['skein', 'edonr']) {
      const dataset = dsl.findDataset(`alg/${name}`) as DslDataset;
      const what = `checksum ${name} is not supported`;
      expect(() => files.differences(dataset.objset, `alg/${name}`)).toThrow(what);
    }
    const secret = dsl.findDataset('alg/enc') as DslDataset;
    expect(() => new ZfsReader(secret.objset)).toThrow(/encryption is not supported/);
  });
});

describe.skipIf(!hasZdb)('gang blocks of ours (skipped: zdb missing)', () => {
  test('a pool without room for whole blocks still takes large files', { timeout: 60_000 }, () => {
    const disk = new MemoryDisk('d0', 64 * MiB);
    const spec = { kind: 'file' as const, device: disk, path: '/x' };
    const spa = spaCreate('tank', [spec], testHost());
    const fs = openFileSystem(spa, spa.dsl.findDataset('tank') as DslDataset);
    const random = new SeededRandom(3);
    const piece = new Uint8Array(40_960);
    const made: string[] = [];
    const put = (name: string, content: Uint8Array): void => {
      const object = fs.create(fs.rootObject, name, { mode: 0o100644, uid: 0, gid: 0 });
      if (isErrno(object)) throw new Error(object.name);
      fs.write(object, 0, content);
    };
    // Nearly full of pieces, then every second one goes: holes of 40 KiB all over.
    const free = (): number => {
      const { sizeBytes, allocatedBytes } = spa.space;
      return sizeBytes - allocatedBytes;
    };
    while (free() > 6 * MiB) {
      for (let i = 0; i < 40; i += 1) {
        random.fill(piece);
        put(`p${made.length}`, piece.slice());
        made.push(`p${made.length}`);
      }
      spaSync(spa);
    }
    for (const name of made.filter((_, i) => i % 2 === 0)) fs.remove(fs.rootObject, name);
    for (let i = 0; i < 4; i += 1) {
      put(`tick${i}`, new Uint8Array(1));
      spaSync(spa);
    }
    const large = new Uint8Array(12 * MiB);
    random.fill(large);
    put('large', large);
    spaSync(spa);
    expect(countGangs(fs)).toBeGreaterThan(10);
    const object = fs.lookup(fs.rootObject, 'large') as number;
    expect(Buffer.compare(fs.read(object, 0, large.length), large)).toBe(0);
    expect(checkPool([disk], 'tank')).toEqual([]);
    fs.remove(fs.rootObject, 'large');
    spaSync(spa);
    expect(checkPool([disk], 'tank', ['--no-feature-conservative'])).toEqual([]);
  });
});

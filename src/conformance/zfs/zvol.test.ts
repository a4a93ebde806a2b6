/**
 * Volumes as programs see them, below /dev/zvol: written, read, cut, snapshotted, sent; the pool is
 * judged by zdb. Beside a plain buffer as model.
 */
import { describe, expect, test } from 'vitest';
import { nvUint64, type NvValue } from '#abi/illumos/nvpair.ts';
import type { DslDataset } from '#kernel/fs/zfs/dsl/dsl-dataset.ts';
import { zfsRollback, zfsSnapshot } from '#kernel/fs/zfs/pool/dsl-ops.ts';
import { zfsSetProps } from '#kernel/fs/zfs/pool/dsl-prop-ops.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import { zvolCreate } from '#kernel/fs/zfs/pool/zvol-create.ts';
import { openVolume } from '#kernel/fs/zfs/pool/zvol-ops.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { checkPool, checkStream, hasZdb, testHost } from '#testing/zfs/pool-kit.ts';
import { recvAll, sendAll } from '#testing/zfs/streams.ts';
import { ZfsNode } from '#testing/zfs/zfs-node.ts';

const MiB = 2 ** 20;
const SEED = Number(process.env['ZFS_SEED'] ?? 1);

const props = (volsize: number, volblocksize = 8192): Map<string, bigint> =>
  new Map([
    ['volsize', BigInt(volsize)],
    ['volblocksize', BigInt(volblocksize)],
  ]);

describe.skipIf(!hasZdb)('volumes (skipped: zdb missing)', () => {
  test.each([512, 8192, 131_072])('random work, blocks of %i', { timeout: 60_000 }, (block) => {
    const random = new SeededRandom(SEED + block);
    const below = (limit: number): number => random.uint32() % limit;
    const disk = new MemoryDisk('d0', 128 * MiB);
    const spa = spaCreate('tank', [{ kind: 'file', device: disk, path: '/x' }], testHost());
    expect(zvolCreate(spa, 'tank/vol', props(4 * MiB, block))).toBeUndefined();
    const dataset = spa.dsl.findDataset('tank/vol') as DslDataset;
    const volume = openVolume(spa, dataset);
    let model = new Uint8Array(4 * MiB);
    let frozen = model;
    for (let step = 0; step < 150; step += 1) {
      const at = below(model.length / 512) * 512;
      const size = Math.min((1 + below(400)) * 512, model.length - at);
      const kind = below(20);
      if (kind < 12) {
        const bytes = new Uint8Array(size).fill(below(256));
        if (below(3) === 0) random.fill(bytes);
        volume.write(at, bytes);
        model.set(bytes, at);
      } else if (kind < 16) {
        volume.discard(at, size);
        model.fill(0, at, at + size);
      } else if (kind === 16) {
        volume.flush();
      } else if (kind === 17) {
        const wanted = (1 + below(40)) * 131_072;
        expect(
          zfsSetProps(spa, 'tank/vol', new Map([['volsize', BigInt(wanted)]])),
        ).toBeUndefined();
        const resized = new Uint8Array(wanted);
        resized.set(model.subarray(0, wanted));
        model = resized;
      } else if (kind === 18) {
        expect(zfsSnapshot(spa, [`tank/vol@s${step}`])).toBeUndefined();
        frozen = model.slice();
      } else {
        const [last] = dataset.snapshots().slice(-1);
        if (last === undefined) continue;
        expect(zfsRollback(spa, last.fullName)).toBeUndefined();
        model = frozen.slice();
      }
      expect(volume.sizeBytes).toBe(model.length);
    }
    const got = new Uint8Array(model.length);
    volume.read(0, got);
    expect(Buffer.compare(got, model)).toBe(0);
    expect(zfsSnapshot(spa, ['tank/vol@end'])).toBeUndefined();
    const snapshot = spa.dsl.findDataset('tank/vol@end') as DslDataset;
    expect(() => openVolume(spa, snapshot).write(0, new Uint8Array(512))).toThrow(/read-only/);
    const stream = sendAll(spa, snapshot, null, { isCompressOk: true, isEmbedOk: true });
    expect(checkStream(stream)).toEqual([]);
    const copy = recvAll(spa, stream, 'tank/copy');
    if (isErrno(copy)) throw new Error(copy.name);
    openVolume(spa, copy).read(0, got);
    expect(Buffer.compare(got, model)).toBe(0);
    const options = block === 8192 ? [] : ['--no-feature-conservative'];
    expect(checkPool([disk], 'tank', options)).toEqual([]);
  });

  test('devices below /dev/zvol, as large as they are told to be', { timeout: 60_000 }, () => {
    const node = new ZfsNode(['tank']);
    node.create('tank/a');
    const source = new Map<string, NvValue>([
      ['type', nvUint64(3)],
      ['props', { type: 'nvlist', value: new Map([['volsize', nvUint64(MiB)]]) }],
    ]);
    node.must('ZFS_IOC_CREATE', { name: 'tank/a/vol', source });
    const outcome = node.harness.run(function* (sys) {
      const fd = yield* sys.open('/dev/zvol/rdsk/tank/a/vol', 2);
      if (typeof fd !== 'number') return 1;
      if ((yield* sys.pwrite(fd, new Uint8Array(1024).fill(7), MiB - 1024)) !== 1024) return 2;
      if (isErrno(yield* sys.pwrite(fd, new Uint8Array(512), MiB)) === false) return 3;
      const bytes = new Uint8Array(2048);
      if ((yield* sys.pread(fd, bytes, MiB - 1536)) !== 1536) return 4;
      if (bytes[0] !== 0 || bytes[1535] !== 7) return 5;
      yield* sys.close(fd);
      const stat = yield* sys.stat('/dev/zvol/dsk/tank/a/vol');
      if (isErrno(stat) || stat.type !== 'VBLK') return 6;
      const gone = yield* sys.open('/dev/zvol/dsk/tank/a/none', 0);
      return isErrno(gone) && gone.name === 'ENOENT' ? 0 : 7;
    });
    expect(outcome.status).toBe(0);
    node.snapshot('tank/a/vol@s');
    const listed = node.harness.run(function* (sys) {
      const fd = yield* sys.open('/dev/zvol/dsk/tank/a/vol@s', 0);
      if (typeof fd !== 'number') return 1;
      const written = yield* sys.write(fd, new Uint8Array(512));
      return isErrno(written) ? 0 : 2;
    });
    expect(listed.status).toBe(0);
    expect(() => node.must('ZFS_IOC_CREATE', { name: 'tank/a/vol/x' })).toThrow();
    const disk = node.exported('tank');
    expect(checkPool([disk], 'tank', ['--exported'])).toEqual([]);
  });

  test('sizes and blocks that can not be', () => {
    const disk = new MemoryDisk('d0', 64 * MiB);
    const spa = spaCreate('tank', [{ kind: 'file', device: disk, path: '/x' }], testHost());
    const refused = (size: number, block: number): string | undefined =>
      zvolCreate(spa, 'tank/v', props(size, block))?.name;
    expect(refused(MiB, 3000)).toBe('EDOM');
    expect(refused(MiB, 256)).toBe('EDOM');
    expect(refused(MiB, MiB)).toBe('EDOM');
    expect(refused(MiB + 512, 8192)).toBe('EINVAL');
    expect(refused(0, 8192)).toBe('EINVAL');
    expect(zvolCreate(spa, 'tank/no/v', props(MiB))?.name).toBe('ENOENT');
    expect(zvolCreate(spa, 'tank/v', props(MiB))).toBeUndefined();
    expect(zvolCreate(spa, 'tank/v', props(MiB))?.name).toBe('EEXIST');
    expect(zvolCreate(spa, 'tank/v/x', props(MiB))?.name).toBe('EINVAL');
    const resize = (size: number): string | undefined =>
      zfsSetProps(spa, 'tank/v', new Map([['volsize', BigInt(size)]]))?.name;
    expect(resize(MiB + 1)).toBe('EINVAL');
    expect(resize(0)).toBe('EINVAL');
  });
});

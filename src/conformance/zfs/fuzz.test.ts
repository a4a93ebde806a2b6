/**
 * Damaged and hostile pools and streams: whatever comes, the answer is a ZfsError or an errno, in bounded
 * time, and nothing is accessed outside the disk (the memory disk asserts that). Whoever makes a hostile
 * pool also computes right checksums, so in that part every checksum counts as right.
 * ZFS_FUZZ=5000 ZFS_SEED=7 goes further; a failure names its round.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { DslDataset } from '#kernel/fs/zfs/dsl/dsl-dataset.ts';
import { DRR_BEGIN, DRR_END, DRR_SIZE } from '#kernel/fs/zfs/ondisk/replay-record.ts';
import { ZfsError } from '#kernel/fs/zfs/ondisk/zfs-error.ts';
import { zfsClone, zfsCreate, zfsSnapshot } from '#kernel/fs/zfs/pool/dsl-ops.ts';
import { zfsDestroy } from '#kernel/fs/zfs/pool/dsl-destroy-ops.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import { spaLoad } from '#kernel/fs/zfs/pool/spa-load.ts';
import { spaExport, spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import { spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import { openFileSystem } from '#kernel/fs/zfs/pool/zfs-mount.ts';
import { type FoundPool, findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { zapSetNumber } from '#kernel/fs/zfs/zap/zap.ts';
import type { DslDir } from '#kernel/fs/zfs/dsl/dsl-dir.ts';
import { Checksums } from '#kernel/fs/zfs/zio/zio-checksum.ts';
import { Compressor } from '#kernel/fs/zfs/zio/zio-compress.ts';
import { StreamReader } from '#kernel/fs/zfs/zio/stream-reader.ts';
import { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { checkPool, hasZdb, testHost } from '#testing/zfs/pool-kit.ts';
import { recvAll, sendAll } from '#testing/zfs/streams.ts';

const MiB = 2 ** 20;
const ROUNDS = Number(process.env['ZFS_FUZZ'] ?? 60);
const SEED = Number(process.env['ZFS_SEED'] ?? 1);

/** Puts `value` in place of a method of a class until the answer is called. */
function replace(prototype: object, name: string, value: unknown): () => void {
  const saved = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
  Object.defineProperty(prototype, name, { ...saved, value });
  return () => {
    Object.defineProperty(prototype, name, saved);
  };
}

/** Every checksum counts as right while `work` runs. */
function withRightChecksums(work: () => void): void {
  const restore = replace(Checksums.prototype, 'compute', () => null);
  try {
    work();
  } finally {
    restore();
  }
}

/** A pool with a bit of everything; metadata is not compressed, so that damage hits structures. */
function makePool(): MemoryDisk {
  const restore = replace(Compressor.prototype, 'compress', () => null);
  const disk = new MemoryDisk('d0', 64 * MiB);
  const spec = { kind: 'file' as const, device: disk, path: '/x' };
  const spa = spaCreate('tank', [spec], testHost());
  zfsCreate(spa, 'tank/a');
  for (const name of ['tank', 'tank/a']) {
    const fs = openFileSystem(spa, spa.dsl.findDataset(name) as DslDataset);
    for (let i = 0; i < 60; i += 1) {
      const mode = i % 20 === 0 ? 0o040755 : 0o100644;
      const made = fs.create(fs.rootObject, `${'n'.repeat(i)}${i}`, { mode, uid: i, gid: 1 });
      if (!isErrno(made) && i % 20 !== 0) fs.write(made, i * 900, new Uint8Array(i * 400).fill(i));
    }
    zfsSnapshot(spa, [`${name}@s`]);
    fs.remove(fs.rootObject, 'n1');
  }
  zfsClone(spa, 'tank/a@s', 'tank/c');
  spaExport(spa);
  restore();
  return disk;
}

/** Looks at everything there is, up to a number of files: directories may be loops. */
function readAll(disk: MemoryDisk): void {
  const [found] = findPools([disk], new Checksums(nodeCodecs));
  if (found === undefined) return;
  const options = { codecs: nodeCodecs, arcLimitBytes: 8 * MiB, isReadOnly: true };
  const { dsl } = spaLoad(found, options);
  for (const dir of dsl.allDirs()) {
    if (dir.phys.headDatasetObj === 0) continue;
    const head = dsl.head(dir);
    for (const dataset of [head, ...head.snapshots()]) quietly(() => readFiles(dataset));
  }
}

function readFiles(dataset: DslDataset): void {
  const reader = new ZfsReader(dataset.objset);
  let budget = 200;
  const walk = (object: number, depth: number): void => {
    for (const entry of reader.entries(object)) {
      budget -= 1;
      if (budget < 0) return;
      quietly(() => {
        const { mode, sizeBytes } = reader.attributes(entry.object);
        reader.xattrs(entry.object);
        if ((mode & 0xf000) === 0x4000 && depth < 10) walk(entry.object, depth + 1);
        else reader.read(entry.object, Math.max(0, sizeBytes - 100_000), 100_000);
      });
    }
  };
  walk(reader.rootObject, 0);
}

/** One broken thing does not keep from looking at the next. */
function quietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
  }
}

/** Runs `work` on a disk; anything but a ZfsError is a failure that names the round. */
function attempt(round: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof ZfsError) return;
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`round ${round}, seed ${SEED}: ${why.slice(0, 1500)}`);
  }
}

/** Changes a few bytes where something is written, in one of the ways that hurt. */
function harm(disk: MemoryDisk, random: SeededRandom): void {
  const below = (limit: number): number => random.uint32() % limit;
  const chunks = [...disk.chunks.keys()].sort((a, b) => a - b);
  for (let n = 1 + below(6); n > 0; n -= 1) {
    const at = chunks[below(chunks.length)] as number;
    const chunk = disk.chunks.get(at) as Uint8Array;
    // Most of a chunk is nothing: look for a place that holds something.
    let place = below(chunk.length);
    for (let i = 0; i < 4000 && chunk[place] === 0; i += 1) place = (place + 8) % chunk.length;
    const kind = below(5);
    if (kind === 0) chunk[place] = (chunk[place] as number) ^ (1 << below(8));
    else if (kind === 1) chunk.fill(0xff, place, place + 1 + below(8));
    else if (kind === 2) chunk.fill(0, place, place + 1 + below(512));
    else if (kind === 3) random.fill(chunk.subarray(place, place + 1 + below(16)));
    else chunk.copyWithin(place, below(chunk.length), below(chunk.length) + 128);
  }
}

describe('hostile pools', () => {
  let base: MemoryDisk;
  beforeAll(() => {
    base = makePool();
  });

  test('flipped and overwritten: an error, or what redundancy gives', { timeout: 120_000 }, () => {
    const random = new SeededRandom(SEED);
    for (let round = 0; round < ROUNDS; round += 1) {
      const disk = base.clone();
      harm(disk, random);
      attempt(round, () => readAll(disk));
    }
  });

  test('with right checksums: structures that lie', { timeout: 240_000 }, () => {
    const random = new SeededRandom(SEED + 1);
    for (let round = 0; round < ROUNDS * 3; round += 1) {
      const disk = base.clone();
      harm(disk, random);
      withRightChecksums(() => attempt(round, () => readAll(disk)));
    }
  });

  test('opened for writing, with right checksums', { timeout: 240_000 }, () => {
    const random = new SeededRandom(SEED + 2);
    for (let round = 0; round < ROUNDS; round += 1) {
      const disk = base.clone();
      harm(disk, random);
      withRightChecksums(() =>
        attempt(round, () => {
          const [found] = findPools([disk], new Checksums(nodeCodecs));
          if (found !== undefined) spaOpen(found, testHost());
        }),
      );
    }
  });

  test('a file system that is its own child', () => {
    const disk = base.clone();
    const [found] = findPools([disk], new Checksums(nodeCodecs));
    const spa = spaOpen(found as FoundPool, testHost());
    const dir = spa.dsl.findDir('tank/a') as DslDir;
    spa.syncTasks.push(() => {
      zapSetNumber(spa.mos, dir.phys.childDirZapobj, 'loop', dir.object);
    });
    spaSync(spa);
    expect(() => readAll(disk)).toThrow(/its own child/);
    const [again] = findPools([disk], new Checksums(nodeCodecs));
    expect(() => spaOpen(again as FoundPool, testHost())).toThrow(/its own child/);
  });

  test('cut off anywhere', { timeout: 60_000 }, () => {
    const random = new SeededRandom(SEED + 3);
    for (let round = 0; round < ROUNDS / 4; round += 1) {
      const disk = base.clone();
      const from = random.uint32() % 1024;
      for (const n of disk.chunks.keys()) if (n >= from) disk.chunks.delete(n);
      attempt(round, () => readAll(disk));
    }
  });
});

/** Offsets of the records of a stream, with all checksums taken out: "not given" passes. */
function withoutChecksums(stream: Uint8Array, fletcher: Checksums['fletcher']): number[] {
  const reader = new StreamReader(fletcher);
  const places: number[] = [];
  for (let at = 0; at < stream.length; ) {
    places.push(at);
    const step = reader.push(stream, at);
    if (step.record === null) break;
    at = step.at;
  }
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  for (const at of places) {
    const type = view.getUint32(at, true);
    if (type !== DRR_BEGIN) stream.fill(0, at + DRR_SIZE - 32, at + DRR_SIZE);
    if (type === DRR_END) stream.fill(0, at + 8, at + 40);
  }
  return places;
}

describe.skipIf(!hasZdb)('hostile streams (skipped: zdb missing)', () => {
  test('records that lie leave nothing, or a pool that is whole', { timeout: 240_000 }, () => {
    const random = new SeededRandom(SEED + 4);
    const below = (limit: number): number => random.uint32() % limit;
    const source = spaOpen(
      findPools([makePool()], new Checksums(nodeCodecs))[0] as never,
      testHost(),
    );
    const snapshot = source.dsl.findDataset('tank/a@s') as DslDataset;
    const options = { isCompressOk: true, isEmbedOk: true };
    const stream = sendAll(source, snapshot, null, options);
    const places = withoutChecksums(stream, source.zio.checksums.fletcher);
    const disk = new MemoryDisk('d1', 128 * MiB);
    const goal = spaCreate('goal', [{ kind: 'file', device: disk, path: '/y' }], testHost());
    for (let round = 0; round < ROUNDS; round += 1) {
      const bad = stream.slice();
      for (let n = 1 + below(3); n > 0; n -= 1) {
        const at = places[1 + below(places.length - 1)] as number;
        const field = at + 4 * below(28);
        if (below(3) === 0) bad.fill(0xff, field, field + 4);
        else bad[field] = below(256);
      }
      const cut = below(5) === 0 ? below(bad.length) : bad.length;
      const name = `goal/r${round}`;
      attempt(round, () => {
        const pieceSize = 1 + below(100_000);
        recvAll(goal, bad.subarray(0, Math.max(cut, DRR_SIZE)), name, { pieceSize });
      });
      expect(goal.isSuspended, `round ${round}, seed ${SEED}`).toBe(false);
      const made = goal.dsl.findDataset(name);
      if (made === undefined) continue;
      quietly(() => readFiles(made));
      for (const snap of made.snapshots()) expect(zfsDestroy(goal, snap.fullName)).toBeUndefined();
      expect(zfsDestroy(goal, name), `round ${round}`).toBeUndefined();
    }
    spaSync(goal);
    expect(checkPool([disk], 'goal')).toEqual([]);
  });
});

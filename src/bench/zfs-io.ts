/**
 * A gigabyte through ZFS: written and read in records of 128 KiB through the vnode, on a pool in one
 * file of the host, with lz4 and fletcher4. The peers are the host's own file calls with the same
 * sizes (its page cache: nothing is summed or compressed there), and `lz4` and `sha256sum` over the
 * same bytes.
 */
import { closeSync, fdatasyncSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Bench, type Measurement, median } from '#bench/measure.ts';
import { scrubAll } from '#kernel/fs/zfs/pool/scan-ops.ts';
import { spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import type { Vnode } from '#kernel/vfs/vnode.ts';
import {
  AS_ROOT,
  type BenchPool,
  createFile,
  good,
  makeBenchPool,
  textLike,
} from '#testing/zfs/bench-pool.ts';

const MiB = 2 ** 20;
const FILE_BYTES = 1024 * MiB;
const POOL_BYTES: number = 4096 * MiB;
const ARC_BYTES: number = 64 * MiB;
const RECORD: number = 128 * 1024;
/** What is written again and again; longer than any window of a compressor. */
const DATA_BYTES: number = 16 * MiB;
const RUNS = 3;
const ARC_READS = 300_000;
const ARC_FILE_BYTES: number = 32 * MiB;
const ARC_READ_BYTES = 8192;

function secondsOf(work: () => void): number {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
}

const perSecond = (bytes: number, seconds: number): number => bytes / 1e6 / seconds;

function writeFile(pool: BenchPool, name: string, data: Uint8Array): Vnode {
  const file = createFile(pool.vfs.root(), name);
  for (let at = 0; at < FILE_BYTES; at += RECORD) {
    const from = at % data.length;
    good(file.write(at, data.subarray(from, from + RECORD), AS_ROOT));
  }
  good(file.fsync(AS_ROOT));
  return file;
}

function readFile(file: Vnode): void {
  const target = new Uint8Array(RECORD);
  for (let at = 0; at < FILE_BYTES; at += RECORD) good(file.read(at, target, AS_ROOT));
}

/** The same bytes with the host's calls: rates of writing with a sync, and of reading. */
function measureHost(folder: string, data: Uint8Array): { write: number; read: number } {
  const path = join(folder, 'peer.bin');
  const fd = openSync(path, 'w+');
  const write = secondsOf(() => {
    for (let at = 0; at < FILE_BYTES; at += RECORD) {
      writeSync(fd, data, at % data.length, RECORD, at);
    }
    fdatasyncSync(fd);
  });
  const target = new Uint8Array(RECORD);
  const read = secondsOf(() => {
    for (let at = 0; at < FILE_BYTES; at += RECORD) readSync(fd, target, 0, RECORD, at);
  });
  closeSync(fd);
  return { write: perSecond(FILE_BYTES, write), read: perSecond(FILE_BYTES, read) };
}

/** Bytes a second of a command that reads `input`; undefined where it is not installed. */
function commandRate(words: readonly string[], sizeBytes: number): number | undefined {
  const [command = '', ...rest] = words;
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const started = performance.now();
    if (spawnSync(command, rest, { stdio: 'ignore' }).status !== 0) return undefined;
    times.push((performance.now() - started) / 1000);
  }
  return perSecond(sizeBytes, median(times));
}

/** Random reads of a file that the cache holds. */
function measureArc(pool: BenchPool, data: Uint8Array): number {
  const file = createFile(pool.vfs.root(), 'cached');
  for (let at = 0; at < ARC_FILE_BYTES; at += RECORD) {
    good(file.write(at, data.subarray(at % data.length, (at % data.length) + RECORD), AS_ROOT));
  }
  spaSync(pool.spa);
  const target = new Uint8Array(ARC_READ_BYTES);
  const count = ARC_FILE_BYTES / ARC_READ_BYTES;
  const readAll = (): void => {
    let place = 1;
    for (let n = 0; n < ARC_READS; n += 1) {
      place = (Math.imul(place, 1_103_515_245) + 12_345) >>> 0;
      good(file.read(((place >>> 8) % count) * ARC_READ_BYTES, target, AS_ROOT));
    }
  };
  readAll();
  return ARC_READS / median(Array.from({ length: RUNS }, () => secondsOf(readAll)));
}

function measureCommands(folder: string, data: Uint8Array): { lz4: number; sha256: number } {
  const path = join(folder, 'commands.bin');
  const fd = openSync(path, 'w');
  for (let at = 0; at < 256 * MiB; at += data.length) writeSync(fd, data);
  closeSync(fd);
  const size = 256 * MiB;
  const lz4 = commandRate(['lz4', '-1', '-f', '-q', path, '/dev/null'], size);
  const sha256 = commandRate(['sha256sum', path], size);
  writeFileSync(path, '');
  return { lz4: lz4 ?? Number.NaN, sha256: sha256 ?? Number.NaN };
}

interface Rates {
  readonly write: number;
  readonly read: number;
  readonly scrub: number;
}

function measurePool(pool: BenchPool, name: string, data: Uint8Array): Rates {
  let file: Vnode | undefined;
  const write = secondsOf(() => {
    file = writeFile(pool, name, data);
  });
  const read = secondsOf(() => readFile(file as Vnode));
  const scrub = secondsOf(() => {
    scrubAll(pool.spa);
  });
  good(pool.vfs.root().remove(name, AS_ROOT));
  spaSync(pool.spa);
  return {
    write: perSecond(FILE_BYTES, write),
    read: perSecond(FILE_BYTES, read),
    scrub: perSecond(FILE_BYTES, scrub),
  };
}

const middle = <T>(items: readonly T[], of: (item: T) => number): number => median(items.map(of));

export const bench: Bench = {
  name: 'zfs-io',
  run() {
    const pool = makeBenchPool(POOL_BYTES, ARC_BYTES);
    try {
      const data = textLike(DATA_BYTES);
      const hosts = [measureHost(pool.folder, data)];
      const own: Rates[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        own.push(measurePool(pool, `f${run}`, data));
        hosts.push(measureHost(pool.folder, data));
      }
      const commands = measureCommands(pool.folder, data);
      const write = middle(own, (rates) => rates.write);
      const read = middle(own, (rates) => rates.read);
      const rows: Measurement[] = [
        rate(
          'zfs/write-over-host',
          write,
          'host write',
          middle(hosts, (h) => h.write),
          0.4,
        ),
        rate('zfs/write-over-lz4', write, 'lz4 -1', commands.lz4),
        rate(
          'zfs/read-over-host',
          read,
          'host read',
          middle(hosts, (h) => h.read),
          0.6,
        ),
        rate('zfs/read-over-sha256sum', read, 'sha256sum', commands.sha256),
        rate(
          'zfs/scrub-over-read',
          middle(own, (r) => r.scrub),
          'zfs read',
          read,
          0.5,
        ),
        {
          name: 'zfs/arc-read-8k',
          value: measureArc(pool, data),
          unit: '1/s',
          better: 'higher',
          bound: 300_000,
        },
      ];
      return rows.filter(({ peer }) => peer === undefined || !Number.isNaN(peer.value));
    } finally {
      pool.close();
    }
  },
};

function rate(
  name: string,
  value: number,
  peer: string,
  peerValue: number,
  bound?: number,
): Measurement {
  const row = { name, value, unit: 'MB/s', better: 'higher' } as const;
  const against = { ...row, peer: { name: peer, value: peerValue } };
  return bound === undefined ? against : { ...against, bound };
}

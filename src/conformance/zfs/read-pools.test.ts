/**
 * Genuine pools, made by OpenZFS's kernel module, read by us: every file's SHA-256, type, mode,
 * owner, links, size, time, link target and extended attribute as recorded when they were made.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decodeLatin1 } from '#base/bytes.ts';
import { type LoadedPool, spaLoad } from '#kernel/fs/zfs/pool/spa-load.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { Checksums } from '#kernel/fs/zfs/zio/zio-checksum.ts';
import { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import { fixtureDisk, fixtureExpect, hasFixtures } from '#testing/zfs/fixtures.ts';
import type { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';

const MiB = 2 ** 20;

function load(disks: MemoryDisk[], name: string): LoadedPool {
  const found = findPools(disks, new Checksums(nodeCodecs)).find((pool) => pool.name === name);
  if (found === undefined) throw new Error(`no pool ${name}`);
  return spaLoad(found, { codecs: nodeCodecs, arcLimitBytes: 16 * MiB, isReadOnly: true });
}

function open(pool: LoadedPool, dataset: string): ZfsReader {
  const found = pool.dsl.findDataset(dataset);
  if (found === undefined) throw new Error(`no dataset ${dataset}`);
  return new ZfsReader(found.objset);
}

const KIND: Readonly<Record<number, string>> = {
  1: 'p',
  2: 'c',
  4: 'd',
  6: 'b',
  8: 'f',
  10: 'l',
  12: 's',
};

interface Listing {
  readonly lines: Map<string, string>;
  readonly sums: Map<string, string>;
  count: number;
}

/** All of a tree in the form of the expect files; big/ is counted and left out. */
function list(reader: ZfsReader): Listing {
  const out: Listing = { lines: new Map(), sums: new Map(), count: 0 };
  const walk = (object: number, path: string): void => {
    const a = reader.attributes(object);
    const kind = KIND[a.mode >> 12] ?? '?';
    out.count += 1;
    if (!path.startsWith('./big/')) {
      const time = `${a.mtime[0]}.${String(a.mtime[1]).padStart(9, '0')}0`;
      const target = kind === 'l' ? reader.readlink(object) : '';
      const mode = (a.mode & 0o7777).toString(8);
      const owner = `${mode} ${a.uid} ${a.gid} ${a.links}`;
      const line = `${kind} ${owner} ${a.sizeBytes} ${time} ${path} -> ${target}`;
      out.lines.set(path, line);
      if (kind === 'f') {
        const hash = createHash('sha256');
        for (let at = 0; at < a.sizeBytes; at += MiB) hash.update(reader.read(object, at, MiB));
        out.sums.set(path, hash.digest('hex'));
      }
    }
    if (kind !== 'd') return;
    for (const entry of reader.entries(object)) walk(entry.object, `${path}/${entry.name}`);
  };
  walk(reader.rootObject, '.');
  return out;
}

/** Compares a file system with expect/NAME.sha256 and expect/NAME.sha256.ls. */
function compare(reader: ZfsReader, name: string, except: readonly string[] = []): void {
  const actual = list(reader);
  const sums = fixtureExpect(`${name}.sha256`).map((line) => line.split(/ {2}/));
  expect(actual.sums).toEqual(new Map(sums.map(([sum, path]) => [path, sum])));
  const expected = fixtureExpect(`${name}.sha256.ls`);
  const end = expected.findIndex((line) => /^\d+$/.test(line));
  const pathOf = (line: string): string =>
    /^\S+ \d+ \d+ \d+ \d+ \d+ \S+ (.*) -> /.exec(line)?.[1] ?? '';
  const wanted = expected.slice(0, end).filter((line) => !except.includes(pathOf(line)));
  const got = [...actual.lines].filter(([path]) => !except.includes(path)).map(([, line]) => line);
  expect(got.sort()).toEqual(wanted.sort());
  expect(actual.count).toBe(Number(expected[end]));
  const attributes = new Map<string, string>();
  for (const line of expected.slice(end + 1)) {
    const match = /^user\.(\w+)="(.*)"$/.exec(line);
    if (match !== null) attributes.set(match[1] as string, match[2] as string);
  }
  const hello = reader.lookup(reader.rootObject, 'hello.txt') as number;
  const xattrs = [...reader.xattrs(hello)].map(([key, value]): [string, string] => [
    key.replace(/^user\./, ''),
    decodeLatin1(value),
  ]);
  expect(new Map(xattrs)).toEqual(attributes);
}

describe.skipIf(!hasFixtures)('genuine pools (skipped: fixtures missing)', () => {
  test('bare: no features, ashift 9', () => {
    const pool = load([fixtureDisk('bare')], 'bare');
    compare(open(pool, 'bare'), 'bare');
    compare(open(pool, 'bare@s1'), 'bare');
  });

  test('ill: the features of illumos, ashift 12, lz4, a volume and a second file system', () => {
    const pool = load([fixtureDisk('ill')], 'ill');
    // fs is a mount point: what was recorded there belongs to ill/fs.
    compare(open(pool, 'ill'), 'ill', ['./fs']);
    compare(open(pool, 'ill@s1'), 'ill', ['./fs']);
    expect([...pool.dsl.allDirs()].map((dir) => dir.fullName)).toEqual([
      'ill',
      'ill/fs',
      'ill/vol',
    ]);
    const volume = pool.dsl.findDataset('ill/vol');
    expect(volume?.objset.dnode(1).type).toBe(23);
  });

  test('v28: a pool of before features', () => {
    const pool = load([fixtureDisk('v28')], 'v28');
    compare(open(pool, 'v28'), 'v28');
    compare(open(pool, 'v28@s1'), 'v28');
  });

  test('mir: a mirror with all features of OpenZFS 2.3, and each half alone', () => {
    for (const names of [['m0', 'm1'], ['m0'], ['m1']]) {
      const pool = load(names.map(fixtureDisk), 'mir');
      compare(open(pool, 'mir'), 'mir');
      compare(open(pool, 'mir@s1'), 'mir-s1');
    }
  });

  test('rz1: raidz1, whole and with each disk missing', () => {
    for (const names of [
      ['r0', 'r1', 'r2'],
      ['r1', 'r2'],
      ['r0', 'r2'],
      ['r0', 'r1'],
    ]) {
      const pool = load(names.map(fixtureDisk), 'rz1');
      compare(open(pool, 'rz1'), 'rz1');
      compare(open(pool, 'rz1@s1'), 'rz1-s1');
    }
  });

  test('empty: the smallest genuine pool', () => {
    const pool = load([fixtureDisk('empty')], 'empty');
    const reader = open(pool, 'empty');
    expect([...reader.entries(reader.rootObject)]).toEqual([]);
    expect(pool.uberblock.txg).toBe(15);
  });
});

/**
 * Our zdb beside genuine zdb on the same genuine pools. What differs by right is masked: Debian's 2.1
 * pads checksums with zeros, counts freed pointers of livelists and has a class of embedded logs,
 * which illumos does not; loaded metaslabs leave small segments out of their count there.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZDB } from '#cmd/zdb/zdb.ts';
import { bootHarness, type NodeHarness } from '#testing/node-harness.ts';
import { fixtureDisk, hasFixtures } from '#testing/zfs/fixtures.ts';
import type { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { hasZdb, saveDisks } from '#testing/zfs/pool-kit.ts';

const LIB = fileURLToPath(new URL('../../../../shared/judges/zfs/lib.sh', import.meta.url));
const OPTIONS = ['-u', '-C', '-b', '-bbb', '-bcc', '-bL', '-i', '-hh', '-m', '-mmm'];
const DATASETS = ['-d', '-dd', '-dddd', '-dddddd'];
/** Lines that one of the two has and the other does not. */
const ONLY_THERE = [
  /Embedded log class/,
  /num_freed/,
  /^\tprojid\t/,
  /^\tbp cloned/,
  /Metadata Total$/,
  /^Verified (redact|bookmark_w|livelist|zstd|zils|blake3|longname|large_m|block_cl|head_e)/,
  /^Spill block: /,
  /raidz_reflow/,
];

function mask(text: string): string {
  return (
    text
      .replace(/\n\nSpill block: .*/g, '')
      .replace(/(cksum=|:)0+(?=[0-9a-f])/g, '$1')
      .replace(/segments +\d+/g, 'segments N')
      // 2.1 on Linux shows the words of a block in the machine's order, illumos the bytes as they are.
      .replace(/^([0-9a-f]{6}: ) [0-9a-f]{16} {2}[0-9a-f]{16} {2}/gm, '$1')
      .split('\n')
      .filter((line) => !ONLY_THERE.some((pattern) => pattern.test(line)))
      .join('\n')
  );
}

/** A genuine zdb: 2.1, or 2.3 for pools that use what came later. */
function genuine(version: '21' | '23', folder: string, words: readonly string[]): string {
  const script = `. "${LIB}"; cd "$1"; shift; TZ=UTC tool${version} zdb "$@"`;
  const run = spawnSync('bash', ['-c', script, 'zdb', folder, ...words], {
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
    timeout: 120_000,
  });
  return run.stdout.replaceAll(folder, '.');
}

interface Case {
  readonly pool: string;
  readonly images: readonly string[];
  readonly version: '21' | '23';
  readonly options: readonly string[];
}

const CASES: readonly Case[] = [
  { pool: 'empty', images: ['empty'], version: '21', options: [...OPTIONS, ...DATASETS] },
  { pool: 'bare', images: ['bare'], version: '21', options: [...OPTIONS, ...DATASETS] },
  { pool: 'v28', images: ['v28'], version: '21', options: [...OPTIONS, ...DATASETS] },
  {
    pool: 'ill',
    images: ['ill'],
    version: '21',
    options: ['-C', '-bbb', '-bcc', '-m', '-d', '-dddd', '-ddddd', '-h'],
  },
  {
    pool: 'mir',
    images: ['m0', 'm1'],
    version: '23',
    options: ['-C', '-bbb', '-bcc', '-d', '-dddd', '-ddddd'],
  },
  {
    pool: 'rz1',
    images: ['r0', 'r1', 'r2'],
    version: '23',
    options: ['-C', '-bbb', '-bcc', '-d', '-dddd', '-ddddd'],
  },
];

/** What a run on the pool of a case prints. */
class Bench {
  readonly folder: string;
  readonly #node: NodeHarness;

  constructor(images: readonly string[]) {
    const disks: MemoryDisk[] = images.map((name) => fixtureDisk(name));
    this.folder = saveDisks(disks);
    this.#node = bootHarness({ commands: [ZDB], files: { '/p/x': '' }, ramBytes: 2 ** 30 });
    for (const disk of disks) {
      const bytes = new Uint8Array(disk.sizeBytes);
      disk.read(0, bytes);
      this.#node.writeFile(`/p/${disk.name}.img`, bytes);
    }
  }

  ours(words: readonly string[]): { stdout: string; status: number } {
    return this.#node.run(['/usr/sbin/zdb', ...words], { cwd: '/p', env: { TZ: 'UTC' } });
  }

  done(): void {
    rmSync(this.folder, { recursive: true });
  }
}

const skipped = hasFixtures && hasZdb ? '' : ' (skipped: zdb or the fixtures are missing)';

for (const { pool, images, version, options } of CASES) {
  describe.skipIf(skipped !== '')(`zdb of ${pool}${skipped}`, () => {
    let bench: Bench;
    beforeAll(() => {
      bench = new Bench(images);
    });
    afterAll(() => bench.done());

    it.each(options)('%s', (option) => {
      const words = ['-e', '-p', '.', option, pool];
      const ours = bench.ours(words);
      expect(ours.status).toBe(0);
      expect(mask(ours.stdout)).toBe(mask(genuine(version, bench.folder, words)));
    });

    it.each(['-l', '-lu', '-ll', '-lll', '-luuu'])('%s of each image', (option) => {
      for (const image of images) {
        const words = [option, `${image}.img`];
        const ours = bench.ours(words);
        expect(ours.status).toBe(0);
        expect(mask(ours.stdout)).toBe(mask(genuine('21', bench.folder, words)));
      }
    });
  });
}

describe.skipIf(skipped !== '')(`zdb of parts of a pool${skipped}`, () => {
  let bench: Bench;
  beforeAll(() => {
    bench = new Bench(['bare']);
  });
  afterAll(() => bench.done());
  const both = (words: readonly string[], version: '21' | '23' = '21'): void => {
    const ours = bench.ours(['-e', '-p', '.', ...words]);
    expect(mask(ours.stdout)).toBe(
      mask(genuine(version, bench.folder, ['-e', '-p', '.', ...words])),
    );
  };

  it('one dataset, one object, a range by kind', () => {
    both(['-dd', 'bare/']);
    both(['-dd', 'bare@s1']);
    both(['-ddddd', 'bare/', '4']);
    both(['-dd', 'bare/', '1:40:f']);
    both(['-dd', 'bare/', '1:-1:A-f']);
    both(['-dddd', 'bare', '1', '32']);
  });

  it('a file by its path', () => {
    both(['-O', 'bare/', 'hello.txt'], '23');
    both(['-Ovv', 'bare/', 'dir'], '23');
  });

  it('a block by its place, plain, unpacked, as pointers, with its checksums', () => {
    for (const block of ['0:11c00:1200', '0:11c00:20000/1200:d', '0:30600:20000/1200:di']) {
      both(['-R', 'bare', block]);
    }
    both(['-R', 'bare', '0:11c00:1201']);
    both(['-R', 'bare', '9:0:200']);
  });
});

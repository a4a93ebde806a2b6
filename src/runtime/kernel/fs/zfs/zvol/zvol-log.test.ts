/**
 * A volume's flush: what was written before it is there after a crash, without a txg.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { testHost } from '#testing/zfs/pool-kit.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { spaCreate } from '../pool/spa-create.ts';
import { spaOpen } from '../pool/spa-open.ts';
import type { Spa } from '../pool/spa.ts';
import { zvolCreate } from '../pool/zvol-create.ts';
import { openVolume } from '../pool/zvol-ops.ts';
import { findPools } from '../spa/spa-config.ts';
import { Checksums } from '../zio/zio-checksum.ts';
import type { Zvol } from './zvol.ts';

const MiB = 2 ** 20;
const SIZE = MiB;

const open = (spa: Spa): Zvol => openVolume(spa, spa.dsl.findDataset('tank/vol') as DslDataset);

function afterCrash(disk: MemoryDisk): Uint8Array {
  const [found] = findPools([disk.clone()], new Checksums(nodeCodecs));
  if (found === undefined) throw new Error('no pool');
  const bytes = new Uint8Array(SIZE);
  open(spaOpen(found, testHost(2))).read(0, bytes);
  return bytes;
}

const sector = fc.nat(SIZE / 512 - 200);
const step = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    sector,
    count: fc.integer({ min: 1, max: 180 }),
  }),
  fc.record({
    kind: fc.constant('discard' as const),
    sector,
    count: fc.integer({ min: 1, max: 99 }),
  }),
);

test('what was flushed is there after a crash, what was not need not be', {
  timeout: 30_000,
}, () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(4096n, 8192n, 131_072n),
      (steps, blockSize) => {
        const disk = new MemoryDisk('d0', 64 * MiB);
        const spa = spaCreate('tank', [{ kind: 'file', device: disk, path: '/d0' }], testHost());
        const props = new Map([
          ['volsize', BigInt(SIZE)],
          ['volblocksize', blockSize],
        ]);
        expect(zvolCreate(spa, 'tank/vol', props)).toBeUndefined();
        const volume = open(spa);
        volume.write(0, new Uint8Array(512).fill(1));
        volume.flush();
        const { txg } = spa;
        const model = new Uint8Array(SIZE);
        model.fill(1, 0, 512);
        steps.forEach(({ kind, sector: at, count }, n) => {
          const bytes = new Uint8Array(count * 512).map((_, i) => ((i * 7 + n) % 251) + 1);
          if (kind === 'write') volume.write(at * 512, bytes);
          else volume.discard(at * 512, bytes.length);
          model.set(kind === 'write' ? bytes : new Uint8Array(bytes.length), at * 512);
        });
        volume.flush();
        expect(spa.txg).toBe(txg);
        volume.write(0, new Uint8Array(512).fill(9));
        expect(Buffer.compare(afterCrash(disk), model)).toBe(0);
      },
    ),
    { numRuns: 12 },
  );
});

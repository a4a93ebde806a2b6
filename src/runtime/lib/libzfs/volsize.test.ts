/** What `zfs create -V` reserves, compared with what genuine zfs set. */
import { expect, test } from 'vitest';
import { volsizeToReservation } from './volsize.ts';

const MiB = 2 ** 20;

test('data and the indirect blocks above it, in as many copies as they have', () => {
  // 8 MiB of 8 KiB blocks: one indirect block and the meta-dnode's seven, twice each.
  expect(volsizeToReservation(8 * MiB)).toBe(8 * MiB + 2 * 8 * 131_072);
  expect(volsizeToReservation(8 * MiB, 8192, 3)).toBe(24 * MiB + 3 * 8 * 131_072);
  expect(volsizeToReservation(1024 * MiB)).toBe(1024 * MiB + 2 * (7 + 128 + 1) * 131_072);
});

test('small blocks on raidz take more', () => {
  const raidz = [{ childCount: 3, parity: 1, ashift: 12 }];
  // 4 KiB of data and 4 KiB of parity, where 128 KiB take 192 KiB.
  expect(volsizeToReservation(8 * MiB, 4096, 1, raidz)).toBeGreaterThan(10 * MiB);
});

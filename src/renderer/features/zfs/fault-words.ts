/** What is wrong with a disk, in words, and what can be done to it: the hardware, not the pool. */
import type { DiskFault, DiskFaultState } from '#protocol/zfs-model.ts';

export type LastingKind = Exclude<DiskFault['kind'], 'flipBits'>;

export function isBroken(fault: DiskFaultState | undefined): boolean {
  if (fault === undefined) return false;
  // Bits that ZFS wrote over are history.
  const rest = { ...fault, flippedBits: fault.flippedBits - fault.mendedBits, mendedBits: 0 };
  return faultWords(rest).length > 0;
}

export function faultWords(fault: DiskFaultState): string[] {
  const words: string[] = [];
  const percent = (chance: number): string => `${Math.round(chance * 100)} %`;
  if (fault.isPulled) words.push('pulled');
  if (fault.delayMs > 0) words.push(`${fault.delayMs} ms slower`);
  if (fault.readErrorChance > 0) words.push(`${percent(fault.readErrorChance)} of reads fail`);
  if (fault.writeErrorChance > 0) words.push(`${percent(fault.writeErrorChance)} of writes fail`);
  if (fault.corruptReadChance > 0) words.push(`${percent(fault.corruptReadChance)} of reads wrong`);
  const { flippedBits, mendedBits } = fault;
  if (flippedBits > 0) {
    const flipped = flippedBits === 1 ? '1 bit flipped' : `${flippedBits} bits flipped`;
    words.push(mendedBits === 0 ? flipped : `${flipped}, ${mendedBits} mended`);
  }
  return words;
}

export interface FaultRow {
  readonly kind: LastingKind;
  readonly title: string;
  /** At the level of the hardware: what the node will meet. */
  readonly meaning: string;
  readonly isActive: (fault: DiskFaultState) => boolean;
  readonly options: readonly { readonly label: string; readonly fault: DiskFault }[];
  readonly healLabel: string;
}

export const FAULT_ROWS: readonly FaultRow[] = [
  {
    kind: 'pull',
    title: 'Pull the disk out',
    meaning: 'Every command fails with ENXIO, as when the disk left its slot or its power is gone.',
    isActive: ({ isPulled }) => isPulled,
    options: [{ label: 'Pull', fault: { kind: 'pull' } }],
    healLabel: 'Put back',
  },
  {
    kind: 'slow',
    title: 'Slow it down',
    meaning: 'Every command takes longer, as on a disk that tries again and again. The node waits.',
    isActive: ({ delayMs }) => delayMs > 0,
    options: [
      { label: '5 ms', fault: { kind: 'slow', delayMs: 5 } },
      { label: '50 ms', fault: { kind: 'slow', delayMs: 50 } },
    ],
    healLabel: 'Full speed',
  },
  {
    kind: 'failReads',
    title: 'Fail reads',
    meaning: 'Reads end with EIO, as from a sector that cannot be read. Writes still work.',
    isActive: ({ readErrorChance }) => readErrorChance > 0,
    options: [
      { label: '1 in 10', fault: { kind: 'failReads', chance: 0.1 } },
      { label: 'All', fault: { kind: 'failReads', chance: 1 } },
    ],
    healLabel: 'Stop',
  },
  {
    kind: 'failWrites',
    title: 'Fail writes',
    meaning: 'Writes end with EIO, as on a worn-out disk. What is stored can still be read.',
    isActive: ({ writeErrorChance }) => writeErrorChance > 0,
    options: [
      { label: '1 in 10', fault: { kind: 'failWrites', chance: 0.1 } },
      { label: 'All', fault: { kind: 'failWrites', chance: 1 } },
    ],
    healLabel: 'Stop',
  },
  {
    kind: 'corruptReads',
    title: 'Corrupt what is read',
    meaning:
      'A bad cable: one bit of what arrives is wrong and no error says so. The disk is fine.',
    isActive: ({ corruptReadChance }) => corruptReadChance > 0,
    options: [
      { label: '1 in 10', fault: { kind: 'corruptReads', chance: 0.1 } },
      { label: 'All', fault: { kind: 'corruptReads', chance: 1 } },
    ],
    healLabel: 'Stop',
  },
];

const MIB = 1024 ** 2;
/** Two labels and the boot area in front, two labels behind. */
const FRONT_BYTES = 4 * MIB;
const BACK_BYTES = MIB;

/** Where bits are flipped on a disk of a size. */
export function flipRange(
  place: 'data' | 'labels',
  sizeBytes: number,
): { fromBytes: number; sizeBytes: number } {
  if (place === 'labels') return { fromBytes: 0, sizeBytes: FRONT_BYTES };
  return {
    fromBytes: FRONT_BYTES,
    sizeBytes: Math.max(MIB, sizeBytes - FRONT_BYTES - BACK_BYTES),
  };
}

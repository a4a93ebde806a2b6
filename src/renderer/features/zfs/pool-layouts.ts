/** The ways to make a pool of some disks, what each means, and the command that makes it. */

export interface PoolLayout {
  readonly id: 'single' | 'stripe' | 'mirror' | 'raidz1' | 'raidz2' | 'raidz3';
  readonly title: string;
  /** What it costs and what it survives. */
  readonly meaning: string;
  readonly leastDisks: number;
  readonly mostDisks: number;
  /** How many disks' worth of data fit on `n` disks. */
  readonly dataDisks: (n: number) => number;
}

const MANY = 64;

export const POOL_LAYOUTS: readonly PoolLayout[] = [
  {
    id: 'single',
    title: 'One disk',
    meaning: 'No redundancy: wrong data is found, but only metadata can be mended.',
    leastDisks: 1,
    mostDisks: 1,
    dataDisks: () => 1,
  },
  {
    id: 'mirror',
    title: 'Mirror',
    meaning: 'Every disk holds everything. All but one may fail; reads are shared among them.',
    leastDisks: 2,
    mostDisks: MANY,
    dataDisks: () => 1,
  },
  {
    id: 'raidz1',
    title: 'RAID-Z1',
    meaning: 'One disk’s worth of parity, spread over all. Any one disk may fail.',
    leastDisks: 2,
    mostDisks: MANY,
    dataDisks: (n) => n - 1,
  },
  {
    id: 'raidz2',
    title: 'RAID-Z2',
    meaning: 'Two disks’ worth of parity. Any two disks may fail.',
    leastDisks: 3,
    mostDisks: MANY,
    dataDisks: (n) => n - 2,
  },
  {
    id: 'raidz3',
    title: 'RAID-Z3',
    meaning: 'Three disks’ worth of parity. Any three disks may fail.',
    leastDisks: 4,
    mostDisks: MANY,
    dataDisks: (n) => n - 3,
  },
  {
    id: 'stripe',
    title: 'Stripe',
    meaning: 'Data is spread over all disks without redundancy: one lost disk loses the pool.',
    leastDisks: 2,
    mostDisks: MANY,
    dataDisks: (n) => n,
  },
];

export function fits(layout: PoolLayout, diskCount: number): boolean {
  return diskCount >= layout.leastDisks && diskCount <= layout.mostDisks;
}

export function createPoolCommand(
  name: string,
  layout: PoolLayout['id'],
  disks: readonly string[],
): string[] {
  const kind = layout === 'single' || layout === 'stripe' ? [] : [layout];
  return ['zpool', 'create', name, ...kind, ...disks];
}

const RESERVED = /^(?:mirror|raidz|draid|spare|log)|^c\d/;

/** Why a pool can't be called so, before the command says it; undefined = fine, it seems. */
export function poolNameProblem(name: string): string | undefined {
  if (name === '') return 'A pool needs a name';
  if (!/^[A-Za-z]/.test(name)) return 'A pool’s name begins with a letter';
  if (!/^[A-Za-z0-9_.:-]+$/.test(name)) return 'Letters, digits and _ - . : only';
  if (RESERVED.test(name)) return 'Names like mirror, raidz, spare, log and c1 are reserved';
  return undefined;
}

/**
 * What a person did to the disks of one node: which is pulled, slow, failing, and where bits were
 * flipped. Kept here, outside the node, so that a pulled disk is still out after a reboot; mended
 * when the lab is closed.
 */
import { type Disposable, toDisposable } from '#base/disposable.ts';
import { LabError } from '#protocol/errors.ts';
import type { DiskFault, DiskFaultState } from '#protocol/zfs-model.ts';
import { type LastingFaults, NO_FAULTS } from '#lab/node/fault-disk.ts';

const FLIPS_KEPT = 256;

/** A fault that lasts; `flipBits` happens once. */
export type LastingFault = Exclude<DiskFault, { kind: 'flipBits' }>;
export type LastingFaultKind = LastingFault['kind'];

interface Entry {
  faults: LastingFaults;
  flippedBits: number;
  mendedBits: number;
  flippedAtBytes: readonly number[];
}

export class DiskPanel {
  readonly #node: string;
  readonly #diskNames: () => readonly string[];
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<() => void>();

  constructor(node: string, diskNames: () => readonly string[]) {
    this.#node = node;
    this.#diskNames = diskNames;
  }

  lasting(disk: string): LastingFaults {
    return this.#entries.get(disk)?.faults ?? NO_FAULTS;
  }

  states(): DiskFaultState[] {
    return this.#diskNames().map((disk) => this.state(disk));
  }

  state(disk: string): DiskFaultState {
    const entry = this.#entries.get(disk);
    return {
      disk,
      ...(entry?.faults ?? NO_FAULTS),
      flippedBits: entry?.flippedBits ?? 0,
      mendedBits: entry?.mendedBits ?? 0,
      flippedAtBytes: [...(entry?.flippedAtBytes ?? [])],
    };
  }

  /** Throws LabError when the node has no such disk. */
  check(disk: string): void {
    if (this.#diskNames().includes(disk)) return;
    const text = `There is no disk "${disk}" in node "${this.#node}"`;
    throw new LabError('diskMissing', text, { node: this.#node, disk });
  }

  /** Answers what the disk has to do from now on. */
  inject(disk: string, fault: LastingFault): LastingFaults {
    return this.#set(disk, { ...this.lasting(disk), ...changeOf(fault) });
  }

  heal(disk: string, what: LastingFaultKind | undefined): LastingFaults {
    const faults = what === undefined ? NO_FAULTS : { ...this.lasting(disk), ...CURES[what] };
    return this.#set(disk, faults);
  }

  noteFlips(disk: string, atBytes: readonly number[]): void {
    const entry = this.#entry(disk);
    entry.flippedBits += atBytes.length;
    entry.flippedAtBytes = [...entry.flippedAtBytes, ...atBytes].slice(-FLIPS_KEPT);
    this.#changed();
  }

  noteMended(disk: string, atBytes: readonly number[]): void {
    const entry = this.#entry(disk);
    const mended = new Set(atBytes);
    entry.mendedBits += mended.size;
    entry.flippedAtBytes = entry.flippedAtBytes.filter((at) => !mended.has(at));
    this.#changed();
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return toDisposable(() => this.#listeners.delete(listener));
  }

  #set(disk: string, faults: LastingFaults): LastingFaults {
    this.#entry(disk).faults = faults;
    this.#changed();
    return faults;
  }

  #entry(disk: string): Entry {
    const known = this.#entries.get(disk);
    if (known !== undefined) return known;
    const made = { faults: NO_FAULTS, flippedBits: 0, mendedBits: 0, flippedAtBytes: [] };
    this.#entries.set(disk, made);
    return made;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

const CURES: Readonly<Record<LastingFaultKind, Partial<LastingFaults>>> = {
  pull: { isPulled: false },
  slow: { delayMs: 0 },
  failReads: { readErrorChance: 0 },
  failWrites: { writeErrorChance: 0 },
  corruptReads: { corruptReadChance: 0 },
};

function changeOf(fault: LastingFault): Partial<LastingFaults> {
  switch (fault.kind) {
    case 'pull':
      return { isPulled: true };
    case 'slow':
      return { delayMs: fault.delayMs };
    case 'failReads':
      return { readErrorChance: fault.chance };
    case 'failWrites':
      return { writeErrorChance: fault.chance };
    case 'corruptReads':
      return { corruptReadChance: fault.chance };
  }
}

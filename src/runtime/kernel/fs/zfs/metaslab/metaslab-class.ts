/**
 * Allocation over all top-level vdevs: a rotor that goes on to the next vdev after every half
 * megabyte or so, and within a vdev the metaslab with the most room first. Copies of one block go to
 * different vdevs, or else to different metaslabs.
 * @see uts/common/fs/zfs/metaslab.c metaslab_alloc_dva()
 */
import type { Dva } from '../ondisk/blkptr.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import type { Metaslab } from './metaslab.ts';

/** The metaslabs of one top-level vdev. */
export interface MetaslabGroup {
  readonly vdev: number;
  readonly metaslabs: readonly Metaslab[];
  readonly metaslabShift: number;
  readonly psizeToAsize: (psize: number) => number;
  /** Reads the space map before the first allocation. */
  readonly load: (metaslab: Metaslab) => void;
  /** False while its devices can't take writes. */
  readonly isAllocatable: () => boolean;
}

/** Bytes taken from one vdev before the next one's turn. */
const ALIQUOT: number = 512 * 1024;

export class MetaslabClass {
  #groups: readonly MetaslabGroup[] = [];
  /** Bytes in all metaslabs and allocated in them; undefined when they must be added up anew. */
  #space: { readonly sizeBytes: number; readonly allocatedBytes: number } | undefined;
  #rotor = 0;
  #taken = 0;
  /** The metaslab each group allocates from at present, by vdev and copy. */
  readonly #active: Map<number, Metaslab> = new Map();

  get groups(): readonly MetaslabGroup[] {
    return this.#groups;
  }

  set groups(groups: readonly MetaslabGroup[]) {
    this.#groups = groups;
    this.#active.clear();
    this.#rotor = 0;
    this.#space = undefined;
  }

  /** Asked before every change of a file, so it is kept until something is allocated or freed. */
  get space(): { readonly sizeBytes: number; readonly allocatedBytes: number } {
    if (this.#space !== undefined) return this.#space;
    let sizeBytes = 0;
    let allocatedBytes = 0;
    for (const { metaslab } of this.all()) {
      sizeBytes += metaslab.size;
      allocatedBytes +=
        metaslab.allocatedBytes + metaslab.allocating.space - metaslab.freeing.space;
    }
    this.#space = { sizeBytes, allocatedBytes };
    return this.#space;
  }

  groupOf(vdev: number): MetaslabGroup | undefined {
    return this.groups.find((group) => group.vdev === vdev);
  }

  /** A place for `psize` bytes, apart from the places in `others`, or undefined. */
  tryAllocate(psize: number, others: readonly Dva[]): Dva | undefined {
    this.#space = undefined;
    const count = this.groups.length;
    const turn = (this.#rotor + others.length) % Math.max(count, 1);
    for (const mustDiffer of others.length > 0 ? [true, false] : [false]) {
      for (let n = 0; n < count; n += 1) {
        const group = this.groups[(turn + n) % count] as MetaslabGroup;
        if (!group.isAllocatable()) continue;
        if (mustDiffer && count > 1 && others.some((dva) => dva.vdev === group.vdev)) continue;
        const dva = this.#allocateIn(group, psize, mustDiffer ? others : []);
        if (dva === undefined) continue;
        if (others.length === 0) this.#advance(dva.asize);
        return dva;
      }
    }
    return undefined;
  }

  #advance(asize: number): void {
    this.#taken += asize;
    if (this.#taken < ALIQUOT) return;
    this.#taken = 0;
    this.#rotor = (this.#rotor + 1) % this.groups.length;
  }

  #allocateIn(group: MetaslabGroup, psize: number, others: readonly Dva[]): Dva | undefined {
    const asize = group.psizeToAsize(psize);
    const place = (start: number): Dva => ({
      vdev: group.vdev,
      offset: start,
      asize,
      isGang: false,
    });
    const key = group.vdev * 4 + others.length;
    const active = this.#active.get(key);
    const isTaken = (metaslab: Metaslab): boolean =>
      others.some((dva) => dva.vdev === group.vdev && isInside(dva, metaslab));
    if (active !== undefined && !isTaken(active)) {
      const start = active.allocate(asize);
      if (start !== undefined) return place(start);
    }
    const byRoom = group.metaslabs.filter((metaslab) => metaslab.freeBytes >= asize);
    byRoom.sort((a, b) => b.freeBytes - a.freeBytes || a.id - b.id);
    for (const metaslab of byRoom) {
      if (isTaken(metaslab)) continue;
      if (!metaslab.isLoaded) group.load(metaslab);
      const start = metaslab.allocate(asize);
      if (start === undefined) continue;
      this.#active.set(key, metaslab);
      return place(start);
    }
    return undefined;
  }

  /** Gives a place back; it can be used again two txgs later. */
  free(dva: Dva): void {
    this.#space = undefined;
    const group = this.groupOf(dva.vdev);
    const metaslab = group?.metaslabs[Math.floor(dva.offset / 2 ** group.metaslabShift)];
    if (metaslab === undefined) {
      throw new ZfsError('EIO', `Cannot free ${dva.asize} bytes at ${dva.vdev}:${dva.offset}`);
    }
    metaslab.free(dva.offset, dva.asize);
  }

  /** Takes a certain place; false when it is not there or not free. `metaslab_claim_dva` */
  claim(dva: Dva): boolean {
    const group = this.groupOf(dva.vdev);
    const metaslab = group?.metaslabs[Math.floor(dva.offset / 2 ** group.metaslabShift)];
    if (group === undefined || metaslab === undefined) return false;
    if (!metaslab.isLoaded) group.load(metaslab);
    return metaslab.claim(dva.offset, dva.asize);
  }

  *all(): Generator<{ group: MetaslabGroup; metaslab: Metaslab }> {
    for (const group of this.groups) {
      for (const metaslab of group.metaslabs) yield { group, metaslab };
    }
  }
}

function isInside(dva: Dva, metaslab: Metaslab): boolean {
  return dva.offset >= metaslab.start && dva.offset < metaslab.start + metaslab.size;
}

/** `vdev_metaslab_set_size`: how large the metaslabs of a vdev of `asize` bytes are, as a shift. */
export function metaslabShiftFor(asize: number): number {
  const DEFAULT_SHIFT = 29;
  const highbit = (value: number): number => Math.floor(Math.log2(value)) + 1;
  const count = Math.floor(asize / 2 ** DEFAULT_SHIFT);
  let shift = DEFAULT_SHIFT;
  if (count < 16) shift = highbit(Math.floor(asize / 16));
  else if (count > 200) shift = highbit(Math.floor(asize / 200));
  return Math.min(Math.max(shift, 24), 34);
}

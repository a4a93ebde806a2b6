/**
 * What illumos's fault manager does for ZFS: too many errors of a device within ten minutes and it
 * is faulted (I/O) or degraded (checksums); one that is gone is removed; a spare steps in.
 * Surprising: it only notes what it hears of during I/O, and acts when it is asked, between syncs.
 * @see cmd/fm/modules/common/zfs-diagnosis/zfs_de.c, zfs-retire/zfs_retire.c
 */
import type { VdevFault } from '../vdev/vdev.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import type { Spa } from './spa.ts';
import { spaVdevAttach } from './spa-vdev-attach.ts';
import { vdevDegrade, vdevFault, vdevRemoved } from './spa-vdev-state.ts';
import { findVdev } from './vdev-find.ts';

/** `checksum_N`, `checksum_T`, `io_N`, `io_T` */
const LIMIT = 10;
const WINDOW_NS = 600_000_000_000n;

type Verdict = 'gone' | 'io' | 'checksum';

/** Has the pool's faults judged from now on. */
export function watchFaults(spa: Spa): Diagnosis {
  const diagnosis = new Diagnosis(spa);
  spa.diagnosis = diagnosis;
  return diagnosis;
}

export class Diagnosis {
  readonly #spa: Spa;
  /** Times of the last faults by device and kind. `serd` */
  readonly #seen: Map<string, bigint[]> = new Map();
  readonly #verdicts: Map<bigint, Verdict> = new Map();

  constructor(spa: Spa) {
    this.#spa = spa;
  }

  note({ vdev, kind }: VdevFault): void {
    if (kind === 'gone') {
      this.#verdicts.set(vdev.guid, 'gone');
      return;
    }
    const key = `${vdev.guid}/${kind}`;
    const now = this.#spa.host.clock.monotonicNs();
    const times = [...(this.#seen.get(key) ?? []), now].slice(-LIMIT);
    this.#seen.set(key, times);
    const isTooMany = times.length === LIMIT && now - (times[0] as bigint) <= WINDOW_NS;
    if (isTooMany && !this.#verdicts.has(vdev.guid)) this.#verdicts.set(vdev.guid, kind);
  }

  forget(guids: readonly bigint[]): void {
    for (const guid of guids) {
      this.#verdicts.delete(guid);
      this.#seen.delete(`${guid}/io`);
      this.#seen.delete(`${guid}/checksum`);
    }
  }

  /** Carries out what has been found; true when something was. Between syncs only. */
  act(): boolean {
    if (this.#verdicts.size === 0 || this.#spa.isSuspended) return false;
    const verdicts = [...this.#verdicts];
    this.forget(verdicts.map(([guid]) => guid));
    for (const [guid, verdict] of verdicts) this.#carryOut(guid, verdict);
    return true;
  }

  #carryOut(guid: bigint, verdict: Verdict): void {
    const spa = this.#spa;
    const cache = spa.aux.caches.find((each) => each.guid === guid);
    const leaf = cache ?? findVdev(spa, guid);
    if (!(leaf instanceof VdevDisk) || !leaf.isReadable) return;
    if (verdict === 'gone') vdevRemoved(spa, leaf);
    else if (verdict === 'io') vdevFault(spa, guid, 'ERR_EXCEEDED');
    else vdevDegrade(spa, guid, 'ERR_EXCEEDED');
    if (cache === undefined) this.#replaceBySpare(leaf);
  }

  /** `replace_with_spare`: the first that fits. */
  #replaceBySpare(leaf: VdevDisk): void {
    const spa = this.#spa;
    if (leaf.parent?.type === 'spare') return;
    for (const spare of spa.aux.spares) {
      const { device, path } = spare;
      if (device === null || spa.aux.isInUse(spare)) continue;
      const spec = { kind: spare.type === 'file' ? 'file' : 'disk', device, path } as const;
      if (spaVdevAttach(spa, leaf.guid, spec, { isReplacing: true }) === undefined) return;
    }
  }
}

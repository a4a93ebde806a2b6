/**
 * What happened to pools, newest last, as sysevents and error reports tell it: `zpool events` shows
 * them. Bounded: the oldest go first.
 * @see uts/common/fs/zfs/spa_config.c spa_event_notify(), zfs_fm.c
 */
import type { Clock } from '#runtime/host.ts';
import type { NvList, NvValue } from '#abi/illumos/nvpair.ts';

export interface ZfsEvent {
  /** Counts from 1, without gaps. */
  readonly id: number;
  /** e.g. `sysevent.fs.zfs.pool_import`, `ereport.fs.zfs.checksum` */
  readonly className: string;
  readonly timeNs: bigint;
  readonly payload: NvList;
}

const MAX_EVENTS = 512;

export class EventQueue {
  readonly #clock: Clock;
  #events: ZfsEvent[] = [];
  #nextId = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  post(className: string, payload: Iterable<readonly [string, NvValue]>): void {
    const timeNs = this.#clock.realtimeNs();
    this.#events.push({ id: this.#nextId, className, timeNs, payload: new Map(payload) });
    this.#nextId += 1;
    if (this.#events.length > MAX_EVENTS) this.#events = this.#events.slice(-MAX_EVENTS);
  }

  /** The oldest that is newer than `id`. */
  after(id: number): ZfsEvent | undefined {
    return this.#events.find((event) => event.id > id);
  }

  /** Forgets all; how many there were. */
  clear(): number {
    const { length } = this.#events;
    this.#events = [];
    return length;
  }
}

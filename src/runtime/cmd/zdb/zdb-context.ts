/**
 * What every part of zdb needs: how much to show, the pool, and how to read it. The parts are plain
 * functions that return text; they may be run again when a page was missing (libzpool's pager).
 */
import type { LoadedPool } from '#kernel/fs/zfs/pool/spa-load.ts';
import type { ZapEntry } from '#kernel/fs/zfs/zap/zap-value.ts';
import { zapEntries } from '#kernel/fs/zfs/zap/zap.ts';
import type { Objset } from '#kernel/fs/zfs/dmu/objset.ts';
import { nicenum } from '#lib/libc/nicenum.ts';
import { type Timezone, localtime, strftime } from '#lib/libc/time.ts';
import type { Pager } from '#lib/libzpool/pager.ts';

export class ZdbContext {
  readonly #counts: ReadonlyMap<string, number>;
  readonly zone: Timezone;

  constructor(counts: ReadonlyMap<string, number>, zone: Timezone) {
    this.#counts = counts;
    this.zone = zone;
  }

  /** How often an option was given: `dump_opt[]`. */
  count(letter: string): number {
    return this.#counts.get(letter) ?? 0;
  }

  /** `zdb_nicenum`: a size for people, or with -P the number. */
  nice(value: number): string {
    return this.count('P') > 0 ? String(value) : nicenum(value);
  }

  /** `ctime(3C)` without its newline. */
  ctime(seconds: number): string {
    return strftime('%a %b %e %H:%M:%S %Y', this.local(seconds));
  }

  local(seconds: number): ReturnType<typeof localtime> {
    return localtime(BigInt(seconds) * 1_000_000_000n, this.zone);
  }
}

/** A pool that is open. */
export class ZdbPool extends ZdbContext {
  readonly pool: LoadedPool;
  readonly pager: Pager;

  constructor(counts: ReadonlyMap<string, number>, zone: Timezone, pool: LoadedPool, pager: Pager) {
    super(counts, zone);
    this.pool = pool;
    this.pager = pager;
  }

  get mos(): Objset {
    return this.pool.dsl.mos;
  }

  isActive(feature: string): boolean {
    return (this.pool.activeFeatures.get(feature) ?? 0) > 0;
  }
}

/** All entries of a ZAP; none for object 0. */
export function entriesOf(objset: Objset, object: number): ZapEntry[] {
  return object === 0 ? [] : [...zapEntries(objset, object)];
}

/** A 64-bit number as four hexadecimal words of a checksum print it. */
export function checksumText(words: Uint32Array): string {
  return [0, 2, 4, 6]
    .map((i) => BigInt(words[i + 1] as number) * 2n ** 32n + BigInt(words[i] as number))
    .map((word) => word.toString(16))
    .join(':');
}

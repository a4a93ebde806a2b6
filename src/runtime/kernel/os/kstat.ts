/**
 * Kernel statistics: a provider registers under module:instance:name and is asked for its values
 * when somebody reads them. Nothing is counted twice for it.
 * @man kstat(3KSTAT)  @see uts/common/os/kstat_fr.c
 */
import type { Disposable } from '#base/disposable.ts';

export type KstatData = Readonly<Record<string, number | bigint | string>>;

export interface KstatSource {
  readonly module: string;
  readonly instance: number;
  readonly name: string;
  readonly class: string;
  read(): KstatData;
}

export interface KstatSnapshot {
  readonly module: string;
  readonly instance: number;
  readonly name: string;
  readonly class: string;
  readonly createdNs: bigint;
  readonly snapshotNs: bigint;
  readonly data: KstatData;
}

export class KstatRegistry {
  readonly #sources = new Map<
    string,
    { readonly source: KstatSource; readonly createdNs: bigint }
  >();
  readonly #nowNs: () => bigint;

  constructor(nowNs: () => bigint) {
    this.#nowNs = nowNs;
  }

  /** A second source of the same name takes the first one's place. */
  add(source: KstatSource): Disposable {
    const key = `${source.module}:${source.instance}:${source.name}`;
    const entry = { source, createdNs: this.#nowNs() };
    this.#sources.set(key, entry);
    return {
      dispose: () => {
        if (this.#sources.get(key) === entry) this.#sources.delete(key);
      },
    };
  }

  /** All, or those of one module, in order of registration. */
  read(module?: string): KstatSnapshot[] {
    const snapshots: KstatSnapshot[] = [];
    const snapshotNs = this.#nowNs();
    for (const { source, createdNs } of this.#sources.values()) {
      if (module !== undefined && source.module !== module) continue;
      snapshots.push({
        module: source.module,
        instance: source.instance,
        name: source.name,
        class: source.class,
        createdNs,
        snapshotNs,
        data: source.read(),
      });
    }
    return snapshots;
  }
}

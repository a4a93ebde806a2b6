/**
 * What the library remembers between runs: where labs are, and the settings. What a lab is made of
 * stands in its own folder. Two kinds: SQLite for people, memory for tests and throw-away runs.
 */
export interface LabRecord {
  readonly id: string;
  readonly path: string;
  readonly createdAtMs: number;
  readonly openedAtMs: number | null;
}

export interface LibraryStore {
  /** In the order they were added. */
  labs(): LabRecord[];
  /** Adds the lab, or replaces what was known of it. */
  put(record: LabRecord): void;
  remove(id: string): void;
  setting(key: string): string | undefined;
  setSetting(key: string, value: string): void;
  close(): void;
}

export class MemoryLibraryStore implements LibraryStore {
  readonly #labs = new Map<string, LabRecord>();
  readonly #settings = new Map<string, string>();

  labs(): LabRecord[] {
    return [...this.#labs.values()];
  }

  put(record: LabRecord): void {
    this.#labs.set(record.id, record);
  }

  remove(id: string): void {
    this.#labs.delete(id);
  }

  setting(key: string): string | undefined {
    return this.#settings.get(key);
  }

  setSetting(key: string, value: string): void {
    this.#settings.set(key, value);
  }

  close(): void {}
}

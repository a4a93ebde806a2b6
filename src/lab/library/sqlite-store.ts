/**
 * The library in SQLite: WAL, migrations counted by user_version. A file that is damaged is renamed
 * and a new one begun, with a sentence for the person; a file of a newer version is left alone and
 * refused. Labs live in their own folders, so a lost library loses a list, never a disk.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { LabError } from '#protocol/errors.ts';
import { fileError } from '#lab/folder/lab-file.ts';
import type { LabRecord, LibraryStore } from '#lab/library/library-store.ts';

/** Each brings the schema from its index to the next version. Never change a released one. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE lab (
     id TEXT PRIMARY KEY,
     path TEXT NOT NULL UNIQUE,
     created_at_ms INTEGER NOT NULL,
     opened_at_ms INTEGER
   ) STRICT;
   CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`,
];

interface LabRow {
  readonly id: string;
  readonly path: string;
  readonly created_at_ms: number;
  readonly opened_at_ms: number | null;
}

export interface OpenedLibrary {
  readonly store: LibraryStore;
  /** A sentence for the person when the file found was damaged and kept aside. */
  readonly problem: string | null;
}

/** Throws LabError `libraryNewer`, `accessDenied`, `diskFull` or `ioError`. */
export function openLibrary(file: string): OpenedLibrary {
  try {
    mkdirSync(dirname(file), { recursive: true });
    return { store: new SqliteLibraryStore(file), problem: null };
  } catch (thrown) {
    const code = (thrown as { code?: string }).code ?? '';
    const isDamaged = code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT');
    if (!isDamaged) throw fileError(thrown, `Cannot open the library "${file}"`);
    const aside = keepAside(file);
    const problem = `The library "${file}" was damaged: it is kept as "${aside}", a new one begun`;
    return { store: new SqliteLibraryStore(file), problem };
  }
}

function keepAside(file: string): string {
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  let aside = `${file}.damaged-${stamp}`;
  for (let n = 2; existsSync(aside); n += 1) aside = `${file}.damaged-${stamp}-${n}`;
  renameSync(file, aside);
  for (const part of ['-wal', '-shm']) {
    if (existsSync(file + part)) renameSync(file + part, aside + part);
  }
  return aside;
}

class SqliteLibraryStore implements LibraryStore {
  readonly #database: Database.Database;

  constructor(file: string) {
    this.#database = new Database(file, { timeout: 2000 });
    try {
      this.#prepare(file);
    } catch (thrown) {
      this.#database.close();
      throw thrown;
    }
  }

  #prepare(file: string): void {
    const database = this.#database;
    // The version is read before anything is written: a newer file stays as it is.
    const version = database.pragma('user_version', { simple: true }) as number;
    if (version > MIGRATIONS.length) {
      const text = `Cannot open the library "${file}": a newer SmartOS Lab wrote it`;
      throw new LabError('libraryNewer', text, { version, known: MIGRATIONS.length });
    }
    const check = database.pragma('quick_check(1)', { simple: true }) as string;
    if (check !== 'ok') throw Object.assign(new Error(check), { code: 'SQLITE_CORRUPT' });
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    const migrate = database.transaction(() => {
      const from = database.pragma('user_version', { simple: true }) as number;
      for (const step of MIGRATIONS.slice(from)) database.exec(step);
      database.pragma(`user_version = ${MIGRATIONS.length}`);
    });
    if (version < MIGRATIONS.length) migrate.immediate();
  }

  labs(): LabRecord[] {
    const rows = this.#database.prepare('SELECT * FROM lab ORDER BY rowid').all() as LabRow[];
    return rows.map((row) => ({
      id: row.id,
      path: row.path,
      createdAtMs: row.created_at_ms,
      openedAtMs: row.opened_at_ms,
    }));
  }

  put(record: LabRecord): void {
    const put = this.#database.transaction(() => {
      this.#database
        .prepare('DELETE FROM lab WHERE path = ? AND id <> ?')
        .run(record.path, record.id);
      this.#database
        .prepare(
          `INSERT INTO lab (id, path, created_at_ms, opened_at_ms) VALUES (?, ?, ?, ?)
           ON CONFLICT (id)
           DO UPDATE SET path = excluded.path, opened_at_ms = excluded.opened_at_ms`,
        )
        .run(record.id, record.path, record.createdAtMs, record.openedAtMs);
    });
    this.#guard(() => put.immediate());
  }

  remove(id: string): void {
    this.#guard(() => this.#database.prepare('DELETE FROM lab WHERE id = ?').run(id));
  }

  setting(key: string): string | undefined {
    const row = this.#database.prepare('SELECT value FROM setting WHERE key = ?').get(key);
    return (row as { value: string } | undefined)?.value;
  }

  setSetting(key: string, value: string): void {
    this.#guard(() =>
      this.#database.prepare('INSERT OR REPLACE INTO setting VALUES (?, ?)').run(key, value),
    );
  }

  close(): void {
    this.#database.close();
  }

  #guard(run: () => unknown): void {
    try {
      run();
    } catch (thrown) {
      const isFull = (thrown as { code?: string }).code === 'SQLITE_FULL';
      if (isFull) throw new LabError('diskFull', 'Cannot write the library: the disk is full');
      throw fileError(thrown, 'Cannot write the library');
    }
  }
}

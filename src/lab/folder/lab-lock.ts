/**
 * One process a lab. The lock is an exclusive transaction on lab.lock, a SQLite file with nothing in
 * it: the operating system holds it for us and drops it when the process ends however it ends, on
 * every system, so there are no stale locks to guess about. lab.owner.json beside it only tells
 * people who has it.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import Database from 'better-sqlite3';
import { type Disposable, toDisposable } from '#base/disposable.ts';
import { LabError } from '#protocol/errors.ts';
import { fileError } from '#lab/folder/lab-file.ts';

export const LOCK_FILE = 'lab.lock';
export const OWNER_FILE = 'lab.owner.json';

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly program: string;
  readonly since: string;
}

/** Takes the lock until disposed. Throws LabError `labLocked` that names who has it. */
export function lockLab(folder: string, program: string): Disposable {
  const ownerFile = join(folder, OWNER_FILE);
  const database = takeLock(folder, ownerFile);
  const since = new Date().toISOString();
  const owner: Owner = { pid: process.pid, host: hostname(), program, since };
  try {
    writeFileSync(ownerFile, `${JSON.stringify(owner)}\n`);
  } catch {
    // Only for people: a full disk must not keep the lab shut.
  }
  return toDisposable(() => {
    rmSync(ownerFile, { force: true });
    database.close();
  });
}

/** Who has the lab now, in words; undefined when nobody has. */
export function lockHolder(folder: string): string | undefined {
  const ownerFile = join(folder, OWNER_FILE);
  if (!existsSync(ownerFile)) return undefined;
  try {
    takeLock(folder, ownerFile).close();
    return undefined;
  } catch (thrown) {
    return thrown instanceof LabError && thrown.code === 'labLocked' ? thrown.message : undefined;
  }
}

function takeLock(folder: string, ownerFile: string): Database.Database {
  let database: Database.Database | undefined;
  try {
    // The wait covers another process that only looks whether the lab is locked.
    database = new Database(join(folder, LOCK_FILE), { timeout: 250 });
    // Nothing is ever written, and a full disk must not keep a lab shut.
    database.pragma('journal_mode = MEMORY');
    database.pragma('locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (thrown) {
    database?.close();
    if ((thrown as { code?: string }).code === 'SQLITE_BUSY') throw locked(folder, ownerFile);
    throw fileError(thrown, `Cannot lock lab "${folder}"`);
  }
}

function locked(folder: string, ownerFile: string): LabError {
  let who = 'another process';
  let pid = 0;
  try {
    const owner = JSON.parse(readFileSync(ownerFile, 'utf8')) as Owner;
    pid = owner.pid;
    who = `${owner.program} (process ${owner.pid} on ${owner.host}, since ${owner.since})`;
  } catch {
    // The holder is just starting, or could not write it.
  }
  return new LabError('labLocked', `Cannot open lab "${folder}": ${who} has it open`, { pid });
}

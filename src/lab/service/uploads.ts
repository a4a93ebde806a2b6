/**
 * Files on their way from an observer into the lab process, kept in a temporary folder under names
 * of ours: an observer never names a path of this machine. An upload belongs to the connection that
 * began it and goes with it.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '#protocol/errors.ts';
import type { Connection } from '#protocol/server.ts';
import { fileError } from '#lab/folder/lab-file.ts';

interface Upload {
  readonly file: string;
  readonly fd: number;
  readonly sizeBytes: number;
  readonly connection: Connection;
  receivedBytes: number;
}

export class Uploads {
  readonly #uploads = new Map<string, Upload>();
  #folder: string | undefined;

  begin(connection: Connection, sizeBytes: number): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'smartos-lab-upload-'));
    mkdirSync(this.#folder, { recursive: true });
    const id = randomUUID();
    const file = join(this.#folder, id);
    try {
      const fd = openSync(file, 'wx', 0o600);
      this.#uploads.set(id, { file, fd, sizeBytes, connection, receivedBytes: 0 });
    } catch (thrown) {
      throw fileError(thrown, 'Cannot take the file');
    }
    connection.owned.add({ dispose: () => this.#drop(id) });
    return id;
  }

  write(connection: Connection, id: string, bytes: Uint8Array): number {
    const upload = this.#find(connection, id);
    if (upload.receivedBytes + bytes.length > upload.sizeBytes) {
      throw new LabError('badRequest', 'Cannot take the file: it is longer than was said');
    }
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(upload.fd, bytes, done);
    } catch (thrown) {
      this.#drop(id);
      throw fileError(thrown, 'Cannot take the file');
    }
    upload.receivedBytes += bytes.length;
    return upload.receivedBytes;
  }

  /** Lends the whole file to `use`, then deletes it. */
  async take<T>(connection: Connection, id: string, use: (file: string) => Promise<T>): Promise<T> {
    const upload = this.#find(connection, id);
    if (upload.receivedBytes !== upload.sizeBytes) {
      throw new LabError('badRequest', 'Cannot use the file: it has not come whole');
    }
    try {
      return await use(upload.file);
    } finally {
      this.#drop(id);
    }
  }

  abandon(connection: Connection, id: string): void {
    this.#find(connection, id);
    this.#drop(id);
  }

  dispose(): void {
    for (const id of this.#uploads.keys()) this.#drop(id);
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  #find(connection: Connection, id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload?.connection === connection) return upload;
    throw new LabError('uploadNotFound', 'There is no such upload on this connection');
  }

  #drop(id: string): void {
    const upload = this.#uploads.get(id);
    if (upload === undefined) return;
    this.#uploads.delete(id);
    closeSync(upload.fd);
    rmSync(upload.file, { force: true });
  }
}

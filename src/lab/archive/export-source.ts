/** An export as a stream's source: reads and compresses only as fast as the observer takes it. */
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { Disposable } from '#base/disposable.ts';
import { MAX_CHUNK_BYTES } from '#protocol/contract.ts';
import type { LabError } from '#protocol/errors.ts';
import type { StreamSource } from '#protocol/source.ts';
import { exportChunks } from '#lab/archive/export.ts';
import { fileError } from '#lab/folder/lab-file.ts';

/** `hold` is disposed when the stream ends, however it ends. */
export function exportSource(
  folder: string,
  wake: () => void,
  hold: Disposable,
): StreamSource<{ bytes: Uint8Array }> {
  const archive = Readable.from(exportChunks(folder));
  const packed = archive.pipe(createGzip({ level: 6 }));
  let rest: Uint8Array = new Uint8Array(0);
  let error: LabError | undefined;
  const fail = (thrown: unknown): void => {
    error = fileError(thrown, 'Cannot export the lab');
    packed.destroy();
    wake();
  };
  archive.on('error', fail);
  packed.on('error', fail);
  packed.on('readable', wake);
  packed.on('end', wake);
  return {
    next: () => {
      if (error !== undefined) throw error;
      if (rest.length === 0) rest = (packed.read() as Uint8Array | null) ?? rest;
      if (rest.length === 0) return undefined;
      const bytes = rest.slice(0, MAX_CHUNK_BYTES);
      rest = rest.subarray(bytes.length);
      return { bytes };
    },
    get isEnded() {
      return packed.readableEnded;
    },
    dispose: () => {
      archive.destroy();
      packed.destroy();
      hold.dispose();
    },
  };
}

/** The raw, sparse disk images of a lab: make them, measure them, copy them in without zeros. */
import { closeSync, ftruncateSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { MiB } from '#base/units.ts';
import { LabError } from '#protocol/errors.ts';
import { fileError } from '#lab/folder/lab-file.ts';

const COPY_STEP_BYTES = MiB;
const SECTOR_BYTES = 512;

/** A new disk of zeros that takes no space yet. Never replaces a file. */
export function createBlankImage(file: string, sizeBytes: number): void {
  withNewFile(file, (fd) => ftruncateSync(fd, sizeBytes));
}

/** Copies a raw image; its size must be whole sectors. Ranges of zeros stay holes. */
export function copyImage(from: string, to: string): void {
  let source: number;
  try {
    source = openSync(from, 'r');
  } catch (thrown) {
    throw fileError(thrown, `Cannot read disk image "${from}"`);
  }
  try {
    const { size } = statSync(from);
    if (size === 0 || size % SECTOR_BYTES !== 0) {
      const text = `Cannot use "${from}" as a disk: ${size} bytes are not whole sectors of 512`;
      throw new LabError('ioError', text);
    }
    withNewFile(to, (fd) => {
      ftruncateSync(fd, size);
      const piece = new Uint8Array(COPY_STEP_BYTES);
      for (let at = 0; at < size; ) {
        const count = readSync(source, piece, 0, piece.length, at);
        if (count === 0) break;
        const part = piece.subarray(0, count);
        if (part.some((byte) => byte !== 0)) writeSync(fd, part, 0, count, at);
        at += count;
      }
    });
  } finally {
    closeSync(source);
  }
}

/** Size, and what the file takes on the host; null where the host doesn't count blocks. */
export function imageSizes(file: string): { sizeBytes: number; allocatedBytes: number | null } {
  try {
    const { size, blocks } = statSync(file);
    return { sizeBytes: size, allocatedBytes: blocks === undefined ? null : blocks * 512 };
  } catch {
    return { sizeBytes: 0, allocatedBytes: null };
  }
}

function withNewFile(file: string, fill: (fd: number) => void): void {
  let fd: number;
  try {
    fd = openSync(file, 'wx');
  } catch (thrown) {
    throw fileError(thrown, `Cannot make disk image "${file}"`);
  }
  try {
    fill(fd);
  } catch (thrown) {
    rmSync(file, { force: true });
    throw fileError(thrown, `Cannot make disk image "${file}"`);
  } finally {
    closeSync(fd);
  }
}

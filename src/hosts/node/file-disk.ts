/**
 * A disk in a raw, sparse file of the host. Byte n of the disk is byte n of the file, so any tool can
 * open it. Surprising: Node.js can't punch holes, so `discard` writes zeros where there is something
 * else (an export then leaves the range out), and gives space back only at the end of the file.
 */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { MiB } from '#base/units.ts';
import { type BlockDevice, BlockDeviceError } from '#runtime/host.ts';

const SECTOR_BYTES = 512;
const DISCARD_STEP_BYTES = MiB;

/** The file calls used; a test gives failing ones. */
export interface DiskFileCalls {
  readonly read: (fd: number, target: Uint8Array, at: number) => number;
  readonly write: (fd: number, source: Uint8Array, at: number) => number;
  readonly sync: (fd: number) => void;
}

const NODE_CALLS: DiskFileCalls = {
  read: (fd, target, at) => readSync(fd, target, 0, target.length, at),
  write: (fd, source, at) => writeSync(fd, source, 0, source.length, at),
  sync: (fd) => fdatasyncSync(fd),
};

export class FileDisk implements BlockDevice {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sectorSize: number = SECTOR_BYTES;
  readonly isReadOnly: boolean;
  readonly #file: string;
  readonly #fd: number;
  readonly #calls: DiskFileCalls;

  /** Opens `file`; throws Node's error (ENOENT, EACCES …) as it is. */
  constructor(
    name: string,
    file: string,
    options: { readonly isReadOnly?: boolean; readonly calls?: DiskFileCalls } = {},
  ) {
    this.name = name;
    this.#file = file;
    this.isReadOnly = options.isReadOnly ?? false;
    this.#calls = options.calls ?? NODE_CALLS;
    this.#fd = openSync(file, this.isReadOnly ? 'r' : 'r+');
    const { size } = fstatSync(this.#fd);
    this.sizeBytes = size - (size % SECTOR_BYTES);
  }

  read(offsetBytes: number, target: Uint8Array): void {
    let done = 0;
    while (done < target.length) {
      const rest = target.subarray(done);
      const at = offsetBytes + done;
      const count = this.#try('read', () => this.#calls.read(this.#fd, rest, at));
      if (count === 0) throw this.#failure('EIO', 'read', 'the file has become shorter');
      done += count;
    }
  }

  write(offsetBytes: number, source: Uint8Array): void {
    if (this.isReadOnly) throw this.#failure('EROFS', 'write', 'it is read-only');
    let done = 0;
    while (done < source.length) {
      const rest = source.subarray(done);
      const at = offsetBytes + done;
      done += this.#try('write', () => this.#calls.write(this.#fd, rest, at));
    }
  }

  flush(): void {
    if (!this.isReadOnly) this.#try('flush', () => this.#calls.sync(this.#fd));
  }

  discard(offsetBytes: number, sizeBytes: number): void {
    if (this.isReadOnly) throw this.#failure('EROFS', 'discard', 'it is read-only');
    const end = offsetBytes + sizeBytes;
    if (end === this.sizeBytes) {
      this.#try('discard', () => {
        ftruncateSync(this.#fd, offsetBytes);
        ftruncateSync(this.#fd, end);
      });
      return;
    }
    const piece = new Uint8Array(Math.min(DISCARD_STEP_BYTES, sizeBytes));
    for (let at = offsetBytes; at < end; at += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, end - at));
      this.read(at, part);
      if (part.some((byte) => byte !== 0)) this.write(at, part.fill(0));
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  #try<T>(what: string, run: () => T): T {
    try {
      return run();
    } catch (thrown) {
      const { code = 'EIO', message } = thrown as NodeJS.ErrnoException;
      throw this.#failure(deviceCode(code), what, message);
    }
  }

  #failure(code: BlockDeviceError['code'], what: string, state: string): BlockDeviceError {
    const text = `Cannot ${what} disk "${this.name}" (${this.#file}): ${state}`;
    return new BlockDeviceError(code, text);
  }
}

function deviceCode(code: string): BlockDeviceError['code'] {
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return 'ENOSPC';
  if (code === 'EROFS' || code === 'EPERM' || code === 'EACCES') return 'EROFS';
  if (code === 'ENXIO' || code === 'ENODEV' || code === 'EBADF') return 'ENXIO';
  return 'EIO';
}

/**
 * What a node needs from outside, and all of it. A host (hosts/electron, hosts/web, hosts/headless,
 * testing/sim) makes these objects and hands them to createNode; nothing in the runtime reaches a
 * clock, a disk or a wire in any other way. That is what makes two nodes in one process, simulation,
 * fault injection and replay possible.
 *
 * All calls are synchronous. What takes long is started and answers through an event that the host
 * posts into the node's input queue (see runtime/index.ts).
 */
import type { Disposable } from '#base/disposable.ts';

/** Time. Virtual in tests and in deterministic mode: there it moves only by `advance`. */
export interface Clock {
  /** Wall time, nanoseconds since 1970-01-01T00:00:00Z. */
  realtimeNs(): bigint;
  /**
   * Monotonic time, nanoseconds since some point before boot; never goes back. @man gethrtime(3C)
   */
  monotonicNs(): bigint;
  /** Set in deterministic mode only: the node calls it with the time its work stands for. */
  readonly advance?: (byNs: bigint) => void;
}

/** Random numbers as a tree: a new draw under one child does not shift those of its siblings. */
export interface RandomSource {
  /** The source for one subsystem; the same name gives the same stream. */
  child(name: string): RandomSource;
  /** Uniform in 0 … 2^32−1. */
  uint32(): number;
  /** Uniform in 0 … 2^64−1. */
  uint64(): bigint;
  /** Fills all of `target`. */
  fill(target: Uint8Array): void;
}

/**
 * Storage with sectors. Called by one node only, never from inside one of its own completions.
 * A failing device throws `BlockDeviceError`; anything else thrown is a programmer's error.
 */
export interface BlockDevice {
  /** The device's name in /dev/dsk without slice, e.g. `c1t0d0`. */
  readonly name: string;
  /** A multiple of `sectorSize`. */
  readonly sizeBytes: number;
  /** 512 or 4096. Offsets and lengths of all calls are multiples of it. */
  readonly sectorSize: number;
  readonly isReadOnly: boolean;
  /**
   * Fills all of `target`, which is borrowed until return. Reads past the end: programmer's error.
   */
  read(offsetBytes: number, target: Uint8Array): void;
  /**
   * Takes all of `source`, borrowed until return. Torn at 512 bytes by a power cut before `flush`.
   */
  write(offsetBytes: number, source: Uint8Array): void;
  /** What was written before a `flush` that returned survives a power cut. */
  flush(): void;
  /** The range may read back as zeros or as before; the host may free its space. */
  discard(offsetBytes: number, sizeBytes: number): void;
}

/**
 * The outcome of a failing device; `code` is what the driver reports: media error, gone, read only.
 */
export class BlockDeviceError extends Error {
  override readonly name = 'BlockDeviceError';
  readonly code: 'EIO' | 'ENXIO' | 'EROFS' | 'ENOSPC';

  constructor(code: 'EIO' | 'ENXIO' | 'EROFS' | 'ENOSPC', message: string) {
    super(message);
    this.code = code;
  }
}

/** One end of a wire that carries Ethernet frames without preamble and frame check sequence. */
export interface FramePort {
  /** The device's name, e.g. `e1000g0`. */
  readonly name: string;
  /** Six bytes. */
  readonly mac: Uint8Array;
  readonly mtu: number;
  /** Takes a whole frame, borrowed until return. Never fails: a wire loses what it can't carry. */
  send(frame: Uint8Array): void;
  /** One listener; it gets frames only through the node's input queue, never from inside `send`. */
  onFrame(listener: (frame: Uint8Array) => void): Disposable;
}

/** The machine's serial port or text screen, seen from the node. Input comes as an input event. */
export interface ConsolePort {
  /** Takes all of `bytes`, borrowed until return. */
  write(bytes: Uint8Array): void;
  /**
   * Bytes the observer can take now. At 0 the tty's output stops (as with XOFF) until the node gets
   * an input event of kind `consoleReady`. Infinity where nobody slows the node.
   */
  writable(): number;
}

/** Codecs and hashes that every host has natively. Output buffers are fresh. */
export interface Codecs {
  /** gzip stream (RFC 1952), level 1 … 9. */
  gzip(bytes: Uint8Array, level: number): Uint8Array;
  /** Throws `CodecError` on bad input or when the result would pass `maxSizeBytes`. */
  gunzip(bytes: Uint8Array, maxSizeBytes: number): Uint8Array;
  /** zlib stream (RFC 1950), as ZFS's gzip-N stores it. */
  deflate(bytes: Uint8Array, level: number): Uint8Array;
  inflate(bytes: Uint8Array, maxSizeBytes: number): Uint8Array;
  zstdDecompress(bytes: Uint8Array, maxSizeBytes: number): Uint8Array;
  /** `sha512-256` is SHA-512/256 (FIPS 180-4), which ZFS calls sha512. */
  digest(
    algorithm: 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'sha512-256',
    bytes: Uint8Array,
  ): Uint8Array;
}

export class CodecError extends Error {
  override readonly name = 'CodecError';
}

/** The lab's own log (not the node's syslog): one line an event, `detail` is plain data. */
export interface Log {
  write(level: 'debug' | 'info' | 'warn' | 'error', message: string, detail?: unknown): void;
}

/** A folder of the host shown to the node at /host. The guest names files below it, never a path of
 * the host; the implementation refuses `..`, absolute names and links that leave the folder. */
export interface HostShare {
  readonly isReadOnly: boolean;
  list(path: readonly string[]): HostShareEntry[] | HostShareFailure;
  stat(path: readonly string[]): HostShareEntry | HostShareFailure;
  read(path: readonly string[], offsetBytes: number, target: Uint8Array): number | HostShareFailure;
  write(
    path: readonly string[],
    offsetBytes: number,
    source: Uint8Array,
  ): number | HostShareFailure;
  create(path: readonly string[], kind: 'file' | 'directory'): HostShareFailure | undefined;
  remove(path: readonly string[]): HostShareFailure | undefined;
  truncate(path: readonly string[], sizeBytes: number): HostShareFailure | undefined;
  rename(from: readonly string[], to: readonly string[]): HostShareFailure | undefined;
}

export interface HostShareEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
  readonly sizeBytes: number;
  readonly modifiedNs: bigint;
  readonly isExecutable: boolean;
}

/** The name of the errno that the call ends with. */
export interface HostShareFailure {
  readonly failure:
    | 'ENOENT'
    | 'EACCES'
    | 'EEXIST'
    | 'ENOTDIR'
    | 'EISDIR'
    | 'EROFS'
    | 'EIO'
    | 'ENOSPC'
    | 'ENOTEMPTY';
}

/** A platform image as the firmware finds it on a boot medium. */
export interface PlatformImage {
  /** `YYYYMMDDThhmmssZ` */
  readonly stamp: string;
  /** gzip-compressed cpio archive (odc), the RAM root. */
  readonly bootArchive: Uint8Array;
  /** Lower-case hexadecimal SHA-1 of `bootArchive`, as in boot_archive.hash. */
  readonly bootArchiveHash: string;
  /** Where it lay on its medium, e.g. `platform`; undefined: it came with the host. */
  readonly folder?: string;
}

/** A stick in a port or a disc in the drive: what the firmware can boot from. */
export interface BootDevice {
  readonly kind: 'usb' | 'iso';
  readonly device: BlockDevice;
}

export interface Host {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly codecs: Codecs;
  readonly console: ConsolePort;
  readonly disks: readonly BlockDevice[];
  readonly nics: readonly FramePort[];
  /** What boots when no medium is asked for. */
  readonly platform: PlatformImage;
  readonly media?: readonly BootDevice[];
  readonly share?: HostShare;
}

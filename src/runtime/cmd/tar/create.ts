/** tar c, r and u: files into an archive. */
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import { S_IAMB, majorOf, minorOf } from '#abi/illumos/stat.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import { BLOCK, type TarEntry, formatHeader } from '#cmd/tar/header.ts';
import type { TarOptions } from '#cmd/tar/options.ts';
import type { Accounts } from '#lib/libc/accounts.ts';
import { listDirectory } from '#lib/libc/directory.ts';
import type { ByteSink } from '#lib/libc/gzip.ts';
import { readSome } from '#lib/libc/lines.ts';
import { joinPath } from '#lib/libc/pathname.ts';
import { Output, type Stdio } from '#lib/libc/stdio.ts';

const TYPES: Readonly<Record<string, string>> = {
  VREG: '0',
  VLNK: '2',
  VCHR: '3',
  VBLK: '4',
  VDIR: '5',
  VFIFO: '6',
};

export class Creator {
  status = 0;
  readonly #io: Stdio;
  readonly #sys: Sys;
  readonly #options: TarOptions;
  readonly #accounts: Accounts;
  readonly #sink: ByteSink;
  readonly #log: Output;
  readonly #excluded: ReadonlySet<string>;
  /** Paths of files with several links, by identity. */
  readonly #links = new Map<string, string>();
  /** For u: times of what the archive has. */
  readonly #known: ReadonlyMap<string, number>;
  /** Bytes written, for the padding of the last record. */
  size = 0;

  constructor(
    io: Stdio,
    sys: Sys,
    options: TarOptions,
    accounts: Accounts,
    sink: ByteSink,
    excluded: ReadonlySet<string>,
    known: ReadonlyMap<string, number>,
  ) {
    this.#io = io;
    this.#sys = sys;
    this.#options = options;
    this.#accounts = accounts;
    this.#sink = sink;
    this.#excluded = excluded;
    this.#known = known;
    this.#log = options.file === undefined || options.file === '-' ? io.err : io.out;
  }

  *#put(bytes: Uint8Array): Task<void> {
    this.size += bytes.length;
    yield* this.#sink(bytes);
  }

  *#fail(message: string): Task<void> {
    this.status = 1;
    yield* this.#io.warn(message);
  }

  *add(path: string): Task<void> {
    if (this.#excluded.has(path.replace(/\/+$/, ''))) return;
    const stat = this.#options.follow ? yield* this.#sys.stat(path) : yield* this.#sys.lstat(path);
    if (isErrno(stat)) {
      yield* this.#fail(`${path}: ${stat.message}`);
      return;
    }
    const type = TYPES[stat.type];
    if (type === undefined) {
      yield* this.#fail(`${path} is not a file. Not dumped`);
      return;
    }
    const isKnown = (this.#known.get(path) ?? -1) >= Number(stat.mtimeNs / 1_000_000_000n);
    if (!isKnown || type === '5') yield* this.#entry(path, stat, type);
    if (type === '5') yield* this.#directory(path);
  }

  *#directory(path: string): Task<void> {
    const names = yield* listDirectory(this.#sys, path);
    if (isErrno(names)) yield* this.#fail(`${path}: ${names.message}`);
    else for (const name of names) yield* this.add(joinPath(path, name));
  }

  *#entry(path: string, stat: Stat, type: string): Task<void> {
    const identity = `${stat.dev}:${stat.ino}`;
    const earlier = stat.nlink > 1 && type === '0' ? this.#links.get(identity) : undefined;
    if (type === '0' && stat.nlink > 1) this.#links.set(identity, earlier ?? path);
    let link = earlier ?? '';
    if (type === '2') {
      const target = yield* this.#sys.readlink(path);
      if (isErrno(target)) {
        yield* this.#fail(`${path}: ${target.message}`);
        return;
      }
      link = target;
    }
    const isDevice = type === '3' || type === '4';
    const kind = earlier === undefined ? type : '1';
    const entry: TarEntry = {
      path: type === '5' && !path.endsWith('/') ? `${path}/` : path,
      mode: stat.mode & S_IAMB,
      uid: stat.uid,
      gid: stat.gid,
      size: kind === '0' ? stat.size : 0,
      mtime: Number(stat.mtimeNs / 1_000_000_000n),
      type: kind,
      link,
      userName: (yield* this.#accounts.userName(stat.uid)) ?? '',
      groupName: (yield* this.#accounts.groupName(stat.gid)) ?? '',
      major: isDevice ? majorOf(stat.rdev) : 0,
      minor: isDevice ? minorOf(stat.rdev) : 0,
    };
    if (kind === '0') {
      yield* this.#file(path, entry);
      return;
    }
    for (const block of formatHeader(entry)) yield* this.#put(block);
    const what =
      kind === '1' ? ` link to ${link}` : kind === '2' ? ` symbolic link to ${link}` : ' 0K';
    yield* this.#verbose(`a ${entry.path}${what}`);
  }

  *#verbose(line: string): Task<void> {
    if (this.#options.verbose) yield* this.#log.write(`${line}\n`);
  }

  /** A file that grows while it is read is cut; one that shrinks is filled with zeros. */
  *#file(path: string, entry: TarEntry): Task<void> {
    const fd = yield* this.#sys.open(path, O_RDONLY);
    if (isErrno(fd)) {
      yield* this.#fail(`${path}: ${fd.message}`);
      return;
    }
    for (const block of formatHeader(entry)) yield* this.#put(block);
    const buffer = new Uint8Array(65_536);
    let left = entry.size;
    while (left > 0) {
      const size = yield* readSome(this.#sys, fd, buffer);
      if (isErrno(size) || size === 0) {
        yield* this.#fail(`${path}: file changed size`);
        buffer.fill(0);
        for (; left > 0; left -= BLOCK) yield* this.#put(buffer.slice(0, Math.min(left, BLOCK)));
        break;
      }
      const used = Math.min(size, left);
      yield* this.#put(buffer.subarray(0, used));
      left -= used;
    }
    yield* this.#sys.close(fd);
    const padding = (BLOCK - (entry.size % BLOCK)) % BLOCK;
    if (padding > 0) yield* this.#put(new Uint8Array(padding));
    yield* this.#verbose(`a ${path} ${Math.ceil(entry.size / 1024)}K`);
  }

  /** Two zero blocks, and zeros up to a whole record of 20 blocks. */
  *finish(): Task<void> {
    yield* this.#put(new Uint8Array(2 * BLOCK));
    const record = 20 * BLOCK;
    const rest = (record - (this.size % record)) % record;
    if (rest > 0) yield* this.#put(new Uint8Array(rest));
  }
}

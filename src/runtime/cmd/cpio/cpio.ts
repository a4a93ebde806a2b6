/**
 * cpio: -o names from stdin into an archive, -i out of one (or -t a list), in the odc and newc forms.
 * Surprising: names are read from stdin, and what is there already and newer stays unless -u. The old
 * binary form is not written: without -c or -H an archive is odc.
 * @man cpio(1)
 */
import { latin1ToUtf8 } from '#base/bytes.ts';
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, majorOf, makedev, minorOf } from '#abi/illumos/stat.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import {
  type CpioEntry,
  type CpioFormat,
  type CpioItem,
  TRAILER,
  formatCpioHeader,
  padding,
  readCpioHeader,
} from '#cmd/cpio/header.ts';
import { ByteReader } from '#lib/libc/byte-reader.ts';
import { writeAll } from '#lib/libc/copy-bytes.ts';
import { compileFnmatch } from '#lib/libc/fnmatch.ts';
import { type ParsedOptions, getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { LineCursor, readSome } from '#lib/libc/lines.ts';
import { dirname } from '#lib/libc/pathname.ts';
import { Output, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

const USAGE =
  'USAGE:\n\tcpio -i[bcdfkmrstuv@BSV6] [-C size] [-E file] [-H hdr] [[-I file] [-M msg]] ' +
  '[-R id] [patterns]\n\tcpio -o[acv@ABLV] [-C size] [-H hdr] [[-M msg] [-O file]]\n' +
  '\tcpio -p[adlmuv@LV] [-R id] directory\n';
const BLOCK = 512;

class Writer {
  blocks = 0;
  size = 0;
  readonly #io: Stdio;
  readonly #sys: Sys;
  readonly #out: Output;
  readonly #format: CpioFormat;
  readonly #verbose: boolean;

  constructor(io: Stdio, sys: Sys, out: Output, format: CpioFormat, verbose: boolean) {
    this.#io = io;
    this.#sys = sys;
    this.#out = out;
    this.#format = format;
    this.#verbose = verbose;
  }

  *#put(bytes: Uint8Array): Task<void> {
    this.size += bytes.length;
    yield* this.#out.write(bytes);
  }

  *add(path: string): Task<number> {
    const stat = yield* this.#sys.lstat(path);
    if (isErrno(stat)) {
      yield* this.#io.warn(`Error with lstat() of "${path}", ${stat.message}`);
      return 1;
    }
    const target = stat.type === 'VLNK' ? yield* this.#sys.readlink(path) : '';
    if (isErrno(target)) return 1;
    const link = encodeUtf8(target);
    const isFile = stat.type === 'VREG';
    const fd = isFile ? yield* this.#sys.open(path, O_RDONLY) : -1;
    if (isErrno(fd)) {
      yield* this.#io.warn(`Cannot open "${path}", skipped, ${fd.message}`);
      return 1;
    }
    const size = isFile ? stat.size : link.length;
    const entry: CpioEntry = {
      path,
      ino: stat.ino,
      mode: stat.mode,
      uid: stat.uid,
      gid: stat.gid,
      nlink: stat.nlink,
      mtime: Number(stat.mtimeNs / 1_000_000_000n),
      size,
      device: stat.dev,
      rdevMajor: majorOf(stat.rdev),
      rdevMinor: minorOf(stat.rdev),
    };
    yield* this.#put(formatCpioHeader(entry, this.#format));
    if (isFile) yield* this.#contents(fd, size);
    else yield* this.#put(link);
    const rest = padding(size, this.#format);
    if (rest > 0) yield* this.#put(new Uint8Array(rest));
    if (this.#verbose) yield* this.#io.err.write(`${path}\n`);
    return 0;
  }

  *#contents(fd: number, size: number): Task<void> {
    const buffer = new Uint8Array(65_536);
    let left = size;
    while (left > 0) {
      const got = yield* readSome(this.#sys, fd, buffer);
      const used = isErrno(got) ? 0 : Math.min(got, left);
      if (used === 0) buffer.fill(0);
      const part = used === 0 ? Math.min(left, buffer.length) : used;
      yield* this.#put(buffer.slice(0, part));
      left -= part;
    }
    yield* this.#sys.close(fd);
  }

  *finish(): Task<void> {
    const zero = { ino: 0, mode: 0, uid: 0, gid: 0, mtime: 0, size: 0, device: 0 };
    const end: CpioEntry = { ...zero, path: TRAILER, nlink: 1, rdevMajor: 0, rdevMinor: 0 };
    yield* this.#put(formatCpioHeader(end, this.#format));
    const rest = (BLOCK - (this.size % BLOCK)) % BLOCK;
    if (rest > 0) yield* this.#put(new Uint8Array(rest));
    yield* this.#out.flush();
    yield* this.#io.err.write(`${this.size / BLOCK} blocks\n`);
  }
}

function* copyOut(io: Stdio, sys: Sys, parsed: ParsedOptions, format: CpioFormat): Task<number> {
  const file = optionValue(parsed, 'O');
  const fd = file === undefined ? 1 : yield* sys.open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
  if (isErrno(fd)) {
    yield* io.warn(`Cannot open "${file}" for output, ${fd.message}`);
    return 1;
  }
  const writer = new Writer(io, sys, new Output(sys, fd, 'full'), format, hasOption(parsed, 'v'));
  const names = new LineCursor(sys, 0);
  let errors = 0;
  for (;;) {
    const line = yield* names.next();
    if (line === undefined) break;
    if (line !== '') errors += yield* writer.add(latin1ToUtf8(line));
  }
  yield* writer.finish();
  return errors > 0 ? 1 : 0;
}

class Reader {
  status = 0;
  readonly #io: Stdio;
  readonly #sys: Sys;
  readonly #parsed: ParsedOptions;
  readonly #reader: ByteReader;
  readonly #patterns: readonly RegExp[];
  /** Paths of files with several links, by device and inode; newc stores the data with the last. */
  readonly #links = new Map<string, string[]>();

  constructor(io: Stdio, sys: Sys, parsed: ParsedOptions, reader: ByteReader) {
    this.#io = io;
    this.#sys = sys;
    this.#parsed = parsed;
    this.#reader = reader;
    this.#patterns = parsed.operands.map((pattern) => compileFnmatch(pattern));
  }

  *#fail(message: string): Task<void> {
    this.status = 1;
    yield* this.#io.warn(message);
  }

  *run(): Task<void> {
    for (;;) {
      const item = yield* readCpioHeader(this.#reader);
      if (item === undefined || typeof item === 'string') {
        yield* this.#fail(item ?? 'Unexpected end of archive.');
        return;
      }
      if (item.path === TRAILER) break;
      const isMatch =
        this.#patterns.length === 0 || this.#patterns.some((pattern) => pattern.test(item.path));
      const isWanted = isMatch !== hasOption(this.#parsed, 'f');
      const whole = isWanted ? yield* this.#item(item) : yield* this.#reader.skip(item.size);
      yield* this.#reader.skip(padding(item.size, item.format));
      if (!whole) {
        yield* this.#fail('Unexpected end of archive.');
        return;
      }
    }
    const blocks = Math.ceil(this.#reader.position / BLOCK);
    yield* this.#io.err.write(`${blocks} blocks\n`);
  }

  *#item(item: CpioItem): Task<boolean> {
    if (hasOption(this.#parsed, 't')) {
      yield* this.#io.out.write(`${item.path}\n`);
      return yield* this.#reader.skip(item.size);
    }
    const existing = yield* this.#sys.lstat(item.path);
    const isNewer = !isErrno(existing) && Number(existing.mtimeNs / 1_000_000_000n) >= item.mtime;
    const kind = item.mode & S_IFMT;
    if (isNewer && kind !== S_IFDIR && !hasOption(this.#parsed, 'u')) {
      yield* this.#io.warn(`Existing "${item.path}" same age or newer`);
      return yield* this.#reader.skip(item.size);
    }
    if (hasOption(this.#parsed, 'd')) yield* this.#makeParents(item.path);
    if (hasOption(this.#parsed, 'v')) yield* this.#io.err.write(`${item.path}\n`);
    if (kind === S_IFREG) return yield* this.#file(item);
    if (kind === S_IFLNK) return yield* this.#link(item);
    yield* this.#special(item, kind);
    return true;
  }

  *#makeParents(path: string): Task<void> {
    const parent = dirname(path);
    if (parent === '.' || parent === '/' || !isErrno(yield* this.#sys.stat(parent))) return;
    yield* this.#makeParents(parent);
    yield* this.#sys.mkdir(parent, 0o777);
  }

  *#file(item: CpioItem): Task<boolean> {
    const { sys } = { sys: this.#sys };
    const identity = `${item.device}:${item.ino}`;
    const earlier = item.nlink > 1 ? (this.#links.get(identity) ?? []) : [];
    if (item.nlink > 1) this.#links.set(identity, [...earlier, item.path]);
    yield* sys.unlink(item.path);
    const [first] = earlier;
    if (first !== undefined && item.size === 0) {
      yield* sys.link(first, item.path);
      return true;
    }
    const fd = yield* sys.open(item.path, O_WRONLY | O_CREAT | O_TRUNC, item.mode & 0o777);
    if (isErrno(fd)) {
      yield* this.#fail(`Cannot create "${item.path}", ${fd.message}`);
      return yield* this.#reader.skip(item.size);
    }
    let failure: Errno | undefined;
    const whole = yield* this.#reader.copy(item.size, function* sink(bytes) {
      const result = yield* writeAll(sys, fd, bytes);
      if (isErrno(result)) failure ??= result;
    });
    yield* sys.close(fd);
    if (failure !== undefined) yield* this.#fail(`"${item.path}": ${failure.message}`);
    for (const other of earlier) {
      yield* sys.unlink(other);
      yield* sys.link(item.path, other);
    }
    yield* this.#attributes(item);
    return whole;
  }

  *#link(item: CpioItem): Task<boolean> {
    const target = yield* this.#reader.take(item.size);
    if (target === undefined) return false;
    yield* this.#sys.unlink(item.path);
    const text = latin1ToUtf8(String.fromCharCode(...target));
    const made = yield* this.#sys.symlink(text, item.path);
    if (isErrno(made)) yield* this.#fail(`Cannot create "${item.path}", ${made.message}`);
    return true;
  }

  *#special(item: CpioItem, kind: number): Task<void> {
    const device = makedev(item.rdevMajor, item.rdevMinor);
    const made =
      kind === S_IFDIR
        ? yield* this.#sys.mkdir(item.path, item.mode & 0o777)
        : yield* this.#sys.mknod(item.path, item.mode, device);
    const isThere = isErrno(made) && made.name === 'EEXIST' && kind === S_IFDIR;
    if (isErrno(made) && !isThere) {
      yield* this.#fail(`Cannot create "${item.path}", ${made.message}`);
    } else yield* this.#attributes(item);
  }

  *#attributes(item: CpioItem): Task<void> {
    if ((yield* this.#sys.getuid()).effective === 0) {
      yield* this.#sys.chown(item.path, item.uid, item.gid);
    }
    yield* this.#sys.chmod(item.path, item.mode & 0o7777);
    if (!hasOption(this.#parsed, 'm')) return;
    const when = BigInt(item.mtime) * 1_000_000_000n;
    yield* this.#sys.utimens(item.path, when, when);
  }
}

function* copyIn(io: Stdio, sys: Sys, parsed: ParsedOptions): Task<number> {
  const file = optionValue(parsed, 'I');
  const fd = file === undefined ? 0 : yield* sys.open(file, O_RDONLY);
  if (isErrno(fd)) {
    yield* io.warn(`Cannot open "${file}" for input, ${fd.message}`);
    return 1;
  }
  const buffer = new Uint8Array(65_536);
  const source = function* source(): Task<Uint8Array | undefined> {
    const size = yield* readSome(sys, fd, buffer);
    return isErrno(size) || size === 0 ? undefined : buffer.subarray(0, size);
  };
  const reader = new Reader(io, sys, parsed, new ByteReader(source));
  yield* reader.run();
  return reader.status;
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'iopacdfklmrstuvABLSV6@C:E:H:I:M:O:R:');
  const modes = parsed.options.filter(({ letter }) => 'iop'.includes(letter));
  const [mode] = modes;
  if (parsed.message !== undefined || mode === undefined || modes.length > 1) {
    return yield* usageError(
      io,
      USAGE,
      parsed.message ?? 'One of -i, -o or -p must be specified.',
      1,
    );
  }
  const header = optionValue(parsed, 'H') ?? (hasOption(parsed, 'c') ? 'newc' : 'odc');
  const absent = parsed.options.find(({ letter }) => 'pabklrsSV6AELMR'.includes(letter));
  if (absent !== undefined) return yield* notSupported(io, `-${absent.letter}`);
  if (!['odc', 'newc', 'ODC', 'crc', 'CRC'].includes(header)) {
    return yield* notSupported(io, `-H ${header}`);
  }
  if (mode.letter === 'i') return yield* copyIn(io, sys, parsed);
  return yield* copyOut(io, sys, parsed, header.toLowerCase() === 'odc' ? 'odc' : 'newc');
}

export const CPIO: Command = { name: 'cpio', path: '/usr/bin/cpio', main: withStdio(main) };

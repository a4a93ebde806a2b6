/**
 * tar: create (c), append (r), update (u), list (t) and extract (x); gzip is used with z and noticed by
 * itself when reading. Surprising in illumos: what v prints, and that the last record is filled up.
 * @man tar(1)
 */
import { decodeUtf8 } from '#base/bytes.ts';
import { O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { Creator } from '#cmd/tar/create.ts';
import { Extractor, nextEntry } from '#cmd/tar/extract.ts';
import { BLOCK } from '#cmd/tar/header.ts';
import { TAR_USAGE, type TarOptions, parseTarOptions } from '#cmd/tar/options.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { ByteReader } from '#lib/libc/byte-reader.ts';
import { writeAll } from '#lib/libc/copy-bytes.ts';
import { gunzipAsSource } from '#lib/libc/gunzip-source.ts';
import { type ByteSource, gzipStream, isGzip } from '#lib/libc/gzip.ts';
import { readSome } from '#lib/libc/lines.ts';
import { Input, Output, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

function fileSource(sys: Sys, fd: number): ByteSource {
  const buffer = new Uint8Array(65_536);
  return function* read() {
    const size = yield* readSome(sys, fd, buffer);
    return isErrno(size) || size === 0 ? undefined : buffer.subarray(0, size);
  };
}

/** The archive's bytes, unpacked when they are a gzip stream. */
function* archiveSource(sys: Sys, fd: number): Task<ByteSource> {
  const first = (yield* fileSource(sys, fd)())?.slice();
  const whole = (own: Sys): ByteSource => {
    const rest = fileSource(own, fd);
    let isFirst = true;
    return function* read() {
      if (!isFirst) return yield* rest();
      isFirst = false;
      return first;
    };
  };
  return first !== undefined && isGzip(first) ? gunzipAsSource(sys, whole) : whole(sys);
}

function* openArchive(sys: Sys, options: TarOptions, flags: number): Task<number | Errno> {
  const { file } = options;
  if (file === undefined || file === '-') return (flags & 3) === O_RDONLY ? 0 : 1;
  return yield* sys.open(file, flags, 0o666);
}

function* readNames(sys: Sys, path: string): Task<string[] | Errno> {
  const fd = yield* sys.open(path, O_RDONLY);
  if (isErrno(fd)) return fd;
  const text = decodeUtf8(yield* new Input(sys, fd).readAll());
  yield* sys.close(fd);
  return text.split('\n').filter((line) => line !== '');
}

/** The files of the command line: -I names a list, -C changes directory for what follows. */
function* addOperands(io: Stdio, sys: Sys, options: TarOptions, creator: Creator): Task<number> {
  const { operands } = options;
  const start = yield* sys.getcwd();
  for (let at = 0; at < operands.length; at += 1) {
    const word = operands[at] as string;
    const value = operands[at + 1];
    if (word === '-C' && value !== undefined) {
      const moved = yield* sys.chdir(value);
      if (isErrno(moved)) {
        yield* io.warn(`can't change directories to ${value}: ${moved.message}`);
        return 1;
      }
      at += 1;
      const file = operands[at + 1];
      if (file !== undefined) yield* creator.add(file);
      at += 1;
      if (!isErrno(start)) yield* sys.chdir(start);
    } else if (word === '-I' && value !== undefined) {
      const names = yield* readNames(sys, value);
      if (isErrno(names)) {
        yield* io.warn(`could not open ${value}: ${names.message}`);
        return 1;
      }
      for (const name of names) yield* creator.add(name);
      at += 1;
    } else yield* creator.add(word);
  }
  return creator.status;
}

/** For r and u: where the end blocks begin, and the times of what is there. */
function* scanArchive(
  sys: Sys,
  fd: number,
): Task<{ end: number; times: Map<string, number> } | string> {
  const reader = new ByteReader(fileSource(sys, fd));
  const times = new Map<string, number>();
  for (let end = 0; ; end = reader.position) {
    const entry = yield* nextEntry(reader);
    if (typeof entry === 'string') return entry;
    if (entry === undefined) return { end, times };
    times.set(entry.path, entry.mtime);
    const size = entry.type === '0' ? entry.size : 0;
    yield* reader.skip(Math.ceil(size / BLOCK) * BLOCK);
  }
}

function* excludedNames(io: Stdio, sys: Sys, options: TarOptions): Task<Set<string> | undefined> {
  const excluded = new Set<string>();
  for (const path of options.excludes) {
    const names = yield* readNames(sys, path);
    if (isErrno(names)) {
      yield* io.warn(`could not open ${path}: ${names.message}`);
      return undefined;
    }
    for (const name of names) excluded.add(name.replace(/\/+$/, ''));
  }
  return excluded;
}

function* write(io: Stdio, sys: Sys, options: TarOptions): Task<number> {
  const appends = options.action !== 'c';
  const flags = appends ? O_RDWR | O_CREAT : O_WRONLY | O_CREAT | O_TRUNC;
  const fd = yield* openArchive(sys, options, flags);
  const excluded = yield* excludedNames(io, sys, options);
  if (isErrno(fd) || excluded === undefined) {
    if (isErrno(fd)) yield* io.warn(`${options.file}: ${fd.message}`);
    return 1;
  }
  let known = new Map<string, number>();
  let start = 0;
  if (appends) {
    const stat = yield* sys.fstat(fd);
    const scan = !isErrno(stat) && stat.size > 0 ? yield* scanArchive(sys, fd) : undefined;
    if (typeof scan === 'string') {
      yield* io.warn(scan);
      return 1;
    }
    start = scan?.end ?? 0;
    yield* sys.lseek(fd, start, 0);
    if (options.action === 'u') known = scan?.times ?? known;
  }
  const out = new Output(sys, fd, 'full');
  const accounts = new Accounts(sys);
  const make = (sink: (bytes: Uint8Array) => Task<void>): Creator =>
    new Creator(io, sys, options, accounts, sink, excluded, known);
  let status: number;
  if (options.gzip) status = yield* writePacked(io, sys, options, out, make);
  else {
    const creator = make((bytes) => out.write(bytes));
    creator.size = start;
    status = yield* addOperands(io, sys, options, creator);
    yield* creator.finish();
  }
  yield* out.flush();
  if (out.error === undefined) return status;
  yield* io.warn(`write error: ${out.error.message}`);
  return 1;
}

/** Through gzip: a child packs what comes through a pipe. */
function* writePacked(
  io: Stdio,
  sys: Sys,
  options: TarOptions,
  out: Output,
  make: (sink: (bytes: Uint8Array) => Task<void>) => Creator,
): Task<number> {
  const pipe = yield* sys.pipe();
  if (isErrno(pipe)) {
    yield* io.warn(`pipe: ${pipe.message}`);
    return 1;
  }
  const [readFd, writeFd] = pipe;
  yield* out.flush();
  const packer = yield* sys.fork(function* pack(own) {
    yield* own.close(writeFd);
    const packed = new Output(own, out.fd, 'full');
    const header = { name: undefined, mtime: 0 };
    yield* gzipStream(fileSource(own, readFd), (bytes) => packed.write(bytes), 6, header);
    yield* packed.flush();
    return packed.error === undefined ? 0 : 1;
  });
  yield* sys.close(readFd);
  const creator = make(function* sink(bytes) {
    yield* writeAll(sys, writeFd, bytes);
  });
  const status = yield* addOperands(io, sys, options, creator);
  yield* creator.finish();
  yield* sys.close(writeFd);
  if (isErrno(packer)) return 1;
  const ended = yield* sys.wait({ pid: packer });
  const failed = isErrno(ended) || ended === undefined || ended.status !== 0;
  return failed ? 1 : status;
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1);
  const options = args.length === 0 ? '' : parseTarOptions(args);
  if (typeof options === 'string') {
    if (options.endsWith('not supported yet')) {
      yield* io.warn(options);
      return 2;
    }
    return yield* usageError(io, TAR_USAGE, options || undefined, 1);
  }
  if ('cru'.includes(options.action)) {
    if (options.operands.length === 0) {
      return yield* usageError(io, TAR_USAGE, 'Missing filenames', 1);
    }
    return yield* write(io, sys, options);
  }
  const fd = yield* openArchive(sys, options, O_RDONLY);
  if (isErrno(fd)) {
    yield* io.warn(`${options.file}: ${fd.message}`);
    return 1;
  }
  const reader = new ByteReader(yield* archiveSource(sys, fd));
  const extractor = new Extractor(io, sys, options, new Accounts(sys), reader);
  yield* extractor.run();
  return extractor.status;
}

export const TAR: Command = { name: 'tar', path: '/usr/bin/tar', main: withStdio(main) };

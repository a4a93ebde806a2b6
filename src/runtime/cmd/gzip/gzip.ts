/**
 * gzip, gunzip, gzcat and zcat. The original is replaced by `NAME.gz` (or back) with its mode, owner
 * and times, unless -c or -k.
 * @man gzip(1)
 */
import { utf8ToLatin1 } from '#base/bytes.ts';
import { O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { confirm } from '#lib/libc/confirm.ts';
import { listDirectory } from '#lib/libc/directory.ts';
import { getoptLong } from '#lib/libc/getopt-long.ts';
import { type ByteSource, type GzipHeader, gunzipStream, gzipStream } from '#lib/libc/gzip.ts';
import { readSome } from '#lib/libc/lines.ts';
import { basename, joinPath } from '#lib/libc/pathname.ts';
import { Output, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

const LONG = [
  ['stdout', 'c'],
  ['to-stdout', 'c'],
  ['decompress', 'd'],
  ['uncompress', 'd'],
  ['force', 'f'],
  ['keep', 'k'],
  ['list', 'l'],
  ['no-name', 'n'],
  ['name', 'N'],
  ['quiet', 'q'],
  ['recursive', 'r'],
  ['test', 't'],
  ['verbose', 'v'],
  ['fast', '1'],
  ['best', '9'],
] as const;

const USAGE = 'usage: gzip [-cdfhklLnNqrtvV19] [-S suffix] [file ...]\n';

interface GzipOptions {
  readonly toStdout: boolean;
  readonly decompress: boolean;
  readonly force: boolean;
  readonly keep: boolean;
  readonly list: boolean;
  readonly test: boolean;
  readonly noName: boolean;
  readonly quiet: boolean;
  readonly recursive: boolean;
  readonly verbose: boolean;
  readonly level: number;
  readonly suffix: string;
}

class Gzip {
  /** 1: an error, 2: only warnings. */
  status = 0;
  #listed = false;
  readonly #io: Stdio;
  readonly #sys: Sys;
  readonly #options: GzipOptions;

  constructor(io: Stdio, sys: Sys, options: GzipOptions) {
    this.#io = io;
    this.#sys = sys;
    this.#options = options;
  }

  *#fail(message: string): Task<void> {
    this.status = 1;
    yield* this.#io.warn(message);
  }

  *#warning(message: string): Task<void> {
    if (this.status === 0) this.status = 2;
    if (!this.#options.quiet) yield* this.#io.warn(message);
  }

  #source(fd: number): ByteSource {
    const sys = this.#sys;
    const buffer = new Uint8Array(65_536);
    return function* read() {
      const size = yield* readSome(sys, fd, buffer);
      if (isErrno(size) || size === 0) return undefined;
      yield* sys.preempt(size);
      return buffer.subarray(0, size);
    };
  }

  *stdin(): Task<void> {
    yield* this.#transform(0, 'stdin', this.#io.out, { name: undefined, mtime: 0 });
  }

  /** Runs the data through; false after an error. */
  *#transform(fd: number, name: string, out: Output, header: GzipHeader): Task<boolean> {
    let size = 0;
    const sink = function* sink(bytes: Uint8Array): Task<void> {
      size += bytes.length;
      yield* out.write(bytes);
    };
    const { decompress, test, list, level } = this.#options;
    if (decompress || test || list) {
      const discard = function* discard(bytes: Uint8Array): Task<void> {
        size += bytes.length;
      };
      const result = yield* gunzipStream(this.#source(fd), test || list ? discard : sink);
      if (typeof result === 'string') {
        yield* this.#fail(`${name}: ${result}`);
        return false;
      }
      if (list) yield* this.#list(fd, name, size);
    } else {
      yield* gzipStream(this.#source(fd), sink, level, header);
    }
    if (out.error === undefined) return true;
    yield* this.#fail(`${name}: ${out.error.message}`);
    return false;
  }

  *#list(fd: number, name: string, size: number): Task<void> {
    if (!this.#listed) {
      yield* this.#io.out.write(
        '         compressed        uncompressed  ratio uncompressed_name\n',
      );
    }
    this.#listed = true;
    const stat = yield* this.#sys.fstat(fd);
    const packed = isErrno(stat) ? 0 : stat.size;
    const saved = size === 0 ? 0 : (100 * (size - (packed - 18))) / size;
    const plain = name.replace(/\.(?:gz|z|tgz)$/i, '');
    const numbers = `${String(packed).padStart(19)} ${String(size).padStart(19)}`;
    yield* this.#io.out.write(`${numbers} ${saved.toFixed(1).padStart(5)}% ${plain}\n`);
  }

  *path(path: string): Task<void> {
    if (path === '-') {
      yield* this.stdin();
      return;
    }
    const { decompress, suffix, list, test, toStdout } = this.#options;
    const unpacks = decompress || list || test;
    let stat = yield* this.#sys.lstat(path);
    let name = path;
    if (isErrno(stat) && unpacks && !path.endsWith(suffix)) {
      name = path + suffix;
      stat = yield* this.#sys.lstat(name);
    }
    if (isErrno(stat)) {
      yield* this.#fail(`${path}: ${stat.message}`);
      return;
    }
    if (stat.type === 'VLNK' && toStdout) stat = yield* this.#sys.stat(name);
    if (isErrno(stat)) return;
    if (stat.type === 'VDIR') yield* this.#directory(name);
    else if (stat.type !== 'VREG') {
      yield* this.#warning(`${name} is not a directory or a regular file - ignored`);
    } else yield* this.#file(name, stat);
  }

  *#directory(path: string): Task<void> {
    if (!this.#options.recursive) {
      yield* this.#warning(`${path} is a directory -- ignored`);
      return;
    }
    const names = yield* listDirectory(this.#sys, path);
    if (isErrno(names)) yield* this.#fail(`${path}: ${names.message}`);
    else for (const name of names) yield* this.path(joinPath(path, name));
  }

  /** The name the result gets; undefined when the file is passed over. */
  *#target(path: string): Task<string | undefined> {
    const { decompress, suffix } = this.#options;
    if (!decompress) {
      if (!path.endsWith(suffix)) return path + suffix;
      yield* this.#warning(`${path} already has ${suffix} suffix -- unchanged`);
      return undefined;
    }
    if (path.endsWith(suffix) && path !== suffix) return path.slice(0, -suffix.length);
    const packed = /^(.+)(?:\.(?:gz|z|Z)|-gz|-z|_z)$/.exec(path);
    if (packed !== null) return packed[1];
    if (/\.t[ag]z$/.test(path)) return path.replace(/\.t[ag]z$/, '.tar');
    yield* this.#warning(`${path}: unknown suffix -- ignored`);
    return undefined;
  }

  *#file(path: string, stat: Stat): Task<void> {
    const { toStdout, list, test } = this.#options;
    const keepsFile = toStdout || list || test;
    const target = keepsFile ? '' : yield* this.#target(path);
    if (target === undefined) return;
    const fd = yield* this.#sys.open(path, O_RDONLY);
    if (isErrno(fd)) {
      yield* this.#fail(`${path}: ${fd.message}`);
      return;
    }
    const seconds = Number(stat.mtimeNs / 1_000_000_000n);
    const header: GzipHeader = this.#options.noName
      ? { name: undefined, mtime: 0 }
      : { name: utf8ToLatin1(basename(path)), mtime: Math.max(0, seconds) };
    if (keepsFile) yield* this.#transform(fd, path, this.#io.out, header);
    else yield* this.#replace(path, fd, target, stat, header);
    yield* this.#sys.close(fd);
  }

  *#replace(path: string, fd: number, target: string, stat: Stat, header: GzipHeader): Task<void> {
    const { force, keep, verbose } = this.#options;
    if (!force && !isErrno(yield* this.#sys.lstat(target))) {
      const what = `${this.#io.name}: ${target} already exists`;
      const question = `${what}; do you wish to overwrite (y or n)? `;
      const isTerminal = yield* this.#sys.isatty(0);
      if (!isTerminal || !(yield* confirm(this.#io, question))) {
        yield* this.#warning(`${target} already exists;\tnot overwritten`);
        return;
      }
    }
    yield* this.#sys.unlink(target);
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_TRUNC;
    const to = yield* this.#sys.open(target, flags, 0o600);
    if (isErrno(to)) {
      yield* this.#fail(`${target}: ${to.message}`);
      return;
    }
    const out = new Output(this.#sys, to, 'full');
    const good = yield* this.#transform(fd, path, out, header);
    yield* out.flush();
    yield* this.#sys.close(to);
    if (!good || out.error !== undefined) {
      yield* this.#sys.unlink(target);
      return;
    }
    yield* this.#sys.chown(target, stat.uid, stat.gid);
    yield* this.#sys.chmod(target, stat.mode & 0o7777);
    yield* this.#sys.utimens(target, stat.atimeNs, stat.mtimeNs);
    if (verbose) yield* this.#report(path, target);
    if (!keep) yield* this.#sys.unlink(path);
  }

  *#report(path: string, target: string): Task<void> {
    const [a, b] = [yield* this.#sys.stat(path), yield* this.#sys.stat(target)];
    if (isErrno(a) || isErrno(b)) return;
    const [packed, plain] = this.#options.decompress ? [a.size, b.size] : [b.size, a.size];
    const saved = plain === 0 ? 0 : (100 * (plain - packed)) / plain;
    const verb = this.#options.keep ? 'created' : 'replaced with';
    const text = `${path}:\t${saved.toFixed(1).padStart(5)}% -- ${verb} ${target}\n`;
    yield* this.#io.err.write(text);
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const longs = LONG.map(([name, letter]) => ({ name, letter, argument: 'none' as const }));
  const letters = 'cdfhklLnNqrtvVS:123456789';
  const parsed = getoptLong(sys.argv.slice(1), letters, [
    ...longs,
    { name: 'suffix', letter: 'S', argument: 'required' },
    { name: 'help', letter: 'h', argument: 'none' },
    { name: 'version', letter: 'V', argument: 'none' },
  ]);
  if (parsed.message !== undefined) return yield* usageError(io, USAGE, parsed.message, 1);
  const has = (letter: string): boolean => parsed.options.some((one) => one.letter === letter);
  if (has('h') || has('V')) {
    yield* io.out.write(USAGE);
    return 0;
  }
  const unpacks = has('d') || io.name === 'gunzip';
  if (has('N') && unpacks) return yield* notSupported(io, '-N');
  const isCat = /^(?:gz|z)cat$/.test(io.name);
  const level = parsed.options.findLast(({ letter }) => /\d/.test(letter))?.letter ?? '6';
  const gzip = new Gzip(io, sys, {
    toStdout: has('c') || isCat,
    decompress: has('d') || isCat || io.name === 'gunzip',
    force: has('f'),
    keep: has('k'),
    list: has('l'),
    test: has('t'),
    noName: has('n'),
    quiet: has('q'),
    recursive: has('r'),
    verbose: has('v'),
    level: Number(level),
    suffix: parsed.options.find(({ letter }) => letter === 'S')?.value ?? '.gz',
  });
  if (parsed.operands.length === 0) yield* gzip.stdin();
  else for (const path of parsed.operands) yield* gzip.path(path);
  return gzip.status;
}

export const GZIP: Command = {
  name: 'gzip',
  path: '/usr/bin/gzip',
  links: ['/usr/bin/gunzip', '/usr/bin/gzcat', '/usr/bin/zcat'],
  main: withStdio(main),
};

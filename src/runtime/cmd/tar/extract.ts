/** tar x and t: entries out of an archive. */
import { O_CREAT, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { S_IFBLK, S_IFCHR, S_IFIFO, makedev } from '#abi/illumos/stat.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import {
  BLOCK,
  type TarEntry,
  applyPax,
  isEndBlock,
  parseHeader,
  parsePax,
} from '#cmd/tar/header.ts';
import type { TarOptions } from '#cmd/tar/options.ts';
import type { Accounts } from '#lib/libc/accounts.ts';
import { decodeUtf8 } from '#base/bytes.ts';
import type { ByteReader } from '#lib/libc/byte-reader.ts';
import { writeAll } from '#lib/libc/copy-bytes.ts';
import { permissionString } from '#lib/libc/file-mode.ts';
import { dirname } from '#lib/libc/pathname.ts';
import type { Stdio } from '#lib/libc/stdio.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** The next entry with its extended headers applied; undefined at the end, or what is wrong. */
export function* nextEntry(reader: ByteReader): Task<TarEntry | string | undefined> {
  let pax: ReadonlyMap<string, string> = new Map();
  let longName: string | undefined;
  let longLink: string | undefined;
  for (;;) {
    const start = reader.position;
    const block = yield* reader.take(BLOCK);
    if (block === undefined) return start === 0 ? 'blocksize = 0' : undefined;
    if (isEndBlock(block)) return undefined;
    const entry = parseHeader(block);
    if (entry === undefined) return 'directory checksum error';
    if (!'xgLK'.includes(entry.type)) {
      const whole = applyPax(entry, pax);
      return { ...whole, path: longName ?? whole.path, link: longLink ?? whole.link };
    }
    const data = yield* reader.take(padded(entry.size));
    if (data === undefined) return 'unexpected EOF';
    const content = data.subarray(0, entry.size);
    if (entry.type === 'x') pax = parsePax(content);
    else if (entry.type !== 'g') {
      const text = decodeUtf8(content).replace(/\0.*$/s, '');
      if (entry.type === 'L') longName = text;
      else longLink = text;
    }
  }
}

const TYPE_LETTERS: Readonly<Record<string, string>> = {
  '1': '-',
  '2': 'l',
  '3': 'c',
  '4': 'b',
  '5': 'd',
  '6': 'p',
};

export class Extractor {
  status = 0;
  readonly #io: Stdio;
  readonly #sys: Sys;
  readonly #options: TarOptions;
  readonly #accounts: Accounts;
  readonly #reader: ByteReader;
  /** Directories get their modes and times when everything is in them. */
  readonly #directories: TarEntry[] = [];
  #umask = 0;
  #isRoot = false;

  constructor(io: Stdio, sys: Sys, options: TarOptions, accounts: Accounts, reader: ByteReader) {
    this.#io = io;
    this.#sys = sys;
    this.#options = options;
    this.#accounts = accounts;
    this.#reader = reader;
  }

  *#fail(message: string): Task<void> {
    this.status = 1;
    yield* this.#io.warn(message);
  }

  #isWanted(path: string): boolean {
    const { operands } = this.#options;
    const plain = path.replace(/\/+$/, '');
    return (
      operands.length === 0 ||
      operands.some((name) => {
        const wanted = name.replace(/\/+$/, '');
        return plain === wanted || plain.startsWith(`${wanted}/`);
      })
    );
  }

  *run(): Task<void> {
    this.#umask = yield* this.#sys.umask(0);
    yield* this.#sys.umask(this.#umask);
    this.#isRoot = (yield* this.#sys.getuid()).effective === 0;
    for (;;) {
      const entry = yield* nextEntry(this.#reader);
      if (entry === undefined) break;
      if (typeof entry === 'string') {
        yield* this.#fail(entry);
        return;
      }
      const size = entry.type === '0' ? entry.size : 0;
      const isWanted = this.#isWanted(entry.path);
      if (isWanted && this.#options.action === 't') yield* this.#list(entry);
      const taken = isWanted && this.#options.action === 'x' ? yield* this.#extract(entry) : 0;
      if (!(yield* this.#reader.skip(padded(size) - taken))) {
        yield* this.#fail('unexpected EOF');
        break;
      }
    }
    for (const entry of this.#directories.toReversed()) yield* this.#attributes(entry);
  }

  *#list(entry: TarEntry): Task<void> {
    if (!this.#options.verbose) {
      yield* this.#io.out.write(`${entry.path}\n`);
      return;
    }
    const time = localtime(BigInt(entry.mtime) * 1_000_000_000n, timezoneFrom(this.#sys.env));
    const ids = `${String(entry.uid).padStart(3)}/${String(entry.gid).padEnd(3)}`;
    const isDevice = entry.type === '3' || entry.type === '4';
    const size = isDevice ? `${entry.major},${entry.minor}` : String(entry.size);
    const when = strftime('%b %e %H:%M %Y', time);
    const link =
      entry.type === '1'
        ? ` linked to ${entry.link}`
        : entry.type === '2'
          ? ` symbolic link to ${entry.link}`
          : '';
    const letter = TYPE_LETTERS[entry.type] ?? '-';
    const mode = letter + permissionString(entry.mode, letter === 'd' ? 'VDIR' : 'VREG');
    const line = `${mode} ${ids} ${size.padStart(6)} ${when} ${entry.path}${link}\n`;
    yield* this.#io.out.write(line);
  }

  /** Makes the entry; answers the bytes of its data that were taken. */
  *#extract(entry: TarEntry): Task<number> {
    const path = this.#options.absolute ? entry.path : entry.path.replace(/^\/+/, '');
    if (!this.#options.absolute && path.split('/').includes('..')) {
      yield* this.#fail(`${entry.path}: contains '..', not extracted`);
      return 0;
    }
    const plain = path.replace(/\/+$/, '') || '.';
    const target = { ...entry, path: plain };
    yield* this.#makeParents(plain);
    if (entry.type === '5') {
      yield* this.#directory(target);
      return 0;
    }
    if (entry.type === '0') return yield* this.#file(target);
    yield* this.#sys.unlink(plain);
    const made = yield* this.#special(target);
    if (isErrno(made)) {
      yield* this.#fail(`${plain}: ${made.message}`);
      return 0;
    }
    const kind = { '1': ` linked to ${entry.link}`, '2': ` symbolic link to ${entry.link}` };
    yield* this.#verbose(`x ${plain}${kind[entry.type as '1' | '2'] ?? ''}`);
    if (entry.type === '2') yield* this.#owner(target, true);
    else if (entry.type !== '1') yield* this.#attributes(target);
    return 0;
  }

  *#verbose(line: string): Task<void> {
    if (this.#options.verbose) yield* this.#io.out.write(`${line}\n`);
  }

  *#special({ path, type, link, mode, major, minor }: TarEntry): Task<Errno | 0> {
    if (type === '1') {
      return yield* this.#sys.link(this.#options.absolute ? link : link.replace(/^\/+/, ''), path);
    }
    if (type === '2') return yield* this.#sys.symlink(link, path);
    const kind = type === '3' ? S_IFCHR : type === '4' ? S_IFBLK : S_IFIFO;
    const device = type === '6' ? 0 : makedev(major, minor);
    return yield* this.#sys.mknod(path, kind | (mode & 0o7777), device);
  }

  *#makeParents(path: string): Task<void> {
    const parent = dirname(path);
    if (parent === '.' || parent === '/' || !isErrno(yield* this.#sys.stat(parent))) return;
    yield* this.#makeParents(parent);
    yield* this.#sys.mkdir(parent, 0o777);
  }

  *#directory(entry: TarEntry): Task<void> {
    const made = yield* this.#sys.mkdir(entry.path, 0o777);
    if (isErrno(made)) {
      const stat = yield* this.#sys.stat(entry.path);
      if (isErrno(stat) || stat.type !== 'VDIR') {
        yield* this.#fail(`${entry.path}: ${made.message}`);
        return;
      }
    } else yield* this.#sys.chmod(entry.path, 0o700 | (entry.mode & 0o777 & ~this.#umask));
    this.#directories.push(entry);
    yield* this.#verbose(`x ${entry.path}, 0 bytes, 0 tape blocks`);
  }

  *#file(entry: TarEntry): Task<number> {
    const { path, size } = entry;
    yield* this.#sys.unlink(path);
    const flags = O_WRONLY | O_CREAT | O_TRUNC;
    const fd = yield* this.#sys.open(path, flags, entry.mode & 0o777);
    if (isErrno(fd)) {
      yield* this.#fail(`${path}: ${fd.message}`);
      return 0;
    }
    let failure: Errno | undefined;
    const { sys } = { sys: this.#sys };
    const whole = yield* this.#reader.copy(size, function* sink(bytes) {
      const result = yield* writeAll(sys, fd, bytes);
      if (isErrno(result)) failure ??= result;
    });
    yield* this.#sys.close(fd);
    if (failure !== undefined) yield* this.#fail(`${path}: ${failure.message}`);
    if (!whole) yield* this.#fail(`${path}: unexpected EOF`);
    yield* this.#attributes(entry);
    yield* this.#verbose(`x ${path}, ${size} bytes, ${Math.ceil(size / BLOCK)} tape blocks`);
    return size;
  }

  *#owner(entry: TarEntry, isLink: boolean): Task<void> {
    if (!this.#isRoot || this.#options.noOwner) return;
    const { userName, groupName } = entry;
    const named = userName === '' ? undefined : yield* this.#accounts.userId(userName);
    const group = groupName === '' ? undefined : yield* this.#accounts.groupId(groupName);
    const uid = named ?? entry.uid;
    const gid = group ?? entry.gid;
    if (isLink) yield* this.#sys.lchown(entry.path, uid, gid);
    else yield* this.#sys.chown(entry.path, uid, gid);
  }

  *#attributes(entry: TarEntry): Task<void> {
    yield* this.#owner(entry, false);
    const keeps = this.#options.keepModes || this.#isRoot;
    const mode = entry.mode & (keeps ? 0o7777 : 0o777 & ~this.#umask);
    yield* this.#sys.chmod(entry.path, mode);
    if (this.#options.noMtime) return;
    const when = BigInt(entry.mtime) * 1_000_000_000n;
    yield* this.#sys.utimens(entry.path, when, when);
  }
}

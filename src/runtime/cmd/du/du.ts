/** du: space that files take. @man du(1) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import { listDirectory } from '#lib/libc/directory.ts';
import { getopt } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: du [-dorx] [-a|-s] [-h|-k|-m] [-H|-L] [file...]\n';

interface Options {
  readonly all: boolean;
  readonly summary: boolean;
  readonly oneFilesystem: boolean;
  /** -o: directories do not count what is below them. */
  readonly ownOnly: boolean;
  readonly follow: 'never' | 'arguments' | 'always';
  readonly unit: 'blocks' | 'k' | 'm' | 'h';
}

/** Blocks of 512 bytes as the unit says. */
export function sizeText(blocks: number, unit: Options['unit']): string {
  if (unit === 'blocks') return String(blocks);
  if (unit === 'k') return String(Math.floor(blocks / 2));
  if (unit === 'm') return String(Math.floor(blocks / 2048));
  let value = Math.floor((blocks * 512) / 1024);
  let before: number | undefined;
  let index = 0;
  while (value >= 1024 && index < 5) {
    before = value;
    value = Math.floor((value + 512) / 1024);
    index += 1;
  }
  const letter = 'KMGTPE'[index] as string;
  if (before !== undefined && Math.floor(before / 1024) < 10) {
    return `${(before / 1024).toFixed(1).padStart(4)}${letter}`;
  }
  return `${String(value).padStart(4)}${letter}`;
}

class DiskUsage {
  readonly io: Stdio;
  readonly sys: Sys;
  readonly options: Options;
  status = 0;
  /** Files with several names, and directories, count once. */
  readonly #seen: Set<string> = new Set();

  constructor(io: Stdio, sys: Sys, options: Options) {
    this.io = io;
    this.sys = sys;
    this.options = options;
  }

  /** Blocks at and below `path`; prints on the way. */
  *descend(path: string, level: number, device: number | undefined): Task<number> {
    const { follow } = this.options;
    const follows = follow === 'always' || (follow === 'arguments' && level === 0);
    const stat = yield* follows ? this.sys.stat(path) : this.sys.lstat(path);
    if (isErrno(stat)) {
      yield* this.#complain(path, stat.message);
      return 0;
    }
    if (device !== undefined && this.options.oneFilesystem && stat.dev !== device) return 0;
    if (this.#wasSeen(stat)) return 0;
    if (stat.type !== 'VDIR') {
      const shows = !this.options.summary && (this.options.all || level === 0);
      if (shows) yield* this.print(stat.blocks, path);
      return stat.blocks;
    }
    return yield* this.#directory(path, level, stat);
  }

  *#directory(path: string, level: number, stat: Stat): Task<number> {
    const names = yield* listDirectory(this.sys, path);
    if (isErrno(names)) {
      yield* this.#complain(path, names.message);
      return 0;
    }
    let blocks = stat.blocks;
    const prefix = path.endsWith('/') ? path : `${path}/`;
    for (const name of names) blocks += yield* this.descend(prefix + name, level + 1, stat.dev);
    if (!this.options.summary) yield* this.print(blocks, path);
    return this.options.ownOnly ? 0 : blocks;
  }

  #wasSeen(stat: Stat): boolean {
    if (this.options.follow !== 'always' && stat.type !== 'VDIR' && stat.nlink < 2) return false;
    const key = `${stat.dev}:${stat.ino}`;
    if (this.#seen.has(key)) return true;
    this.#seen.add(key);
    return false;
  }

  *print(blocks: number, path: string): Task<void> {
    yield* this.io.out.write(`${sizeText(blocks, this.options.unit)}\t${path}\n`);
  }

  *#complain(path: string, message: string): Task<void> {
    this.status = 1;
    yield* this.io.warn(`${path}: ${message}`);
  }
}

function* du(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'adhHkLmorsx');
  if (parsed.message !== undefined) return yield* usageError(io, USAGE, parsed.message);
  let unit: Options['unit'] = 'blocks';
  let follow: Options['follow'] = 'never';
  for (const { letter } of parsed.options) {
    if (letter === 'h' || letter === 'k' || letter === 'm') unit = letter;
    if (letter === 'H') follow = 'arguments';
    if (letter === 'L') follow = 'always';
  }
  const has = (letter: string): boolean =>
    parsed.options.some((option) => option.letter === letter);
  const summary = has('s');
  const options: Options = {
    all: has('a'),
    summary,
    oneFilesystem: has('d') || has('x'),
    ownOnly: has('o') && !summary,
    follow,
    unit,
  };
  const usage = new DiskUsage(io, sys, options);
  for (const path of parsed.operands.length === 0 ? ['.'] : parsed.operands) {
    const before = usage.status;
    usage.status = 0;
    const blocks = yield* usage.descend(path, 0, undefined);
    if (summary && usage.status === 0) yield* usage.print(blocks, path);
    usage.status = Math.max(before, usage.status);
  }
  return usage.status;
}

export const DU: Command = { name: 'du', path: '/usr/bin/du', main: withStdio(du) };

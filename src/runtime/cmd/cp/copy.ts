/**
 * Copying files, links, special files and trees, for cp and for mv between filesystems. Attributes
 * are set last, directories after their contents, so that a read-only directory can be filled.
 */
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import type { CopyOptions } from '#cmd/cp/options.ts';
import { copyBytes } from '#lib/libc/copy-bytes.ts';
import { listDirectory } from '#lib/libc/directory.ts';
import { joinPath } from '#lib/libc/pathname.ts';
import type { Stdio } from '#lib/libc/stdio.ts';

export interface CopyContext {
  readonly io: Stdio;
  readonly sys: Sys;
  readonly options: CopyOptions;
  /** Keep owner, mode and times: cp -p and every mv. */
  readonly preserve: boolean;
}

function* failed(context: CopyContext, what: string, error: Errno): Task<number> {
  yield* context.io.warn(`${what}: ${error.message}`);
  return 1;
}

/** Copies `source`, whose `stat` is known, to the exact path `target`. Answers the error count. */
export function* copyAny(
  context: CopyContext,
  source: string,
  stat: Stat,
  target: string,
  chain: readonly string[] = [],
): Task<number> {
  switch (stat.type) {
    case 'VDIR':
      return yield* copyDirectory(context, source, stat, target, chain);
    case 'VLNK':
      return yield* copyLink(context, source, stat, target);
    case 'VREG':
      return yield* copyFile(context, source, stat, target);
    default:
      if (context.options.role === 'cp' && !context.options.recursive) {
        return yield* copyFile(context, source, stat, target);
      }
      return yield* copySpecial(context, stat, target);
  }
}

function* copyFile(context: CopyContext, source: string, stat: Stat, target: string): Task<number> {
  const { sys, options } = context;
  const from = yield* sys.open(source, O_RDONLY);
  if (isErrno(from)) return yield* failed(context, `cannot open ${source}`, from);
  const flags = O_WRONLY | O_CREAT | O_TRUNC;
  let to = yield* sys.open(target, flags, stat.mode & 0o777);
  if (isErrno(to) && options.force && !isErrno(yield* sys.unlink(target))) {
    to = yield* sys.open(target, flags, stat.mode & 0o777);
  }
  if (isErrno(to)) {
    yield* sys.close(from);
    return yield* failed(context, `cannot create ${target}`, to);
  }
  const failure = yield* copyBytes(sys, from, to);
  yield* sys.close(from);
  const closed = yield* sys.close(to);
  if (failure !== undefined) {
    const where = failure.side === 'read' ? `cannot read ${source}` : `${target}: write`;
    return yield* failed(context, where, failure.error);
  }
  if (isErrno(closed)) return yield* failed(context, `${target}: close`, closed);
  return context.preserve ? yield* preserve(context, target, stat) : 0;
}

function* copyLink(context: CopyContext, source: string, stat: Stat, target: string): Task<number> {
  const { sys } = context;
  const link = yield* sys.readlink(source);
  if (isErrno(link)) return yield* failed(context, `cannot read symbolic link ${source}`, link);
  yield* sys.unlink(target);
  const made = yield* sys.symlink(link, target);
  if (isErrno(made)) {
    return yield* failed(context, `cannot create symbolic link ${target}`, made);
  }
  if (context.preserve) {
    yield* sys.lchown(target, stat.uid, stat.gid);
    yield* sys.utimens(target, stat.atimeNs, stat.mtimeNs, true);
  }
  return 0;
}

function* copySpecial(context: CopyContext, stat: Stat, target: string): Task<number> {
  const { sys } = context;
  yield* sys.unlink(target);
  const made = yield* sys.mknod(target, stat.mode, stat.rdev);
  if (isErrno(made)) return yield* failed(context, `cannot create special file ${target}`, made);
  return context.preserve ? yield* preserve(context, target, stat) : 0;
}

function* copyDirectory(
  context: CopyContext,
  source: string,
  stat: Stat,
  target: string,
  chain: readonly string[],
): Task<number> {
  const { io, sys, options } = context;
  if (options.role === 'cp' && !options.recursive) {
    yield* io.warn(`${source}: is a directory`);
    return 1;
  }
  const identity = `${stat.dev}:${stat.ino}`;
  if (chain.includes(identity)) {
    yield* io.warn(`cycle detected: ${source}`);
    return 1;
  }
  const existing = yield* sys.stat(target);
  if (!isErrno(existing) && existing.type !== 'VDIR') {
    yield* io.warn(`${target}: not a directory.`);
    return 1;
  }
  // Read before the target is made: a copy into itself must not copy its own copy.
  const names = yield* listDirectory(sys, source);
  if (isErrno(names)) return yield* failed(context, source, names);
  let mode = stat.mode & 0o7777;
  if (isErrno(existing)) {
    const made = yield* sys.mkdir(target, mode);
    if (isErrno(made)) return yield* failed(context, target, made);
    const fresh = yield* sys.stat(target);
    if (!isErrno(fresh)) mode = fresh.mode & 0o7777;
    yield* sys.chmod(target, mode | 0o700);
  }
  const own = yield* sys.stat(target);
  const seen = isErrno(own) ? [...chain, identity] : [...chain, identity, `${own.dev}:${own.ino}`];
  let errors = 0;
  for (const name of names) {
    const path = joinPath(source, name);
    const child = options.follow === 'all' ? yield* sys.stat(path) : yield* sys.lstat(path);
    if (isErrno(child)) {
      yield* io.warn(`cannot access ${path}`);
      errors += 1;
    } else {
      errors += yield* copyAny(context, path, child, joinPath(target, name), seen);
    }
  }
  if (context.preserve) return errors + (yield* preserve(context, target, stat));
  if (isErrno(existing)) yield* sys.chmod(target, mode);
  return errors;
}

function* preserve(context: CopyContext, target: string, stat: Stat): Task<number> {
  const { sys } = context;
  let mode = stat.mode & 0o7777;
  // Without the right owner a set-id bit would give somebody else's rights away.
  if (isErrno(yield* sys.chown(target, stat.uid, stat.gid))) mode &= ~0o6000;
  yield* sys.chmod(target, mode);
  yield* sys.utimens(target, stat.atimeNs, stat.mtimeNs);
  return 0;
}

/** Removes a tree after mv has copied it. Answers the error count. */
export function* removeTree(context: CopyContext, path: string, stat: Stat): Task<number> {
  const { io, sys } = context;
  if (stat.type !== 'VDIR') {
    const result = yield* sys.unlink(path);
    return isErrno(result) ? yield* failed(context, `cannot unlink ${path}`, result) : 0;
  }
  const names = yield* listDirectory(sys, path);
  if (isErrno(names)) return yield* failed(context, path, names);
  let errors = 0;
  for (const name of names) {
    const child = joinPath(path, name);
    const found = yield* sys.lstat(child);
    if (!isErrno(found)) errors += yield* removeTree(context, child, found);
  }
  const result = yield* sys.rmdir(path);
  if (!isErrno(result)) return errors;
  yield* io.warn(`cannot remove ${path}: ${result.message}`);
  return errors + 1;
}

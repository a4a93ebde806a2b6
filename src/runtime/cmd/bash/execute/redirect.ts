/**
 * Redirections. In a child they are simply done; for builtins, functions and groups of this shell
 * each descriptor they change is first saved above 9 and put back afterwards.
 * @man bash(1) REDIRECTION
 */
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '#abi/illumos/fcntl.ts';
import { expandSingle, expandText } from '#cmd/bash/expand/word.ts';
import { Discard } from '#cmd/bash/failure.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import type { Redirect } from '#cmd/bash/syntax/tree.ts';
import { encodeText } from '#cmd/bash/text.ts';

/** What to put back: descriptor → its copy, or undefined when it was closed. */
export type SavedDescriptors = Map<number, number | undefined>;

/** The first descriptor that the shell uses for itself. */
const FIRST_PRIVATE_FD = 10;
/** What surely fits in a pipe; longer documents go through a file. */
const PIPE_SAFE_SIZE = 4096;

/** Runs `body` with redirections in place; undefined when one of them failed (and was reported). */
export function* withRedirects<T>(
  shell: Shell,
  redirects: readonly Redirect[],
  body: () => Task<T>,
): Task<T | undefined> {
  if (redirects.length === 0) return yield* body();
  const saved: SavedDescriptors = new Map();
  try {
    if (!(yield* applyRedirects(shell, redirects, saved))) return undefined;
    return yield* body();
  } finally {
    yield* restoreDescriptors(shell, saved);
  }
}

export function* restoreDescriptors(shell: Shell, saved: SavedDescriptors): Task<void> {
  for (const [fd, copy] of [...saved].reverse()) {
    if (copy === undefined) {
      yield* shell.sys.close(fd);
    } else {
      yield* shell.sys.dup2(copy, fd);
      yield* shell.sys.close(copy);
    }
  }
}

/** False when one failed: the message is printed. `saved` undefined = for good. */
export function* applyRedirects(
  shell: Shell,
  redirects: readonly Redirect[],
  saved: SavedDescriptors | undefined,
): Task<boolean> {
  for (const redirect of redirects) {
    const problem = yield* applyOne(shell, redirect, saved);
    if (problem === undefined) continue;
    yield* shell.complain(problem);
    return false;
  }
  return true;
}

function* save(shell: Shell, fd: number, saved: SavedDescriptors | undefined): Task<void> {
  if (saved === undefined || saved.has(fd)) return;
  const copy = yield* shell.sys.fcntl(fd, F_DUPFD_CLOEXEC, FIRST_PRIVATE_FD);
  saved.set(fd, isErrno(copy) ? undefined : copy);
}

const INPUT_OPERATORS: ReadonlySet<string> = new Set(['<', '<<', '<<-', '<<<', '<&', '<>']);

function* applyOne(
  shell: Shell,
  redirect: Redirect,
  saved: SavedDescriptors | undefined,
): Task<string | undefined> {
  const { operator } = redirect;
  const fd = redirect.fd ?? (INPUT_OPERATORS.has(operator) ? 0 : 1);
  if (operator === '<<' || operator === '<<-' || operator === '<<<') {
    const text = yield* expandText(shell, redirect.target);
    const opened = yield* openDocument(shell, operator === '<<<' ? `${text}\n` : text);
    if (isErrno(opened)) return `cannot create temp file for here-document: ${opened.message}`;
    return yield* place(shell, redirect, opened, fd, saved);
  }
  const target = yield* expandSingle(shell, redirect.target);
  if (target === undefined) return `${redirect.target.text}: ambiguous redirect`;
  if (operator === '<&' || operator === '>&') {
    const isBoth = operator === '>&' && redirect.fd === undefined && !/^(?:\d+-?|-)$/.test(target);
    if (!isBoth) return yield* duplicate(shell, redirect, target, fd, saved);
  }
  const opened = yield* openTarget(shell, operator, target);
  if (typeof opened === 'string') return opened;
  if (operator !== '&>' && operator !== '&>>' && operator !== '>&') {
    return yield* place(shell, redirect, opened, fd, saved);
  }
  yield* save(shell, 2, saved);
  const problem = yield* place(shell, redirect, opened, 1, saved);
  yield* shell.sys.dup2(1, 2);
  return problem;
}

/** Moves an opened descriptor to where the redirection wants it. */
function* place(
  shell: Shell,
  redirect: Redirect,
  opened: number,
  fd: number,
  saved: SavedDescriptors | undefined,
): Task<string | undefined> {
  if (redirect.fdVariable !== undefined) {
    const high = yield* shell.sys.fcntl(opened, F_DUPFD, FIRST_PRIVATE_FD);
    yield* shell.sys.close(opened);
    if (isErrno(high)) return `${redirect.fdVariable}: ${high.message}`;
    shell.variables.set(redirect.fdVariable, String(high));
    return undefined;
  }
  if (opened === fd) {
    if (saved !== undefined && !saved.has(fd)) saved.set(fd, undefined);
    return undefined;
  }
  yield* save(shell, fd, saved);
  const moved = yield* shell.sys.dup2(opened, fd);
  yield* shell.sys.close(opened);
  return isErrno(moved) ? `${fd}: ${moved.message}` : undefined;
}

/** `n>&m`, `n>&m-`, `n>&-` */
function* duplicate(
  shell: Shell,
  redirect: Redirect,
  target: string,
  fd: number,
  saved: SavedDescriptors | undefined,
): Task<string | undefined> {
  if (target === '-') {
    const victim = redirect.fdVariable === undefined ? fd : fdIn(shell, redirect.fdVariable);
    yield* save(shell, victim, redirect.fdVariable === undefined ? saved : undefined);
    yield* shell.sys.close(victim);
    return undefined;
  }
  const match = /^(\d+)(-?)$/.exec(target);
  if (match === null) return `${redirect.target.text}: ambiguous redirect`;
  const source = Number(match[1]);
  if (redirect.fdVariable !== undefined) {
    const high = yield* shell.sys.fcntl(source, F_DUPFD, FIRST_PRIVATE_FD);
    if (isErrno(high)) return `${source}: ${high.message}`;
    shell.variables.set(redirect.fdVariable, String(high));
  } else {
    if (isErrno(yield* shell.sys.fstat(source))) return `${source}: Bad file descriptor`;
    if (source !== fd) {
      yield* save(shell, fd, saved);
      yield* shell.sys.dup2(source, fd);
    }
  }
  if (match[2] === '-' && source !== fd) {
    yield* save(shell, source, saved);
    yield* shell.sys.close(source);
  }
  return undefined;
}

function fdIn(shell: Shell, name: string): number {
  const value = shell.variables.get(name) ?? '';
  if (!/^\d+$/.test(value)) throw new Discard(`${name}: ambiguous redirect`);
  return Number(value);
}

/** A descriptor, or the message why not. */
function* openTarget(shell: Shell, operator: string, target: string): Task<number | string> {
  const flags = openFlags(operator);
  if (shell.options.on('noclobber') && (operator === '>' || operator === '&>')) {
    const stat = yield* shell.sys.stat(target);
    if (!isErrno(stat) && stat.type === 'VREG') {
      return `${target}: cannot overwrite existing file`;
    }
    if (isErrno(stat)) return yield* reportOpen(shell, target, flags | O_EXCL);
  }
  return yield* reportOpen(shell, target, flags);
}

function openFlags(operator: string): number {
  if (operator === '<') return O_RDONLY;
  if (operator === '<>') return O_RDWR | O_CREAT;
  const append = operator === '>>' || operator === '&>>';
  return O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC);
}

function* reportOpen(shell: Shell, target: string, flags: number): Task<number | string> {
  for (;;) {
    const fd = yield* shell.sys.open(target, flags, 0o666);
    if (!isErrno(fd)) return fd;
    if (fd.name !== 'EINTR' || shell.isInterrupted) return `${target}: ${fd.message}`;
  }
}

/** A descriptor from which `text` can be read. */
function* openDocument(shell: Shell, text: string): Task<number | Errno> {
  const bytes = encodeText(text);
  if (bytes.length <= PIPE_SAFE_SIZE) {
    const ends = yield* shell.sys.pipe();
    if (isErrno(ends)) return ends;
    yield* shell.sys.write(ends[1], bytes);
    yield* shell.sys.close(ends[1]);
    return ends[0];
  }
  const path = `/tmp/sh-thd.${shell.sys.pid}.${yield* shell.sys.gethrtime()}`;
  const writer = yield* shell.sys.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  if (isErrno(writer)) return writer;
  yield* shell.write(writer, text);
  yield* shell.sys.close(writer);
  const reader = yield* shell.sys.open(path, O_RDONLY);
  yield* shell.sys.unlink(path);
  return reader;
}

/** Closes the ends that a command was given by process substitution. */
export function* releaseSubstitutions(shell: Shell, keep: number): Task<void> {
  for (const fd of shell.substitutionFiles.splice(keep)) yield* shell.sys.close(fd);
}

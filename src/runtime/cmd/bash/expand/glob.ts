/**
 * Pathname expansion, with dotglob, nullglob, failglob, nocaseglob, extglob and globstar.
 * @man bash(1) Pathname Expansion
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { O_DIRECTORY, O_RDONLY } from '#abi/illumos/fcntl.ts';
import { Discard } from '#cmd/bash/failure.ts';
import { hasPattern, unescapePattern } from '#cmd/bash/pattern.ts';
import type { Shell } from '#cmd/bash/shell.ts';

/** Appends the names that match, or what the options say when none does. */
export function* expandPathname(
  shell: Shell,
  value: string,
  pattern: string,
  values: string[],
): Task<void> {
  const matches = yield* matchPaths(shell, pattern);
  if (matches.length > 0) for (const match of matches) values.push(match);
  else if (shell.shopts.on('failglob')) throw new Discard(`no match: ${value}`);
  else if (!shell.shopts.on('nullglob')) values.push(value);
}

/** The existing paths that `pattern` matches, sorted. */
export function* matchPaths(shell: Shell, pattern: string): Task<string[]> {
  const components = splitComponents(pattern);
  let paths: string[] = [''];
  for (const [i, component] of components.entries()) {
    const isLast = i === components.length - 1;
    const next: string[] = [];
    for (const path of paths) yield* step(shell, path, component, isLast, next);
    paths = next;
    yield* shell.sys.preempt(paths.length);
  }
  return paths.sort(compareNames);
}

/** Cuts at slashes, which stay at the end of the component before: `/`, `usr/`, `b*`. */
function splitComponents(pattern: string): string[] {
  return pattern.match(/(?:\\.|[^/\\])*\/+|(?:\\.|[^/\\])+|\\$/gs) ?? [];
}

function* step(
  shell: Shell,
  path: string,
  component: string,
  isLast: boolean,
  found: string[],
): Task<void> {
  const slashes = /\/*$/.exec(component)?.[0] ?? '';
  const name = component.slice(0, component.length - slashes.length);
  const extended = shell.shopts.on('extglob');
  if (!hasPattern(name, extended)) {
    const next = path + unescapePattern(name) + slashes;
    const exists = next === '' ? 0 : yield* shell.sys.lstat(next);
    if (!isErrno(exists)) found.push(next);
    return;
  }
  if (name === '**' && shell.shopts.on('globstar')) {
    const below: string[] = [];
    yield* descend(shell, path, isLast && slashes === '', below);
    found.push(...(isLast ? below.filter((entry) => entry !== '') : below));
    return;
  }
  const options = { extended, ignoreCase: shell.shopts.on('nocaseglob') };
  const matcher = shell.patterns.whole(name, options);
  for (const entry of yield* listDirectory(shell, path)) {
    if (!isVisible(shell, entry.name, name) || !matcher.test(entry.name)) continue;
    if (slashes !== '' && !(yield* isDirectory(shell, path + entry.name))) continue;
    found.push(path + entry.name + slashes);
  }
}

/** `**`: the directory itself and everything below; as the last component files too. */
function* descend(shell: Shell, path: string, withFiles: boolean, found: string[]): Task<void> {
  if (!withFiles || path !== '') found.push(path);
  for (const entry of yield* listDirectory(shell, path)) {
    if (entry.name.startsWith('.') && !shell.shopts.on('dotglob')) continue;
    if (entry.name === '.' || entry.name === '..') continue;
    const next = path + entry.name;
    if (entry.type === 'VDIR') {
      if (withFiles) {
        found.push(next);
        const below: string[] = [];
        yield* descend(shell, `${next}/`, true, below);
        found.push(...below.slice(1));
      } else yield* descend(shell, `${next}/`, false, found);
    } else if (withFiles) found.push(next);
  }
}

/** A leading dot must be matched by a dot; `.` and `..` are never matched (globskipdots). */
function isVisible(shell: Shell, name: string, pattern: string): boolean {
  if (!name.startsWith('.')) return true;
  if (name === '.' || name === '..') return false;
  return pattern.startsWith('.') || pattern.startsWith('\\.') || shell.shopts.on('dotglob');
}

function* isDirectory(shell: Shell, path: string): Task<boolean> {
  const stat = yield* shell.sys.stat(path);
  return !isErrno(stat) && stat.type === 'VDIR';
}

/** The entries of a directory; none when it can't be read. */
export function* listDirectory(
  shell: Shell,
  path: string,
): Task<{ readonly name: string; readonly type: string }[]> {
  const fd = yield* shell.sys.open(path === '' ? '.' : path, O_RDONLY | O_DIRECTORY);
  if (isErrno(fd)) return [];
  const all: { name: string; type: string }[] = [];
  for (;;) {
    const entries = yield* shell.sys.getdents(fd);
    if (isErrno(entries) || entries.length === 0) break;
    all.push(...entries);
  }
  yield* shell.sys.close(fd);
  return all;
}

/** By code points. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

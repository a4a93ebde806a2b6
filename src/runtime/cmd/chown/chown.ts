/** chown and chgrp: -R with -H -L -P, -h for links themselves, -f to be quiet. @man chown(1) */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { listDirectory } from '#lib/libc/directory.ts';
import { type ParsedOptions, getopt, hasOption } from '#lib/libc/getopt.ts';
import { joinPath } from '#lib/libc/pathname.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const CHOWN_USAGE =
  'usage:\n' +
  '\tchown [-fhR] owner[:group] file...\n' +
  '\tchown -R [-f] [-H|-L|-P] owner[:group] file...\n' +
  '\tchown -s [-fhR] ownersid[:groupsid] file...\n' +
  '\tchown -s -R [-f] [-H|-L|-P] ownersid[:groupsid] file...\n';
const CHGRP_USAGE =
  'usage:\n' +
  '\tchgrp [-fhR] group file...\n' +
  '\tchgrp -R [-f] [-H|-L|-P] group file...\n' +
  '\tchgrp -s [-fhR] groupsid file...\n' +
  '\tchgrp -s -R [-f] [-H|-L|-P] groupsid file...\n';

interface Work {
  readonly io: Stdio;
  readonly sys: Sys;
  readonly uid: number;
  readonly gid: number;
  readonly recursive: boolean;
  readonly quiet: boolean;
  readonly linkItself: boolean;
  readonly follow: 'H' | 'L' | 'P' | undefined;
}

function* changeOne(work: Work, path: string, isOperand: boolean): Task<number> {
  const { io, sys } = work;
  const own = yield* sys.lstat(path);
  if (isErrno(own)) {
    if (!work.quiet) yield* io.warn(`${path}: ${own.message}`);
    return 1;
  }
  const isLink = own.type === 'VLNK';
  const follows = work.follow === 'L' || (work.follow === 'H' && isOperand);
  const target = isLink && follows ? yield* sys.stat(path) : own;
  const type = isErrno(target) ? own.type : target.type;
  const atLink = isLink && !follows && (work.linkItself || work.follow === 'P');
  const result = atLink
    ? yield* sys.lchown(path, work.uid, work.gid)
    : yield* sys.chown(path, work.uid, work.gid);
  let errors = 0;
  if (isErrno(result)) {
    if (!work.quiet) yield* io.warn(`${path}: ${result.message}`);
    errors = 1;
  }
  if (!work.recursive || type !== 'VDIR') return errors;
  const names = yield* listDirectory(sys, path);
  if (isErrno(names)) {
    if (!work.quiet) yield* io.warn(`${path}: ${names.message}`);
    return errors + 1;
  }
  for (const name of names) errors += yield* changeOne(work, joinPath(path, name), false);
  return errors;
}

/** The ids that the owner operand names; −1 leaves one alone. A string says what is unknown. */
function* parseOwner(
  sys: Sys,
  text: string,
  isGroup: boolean,
): Task<{ uid: number; gid: number } | string> {
  const accounts = new Accounts(sys);
  const [owner = '', group] = isGroup ? ['', text] : text.split(':');
  let uid = -1;
  let gid = -1;
  if (owner !== '') {
    const found = yield* accounts.userId(owner);
    if (found === undefined) return `unknown user id ${owner}`;
    uid = found;
  }
  if (group !== undefined && group !== '') {
    const found = yield* accounts.groupId(group);
    if (found === undefined)
      return isGroup ? `unknown group: ${group}` : `unknown group id ${group}`;
    gid = found;
  }
  return { uid, gid };
}

function followOf(parsed: ParsedOptions): Work['follow'] {
  const last = parsed.options.findLast(({ letter }) => 'HLP'.includes(letter))?.letter;
  return last as Work['follow'];
}

function changeOwner(isGroup: boolean): (io: Stdio, sys: Sys) => Task<number> {
  return function* main(io: Stdio, sys: Sys): Task<number> {
    const parsed = getopt(sys.argv.slice(1), 'hfRHLPs');
    if (parsed.message !== undefined || parsed.operands.length < 2) {
      return yield* usageError(io, isGroup ? CHGRP_USAGE : CHOWN_USAGE, parsed.message);
    }
    const [who = '', ...paths] = parsed.operands;
    const ids = yield* parseOwner(sys, who, isGroup);
    if (typeof ids === 'string') {
      yield* io.warn(ids);
      return 2;
    }
    const has = (letter: string): boolean => hasOption(parsed, letter);
    const quiet = has('f');
    const options = { recursive: has('R'), quiet, linkItself: has('h'), follow: followOf(parsed) };
    const work: Work = { io, sys, ...ids, ...options };
    let errors = 0;
    for (const path of paths) errors += yield* changeOne(work, path, true);
    return quiet ? 0 : Math.min(errors, 255);
  };
}

export const CHOWN: Command = {
  name: 'chown',
  path: '/usr/bin/chown',
  main: withStdio(changeOwner(false)),
};
export const CHGRP: Command = {
  name: 'chgrp',
  path: '/usr/bin/chgrp',
  main: withStdio(changeOwner(true)),
};

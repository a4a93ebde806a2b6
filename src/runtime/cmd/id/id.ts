/** id, groups, whoami: who a process or a user is. @man id(1) groups(1) whoami(8) */
import type { Command } from '#cmd/command.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { getopt } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = `Usage: id [-ap] [user]
       id -G [-n] [user]
       id -g [-nr] [user]
       id -u [-nr] [user]
`;

interface Identity {
  readonly uid: number;
  readonly euid: number;
  readonly gid: number;
  readonly egid: number;
  readonly groups: readonly number[];
}

/** Supplementary groups of a user, the primary one first. */
function* groupsOf(accounts: Accounts, name: string, gid: number): Task<number[]> {
  const groups = [gid];
  for (const group of yield* accounts.groups()) {
    if (group.members.includes(name) && !groups.includes(group.gid)) groups.push(group.gid);
  }
  return groups;
}

function* ownIdentity(sys: Sys): Task<Identity> {
  const { real: uid, effective: euid } = yield* sys.getuid();
  const { real: gid, effective: egid } = yield* sys.getgid();
  return { uid, euid, gid, egid, groups: yield* sys.getgroups() };
}

function* identityOf(accounts: Accounts, name: string): Task<Identity | undefined> {
  const user = (yield* accounts.users()).find((entry) => entry.name === name);
  if (user === undefined) return undefined;
  const groups = yield* groupsOf(accounts, user.name, user.gid);
  return { uid: user.uid, euid: user.uid, gid: user.gid, egid: user.gid, groups };
}

/** `0(root)` */
function named(name: string | undefined, id: number): string {
  return name === undefined ? String(id) : `${id}(${name})`;
}

function* describe(accounts: Accounts, who: Identity, projects: boolean): Task<string> {
  const user = function* (id: number): Task<string> {
    return named(yield* accounts.userName(id), id);
  };
  const group = function* (id: number): Task<string> {
    return named(yield* accounts.groupName(id), id);
  };
  let text = `uid=${yield* user(who.uid)} gid=${yield* group(who.gid)}`;
  if (who.uid !== who.euid) text += ` euid=${yield* user(who.euid)}`;
  if (who.gid !== who.egid) text += ` egid=${yield* group(who.egid)}`;
  const others: string[] = [];
  for (const gid of who.groups) if (gid !== who.egid) others.push(yield* group(gid));
  if (others.length > 0) text += ` groups=${others.join(',')}`;
  if (projects) text += who.uid === 0 ? ' projid=1(user.root)' : ' projid=3(default)';
  return text;
}

function* id(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'Ggunrpa');
  const letters = parsed.options.map((option) => option.letter);
  const modes = letters.filter((letter) => 'Ggu'.includes(letter));
  const [mode] = modes;
  const [wantsName, wantsReal] = [letters.includes('n'), letters.includes('r')];
  const isWrong =
    parsed.message !== undefined ||
    modes.length > 1 ||
    (mode === undefined && (wantsName || wantsReal)) ||
    (mode === 'G' && wantsReal) ||
    parsed.operands.length > 1;
  if (isWrong) return yield* usageError(io, USAGE, parsed.message);
  const accounts = new Accounts(sys);
  const [operand] = parsed.operands;
  const who =
    operand === undefined ? yield* ownIdentity(sys) : yield* identityOf(accounts, operand);
  if (who === undefined) {
    yield* io.warn(`invalid user name: "${operand}"`);
    return 1;
  }
  if (mode === undefined) {
    yield* io.out.write(`${yield* describe(accounts, who, letters.includes('p'))}\n`);
    return 0;
  }
  let ids: readonly number[];
  if (mode === 'u') ids = [wantsReal ? who.uid : who.euid];
  else if (mode === 'g') ids = [wantsReal ? who.gid : who.egid];
  else ids = [who.egid, ...who.groups.filter((gid) => gid !== who.egid)];
  const words: string[] = [];
  for (const number of ids) {
    const name = mode === 'u' ? accounts.userName(number) : accounts.groupName(number);
    words.push((wantsName ? yield* name : undefined) ?? String(number));
  }
  yield* io.out.write(`${words.join(' ')}\n`);
  return 0;
}

function* groups(io: Stdio, sys: Sys): Task<number> {
  const accounts = new Accounts(sys);
  const users = sys.argv.slice(1);
  let status = 0;
  const show = function* (gids: readonly number[]): Task<string> {
    const names: string[] = [];
    for (const gid of gids) names.push((yield* accounts.groupName(gid)) ?? String(gid));
    return names.join(' ');
  };
  if (users.length === 0) {
    const own = yield* ownIdentity(sys);
    const gids = [own.egid, ...own.groups.filter((gid) => gid !== own.egid)];
    yield* io.out.write(`${yield* show(gids)}\n`);
  }
  for (const name of users) {
    const who = yield* identityOf(accounts, name);
    if (who === undefined) {
      yield* io.warn(`${name} : No such user`);
      status = 1;
      continue;
    }
    const prefix = users.length > 1 ? `${name} : ` : '';
    yield* io.out.write(`${prefix}${yield* show(who.groups)}\n`);
  }
  return status;
}

function* whoami(io: Stdio, sys: Sys): Task<number> {
  const { effective } = yield* sys.getuid();
  const name = yield* new Accounts(sys).userName(effective);
  if (name === undefined) {
    yield* io.warn('no login associated with uid ' + String(effective));
    return 1;
  }
  yield* io.out.write(`${name}\n`);
  return 0;
}

export const ID: Command = { name: 'id', path: '/usr/bin/id', main: withStdio(id) };
export const GROUPS: Command = {
  name: 'groups',
  path: '/usr/bin/groups',
  main: withStdio(groups),
};
export const WHOAMI: Command = {
  name: 'whoami',
  path: '/usr/bin/whoami',
  main: withStdio(whoami),
};

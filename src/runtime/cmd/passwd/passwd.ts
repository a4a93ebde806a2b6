/** passwd: changes a password in /etc/shadow. @man passwd(1) */
import type { Command } from '#cmd/command.ts';
import { changeShadow, passwordOf, readShadow } from '#cmd/passwd/shadow.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { crypt } from '#lib/libc/crypt.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { readPassword } from '#lib/libc/terminal.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

const USAGE = `usage:
	passwd [-r files | -r ldap | -r nis] [name]
	passwd [-r files] [-egh] [name]
	passwd [-r files] -sa
	passwd [-r files] -s [name]
	passwd [-r files] [-d|-l|-N|-u] [-f] [-n min] [-w warn] [-x max] name
`;
const NO_PERMISSION = 1;
const UNCHANGED = 3;
const NO_DATABASE = 4;
const MIN_LENGTH = 6;
const SALT_LETTERS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SALT_LENGTH = 8;

function* newSetting(sys: Sys): Task<string> {
  const bytes = new Uint8Array(SALT_LENGTH);
  yield* sys.random(bytes);
  let salt = '';
  for (const byte of bytes) salt += SALT_LETTERS[byte % SALT_LETTERS.length];
  return `$5$${salt}`;
}

/** PS there is a password, LK locked, NL no login, NP none. */
export function statusOf(field: string): string {
  if (field === '') return 'NP';
  if (field.startsWith('*LK*')) return 'LK';
  if (field === 'NP' || field.startsWith('*NP*')) return 'NL';
  return 'PS';
}

/** Why a password will not do; undefined when it will. */
export function weakness(password: string, user: string): string | undefined {
  if (password.length < MIN_LENGTH) {
    return `Password too short - must be at least ${MIN_LENGTH} characters.`;
  }
  if (password === user) return 'Password cannot be circular shift of logonid.';
  const letters = password.replace(/[^A-Za-z]/g, '').length;
  if (letters < 2 || letters === password.length) {
    return 'The password must contain at least 1 numeric or special character(s).';
  }
  return undefined;
}

class PasswordChange {
  readonly #io: Stdio;
  readonly #sys: Sys;

  constructor(io: Stdio, sys: Sys) {
    this.#io = io;
    this.#sys = sys;
  }

  *run(user: string, isRoot: boolean): Task<number> {
    const lines = yield* readShadow(this.#sys);
    const field = isErrno(lines) ? undefined : passwordOf(lines, user);
    if (isErrno(lines) || field === undefined) {
      yield* this.#io.err.write('passwd: Password file missing or without an entry\n');
      return NO_DATABASE;
    }
    if (!isRoot && !(yield* this.#knowsOld(field))) {
      yield* this.#io.err.write(`passwd: Sorry, wrong passwd\nPermission denied\n`);
      return NO_PERMISSION;
    }
    const password = yield* this.#ask(user, isRoot);
    if (password === undefined) return UNCHANGED;
    const hash = crypt(password, yield* newSetting(this.#sys));
    const error =
      hash === undefined ? undefined : yield* changeShadow(this.#sys, lines, user, hash);
    if (hash === undefined || error !== undefined) {
      yield* this.#io.err.write('passwd: Unexpected failure. Password file unchanged\n');
      return UNCHANGED;
    }
    yield* this.#io.err.write(`passwd: password successfully changed for ${user}\n`);
    return 0;
  }

  *#knowsOld(field: string): Task<boolean> {
    if (field === '') return true;
    const old = yield* readPassword(this.#sys, 0, 'Enter existing login password: ');
    return old !== undefined && crypt(old, field) === field;
  }

  /** Asks twice. Root may choose a weak one. */
  *#ask(user: string, isRoot: boolean): Task<string | undefined> {
    const first = yield* readPassword(this.#sys, 0, 'New Password: ');
    if (first === undefined) return undefined;
    const wrong = isRoot ? undefined : weakness(first, user);
    if (wrong !== undefined) {
      yield* this.#io.err.write(`passwd: ${wrong}\n\nPermission denied\n`);
      return undefined;
    }
    const second = yield* readPassword(this.#sys, 0, 'Re-enter new Password: ');
    if (first === second) return first;
    yield* this.#io.err.write("passwd: They don't match.\n\nPermission denied\n");
    return undefined;
  }
}

function* showStatus(io: Stdio, sys: Sys, names: readonly string[]): Task<number> {
  const lines = yield* readShadow(sys);
  if (isErrno(lines)) {
    yield* io.err.write('Permission denied\n');
    return NO_PERMISSION;
  }
  for (const name of names) {
    const field = passwordOf(lines, name);
    if (field !== undefined) yield* io.out.write(`${name.padEnd(8)}  ${statusOf(field)}\n`);
  }
  return 0;
}

function* passwd(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'r:aldefghsx:n:w:D:N:u');
  if (parsed.message !== undefined || parsed.operands.length > 1) {
    return yield* usageError(io, USAGE, parsed.message);
  }
  const later = parsed.options.find(({ letter }) => !'rsa'.includes(letter));
  if (later !== undefined) return yield* notSupported(io, `-${later.letter}`);
  const accounts = new Accounts(sys);
  const { real } = yield* sys.getuid();
  const own = (yield* accounts.userName(real)) ?? '';
  const [user = own] = parsed.operands;
  const known = (yield* accounts.users()).map((entry) => entry.name);
  if (!known.includes(user)) {
    yield* io.err.write(`passwd: User unknown: ${user}\nPermission denied\n`);
    return NO_PERMISSION;
  }
  if (real !== 0 && user !== own) {
    yield* io.err.write('passwd: Permission denied\n');
    return NO_PERMISSION;
  }
  if (hasOption(parsed, 's'))
    return yield* showStatus(io, sys, hasOption(parsed, 'a') ? known : [user]);
  yield* io.err.write(`passwd: Changing password for ${user}\n`);
  return yield* new PasswordChange(io, sys).run(user, real === 0);
}

export const PASSWD: Command = {
  name: 'passwd',
  path: '/usr/bin/passwd',
  mode: 0o6555,
  main: withStdio(passwd),
};

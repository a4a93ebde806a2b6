/** What chmod sets, ls shows, the kernel obeys and the pool keeps; wrong words are answered. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import { ACE_GETACL, ACE_GETACLCNT, ACE_SETACL, type Ace, GETACL } from '#abi/illumos/acl.ts';
import { _PC_ACL_ENABLED, _PC_XATTR_ENABLED, _PC_XATTR_EXISTS } from '#abi/illumos/pathconf.ts';
import { CHMOD } from '#cmd/chmod/chmod.ts';
import { LS } from '#cmd/ls/ls.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { NativeMain, Sys, Task } from '#kernel/syscall/sys.ts';
import { lookupVnode } from '#kernel/vfs/lookup.ts';
import type { RunOutcome } from '#testing/node-harness.ts';
import { Machine } from '#testing/zfs/command-machine.ts';

class AclMachine extends Machine {
  constructor() {
    super();
    this.node.addCommand(LS);
    this.node.addCommand(CHMOD);
    this.node.writeFile('/etc/passwd', 'root:x:0:0::/root:/bin/sh\njoe:x:100:10::/:/bin/sh\n');
    this.node.writeFile('/etc/group', 'root::0:\nstaff::10:\n');
    this.node.writeFile('/tank/f', { content: 'text', mode: 0o640 });
    this.node.writeFile('/tank/d', { content: null, mode: 0o755 });
  }

  /** Prints what went wrong, and the exit status. */
  chmod(operation: string, path = '/tank/f'): string {
    const { status, stderr } = this.node.run(['/usr/bin/chmod', operation, path]);
    return status === 0 && stderr === '' ? '' : `${stderr}${status}`;
  }

  /** The lines below the file's own. */
  ls(options = '-dV', path = '/tank/f'): string[] {
    const outcome = this.node.run(['/usr/bin/ls', options, path]);
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    return outcome.stdout.split('\n').slice(1, -1);
  }

  /** Mode and mark. */
  mode(path = '/tank/f', options = '-dl'): string {
    return this.node.run(['/usr/bin/ls', options, path]).stdout.slice(0, 11);
  }

  as(uid: number, main: NativeMain): RunOutcome {
    return this.node.run(main, { uid, gid: 20 });
  }
}

const OWNER = '                 owner@:rw-p--aARWcCos:-------:allow';
const GROUP = '                 group@:r-----a-R-c--s:-------:allow';
const EVERYONE = '              everyone@:------a-R-c--s:-------:allow';

test('ls shows the list that says what the mode says, in letters and in words', () => {
  const m = new AclMachine();
  expect(m.ls()).toEqual([OWNER, GROUP, EVERYONE]);
  expect(m.mode()).toBe('-rw-r----- ');
  expect(m.ls('-dv')).toEqual([
    '     0:owner@:read_data/write_data/append_data/read_xattr/write_xattr',
    '         /read_attributes/write_attributes/read_acl/write_acl/write_owner',
    '         /synchronize:allow',
    '     1:group@:read_data/read_xattr/read_attributes/read_acl/synchronize:allow',
    '     2:everyone@:read_xattr/read_attributes/read_acl/synchronize:allow',
  ]);
  expect(m.ls('-dv', '/tank/d')[0]).toBe(
    '     0:owner@:list_directory/read_data/add_file/write_data/add_subdirectory',
  );
});

test('entries are added, replaced and removed, by number and by content', () => {
  const m = new AclMachine();
  const joe = '               user:joe:r-x-----------:-------:allow';
  const staff = '            group:staff:-w------------:-------:deny';
  expect(m.chmod('A+user:joe:read_data/execute:allow')).toBe('');
  expect(m.ls()).toEqual([joe, OWNER, GROUP, EVERYONE]);
  expect(m.mode()).toBe('-rw-r-----+');
  expect(m.chmod('A1+group:staff:w:deny')).toBe('');
  expect(m.ls()).toEqual([joe, staff, OWNER, GROUP, EVERYONE]);
  expect(m.chmod('A1=user:7:rx::allow')).toBe('');
  expect(m.ls()[1]).toBe('                 user:7:r-x-----------:-------:allow');
  expect(m.chmod('A1-')).toBe('');
  expect(m.chmod('A-user:joe:rx:allow')).toBe('');
  expect(m.ls()).toEqual([OWNER, GROUP, EVERYONE]);
  expect(m.chmod('A=owner@:full_set:allow,everyone@:r:deny')).toBe('');
  expect(m.ls()).toEqual([
    '                 owner@:rwxpdDaARWcCos:-------:allow',
    '              everyone@:r-------------:-------:deny',
  ]);
  expect(m.chmod('A-')).toBe('');
  expect(m.mode()).toBe('-rwx------ ');
  expect(m.ls()).toHaveLength(3);
});

test('flags of directories pass on; what is set is obeyed', () => {
  const m = new AclMachine();
  expect(m.chmod('A+user:joe:rw:fd:allow', '/tank/d')).toBe('');
  expect(m.ls('-dV', '/tank/d')[0]).toBe('               user:joe:rw------------:fd-----:allow');
  expect(m.ls('-dv', '/tank/d')[0]).toBe(
    '     0:user:joe:list_directory/read_data/add_file/write_data:file_inherit',
  );
  expect(m.ls('-dv', '/tank/d')[1]).toBe('         /dir_inherit:allow');
  m.node.writeFile('/tank/d/new', { content: 'x' });
  expect(m.ls('-V', '/tank/d/new')[0]).toBe('               user:joe:rw------------:------I:allow');
  const canRead: NativeMain = function* (sys) {
    return isErrno(yield* sys.open('/tank/f', 0)) ? 1 : 0;
  };
  expect(m.as(100, canRead).status).toBe(1);
  expect(m.chmod('A+user:joe:r:allow')).toBe('');
  expect(m.as(100, canRead).status).toBe(0);
  expect(m.as(101, canRead).status).toBe(1);
});

test('lists are there after export and import', () => {
  const m = new AclMachine();
  m.chmod('A+user:joe:read_data:allow,group:10:rwp:deny');
  m.chmod('A+everyone@:x:fi:deny', '/tank/d');
  const before = [m.ls('-V'), m.ls('-dv', '/tank/d')];
  expect(m.node.run(['/usr/sbin/zpool', 'export', 'tank'])).toMatchObject({ status: 0 });
  expect(m.node.run(['/usr/sbin/zpool', 'import', 'tank'])).toMatchObject({ status: 0 });
  expect([m.ls('-V'), m.ls('-dv', '/tank/d')]).toEqual(before);
});

test('wrong operations have their sentences', () => {
  const m = new AclMachine();
  const hint = 'See chmod(1) for more information on valid ACL syntax\n';
  const before = m.ls();
  expect(m.chmod('A9-')).toBe('chmod: ERROR: Invalid slot specified for removal\n1');
  expect(m.chmod('A9+owner@:r:allow')).toMatch(/Invalid ACL entry number specified\n1$/);
  expect(m.chmod('A3=owner@:r:allow')).toMatch(/Invalid ACL entry number specified\n1$/);
  expect(m.chmod('A-user:joe:r:allow')).toBe("chmod: ERROR: ACL entry doesn't exist\n1");
  expect(m.chmod('A+user:joe:r:f:allow')).toBe(
    `chmod: ERROR: Inheritance flags are only allowed on directories\n${hint}2`,
  );
  expect(m.chmod('A+user:joe:r:i:allow', '/tank/d')).toBe(
    `chmod: ERROR: Invalid inheritance flags\n${hint}2`,
  );
  expect(m.chmod('A2-owner@:r:allow')).toMatch(/^usage:\tchmod .*2$/s);
  expect(m.chmod('A=')).toMatch(/^usage:\tchmod .*2$/s);
  for (const [entries, sentence] of [
    ['nobody:r:allow', "Invalid ACL entry type 'nobody' specified."],
    ['user:nosuch:r:allow', 'Invalid user nosuch specified.'],
    ['group:nosuch:r:allow', 'Invalid group nosuch specified.'],
    ['user:', 'Missing user/group name from ACL specification.'],
    ['user:joe', "User/Group name 'joe' not specified correctly."],
    ['owner@:', 'ACL entry is missing permission fields.'],
    ['owner@:fly:allow', "Invalid permission(s) 'fly' specified."],
    ['owner@:read_data/fly:allow', "Invalid permission(s) 'fly' specified."],
    ['owner@:r:maybe', "Invalid inheritance or access type 'maybe' specified."],
    ['owner@:r:fd:maybe', "Invalid access type 'maybe' specified."],
    ['owner@:r:fd:', 'ACL access type must be specified.'],
    ['owner@:r:allow:fd', 'Access type should be final field in ACL specification.'],
    ['owner@:r:allow:7', 'Extra fields on the end of ACL specification.'],
  ] as const) {
    expect({ entries, answer: m.chmod(`A+${entries}`) }).toEqual({
      entries,
      answer: `${sentence}\n1`,
    });
  }
  expect(m.chmod('A+user::rwx')).toBe('chmod: user::rwx: not supported yet\n2');
  expect(m.ls()).toEqual(before);
});

test('any words: chmod answers, and what ls prints in words chmod takes back', () => {
  const m = new AclMachine();
  const words = fc.stringMatching(/^[ogAuser@:,/a-z_0-9-]{0,20}$/);
  fc.assert(
    fc.property(words, fc.constantFrom('', 'owner@:', 'user:joe:', 'owner@:r:'), (text, start) => {
      expect(m.node.run(['/usr/bin/chmod', `A+${start}${text}`, '/tank/f']).signal).toBe(0);
    }),
    { numRuns: 60 },
  );
  m.chmod('A=owner@:rwxpC:allow,user:joe:dDaA:deny,group:staff:RWcos:allow,everyone@:r:allow');
  const shown = m.ls();
  expect(shown).toHaveLength(4);
  const back = m
    .ls('-v')
    .join('\n')
    .replaceAll(/\n {9}/g, '')
    .replaceAll(/^ +\d+:/gm, '');
  m.chmod('A-');
  expect(m.chmod(`A=${back.replaceAll('\n', ',')}`)).toBe('');
  expect(m.ls()).toEqual(shown);
});

test('a file system without lists shows mode bits, and refuses', () => {
  const m = new AclMachine();
  m.node.writeFile('/tmp/f', { content: '', mode: 0o640 });
  expect(m.ls('-V', '/tmp/f')).toEqual([
    '     0:user::rw-',
    '     1:group::r--\t\t#effective:r--',
    '     2:mask:rwx',
    '     3:other:---',
  ]);
  expect(m.chmod('A+owner@:r:allow', '/tmp/f')).toBe("chmod: ERROR: ACL type's are different\n1");
  expect(m.chmod('A=owner@:r:allow', '/tmp/f')).toMatch(/^chmod: ERROR: Failed to set ACL: .*1$/s);
});

test('acl(2) and facl(2): counts, space, wrong commands', () => {
  const m = new AclMachine();
  m.node.writeFile('/tmp/f', { content: '', mode: 0o644 });
  const seen: unknown[] = [];
  const note = function* (task: Task<unknown>): Task<void> {
    const result = yield* task;
    seen.push(isErrno(result) ? result.name : result);
  };
  const calls = function* (sys: Sys): Task<number> {
    const list: Ace[] = [];
    yield* note(sys.acl('/tank/f', ACE_GETACLCNT, 0, []));
    yield* note(sys.acl('/tank/f', ACE_GETACL, 2, list));
    yield* note(sys.acl('/tank/f', ACE_GETACL, 3, list));
    yield* note(sys.acl('/tank/f', ACE_SETACL, 0, list));
    yield* note(sys.acl('/tank/f', ACE_SETACL, 4, list));
    yield* note(sys.acl('/tank/f', GETACL, 3, list));
    yield* note(sys.acl('/tank/f', 77, 3, list));
    yield* note(sys.acl('/tank/none', ACE_GETACL, 3, list));
    yield* note(sys.acl('/tmp/f', ACE_GETACL, 9, list));
    yield* note(sys.acl('/tmp/f', ACE_SETACL, 3, list));
    const fd = yield* sys.open('/tank/f', 0);
    if (isErrno(fd)) return 1;
    yield* note(sys.facl(fd, ACE_SETACL, 1, list));
    yield* note(sys.facl(fd, ACE_GETACLCNT, 0, []));
    yield* note(sys.facl(99, ACE_GETACLCNT, 0, []));
    return 0;
  };
  expect(m.node.run(calls).status).toBe(0);
  const got = [3, 'ENOSPC', 3, 'EINVAL', 'EINVAL', 'ENOSYS', 'EINVAL', 'ENOENT'];
  expect(seen).toEqual([...got, 3, 'ENOSYS', 0, 1, 'EBADF']);
  expect(m.as(101, calls).status).toBe(1);
});

test('pathconf knows of lists and attributes, and ls -@ marks files that have some', () => {
  const m = new AclMachine();
  const ask = (path: string): unknown[] => {
    const seen: unknown[] = [];
    m.node.run(function* (sys) {
      for (const name of [_PC_ACL_ENABLED, _PC_XATTR_ENABLED, _PC_XATTR_EXISTS]) {
        seen.push(yield* sys.pathconf(path, name));
      }
      return 0;
    });
    return seen;
  };
  expect(ask('/tank/f')).toEqual([2, 1, 0]);
  expect(ask('/tmp')).toEqual([0, 0, 0]);
  const { context } = m.node.kernel;
  const root = m.node.assembled.rootfs.root();
  const file = lookupVnode('/tank/f', { root, directory: root, context }, 'follow');
  const directory = isErrno(file) ? file : file.xattrDirectory(true, context);
  if (isErrno(directory)) throw new Error(directory.name);
  expect(ask('/tank/f')).toEqual([2, 1, 0]);
  const made = directory.create('a', { type: 'VREG', mode: 0o644 }, true, context);
  if (isErrno(made)) throw new Error(made.name);
  made.write(0, encodeUtf8('x'), context);
  expect(ask('/tank/f')).toEqual([2, 1, 1]);
  expect([m.mode(), m.mode('/tank/f', '-d@')]).toEqual(['-rw-r----- ', '-rw-r-----@']);
});

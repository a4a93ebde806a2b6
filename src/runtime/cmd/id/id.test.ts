import { describe, expect, it } from 'vitest';
import { GROUPS, ID, WHOAMI } from '#cmd/id/id.ts';
import { runProgram } from '#testing/node-harness.ts';

const files = {
  '/etc/passwd': 'root:x:0:0:Super-User:/root:/usr/bin/bash\nada:x:100:10:Ada:/home/ada:/bin/sh\n',
  '/etc/group': 'root::0:\nstaff::10:\nsys::3:root,ada\n',
};
const id = (...words: string[]): { status: number; stdout: string; stderr: string } =>
  runProgram(ID.main, { argv: ['id', ...words], files });

describe('id', () => {
  it('shows the process or a user', () => {
    expect(id()).toMatchObject({ status: 0, stdout: 'uid=0(root) gid=0(root)\n' });
    expect(id('ada').stdout).toBe('uid=100(ada) gid=10(staff) groups=3(sys)\n');
    expect(id('-p').stdout).toBe('uid=0(root) gid=0(root) projid=1(user.root)\n');
    expect(runProgram(ID.main, { argv: ['id'], uid: 42, gid: 7 }).stdout).toBe('uid=42 gid=7\n');
  });

  it('shows one thing', () => {
    expect(id('-u').stdout).toBe('0\n');
    expect(id('-un').stdout).toBe('root\n');
    expect(id('-gn', 'ada').stdout).toBe('staff\n');
    expect(id('-G', 'ada').stdout).toBe('10 3\n');
    expect(id('-Gn', 'ada').stdout).toBe('staff sys\n');
  });

  it('refuses what it does not know', () => {
    expect(id('nobody')).toMatchObject({
      status: 1,
      stderr: 'id: invalid user name: "nobody"\n',
    });
    for (const words of [['-n'], ['-ug'], ['-Gr'], ['-x'], ['a', 'b']]) {
      expect(id(...words)).toMatchObject({ status: 2, stdout: '' });
    }
    expect(id('-x').stderr).toMatch(/^id: illegal option -- x\nUsage: id \[-ap\] \[user\]\n/);
  });
});

describe('groups and whoami', () => {
  it('name groups and the effective user', () => {
    expect(runProgram(GROUPS.main, { argv: ['groups', 'ada'], files }).stdout).toBe('staff sys\n');
    expect(runProgram(WHOAMI.main, { argv: ['whoami'], files, uid: 100 }).stdout).toBe('ada\n');
    expect(runProgram(WHOAMI.main, { argv: ['whoami'], files, uid: 5 }).status).toBe(1);
  });
});

/** Extended attributes as programs reach them: openat(2) with O_XATTR, and runat. */
import { expect, test } from 'vitest';
import { O_CREAT, O_RDONLY, O_RDWR, O_XATTR } from '#abi/illumos/fcntl.ts';
import { bash } from '#cmd/bash/index.ts';
import { CAT } from '#cmd/cat/cat.ts';
import { LS } from '#cmd/ls/ls.ts';
import { RUNAT } from '#cmd/runat/runat.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { Machine } from '#testing/zfs/command-machine.ts';

function makeMachine(): Machine {
  const m = new Machine();
  for (const command of [bash, CAT, LS, RUNAT]) m.node.addCommand(command);
  m.node.writeFile('/bin', { link: 'usr/bin' });
  m.node.writeFile('/tank/f', 'content\n');
  m.node.writeFile('/tmp/f', '');
  return m;
}

test('runat reads and writes attributes, which stay through export and import', () => {
  const m = makeMachine();
  const runat = (...words: string[]): unknown => {
    const { status, stdout, stderr } = m.node.run(['/usr/bin/runat', ...words]);
    return { status, stdout, stderr };
  };
  expect(runat('/tank/f', 'ls')).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(runat('/tank/f', 'echo one > color; echo', 'two > shape')).toMatchObject({ status: 0 });
  expect(runat('/tank/f', 'ls; cat *')).toMatchObject({ stdout: 'color\nshape\none\ntwo\n' });
  expect(m.node.run(['/usr/bin/ls', '-@', '/tank/f']).stdout).toMatch(/^-rw-r--r--@ /);
  expect(m.node.readFile('/tank/f')).toBe('content\n');
  expect(m.node.run(['/usr/sbin/zpool', 'export', 'tank'])).toMatchObject({ status: 0 });
  expect(m.node.run(['/usr/sbin/zpool', 'import', 'tank'])).toMatchObject({ status: 0 });
  expect(runat('/tank/f', 'cat color')).toMatchObject({ status: 0, stdout: 'one\n' });
});

test('runat says what went wrong', () => {
  const m = makeMachine();
  const run = (...words: string[]): string => {
    const { status, stderr } = m.node.run(['/usr/bin/runat', ...words]);
    return `${stderr}${status}`;
  };
  expect(run()).toBe('usage: runat filename [command]\n127');
  expect(run('/tank/none', 'ls')).toBe(
    'runat: cannot open /tank/none: No such file or directory\n125',
  );
  expect(run('/tmp/f', 'ls')).toBe(
    'runat: cannot open attribute directory for /tmp/f: Invalid argument\n125',
  );
});

test('openat: among the attributes, in a directory, from what is no directory', () => {
  const m = makeMachine();
  const seen: unknown[] = [];
  m.node.run(function* (sys) {
    const file = yield* sys.open('/tank/f', O_RDONLY);
    const tank = yield* sys.open('/tank', O_RDONLY);
    if (isErrno(file) || isErrno(tank)) return 1;
    for (const [fd, name, flags] of [
      [file, 'a', O_RDWR | O_XATTR],
      [file, 'a', O_RDWR | O_XATTR | O_CREAT],
      [file, 'a', O_RDONLY | O_XATTR],
      [file, 'f', O_RDONLY],
      [tank, 'f', O_RDONLY],
      [tank, 'a', O_RDONLY],
      [99, 'f', O_RDONLY],
    ] as const) {
      const result = yield* sys.openat(fd, name, flags, 0o644);
      seen.push(isErrno(result) ? result.name : 'open');
    }
    return 0;
  });
  expect(seen).toEqual(['ENOENT', 'open', 'open', 'ENOTDIR', 'open', 'ENOENT', 'EBADF']);
});

import { expect, test } from 'vitest';
import { parseInittab, parseSimpleCommand } from '#cmd/init/inittab.ts';

test('entries, comments and nonsense', () => {
  const text = [
    '# comment',
    'p3:s1234:powerfail:/usr/sbin/shutdown -y -i5 -g0 >/dev/msglog 2<>/dev/msglog',
    'bad line',
    'x:3:frobnicate:/bin/true',
    'is:3:initdefault:',
    'toolong:3:wait:/bin/true',
  ].join('\n');
  expect(parseInittab(text).map(({ id, levels, action }) => [id, levels, action])).toEqual([
    ['p3', 's1234', 'powerfail'],
    ['is', '3', 'initdefault'],
  ]);
});

test('words and redirections need no shell, the rest does', () => {
  expect(parseSimpleCommand('/sbin/x -a >/dev/a 2<>/dev/b </dev/c')).toEqual({
    words: ['/sbin/x', '-a'],
    redirections: [
      { fd: 1, path: '/dev/a', flags: 0x301 },
      { fd: 2, path: '/dev/b', flags: 0x102 },
      { fd: 0, path: '/dev/c', flags: 0 },
    ],
  });
  for (const command of ['a | b', 'a; b', 'a $x', "a 'b'", '', 'a > file']) {
    expect(parseSimpleCommand(command)).toBeUndefined();
  }
});

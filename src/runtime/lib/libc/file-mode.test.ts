import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyMode, parseMode, permissionString } from '#lib/libc/file-mode.ts';

function change(text: string, mode: number, isDirectory = false, umask = 0o022): string {
  const parsed = parseMode(text);
  if (parsed === undefined) return 'bad';
  return applyMode(parsed, mode, isDirectory, umask).toString(8).padStart(4, '0');
}

test.each([
  ['644', 0o777, '0644'],
  ['u+x', 0o644, '0744'],
  ['go-rwx', 0o777, '0700'],
  ['a=r', 0o777, '0444'],
  ['+x', 0o644, '0755'],
  ['-w', 0o666, '0466'],
  ['u=g', 0o640, '0440'],
  ['o=u', 0o640, '0646'],
  ['a+X', 0o644, '0644'],
  ['a+X', 0o744, '0755'],
  ['u+s,g+s,+t', 0o755, '7755'],
  ['u=rwx,g=rx,o=', 0, '0750'],
  ['u+rw-x', 0o100, '0600'],
  ['ug+s', 0o755, '6755'],
  ['u+q', 0, 'bad'],
  ['9', 0, 'bad'],
  ['', 0, 'bad'],
])('chmod %s of %o', (text, mode, expected) => {
  expect(change(text, mode)).toBe(expected);
});

test('an octal mode keeps a directory’s set-gid bit', () => {
  expect(change('755', 0o2700, true)).toBe('2755');
  expect(change('755', 0o2700)).toBe('0755');
});

test('a mode string set as a symbolic mode gives the mode back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0o777 }), (mode) => {
      const text = permissionString(mode, 'VREG');
      const part = (at: number): string => text.slice(at, at + 3).replaceAll('-', '');
      expect(change(`u=${part(0)},g=${part(3)},o=${part(6)}`, 0o7777 & 0o777)).toBe(
        mode.toString(8).padStart(4, '0'),
      );
    }),
  );
  expect(permissionString(0o7777, 'VREG')).toBe('rwsrwsrwt');
  expect(permissionString(0o7000, 'VREG')).toBe('--S--l--T');
  expect(permissionString(0o7000, 'VDIR')).toBe('--S--S--T');
});

/** No argument that a program can pass may break the kernel: it answers a value or an errno. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { bootHarness } from '#testing/node-harness.ts';

const NUMBERS = [0, 1, 2, 3, 4, 5, 9, -1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 53), Number.NaN, Infinity];
const PATHS = [
  '',
  '/',
  '.',
  '..',
  '/tmp',
  '/tmp/a',
  '/tmp/a/b',
  '/tmp/link',
  'a',
  '//tmp//a/',
  '/dev/null',
  '/dev/zero',
  '/dev/tty',
  '/dev/fd/1',
  '/proc/self/psinfo',
  '/proc/1/fd',
  '/etc/mnttab',
  '/tmp/\0x',
  'x'.repeat(300),
  `/${'y/'.repeat(600)}`,
];

/** What a typed program could pass: each call with arguments of the kinds its signature has. */
const typed = fc.record({
  path: fc.constantFrom(...PATHS),
  other: fc.constantFrom(...PATHS),
  number: fc.constantFrom(...NUMBERS),
  second: fc.oneof(fc.constantFrom(...NUMBERS), fc.nat(0xff_ffff)),
  which: fc.nat(42),
});

function* typedCall(
  sys: Sys,
  {
    path,
    other,
    number,
    second,
    which,
  }: Readonly<Record<'number' | 'second' | 'which', number>> & {
    readonly path: string;
    readonly other: string;
  },
): Task<unknown> {
  const bytes = encodeUtf8('some bytes');
  const calls: readonly (() => Task<unknown>)[] = [
    () => sys.open(path, second | 0x80, number),
    () => sys.open(path, 0x182, 0o644),
    () => sys.close(number > 5 ? number : -1),
    () => sys.pread(number, bytes, second),
    () => sys.pwrite(number, bytes, second),
    () => sys.lseek(number, second, 0),
    () => sys.lseek(number, second, 2),
    () => sys.dup2(number, second),
    () => sys.fcntl(number, second & 63, number),
    () => sys.ioctl(number, second, undefined),
    () => sys.poll([{ fd: number, events: second, revents: 0 }], 0),
    () => sys.stat(path),
    () => sys.lstat(path),
    () => sys.access(path, number),
    () => sys.readlink(path),
    () => sys.symlink(other, path),
    () => sys.link(path, other),
    () => sys.unlink(path),
    () => sys.mkdir(path, second),
    () => sys.rmdir(path),
    () => sys.rename(path, other),
    () => sys.mknod(path, second, number),
    () => sys.chmod(path, second),
    () => sys.chown(path, number, second),
    () =>
      sys.acl(path, second % 8, number, [{ who: second, mask: number, flags: second, type: 1 }]),
    () => sys.facl(number, second % 8, second, []),
    () => sys.pathconf(path, second % 110),
    () => sys.utimens(path, 'now', BigInt(Number.isFinite(second) ? Math.trunc(second) : 0)),
    () => sys.truncate(path, number),
    () => sys.ftruncate(number, second & 0xffff),
    () => sys.getdents(number),
    () => sys.chdir(path),
    () => sys.fchdir(number),
    () => sys.getcwd(),
    () => sys.statvfs(path),
    () => sys.mount('swap', path, 'tmpfs', other),
    () => sys.umount(path, second % 2 === 1),
    () => sys.setpgid(number, second),
    () => sys.setrlimit('nofile', { current: number, maximum: second }),
    () => sys.nice(number),
    () => sys.priority(number, second),
    () => sys.kill(4_000_000 + (second & 0xff), number),
    () => sys.setgroups([number, second]),
  ];
  return yield* (calls[which] as () => Task<unknown>)();
}

test('random typed calls always answer', () => {
  fc.assert(
    fc.property(fc.array(typed, { maxLength: 60 }), (calls) => {
      const node = bootHarness({ files: { '/tmp/a': 'content', '/tmp/link': { link: 'a' } } });
      let answered = 0;
      node.run(
        function* (sys) {
          for (const each of calls) {
            yield* typedCall(sys, each);
            answered += 1;
          }
          return 0;
        },
        { stdin: 'input' },
      );
      expect(answered).toBe(calls.length);
      // The node is still whole: another program works.
      expect(
        node.run(function* (sys) {
          const made = yield* sys.mkdir(`/fresh`, 0o755);
          return typeof made === 'number' || made.name === 'EEXIST' ? 0 : 1;
        }).status,
      ).toBe(0);
    }),
    { numRuns: 60 },
  );
});

/** `zfs diff` over a small file system. That genuine zfs prints the same was seen by hand. */
import { expect, test } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { ZfsNode } from '#testing/zfs/zfs-node.ts';

const MiB = 2 ** 20;

function* write(sys: Sys, path: string, text: string): Task<boolean> {
  const fd = yield* sys.open(path, 0x102, 0o644);
  if (typeof fd !== 'number') return false;
  yield* sys.write(fd, encodeUtf8(text));
  yield* sys.close(fd);
  return true;
}

function prepared(): ZfsNode {
  const node = new ZfsNode(['tank'], 64 * MiB);
  node.create('tank/a');
  node.mounted('tank/a', function* (sys) {
    yield* sys.mkdir('/mnt/d', 0o755);
    for (const name of ['same', 'changed', 'gone', 'old name', 'd/linked']) {
      if (!(yield* write(sys, `/mnt/${name}`, name))) return 1;
    }
    return 0;
  });
  node.snapshot('tank/a@1');
  node.mounted('tank/a', function* (sys) {
    yield* sys.nanosleep(1_000_000_000n);
    yield* write(sys, '/mnt/changed', 'something else');
    yield* sys.unlink('/mnt/gone');
    yield* sys.rename('/mnt/old name', '/mnt/new');
    yield* sys.link('/mnt/d/linked', '/mnt/d/again');
    yield* write(sys, '/mnt/d/fresh', 'x');
    return 0;
  });
  node.snapshot('tank/a@2');
  return node;
}

test('made, removed, changed, renamed and linked files', () => {
  const node = prepared();
  const plain = node.diff('tank/a@1', 'tank/a@2', '/tank/a');
  expect(plain).toMatchObject({ status: 0, stderr: '' });
  expect(plain.stdout.split('\n').sort()).toEqual(
    [
      'M\t/tank/a/',
      'M\t/tank/a/d',
      'M\t/tank/a/changed',
      '-\t/tank/a/gone',
      'R\t/tank/a/old\\0040name -> /tank/a/new',
      'M\t/tank/a/d/again\t(+1)',
      '+\t/tank/a/d/fresh',
      '',
    ].sort(),
  );
  const flags = { isClassified: true, isParsable: true, hasTimes: true };
  const full = node.diff('tank/a@1', 'tank/a@2', '/', flags).stdout;
  expect(full).toMatch(/^\d+\.\d{9}\tR\tF\t\/old\\0040name\t\/new$/m);
  expect(full).toMatch(/^\d+\.\d{9}\tM\t\/\t\/d$/m);
});

test('nothing differs from itself later, and an older one is no goal', () => {
  const node = prepared();
  node.snapshot('tank/a@3');
  expect(node.diff('tank/a@2', 'tank/a@3', '/')).toMatchObject({ status: 0, stdout: '' });
  expect(node.diff('tank/a@2', 'tank/a@1', '/')).toMatchObject({
    status: 1,
    stderr: 'unable to generate diffs: Not an earlier snapshot from the same fs\n',
  });
});

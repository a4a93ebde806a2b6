import { expect, test } from 'vitest';
import { MKFIFO, MKNOD } from '#cmd/mknod/mknod.ts';
import { TTY } from '#cmd/tty/tty.ts';
import { bootHarness } from '#testing/node-harness.ts';

const node = (): ReturnType<typeof bootHarness> => bootHarness({ commands: [MKFIFO, MKNOD, TTY] });

test('mkfifo makes fifos with a mode, and says what is in its way', () => {
  const harness = node();
  expect(harness.run(['/usr/bin/mkfifo', '-m', '600', '/tmp/a', '/tmp/b']).status).toBe(0);
  const outcome = harness.run(function* (sys) {
    expect(yield* sys.stat('/tmp/a')).toMatchObject({ mode: 0o010600, type: 'VFIFO' });
    return 0;
  });
  expect(outcome.stderr).toBe('');
  expect(harness.run(['/usr/bin/mkfifo', '/tmp/a', '/tmp/c'])).toMatchObject({
    status: 1,
    stderr: 'mkfifo: /tmp/a: File exists\n',
  });
  expect(harness.exists('/tmp/c')).toBe(true);
  expect(harness.run(['/usr/bin/mkfifo', '-m', 'x9', '/tmp/d']).stderr).toContain('invalid mode');
  expect(harness.run(['/usr/bin/mkfifo'])).toMatchObject({
    status: 1,
    stderr: 'usage: mkfifo [-m mode] file ...\n',
  });
});

test('mknod: a device that works, for root only', () => {
  const harness = node();
  expect(harness.run(['/usr/sbin/mknod', '/tmp/zero', 'c', '38', '12']).status).toBe(0);
  const outcome = harness.run(function* (sys) {
    const fd = yield* sys.open('/tmp/zero', 0);
    expect(yield* sys.read(fd as number, new Uint8Array(9))).toBe(9);
    return 0;
  });
  expect(outcome.stderr).toBe('');
  expect(harness.run(['/usr/sbin/mknod', '/tmp/n', 'c', '38', '2'], { uid: 100 })).toMatchObject({
    status: 2,
    stderr: 'mknod: must be super-user\n',
  });
  expect(harness.run(['/usr/sbin/mknod', '/tmp/n', 'c', 'x', '2']).status).toBe(2);
});

test('tty without a terminal', () => {
  expect(node().run(['/usr/bin/tty'])).toMatchObject({ status: 1, stdout: 'not a tty\n' });
  expect(node().run(['/usr/bin/tty', '-s'])).toMatchObject({ status: 1, stdout: '' });
});

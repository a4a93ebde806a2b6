import { expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { NativeMain } from '#kernel/syscall/sys.ts';
import { bootHarness, runProgram } from '#testing/node-harness.ts';

const print = (text: string): NativeMain =>
  function* (sys) {
    yield* sys.write(1, encodeUtf8(text));
    return 0;
  };

test('a program writes, reads its stdin and exits', () => {
  const result = runProgram(
    function* (sys) {
      const buffer = new Uint8Array(100);
      const count = yield* sys.read(0, buffer);
      if (isErrno(count)) return 1;
      yield* sys.write(1, buffer.subarray(0, count));
      yield* sys.write(2, encodeUtf8('done'));
      return 7;
    },
    { stdin: 'hello' },
  );
  expect(result).toMatchObject({ status: 7, stdout: 'hello', stderr: 'done', signal: 0 });
});

test('a pipeline: two children, a pipe, and wait', () => {
  const result = runProgram(function* (sys) {
    const ends = yield* sys.pipe();
    if (isErrno(ends)) return 1;
    const [readFd, writeFd] = ends;
    yield* sys.fork(function* (child) {
      yield* child.dup2(writeFd, 1);
      yield* child.close(readFd);
      yield* child.close(writeFd);
      return yield* print('through the pipe\n')(child);
    });
    yield* sys.close(writeFd);
    const buffer = new Uint8Array(100);
    let text = '';
    for (;;) {
      const count = yield* sys.read(readFd, buffer);
      if (isErrno(count) || count === 0) break;
      text += decodeUtf8(buffer.subarray(0, count));
    }
    const ended = yield* sys.wait({ pid: -1 });
    yield* print(`${text}${JSON.stringify(isErrno(ended) ? ended.name : ended?.how)}`)(sys);
    return 0;
  });
  expect(result.stdout).toBe('through the pipe\n"exited"');
});

test('commands run by path, with argv and environment', () => {
  const node = bootHarness({
    commands: [
      {
        name: 'show',
        path: '/usr/bin/show',
        links: ['/usr/bin/other'],
        *main(sys) {
          yield* sys.write(1, encodeUtf8(`${sys.argv.join(' ')} ${sys.env.get('X')}`));
          return 3;
        },
      },
    ],
    files: { '/etc/script': { content: '#!/usr/bin/show  -f  \nbody\n', mode: 0o755 } },
  });
  expect(node.run(['/usr/bin/other', 'a'], { env: { X: '1' } })).toMatchObject({
    status: 3,
    stdout: '/usr/bin/other a 1',
  });
  expect(node.run(['/etc/script', 'b'], { env: { X: '2' } }).stdout).toBe(
    '/usr/bin/show -f /etc/script b 2',
  );
  expect(node.run(['/usr/bin/none'])).toMatchObject({ status: 127 });
});

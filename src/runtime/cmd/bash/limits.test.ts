/** Bad input: programs that never end or never stop making others. */
import { expect, test } from 'vitest';
import { bash } from '#cmd/bash/index.ts';
import { SYSTEM_COMMANDS } from '#cmd/system.table.ts';
import { bootHarness } from '#testing/node-harness.ts';

const boot = () => bootHarness({ commands: [bash, ...SYSTEM_COMMANDS] });

test('a fork bomb stays within ulimit -u, and others go on working', () => {
  const node = boot();
  const bomb = node.start(['/usr/bin/bash', '-c', 'ulimit -u 40; :(){ :|:& };:'], { uid: 100 });
  let most = 0;
  for (let i = 0; i < 4; i += 1) {
    node.step();
    bomb.pump();
    most = Math.max(most, [...node.kernel.procs.all()].length);
  }
  expect(most).toBeGreaterThan(20);
  expect(most).toBeLessThan(50);
  expect(node.run(['/usr/bin/bash', '-c', 'echo alive'])).toMatchObject({ stdout: 'alive\n' });
});

test('a function without end is stopped with a message, not by a crash', () => {
  const { stdout, stderr } = boot().run(['/usr/bin/bash', '-c', 'f() { f; }\nf\necho after $?']);
  expect(stderr).toContain('f: maximum function nesting level exceeded (10000)');
  expect(stdout).toBe('after 1\n');
});

test('a loop without end can be killed', () => {
  const script = '(while :; do :; done) & sleep 0.001; kill $!; wait $!; echo $?';
  expect(boot().run(['/usr/bin/bash', '-c', script]).stdout).toBe('143\n');
});

test('a script that is no text, a missing one, a directory', () => {
  const node = bootHarness({ commands: [bash], files: { '/bad': '\0\0\0\n', '/dir': null } });
  expect(node.run(['/usr/bin/bash', '/bad'])).toMatchObject({
    status: 126,
    stderr: '/bad: /bad: cannot execute binary file\n',
  });
  expect(node.run(['/usr/bin/bash', '/nope'])).toMatchObject({ status: 127 });
  expect(node.run(['/usr/bin/bash', '/dir'])).toMatchObject({ status: 126 });
});

test('a descriptor that is closed, a disk that is full of nothing: messages and statuses', () => {
  const result = boot().run([
    '/usr/bin/bash',
    '-c',
    'echo x >&-; echo $?; echo y > /nope/f; echo $?',
  ]);
  expect(result.stdout).toBe('1\n1\n');
  expect(result.stderr).toContain('echo: write error: Bad file number');
  expect(result.stderr).toContain('/nope/f: No such file or directory');
});

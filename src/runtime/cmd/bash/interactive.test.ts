import { expect, test } from 'vitest';
import { bash } from '#cmd/bash/index.ts';
import { SYSTEM_COMMANDS } from '#cmd/system.table.ts';
import { TEXT_COMMANDS } from '#cmd/text.table.ts';
import { PtySession } from '#testing/pty-session.ts';

async function openShell(
  files: Record<string, string | null> = {},
  columns = 80,
): Promise<PtySession> {
  const session = new PtySession(['/usr/bin/bash'], {
    commands: [bash, ...TEXT_COMMANDS, ...SYSTEM_COMMANDS],
    files: {
      '/etc/passwd': 'root:x:0:0::/root:/bin/bash\n',
      '/root/.bashrc': "PS1='$ '\n",
      ...files,
    },
    env: { HOME: '/root' },
    columns,
    rows: 24,
  });
  return await session.settle();
}

const shown = (session: PtySession): string[] => {
  const rows = session.screen.slice();
  while (rows.length > 0 && rows.at(-1) === '') rows.pop();
  return rows;
};

test('types a command, sees its output and the next prompt', async () => {
  const session = await openShell();
  await session.type('echo hello\r');
  expect(shown(session)).toEqual(['$ echo hello', 'hello', '$']);
  await session.type('exit 3\r');
  expect(session.status).toBe(3);
});

test('Ctrl-C at the prompt, in a sleep and in a loop', async () => {
  const session = await openShell();
  await session.type('abc\x03');
  await session.type('sleep 100; echo no\r');
  await session.type('\x03');
  await session.type('echo $?\r');
  expect(shown(session)).toEqual([
    '$ abc^C',
    '$ sleep 100; echo no',
    '^C',
    '$ echo $?',
    '130',
    '$',
  ]);
});

test('a loop without end can be interrupted', async () => {
  const session = await openShell();
  await session.type('(sleep 0.005; kill -INT $$) & while :; do :; done\r');
  await session.type('echo alive\r');
  expect(shown(session).slice(-2)).toEqual(['alive', '$']);
});

test('Ctrl-Z, jobs, bg, fg', async () => {
  const session = await openShell();
  await session.type('sleep 100\r');
  await session.type('\x1a');
  await session.type('jobs\r');
  await session.type('bg\r');
  await session.type('jobs\r');
  await session.type('fg\r');
  await session.type('\x03');
  expect(shown(session)).toEqual([
    '$ sleep 100',
    '^Z',
    '[1]+  Stopped                 sleep 100',
    '$ jobs',
    '[1]+  Stopped                 sleep 100',
    '$ bg',
    '[1]+ sleep 100 &',
    '$ jobs',
    '[1]+  Running                 sleep 100 &',
    '$ fg',
    'sleep 100',
    '^C',
    '$',
  ]);
});

test('a background job is reported at the next prompt', async () => {
  const session = await openShell();
  await session.type('sleep 1 &\r');
  expect(shown(session)[1]).toMatch(/^\[1\] \d+$/);
  await session.rest(2000);
  await session.type('\r');
  expect(shown(session)).toContain('[1]+  Done                    sleep 1');
});

test('completion: commands, files, a list after the second Tab', async () => {
  const session = await openShell({ '/root/alpha.txt': '', '/root/alps': '', '/root/dir/x': '' });
  await session.type('cd\rech\t');
  expect(shown(session).at(-1)).toBe('$ echo');
  await session.type('di\t');
  expect(shown(session).at(-1)).toBe('$ echo dir/');
  await session.type('\x15ls al\t');
  expect(shown(session).at(-1)).toBe('$ ls alp');
  await session.type('\t\t');
  expect(shown(session).slice(-3)).toEqual(['$ ls alp', 'alpha.txt  alps', '$ ls alp']);
  await session.type('h\t\r');
  expect(shown(session).slice(-3)).toEqual(['$ ls alpha.txt', 'alpha.txt', '$']);
});

test('a command over several lines is one history entry', async () => {
  const session = await openShell();
  await session.type('for i in 1 2\rdo echo $i\rdone\r');
  expect(shown(session)).toEqual(['$ for i in 1 2', '> do echo $i', '> done', '1', '2', '$']);
  await session.type('\x1b[A');
  expect(shown(session).at(-1)).toBe('$ for i in 1 2; do echo $i; done');
});

test('history expansion, and the file at the end', async () => {
  const session = await openShell();
  await session.type('echo one two\r!!\recho !$ x\r^x^y\r!nope\rexit\r');
  expect(shown(session)).toEqual([
    '$ echo one two',
    'one two',
    '$ !!',
    'echo one two',
    'one two',
    '$ echo !$ x',
    'echo two x',
    'two x',
    '$ ^x^y',
    'echo two y',
    'two y',
    '$ !nope',
    '/usr/bin/bash: !nope: event not found',
    '$ exit',
    'exit',
  ]);
  expect(session.node.readFile('/root/.bash_history')).toBe(
    'echo one two\necho one two\necho two x\necho two y\nexit\n',
  );
});

test('long lines wrap and follow the window', async () => {
  const session = await openShell({}, 20);
  await session.type('echo aaaaaaaaaaaaaaaaaaaaaaaaaaaa');
  expect(shown(session)).toEqual(['$ echo aaaaaaaaaaaaa', 'aaaaaaaaaaaaaaa']);
  await session.type('\x15');
  expect(shown(session)).toEqual(['$']);
  await session.resize(24, 60);
  await session.type('echo $COLUMNS\r');
  expect(shown(session)).toContain('60');
});

test('errors at the prompt name no line; Ctrl-D leaves', async () => {
  const session = await openShell();
  await session.type('nosuch\recho )\r\x04');
  expect(shown(session)).toEqual([
    '$ nosuch',
    '/usr/bin/bash: nosuch: command not found',
    '$ echo )',
    "/usr/bin/bash: syntax error near unexpected token `)'",
    '$ exit',
  ]);
  expect(session.status).toBe(2);
});

test('aliases and a program that reads the terminal', async () => {
  const session = await openShell();
  for (const line of ["alias hi='echo hi'", 'hi there', 'cat', 'typed']) {
    await session.type(`${line}\r`);
  }
  await session.type('\x04');
  for (const line of ["read -p 'name? ' x", 'me', 'echo $x']) await session.type(`${line}\r`);
  expect(shown(session)).toEqual([
    "$ alias hi='echo hi'",
    '$ hi there',
    'hi there',
    '$ cat',
    'typed',
    'typed',
    "$ read -p 'name? ' x",
    'name? me',
    '$ echo $x',
    'me',
    '$',
  ]);
});

import { expect, test } from 'vitest';
import { FIXTURES } from './fixtures.ts';
import { bootJudged } from './judge.ts';

/**
 * What illumos says otherwise than GNU: sentences, usage texts, statuses, the layout of lists. From
 * the manual pages and the programs' behaviour; there is no illumos here to ask.
 */
const node = bootJudged(FIXTURES);
const CP_USAGE =
  'Usage: cp [-afinpT@/] source_file target_file\n' +
  '       cp [-afinp@/] source_file... target\n' +
  '       cp [-afinp@/] -T source_file target\n' +
  '       cp [-r|-R [-H|-L|-P]] [-afinp@/] source_dir... target\n';

function run(script: string, env: Readonly<Record<string, string>> = {}) {
  return node.run(['/usr/bin/sh', '-c', script], { cwd: '/shared', env: { TZ: 'UTC', ...env } });
}

test.each([
  ['ls nosuch', 2, 'nosuch: No such file or directory\n'],
  ['cat nosuch', 2, 'cat: cannot open nosuch: No such file or directory\n'],
  ['cat dir', 1, 'cat: input error on dir: Is a directory\n'],
  ['cat -z', 2, 'cat: illegal option -- z\nusage: cat [ -usvtebn ] [-|file] ...\n'],
  ['cp nosuch x', 1, 'cp: cannot access nosuch\n'],
  ['cp abc abc', 1, 'cp: abc and abc are identical\n'],
  ['cp dir x', 1, 'cp: dir: is a directory\n'],
  ['cp abc', 2, `cp: Insufficient arguments (1)\n${CP_USAGE}`],
  ['cp abc code nosuch', 2, 'cp: nosuch not found\n'],
  ['cp abc code text', 2, `cp: Target text must be a directory\n${CP_USAGE}`],
  ['cp abc nosuch/x', 1, 'cp: cannot create nosuch/x: No such file or directory\n'],
  ['mv nosuch x', 1, 'mv: cannot access nosuch\n'],
  ['ln abc text', 1, 'ln: text: File exists\n'],
  ['ln dir d2', 1, 'ln: dir is a directory\n'],
  ['rm dir', 2, 'rm: dir is a directory\n'],
  ['rm nosuch', 2, 'nosuch: No such file or directory\n'],
  ['rm -rf /', 2, 'rm of / is not allowed\n'],
  ['rm -r .', 2, 'rm of . is not allowed\n'],
  ['rm -r dir/..', 2, 'rm of dir/.. is not allowed\n'],
  ['rm', 2, 'usage: rm [-fiRr] file ...\n'],
  ['rm -f', 0, ''],
  ['mkdir dir', 2, 'mkdir: Failed to make directory "dir"; File exists\n'],
  ['mkdir -p abc', 2, 'mkdir: "abc": Exists but is not a directory\n'],
  ['mkdir', 2, 'mkdir: usage: mkdir [-m mode] [-p] dirname ...\n'],
  ['rmdir dir', 2, 'rmdir: directory "dir": Directory not empty\n'],
  ['wc nosuch', 2, 'wc: cannot open nosuch\n'],
  ['wc -cm abc', 2, 'usage: wc [-c | -m | -C] [-lw] [file ...]\n'],
  ['head nosuch', 1, 'nosuch: No such file or directory\n'],
  ['chmod 644 nosuch', 1, "chmod: WARNING: can't access nosuch\n"],
  ['chmod +q abc', 1, 'chmod: ERROR: invalid mode\n'],
  ['chown nobody9 abc', 2, 'chown: unknown user id nobody9\n'],
  ['chgrp nogroup9 abc', 2, 'chgrp: unknown group: nogroup9\n'],
  ['touch nosuch/x', 1, 'touch: cannot create nosuch/x: No such file or directory\n'],
  ['grep x nosuch', 2, "grep: can't open nosuch\n"],
  ["grep '[' abc", 2, 'grep: RE error: brackets ([ ]) not balanced\n'],
  ["grep -E 'a(' abc", 2, 'grep: RE error: parentheses not balanced\n'],
  ["sed 's/a' abc", 1, 'sed: 1: "s/a": unterminated substitute pattern\n'],
  ['sed k abc', 1, 'sed: 1: "k": invalid command code k\n'],
  ["sed '{p' abc", 1, 'sed: 1: "{p": unexpected EOF (pending }\'s)\n'],
  ['sed b9 abc', 1, "sed: undefined label '9'\n"],
  ['sed -n 1,2q abc', 1, 'sed: 1: "1,2q": command q expects up to 1 address(es), found 2\n'],
  ['awk', 2, 'usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]\n'],
  [
    "awk '{print' abc",
    2,
    'awk: syntax error at source line 1\nawk: bailing out at source line 1\n',
  ],
  ["awk 'BEGIN{print 1/0}'", 2, 'awk: division by zero\n'],
  ['awk 1 nosuch', 2, "awk: can't open file nosuch\n"],
  ['find nosuch', 1, 'find: stat() error nosuch: No such file or directory\n'],
  ['find . -nope', 1, 'find: bad option -nope\nfind: [-E] [-H | -L] path-list predicate-list\n'],
  ['sort -k0 abc', 2, /^sort: invalid key: 0\nusage: sort /],
  ['sort nosuch', 2, "sort: can't open nosuch: No such file or directory\n"],
  ['sort -c dups', 1, 'sort: disorder: a\n'],
  ['tr a', 1, /^usage: tr \[-cds\]/],
  ['cut -f x abc', 2, /^cut: bad list for f option\nusage: cut/],
  ['split -a 1 -l 1 hundred', 1, 'split: Exhausted output file names, aborting split\n'],
  ['diff abc nosuch', 2, 'diff: nosuch: No such file or directory\n'],
  ['cmp abc nosuch', 2, 'cmp: cannot open nosuch\n'],
  ['cmp empty abc', 1, 'cmp: EOF on empty\n'],
  ['chmod A+user:x:r:allow abc', 1, 'Invalid user x specified.\n'],
  ['digest -a whirlpool abc', 1, 'digest: unknown algorithm -- whirlpool\n'],
  ['gzip dir', 2, 'gzip: dir is a directory -- ignored\n'],
  ['gunzip abc', 2, 'gunzip: abc: unknown suffix -- ignored\n'],
  ['/usr/bin/false', 255, ''],
  ['find . -cpio /dev/x', 2, 'find: -cpio: not supported yet\n'],
  ['tar cwf x.tar abc', 2, 'tar: -w: not supported yet\n'],
  ['cpio -pd /tmp', 2, 'cpio: -p: not supported yet\n'],
  ['gunzip -N x.gz', 2, 'gunzip: -N: not supported yet\n'],
  ['diff -D X abc abc2', 2, 'diff: -D: not supported yet\n'],
] as const)('%s', (script, status, stderr) => {
  const result = run(script);
  if (typeof stderr === 'string') expect(result.stderr).toBe(stderr);
  else expect(result.stderr).toMatch(stderr);
  expect(result.status).toBe(status);
});

test('ls -l: columns, six-month rule, links, devices of the trivial sort', () => {
  const script =
    'mkdir -p /tmp/l; cd /tmp/l; rm -f *; echo hello > f; ln -s f s; mkdir d; touch -t 202001020304 f; ' +
    'touch d; chmod 4755 f; ls -l; ls -lE f; ls -le f; ls -ln f; ls -lo f; ls -lg f; ls -go f; ls -lh f; ' +
    'ls -is f | sed "s/^ *[0-9]* /INO /"; ls -lF; ls -ld d | cut -c1-16; ls -lV f';
  const lines = run(script).stdout.split('\n');
  const stamp = '[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d';
  expect(lines[0]).toMatch(/^total \d+$/);
  expect(lines[1]).toMatch(new RegExp(`^drwxr-xr-x   2 root     root     +\\d+ ${stamp} d$`));
  expect(lines.slice(2, 4)).toEqual([
    '-rwsr-xr-x   1 root     root           6 Jan  2  2020 f',
    expect.stringMatching(new RegExp(`^lrwxrwxrwx   1 root     root           1 ${stamp} s -> f$`)),
  ]);
  expect(lines.slice(4, 11)).toEqual([
    '-rwsr-xr-x   1 root     root           6 2020-01-02 03:04:00.000000000 +0000 f',
    '-rwsr-xr-x   1 root     root           6 Jan  2 03:04:00 2020 f',
    '-rwsr-xr-x   1 0        0              6 Jan  2  2020 f',
    '-rwsr-xr-x   1 root           6 Jan  2  2020 f',
    '-rwsr-xr-x   1 root           6 Jan  2  2020 f',
    '-rwsr-xr-x   1       6 Jan  2  2020 f',
    '-rwsr-xr-x   1 root     root           6 Jan  2  2020 f',
  ]);
  expect(lines[11]).toMatch(/^INO +\d+ f$/);
  expect(lines.slice(12, 16).join('\n')).toMatch(/ d\/\n.* f\*?\n.* s -> f\*$/);
  expect(lines.slice(-6)).toEqual([
    '-rwsr-xr-x   1 root     root           6 Jan  2  2020 f',
    '     0:user::rwx',
    '     1:group::r-x\t\t#effective:r-x',
    '     2:mask:rwx',
    '     3:other:r-x',
    '',
  ]);
});

test('ls in columns by the width given, commas, colours', () => {
  const script =
    'mkdir -p /tmp/c; cd /tmp/c; touch alpha beta gamma delta epsilon zeta; chmod +x beta; ';
  expect(run(`${script} ls -C -w 40`).stdout).toBe(
    'alpha    delta    gamma\nbeta     epsilon  zeta\n',
  );
  expect(run(`${script} ls -x -w 40`).stdout).toBe(
    'alpha    beta     delta    epsilon\ngamma    zeta\n',
  );
  expect(run(`${script} ls -m`).stdout).toBe('alpha, beta, delta, epsilon, gamma, zeta\n');
  expect(run(`${script} ls --color=always beta`, { TERM: 'xterm' }).stdout).toBe(
    '\u001b[1m\u001b[32mbeta\u001b(B\u001b[m\n',
  );
});

test('commands that run for ever end when nobody reads', () => {
  expect(run('yes | head -3').stdout).toBe('y\ny\ny\n');
  expect(run('seq 1 100000000 | head -2').stdout).toBe('1\n2\n');
  expect(run('cat /shared/hundred - < /shared/abc | tail -1').stdout).toBe('epsilon\n');
});

test('a loop in awk, a hostile pattern and a deep recursion stay bounded', () => {
  const started = performance.now();
  const running = node.start(['/usr/bin/awk', 'BEGIN { while (1) n++ }'], {});
  for (let i = 0; i < 20; i += 1) node.step();
  expect(running.isDone).toBe(false);
  const line = `${'a'.repeat(2000)}b`;
  expect(run(`echo ${line} | grep -cE '^(a+)+$'; echo ${line} | grep -cE '(a|aa)*c'`).stdout).toBe(
    '0\n0\n',
  );
  const deep = run("awk 'function f(n) { return f(n + 1) } BEGIN { f(0) }'");
  expect(deep.status).toBe(2);
  expect(deep.stderr).toBe('awk: function calls nested too deeply\n');
  expect(performance.now() - started).toBeLessThan(15_000);
});

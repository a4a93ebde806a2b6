import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FIXTURES } from './fixtures.ts';
import { bootJudged } from './judge.ts';

const directory = mkdtempSync(join(tmpdir(), 'archives-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const node = bootJudged(FIXTURES);

function host(command: string, args: readonly string[], input: Uint8Array): Buffer {
  return execFileSync(command, args, { input, maxBuffer: 1 << 28, cwd: directory });
}

function ours(argv: readonly string[], stdin: Uint8Array = new Uint8Array(0)): Buffer {
  const result = node.run(argv, { cwd: '/shared', stdin });
  expect(result.stderr).toBe('');
  expect(result.status).toBe(0);
  return Buffer.from(result.stdoutBytes);
}

const samples: Readonly<Record<string, Buffer>> = {
  empty: Buffer.alloc(0),
  short: Buffer.from('hello\n'),
  bytes: Buffer.from(FIXTURES['bytes'] ?? '', 'latin1'),
  text: Buffer.from((FIXTURES['noisy'] ?? '').repeat(80)),
  zeros: Buffer.alloc(300_000),
  mixed: Buffer.concat([
    Buffer.alloc(70_000, 'abc'),
    Buffer.from(FIXTURES['bytes'] ?? '', 'latin1'),
  ]),
  random: randomBytes(150_000),
};

test.each(Object.entries(samples))('gzip: the host unpacks our %s', (_name, data) => {
  for (const level of ['-1', '-6', '-9']) {
    expect(host('gzip', ['-dc'], ours(['/usr/bin/gzip', '-c', level], data)).equals(data)).toBe(
      true,
    );
  }
});

test.each(Object.entries(samples))('gunzip: we unpack the host’s %s', (_name, data) => {
  for (const level of ['-1', '-9']) {
    const packed = host('gzip', ['-c', level], data);
    expect(ours(['/usr/bin/gunzip', '-c'], packed).equals(data)).toBe(true);
  }
});

test('gzip packs text about as well as the host', () => {
  const data = samples['text'] as Buffer;
  const theirs = host('gzip', ['-c'], data).length;
  expect(ours(['/usr/bin/gzip', '-c'], data).length).toBeLessThan(theirs * 1.2);
});

test('gunzip takes members one after another and names what is wrong', () => {
  const one = host('gzip', ['-c'], Buffer.from('one\n'));
  const two = host('gzip', ['-c'], Buffer.from('two\n'));
  expect(ours(['/usr/bin/zcat'], Buffer.concat([one, two])).toString()).toBe('one\ntwo\n');
  const fails = (stdin: Uint8Array): string => node.run(['/usr/bin/gunzip'], { stdin }).stderr;
  expect(fails(Buffer.from('plain text'))).toBe('gunzip: stdin: not in gzip format\n');
  expect(fails(one.subarray(0, one.length - 3))).toBe('gunzip: stdin: unexpected end of file\n');
  const bad = Buffer.from(one);
  bad[bad.length - 8] = (bad[bad.length - 8] as number) ^ 1;
  expect(fails(bad)).toBe('gunzip: stdin: invalid compressed data--crc error\n');
});

const SETUP =
  'rm -rf /tmp/w; mkdir -p /tmp/w/d/sub /tmp/w/out; cd /tmp/w; echo one > d/one; echo two > d/sub/two; ' +
  'chmod 640 d/one; chmod 700 d/sub; ln -s one d/link; ln d/one d/hard; touch -t 202001020304.05 d/one; ' +
  `mkdir -p d/${'long'.repeat(20)}; echo x > d/${'long'.repeat(20)}/${'name'.repeat(30)}; `;

function shell(script: string, stdin?: Uint8Array): string {
  const result = node.run(['/usr/bin/sh', '-c', SETUP + script], { stdin: stdin ?? '' });
  expect(result.stderr).toBe('');
  return result.stdout;
}

test.each(['cf', 'czf'])('tar %s: the host lists and extracts what we made', (letters) => {
  shell(`tar ${letters} /tmp/ours.tar d`);
  const archive = Buffer.from(node.readFileBytes('/tmp/ours.tar'));
  const zip = letters.includes('z') ? 'z' : '';
  const names = host('tar', [`t${zip}f`, '-'], archive)
    .toString()
    .split('\n');
  expect(names).toContain('d/sub/two');
  expect(names).toContain(`d/${'long'.repeat(20)}/${'name'.repeat(30)}`);
  execFileSync('rm', ['-rf', 'd'], { cwd: directory });
  host('tar', [`xp${zip}f`, '-'], archive);
  const look =
    'cat d/one d/sub/two d/hard; readlink d/link; stat -c "%a %Y %h %n" d/one d/sub; ls d | wc -l';
  expect(execFileSync('sh', ['-c', look], { cwd: directory }).toString()).toBe(
    'one\ntwo\none\none\n640 1577934245 2 d/one\n700 ' +
      `${execFileSync('stat', ['-c', '%Y', 'd/sub'], { cwd: directory }).toString().trim()} 2 d/sub\n5\n`,
  );
});

test.each([
  ['ustar', ''],
  ['gnu', ''],
  ['pax', ''],
  ['gnu', 'z'],
])('tar: we list and extract the host’s %s archive (%s)', (format, zip) => {
  const make =
    'rm -rf h; mkdir -p h/s; echo hello > h/f; ln -s f h/l; ln h/f h/h2; echo y > h/s/g; ' +
    `mkdir -p h/${'deep'.repeat(20)}; echo z > h/${'deep'.repeat(20)}/${'file'.repeat(15)}; chmod 600 h/s/g`;
  execFileSync('sh', ['-c', make], { cwd: directory });
  const archive = host('tar', [`c${zip}f`, '-', `--format=${format}`, 'h'], Buffer.alloc(0));
  node.writeFile('/tmp/theirs.tar', archive);
  const listed = shell('tar tf /tmp/theirs.tar').split('\n').sort();
  expect(listed).toEqual(
    host('tar', [`t${zip}f`, '-'], archive)
      .toString()
      .split('\n')
      .sort(),
  );
  expect(
    shell(
      'cd out; tar xf /tmp/theirs.tar; cat h/f h/h2 h/s/g h/l; ls -l h/s/g | cut -c1-10; find h | wc -l',
    ),
  ).toBe('hello\nhello\ny\nhello\n-rw-------\n        8\n'.replace('        8', '       8'));
});

test('tar: verbose output, lists, appending and damaged archives in illumos’s words', () => {
  expect(shell('cd d; tar cvf ../a.tar one sub; cd ../out; tar xvf ../a.tar')).toBe(
    'a one 1K\na sub/ 0K\na sub/two 1K\nx one, 4 bytes, 1 tape blocks\n' +
      'x sub, 0 bytes, 0 tape blocks\nx sub/two, 4 bytes, 1 tape blocks\n',
  );
  expect(shell('tar cf a.tar d/one; tar rf a.tar d/sub; tar tf a.tar')).toBe(
    'd/one\nd/sub/\nd/sub/two\n',
  );
  expect(shell('tar cf a.tar -C d one d/sub; tar tf a.tar')).toBe('one\nd/sub/\nd/sub/two\n');
  expect(shell('cd d; TZ=UTC tar cf - one | tar tvf - | sed "s/.*Jan/Jan/"')).toBe(
    'Jan  2 03:04 2020 one\n',
  );
  const run = (script: string) => node.run(['/usr/bin/sh', '-c', script], { cwd: '/tmp' });
  expect(run('echo garbage > g.tar; tar tf g.tar')).toMatchObject({ status: 1 });
  expect(run('tar yf x').stderr).toContain(
    'tar: y: unknown function modifier\nUsage: tar {c|r|t|u|x}',
  );
  expect(run('tar cJf x.tar .')).toMatchObject({
    status: 2,
    stderr: 'tar: -J: not supported yet\n',
  });
  expect(run('tar xf nosuch.tar').stderr).toBe('tar: nosuch.tar: No such file or directory\n');
});

test('file knows what a node meets', () => {
  node.writeFile(
    '/tmp/elf',
    Buffer.from('7f454c4602010100000000000000000003003e0001000000', 'hex'),
  );
  node.writeFile('/tmp/utf8', 'größer\n');
  node.writeFile('/tmp/script', '#!/usr/bin/bash\necho hi\n');
  expect(
    shell(
      'cd /tmp; gzip -c utf8 > z.gz; tar cf t.tar utf8; ' +
        'file elf utf8 script z.gz t.tar w/d /shared/empty /shared/abc /shared/bytes /shared/code /usr/bin/ls; ' +
        'file -h w/d/link',
    ),
  ).toBe(
    'elf:\tELF 64-bit LSB dynamic lib AMD64 Version 1\nutf8:\tUTF-8 text\n' +
      'script:\texecutable /usr/bin/bash script\nz.gz:\tgzip compressed data\n' +
      't.tar:\tUSTAR tar archive\nw/d:\tdirectory\n/shared/empty:\tempty file\n' +
      '/shared/abc:\tascii text\n/shared/bytes:\tdata\n/shared/code:\tc program text\n' +
      '/usr/bin/ls:\tnative program ls\nw/d/link:\tsymbolic link to one\n',
  );
});

test.each([
  ['odc', '-H odc'],
  ['newc', '-c'],
])('cpio %s: the host reads ours, we read the host’s', (format, option) => {
  shell(`find d | cpio -o ${option} > /tmp/ours.cpio 2>/dev/null`);
  const archive = Buffer.from(node.readFileBytes('/tmp/ours.cpio'));
  const names = host('cpio', ['-it', '--quiet'], archive).toString().split('\n');
  expect(names).toContain('d/sub/two');
  const make = 'rm -rf c; mkdir -p c/s; echo hi > c/f; ln -s f c/l; ln c/f c/h; find c -depth';
  const list = execFileSync('sh', ['-c', make], { cwd: directory });
  const theirs = host('cpio', ['-o', '--quiet', '-H', format], list);
  node.writeFile('/tmp/theirs.cpio', theirs);
  expect(shell('cpio -it < /tmp/theirs.cpio 2>/dev/null').split('\n').sort()).toEqual(
    list.toString().split('\n').sort(),
  );
  expect(
    shell(
      'cd out; cpio -idm < /tmp/theirs.cpio 2>/dev/null; cat c/f c/h; readlink c/l; ls -l c/f | cut -c10-16',
    ),
  ).toBe('hi\nhi\nf\n-   2 r\n');
});

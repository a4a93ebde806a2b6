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
  expect(ours(['/usr/bin/gzip', '-c'], data).length).toBeLessThan(theirs * 1.1);
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

/** The journey without a window: the built `lab` with the real node, as a script uses it. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), 'tools', 'lab.ts');
let base: string;
let demo: string;

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function lab(words: readonly string[], input: string | Uint8Array = ''): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    input,
    encoding: 'latin1',
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout, stderr };
}

const exec = (...words: string[]): Outcome => lab(['exec', demo, '--', ...words]);
const bash = (script: string): Outcome => exec('bash', '-c', script);

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'lab-exec-'));
  demo = join(base, 'demo');
  // The first one may build, which it says on standard error.
  expect(lab(['create', demo, '--disk', '64m'])).toMatchObject({ status: 0, stdout: '' });
});
afterAll(() => rmSync(base, { recursive: true }));

test('a node boots, runs a program as root in its global zone, goes down', () => {
  const { status, stdout, stderr } = exec('uname', '-a');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^SunOS node0 5\.11 joyent_\d{8}T\d{6}Z i86pc i386 i86pc/);
  expect(exec('id').stdout).toMatch(/^uid=0\(root\) gid=0\(root\)/);
});

test('a script with pipes, functions and an exit status', () => {
  const script = 'f() { sort -r | head -n 2; }; printf "%s\\n" b a c | f; set -e; false; echo no';
  expect(bash(script)).toEqual({ status: 1, stdout: 'c\nb\n', stderr: '' });
  expect(bash('exit 42')).toMatchObject({ status: 42 });
  expect(bash('kill -KILL $$')).toMatchObject({ status: 128 + 9 });
  expect(exec('no-such-program')).toMatchObject({ status: 127 });
  expect(exec('/etc/passwd')).toMatchObject({ status: 126 });
  expect(bash('echo out; echo err >&2')).toEqual({ status: 0, stdout: 'out\n', stderr: 'err\n' });
});

test('what was changed in / is gone after a reboot', () => {
  expect(bash('echo mine > /etc/mine; cat /etc/mine')).toMatchObject({ stdout: 'mine\n' });
  expect(bash('ls /etc/mine')).toMatchObject({ status: 2, stdout: '' });
});

test('bytes pass through whole, both ways', () => {
  const bytes = randomBytes(8 * 1024 * 1024);
  const { status, stdout } = lab(['exec', demo, '--', 'cat'], bytes);
  expect(status).toBe(0);
  const digest = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
  expect(digest(Buffer.from(stdout, 'latin1'))).toBe(digest(bytes));
});

test('a pipe that nobody reads stops the writer, not the machine', async () => {
  const child = spawn(process.execPath, [program, 'exec', demo, '--', 'sleep', '2']);
  let taken = 0;
  const piece = new Uint8Array(64 * 1024);
  const feed = (): void => {
    while (taken < 1e9 && child.stdin.write(piece)) taken += piece.length;
  };
  child.stdin.on('drain', feed).on('error', () => {});
  feed();
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  expect(taken).toBeLessThan(8 * 1024 * 1024);
});

test('a folder is shared read-only, or not', () => {
  const folder = join(base, 'shared');
  mkdirSync(folder);
  writeFileSync(join(folder, 'in'), 'from outside\n');
  const script = 'cat /host/in; echo inside > /host/out';
  const shared = (how: string): Outcome =>
    lab(['exec', demo, '--share', `${folder}${how}`, '--', 'bash', '-c', script]);
  expect(shared('')).toMatchObject({ status: 1, stdout: 'from outside\n' });
  expect(shared(':rw')).toMatchObject({ status: 0, stdout: 'from outside\n', stderr: '' });
  expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('inside\n');
});

test('SIGTERM goes to the program, which may clean up', async () => {
  const script = 'trap "echo bye; exit 4" TERM; echo ready; while :; do sleep 0.1; done';
  const child = spawn(process.execPath, [program, 'exec', demo, '--', 'bash', '-c', script]);
  let stdout = '';
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString();
    if (stdout === 'ready\n') child.kill('SIGTERM');
  });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(4);
  expect(stdout).toBe('ready\nbye\n');
});

test('equal seeds draw equal randomness', () => {
  const draws = ['one', 'two'].map((name) => {
    const folder = join(base, name);
    expect(lab(['create', folder, '--seed', '7'])).toMatchObject({ status: 0 });
    return lab(['exec', folder, '--', 'od', '-An', '-tx1', '-N16', '/dev/urandom']).stdout;
  });
  expect(draws[0]).toMatch(/^(?: [0-9a-f]{2}){16}/);
  expect(draws[0]).toBe(draws[1]);
});

test.each(['usb', 'iso'] as const)('boots from a %s that it wrote itself', (kind) => {
  const written = lab(['media', demo, kind]);
  expect(written).toMatchObject({ status: 0, stderr: '' });
  const file = written.stdout.trim();
  const stamp = /smartos-(\d{8}T\d{6}Z)\./.exec(file)?.[1];
  const words = ['uname', '-v'];
  const found = lab(['exec', demo, '--boot', kind, '--', ...words]);
  expect(found).toEqual({ status: 0, stdout: `joyent_${stamp}\n`, stderr: '' });
  const named = lab(['exec', demo, '--boot', kind, '--media', file, '--', ...words]);
  expect(named).toEqual(found);
  rmSync(file);
  expect(lab(['exec', demo, '--boot', kind, '--', ...words])).toMatchObject({ status: 125 });
});

test('a medium that is none', () => {
  const file = join(base, 'text.iso');
  writeFileSync(file, 'this is no disc\n'.repeat(100));
  const { status, stderr } = lab(['exec', demo, '--boot', 'iso', '--media', file, '--', 'true']);
  expect(status).toBe(125);
  expect(stderr).toMatch(/Cannot boot: the disc has no boot volume: FAT boot sector at byte 0/);
});

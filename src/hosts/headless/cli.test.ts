/** The command line as a person meets it: a child process, the fake node in a real worker. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runCommand } from '#hosts/headless/cli.ts';
import { HELP } from '#hosts/headless/help.table.ts';
import { lockLab, OWNER_FILE } from '#lab/folder/lab-lock.ts';
import { writeFakePlatform } from '#testing/fakes/platform-folder.ts';

const program = fileURLToPath(new URL('../../testing/fakes/lab-cli.ts', import.meta.url));
let base: string;
let lab: string;

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...words: string[]): ChildProcess {
  return spawn(process.execPath, [program, ...words], {
    env: {
      ...process.env,
      FAKE_PLATFORM: join(base, 'platform'),
      FAKE_RENDERER: join(base, 'renderer'),
      SMARTOS_LAB_HOME: join(base, 'home'),
    },
  });
}

async function finish(child: ChildProcess): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('latin1').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, stdout, stderr };
}

async function run(...words: string[]): Promise<Outcome> {
  const child = start(...words);
  child.stdin?.end();
  return finish(child);
}

async function waitFor(child: ChildProcess, text: string): Promise<string> {
  let seen = '';
  for await (const piece of child.stdout ?? []) {
    seen += String(piece);
    if (seen.includes(text)) break;
  }
  return seen;
}

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'cli-'));
  lab = join(base, 'demo');
  writeFakePlatform(join(base, 'platform'));
  mkdirSync(join(base, 'renderer'));
  writeFileSync(join(base, 'renderer', 'index.html'), '<!doctype html>');
  expect(await run('create', lab, '--disk', '64m')).toEqual({ status: 0, stdout: '', stderr: '' });
});
afterAll(() => rmSync(base, { recursive: true }));

/** In this process: what needs no node. */
async function call(...words: string[]): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const status = await runCommand(words, {
    places: { workerFile: '', platformFolder: '', rendererFolder: '' },
    out: (text) => (stdout += text),
    err: (text) => (stderr += text),
    verbose: false,
  });
  return { status, stdout, stderr };
}

describe('lab', () => {
  test.each(Object.keys(HELP))('%s --help is a manual page on standard output', async (name) => {
    const { status, stdout, stderr } = await call(name, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const part of ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'EXIT STATUS']) {
      expect(stdout).toContain(part);
    }
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  test.each([
    [[], 'SYNOPSIS'],
    [['frob'], 'unknown command "frob"'],
    [['create'], 'DIR is missing'],
    [['create', 'a', 'b'], 'unexpected operand "b"'],
    [['create', '/x', '--ram', 'lots'], 'not a size'],
    [['create', '/x', '--ram', '1m'], '256m or more'],
    [['create', '/x', '--disk', '1m'], '64m or more'],
    [['create', '/x', '--seed', '-1'], '--seed'],
    [['create', '/x', '--setup'], 'not supported yet'],
    [['media', '/x', 'tape'], '"tape" is neither usb nor iso'],
    [['exec', '/x'], 'WORD is missing'],
    [['exec', '--', 'true'], 'DIR is missing'],
    [['exec', '/x', '--boot', 'tape', '--', 'true'], 'not ram, usb or iso'],
    [['exec', '/x', '--boot', 'disk', '--', 'true'], 'not supported yet'],
    [['exec', '/x', '--media', 'f', '--', 'true'], '--media needs --boot usb'],
    [['exec', '/x', '--answers', 'f', '--', 'true'], 'not supported yet'],
    [['exec', '/x', '--frob', '--', 'true'], "Unknown option '--frob'"],
    [['serve', '--port', 'http'], '--port must be a whole number'],
    [['import', 'a'], 'DIR is missing'],
  ])('%j ends with status 2 and says why', async (words, text) => {
    const { status, stdout, stderr } = await call(...words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(text);
  });
});

describe('lab exec', () => {
  test('passes output, status and signals of the program', async () => {
    const hello = await run('exec', lab, '--', 'echo', 'hello', '--help');
    expect(hello).toEqual({ status: 0, stdout: 'hello --help\n', stderr: '' });
    expect(await run('exec', lab, '--', 'exit', '7')).toMatchObject({ status: 7 });
    expect(await run('exec', lab, '--', 'nothing')).toMatchObject({
      status: 127,
      stderr: 'nothing: not found\n',
    });
  });

  test('passes bytes through as they are', async () => {
    const child = start('exec', lab, '--', 'cat');
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) & 255));
    child.stdin?.end(bytes);
    const { stdout } = await finish(child);
    expect(Buffer.from(stdout, 'latin1').equals(bytes)).toBe(true);
  });

  test('ends well when nobody reads any more', async () => {
    const child = start('exec', lab, '--', 'flood', '100000000');
    child.stdin?.end();
    child.stdout?.once('data', () => child.stdout?.destroy());
    const { status } = await finish(child);
    expect(status).toBe(128 + 13);
  });

  test('gives a signal to the program and ends with its', async () => {
    const child = start('exec', lab, '--', 'cat');
    child.stdin?.write('ready');
    await waitFor(child, 'ready');
    child.kill('SIGTERM');
    expect(await finish(child)).toMatchObject({ status: 128 + 15 });
  });

  test('a second signal ends at once a node that hangs', async () => {
    const child = start('exec', lab, '--', 'hang');
    // The lab is locked when it is about to boot; from then on signals are ours.
    await vi.waitFor(() => expect(existsSync(join(lab, OWNER_FILE))).toBe(true), 10_000);
    const again = setInterval(() => child.kill('SIGINT'), 300);
    expect(await finish(child)).toMatchObject({ status: 128 + 2 });
    clearInterval(again);
  });

  test('a panic is 125, with the message and where the dump is', async () => {
    const { status, stderr } = await run('exec', lab, '--', 'panic', 'bad', 'trap');
    expect(status).toBe(125);
    expect(stderr).toMatch(/it panicked: bad trap \(nodes\/node0\/crash\/vmdump\.\d+\)/);
    const dump = /\((.*)\)\n$/.exec(stderr)?.[1] ?? '';
    expect(readFileSync(join(lab, dump), 'utf8')).toBe('dump of: bad trap');
  });

  test('a lab that is locked, damaged, not there or cannot be shared is 125 or 2', async () => {
    const lock = lockLab(lab, 'the test');
    const locked = await run('exec', lab, '--', 'true');
    lock.dispose();
    expect(locked).toMatchObject({ status: 125 });
    expect(locked.stderr).toContain('the test (process');
    expect(await run('exec', join(base, 'no'), '--', 'true')).toMatchObject({ status: 125 });
    const shared = await run('exec', lab, '--share', join(base, 'no'), '--', 'true');
    expect(shared).toMatchObject({ status: 2 });
  });
});

test('lab run passes the console through and leaves a lab that is off', async () => {
  const child = start('run', lab);
  child.stdin?.write('echoed');
  expect(await waitFor(child, 'echoed')).toContain('node0 login: ');
  child.kill('SIGTERM');
  expect(await finish(child)).toMatchObject({ status: 0, stderr: '' });
});

test('export and import keep the lab; a broken file leaves nothing', async () => {
  const file = join(base, 'demo.tar.gz');
  expect(await run('export', lab, file)).toMatchObject({ status: 0, stderr: '' });
  expect(await run('import', file, join(base, 'copy'))).toMatchObject({ status: 0, stderr: '' });
  expect(await run('exec', join(base, 'copy'), '--', 'true')).toMatchObject({ status: 0 });
  writeFileSync(file, readFileSync(file).subarray(0, 300));
  const broken = await run('import', file, join(base, 'broken'));
  expect(broken.status).toBe(1);
  expect(broken.stderr).toMatch(/^lab import: Cannot import the lab/);
  expect(existsSync(join(base, 'broken'))).toBe(false);
});

describe('lab serve', () => {
  test('prints its address, serves, ends with SIGTERM, and the lab is free again', async () => {
    const child = start('serve', lab, '--port', '0');
    const line = await waitFor(child, '\n');
    const url = /at (http:\/\/127\.0\.0\.1:\d+)\/#token=[\w-]{43}\n/.exec(line)?.[1] ?? '';
    expect(await (await fetch(url)).text()).toBe('<!doctype html>');
    expect(() => lockLab(lab, 'x')).toThrow('lab serve (process');
    child.kill('SIGTERM');
    expect(await finish(child)).toMatchObject({ status: 0, stderr: '' });
    lockLab(lab, 'x').dispose();
  });

  test('a port that another program has is a clear error', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const { status, stderr } = await run('serve', '--port', String(port));
    taken.close();
    expect(status).toBe(1);
    expect(stderr).toBe(`lab serve: Cannot listen on port ${port}: another program has it\n`);
  });

  test('killed, it leaves nothing locked and nothing lost', async () => {
    const child = start('serve', lab, '--port', '0');
    await waitFor(child, '\n');
    child.kill('SIGKILL');
    await finish(child);
    expect(await run('exec', lab, '--', 'true')).toMatchObject({ status: 0 });
    const again = start('serve', '--port', '0');
    await waitFor(again, '\n');
    again.kill('SIGTERM');
    expect(await finish(again)).toMatchObject({ status: 0, stderr: '' });
  });
});

/**
 * Runs every case in Debian's bash and in ours, and compares standard output, status and messages
 * (without the `bash: line N: ` in front, and with Linux's words for two errors). The differences
 * that remain are listed with their reasons; a listed case that agrees again fails, so that the list
 * can only shrink.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SHELL_COMMANDS } from '#cmd/shell.table.ts';
import { SYSTEM_COMMANDS } from '#cmd/system.table.ts';
import { TEXT_COMMANDS } from '#cmd/text.table.ts';
import { bash } from '#cmd/bash/index.ts';
import { bootHarness, type NodeHarness } from '#testing/node-harness.ts';
import { BUILTINS } from './cases/builtins.ts';
import { CONTROL } from './cases/control.ts';
import { EXPANSION } from './cases/expansion.ts';
import { REDIRECT } from './cases/redirect.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';

const HOST_BASH = '/bin/bash';
const FAMILIES = { EXPANSION, CONTROL, REDIRECT, BUILTINS };

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

const host = new Map<string, Outcome>();
let node: NodeHarness;
let scratch: string;

/** stdin must be no socket: bash would take us for rshd and read its startup files. */
function runOnHost(script: string, directory: string): Promise<Outcome> {
  mkdirSync(directory);
  return new Promise((resolve) => {
    const child = spawn(HOST_BASH, ['-c', script], {
      argv0: 'bash',
      cwd: directory,
      env: { PATH: '/usr/bin:/bin', HOME: '/root', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 10_000,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('close', (code, signal) => {
      const number = signal === null ? 0 : constants.signals[signal];
      resolve({ stdout, stderr, status: code ?? 128 + number });
    });
  });
}

const isJudged = existsSync(HOST_BASH);

beforeAll(async () => {
  if (!isJudged) return;
  node = bootHarness({
    commands: [...SHELL_COMMANDS, ...TEXT_COMMANDS, ...SYSTEM_COMMANDS],
    files: { '/bin': { link: '/usr/bin' }, '/etc/passwd': 'root:x:0:0::/root:/bin/bash\n' },
  });
  scratch = mkdtempSync(join(tmpdir(), 'bash-cases-'));
  const scripts = Object.values(FAMILIES).flat();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < scripts.length) {
      const index = next;
      next += 1;
      const script = scripts[index] as string;
      host.set(script, await runOnHost(script, join(scratch, `case${index}`)));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}, 60_000);

afterAll(() => {
  if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
});

let caseNumber = 0;

function runOurs(script: string): Outcome {
  caseNumber += 1;
  const directory = `/tmp/case${caseNumber}`;
  node.writeFile(directory, null);
  const { stdout, stderr, status } = node.run(bash.main, {
    argv: ['bash', '-c', script],
    cwd: directory,
    env: { PATH: '/usr/bin:/bin', HOME: '/root', LANG: 'C.UTF-8' },
  });
  return { stdout, stderr, status };
}

/** Messages without what may differ: shell and line, scratch paths, process ids, one errno. */
function comparable(outcome: Outcome): Outcome {
  const clean = (text: string): string =>
    text
      .replace(/\/tmp\/bash-cases-\w+\/case\d+|\/tmp\/case\d+/g, 'DIR')
      .replaceAll('Bad file number', 'Bad file descriptor');
  const stderr = clean(outcome.stderr)
    .replace(/^(?:\/usr)?(?:\/bin\/)?(?:ba)?sh: /gm, '')
    .replace(/^(?:-c: |eval: )?line \d+: (?:(?:syntax error: )?-c: )?/gm, '')
    .replace(/^ *\d+ (Terminated|Killed|Hangup|Done)/gm, 'PID $1');
  return { stdout: clean(outcome.stdout), stderr, status: outcome.status };
}

describe.skipIf(!isJudged)('bash against Debian’s', () => {
  for (const [family, cases] of Object.entries(FAMILIES)) {
    test.each([...cases])(`${family} %s`, (script) => {
      const theirs = comparable(host.get(script) as Outcome);
      const ours = comparable(runOurs(script));
      if (KNOWN_DIFFERENCES.has(script)) expect(ours).not.toEqual(theirs);
      else expect(ours).toEqual(theirs);
    });
  }
});

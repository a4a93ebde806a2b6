/**
 * Runs command lines twice over the same files: by Debian's tools in a temporary directory (one shell
 * script for all of them) and by ours in a booted node. A case is one line:
 *
 *   [+] [~] [!] word … [< file] [=> file …]
 *
 * Words are quoted as in sh, without expansions. `+`: it changes files, so it gets a directory of
 * its own, and the files after `=>` are compared too. `~`: runs of blanks count as one, and none at
 * the ends of lines (illumos pads its columns otherwise than GNU). `!`: only success or failure counts.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHELL_COMMANDS } from '#cmd/shell.table.ts';
import { SYSTEM_COMMANDS } from '#cmd/system.table.ts';
import { TEXT_COMMANDS } from '#cmd/text.table.ts';
import { type NodeHarness, bootHarness } from '#testing/node-harness.ts';

export interface CommandCase {
  readonly line: string;
  readonly words: readonly string[];
  readonly stdin: string | undefined;
  readonly compared: readonly string[];
  readonly changes: boolean;
  readonly squeezes: boolean;
  readonly looseStatus: boolean;
}

/** What is compared: status, stdout and files, as Latin-1 text. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly files: Readonly<Record<string, string | undefined>>;
}

/** Splits a line as sh does: blanks, '…', "…" and backslashes. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const piece = /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^\s'"\\]+)|(\s+)/gs;
  let word: string | undefined;
  for (const match of line.matchAll(piece)) {
    const [, single, double, escaped, plain, blank] = match;
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const text = single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '';
    word = (word ?? '') + text;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Lines end at newlines outside of quotes. */
function splitLines(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (char === '\n' && quote === '') {
      lines.push(line);
      line = '';
      continue;
    }
    if (char === quote) quote = '';
    else if (quote === '' && (char === "'" || char === '"')) quote = char;
    line += char;
    if (char === '\\' && quote !== "'") line += text[(at += 1)] ?? '';
  }
  return [...lines, line];
}

export function parseCases(text: string): CommandCase[] {
  const lines = splitLines(text).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const flags = /^(?:[+~!] )*/.exec(line)?.[0] ?? '';
    const [body = '', after = ''] = line.slice(flags.length).split(' => ');
    const [command = '', stdin] = body.split(/ < (?=[\w./-]+$)/);
    return {
      line,
      words: splitWords(command),
      stdin,
      compared: after === '' ? [] : after.trim().split(' '),
      changes: flags.includes('+'),
      squeezes: flags.includes('~'),
      looseStatus: flags.includes('!'),
    };
  });
}

/** The tools of the judge that are not here: it must be Debian's, not a BSD's. */
export function missingTools(): readonly string[] {
  const tools = ['sh', 'ls', 'grep', 'sed', 'awk', 'find', 'xargs', 'diff', 'cmp', 'tar', 'gzip'];
  const isGnu = existsSync('/etc/debian_version');
  return [...tools, 'cpio'].filter((tool) => !isGnu || !existsSync(`/usr/bin/${tool}`));
}

export type Fixtures = Readonly<Record<string, string>>;

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function writeFixtures(directory: string, fixtures: Fixtures): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(fixtures)) {
    const path = join(directory, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, Buffer.from(content, 'latin1'));
  }
}

function latin1(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path).toString('latin1') : undefined;
}

/** Debian's answers, in the order of the cases. */
export function judgeAll(cases: readonly CommandCase[], fixtures: Fixtures): Outcome[] {
  const root = mkdtempSync(join(tmpdir(), 'judge-'));
  try {
    const shared = join(root, 'shared');
    writeFixtures(shared, fixtures);
    const script = cases.map((one, index) => {
      const directory = one.changes ? join(root, `own${index}`) : shared;
      if (one.changes) writeFixtures(directory, fixtures);
      const command = one.words.map(quote).join(' ');
      const input = one.stdin === undefined ? '/dev/null' : quote(one.stdin);
      const run = `${command} < ${input} > ${root}/out${index} 2>/dev/null`;
      return `cd ${directory} && { ${run}; } ; echo $? > ${root}/status${index}`;
    });
    execFileSync('/bin/sh', [], {
      input: script.join('\n'),
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', HOME: '/' },
    });
    return cases.map((one, index) => {
      const directory = one.changes ? join(root, `own${index}`) : shared;
      return {
        status: Number(latin1(join(root, `status${index}`))),
        stdout: latin1(join(root, `out${index}`)) ?? '',
        files: Object.fromEntries(
          one.compared.map((name) => [name, latin1(join(directory, name))]),
        ),
      };
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const utf8 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** A node with our commands and the shared files in /shared. */
export function bootJudged(fixtures: Fixtures): NodeHarness {
  const commands = [...TEXT_COMMANDS, ...SHELL_COMMANDS, ...SYSTEM_COMMANDS];
  const node = bootHarness({ commands });
  node.writeFile('/etc/passwd', 'root:x:0:0:Super-User:/root:/usr/bin/bash\n');
  node.writeFile('/etc/group', 'root::0:\n');
  node.writeFile('/dev/null', '');
  node.writeFile('/bin', { link: 'usr/bin' });
  writeInto(node, '/shared', fixtures);
  return node;
}

function writeInto(node: NodeHarness, directory: string, fixtures: Fixtures): void {
  node.writeFile(directory, null);
  for (const [name, content] of Object.entries(fixtures)) {
    node.writeFile(`${directory}/${name}`, utf8(content));
  }
}

/** Our answer. */
export function runOurs(
  node: NodeHarness,
  one: CommandCase,
  index: number,
  fixtures: Fixtures,
): Outcome {
  const cwd = one.changes ? `/own${index}` : '/shared';
  if (one.changes) writeInto(node, cwd, fixtures);
  const stdin = one.stdin === undefined ? '' : utf8(fixtures[one.stdin] ?? '');
  const [name = '', ...rest] = one.words;
  const path = name.startsWith('/') ? name : `/usr/bin/${name}`;
  const result = node.run([path, ...rest], { cwd, stdin, env: { TZ: 'UTC', HOME: '/' } });
  return {
    status: result.status,
    stdout: Buffer.from(result.stdoutBytes).toString('latin1'),
    files: Object.fromEntries(
      one.compared.map((file) => {
        const at = `${cwd}/${file}`;
        const content = node.exists(at) ? Buffer.from(node.readFileBytes(at)) : undefined;
        return [file, content?.toString('latin1')];
      }),
    ),
  };
}

/** The outcome as far as the case's flags let it count. */
export function comparable(one: CommandCase, outcome: Outcome): Outcome {
  const squeeze = (text: string): string => text.replace(/[ \t]+/g, ' ').replace(/^ | $/gm, '');
  return {
    status: one.looseStatus ? Number(outcome.status !== 0) : outcome.status,
    stdout: one.squeezes ? squeeze(outcome.stdout) : outcome.stdout,
    files: outcome.files,
  };
}

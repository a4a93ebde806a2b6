/**
 * bash: the shell of the node, also as sh. The parser is unbash; everything that runs is here. See
 * README.md for the way of a command line through the folder.
 * @man bash(1) sh(1)
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { ENGINE } from '#cmd/bash/engine.ts';
import { runDeep } from '#cmd/bash/execute/deep-call.ts';
import { runGuarded } from '#cmd/bash/execute/child.ts';
import { readLine } from '#cmd/bash/execute/read-line.ts';
import { runFile, runLines } from '#cmd/bash/execute/source.ts';
import { readFile } from '#cmd/bash/files.ts';
import { runInteractive } from '#cmd/bash/interactive.ts';
import { type Invocation, parseInvocation } from '#cmd/bash/invoke.ts';
import { BASH_VERSION } from '#cmd/bash/prompt.ts';
import { Shell } from '#cmd/bash/shell.ts';
import { initialize, runStartupFiles } from '#cmd/bash/startup.ts';

const LONG_OPTIONS: readonly string[] = (
  'debug debugger dump-po-strings dump-strings help init-file login noediting noprofile norc ' +
  'posix pretty-print rcfile restricted verbose version'
).split(' ');

function* main(sys: Sys): Task<number> {
  const shell = new Shell(sys, ENGINE);
  const invocation = parseInvocation(sys.argv);
  shell.name = sys.argv[0] ?? 'bash';
  if (invocation.problem !== undefined) return yield* refuse(shell, invocation.problem);
  if (invocation.wants !== undefined) return yield* inform(shell, invocation.wants);
  yield* initialize(shell);
  configure(shell, invocation);
  const { operands } = invocation;
  if (invocation.takesCommand) {
    const [text, name, ...args] = operands;
    if (text === undefined) {
      yield* shell.write(2, `${shell.name}: -c: option requires an argument\n`);
      return 2;
    }
    shell.commandString = text;
    if (name !== undefined) shell.name = name;
    shell.positional = args;
    shell.isInteractive = invocation.isInteractive;
  } else if (operands.length > 0 && !invocation.readsStdin) {
    shell.name = operands[0] as string;
    shell.positional = operands.slice(1);
  } else {
    shell.readsStdin = true;
    shell.positional = operands;
    const hasTerminal = (yield* sys.isatty(0)) && (yield* sys.isatty(2));
    shell.isInteractive = invocation.isInteractive || hasTerminal;
  }
  return yield* runDeep(runGuarded(shell, () => runMain(shell, invocation)));
}

function configure(shell: Shell, invocation: Invocation): void {
  shell.isLogin = invocation.isLogin;
  if (invocation.isPosix) {
    shell.options.set('posix', true);
    shell.shopts.set('expand_aliases', true);
    shell.variables.setQuietly('POSIXLY_CORRECT', 'y');
  }
  if (invocation.isLogin) shell.shopts.set('login_shell', true);
  for (const [name, isOn] of invocation.options) shell.options.set(name, isOn);
  for (const [name, isOn] of invocation.shopts) shell.shopts.set(name, isOn);
}

function* runMain(shell: Shell, invocation: Invocation): Task<number> {
  const files = { ...invocation, isPosix: shell.options.on('posix') };
  if (shell.isInteractive && shell.readsStdin) return yield* runInteractive(shell, files);
  yield* runStartupFiles(shell, files);
  if (shell.commandString !== undefined) return yield* runFile(shell, shell.commandString, '-c');
  if (!shell.readsStdin) return yield* runScriptFile(shell);
  return yield* runLines(shell, () => nextLine(shell), '');
}

function* nextLine(shell: Shell): Task<string | undefined> {
  return (yield* readLine(shell, 0))?.text;
}

function* runScriptFile(shell: Shell): Task<number> {
  const path = shell.name;
  const text = yield* readFile(shell, path);
  if (isErrno(text)) {
    shell.name = shell.sys.argv[0] ?? 'bash';
    const reason = text.name === 'EISDIR' ? 'Is a directory' : text.message;
    const isDirectory = text.name === 'EISDIR';
    yield* shell.write(2, `${shell.name}: ${isDirectory ? `${path}: ${path}` : path}: ${reason}\n`);
    return text.name === 'ENOENT' ? 127 : 126;
  }
  if (/^[^\n]*\0/.test(text.slice(0, 80))) {
    const words = 'cannot execute binary file';
    yield* shell.write(2, `${path}: ${path}: ${words}\n`);
    return 126;
  }
  shell.pushFrame({ kind: 'main', name: 'main', source: path, callLine: 0 });
  return yield* runFile(shell, text, '');
}

function* refuse(shell: Shell, problem: string): Task<number> {
  const usage =
    `Usage:\t${shell.name} [GNU long option] [option] ...\n` +
    `\t${shell.name} [GNU long option] [option] script-file ...\n` +
    `GNU long options:\n${LONG_OPTIONS.map((name) => `\t--${name}\n`).join('')}` +
    'Shell options:\n\t-ilrsD or -c command or -O shopt_option\t\t(invocation only)\n' +
    '\t-abefhkmnptuvxBCEHPT or -o option\n';
  yield* shell.write(2, `${shell.name}: ${problem}\n${usage}`);
  return 2;
}

function* inform(shell: Shell, wants: 'version' | 'help'): Task<number> {
  if (wants === 'version') {
    return yield* shell.print(
      `GNU bash, version ${BASH_VERSION} (x86_64-pc-solaris2.11)\n`,
      'bash',
    );
  }
  return yield* shell.print(
    `GNU bash, version ${BASH_VERSION}-(x86_64-pc-solaris2.11)\n` +
      `Usage:\t${shell.name} [GNU long option] [option] ...\n` +
      `\t${shell.name} [GNU long option] [option] script-file ...\n`,
    'bash',
  );
}

export const bash: Command = {
  name: 'bash',
  path: '/usr/bin/bash',
  links: ['/usr/bin/sh', '/usr/xpg4/bin/sh', '/sbin/sh'],
  main,
};

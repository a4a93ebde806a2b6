/**
 * The interactive shell: takes the terminal, reads command lines with the editor, keeps history,
 * reports jobs, and survives Ctrl-C.
 * @man bash(1) INVOCATION, JOB CONTROL, HISTORY
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { F_DUPFD_CLOEXEC } from '#abi/illumos/fcntl.ts';
import { TCGETS, TIOCGPGRP, TIOCGWINSZ } from '#abi/illumos/ioctl.ts';
import {
  SIGINT,
  SIGQUIT,
  SIGTERM,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  SIGWINCH,
} from '#abi/illumos/signal.ts';
import { historySize, loadHistory, saveHistory } from '#cmd/bash/builtins/history.ts';
import { TerminalReader } from '#cmd/bash/edit/terminal.ts';
import { readLine } from '#cmd/bash/execute/read-line.ts';
import { type LineSource, runLines } from '#cmd/bash/execute/source.ts';
import { installHandler } from '#cmd/bash/execute/trap.ts';
import { emptyTermios, giveTerminal, notifyJobs } from '#cmd/bash/execute/wait.ts';
import { Interrupted } from '#cmd/bash/failure.ts';
import { History, type HistoryRules } from '#cmd/bash/history.ts';
import { expandHistory } from '#cmd/bash/history-expand.ts';
import { joinCommandLines } from '#cmd/bash/history-join.ts';
import { jobState } from '#cmd/bash/jobs.ts';
import { expandMarkedPrompt } from '#cmd/bash/prompt.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { runStartupFiles, sourceIfThere, type StartupFiles } from '#cmd/bash/startup.ts';

const IGNORED = [SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU];

export function* runInteractive(shell: Shell, files: StartupFiles): Task<number> {
  shell.shopts.set('expand_aliases', true);
  for (const name of ['history', 'histexpand', 'emacs']) shell.options.set(name, true);
  shell.history = new History();
  setDefaults(shell);
  yield* takeSignals(shell);
  yield* takeTerminal(shell);
  yield* updateWindowSize(shell);
  yield* runStartupFiles(shell, files);
  const file = shell.variables.get('HISTFILE') ?? '';
  yield* loadHistory(shell, file);
  try {
    return yield* runLines(shell, yield* lineSource(shell), '');
  } finally {
    yield* sayGoodbye(shell);
  }
}

function* sayGoodbye(shell: Shell): Task<void> {
  const home = shell.variables.get('HOME') ?? '';
  if (shell.isLogin) yield* sourceIfThere(shell, `${home}/.bash_logout`);
  const file = shell.variables.get('HISTFILE') ?? '';
  if (file !== '') yield* saveHistory(shell, file, shell.shopts.on('histappend'));
}

function setDefaults(shell: Shell): void {
  const home = shell.variables.get('HOME') ?? '';
  const defaults: Readonly<Record<string, string>> = {
    PS1: '\\s-\\v\\$ ',
    PS2: '> ',
    HISTFILE: `${home}/.bash_history`,
    HISTSIZE: '500',
    HISTFILESIZE: '500',
  };
  for (const [name, value] of Object.entries(defaults)) {
    if (shell.variables.get(name) === undefined) shell.variables.setQuietly(name, value);
  }
}

/** Ctrl-C comes back to the prompt; what would end or stop the shell is ignored. */
function* takeSignals(shell: Shell): Task<void> {
  for (const signal of [SIGINT, ...IGNORED]) {
    shell.ownDispositions.add(signal);
    shell.handledByShell.add(signal);
    yield* installHandler(shell, signal);
  }
  yield* shell.sys.sigaction(SIGWINCH, {
    handler: function* () {
      shell.windowChanged = true;
    },
  });
  shell.handledByShell.add(SIGWINCH);
}

/** Its own process group in the foreground of the terminal; without one there is no job control. */
function* takeTerminal(shell: Shell): Task<void> {
  const { sys } = shell;
  if (!(yield* sys.isatty(0))) return;
  const fd = yield* sys.fcntl(0, F_DUPFD_CLOEXEC, 10);
  if (isErrno(fd)) return;
  const modes = emptyTermios();
  const got = yield* sys.ioctl(fd, TCGETS, modes);
  const foreground = { value: 0 };
  const hasGroup = yield* sys.ioctl(fd, TIOCGPGRP, foreground);
  if (isErrno(got) || isErrno(hasGroup)) {
    yield* sys.close(fd);
    return;
  }
  shell.terminalModes = modes;
  shell.terminalFd = fd;
  yield* sys.setpgid(0, 0);
  const pgid = yield* sys.getpgid(0);
  shell.ownPgid = isErrno(pgid) ? sys.pid : pgid;
  yield* giveTerminal(shell, shell.ownPgid);
  shell.options.set('monitor', true);
}

/** LINES and COLUMNS follow the terminal (checkwinsize); the columns. */
export function* updateWindowSize(shell: Shell): Task<number> {
  const size = { rows: 0, columns: 0, xPixels: 0, yPixels: 0 };
  const got = yield* shell.sys.ioctl(shell.terminalFd ?? 0, TIOCGWINSZ, size);
  if (isErrno(got) || size.columns === 0) return 80;
  shell.variables.setQuietly('LINES', String(size.rows));
  shell.variables.setQuietly('COLUMNS', String(size.columns));
  return size.columns;
}

function* lineSource(shell: Shell): Task<LineSource> {
  const isDumb = shell.variables.get('TERM') === 'dumb';
  const columns = yield* updateWindowSize(shell);
  const wantsEditing = shell.options.on('emacs') || shell.options.on('vi');
  const edits = shell.terminalFd !== undefined && wantsEditing && !isDumb;
  const reader = edits ? new TerminalReader(shell, columns) : undefined;
  const pending: string[] = [];
  let commandLines: string[] = [];
  return function* (isContinuation) {
    if (!isContinuation) {
      yield* beforePrompt(shell);
      commandLines = [];
    }
    for (;;) {
      const line = pending.shift() ?? (yield* readOne(shell, reader, isContinuation));
      if (line === undefined) {
        if (isContinuation || !(yield* staysForJobs(shell))) return undefined;
        continue;
      }
      const [first = '', ...rest] = line.split('\n');
      pending.unshift(...rest);
      const expanded = yield* expandBang(shell, first);
      if (expanded === undefined) continue;
      commandLines.push(expanded);
      remember(shell, commandLines);
      return expanded;
    }
  };
}

function* beforePrompt(shell: Shell): Task<void> {
  yield* notifyJobs(shell);
  yield* updateWindowSize(shell);
  const commands = shell.variables.find('PROMPT_COMMAND')?.values() ?? [];
  const { status } = shell;
  for (const command of commands) if (command !== '') yield* shell.engine.runText(shell, command);
  shell.status = status;
}

function* readOne(
  shell: Shell,
  reader: TerminalReader | undefined,
  isContinuation: boolean,
): Task<string | undefined> {
  const template = shell.variables.get(isContinuation ? 'PS2' : 'PS1') ?? '';
  const prompt = yield* expandMarkedPrompt(shell, template);
  if (reader !== undefined) return yield* reader.read(prompt);
  yield* shell.write(2, prompt.replace(/[\x01\x02]/g, ''));
  const line = yield* readLine(shell, 0);
  if (shell.isInterrupted) {
    throw new Interrupted();
  }
  return line?.text;
}

/** End of input: ignoreeof and stopped jobs can keep the shell. */
function* staysForJobs(shell: Shell): Task<boolean> {
  if (shell.options.on('ignoreeof')) {
    const word = shell.isLogin ? 'logout' : 'exit';
    yield* shell.write(2, `Use "${word}" to leave the shell.\n`);
    return true;
  }
  yield* shell.write(2, shell.isLogin ? 'logout\n' : 'exit\n');
  if (shell.wasWarnedOfJobs || !shell.jobs.all.some((job) => jobState(job) === 'stopped')) {
    return false;
  }
  shell.wasWarnedOfJobs = true;
  yield* shell.write(2, 'There are stopped jobs.\n');
  return true;
}

/** The line after history expansion; undefined when it is not to be run. */
function* expandBang(shell: Shell, line: string): Task<string | undefined> {
  const { history } = shell;
  if (history === undefined || !shell.options.on('histexpand')) return line;
  const result = expandHistory(line, history);
  if (result.kind === 'same') return line;
  if (result.kind === 'failed') {
    yield* shell.write(2, `${shell.name}: ${result.message}\n`);
    return undefined;
  }
  yield* shell.write(2, `${result.text}\n`);
  if (!result.printOnly) return result.text;
  history.add(result.text, rulesOf(shell), shell.patterns);
  return undefined;
}

function rulesOf(shell: Shell): HistoryRules {
  const split = (name: string): string[] =>
    (shell.variables.get(name) ?? '').split(':').filter((item) => item !== '');
  return {
    control: new Set(split('HISTCONTROL')),
    ignore: split('HISTIGNORE'),
    size: historySize(shell, 'HISTSIZE'),
  };
}

/** The lines of one command are one entry (cmdhist). */
function remember(shell: Shell, lines: readonly string[]): void {
  const { history } = shell;
  if (history === undefined || !shell.options.on('history')) return;
  shell.commandNumber += lines.length === 1 ? 1 : 0;
  if (lines.length > 1 && shell.historyHasCommand) {
    history.dropLast();
    history.store(joinCommandLines(lines), historySize(shell, 'HISTSIZE'));
    return;
  }
  shell.historyHasCommand = history.add(lines[0] ?? '', rulesOf(shell), shell.patterns);
}

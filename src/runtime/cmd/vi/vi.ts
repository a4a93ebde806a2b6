/**
 * vi, view, vedit: the visual editor as a program. The editor itself knows no terminal and no
 * files (editor.ts); here it gets both.
 * @man vi(1)
 */
import { O_APPEND, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import type { Command } from '#cmd/command.ts';
import { Editor, type EditorHost } from '#cmd/vi/editor.ts';
import { runExLine } from '#cmd/vi/ex.ts';
import { openFile } from '#cmd/vi/file-commands.ts';
import { editLoop } from '#cmd/vi/normal.ts';
import { readWhole, runFilter, runShell, writeWhole } from '#cmd/vi/outside.ts';
import { drawEditor } from '#cmd/vi/view.ts';
import { InputEnded, ViError } from '#cmd/vi/vi-error.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';
import { ScreenWriter } from '#lib/libcurses/screen.ts';
import { Terminal } from '#lib/libcurses/terminal.ts';

const USAGE =
  'Usage: vi [- | -s] [-l] [-L] [-R] [-r [file]] [-t tag]\n' +
  '       [-v] [-V] [-w#] [+cmd | -c cmd] file...\n';

class TerminalHost implements EditorHost {
  readonly #sys: Sys;
  readonly #terminal: Terminal;
  readonly #writer: ScreenWriter;
  #bells = 0;

  constructor(sys: Sys, terminal: Terminal) {
    this.#sys = sys;
    this.#terminal = terminal;
    this.#writer = new ScreenWriter(terminal.description);
  }

  *nextKey(editor: Editor): Task<string | undefined> {
    for (;;) {
      if (!(yield* this.#terminal.hasKey())) yield* this.#draw(editor);
      const key = yield* this.#terminal.readKey();
      if (key === '\x0c') this.#writer.invalidate();
      if (key !== '<Resize>' && key !== '<PasteStart>' && key !== '<PasteEnd>') return key;
    }
  }

  *#draw(editor: Editor): Task<void> {
    const frame = drawEditor(editor, this.#terminal.rows, this.#terminal.columns);
    const bell =
      editor.bells > this.#bells ? (this.#terminal.description.strings['bel'] ?? '') : '';
    this.#bells = editor.bells;
    yield* this.#terminal.write(this.#writer.update(frame) + bell);
  }

  readFile(path: string): ReturnType<EditorHost['readFile']> {
    return readWhole(this.#sys, path, O_RDONLY);
  }

  writeFile(
    path: string,
    bytes: Uint8Array,
    appends: boolean,
  ): ReturnType<EditorHost['writeFile']> {
    const how = O_WRONLY | (appends ? O_APPEND : O_CREAT | O_TRUNC);
    return writeWhole(this.#sys, path, how, bytes);
  }

  *exists(path: string): Task<boolean> {
    return !isErrno(yield* this.#sys.stat(path));
  }

  filter(command: string, input: Uint8Array): Task<Uint8Array> {
    return runFilter(this.#sys, command, input);
  }

  *runOnTerminal(command: string | undefined): Task<void> {
    yield* this.#terminal.leave();
    yield* this.#terminal.write(command === undefined ? '\n' : `:!${command}\n`);
    yield* runShell(this.#sys, command);
    if (command !== undefined) yield* this.#terminal.write('\n[Hit return to continue] ');
    yield* this.#terminal.enter(command !== undefined);
    if (command !== undefined) {
      yield* this.#terminal.readKey();
      yield* this.#terminal.enter();
    }
    this.#writer.invalidate();
  }

  *breathe(): Task<boolean> {
    yield* this.#sys.preempt(5000);
    return (yield* this.#terminal.hasKey()) && (yield* this.#terminal.readKey()) === '\x03';
  }

  *suspend(): Task<void> {
    yield* this.#terminal.suspend();
    this.#writer.invalidate();
  }
}

/** The commands of EXINIT or ~/.exrc. Errors there do not keep anybody from editing. */
function* runStartup(editor: Editor, sys: Sys): Task<void> {
  const home = sys.env.get('HOME');
  const exinit = sys.env.get('EXINIT');
  const lines: string[] = exinit === undefined ? [] : [exinit];
  if (exinit === undefined && home !== undefined) {
    if (yield* editor.host.exists(`${home}/.exrc`)) lines.push(`so ${home}/.exrc`);
  }
  yield* runQuietly(editor, lines);
}

function* runQuietly(editor: Editor, commands: readonly string[]): Task<void> {
  for (const command of commands) {
    try {
      yield* runExLine(editor, command);
    } catch (error) {
      if (error instanceof InputEnded) return;
      if (!(error instanceof ViError)) throw error;
      editor.message = error.message;
    }
  }
  editor.buffer.endGroup();
}

/** `+cmd` words as -c options, so that getopt takes them. */
function withPlusCommands(words: readonly string[]): string[] {
  return words.flatMap((word) => {
    if (!word.startsWith('+') || word.length > 200) return [word];
    return ['-c', word === '+' ? '$' : word.slice(1)];
  });
}

function* vi(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(withPlusCommands(sys.argv.slice(1)), 'sRLlrvVSw:c:t:C');
  if (parsed.message !== undefined) return yield* usageError(io, USAGE, parsed.message, 1);
  for (const letter of ['r', 'L', 't', 'l', 'C', 's', 'S']) {
    if (hasOption(parsed, letter)) return yield* notSupported(io, `-${letter}`);
  }
  const terminal = new Terminal(sys, 0, 1);
  if (!(yield* terminal.enter())) {
    yield* io.warn('Standard input and output must be a terminal');
    return 1;
  }
  const editor = new Editor(new TerminalHost(sys, terminal));
  const shell = sys.env.get('SHELL');
  if (shell !== undefined) editor.options.set('shell', shell);
  if (io.name === 'view' || hasOption(parsed, 'R')) editor.options.set('readonly', true);
  yield* runStartup(editor, sys);
  editor.files = parsed.operands;
  const [first] = parsed.operands;
  if (first !== undefined) yield* openFile(editor, first);
  const command = optionValue(parsed, 'c');
  if (command !== undefined) yield* runQuietly(editor, [command]);
  yield* editLoop(editor);
  yield* terminal.leave();
  return editor.exitStatus;
}

export const VI: Command = {
  name: 'vi',
  path: '/usr/bin/vi',
  links: ['/usr/bin/view', '/usr/bin/vedit', '/usr/bin/vim'],
  main: withStdio(vi),
};

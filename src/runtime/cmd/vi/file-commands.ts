/**
 * ex commands about files: edit, read, write, quit, the argument list.
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { Editor } from '#cmd/vi/editor.ts';
import type { ExCommand } from '#cmd/vi/ex-parse.ts';
import { filterRows } from '#cmd/vi/operator-commands.ts';
import { decodeFile, encodeLines } from '#cmd/vi/text-file.ts';
import { ViError } from '#cmd/vi/vi-error.ts';

/** `"file" 10 lines, 200 characters` */
function sizes(name: string, lineCount: number, byteCount: number, note = ''): string {
  const lines = lineCount === 1 ? 'line' : 'lines';
  const characters = byteCount === 1 ? 'character' : 'characters';
  return `"${name}" ${note}${lineCount} ${lines}, ${byteCount} ${characters}`;
}

/** What Ctrl-G says. */
export function fileStatus(editor: Editor): string {
  const name = editor.fileName === undefined ? 'No file' : `"${editor.fileName}"`;
  const changed = editor.buffer.isModified ? ' [Modified]' : '';
  const row = editor.cursor.row + 1;
  const count = editor.buffer.lineCount;
  const percent = Math.floor((row * 100) / count);
  return `${name}${changed} line ${row} of ${count} --${percent}%--`;
}

/** Loads a file into the buffer; a file that does not exist is a new one. */
export function* openFile(editor: Editor, path: string): Task<void> {
  const bytes = yield* editor.host.readFile(path);
  if (editor.fileName !== undefined && editor.fileName !== path) {
    editor.alternateName = editor.fileName;
  }
  editor.fileName = path;
  if (isErrno(bytes)) {
    editor.buffer.load([]);
    editor.message =
      bytes.name === 'ENOENT' ? `"${path}" [New file]` : `"${path}" ${bytes.message}`;
  } else {
    const text = decodeFile(bytes);
    editor.buffer.load(text.lines);
    const note = text.isIncomplete ? '[Incomplete last line] ' : '';
    editor.message = sizes(path, text.lines.length, bytes.length, note);
  }
  editor.top = 0;
  editor.moveTo(0, 0);
}

function refuseModified(editor: Editor, command: ExCommand): void {
  if (editor.buffer.isModified && !command.isForced) {
    throw new ViError(`No write since last change (:${command.name}! overrides)`);
  }
}

/** % and # in a file name or a shell command; a backslash keeps them. */
export function expandNames(editor: Editor, text: string): string {
  return text.replace(/\\[%#]|[%#]/g, (match) => {
    if (match.startsWith('\\')) return match.slice(1);
    const name = match === '%' ? editor.fileName : editor.alternateName;
    if (name === undefined) {
      throw new ViError(
        match === '%'
          ? 'No filename to substitute for %'
          : 'No alternate filename to substitute for #',
      );
    }
    return name;
  });
}

export function* editCommand(editor: Editor, command: ExCommand): Task<void> {
  const words = command.rest
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  const jump = words[0]?.startsWith('+') === true ? words.shift() : undefined;
  refuseModified(editor, command);
  const path = words.length === 0 ? editor.fileName : expandNames(editor, words.join(' '));
  if (path === undefined) throw new ViError('No current filename');
  yield* openFile(editor, path);
  if (jump !== undefined) {
    editor.moveToLine(jump === '+' ? editor.lastRow : Number(jump.slice(1)) - 1);
  }
}

/** :w. Answers false when it refused. */
export function* writeCommand(editor: Editor, command: ExCommand): Task<void> {
  const { range } = command;
  const isWhole = range.count === 0;
  const lines = isWhole
    ? editor.buffer.lines
    : editor.buffer.lines.slice(Math.max(0, range.first), range.last + 1);
  const argument = command.rest.trim();
  if (argument.startsWith('!')) {
    const output = yield* editor.host.filter(
      expandNames(editor, argument.slice(1)),
      encodeLines(lines),
    );
    editor.overlay = decodeFile(output).lines;
    return;
  }
  const appends = argument.startsWith('>>');
  const named = expandNames(editor, argument.replace(/^>>\s*/, ''));
  const path = named === '' ? editor.fileName : named;
  if (path === undefined) throw new ViError('No current filename');
  const isOwn = path === editor.fileName;
  const exists = yield* editor.host.exists(path);
  if (!command.isForced && !appends) {
    if (!isOwn && exists)
      throw new ViError(`"${path}" File exists - use "w! ${path}" to overwrite`);
    if (isOwn && !isWhole) throw new ViError('Use w! to write partial buffer');
    if (isOwn && editor.options.flag('readonly')) throw new ViError(`"${path}" File is read only`);
  }
  const isEmpty = editor.buffer.lineCount === 1 && editor.line(0) === '';
  const bytes = encodeLines(isWhole && isEmpty && !editor.buffer.isModified ? [] : lines);
  const error = yield* editor.host.writeFile(path, bytes, appends);
  if (error !== undefined) throw new ViError(`"${path}" ${error.message}`);
  editor.fileName ??= path;
  if (isWhole && path === editor.fileName) editor.buffer.markSaved();
  editor.message = sizes(path, lines.length, bytes.length, exists ? '' : '[New file] ');
}

export function* readCommand(editor: Editor, command: ExCommand): Task<void> {
  const argument = command.rest.trim();
  const at = (command.range.count === 0 ? editor.cursor.row : command.range.last) + 1;
  let bytes: Uint8Array;
  if (argument.startsWith('!')) {
    const shell = expandNames(editor, argument.slice(1));
    bytes = yield* editor.host.filter(shell, new Uint8Array(0));
  } else {
    const path = argument === '' ? editor.fileName : expandNames(editor, argument);
    if (path === undefined) throw new ViError('No current filename');
    const result = yield* editor.host.readFile(path);
    if (isErrno(result)) throw new ViError(`"${path}" ${result.message}`);
    bytes = result;
    editor.message = sizes(path, decodeFile(bytes).lines.length, bytes.length);
  }
  const { lines } = decodeFile(bytes);
  if (lines.length === 0) return;
  editor.buffer.replace(at, 0, lines);
  editor.moveToLine(at);
}

export function* quitCommand(editor: Editor, command: ExCommand): Task<void> {
  refuseModified(editor, command);
  const left = editor.files.length - 1 - editor.fileIndex;
  if (left > 0 && !command.isForced && command.name === 'quit') {
    const files = left === 1 ? 'file' : 'files';
    throw new ViError(`${left} more ${files} to edit`);
  }
  editor.isFinished = true;
}

/** :x and ZZ: writes only what changed. */
export function* exitCommand(editor: Editor, command: ExCommand): Task<void> {
  if (editor.buffer.isModified || command.name === 'wq' || command.rest.trim() !== '') {
    yield* writeCommand(editor, command);
  }
  yield* quitCommand(editor, { ...command, name: 'quit' });
}

/** :n, :prev, :rew, and :n FILE… */
export function* nextCommand(editor: Editor, command: ExCommand): Task<void> {
  const words = command.rest
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  refuseModified(editor, command);
  let index = editor.fileIndex + (command.name === 'previous' ? -1 : 1);
  if (words.length > 0) {
    editor.files = words;
    index = 0;
  }
  if (command.name === 'rewind') index = 0;
  const path = editor.files[index];
  if (path === undefined)
    throw new ViError(index < 0 ? 'No previous files' : 'No more files to edit');
  editor.fileIndex = index;
  yield* openFile(editor, path);
}

/** :!cmd, and :ADDR!cmd as a filter. */
export function* shellCommand(editor: Editor, command: ExCommand): Task<void> {
  const text = command.rest.replace(/^\s*!/, () => editor.shellCommand ?? '!');
  if (text.startsWith('!')) throw new ViError('No previous command');
  const shell = expandNames(editor, text.trim());
  if (shell === '')
    throw new ViError('Incomplete shell escape command - use "shell" to get a shell');
  editor.shellCommand = shell;
  const { range } = command;
  if (range.count === 0) yield* editor.host.runOnTerminal(shell);
  else yield* filterRows(editor, range.first, range.last, shell);
}

/**
 * An editor without a node: keys from a list, files in a map, a few shell commands. For tests.
 */
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { ENOENT } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { Editor, type EditorHost } from '#cmd/vi/editor.ts';
import { openFile } from '#cmd/vi/file-commands.ts';
import { editLoop } from '#cmd/vi/normal.ts';

/** `<Esc>` and `<CR>` may be written for keys; other names in angle brackets are special keys. */
export function keysOf(text: string): string[] {
  const keys: string[] = [];
  const names: Readonly<Record<string, string>> = { '<Esc>': '\x1b', '<CR>': '\r', '<lt>': '<' };
  for (const match of text.matchAll(/<C-(.)>|<[A-Z][A-Za-z0-9]*>|<lt>|[^]/gu)) {
    const [word, control] = match;
    if (control !== undefined)
      keys.push(String.fromCharCode(control.toUpperCase().charCodeAt(0) & 31));
    else keys.push(names[word] ?? word);
  }
  return keys;
}

/** Runs a task that never waits. */
export function runNow<T>(task: Task<T>): T {
  const step = task.next();
  if (step.done !== true) throw new Error('the task waited');
  return step.value;
}

export class TestEditor {
  readonly editor: Editor;
  readonly files: Map<string, string>;
  #keys: string[] = [];

  constructor(files: Readonly<Record<string, string>>) {
    this.files = new Map(Object.entries(files));
    this.editor = new Editor(this.#host());
    const names = Object.keys(files);
    this.editor.files = names;
    runNow(openFile(this.editor, names[0] ?? 'new'));
  }

  type(text: string): this {
    this.#keys = keysOf(text);
    runNow(editLoop(this.editor));
    return this;
  }

  get text(): string {
    return this.editor.buffer.lines.join('\n');
  }

  #host(): EditorHost {
    const { files } = this;
    let fedKeys = 0;
    const keys = (): string | undefined => this.#keys.shift();
    return {
      *nextKey() {
        return keys();
      },
      *readFile(path) {
        const text = files.get(path);
        return text === undefined ? ENOENT : encodeUtf8(text);
      },
      *writeFile(path, bytes, appends) {
        files.set(path, (appends ? (files.get(path) ?? '') : '') + decodeUtf8(bytes));
        return undefined;
      },
      *exists(path) {
        return files.has(path);
      },
      *filter(command, input) {
        const lines = decodeUtf8(input).split('\n').slice(0, -1);
        if (command === 'sort') return encodeUtf8(`${lines.toSorted().join('\n')}\n`);
        if (command.startsWith('echo ')) return encodeUtf8(`${command.slice(5)}\n`);
        return input;
      },
      *breathe() {
        fedKeys += 1;
        return fedKeys > 10;
      },
      *runOnTerminal() {},
      *suspend() {},
    };
  }
}

/**
 * The line editor: bytes in, screen updates and events out; no system calls, no shell. Keys are
 * readline's in emacs mode. History lines that were edited and left keep their edits until a line
 * is accepted.
 * @man readline(3) EDITING COMMANDS
 */
import { EditBuffer } from '#cmd/bash/edit/buffer.ts';
import { type Key, KeyDecoder } from '#cmd/bash/edit/keys.ts';
import { KillRing } from '#cmd/bash/edit/kill-ring.ts';
import { Screen } from '#cmd/bash/edit/screen.ts';
import { HistorySearch } from '#cmd/bash/edit/search.ts';

export type EditEvent =
  | { readonly kind: 'line'; readonly text: string }
  /** Ctrl-D on an empty line. */
  | { readonly kind: 'end' }
  /** Ctrl-C. */
  | { readonly kind: 'interrupt' }
  /** Tab: answer with `complete`. */
  | { readonly kind: 'complete'; readonly isAgain: boolean };

type Action = (editor: Editor) => EditEvent | 'bell' | void;

export class Editor {
  readonly buffer: EditBuffer = new EditBuffer();
  readonly ring: KillRing = new KillRing();
  readonly #screen: Screen;
  readonly #keys: KeyDecoder = new KeyDecoder();
  #prompt = '';
  #history: readonly string[] = [];
  /** Edited history lines by index; the line being typed is at history.length. */
  #edits: Map<number, string> = new Map();
  #position = 0;
  #search: HistorySearch | undefined;
  #lastAction = '';
  #prefix: 'none' | 'C-x' | 'quote' = 'none';
  #waiting: Key[] = [];
  #argumentDepth = 0;
  /** To be written before the next drawing. */
  #cleared = '';

  constructor(columns: number) {
    this.#screen = new Screen(columns);
  }

  /** Begins a line; what to write. */
  start(prompt: string, history: readonly string[], text = ''): string {
    this.#prompt = prompt;
    this.#history = history;
    this.#edits = new Map();
    this.#position = history.length;
    this.#search = undefined;
    this.#lastAction = '';
    this.buffer.reset(text);
    this.#screen.forget();
    return this.#draw();
  }

  resize(columns: number): string {
    this.#screen.resize(columns);
    return this.#draw();
  }

  /** Keys typed ahead that no line has taken yet. */
  get hasTypeAhead(): boolean {
    return this.#waiting.length > 0;
  }

  /** Takes bytes and works until they are used up or something happened. */
  feed(bytes: Iterable<number>): { output: string; event: EditEvent | undefined } {
    this.#waiting.push(...this.#keys.feed(bytes));
    let output = '';
    while (this.#waiting.length > 0) {
      const key = this.#waiting.shift() as Key;
      const result = this.#press(key);
      if (result === 'bell') output += '\x07';
      else if (result !== undefined) {
        output += this.#draw() + this.#leave(result);
        return { output, event: result };
      }
    }
    return { output: output + this.#draw(), event: undefined };
  }

  #draw(): string {
    const cleared = this.#cleared;
    this.#cleared = '';
    return cleared + this.#drawLine();
  }

  #drawLine(): string {
    if (this.#search !== undefined) {
      const { prompt, text, cursor } = this.#search.show();
      return this.#screen.draw({ prompt, characters: Array.from(text), cursor });
    }
    const { characters, cursor } = this.buffer;
    return this.#screen.draw({ prompt: this.#prompt, characters: [...characters], cursor });
  }

  /** What an event does to the screen. */
  #leave(event: EditEvent): string {
    switch (event.kind) {
      case 'line':
        return this.#screen.finish();
      case 'interrupt':
        this.buffer.moveTo(this.buffer.length);
        return `${this.#draw()}^C${this.#screen.finish()}`;
      case 'end':
        return '';
      default:
        return '';
    }
  }

  /** Others wrote on the terminal: the cursor is at the start of an empty row. */
  forgetScreen(): void {
    this.#screen.forget();
  }

  redraw(): string {
    return this.#draw();
  }

  /** Below the line, e.g. a list of completions; then the line again. */
  showBelow(text: string): string {
    const { cursor } = this.buffer;
    this.buffer.moveTo(this.buffer.length);
    const out = this.#draw() + this.#screen.finish() + text.replaceAll('\n', '\r\n');
    this.buffer.moveTo(cursor);
    return out + this.#draw();
  }

  /** Answers a `complete` event: replaces the characters from `start` to the cursor. */
  complete(start: number, text: string): string {
    if (this.buffer.characters.slice(start, this.buffer.cursor).join('') !== text) {
      this.buffer.remove(start, this.buffer.cursor);
      this.buffer.insert(text);
    }
    return this.#draw();
  }

  #press(key: Key): EditEvent | 'bell' | undefined {
    if (this.#search !== undefined) {
      const done = this.#search.press(key);
      if (done === 'more') return undefined;
      this.#acceptSearch(done.text, done.position, done.cursor);
      if (done.pass === undefined) return undefined;
      return this.#press(done.pass);
    }
    if (key.kind === 'paste') {
      this.buffer.insert(key.text);
      this.#lastAction = 'paste';
      return undefined;
    }
    if (this.#prefix === 'quote') {
      this.#prefix = 'none';
      this.buffer.insert(key.kind === 'text' ? key.text : controlText(key.name));
      return undefined;
    }
    if (key.kind === 'text') {
      this.#prefix = 'none';
      this.buffer.insert(key.text, true);
      this.#lastAction = 'insert';
      return undefined;
    }
    const name = this.#prefix === 'C-x' ? `C-x ${key.name}` : key.name;
    this.#prefix = 'none';
    if (name === 'C-x' || name === 'C-v' || name === 'C-q') {
      this.#prefix = name === 'C-x' ? 'C-x' : 'quote';
      return undefined;
    }
    const action = ACTIONS[name];
    const result = action?.(this);
    this.#lastAction = name;
    return result ?? undefined;
  }

  #acceptSearch(text: string, position: number | undefined, cursor: number): void {
    this.#search = undefined;
    if (position !== undefined) this.#goTo(position);
    else if (this.buffer.text !== text) this.buffer.replaceAll(text);
    this.buffer.moveTo(cursor);
  }

  get lastAction(): string {
    return this.#lastAction;
  }

  startSearch(): void {
    this.#search = new HistorySearch(
      this.#history,
      this.#position,
      this.buffer.text,
      this.buffer.cursor,
    );
  }

  /** Kills `start` … `end`; kills in a row collect in one entry of the ring. */
  kill(start: number, end: number, atEnd: boolean): 'bell' | undefined {
    const joins = KILLS.has(this.#lastAction);
    const text = this.buffer.remove(start, end);
    if (text === '') return undefined;
    this.ring.add(text, joins ? (atEnd ? 'append' : 'prepend') : 'new');
    return undefined;
  }

  moveInHistory(by: number): 'bell' | undefined {
    const next = this.#position + by;
    if (next < 0 || next > this.#history.length) return 'bell';
    this.#goTo(next);
    return undefined;
  }

  goToHistory(position: 'first' | 'last'): void {
    this.#goTo(position === 'first' ? 0 : this.#history.length);
  }

  #goTo(position: number): void {
    this.#edits.set(this.#position, this.buffer.text);
    this.#position = position;
    this.buffer.reset(this.#edits.get(position) ?? this.#history[position] ?? '');
  }

  /** Meta-. : the last word of an earlier line, going further back each time. */
  insertLastArgument(): 'bell' | undefined {
    const isAgain = this.#lastAction === 'M-.' || this.#lastAction === 'M-_';
    this.#argumentDepth = isAgain ? this.#argumentDepth + 1 : 1;
    const line = this.#history.at(-this.#argumentDepth);
    const word = line === undefined ? undefined : /(\S+)\s*$/.exec(line)?.[1];
    if (word === undefined) return 'bell';
    if (isAgain) this.buffer.undo();
    this.buffer.insert(word);
    return undefined;
  }

  /** Ctrl-L. */
  clearScreen(): void {
    this.#cleared = this.#screen.clear();
  }
}

const KILLS: ReadonlySet<string> = new Set([
  'C-k',
  'C-u',
  'C-w',
  'M-d',
  'M-backspace',
  'M-C-h',
  'C-x backspace',
]);

function controlText(name: string): string {
  const simple: Readonly<Record<string, string>> = {
    tab: '\t',
    enter: '\r',
    backspace: '\x7f',
  };
  const letter = /^C-(.)$/.exec(name)?.[1];
  return (
    simple[name] ?? (letter ? String.fromCharCode(letter.toUpperCase().charCodeAt(0) & 31) : '')
  );
}

const move =
  (to: (buffer: EditBuffer) => number): Action =>
  ({ buffer }) => {
    const before = buffer.cursor;
    buffer.moveTo(to(buffer));
    return buffer.cursor === before ? 'bell' : undefined;
  };

const quiet =
  (to: (buffer: EditBuffer) => number): Action =>
  ({ buffer }) =>
    buffer.moveTo(to(buffer));

const accept: Action = ({ buffer }) => {
  buffer.moveTo(buffer.length);
  return { kind: 'line', text: buffer.text };
};

const backspace: Action = ({ buffer }) =>
  buffer.cursor === 0 ? 'bell' : void buffer.remove(buffer.cursor - 1, buffer.cursor);

const deleteForward: Action = ({ buffer }) =>
  buffer.cursor === buffer.length ? 'bell' : void buffer.remove(buffer.cursor, buffer.cursor + 1);

const ACTIONS: Readonly<Record<string, Action>> = {
  'C-a': quiet(() => 0),
  'C-b': move((buffer) => buffer.cursor - 1),
  'C-c': () => ({ kind: 'interrupt' }),
  'C-d': (editor) => (editor.buffer.length === 0 ? { kind: 'end' } : deleteForward(editor)),
  'C-e': quiet((buffer) => buffer.length),
  'C-f': move((buffer) => buffer.cursor + 1),
  'C-g': () => 'bell',
  'C-h': backspace,
  'C-k': (editor) => editor.kill(editor.buffer.cursor, editor.buffer.length, true),
  'C-l': (editor) => editor.clearScreen(),
  'C-n': (editor) => editor.moveInHistory(1),
  'C-o': accept,
  'C-p': (editor) => editor.moveInHistory(-1),
  'C-r': (editor) => editor.startSearch(),
  'C-t': ({ buffer }) => (buffer.transposeCharacters() ? undefined : 'bell'),
  'C-u': (editor) => editor.kill(0, editor.buffer.cursor, false),
  'C-w': (editor) => {
    const { buffer } = editor;
    return editor.kill(buffer.blankWordStart(buffer.cursor), buffer.cursor, false);
  },
  'C-y': (editor) => editor.ring.yank(editor.buffer),
  'C-_': ({ buffer }) => (buffer.undo() ? undefined : 'bell'),
  'C-x C-u': ({ buffer }) => (buffer.undo() ? undefined : 'bell'),
  'C-left': move((buffer) => buffer.wordStart(buffer.cursor)),
  'C-right': move((buffer) => buffer.wordEnd(buffer.cursor)),
  'M-b': move((buffer) => buffer.wordStart(buffer.cursor)),
  'M-f': move((buffer) => buffer.wordEnd(buffer.cursor)),
  'M-left': move((buffer) => buffer.wordStart(buffer.cursor)),
  'M-right': move((buffer) => buffer.wordEnd(buffer.cursor)),
  'M-d': (editor) => {
    const { buffer } = editor;
    return editor.kill(buffer.cursor, buffer.wordEnd(buffer.cursor), true);
  },
  'M-backspace': (editor) => {
    const { buffer } = editor;
    return editor.kill(buffer.wordStart(buffer.cursor), buffer.cursor, false);
  },
  'M-t': ({ buffer }) => (buffer.transposeWords() ? undefined : 'bell'),
  'M-u': ({ buffer }) => buffer.changeWordCase('upper'),
  'M-l': ({ buffer }) => buffer.changeWordCase('lower'),
  'M-c': ({ buffer }) => buffer.changeWordCase('capital'),
  'M-y': (editor) => editor.ring.yankPop(editor.buffer, editor.lastAction),
  'M-.': (editor) => editor.insertLastArgument(),
  'M-_': (editor) => editor.insertLastArgument(),
  'M-r': ({ buffer }) => buffer.undoAll(),
  'M-<': (editor) => editor.goToHistory('first'),
  'M->': (editor) => editor.goToHistory('last'),
  'M-#': ({ buffer }) => ({ kind: 'line', text: `#${buffer.text}` }),
  backspace,
  delete: deleteForward,
  down: (editor) => editor.moveInHistory(1),
  end: quiet((buffer) => buffer.length),
  enter: accept,
  home: quiet(() => 0),
  left: move((buffer) => buffer.cursor - 1),
  right: move((buffer) => buffer.cursor + 1),
  tab: (editor) => ({ kind: 'complete', isAgain: editor.lastAction === 'tab' }),
  up: (editor) => editor.moveInHistory(-1),
};

/**
 * The editor's state and its source of keys, without a terminal: what vi knows between two keys. The
 * commands are in normal.ts, insert.ts, visual.ts and ex.ts; drawing is in view.ts. Keys come from
 * macros and repeats first, then from the host, which draws before it waits.
 */
import type { Errno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { type Position, TextBuffer } from '#cmd/vi/buffer.ts';
import {
  characterClass,
  columnAtVirtual,
  firstNonBlank,
  lastColumn,
  virtualColumn,
} from '#cmd/vi/characters.ts';
import { EditorOptions } from '#cmd/vi/options.table.ts';
import { Registers } from '#cmd/vi/registers.ts';
import { InputEnded, ViError } from '#cmd/vi/vi-error.ts';

/** What the editor needs from the world; vi.ts makes it of system calls, tests of plain values. */
export interface EditorHost {
  /** The next key as keys.ts names it; undefined = hang-up. Draws when it must wait. */
  nextKey(editor: Editor): Task<string | undefined>;
  readFile(path: string): Task<Uint8Array | Errno>;
  /** Writes all of `bytes`: replacing the file or at its end. */
  writeFile(path: string, bytes: Uint8Array, appends: boolean): Task<Errno | undefined>;
  exists(path: string): Task<boolean>;
  /** Runs a shell command with `input` as its standard input; answers what it printed. */
  filter(command: string, input: Uint8Array): Task<Uint8Array>;
  /** Runs a command on the terminal and waits for a key; no command = an interactive shell. */
  runOnTerminal(command: string | undefined): Task<void>;
  /** Lets others run while a macro goes on; true when somebody typed an interrupt. */
  breathe(): Task<boolean>;
  /** Stops the editor as Ctrl-Z does. */
  suspend(): Task<void>;
}

export type Mode = 'normal' | 'insert' | 'replace' | 'visual' | 'visualLine' | 'commandLine';

/** How to do the last change again: its keys, and the region it worked on if there was one. */
export interface Repeat {
  readonly count: number | undefined;
  readonly register: string | undefined;
  readonly keys: readonly string[];
  readonly region?: {
    readonly rows: number;
    readonly columns: number;
    readonly isLinewise: boolean;
  };
}

export interface SearchState {
  readonly pattern: string;
  readonly isForward: boolean;
  readonly offset: string;
}

export interface FindState {
  readonly character: string;
  readonly kind: 'f' | 'F' | 't' | 'T';
}

export class Editor {
  readonly host: EditorHost;
  readonly buffer: TextBuffer = new TextBuffer([], () => this.cursor);
  readonly options: EditorOptions = new EditorOptions();
  readonly registers: Registers = new Registers();
  cursor: Position = { row: 0, column: 0 };
  /** Screen column that j and k try to keep; Infinity after `$`. */
  wantedColumn = 0;
  mode: Mode = 'normal';
  /** For U: the cursor's line as it was when the cursor came to it. */
  lineBefore: { readonly row: number; readonly text: string } | undefined;
  /** What gv selects again. */
  wasVisualLine = false;
  /** The other end of the visual region. */
  anchor: Position = { row: 0, column: 0 };
  message = '';
  /** Several lines of output that wait for a key. */
  overlay: readonly string[] = [];
  /** `:` or `/` with what is typed after it, and the place in it. */
  commandLine: { readonly prompt: string; readonly text: string; readonly at: number } | undefined;
  bells = 0;
  /** First row shown, and the size of the text's part of the screen. */
  top = 0;
  windowRows = 23;
  windowColumns = 80;

  fileName: string | undefined;
  alternateName: string | undefined;
  files: readonly string[] = [];
  fileIndex = 0;
  isFinished = false;
  exitStatus = 0;

  search: SearchState | undefined;
  find: FindState | undefined;
  substitute: { pattern: string; template: string; flags: string } | undefined;
  shellCommand: string | undefined;
  repeat: Repeat | undefined;
  lastMacro: string | undefined;
  readonly commandHistory: string[] = [];

  #queue: string[] = [];
  #fedKeys = 0;
  #recorded: string[] | undefined;

  constructor(host: EditorHost) {
    this.host = host;
  }

  /** The next key. */
  *key(): Task<string> {
    const queued = this.#queue.shift();
    if (queued !== undefined) {
      this.#fedKeys += 1;
      const isInterrupted = this.#fedKeys % 256 === 0 && (yield* this.host.breathe());
      if (isInterrupted) throw new ViError('Interrupted');
    }
    const key = queued ?? (yield* this.host.nextKey(this));
    if (key === undefined) throw new InputEnded();
    this.#recorded?.push(key);
    return key;
  }

  /** True while keys of a macro or a repeat wait. */
  get isReplaying(): boolean {
    return this.#queue.length > 0;
  }

  /** Puts keys in front of what waits. */
  feed(keys: readonly string[]): void {
    this.#queue.unshift(...keys);
    if (this.#queue.length > 100_000) throw new ViError('Macro runs too long');
  }

  dropFed(): void {
    this.#queue = [];
  }

  startRecording(): void {
    this.#recorded = [];
  }

  /** The keys since `startRecording`. */
  stopRecording(): readonly string[] {
    const keys = this.#recorded ?? [];
    this.#recorded = undefined;
    return keys;
  }

  line(row: number = this.cursor.row): string {
    return this.buffer.line(row);
  }

  get lastRow(): number {
    return this.buffer.lineCount - 1;
  }

  /** Moves the cursor, inside the text, and remembers the column for j and k. */
  moveTo(row: number, column: number): void {
    this.cursor = this.clamp({ row, column });
    this.wantedColumn = virtualColumn(
      this.line(),
      this.cursor.column,
      this.options.number('tabstop'),
    );
  }

  /** To the first character of `row` that is no blank. */
  moveToLine(row: number): void {
    const inside = Math.max(0, Math.min(row, this.lastRow));
    this.moveTo(inside, firstNonBlank(this.line(inside)));
  }

  /** The column in `row` for the wanted screen column. */
  columnFor(row: number): number {
    const line = this.line(row);
    if (this.wantedColumn === Number.POSITIVE_INFINITY) return lastColumn(line);
    return columnAtVirtual(line, this.wantedColumn, this.options.number('tabstop'));
  }

  /** The nearest place the cursor can be; a column of −1 means the first that is no blank. */
  clamp(position: Position): Position {
    const row = Math.max(0, Math.min(position.row, this.lastRow));
    const line = this.line(row);
    if (position.column < 0) return { row, column: firstNonBlank(line) };
    const isInserting = this.mode === 'insert' || this.mode === 'replace';
    const end = isInserting ? line.length : lastColumn(line);
    return { row, column: Math.min(position.column, end) };
  }

  /** Before a jump: what `` and '' come back to. */
  setJumpMark(): void {
    this.buffer.marks.set("'", this.cursor);
  }

  mark(name: string): Position {
    const key = name === '`' ? "'" : name;
    const position =
      this.buffer.marks.get(key) ?? (key === "'" ? { row: 0, column: 0 } : undefined);
    if (position === undefined) throw new ViError('Mark not set');
    return position;
  }

  /** "3 lines yanked" when it is more than the option `report` says. */
  report(count: number, what: string): void {
    if (count > this.options.number('report')) this.message = `${count} ${what}`;
  }

  /** The word under the cursor or after it on its line. */
  wordAtCursor(): string {
    const line = this.line();
    let start = this.cursor.column;
    while (start < line.length && characterClass(line, start, false) !== 2) start += 1;
    while (start > 0 && characterClass(line, start - 1, false) === 2) start -= 1;
    let end = start;
    while (end < line.length && characterClass(line, end, false) === 2) end += 1;
    return line.slice(start, end);
  }
}

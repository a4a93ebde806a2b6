/**
 * The text being edited: lines without their newlines, marks, and the history of changes. Every
 * change goes through `replace`, so undo, redo and the marks can't miss one. There is always at
 * least one line.
 */

/** A place in the text: 0-based row, and index into the line's UTF-16 units. */
export interface Position {
  readonly row: number;
  readonly column: number;
}

interface Change {
  readonly first: number;
  readonly removed: readonly string[];
  readonly inserted: readonly string[];
}

/** What one command changed, and where the cursor was before it. */
interface ChangeGroup {
  readonly changes: Change[];
  cursor: Position;
}

export class TextBuffer {
  readonly marks: Map<string, Position> = new Map();
  #lines: string[];
  #done: ChangeGroup[] = [];
  #undone: ChangeGroup[] = [];
  #open: ChangeGroup | undefined;
  #saved: ChangeGroup | undefined;
  #isSaveReachable = true;
  readonly #cursor: () => Position;
  #tracked: { row: number }[] = [];

  /** `cursor` tells where the cursor is when a group's first change is made. */
  constructor(lines: readonly string[], cursor: () => Position) {
    this.#cursor = cursor;
    this.#lines = lines.length === 0 ? [''] : [...lines];
  }

  get lineCount(): number {
    return this.#lines.length;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The line's text; '' outside the text. */
  line(row: number): string {
    return this.#lines[row] ?? '';
  }

  get isModified(): boolean {
    const last = this.#open?.changes.length ? this.#open : this.#done.at(-1);
    return !this.#isSaveReachable || last !== this.#saved;
  }

  /** The text is what the file has now. */
  markSaved(): void {
    this.endGroup();
    this.#saved = this.#done.at(-1);
    this.#isSaveReachable = true;
  }

  /** Starts what one `u` takes back; inside an open group it changes nothing. */
  beginGroup(): void {
    this.#open ??= { changes: [], cursor: { row: 0, column: 0 } };
  }

  endGroup(): void {
    const group = this.#open;
    this.#open = undefined;
    if (group === undefined || group.changes.length === 0) return;
    if (this.#undone.length > 0) {
      if (this.#saved !== undefined && this.#undone.includes(this.#saved)) {
        this.#isSaveReachable = false;
      }
      this.#undone = [];
    }
    this.#done.push(group);
  }

  /** Replaces `count` lines from `first` on. */
  replace(first: number, count: number, inserted: readonly string[]): void {
    const removed = this.#lines.slice(first, first + count);
    const isAll = removed.length === this.#lines.length && inserted.length === 0;
    const lines = isAll ? [''] : inserted;
    if (this.#open === undefined) throw new Error('vi: change outside of a command');
    if (this.#open.changes.length === 0) this.#open.cursor = this.#cursor();
    this.#open.changes.push({ first, removed, inserted: lines });
    this.#apply(first, removed.length, lines);
  }

  setLine(row: number, text: string): void {
    if (text !== this.line(row)) this.replace(row, 1, [text]);
  }

  /** Takes the last group back; answers where the cursor goes, undefined when nothing is left. */
  undo(): Position | undefined {
    this.endGroup();
    const group = this.#done.pop();
    if (group === undefined) return undefined;
    for (const change of group.changes.toReversed()) {
      this.#apply(change.first, change.inserted.length, change.removed);
    }
    this.#undone.push(group);
    return cursorAfter(group, (change) => change.removed.length);
  }

  redo(): Position | undefined {
    this.endGroup();
    const group = this.#undone.pop();
    if (group === undefined) return undefined;
    for (const change of group.changes) {
      this.#apply(change.first, change.removed.length, change.inserted);
    }
    this.#done.push(group);
    return cursorAfter(group, (change) => change.inserted.length);
  }

  /** Entries that follow their lines through changes, in order; row −1 = the line is gone. */
  track(rows: readonly number[]): readonly { readonly row: number }[] {
    this.#tracked = rows.map((row) => ({ row }));
    return this.#tracked;
  }

  untrack(): void {
    this.#tracked = [];
  }

  /** Everything afresh, without history: another file. */
  load(lines: readonly string[]): void {
    this.#lines = lines.length === 0 ? [''] : [...lines];
    this.#done = [];
    this.#undone = [];
    this.#open = undefined;
    this.marks.clear();
    this.markSaved();
  }

  #apply(first: number, count: number, inserted: readonly string[]): void {
    if (count === inserted.length) {
      for (let i = 0; i < count; i += 1) this.#lines[first + i] = inserted[i] as string;
      return;
    }
    // A spread of very many arguments overflows the stack: join the three pieces instead.
    if (inserted.length > 1000) {
      const after = this.#lines.slice(first + count);
      this.#lines = this.#lines.slice(0, first).concat(inserted, after);
    } else {
      this.#lines.splice(first, count, ...inserted);
    }
    this.#moveMarks(first, count, inserted.length);
  }

  #moveMarks(first: number, removed: number, inserted: number): void {
    const kept = Math.min(removed, inserted);
    for (const entry of this.#tracked) {
      if (entry.row >= first + removed) entry.row += inserted - removed;
      else if (entry.row >= first + kept) entry.row = -1;
    }
    for (const [name, mark] of this.marks) {
      if (mark.row >= first + removed) {
        this.marks.set(name, { ...mark, row: mark.row + inserted - removed });
      } else if (mark.row >= first + kept) {
        this.marks.delete(name);
      }
    }
  }
}

/**
 * Where the cursor was, when that is at the change; else the first word of the top changed line.
 * `size` is the number of lines that the top change has now.
 */
function cursorAfter(group: ChangeGroup, size: (change: Change) => number): Position {
  let top = group.changes[0] as Change;
  for (const change of group.changes) if (change.first < top.first) top = change;
  const { cursor } = group;
  const isNear = cursor.row >= top.first - 1 && cursor.row <= top.first + size(top);
  return isNear ? cursor : { row: top.first, column: -1 };
}

/** Before, at or after: negative, 0, positive. */
export function comparePositions(a: Position, b: Position): number {
  return a.row - b.row || a.column - b.column;
}

/** From flags of changed lines to edits and their printed forms. @man diff(1) */
import type { Changes } from '#cmd/diff/myers.ts';

/** Lines [aStart, aEnd) of the first file become [bStart, bEnd) of the second, from 0. */
export interface Edit {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

export interface DiffText {
  readonly lines: readonly string[];
  readonly lacksNewline: boolean;
}

const NO_NEWLINE = '\\ No newline at end of file\n';

export function editsOf(changes: Changes): Edit[] {
  const { a, b } = changes;
  const edits: Edit[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (a[i] !== 1 && b[j] !== 1) {
      i += 1;
      j += 1;
      continue;
    }
    const [aStart, bStart] = [i, j];
    while (a[i] === 1) i += 1;
    while (b[j] === 1) j += 1;
    edits.push({ aStart, aEnd: i, bStart, bEnd: j });
  }
  return edits;
}

/** Lines `from` … `to` of `text`, each after `prefix`. */
function body(text: DiffText, from: number, to: number, prefix: string): string {
  let output = '';
  for (let i = from; i < to; i += 1) {
    output += `${prefix}${text.lines[i]}\n`;
    if (i === text.lines.length - 1 && text.lacksNewline) output += NO_NEWLINE;
  }
  return output;
}

/** `3` or `3,5`; an empty range stands after the line before it. */
function range(start: number, end: number): string {
  if (end <= start) return String(start);
  return end === start + 1 ? String(end) : `${start + 1},${end}`;
}

function letterOf({ aStart, aEnd, bStart, bEnd }: Edit): 'a' | 'c' | 'd' {
  if (aStart === aEnd) return 'a';
  return bStart === bEnd ? 'd' : 'c';
}

export function normalDiff(a: DiffText, b: DiffText, edits: readonly Edit[]): string {
  return edits
    .map((edit) => {
      const { aStart, aEnd, bStart, bEnd } = edit;
      const head = `${range(aStart, aEnd)}${letterOf(edit)}${range(bStart, bEnd)}\n`;
      const middle = letterOf(edit) === 'c' ? '---\n' : '';
      return head + body(a, aStart, aEnd, '< ') + middle + body(b, bStart, bEnd, '> ');
    })
    .join('');
}

/** A script for ed, from the end backwards. A line that is only a dot needs a second step. */
export function edDiff(b: DiffText, edits: readonly Edit[]): string {
  return edits
    .toReversed()
    .map((edit) => {
      const { aStart, aEnd, bStart, bEnd } = edit;
      const letter = letterOf(edit);
      const head = `${letter === 'a' ? aStart : range(aStart, aEnd)}${letter}\n`;
      if (letter === 'd') return head;
      const lines = b.lines.slice(bStart, bEnd).map((line) => (line === '.' ? '..' : line));
      const fix = lines.includes('..') ? 's/.//\n' : '';
      return `${head}${lines.join('\n')}\n.\n${fix}`;
    })
    .join('');
}

/** Edits whose contexts touch, together. */
function groupEdits(edits: readonly Edit[], context: number): Edit[][] {
  const groups: Edit[][] = [];
  for (const edit of edits) {
    const before = groups.at(-1)?.at(-1);
    if (before !== undefined && edit.aStart - before.aEnd <= 2 * context) groups.at(-1)?.push(edit);
    else groups.push([edit]);
  }
  return groups;
}

interface Window {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

function windowOf(group: readonly Edit[], a: DiffText, b: DiffText, context: number): Window {
  const first = group[0] as Edit;
  const last = group.at(-1) as Edit;
  return {
    aStart: Math.max(0, first.aStart - context),
    aEnd: Math.min(a.lines.length, last.aEnd + context),
    bStart: Math.max(0, first.bStart - context),
    bEnd: Math.min(b.lines.length, last.bEnd + context),
  };
}

function unifiedRange(start: number, end: number): string {
  const size = end - start;
  if (size === 1) return String(start + 1);
  return `${size === 0 ? start : start + 1},${size}`;
}

export function unifiedDiff(
  a: DiffText,
  b: DiffText,
  edits: readonly Edit[],
  context: number,
): string {
  return groupEdits(edits, context)
    .map((group) => {
      const window = windowOf(group, a, b, context);
      const { aStart, aEnd, bStart, bEnd } = window;
      let text = `@@ -${unifiedRange(aStart, aEnd)} +${unifiedRange(bStart, bEnd)} @@\n`;
      let at = aStart;
      for (const edit of group) {
        text += body(a, at, edit.aStart, ' ');
        text += body(a, edit.aStart, edit.aEnd, '-') + body(b, edit.bStart, edit.bEnd, '+');
        at = edit.aEnd;
      }
      return text + body(a, at, aEnd, ' ');
    })
    .join('');
}

function contextRange(start: number, end: number): string {
  return end - start <= 1 ? String(end) : `${start + 1},${end}`;
}

/** One side of a context hunk; nothing but its head when that side did not change. */
function contextSide(
  text: DiffText,
  group: readonly Edit[],
  start: number,
  end: number,
  side: 'a' | 'b',
): string {
  const own = (edit: Edit): readonly [number, number] =>
    side === 'a' ? [edit.aStart, edit.aEnd] : [edit.bStart, edit.bEnd];
  if (group.every((edit) => own(edit)[0] === own(edit)[1])) return '';
  const mark = side === 'a' ? '- ' : '+ ';
  let output = '';
  let at = start;
  for (const edit of group) {
    const [from, to] = own(edit);
    output +=
      body(text, at, from, '  ') + body(text, from, to, letterOf(edit) === 'c' ? '! ' : mark);
    at = to;
  }
  return output + body(text, at, end, '  ');
}

export function contextDiff(
  a: DiffText,
  b: DiffText,
  edits: readonly Edit[],
  context: number,
): string {
  return groupEdits(edits, context)
    .map((group) => {
      const { aStart, aEnd, bStart, bEnd } = windowOf(group, a, b, context);
      const first = `*** ${contextRange(aStart, aEnd)} ****\n`;
      const second = `--- ${contextRange(bStart, bEnd)} ----\n`;
      const left = contextSide(a, group, aStart, aEnd, 'a');
      const right = contextSide(b, group, bStart, bEnd, 'b');
      return `***************\n${first}${left}${second}${right}`;
    })
    .join('');
}

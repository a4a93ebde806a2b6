/** `-o`: the fields that were asked for, with their headers. */
import type { Psinfo } from '#abi/illumos/procfs.ts';
import type { PsContext } from '#cmd/ps/context.ts';
import { FIELDS, type FieldRow } from '#cmd/ps/fields.table.ts';
import type { Task } from '#kernel/syscall/sys.ts';

export interface Column {
  readonly field: FieldRow;
  readonly header: string;
  readonly width: number;
}

/** The columns of one -o argument, or the name that nobody knows. */
export function parseFormat(text: string): Column[] | string {
  const columns: Column[] = [];
  let rest = text;
  for (;;) {
    rest = rest.replace(/^[\s,]+/, '');
    if (rest === '') return columns;
    const name = /^[^\s,=]*/.exec(rest)?.[0] ?? '';
    rest = rest.slice(name.length);
    const field = FIELDS.find((row) => row.name === name);
    if (field === undefined) return name;
    let { header, width } = field;
    // A header of one's own is the rest of the argument, and wide enough for it.
    if (rest.startsWith('=')) {
      header = rest.slice(1);
      width = header.length === 0 ? field.width : header.length;
      header = header.trim();
      rest = '';
    }
    columns.push({ field, header, width: Math.max(width, field.minWidth) });
  }
}

/** The header line; undefined when all headers are empty. */
export function headerLine(columns: readonly Column[]): string | undefined {
  if (columns.every((column) => column.header === '')) return undefined;
  return columns
    .map((column, index) => {
      const isLast = index === columns.length - 1;
      const { align } = column.field;
      if (align === undefined) return column.header.padStart(column.width);
      return align === 'text' && isLast ? column.header : column.header.padEnd(column.width);
    })
    .join(' ');
}

export function* formatLine(
  info: Psinfo,
  columns: readonly Column[],
  context: PsContext,
): Task<string> {
  const cells: string[] = [];
  for (const [index, { field, width }] of columns.entries()) {
    const isLast = index === columns.length - 1;
    const isZombie = info.nlwp === 0 && field.zombie !== undefined;
    const text = isZombie ? (field.zombie ?? '') : yield* field.show(info, context, width);
    if (field.align === undefined) cells.push(text.padStart(width));
    else if (field.align === 'text' && isLast) cells.push(text.slice(0, width));
    else cells.push(text.padEnd(width));
  }
  return cells.join(' ');
}

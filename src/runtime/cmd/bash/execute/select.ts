/** The menu of `select`. @man bash(1) select */
import type { Task } from '#kernel/syscall/sys.ts';
import { readLine } from '#cmd/bash/execute/read-line.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { terminalWidth } from '#cmd/bash/edit/width.ts';

/** The word chosen ('' for no such number), `again` for an empty line, `end` for no more input. */
export type Selection = { readonly value: string } | 'again' | 'end';

export function* readSelection(
  shell: Shell,
  words: readonly string[],
  showMenu: boolean,
): Task<Selection> {
  if (showMenu) yield* shell.write(2, menu(words, Number(shell.variables.get('COLUMNS') ?? 80)));
  yield* shell.write(2, shell.variables.get('PS3') ?? '#? ');
  const line = yield* readLine(shell, 0);
  if (line === undefined) {
    yield* shell.write(2, '\n');
    return 'end';
  }
  shell.variables.set('REPLY', line.text);
  if (line.text === '') return 'again';
  const number = /^\s*(\d+)\s*$/.exec(line.text)?.[1];
  return { value: number === undefined ? '' : (words[Number(number) - 1] ?? '') };
}

/** Numbered, in columns down the page, as bash lays it out. */
function menu(words: readonly string[], columns: number): string {
  const digits = String(words.length).length;
  const widest = Math.max(...words.map((word) => terminalWidth(word)));
  const cell = widest + digits + 4;
  const perRow = Math.max(1, Math.floor(columns / cell));
  const rows = words.length <= perRow ? words.length : Math.ceil(words.length / perRow);
  const lines: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    let line = '';
    for (let i = row; i < words.length; i += rows) {
      const item = `${String(i + 1).padStart(digits)}) ${words[i]}`;
      line += i + rows < words.length ? item + ' '.repeat(cell - terminalWidth(item)) : item;
    }
    lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}

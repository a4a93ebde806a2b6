/**
 * The bottom line while it is typed into: after `:`, `/`, `?` and `!`.
 */
import type { Task } from '#kernel/syscall/sys.ts';
import { nextColumn, previousColumn } from '#cmd/vi/characters.ts';
import type { Editor } from '#cmd/vi/editor.ts';

/** What was typed before the return key; undefined when it was abandoned. */
export function* readCommandLine(
  editor: Editor,
  prompt: string,
  initial = '',
): Task<string | undefined> {
  const modeBefore = editor.mode;
  editor.mode = 'commandLine';
  editor.message = '';
  let text = initial;
  let at = text.length;
  let historyIndex = editor.commandHistory.length;
  const finish = (result: string | undefined): string | undefined => {
    editor.commandLine = undefined;
    editor.mode = modeBefore;
    if (result !== undefined && result !== '' && prompt === ':') editor.commandHistory.push(result);
    return result;
  };
  for (;;) {
    editor.commandLine = { prompt, text, at };
    const key = yield* editor.key();
    if (key === '\r' || key === '\n') return finish(text);
    if (key === '\x1b' || key === '\x03') return finish(undefined);
    if (key === '\b' || key === '\x7f') {
      if (text === '') return finish(undefined);
      const before = previousColumn(text, at);
      text = text.slice(0, before) + text.slice(at);
      at = before;
    } else if (key === '\x17') {
      const kept = text.slice(0, at).replace(/(?:\w+|[^\w\s]+|\s+)\s*$/, '');
      text = kept + text.slice(at);
      at = kept.length;
    } else if (key === '\x15') {
      text = text.slice(at);
      at = 0;
    } else if (key === '<Left>') at = previousColumn(text, at);
    else if (key === '<Right>') at = nextColumn(text, at);
    else if (key === '<Home>' || key === '\x02') at = 0;
    else if (key === '<End>' || key === '\x05') at = text.length;
    else if ((key === '<Up>' || key === '<Down>') && prompt === ':') {
      historyIndex += key === '<Up>' ? -1 : 1;
      historyIndex = Math.max(0, Math.min(historyIndex, editor.commandHistory.length));
      text = editor.commandHistory[historyIndex] ?? '';
      at = text.length;
    } else {
      const typed = key === '\x16' ? yield* editor.key() : key;
      if (typed.length > 2) continue;
      text = text.slice(0, at) + typed + text.slice(at);
      at += typed.length;
    }
  }
}

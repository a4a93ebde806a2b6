/**
 * A file's bytes as lines and back. The last newline belongs to its line; a file without one is
 * remembered as incomplete, and writing adds it, as vi always did.
 */
import { decodeText, encodeText } from '#lib/libcurses/bytes-text.ts';

export interface FileText {
  readonly lines: string[];
  readonly isIncomplete: boolean;
}

export function decodeFile(bytes: Uint8Array): FileText {
  const lines = decodeText(bytes).split('\n');
  const isIncomplete = lines.at(-1) !== '';
  if (!isIncomplete) lines.pop();
  return { lines, isIncomplete: isIncomplete && bytes.length > 0 };
}

export function encodeLines(lines: readonly string[]): Uint8Array {
  return encodeText(lines.length === 0 ? '' : `${lines.join('\n')}\n`);
}

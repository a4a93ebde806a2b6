/**
 * Parts of text that is expanded like a here-document: prompts, arithmetic, here-documents made at
 * run time. unbash has no door for such text alone, so it is handed over as the body of a
 * here-document whose delimiter does not occur in it.
 */
import { parse } from 'unbash';
import type { WordPart } from 'unbash';

export function documentParts(text: string): readonly WordPart[] {
  let delimiter = 'EOF';
  while (text.includes(delimiter)) delimiter += '_';
  const source = `:<<${delimiter}\n${text}\n${delimiter}\n`;
  const statement = parse(source).commands[0];
  const command = statement?.command;
  const redirect = command?.type === 'Command' ? command.redirects[0] : undefined;
  if (redirect?.type !== 'HereDoc') return [];
  const parts = redirect.body.parts ?? [
    { type: 'Literal', pos: 0, end: 0, text: `${text}\n`, value: dequote(`${text}\n`) } as const,
  ];
  return dropLastNewline(parts);
}

/** What a backslash means in a here-document without expansions. */
function dequote(text: string): string {
  return text.replace(/\\([$`\\\n])/g, (_, char: string) => (char === '\n' ? '' : char));
}

function dropLastNewline(parts: readonly WordPart[]): readonly WordPart[] {
  const last = parts.at(-1);
  if (last?.type !== 'Literal' || !last.value.endsWith('\n')) return parts;
  const value = last.value.slice(0, -1);
  if (value === '') return parts.slice(0, -1);
  return [...parts.slice(0, -1), { ...last, value }];
}

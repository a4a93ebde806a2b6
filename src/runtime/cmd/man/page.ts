/**
 * A manual page and how it is laid out: headings and names bold, what one fills in underlined, by
 * overstriking, as nroff does it and less shows it.
 * @man man(7)
 */
export interface ManualPage {
  readonly name: string;
  /** Further names the page is found by. */
  readonly also?: readonly string[];
  readonly section: string;
  readonly summary: string;
  readonly synopsis: readonly string[];
  /** Paragraphs; `*word*` is bold, `_word_` underlined. */
  readonly description: readonly string[];
  readonly options?: readonly (readonly [option: string, text: string])[];
  readonly exit?: readonly (readonly [status: string, text: string])[];
  readonly seeAlso?: readonly string[];
}

const INDENT = 7;
const DEEP_INDENT = 15;

/** `x BS x` for each character. */
export function bold(text: string): string {
  return text.replace(/[^\s]/gu, (character) => `${character}\b${character}`);
}

export function underlined(text: string): string {
  return text.replace(/[^\s]/gu, (character) => `_\b${character}`);
}

/** `*bold*` and `_underlined_` words made so. */
export function marked(text: string): string {
  return text
    .replace(/\*([^*\s](?:[^*]*[^*\s])?)\*/g, (_all, word: string) => bold(word))
    .replace(
      /(^|[\s([|])_([A-Za-z][\w-]*)_(?=$|[\s.,;:)\]|])/g,
      (_all, before: string, word: string) => before + underlined(word),
    );
}

/** Columns of text with its overstrikes. */
function width(text: string): number {
  return text.replace(/.\x08/gu, '').length;
}

/** Breaks a paragraph into lines of at most `columns`, all indented. */
export function fill(text: string, columns: number, indent: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of marked(text).split(/\s+/)) {
    if (line !== '' && width(line) + 1 + width(word) > columns - indent) {
      lines.push(' '.repeat(indent) + line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  if (line !== '') lines.push(' '.repeat(indent) + line);
  return lines;
}

/** An option or a status with its text, which begins on the same line if there is room. */
function item(name: string, text: string, columns: number): string[] {
  const label = ' '.repeat(INDENT) + bold(name);
  const body = fill(text, columns, DEEP_INDENT);
  if (name.length > DEEP_INDENT - INDENT - 2) return [label, ...body];
  const gap = ' '.repeat(DEEP_INDENT - INDENT - name.length);
  const [first = '', ...rest] = body;
  return [label + gap + first.trimStart(), ...rest];
}

/** Title on the left and right, kind of page in the middle. */
function banner(page: ManualPage, columns: number): string {
  const title = `${page.name.toUpperCase()}(${page.section.toUpperCase()})`;
  const kind = page.section.startsWith('8')
    ? 'Maintenance Commands and Procedures'
    : 'User Commands';
  const room = columns - 2 * title.length - kind.length;
  const left = Math.max(1, Math.floor(room / 2));
  return title + ' '.repeat(left) + kind + ' '.repeat(Math.max(1, room - left)) + title;
}

/** The whole page as text with overstrikes. */
export function layOut(page: ManualPage, columns: number): string {
  const lines: string[] = [banner(page, columns), ''];
  const section = (title: string, body: readonly string[]): void => {
    lines.push(bold(title), ...body, '');
  };
  const names = [page.name, ...(page.also ?? [])].join(', ');
  section('NAME', fill(`${names} - ${page.summary}`, columns, INDENT));
  section(
    'SYNOPSIS',
    page.synopsis.map((line) => ' '.repeat(INDENT) + synopsisLine(line)),
  );
  const paragraphs = page.description.flatMap((text, index) => [
    ...(index > 0 ? [''] : []),
    ...fill(text, columns, INDENT),
  ]);
  section('DESCRIPTION', paragraphs);
  const items = (rows: readonly (readonly [string, string])[]): string[] =>
    rows.flatMap(([name, text], index) => [
      ...(index > 0 ? [''] : []),
      ...item(name, text, columns),
    ]);
  if (page.options !== undefined) section('OPTIONS', items(page.options));
  if (page.exit !== undefined) section('EXIT STATUS', items(page.exit));
  if (page.seeAlso !== undefined)
    section('SEE ALSO', fill(page.seeAlso.join(', '), columns, INDENT));
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The command's name bold, words to fill in underlined. */
function synopsisLine(line: string): string {
  return line
    .split(' ')
    .map((word, index) => {
      if (index === 0) return bold(word);
      return word.replace(/[a-z][a-z_-]+/g, (name, at: number) =>
        word[at - 1] === '-' ? name : underlined(name),
      );
    })
    .join(' ');
}

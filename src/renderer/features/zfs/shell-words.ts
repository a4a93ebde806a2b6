/** Command lines for people: the words as one would type them into a shell. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

export function shellText(argv: readonly string[]): string {
  return argv.map(quoted).join(' ');
}

function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

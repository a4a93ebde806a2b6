/** Several lines of one command as one history entry: joined by `; ` where the grammar lets it. */

const OPENERS = /(?:^|[\s;&|(])(?:do|then|else|elif|if|while|until|in|\{|\(|!)\s*$/;
const OPERATORS = /(?:&&|\|\||\||;|;;|&|\\)\s*$/;

export function joinCommandLines(lines: readonly string[]): string {
  let text = lines[0] ?? '';
  let needsNewlines = hasOpenQuote(text) || /<<-?\s*\S/.test(text);
  for (const line of lines.slice(1)) {
    if (needsNewlines) text += `\n${line}`;
    else if (text.endsWith('\\')) text = text.slice(0, -1) + line;
    else if (OPENERS.test(text) || OPERATORS.test(text)) text += ` ${line.trimStart()}`;
    else text += `; ${line.trimStart()}`;
    needsNewlines = hasOpenQuote(text) || /<<-?\s*\S/.test(text);
  }
  return text;
}

function hasOpenQuote(text: string): boolean {
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (char === '\\' && quote !== "'") at += 1;
    else if (quote === '') quote = char === '"' || char === "'" ? char : '';
    else if (char === quote) quote = '';
  }
  return quote !== '';
}

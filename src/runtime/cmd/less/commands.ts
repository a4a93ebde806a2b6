/**
 * The pager's commands: one key, perhaps after a number, perhaps with more typed on the bottom line.
 * @man less(1) COMMANDS
 */
import type { Task } from '#kernel/syscall/sys.ts';
import { HELP } from '#cmd/less/help.ts';
import type { Pager } from '#cmd/less/pager.ts';
import { TextSource } from '#cmd/less/source.ts';
import { encodeUtf8 } from '#base/bytes.ts';

type Action = (pager: Pager, count: number | undefined) => Task<void>;

/** Runs commands until the pager is left or the terminal is gone. */
export function* pageLoop(pager: Pager): Task<void> {
  while (!pager.isFinished) {
    yield* pager.loadWindow();
    if (pager.options.quitsAtEnd && pager.isAtEnd && !pager.isNew) {
      if (pager.fileIndex === pager.files.length - 1 || pager.files.length === 0) return;
    }
    let key = yield* pager.key();
    if (key === undefined) return;
    const answersMessage = pager.message !== '' && (key === '\r' || key === '\n' || key === ' ');
    pager.message = '';
    if (answersMessage) continue;
    pager.isNew = false;
    let digits = '';
    while (key !== undefined && /^[0-9]$/.test(key)) {
      digits += key;
      pager.typed = `:${digits}`;
      key = yield* pager.key();
    }
    pager.typed = undefined;
    if (key === undefined) return;
    const action = ACTIONS[key];
    if (action === undefined) pager.bells += 1;
    else yield* action(pager, digits === '' ? undefined : Number(digits));
  }
}

/** Reads a line on the bottom line after `prompt`; undefined when it was abandoned. */
function* readLine(pager: Pager, prompt: string): Task<string | undefined> {
  let text = '';
  for (;;) {
    pager.typed = prompt + text;
    const key = yield* pager.key();
    if (key === undefined || key === '\x1b' || key === '\x03') break;
    if (key === '\r' || key === '\n') {
      pager.typed = undefined;
      return text;
    }
    if (key === '\b' || key === '\x7f') {
      if (text === '') break;
      text = Array.from(text).slice(0, -1).join('');
    } else if (key === '\x15') text = '';
    else if (key.length <= 2) text += key;
  }
  pager.typed = undefined;
  return undefined;
}

/** Waits for one key after a prefix such as `:` or `-`. */
function* readPrefixed(pager: Pager, prompt: string): Task<string> {
  pager.typed = prompt;
  const key = yield* pager.key();
  pager.typed = undefined;
  return key ?? '';
}

function* search(pager: Pager, prompt: '/' | '?', count: number | undefined): Task<void> {
  const typed = yield* readLine(pager, prompt);
  if (typed === undefined) return;
  const isForward = prompt === '/';
  const isInverse = typed.startsWith('!');
  const text = isInverse ? typed.slice(1) : typed;
  if (text !== '') {
    const wrong = pager.setPattern(text, isForward, isInverse);
    if (wrong !== undefined) {
      pager.message = wrong;
      return;
    }
  } else if (pager.pattern === undefined) {
    pager.message = 'No previous regular expression';
    return;
  }
  yield* pager.search(count ?? 1, isForward);
}

function* searchAgain(pager: Pager, count: number | undefined, isReversed: boolean): Task<void> {
  if (pager.pattern === undefined) {
    pager.message = 'No previous regular expression';
    return;
  }
  pager.options.highlights = true;
  yield* pager.search(count ?? 1, pager.pattern.isForward !== isReversed);
}

function* percent(pager: Pager, count: number | undefined): Task<void> {
  yield* pager.load(Number.MAX_SAFE_INTEGER);
  const wanted = (pager.source.readBytes * Math.min(100, count ?? 0)) / 100;
  let [low, high] = [0, Math.max(0, pager.source.lineCount - 1)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (pager.source.offsetOf(middle) <= wanted) low = middle;
    else high = middle - 1;
  }
  yield* pager.goTo(low);
}

const TOGGLES: Readonly<Record<string, (pager: Pager) => string>> = {
  S: ({ options }) => {
    options.chops = !options.chops;
    return options.chops ? 'Chop long lines' : 'Fold long lines';
  },
  N: ({ options }) => {
    options.numbers = !options.numbers;
    return options.numbers ? 'Use line numbers' : "Don't use line numbers";
  },
  R: (pager) => {
    pager.options.keepsColours = !pager.options.keepsColours;
    pager.forgetShown();
    return pager.options.keepsColours
      ? 'Display ANSI sequences directly, others in caret notation'
      : 'Display control characters in caret notation';
  },
  i: (pager) => toggleCase(pager, 'lower', 'Ignore case in searches'),
  I: (pager) => toggleCase(pager, 'always', 'Ignore case in searches and in patterns'),
};

function toggleCase(pager: Pager, mode: 'lower' | 'always', message: string): string {
  const { options } = pager;
  options.ignoreCase = options.ignoreCase === mode ? 'never' : mode;
  pager.recompile();
  return options.ignoreCase === 'never' ? 'Case is significant in searches' : message;
}

function* toggleOption(pager: Pager): Task<void> {
  const key = yield* readPrefixed(pager, '-');
  const toggle = TOGGLES[key];
  pager.message =
    toggle === undefined ? `There is no -${key} option ("less --help" for help)` : toggle(pager);
}

function* colonCommand(pager: Pager, count: number | undefined): Task<void> {
  const key = yield* readPrefixed(pager, ':');
  if (key === 'n') yield* switchFile(pager, pager.fileIndex + (count ?? 1));
  else if (key === 'p') yield* switchFile(pager, pager.fileIndex - (count ?? 1));
  else if (key === 'x') yield* switchFile(pager, (count ?? 1) - 1);
  else if (key === 'q' || key === 'Q') pager.isFinished = true;
  else if (key === 'f') yield* showPlace(pager);
  else if (key === 'e') yield* examine(pager);
  else if (key === 'd') yield* removeFile(pager);
  else pager.bells += 1;
}

function* switchFile(pager: Pager, index: number): Task<void> {
  const wrong = yield* pager.show(index);
  if (wrong !== undefined) pager.message = wrong;
}

function* examine(pager: Pager): Task<void> {
  const name = yield* readLine(pager, 'Examine: ');
  if (name === undefined || name.trim() === '') return;
  pager.files.splice(pager.fileIndex + 1, 0, name.trim());
  const wrong = yield* pager.show(pager.fileIndex + 1);
  if (wrong === undefined) return;
  pager.files.splice(pager.fileIndex + 1, 1);
  pager.message = wrong;
}

function* removeFile(pager: Pager): Task<void> {
  if (pager.files.length < 2) {
    pager.bells += 1;
    return;
  }
  const index = pager.fileIndex;
  pager.files.splice(index, 1);
  yield* switchFile(pager, Math.min(index, pager.files.length - 1));
}

/** A file is read to its end first, so that its lines can be counted. */
function* showPlace(pager: Pager): Task<void> {
  if (pager.source.sizeBytes !== undefined) yield* pager.load(Number.MAX_SAFE_INTEGER);
  pager.message = describe(pager);
}

/** `=`: name, lines, bytes, percentage. */
function describe(pager: Pager): string {
  const { source, files } = pager;
  const many = files.length > 1 ? ` (file ${pager.fileIndex + 1} of ${files.length})` : '';
  const last = Math.min(source.lineCount, pager.top.line + pager.rows);
  const total = source.isComplete ? `/${source.lineCount}` : '';
  const size = source.sizeBytes ?? (source.isComplete ? source.readBytes : undefined);
  const bytes = source.offsetOf(last);
  const percent = size === undefined || size === 0 ? '' : ` ${Math.round((bytes * 100) / size)}%`;
  const place = `lines ${pager.top.line + 1}-${last}${total} byte ${bytes}`;
  const of = size === undefined ? '' : `/${size}`;
  return `${source.name ?? 'standard input'}${many} ${place}${of}${percent}`;
}

/** F: waits for the text to grow, until a key comes. */
function* follow(pager: Pager): Task<void> {
  yield* pager.goToEnd();
  pager.isFollowing = true;
  for (;;) {
    const key = yield* pager.key(500);
    if (key === undefined || (key !== '' && key !== '<Resize>')) break;
    while (yield* pager.host.readMore(pager.source)) pager.forgetShown();
    yield* pager.goToEnd();
  }
  pager.isFollowing = false;
}

function* setMark(pager: Pager): Task<void> {
  const name = yield* readPrefixed(pager, 'mark: ');
  if (/^[a-zA-Z]$/.test(name)) pager.marks.set(name, pager.top);
  else pager.bells += 1;
}

function* goToMark(pager: Pager): Task<void> {
  const name = yield* readPrefixed(pager, 'goto mark: ');
  const here = pager.top;
  if (name === '^') pager.top = { line: 0, row: 0 };
  else if (name === '$') yield* pager.goToEnd();
  else {
    const place = pager.marks.get(name);
    if (place === undefined) {
      pager.message = 'Mark not set';
      return;
    }
    pager.top = place;
  }
  pager.marks.set("'", here);
}

function* shell(pager: Pager): Task<void> {
  const command = yield* readLine(pager, '!');
  if (command !== undefined) yield* pager.host.runOnTerminal(command);
}

function* edit(pager: Pager): Task<void> {
  const { name } = pager.source;
  if (name === undefined) {
    pager.message = 'Cannot edit standard input';
    return;
  }
  yield* pager.host.runOnTerminal(`vi +${pager.top.line + 1} '${name.replaceAll("'", "'\\''")}'`);
  const { top } = pager;
  yield* switchFile(pager, pager.fileIndex);
  yield* pager.goTo(top.line);
}

function* help(pager: Pager): Task<void> {
  const { source, top } = pager;
  pager.source = new TextSource('HELP -- Press RETURN for more, or q when done', undefined);
  pager.source.append(encodeUtf8(HELP));
  pager.source.end();
  pager.top = { line: 0, row: 0 };
  pager.forgetShown();
  pager.isNew = true;
  yield* pageLoop(pager);
  pager.isFinished = false;
  pager.source = source;
  pager.top = top;
  pager.forgetShown();
}

function* forwardWindow(pager: Pager, count: number | undefined): Task<void> {
  if (pager.options.isMore && pager.isAtEnd) yield* nextOrQuit(pager);
  else yield* pager.forward(count ?? pager.fullWindow ?? pager.rows);
}

/** more(1) goes on to the next file at the end of one. */
function* nextOrQuit(pager: Pager): Task<void> {
  if (pager.fileIndex + 1 < pager.files.length) yield* switchFile(pager, pager.fileIndex + 1);
  else pager.isFinished = true;
}

function half(pager: Pager, count: number | undefined): number {
  if (count !== undefined) pager.halfWindow = count;
  return pager.halfWindow ?? Math.max(1, Math.floor((pager.rows + 1) / 2));
}

function now(action: (pager: Pager, count: number | undefined) => void): Action {
  return function* run(pager, count): Task<void> {
    action(pager, count);
  };
}

const forwardLine: Action = (pager, count) => pager.forward(count ?? 1);
const backLine: Action = now((pager, count) => pager.back(count ?? 1));
const backWindow: Action = now((pager, count) =>
  pager.back(count ?? pager.fullWindow ?? pager.rows),
);
const forwardHalf: Action = (pager, count) => pager.forward(half(pager, count));
const backHalf: Action = now((pager, count) => pager.back(half(pager, count)));
const goFirst: Action = (pager, count) => pager.goTo((count ?? 1) - 1);
const goLast: Action = (pager, count) =>
  count === undefined ? pager.goToEnd() : pager.goTo(count - 1);
const quit: Action = now((pager) => {
  pager.isFinished = true;
});
const repaint: Action = now((pager) => pager.forgetShown());

/** Left and right: half a screen, and lines are cut from then on until back at the left. */
function shiftBy(pager: Pager, columns: number): void {
  pager.shift = Math.max(0, pager.shift + columns);
  if (pager.shift > 0) pager.options.chops = true;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  ' ': forwardWindow,
  f: forwardWindow,
  '\x06': forwardWindow,
  '\x16': forwardWindow,
  '<PageDown>': forwardWindow,
  z: (pager, count) => {
    pager.fullWindow = count ?? pager.fullWindow;
    return forwardWindow(pager, count);
  },
  w: now((pager, count) => {
    pager.fullWindow = count ?? pager.fullWindow;
    pager.back(pager.fullWindow ?? pager.rows);
  }),
  e: forwardLine,
  j: forwardLine,
  '\r': forwardLine,
  '\n': forwardLine,
  '\x05': forwardLine,
  '\x0e': forwardLine,
  '<Down>': forwardLine,
  J: (pager, count) => pager.forward(count ?? 1, true),
  y: backLine,
  k: backLine,
  '\x19': backLine,
  '\x10': backLine,
  '\x0b': backLine,
  '<Up>': backLine,
  K: backLine,
  b: backWindow,
  '\x02': backWindow,
  '<PageUp>': backWindow,
  d: forwardHalf,
  '\x04': forwardHalf,
  u: backHalf,
  '\x15': backHalf,
  g: goFirst,
  '<': goFirst,
  '<Home>': goFirst,
  G: goLast,
  '>': goLast,
  '<End>': goLast,
  p: percent,
  '%': percent,
  '/': (pager, count) => search(pager, '/', count),
  '?': (pager, count) => search(pager, '?', count),
  n: (pager, count) => searchAgain(pager, count, false),
  N: (pager, count) => searchAgain(pager, count, true),
  r: repaint,
  '\x0c': repaint,
  R: repaint,
  F: follow,
  m: setMark,
  "'": goToMark,
  ':': colonCommand,
  '-': toggleOption,
  '=': showPlace,
  '\x07': showPlace,
  '<Right>': now((pager, count) => shiftBy(pager, count ?? Math.floor(pager.columns / 2))),
  '<Left>': now((pager, count) => shiftBy(pager, -(count ?? Math.floor(pager.columns / 2)))),
  '\x1b': function* (pager) {
    const key = yield* readPrefixed(pager, 'ESC');
    if (key === 'v') yield* backWindow(pager, undefined);
    else if (key === 'u') pager.options.highlights = !pager.options.highlights;
    else if (key === '<') yield* pager.goTo(0);
    else if (key === '>') yield* pager.goToEnd();
    else pager.bells += 1;
  },
  v: edit,
  '!': shell,
  h: help,
  H: help,
  q: quit,
  Q: quit,
  '\x03': now((pager) => {
    pager.bells += 1;
  }),
  '\x1a': (pager) => pager.host.suspend(),
  Z: function* (pager) {
    if ((yield* readPrefixed(pager, 'Z')) === 'Z') pager.isFinished = true;
    else pager.bells += 1;
  },
  '<Resize>': repaint,
};

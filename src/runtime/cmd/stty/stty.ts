/** stty: shows and changes the settings of the terminal on standard input. @man stty(1) */
import { TCGETS, TCSETSW, TIOCGWINSZ, TIOCSWINSZ } from '#abi/illumos/ioctl.ts';
import {
  BRKINT,
  CBAUD,
  CBAUDEXT,
  CREAD,
  CS7,
  CS8,
  CSIZE,
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNPAR,
  ISIG,
  IXON,
  NCCS,
  ONLCR,
  OPOST,
  SPEEDS,
  TAB3,
  type Termios,
  VEOF,
  VEOL,
  VMIN,
  VTIME,
  type Winsize,
} from '#abi/illumos/termios.ts';
import type { Command } from '#cmd/command.ts';
import { CHARACTERS, FLAGS, SHOWN_GROUPS } from '#cmd/stty/settings.table.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';

/** The settings of a terminal as it is opened, and what `sane` means. */
const SANE_CHARACTERS: readonly (readonly [name: string, code: number])[] = [
  ['intr', 3],
  ['quit', 28],
  ['erase', 127],
  ['kill', 21],
  ['eof', 4],
  ['start', 17],
  ['stop', 19],
  ['susp', 26],
  ['dsusp', 25],
  ['rprnt', 18],
  ['flush', 15],
  ['werase', 23],
  ['lnext', 22],
  ['status', 20],
];

function speedOf(cflag: number): number {
  const code = (cflag & CBAUD) + (cflag & CBAUDEXT ? CBAUD + 1 : 0);
  return SPEEDS[code] ?? 0;
}

/** `^c`, `<undef>`, or the character. */
export function characterText(code: number): string {
  if (code === 0) return '<undef>';
  if (code === 127) return '^?';
  if (code < 32) return `^${String.fromCharCode(code + 64).toLowerCase()}`;
  return String.fromCharCode(code);
}

/** What a word for a control character means; undefined for a wrong one. */
export function parseCharacter(word: string): number | undefined {
  if (word === 'undef' || word === '<undef>' || word === '^-') return 0;
  if (word === '^?') return 127;
  if (word.startsWith('^') && word.length === 2) return word.toUpperCase().charCodeAt(1) & 31;
  return word.length === 1 ? word.charCodeAt(0) : undefined;
}

function flagWords(settings: Termios, isAll: boolean): string[] {
  return SHOWN_GROUPS.map((group) => {
    const words: string[] = [];
    if (group === 'cflag' && isAll) words.push(sizeWord(settings));
    for (const { name, group: own, bit, mask } of FLAGS) {
      if (own !== group) continue;
      const isOn = (settings[group] & (mask ?? bit)) === bit;
      if (name === 'parodd' && (settings.cflag & 0o400) === 0 && !isAll) continue;
      if (mask !== undefined && !isOn) continue;
      if (isAll || isOn) words.push(isOn ? name : `-${name}`);
    }
    return words.join(' ');
  });
}

function sizeWord(settings: Termios): string {
  return `cs${5 + ((settings.cflag & CSIZE) >> 4)}`;
}

function showAll(settings: Termios, size: Winsize): string {
  let text = `speed ${speedOf(settings.cflag)} baud; \n`;
  text += `rows = ${size.rows}; columns = ${size.columns}; `;
  text += `ypixels = ${size.yPixels}; xpixels = ${size.xPixels};\ncsdata ?\n`;
  const words = CHARACTERS.map(([name, index]) => {
    const isCount = (settings.lflag & ICANON) === 0 && (index === VMIN || index === VTIME);
    const code = settings.cc[index] ?? 0;
    if (!isCount) return `${name} = ${characterText(code)};`;
    return `${index === VMIN ? 'min' : 'time'} = ${code};`;
  });
  for (let at = 0; at < words.length; at += 4) text += `${words.slice(at, at + 4).join(' ')}\n`;
  return `${text}${flagWords(settings, true).join('\n')} \n`;
}

/** Without words: the speed, what is unusual, and what is on. */
function showShort(settings: Termios): string {
  let text = `speed ${speedOf(settings.cflag)} baud; \n`;
  const unusual = CHARACTERS.filter(([name, index]) => {
    const usual = SANE_CHARACTERS.find((row) => row[0] === name)?.[1] ?? 0;
    return settings.cc[index] !== usual;
  });
  if (unusual.length > 0) {
    const words = unusual.map(
      ([name, index]) => `${name} = ${characterText(settings.cc[index] ?? 0)};`,
    );
    text += `${words.join(' ')}\n`;
  }
  return `${text}${flagWords(settings, false)
    .filter((line) => line !== '')
    .join('\n')} \n`;
}

/** -g: all of it as hexadecimal words that stty takes back. */
function encode(settings: Termios): string {
  const flags = [settings.iflag, settings.oflag, settings.cflag, settings.lflag];
  return [...flags, ...settings.cc].map((value) => (value >>> 0).toString(16)).join(':');
}

function decode(word: string): Termios | undefined {
  const values = word.split(':');
  if (values.length !== 4 + NCCS || !values.every((value) => /^[0-9a-f]+$/.test(value))) {
    return undefined;
  }
  const [iflag = 0, oflag = 0, cflag = 0, lflag = 0, ...cc] = values.map((value) =>
    Number.parseInt(value, 16),
  );
  return { iflag, oflag, cflag, lflag, cc: Uint8Array.from(cc) };
}

function setCharacter(settings: Termios, name: string, code: number): void {
  const index = CHARACTERS.find((row) => row[0] === name)?.[1];
  if (index !== undefined) settings.cc[index] = code;
}

function makeSane(settings: Termios): void {
  settings.iflag = BRKINT | IGNPAR | ICRNL | IXON | 0o20000;
  settings.oflag = OPOST | ONLCR | (settings.oflag & TAB3);
  settings.cflag = (settings.cflag & ~CSIZE) | CS8 | CREAD;
  settings.lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
  for (const [name, code] of SANE_CHARACTERS) setCharacter(settings, name, code);
  settings.cc[VEOL] = 0;
}

/** Words that stand for several settings. */
const COMBINATIONS: Readonly<Record<string, (settings: Termios) => void>> = {
  sane: makeSane,
  raw: (settings) => {
    settings.iflag = 0;
    settings.oflag &= ~OPOST;
    settings.lflag &= ~(ICANON | ISIG | IEXTEN | ECHO);
    settings.cflag = (settings.cflag & ~CSIZE) | CS8;
    settings.cc[VMIN] = 1;
    settings.cc[VTIME] = 0;
  },
  cooked: makeSane,
  '-raw': makeSane,
  nl: (settings) => {
    settings.iflag &= ~ICRNL;
    settings.oflag &= ~ONLCR;
  },
  '-nl': (settings) => {
    settings.iflag |= ICRNL;
    settings.oflag |= ONLCR;
  },
  cbreak: (settings) => {
    settings.lflag &= ~ICANON;
    settings.cc[VMIN] = 1;
    settings.cc[VTIME] = 0;
  },
  '-cbreak': (settings) => {
    settings.lflag |= ICANON;
    settings.cc[VEOF] = 4;
    settings.cc[VEOL] = 0;
  },
  ek: (settings) => {
    setCharacter(settings, 'erase', 127);
    setCharacter(settings, 'kill', 21);
  },
  tabs: (settings) => {
    settings.oflag &= ~TAB3;
  },
  '-tabs': (settings) => {
    settings.oflag |= TAB3;
  },
  evenp: (settings) => {
    settings.cflag = (settings.cflag & ~CSIZE) | CS7 | 0o400;
  },
};

/** Does one word, with the next one where it needs a value; answers how many were used. */
function applyWord(
  settings: Termios,
  size: Winsize,
  word: string,
  next: string | undefined,
): number {
  const combination = COMBINATIONS[word];
  if (combination !== undefined) {
    combination(settings);
    return 1;
  }
  const isOff = word.startsWith('-');
  const flag = FLAGS.find((row) => row.name === (isOff ? word.slice(1) : word));
  if (flag !== undefined) {
    settings[flag.group] &= ~(flag.mask ?? flag.bit);
    if (!isOff) settings[flag.group] |= flag.bit;
    return 1;
  }
  if (/^cs[5-8]$/.test(word)) {
    settings.cflag = (settings.cflag & ~CSIZE) | ((Number(word[2]) - 5) << 4);
    return 1;
  }
  const whole = decode(word);
  if (whole !== undefined) {
    Object.assign(settings, whole);
    return 1;
  }
  return applyValue(settings, size, word, next);
}

function applyValue(
  settings: Termios,
  size: Winsize,
  word: string,
  next: string | undefined,
): number {
  if (next === undefined) return 0;
  const number = Number(next);
  if (word === 'min') settings.cc[VMIN] = number;
  else if (word === 'time') settings.cc[VTIME] = number;
  else if (word === 'rows') size.rows = number;
  else if (word === 'columns' || word === 'cols') size.columns = number;
  else {
    const code = parseCharacter(next);
    const known = CHARACTERS.some((row) => row[0] === word);
    if (code === undefined || !known) return 0;
    setCharacter(settings, word, code);
    return 2;
  }
  return Number.isInteger(number) ? 2 : 0;
}

function* stty(io: Stdio, sys: Sys): Task<number> {
  const settings: Termios = { iflag: 0, oflag: 0, cflag: 0, lflag: 0, cc: new Uint8Array(NCCS) };
  const got = yield* sys.ioctl(0, TCGETS, settings);
  if (isErrno(got)) {
    yield* io.warn(got.message);
    return 2;
  }
  const size: Winsize = { rows: 0, columns: 0, xPixels: 0, yPixels: 0 };
  yield* sys.ioctl(0, TIOCGWINSZ, size);
  const words = sys.argv.slice(1);
  if (words[0] === '-a') yield* io.out.write(showAll(settings, size));
  else if (words[0] === '-g') yield* io.out.write(`${encode(settings)}\n`);
  else if (words[0] === 'size') yield* io.out.write(`${size.rows} ${size.columns}\n`);
  else if (words.length === 0) yield* io.out.write(showShort(settings));
  else return yield* change(io, sys, settings, size, words);
  return 0;
}

function* change(
  io: Stdio,
  sys: Sys,
  settings: Termios,
  size: Winsize,
  words: readonly string[],
): Task<number> {
  const before = { ...size };
  for (let at = 0; at < words.length; ) {
    const used = applyWord(settings, size, words[at] as string, words[at + 1]);
    if (used === 0) {
      yield* io.warn(`unknown mode: ${words[at]}`);
      return 2;
    }
    at += used;
  }
  if (size.rows !== before.rows || size.columns !== before.columns) {
    yield* sys.ioctl(0, TIOCSWINSZ, size);
  }
  const result = yield* sys.ioctl(0, TCSETSW, settings);
  if (!isErrno(result)) return 0;
  yield* io.warn(result.message);
  return 2;
}

export const STTY: Command = { name: 'stty', path: '/usr/bin/stty', main: withStdio(stty) };

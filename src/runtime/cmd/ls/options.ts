/**
 * ls's options. Surprising: `-1` undoes `-C` only, `-l` wins over `-C -m -x`, and `-g` with `-o`
 * leaves out both owner and group.
 * @man ls(1)
 */
import { type LongOption, getoptLong } from '#lib/libc/getopt-long.ts';

/** strftime formats for old and recent files. */
export interface TimeFormats {
  readonly old: string;
  readonly recent: string;
}

export const TIME_DEFAULT: TimeFormats = { old: ' %b %e  %Y ', recent: ' %b %e %H:%M ' };
const TIME_LONG: TimeFormats = { old: ' %b %e %T %Y ', recent: ' %b %e %T %Y ' };
const TIME_FULL: TimeFormats = { old: ' %F %T.%N %z ', recent: ' %F %T.%N %z ' };
const TIME_LONG_ISO: TimeFormats = { old: ' %F %R ', recent: ' %F %R ' };
const TIME_ISO: TimeFormats = { old: ' %F ', recent: ' %m-%d %H:%M ' };

export interface LsOptions {
  all: boolean;
  almostAll: boolean;
  ignoreBackups: boolean;
  directoryItself: boolean;
  unsorted: boolean;
  sort: 'name' | 'time' | 'size' | 'none';
  reverse: boolean;
  recursive: boolean;
  long: boolean;
  owner: boolean;
  group: boolean;
  numeric: boolean;
  human: boolean;
  divisor: 1000 | 1024;
  blockSize: number;
  inode: boolean;
  blocks: boolean;
  classify: boolean;
  fileTypeOnly: boolean;
  slash: boolean;
  follow: 'none' | 'operands' | 'all';
  time: 'mtime' | 'atime' | 'ctime';
  formats: TimeFormats;
  layout: 'single' | 'columns' | 'across' | 'commas';
  width: number | undefined;
  unprintable: 'raw' | 'question' | 'escape';
  acl: 'none' | 'compact' | 'verbose';
  /** Mark files with extended attributes. */
  xattrMark: boolean;
  color: 'never' | 'always' | 'auto';
  allTimes: boolean;
}

const LONG_OPTIONS: readonly LongOption[] = [
  { name: 'all', argument: 'none', letter: 'a' },
  { name: 'almost-all', argument: 'none', letter: 'A' },
  { name: 'escape', argument: 'none', letter: 'b' },
  { name: 'classify', argument: 'none', letter: 'F' },
  { name: 'human-readable', argument: 'none', letter: 'h' },
  { name: 'dereference', argument: 'none', letter: 'L' },
  { name: 'dereference-command-line', argument: 'none', letter: 'H' },
  { name: 'ignore-backups', argument: 'none', letter: 'B' },
  { name: 'inode', argument: 'none', letter: 'i' },
  { name: 'numeric-uid-gid', argument: 'none', letter: 'n' },
  { name: 'no-group', argument: 'none', letter: 'o' },
  { name: 'hide-control-chars', argument: 'none', letter: 'q' },
  { name: 'reverse', argument: 'none', letter: 'r' },
  { name: 'recursive', argument: 'none', letter: 'R' },
  { name: 'size', argument: 'none', letter: 's' },
  { name: 'width', argument: 'required', letter: 'w' },
  { name: 'block-size', argument: 'required' },
  { name: 'full-time', argument: 'none' },
  { name: 'si', argument: 'none' },
  { name: 'color', argument: 'optional' },
  { name: 'colour', argument: 'optional' },
  { name: 'file-type', argument: 'none' },
  { name: 'time-style', argument: 'required' },
];

export const LS_USAGE =
  'usage: ls -aAbBcCdeEfFghHiklLmnopqrRsStuUwxvV1@/%[c | v]' +
  '%[atime | crtime | ctime | mtime | all] [files]\n';

/** Long format keeps its own column rules; `-C -m -x` after it do not undo it. */
function setLong(o: LsOptions): void {
  o.long = true;
  o.layout = 'single';
}

type Action = (o: LsOptions, value: string | undefined) => void | false;

const ACTIONS: Readonly<Record<string, Action>> = {
  a: (o) => void (o.all = true),
  A: (o) => void (o.almostAll = true),
  b: (o) => void (o.unprintable = 'escape'),
  B: (o) => void (o.ignoreBackups = true),
  c: (o) => void (o.time = 'ctime'),
  C: (o) => void (o.layout = 'columns'),
  d: (o) => void (o.directoryItself = true),
  e: (o) => {
    o.long = true;
    o.formats = TIME_LONG;
  },
  E: (o) => {
    o.long = true;
    o.formats = TIME_FULL;
  },
  f: (o) => void (o.unsorted = true),
  F: (o) => void (o.classify = true),
  g: (o) => {
    o.long = true;
    o.owner = false;
  },
  h: (o) => void (o.human = true),
  H: (o) => void (o.follow = 'operands'),
  i: (o) => void (o.inode = true),
  k: (o) => void (o.blockSize = 1024),
  l: setLong,
  L: (o) => void (o.follow = 'all'),
  m: (o) => void (o.layout = 'commas'),
  n: (o) => {
    setLong(o);
    o.numeric = true;
  },
  o: (o) => {
    o.long = true;
    o.group = false;
  },
  p: (o) => void (o.slash = true),
  q: (o) => void (o.unprintable = 'question'),
  r: (o) => void (o.reverse = true),
  R: (o) => void (o.recursive = true),
  s: (o) => void (o.blocks = true),
  S: (o) => void (o.sort = 'size'),
  t: (o) => void (o.sort = 'time'),
  U: (o) => void (o.sort = 'none'),
  u: (o) => void (o.time = 'atime'),
  v: (o) => {
    setLong(o);
    o.acl = 'verbose';
  },
  V: (o) => {
    setLong(o);
    o.acl = 'compact';
  },
  w: (o, value) => void (o.width = Number.parseInt(value ?? '', 10) || 0),
  x: (o) => void (o.layout = 'across'),
  '1': (o) => void (o.layout = o.layout === 'commas' ? 'commas' : 'single'),
  '@': (o) => {
    setLong(o);
    o.xattrMark = true;
  },
  '/': (o, value) => (value === 'c' || value === 'v' ? setLong(o) : false),
  '%': setTimes,
  '--full-time': (o) => void (o.formats = TIME_FULL),
  '--si': (o) => {
    o.human = true;
    o.divisor = 1000;
  },
  '--file-type': (o) => {
    o.classify = true;
    o.fileTypeOnly = true;
  },
  '--time-style': setTimeStyle,
  '--block-size': setBlockSize,
  '--color': setColor,
  '--colour': setColor,
};

function setTimes(o: LsOptions, value: string | undefined): void | false {
  if (value === 'atime' || value === 'ctime' || value === 'mtime') o.time = value;
  else if (value === 'all') o.allTimes = true;
  else if (value !== 'crtime') return false;
}

function setTimeStyle(o: LsOptions, value = ''): void {
  if (value === 'full-iso') o.formats = TIME_FULL;
  else if (value === 'long-iso') o.formats = TIME_LONG_ISO;
  else if (value === 'iso') o.formats = TIME_ISO;
  else if (value === 'locale') o.formats = TIME_DEFAULT;
  else if (value.startsWith('+')) {
    const [old = '', recent = old] = value.slice(1).split('\n');
    o.formats = { old: ` ${old} `, recent: ` ${recent} ` };
  }
}

function setBlockSize(o: LsOptions, value = ''): void | false {
  const match = /^(\d*)([KMGTPEkmgtpe]?)(B?)$/.exec(value);
  if (match === null) return false;
  const power = 'kmgtpe'.indexOf((match[2] as string).toLowerCase()) + 1;
  const size = Number(match[1] || 1) * (match[3] === 'B' ? 1000 : 1024) ** (match[2] ? power : 0);
  if (size < 1) return false;
  o.blockSize = size;
}

function setColor(o: LsOptions, value = 'always'): void | false {
  if (/^(?:always|yes|force)$/.test(value)) o.color = 'always';
  else if (/^(?:auto|tty|if-tty)$/.test(value)) o.color = 'auto';
  else if (/^(?:never|no|none)$/.test(value)) o.color = 'never';
  else return false;
}

function defaults(isTerminal: boolean): LsOptions {
  return {
    all: false,
    almostAll: false,
    ignoreBackups: false,
    directoryItself: false,
    unsorted: false,
    sort: 'name',
    reverse: false,
    recursive: false,
    long: false,
    owner: true,
    group: true,
    numeric: false,
    human: false,
    divisor: 1024,
    blockSize: 1,
    inode: false,
    blocks: false,
    classify: false,
    fileTypeOnly: false,
    slash: false,
    follow: 'none',
    time: 'mtime',
    formats: TIME_DEFAULT,
    layout: isTerminal ? 'columns' : 'single',
    width: undefined,
    unprintable: 'raw',
    acl: 'none',
    xattrMark: false,
    color: 'never',
    allTimes: false,
  };
}

/** The options and operands, or getopt's message (empty for a bad value). */
export function parseLsOptions(
  args: readonly string[],
  isTerminal: boolean,
): { options: LsOptions; operands: readonly string[] } | { message: string } {
  const letters = 'aAbBcCdeEfFghHiklLmnopqrRsStuUw:x1@vV/:%:';
  const parsed = getoptLong(args, letters, LONG_OPTIONS);
  if (parsed.message !== undefined) return { message: parsed.message };
  const options = defaults(isTerminal);
  for (const { letter, value } of parsed.options) {
    if (ACTIONS[letter]?.(options, value) === false) {
      return {
        message: letter.startsWith('--') ? `Invalid argument '${value}' for ${letter}` : '',
      };
    }
  }
  if (options.unsorted) {
    options.all = true;
    options.long = false;
    options.blocks = false;
    options.sort = 'none';
  }
  if (options.long) options.layout = 'single';
  return { options, operands: parsed.operands };
}

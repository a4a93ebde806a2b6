/**
 * ls's output: long lines, columns down or across, commas. Widths are counted in characters; a
 * column is the widest name plus what stands beside it, as illumos computes it.
 */
import { majorOf, minorOf } from '#abi/illumos/stat.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { COLOR_END, type Colors } from '#cmd/ls/colors.ts';
import { type Entry, timeOf } from '#cmd/ls/entry.ts';
import type { LsOptions } from '#cmd/ls/options.ts';
import type { Accounts } from '#lib/libc/accounts.ts';
import { permissionString, typeLetter } from '#lib/libc/file-mode.ts';
import { nicenum } from '#lib/libc/nicenum.ts';
import type { Output } from '#lib/libc/stdio.ts';
import { type Timezone, localtime, strftime } from '#lib/libc/time.ts';
import { aclText, modeAclText } from '#lib/libsec/acl-text.ts';

const NS = 1_000_000_000n;
const SIX_MONTHS = 6n * 30n * 86_400n * NS;
const MINUTE = 60n * NS;

export interface PrintContext {
  readonly options: LsOptions;
  readonly out: Output;
  readonly accounts: Accounts;
  readonly zone: Timezone;
  readonly nowNs: bigint;
  readonly columns: number;
  readonly colors: Colors | undefined;
}

function printable(name: string, options: LsOptions): string {
  if (options.unprintable === 'raw') return name;
  return name.replace(/[\u0000-\u001f\u007f]/g, (char) =>
    options.unprintable === 'question'
      ? '?'
      : `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}

const MARKS: Readonly<Record<string, string>> = {
  VDIR: '/',
  VDOOR: '>',
  VFIFO: '|',
  VLNK: '@',
  VSOCK: '=',
};

function markOf(entry: Entry, options: LsOptions): string {
  if (options.classify) {
    const mark = MARKS[entry.type];
    if (mark !== undefined) return mark;
    return !options.fileTypeOnly && (entry.stat.mode & 0o111) !== 0 ? '*' : '';
  }
  return options.slash && entry.type === 'VDIR' ? '/' : '';
}

/** The mark after a link's target, with -l and -F or -p. */
function targetMark(entry: Entry, options: LsOptions): string {
  const found = entry.targetStat;
  if (found === undefined || !(options.classify || options.slash)) return '';
  if (found.type !== 'VREG' && found.type !== 'VLNK') return MARKS[found.type] ?? '';
  return (found.mode & 0o111) !== 0 ? '*' : '';
}

function nameText(entry: Entry, context: PrintContext): string {
  const { options, colors } = context;
  const name = printable(entry.name, options);
  const paint = (text: string, start: string): string =>
    start === '' ? text : `${start}${text}${COLOR_END}`;
  const start = colors?.start(entry.name, entry.stat.mode, entry.type) ?? '';
  if (options.long && entry.target !== undefined) {
    const found = entry.targetStat;
    const targetStart =
      colors === undefined
        ? ''
        : found === undefined
          ? colors.orphan()
          : colors.start(entry.name, found.mode, found.type);
    const target = printable(entry.target, options) + targetMark(entry, options);
    return `${paint(name, start)} -> ${paint(target, targetStart)}`;
  }
  return paint(name + markOf(entry, options), start);
}

function sizeText(entry: Entry, options: LsOptions): string {
  const { stat, type } = entry;
  if (type === 'VCHR' || type === 'VBLK') {
    const major = String(majorOf(stat.rdev)).padStart(3);
    return `${major}, ${String(minorOf(stat.rdev)).padStart(2)}`;
  }
  const size = type === 'VSOCK' ? 0 : stat.size;
  if (options.human) return nicenum(size, options.divisor).padStart(7);
  return String(Math.ceil(size / options.blockSize)).padStart(7);
}

function timeText(
  timeNs: bigint,
  context: PrintContext,
  formats = context.options.formats,
): string {
  const isOld = timeNs < context.nowNs - SIX_MONTHS || timeNs > context.nowNs + MINUTE;
  return strftime(isOld ? formats.old : formats.recent, localtime(timeNs, context.zone));
}

function* ownerText(id: number, kind: 'user' | 'group', context: PrintContext): Task<string> {
  const { accounts, options } = context;
  let name: string | undefined;
  if (!options.numeric) {
    name = kind === 'user' ? yield* accounts.userName(id) : yield* accounts.groupName(id);
  }
  return `${(name ?? String(id)).padEnd(8)} `;
}

/** The entry without its trailing newline, and how many columns of the screen it takes. */
function* entryText(entry: Entry, context: PrintContext): Task<string> {
  const { options } = context;
  const { stat } = entry;
  const isTight = options.layout === 'commas';
  let text = '';
  if (options.inode) text += isTight ? `${stat.ino} ` : `${String(stat.ino).padStart(10)} `;
  if (options.blocks) {
    const blocks = entry.type === 'VCHR' || entry.type === 'VBLK' ? 0 : stat.blocks;
    text += `${isTight ? blocks : String(blocks).padStart(4)} `;
  }
  if (options.long) {
    text += `${typeLetter(entry.type)}${permissionString(stat.mode, entry.type)}`;
    text += entry.aclMark;
    text += `${String(stat.nlink).padStart(3)} `;
    const { owner, group } = options;
    if (owner) text += yield* ownerText(stat.uid, 'user', context);
    if (group) text += yield* ownerText(stat.gid, 'group', context);
    text += sizeText(entry, options) + timeText(timeOf(entry, options), context);
  }
  return text + nameText(entry, context);
}

/** Length without colour sequences. */
function columnsOf(text: string): number {
  return Array.from(text.replace(/\u001b(?:\[\d*m|\(B)/g, '')).length;
}

/** Prints `entries`; `widest` is the longest name (in columns) of the listing they belong to. */
export function* printEntries(entries: readonly Entry[], context: PrintContext): Task<void> {
  if (entries.length === 0) return;
  const { options, out } = context;
  const texts: string[] = [];
  for (const entry of entries) texts.push(yield* entryText(entry, context));
  if (options.layout === 'single') {
    for (let i = 0; i < texts.length; i += 1) {
      yield* out.write(`${texts[i]}\n`);
      if (options.acl !== 'none') {
        yield* out.write(yield* aclLines(entries[i] as Entry, options.acl, context));
      }
      if (options.allTimes) yield* out.write(timesText(entries[i] as Entry, context));
    }
    return;
  }
  const widest = entries.reduce((most, entry) => Math.max(most, columnsOf(entry.name)), 0);
  const width =
    widest +
    2 +
    (options.slash || options.classify ? 1 : 0) +
    (options.inode ? 11 : 0) +
    (options.blocks ? 5 : 0);
  if (options.layout === 'commas') yield* printCommas(texts, width, context);
  else yield* printColumns(texts, width, context);
}

function* printCommas(texts: readonly string[], width: number, context: PrintContext): Task<void> {
  let column = 0;
  let line = '';
  for (const text of texts) {
    if (column > 0) {
      column += 1;
      if (column + width + 2 > context.columns) {
        line += ',\n';
        column = 0;
      } else {
        line += ', ';
        column += 1;
      }
    }
    line += text;
    column += columnsOf(text);
  }
  yield* context.out.write(`${line}\n`);
}

function* printColumns(texts: readonly string[], width: number, context: PrintContext): Task<void> {
  const count = width <= context.columns ? Math.floor(context.columns / width) : 1;
  const rows = Math.ceil(texts.length / count);
  const isAcross = context.options.layout === 'across';
  for (let row = 0; row < rows; row += 1) {
    let line = '';
    let column = 0;
    for (let at = 0; at < count; at += 1) {
      const text = texts[isAcross ? row * count + at : at * rows + row];
      if (text === undefined) continue;
      if (at > 0) {
        line += ' '.repeat(width * at - column);
        column = width * at;
      }
      line += text;
      column += columnsOf(text);
    }
    yield* context.out.write(`${line}\n`);
  }
}

function* aclLines(
  { acl, stat, type }: Entry,
  style: 'compact' | 'verbose',
  context: PrintContext,
): Task<string> {
  if (acl === undefined) return type === 'VLNK' ? '' : modeAclText(stat.mode);
  return yield* aclText(acl, type === 'VDIR', style, context.accounts);
}

function timesText(entry: Entry, context: PrintContext): string {
  const format = { old: ' %b %e %T %Y ', recent: ' %b %e %T %Y ' };
  const { stat } = entry;
  return (
    [
      ['atime', stat.atimeNs],
      ['ctime', stat.ctimeNs],
      ['mtime', stat.mtimeNs],
    ] as const
  )
    .map(([name, at]) => `         timestamp: ${name}        ${timeText(at, context, format)}\n`)
    .join('');
}

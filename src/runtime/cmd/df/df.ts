/** df: space of filesystems. @man df(8) */
import type { Command } from '#cmd/command.ts';
import { scaled } from '#cmd/df/scaled.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { VfsStatistics } from '#kernel/vfs/vnode.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { type MountEntry, readMnttab } from '#lib/libc/mnttab.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

const USAGE =
  'Usage:\n' +
  'df [-F FSType] [-abeghklmntPVvZ] [-o FSType-specific_options] ' +
  '[directory | block_device | resource]\n';

type Statistics = VfsStatistics;

interface Row {
  readonly entry: MountEntry;
  readonly statistics: Statistics;
}

function blocks(count: bigint, statistics: Statistics, unit: number): string {
  return String((count * BigInt(statistics.fragmentSizeBytes)) / BigInt(unit));
}

/** Used space in percent of what users can have, rounded up as POSIX wants. */
export function capacity({ blocks: total, freeBlocks, availableBlocks }: Statistics): string {
  const reserved = freeBlocks - availableBlocks;
  const usable = total - reserved;
  const used = total - freeBlocks;
  const percent = usable <= 0n ? 0 : (Number(used) / Number(usable)) * 100 + 0.5;
  return `${String(Math.round(percent)).padStart(5)}%`;
}

/** The table of -k, -h, -m and -P. */
function tableLine({ entry, statistics }: Row, mode: 'k' | 'h' | 'm' | 'P'): string {
  const used = statistics.blocks - statistics.freeBlocks;
  const counts = [statistics.blocks, used, statistics.availableBlocks];
  const start = entry.special.padEnd(20);
  const end = `${capacity(statistics).padEnd(9)} ${entry.mountPoint}\n`;
  if (mode === 'h') {
    const fragment = BigInt(statistics.fragmentSizeBytes);
    const [size, taken, left] = counts.map((count) => scaled(count, fragment));
    return `${start} ${size?.padStart(6)} ${taken?.padStart(6)} ${left?.padStart(10)} ${end}`;
  }
  const unit = mode === 'P' ? 512 : mode === 'm' ? 1_048_576 : 1024;
  const cells = counts.map((count) => blocks(count, statistics, unit).padStart(11));
  return `${start} ${cells.join(' ')} ${end}`;
}

function tableHeader(mode: 'k' | 'h' | 'm' | 'P'): string {
  const start = 'Filesystem'.padEnd(20);
  if (mode === 'h') return `${start}   Size   Used  Available Capacity  Mounted on\n`;
  const unit = mode === 'P' ? '512-blocks' : mode === 'm' ? '1048576-blocks' : '1024-blocks';
  return `${start} ${unit.padStart(11)}        Used   Available Capacity  Mounted on\n`;
}

function named({ entry }: Row): string {
  return `${entry.mountPoint.padEnd(19)}(${entry.special.padEnd(19)})`;
}

/** What df says without a table: blocks of 512 bytes, and files. */
function plainLines(row: Row, withTotal: boolean): string {
  const { statistics } = row;
  const free = blocks(statistics.freeBlocks, statistics, 512).padStart(10);
  const files = String(statistics.freeFiles).padStart(8);
  if (!withTotal) return `${named(row)}:${free} blocks ${files} files\n`;
  const total = blocks(statistics.blocks, statistics, 512).padStart(10);
  const all = String(statistics.files).padStart(8);
  return (
    `${named(row)}: ${free} blocks ${files} files\n` +
    `${'total'.padStart(40)}: ${total} blocks ${all} files\n`
  );
}

/** -g: everything that statvfs(2) tells. */
function wholeLines(row: Row): string {
  const { entry, statistics } = row;
  const size = (count: bigint): string => blocks(count, statistics, 512).padStart(8);
  const files = String(statistics.files).padStart(14);
  const title = `${named(row)}:`.padEnd(42);
  const block = String(statistics.blockSizeBytes).padStart(14);
  const fragment = String(statistics.fragmentSizeBytes).padStart(11);
  return (
    `${title}${block} block size ${fragment} frag size  \n` +
    `${size(statistics.blocks)} total blocks ${size(statistics.freeBlocks)} free blocks ` +
    `${size(statistics.availableBlocks)} available ${files} total files\n` +
    `${String(statistics.freeFiles).padStart(8)} free files \n` +
    `${entry.fstype.padStart(8)} fstype ${String(statistics.nameMax).padStart(25)} filename length\n\n`
  );
}

/** The entry that holds `path`: its mount point, its special, or the filesystem of a file. */
function* find(
  io: Stdio,
  sys: Sys,
  entries: readonly MountEntry[],
  path: string,
): Task<MountEntry | undefined> {
  const direct = entries.findLast((entry) => entry.mountPoint === path || entry.special === path);
  if (direct !== undefined) return direct;
  const statistics = yield* sys.statvfs(path);
  if (isErrno(statistics)) {
    yield* io.err.write(
      `df: (${path.padEnd(10)}) not a block device, directory or mounted resource\n`,
    );
    return undefined;
  }
  return entries.findLast((entry) => entry.mountPoint === statistics.mountPoint);
}

function* rowsFor(
  io: Stdio,
  sys: Sys,
  operands: readonly string[],
  wanted: (entry: MountEntry) => boolean,
): Task<{ rows: Row[]; status: number } | undefined> {
  const entries = yield* readMnttab(sys);
  if (isErrno(entries)) {
    yield* io.warn(`cannot open /etc/mnttab: ${entries.message}`);
    return undefined;
  }
  let chosen = entries.filter((entry) => wanted(entry));
  let status = 0;
  if (operands.length > 0) {
    chosen = [];
    for (const path of operands) {
      const entry = yield* find(io, sys, entries, path);
      if (entry === undefined) status = 1;
      else chosen.push(entry);
    }
  }
  const rows: Row[] = [];
  for (const entry of chosen) {
    const statistics = yield* sys.statvfs(entry.mountPoint);
    if (!isErrno(statistics)) rows.push({ entry, statistics });
  }
  return { rows, status };
}

function* df(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'abeF:ghklmno:PtVvZ');
  if (parsed.message !== undefined) return yield* usageError(io, USAGE, parsed.message, 1);
  for (const letter of ['V', 'v', 'o']) {
    if (hasOption(parsed, letter)) return yield* notSupported(io, `-${letter}`);
  }
  const fstype = optionValue(parsed, 'F');
  const isAll = hasOption(parsed, 'a');
  const found = yield* rowsFor(io, sys, parsed.operands, (entry) => {
    if (fstype !== undefined && entry.fstype !== fstype) return false;
    return isAll || !entry.options.split(',').includes('ignore');
  });
  if (found === undefined) return 1;
  const letters = parsed.options.map((option) => option.letter).join('');
  const mode = (['h', 'm', 'k', 'P'] as const).find((letter) => letters.includes(letter));
  if (mode !== undefined) yield* io.out.write(tableHeader(mode));
  else if (letters.includes('e')) yield* io.out.write('Filesystem             ifree\n');
  else if (letters.includes('b')) yield* io.out.write('Filesystem             avail\n');
  for (const row of found.rows) {
    const { entry, statistics } = row;
    if (mode !== undefined) yield* io.out.write(tableLine(row, mode));
    else if (letters.includes('g')) yield* io.out.write(wholeLines(row));
    else if (letters.includes('n')) {
      yield* io.out.write(`${entry.mountPoint.padEnd(19)}: ${entry.fstype.padEnd(8)}\n`);
    } else if (letters.includes('e')) {
      const files = String(statistics.freeFiles).padStart(8);
      yield* io.out.write(`${entry.special.padEnd(20)} ${files}\n`);
    } else if (letters.includes('b')) {
      const free = blocks(statistics.freeBlocks, statistics, 1024).padStart(10);
      yield* io.out.write(`${entry.special.padEnd(20)} ${free}\n`);
    } else yield* io.out.write(plainLines(row, letters.includes('t')));
  }
  return found.status;
}

export const DF: Command = {
  name: 'df',
  path: '/usr/sbin/df',
  links: ['/usr/bin/df'],
  main: withStdio(df),
};

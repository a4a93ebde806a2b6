/** mount and umount: the list of mounted filesystems, and changes to it. @man mount(8) umount(8) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption, optionValue, type ParsedOptions } from '#lib/libc/getopt.ts';
import { type MountEntry, readMnttab } from '#lib/libc/mnttab.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

const MOUNT_USAGE = `Usage:
mount [-v | -p]
mount [-F FSType] [-V] [current_options] [-o specific_options]
	{special | mount_point}
mount [-F FSType] [-V] [current_options] [-o specific_options]
	special mount_point
mount -a [-F FSType ] [-V] [current_options] [-o specific_options]
	[mount_point ...]
`;
const UMOUNT_USAGE = `Usage:
umount [-f] [-V] [-o specific_options] {special | mount-point}
umount -a [-f] [-V] [-o specific_options] [mount_point ...]
`;

/** `read/write/setuid/devices/dev=…`, as the list has it. */
export function shownOptions(options: string): string {
  const words = options.split(',').filter((word) => word !== '' && word !== 'rw' && word !== 'ro');
  const isReadOnly = options.split(',').includes('ro');
  // Devices are told of behind setuid, whatever the table's order is.
  words.sort((a, b) => Number(b.endsWith('setuid')) - Number(a.endsWith('setuid')));
  return [isReadOnly ? 'read only' : 'read/write', ...words].join('/');
}

function* list(io: Stdio, sys: Sys, parsed: ParsedOptions): Task<number> {
  const entries = yield* readMnttab(sys);
  if (isErrno(entries)) {
    yield* io.warn(`cannot open mnttab: ${entries.message}`);
    return 1;
  }
  const zone = timezoneFrom(sys.env);
  const date = (entry: MountEntry): string =>
    strftime('%a %b %e %H:%M:%S %Y', localtime(BigInt(entry.time) * 1_000_000_000n, zone));
  for (const entry of entries) {
    const { special, mountPoint, fstype, options } = entry;
    let line: string;
    if (hasOption(parsed, 'p')) {
      line = `${special} - ${mountPoint} ${fstype} - no ${options.replace(/,?dev=\w+/, '')}`;
    } else if (hasOption(parsed, 'v')) {
      const shown = shownOptions(options);
      line = `${special} on ${mountPoint} type ${fstype} ${shown} on ${date(entry)}`;
    } else line = `${mountPoint} on ${special} ${shownOptions(options)} on ${date(entry)}`;
    yield* io.out.write(`${line.trimEnd()}\n`);
  }
  return 0;
}

/** The type to mount when -F does not say: lofs for a directory. */
function* typeOf(sys: Sys, special: string): Task<string> {
  if (special === 'swap') return 'tmpfs';
  const stat = yield* sys.stat(special);
  return !isErrno(stat) && stat.type === 'VDIR' ? 'lofs' : 'ufs';
}

function reasonFor(name: string, special: string, directory: string, message: string): string {
  if (name === 'EPERM') return 'insufficient privileges';
  if (name === 'ENOENT') return `Mount point ${directory} does not exist`;
  if (name === 'EBUSY') return `${special} is already mounted or ${directory} is busy`;
  if (name === 'ENODEV') return 'filesystem type not supported';
  return message;
}

function* mount(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'amF:gOpqrVvo:c');
  const tooMany = parsed.operands.length > 2;
  if (parsed.message !== undefined || tooMany) {
    return yield* usageError(io, MOUNT_USAGE, parsed.message, 1);
  }
  for (const letter of ['a', 'V', 'g']) {
    if (hasOption(parsed, letter)) return yield* notSupported(io, `-${letter}`);
  }
  const [special, directory] = parsed.operands;
  if (special === undefined) return yield* list(io, sys, parsed);
  if (directory === undefined) return yield* notSupported(io, 'mounting what /etc/vfstab lists');
  const fstype = optionValue(parsed, 'F') ?? (yield* typeOf(sys, special));
  const words = [optionValue(parsed, 'o') ?? ''];
  if (hasOption(parsed, 'r')) words.push('ro');
  const options = words.filter((word) => word !== '').join(',');
  const result = yield* sys.mount(special, directory, fstype, options);
  if (!isErrno(result)) return 0;
  yield* io.warn(reasonFor(result.name, special, directory, result.message));
  return 1;
}

function* umount(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'acfVo:');
  if (parsed.message !== undefined) return yield* usageError(io, UMOUNT_USAGE, parsed.message, 1);
  for (const letter of ['a', 'V']) {
    if (hasOption(parsed, letter)) return yield* notSupported(io, `-${letter}`);
  }
  const [target] = parsed.operands;
  if (target === undefined || parsed.operands.length > 1) {
    return yield* usageError(io, UMOUNT_USAGE, undefined, 1);
  }
  const entries = yield* readMnttab(sys);
  const entry = isErrno(entries)
    ? undefined
    : entries.findLast((one) => one.mountPoint === target || one.special === target);
  if (entry === undefined) yield* io.warn(`warning: ${target} not in mnttab`);
  const result = yield* sys.umount(entry?.mountPoint ?? target, hasOption(parsed, 'f'));
  if (!isErrno(result)) return 0;
  if (result.name === 'EPERM') yield* io.warn('insufficient privileges');
  else if (result.name === 'EBUSY') yield* io.warn(`${target} busy`);
  else if (result.name === 'EINVAL') yield* io.warn(`${target} not mounted`);
  else yield* io.warn(`${target}: ${result.message}`);
  return 32;
}

export const MOUNT: Command = {
  name: 'mount',
  path: '/usr/sbin/mount',
  links: ['/sbin/mount'],
  main: withStdio(mount),
};
export const UMOUNT: Command = {
  name: 'umount',
  path: '/usr/sbin/umount',
  links: ['/sbin/umount'],
  main: withStdio(umount),
};

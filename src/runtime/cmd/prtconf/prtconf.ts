/** prtconf: memory and the device tree, as far as /devices shows it. @man prtconf(8) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { readDirectory } from '#lib/libc/directory.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

const USAGE = 'Usage: prtconf [ -V | -F | -x | -bpv | -acdDlPv ] [ -m ] [ device_path ]\n';
const PAGE_BYTES = 4096;
const MIB = 1_048_576;

function* memoryMib(sys: Sys): Task<number> {
  const pages = (yield* sys.kstat('unix')).find((one) => one.name === 'system_pages');
  return Math.floor((Number(pages?.data['physmem'] ?? 0) * PAGE_BYTES) / MIB);
}

/** Nodes below a directory of /devices: directories and, without their minor names, devices. */
function* nodes(io: Stdio, sys: Sys, path: string, level: number): Task<void> {
  const entries = yield* readDirectory(sys, path);
  if (isErrno(entries)) return;
  const names = new Set<string>();
  const directories = new Set<string>();
  for (const { name, type } of entries) {
    if (name === '.' || name === '..') continue;
    const node = name.replace(/:.*$/, '');
    names.add(node);
    if (type === 'VDIR') directories.add(name);
  }
  for (const node of [...names].toSorted()) {
    const [kind = '', unit] = node.split('@');
    const instance = unit !== undefined && /^\d+$/.test(unit) ? `, instance #${unit}` : '';
    yield* io.out.write(`${'    '.repeat(level)}${kind}${instance}\n`);
    if (directories.has(node)) yield* nodes(io, sys, `${path}/${node}`, level + 1);
  }
}

function* prtconf(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'abcC:dDFlmpPvVx');
  if (parsed.message !== undefined || parsed.operands.length > 0) {
    return yield* usageError(io, USAGE, parsed.message, 1);
  }
  const later = parsed.options.find(({ letter }) => !'mD'.includes(letter));
  if (later !== undefined) return yield* notSupported(io, `-${later.letter}`);
  const mib = yield* memoryMib(sys);
  if (hasOption(parsed, 'm')) {
    yield* io.out.write(`${mib}\n`);
    return 0;
  }
  const platform = yield* sys.sysinfo('SI_PLATFORM');
  const provider = yield* sys.sysinfo('SI_HW_PROVIDER');
  const machine = isErrno(platform) ? 'i86pc' : platform;
  yield* io.out.write(
    `System Configuration:  ${isErrno(provider) ? '' : provider}  ${machine}\n` +
      `Memory size: ${mib} Megabytes\nSystem Peripherals (Software Nodes):\n\n${machine}\n`,
  );
  yield* nodes(io, sys, '/devices', 1);
  return 0;
}

export const PRTCONF: Command = {
  name: 'prtconf',
  path: '/usr/sbin/prtconf',
  main: withStdio(prtconf),
};

/**
 * sysinfo: what SmartOS knows of the node, as JSON. Keys that the lab has no fact for are left out.
 * @man sysinfo(8)
 */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'Usage: sysinfo [-u] [-p] [-f] [-?]\n';
const PAGE_BYTES = 4096;
const MIB = 1_048_576;

type Json = string | number | boolean | { readonly [key: string]: Json };

function* facts(sys: Sys): Task<Record<string, Json>> {
  const names = yield* sys.uname();
  const parameters = yield* sys.bootparams();
  const unix = yield* sys.kstat('unix');
  const misc = unix.find((one) => one.name === 'system_misc')?.data ?? {};
  const pages = unix.find((one) => one.name === 'system_pages')?.data ?? {};
  const cpus = yield* sys.kstat('cpu_info');
  const chips = new Set(cpus.map((cpu) => cpu.data['chip_id']));
  const provider = yield* sys.sysinfo('SI_HW_PROVIDER');
  const serial = yield* sys.sysinfo('SI_HW_SERIAL');
  const memory = Math.floor((Number(pages['physmem'] ?? 0) * PAGE_BYTES) / MIB);
  return {
    'Live Image': names.version.replace(/^joyent_/, ''),
    'System Type': names.sysname,
    'Boot Time': String(misc['boot_time'] ?? ''),
    Manufacturer: isErrno(provider) ? '' : provider,
    Product: String(cpus[0]?.data['brand'] ?? ''),
    'Serial Number': isErrno(serial) ? '' : serial,
    Hostname: names.nodename,
    'CPU Type': String(cpus[0]?.data['brand'] ?? ''),
    'CPU Physical Cores': chips.size,
    'CPU Count': cpus.length,
    'CPU Total Cores': cpus.length,
    'MiB of Memory': String(memory),
    'Boot Parameters': Object.fromEntries(parameters),
  };
}

/** The JSON text as sysinfo lays it out: two blanks a level, keys in their order. */
export function jsonText(value: Json, level = 0): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  const indent = '  '.repeat(level + 1);
  const lines = entries.map(
    ([key, one]) => `${indent}${JSON.stringify(key)}: ${jsonText(one, level + 1)}`,
  );
  return `{\n${lines.join(',\n')}\n${'  '.repeat(level)}}`;
}

function* sysinfo(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'ufp');
  if (parsed.message !== undefined || parsed.operands.length > 0) {
    return yield* usageError(io, USAGE, parsed.message, 1);
  }
  const all = yield* facts(sys);
  if (!hasOption(parsed, 'p')) {
    yield* io.out.write(`${jsonText(all)}\n`);
    return 0;
  }
  for (const [key, value] of Object.entries(all)) {
    if (typeof value === 'object') continue;
    yield* io.out.write(`${key.replaceAll(' ', '_')}='${value}'\n`);
  }
  return 0;
}

function* bootparams(io: Stdio, sys: Sys): Task<number> {
  for (const [name, value] of yield* sys.bootparams()) yield* io.out.write(`${name}=${value}\n`);
  return 0;
}

export const SYSINFO: Command = {
  name: 'sysinfo',
  path: '/usr/bin/sysinfo',
  main: withStdio(sysinfo),
};
export const BOOTPARAMS: Command = {
  name: 'bootparams',
  path: '/usr/bin/bootparams',
  main: withStdio(bootparams),
};

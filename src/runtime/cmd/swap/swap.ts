/** swap: swap space. There are no swap devices; what can be reserved is memory. @man swap(8) */
import type { Command } from '#cmd/command.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

const USAGE = `usage:	swap -l
	swap -s
	swap -d <file name> [low block]
	swap -a <file name> [low block] [nbr of blocks]
`;
const PAGE_KIB = 4;

function* swap(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'khdlsa');
  const letters = parsed.options.map((option) => option.letter).join('');
  if (parsed.message !== undefined || !/[dlsa]/.test(letters)) {
    return yield* usageError(io, USAGE, parsed.message, 1);
  }
  if (letters.includes('d') || letters.includes('a')) {
    return yield* notSupported(io, letters.includes('a') ? '-a' : '-d');
  }
  if (letters.includes('l')) {
    yield* io.err.write('No swap devices configured\n');
    return 1;
  }
  const pages = (yield* sys.kstat('unix')).find((one) => one.name === 'system_pages')?.data ?? {};
  const size = (name: string): number => Number(pages[name] ?? 0) * PAGE_KIB;
  const used = size('physmem') - size('availrmem');
  yield* io.out.write(
    `total: ${used}k bytes allocated + 0k reserved = ${used}k used, ${size('availrmem')}k available\n`,
  );
  return 0;
}

function* sync(_io: Stdio, sys: Sys): Task<number> {
  yield* sys.sync();
  return 0;
}

export const SWAP: Command = {
  name: 'swap',
  path: '/usr/sbin/swap',
  links: ['/sbin/swap'],
  main: withStdio(swap),
};
export const SYNC: Command = {
  name: 'sync',
  path: '/usr/bin/sync',
  links: ['/sbin/sync', '/usr/sbin/sync'],
  main: withStdio(sync),
};

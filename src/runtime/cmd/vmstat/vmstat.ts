/** vmstat, mpstat, iostat: rates of the node, its processors, its disks. @man vmstat(8) */
import type { Command } from '#cmd/command.ts';
import {
  cpuRates,
  type CpuRates,
  readCounts,
  type SystemCounts,
  systemRates,
} from '#cmd/vmstat/rates.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, optionValue, type ParsedOptions } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

const HEADER_EVERY = 19;

interface Tool {
  readonly letters: string;
  readonly usage: string;
  /** Genuine letters that are not built. */
  readonly later: string;
  readonly header: string;
  readonly lines: (now: SystemCounts, before: SystemCounts | undefined) => string;
}

const cell = (value: number, width: number): string => String(value).padStart(width);

function vmLine(now: SystemCounts, before: SystemCounts | undefined): string {
  const rates = systemRates(cpuRates(now, before));
  const paging = ' 0  0  0  0  0  0  0'.padStart(21);
  return (
    ` 0 0 0 ${now.swapKib} ${now.freeKib} ${paging}  0  0  0  0 ` +
    `${cell(rates.interrupts, 4)} ${cell(rates.calls, 4)} ${cell(rates.switches, 4)} ` +
    `${cell(rates.user, 2)} ${cell(rates.system, 2)} ${cell(rates.idle, 2)}\n`
  );
}

function mpLine(cpu: CpuRates): string {
  return (
    `${cell(cpu.id, 3)} ${cell(0, 4)} ${cell(0, 3)} ${cell(cpu.crossCalls, 4)} ` +
    `${cell(cpu.interrupts, 5)} ${cell(0, 4)} ${cell(cpu.switches, 4)} ${cell(cpu.involuntary, 4)} ` +
    `${cell(0, 4)} ${cell(0, 4)} ${cell(0, 4)} ${cell(cpu.calls, 5)}  ${cell(cpu.user, 3)} ` +
    `${cell(cpu.system, 3)} ${cell(0, 3)} ${cell(cpu.idle, 3)}\n`
  );
}

function ioLine(now: SystemCounts, before: SystemCounts | undefined): string {
  const rates = systemRates(cpuRates(now, before));
  const cpu = `${cell(rates.user, 3)} ${cell(rates.system, 2)}  0 ${cell(rates.idle, 2)}`;
  return `   0    0  ${cpu}\n`;
}

const TOOLS: Readonly<Record<string, Tool>> = {
  vmstat: {
    letters: 'cipqsST:',
    later: 'cipsS',
    usage: 'Usage: vmstat [-cipqsS] [-T d|u] [disk ...] [interval [count]]\n',
    header:
      ' kthr      memory            page            disk          faults      cpu\n' +
      ' r b w   swap  free  re  mf pi po fr de sr -- -- -- --   in   sy   cs us sy id\n',
    lines: vmLine,
  },
  mpstat: {
    letters: 'apqmA:T:I:k:',
    later: 'apmAIk',
    usage:
      'Usage: mpstat [-aqm] [-A core|soc|bin] [-k keys] [-o num] [-p | -P set] [-T d|u] ' +
      '[-I statfile | -O statfile ] [interval [count]]\n',
    header: 'CPU minf mjf xcal  intr ithr  csw icsw migr smtx  srw syscl  usr sys  wt idl\n',
    lines: (now, before) => cpuRates(now, before).map(mpLine).join(''),
  },
  iostat: {
    letters: 'tdDxchisSvVw:neEzmpPCr:l:T:Xq',
    later: 'dDxehisSvVwnEzmpPCrlX',
    usage: 'Usage: iostat [-cCdDeEiImMnpPrstxXYz]  [-l n] [-T d|u] [disk ...] [interval [count]]\n',
    header: '   tty        cpu\n tin tout  us sy wt id\n',
    lines: ioLine,
  },
};

/** Interval and count at the end of the operands. */
function turns(operands: readonly string[]): { interval: number; count: number } | undefined {
  if (!operands.every((word) => /^\d+$/.test(word)) || operands.length > 2) return undefined;
  const [interval, count] = operands.map(Number);
  if (interval === undefined) return { interval: 0, count: 1 };
  if (interval === 0 || count === 0) return undefined;
  return { interval, count: count ?? Number.POSITIVE_INFINITY };
}

function* stamp(sys: Sys, parsed: ParsedOptions): Task<string> {
  const form = optionValue(parsed, 'T');
  if (form === undefined) return '';
  const nowNs = yield* sys.gettimeofday();
  if (form === 'u') return `${nowNs / 1_000_000_000n}\n`;
  const time = localtime(nowNs, timezoneFrom(sys.env));
  return `${strftime('%a %b %e %H:%M:%S %Z %Y', time)}\n`;
}

function* stat(io: Stdio, sys: Sys): Task<number> {
  const tool = TOOLS[io.name] ?? (TOOLS['vmstat'] as Tool);
  const parsed = getopt(sys.argv.slice(1), tool.letters);
  const later = parsed.options.find(({ letter }) => tool.later.includes(letter));
  if (later !== undefined) return yield* notSupported(io, `-${later.letter}`);
  const wanted = turns(parsed.operands);
  if (parsed.message !== undefined || wanted === undefined) {
    return yield* usageError(io, tool.usage, parsed.message, 1);
  }
  let before: SystemCounts | undefined;
  for (let turn = 0; turn < wanted.count; turn += 1) {
    if (turn > 0) yield* sys.nanosleep(BigInt(wanted.interval) * 1_000_000_000n);
    const now = yield* readCounts(sys);
    yield* io.out.write(yield* stamp(sys, parsed));
    if (turn % HEADER_EVERY === 0 || io.name === 'mpstat') yield* io.out.write(tool.header);
    yield* io.out.write(tool.lines(now, before));
    yield* io.out.flush();
    if (io.out.error !== undefined) return 1;
    before = now;
  }
  return 0;
}

export const VMSTAT: Command = {
  name: 'vmstat',
  path: '/usr/bin/vmstat',
  links: ['/usr/bin/mpstat', '/usr/bin/iostat'],
  main: withStdio(stat),
};

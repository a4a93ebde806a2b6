/** psrinfo: processors. @man psrinfo(8) */
import type { Command } from '#cmd/command.ts';
import type { KstatSnapshot, Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { localtime, strftime, type Timezone, timezoneFrom } from '#lib/libc/time.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = `Usage: 
	psrinfo [-v] [-p] [processor_id ...]
	psrinfo -s [-p] processor_id
`;

interface Cpu {
  readonly id: number;
  readonly data: KstatSnapshot['data'];
}

function when(seconds: bigint | number | string | undefined, zone: Timezone): string {
  const time = localtime(BigInt(seconds ?? 0) * 1_000_000_000n, zone);
  return strftime('%m/%d/%Y %H:%M:%S', time);
}

/** Ids as ranges: `0-3 6`. */
export function ranges(ids: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < ids.length; ) {
    let end = at;
    while (ids[end + 1] === (ids[end] as number) + 1) end += 1;
    parts.push(end > at ? `${ids[at]}-${ids[end]}` : String(ids[at]));
    at = end + 1;
  }
  return parts.join(' ');
}

function verbose({ id, data }: Cpu, now: string, zone: Timezone): string {
  return (
    `Status of virtual processor ${id} as of: ${now}\n` +
    `  ${data['state']} since ${when(data['state_begin'], zone)}.\n` +
    `  The ${data['cpu_type']} processor operates at ${data['clock_MHz']} MHz,\n` +
    `\tand has an ${data['fpu_type']} floating point processor.\n`
  );
}

/** -p: chips, with the virtual processors of each. */
function physical(cpus: readonly Cpu[], isVerbose: boolean): string {
  const chips = new Map<unknown, Cpu[]>();
  for (const cpu of cpus) {
    const chip = cpu.data['chip_id'];
    chips.set(chip, [...(chips.get(chip) ?? []), cpu]);
  }
  if (!isVerbose) return `${chips.size}\n`;
  let text = '';
  for (const members of chips.values()) {
    const { data } = members[0] as Cpu;
    const ids = ranges(members.map((cpu) => cpu.id));
    const many = members.length === 1 ? 'processor' : 'processors';
    text += `The physical processor has ${members.length} virtual ${many} (${ids})\n`;
    text += `  ${data['implementation']} clock ${data['clock_MHz']} MHz\n\t${data['brand']}\n`;
  }
  return text;
}

function* psrinfo(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'sptvch');
  const [isSilent, isVerbose, isPhysical] = ['s', 'v', 'p'].map((one) => hasOption(parsed, one));
  const wrong = isSilent && (isVerbose || parsed.operands.length !== 1);
  if (parsed.message !== undefined || wrong) return yield* usageError(io, USAGE, parsed.message);
  const all = (yield* sys.kstat('cpu_info'))
    .map(({ instance, data }) => ({ id: instance, data }))
    .toSorted((a, b) => a.id - b.id);
  let chosen = all;
  let status = 0;
  if (parsed.operands.length > 0) {
    chosen = [];
    for (const word of parsed.operands) {
      const found = all.find((cpu) => String(cpu.id) === word);
      if (found !== undefined) chosen.push(found);
      else {
        status = 2;
        yield* io.warn(`processor ${word}: Invalid argument`);
      }
    }
  }
  if (chosen.length === 0) return status;
  const zone = timezoneFrom(sys.env);
  const now = when((yield* sys.gettimeofday()) / 1_000_000_000n, zone);
  if (isPhysical) yield* io.out.write(physical(chosen, isVerbose === true));
  else if (isSilent) yield* io.out.write(`${chosen[0]?.data['state'] === 'on-line' ? 1 : 0}\n`);
  else {
    for (const cpu of chosen) {
      const { id, data } = cpu;
      const state = String(data['state']).padEnd(8);
      const line = `${id}\t${state}  since ${when(data['state_begin'], zone)}\n`;
      yield* io.out.write(isVerbose ? verbose(cpu, now, zone) : line);
    }
  }
  return status;
}

export const PSRINFO: Command = {
  name: 'psrinfo',
  path: '/usr/sbin/psrinfo',
  main: withStdio(psrinfo),
};

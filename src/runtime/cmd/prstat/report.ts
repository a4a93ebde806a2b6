/** The text of a report: tables of processes and of users, zones, tasks or projects, and totals. */
import type { Psinfo } from '#abi/illumos/procfs.ts';
import { countText, percentText, sizeText, stateText, timeText } from '#cmd/prstat/format.ts';
import type { PrstatRequest, SortKey } from '#cmd/prstat/options.ts';
import type { Microstates, Sample } from '#cmd/prstat/sample.ts';

/** 16-bit fraction to percent. */
const FULL = 0x8000;
const NICE_ZERO = 20;

export interface Names {
  readonly user: (uid: number) => string;
}

function percentOf(fraction: number): number {
  return (fraction * 100) / FULL;
}

function seconds(ns: bigint): number {
  return Number(ns / 1_000_000_000n);
}

const KEY_VALUES: Readonly<Record<SortKey, (info: Psinfo) => number>> = {
  cpu: (info) => info.pctcpu,
  time: (info) => Number(info.time),
  size: (info) => Number(info.size),
  rss: (info) => Number(info.rssize),
  pri: (info) => info.lwp.pri,
};

export function sortSamples(samples: readonly Sample[], request: PrstatRequest): Sample[] {
  const value = KEY_VALUES[request.sort];
  const direction = request.ascends ? 1 : -1;
  return samples.toSorted(
    (a, b) => direction * (value(a.info) - value(b.info)) || b.info.pid - a.info.pid,
  );
}

const PROCESS_HEADER = '   PID USERNAME  SIZE   RSS STATE  PRI NICE      TIME  CPU PROCESS/';
const STATES_HEADER = '   PID USERNAME USR SYS TRP TFL DFL LCK SLP LAT VCX ICX SCL SIG PROCESS/';

export function processHeader(request: PrstatRequest): string {
  const unit = request.showsThreads ? 'LWPID' : 'NLWP';
  const header = request.showsMicrostates ? STATES_HEADER : PROCESS_HEADER;
  return (header + unit).padEnd(79);
}

function printable(name: string): string {
  return name.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '');
}

function title({ info }: Sample, names: Names): string {
  return `${String(info.pid).padStart(6)} ${names.user(info.uid).slice(0, 8).padEnd(8)}`;
}

/** `NAME/number of threads`, or with -L the thread's own number. */
function ending({ info }: Sample, request: PrstatRequest, width: number): string {
  const count = request.showsThreads ? info.lwp.lwpid : info.nlwp + info.nzomb;
  return `${printable(info.fname).slice(0, width)}/${count}`;
}

function niceText({ lwp }: Psinfo): string {
  const hasNone = lwp.clname === 'RT' || lwp.clname === 'SYS' || lwp.sname === 'Z';
  return hasNone ? '  -' : countText(lwp.nice - NICE_ZERO);
}

function processLine(sample: Sample, request: PrstatRequest, names: Names): string {
  const { info } = sample;
  const state = stateText(info.lwp.sname, info.lwp.onpro).padEnd(6);
  const time = timeText(seconds(request.showsThreads ? info.lwp.time : info.time));
  const cpu = percentText(percentOf(info.lwp.pctcpu));
  return (
    `${title(sample, names)} ${sizeText(Number(info.size))} ${sizeText(Number(info.rssize))} ` +
    `${state} ${countText(info.lwp.pri)}  ${niceText(info)} ${time} ${cpu}% ` +
    ending(sample, request, 16)
  );
}

function statesLine(sample: Sample, request: PrstatRequest, names: Names): string {
  const states: Microstates | undefined = sample.states;
  const shares =
    states === undefined
      ? []
      : [
          states.user,
          states.system,
          states.trap,
          states.textFault,
          states.dataFault,
          states.lock,
          states.sleep,
          states.latency,
        ].map(percentText);
  const counts =
    states === undefined
      ? []
      : [states.voluntary, states.involuntary, states.calls, states.signals].map(countText);
  const cells = [...shares, ...counts].join(' ');
  return `${title(sample, names)} ${cells} ${ending(sample, request, 12)}`;
}

export function processLines(
  samples: readonly Sample[],
  request: PrstatRequest,
  names: Names,
): string[] {
  const line = request.showsMicrostates ? statesLine : processLine;
  return samples.map((sample) => line(sample, request, names));
}

interface Sum {
  readonly id: number;
  count: number;
  size: number;
  rss: number;
  memory: number;
  cpu: number;
  seconds: number;
}

const SUMMARY_IDS = {
  users: (info: Psinfo): number => info.uid,
  zones: (info: Psinfo): number => info.zoneid,
  tasks: (info: Psinfo): number => info.taskid,
  projects: (info: Psinfo): number => info.projid,
} as const;

const SUMMARY_HEADERS = {
  users: ' NPROC USERNAME  SWAP   RSS MEMORY      TIME  CPU',
  zones: 'ZONEID    NPROC  SWAP   RSS MEMORY      TIME  CPU ZONE',
  tasks: 'TASKID    NPROC  SWAP   RSS MEMORY      TIME  CPU PROJECT',
  projects: 'PROJID    NPROC  SWAP   RSS MEMORY      TIME  CPU PROJECT',
} as const;

/** The lower table: its header and a line for each user, zone, task or project. */
export function summaryLines(
  samples: readonly Sample[],
  kind: Exclude<PrstatRequest['summary'], 'none'>,
  names: Names,
): string[] {
  const sums = new Map<number, Sum>();
  for (const { info } of samples) {
    const id = SUMMARY_IDS[kind](info);
    const sum = sums.get(id) ?? { id, count: 0, size: 0, rss: 0, memory: 0, cpu: 0, seconds: 0 };
    sums.set(id, sum);
    sum.count += 1;
    sum.size += Number(info.size);
    sum.rss += Number(info.rssize);
    sum.memory += percentOf(info.pctmem);
    sum.cpu += percentOf(info.pctcpu);
    sum.seconds += seconds(info.time);
  }
  const lines = [...sums.values()]
    .toSorted((a, b) => b.cpu - a.cpu || a.id - b.id)
    .map((sum) => {
      const rest =
        `${sizeText(sum.size)} ${sizeText(sum.rss)}   ${percentText(sum.memory)}% ` +
        `${timeText(sum.seconds)} ${percentText(sum.cpu)}%`;
      const count = String(sum.count);
      if (kind === 'users') return `${count.padStart(6)} ${names.user(sum.id).padEnd(8)} ${rest}`;
      const name = kind === 'zones' && sum.id === 0 ? 'global' : String(sum.id);
      return `${String(sum.id).padStart(6)} ${count.padStart(8)} ${rest} ${name.padEnd(28)}`;
    });
  return [SUMMARY_HEADERS[kind].padEnd(79), ...lines];
}

export function totalLine(samples: readonly Sample[], load: readonly number[]): string {
  const threads = samples.reduce((sum, { info }) => sum + info.nlwp + info.nzomb, 0);
  const averages = load.map((value) => value.toFixed(2)).join(', ');
  return `Total: ${samples.length} processes, ${threads} lwps, load averages: ${averages}`;
}

/** One look at all processes, and what happened since the look before. */
import type { Prusage, Psinfo } from '#abi/illumos/procfs.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { listPsinfo, readUsage } from '#lib/libproc/proc.ts';

/** Shares of time in percent and counts a process had since the look before. */
export interface Microstates {
  readonly user: number;
  readonly system: number;
  readonly trap: number;
  readonly textFault: number;
  readonly dataFault: number;
  readonly lock: number;
  readonly sleep: number;
  readonly latency: number;
  readonly voluntary: number;
  readonly involuntary: number;
  readonly calls: number;
  readonly signals: number;
}

export interface Sample {
  readonly info: Psinfo;
  readonly states: Microstates | undefined;
}

export class Sampler {
  readonly #sys: Sys;
  readonly #readsUsage: boolean;
  #before: Map<number, Prusage> = new Map();

  constructor(sys: Sys, readsUsage: boolean) {
    this.#sys = sys;
    this.#readsUsage = readsUsage;
  }

  *look(): Task<Sample[]> {
    const processes = yield* listPsinfo(this.#sys);
    if (isErrno(processes)) return [];
    const now = new Map<number, Prusage>();
    const samples: Sample[] = [];
    for (const info of processes) {
      const usage = this.#readsUsage ? yield* readUsage(this.#sys, info.pid) : undefined;
      if (usage === undefined || isErrno(usage)) {
        samples.push({ info, states: undefined });
        continue;
      }
      now.set(info.pid, usage);
      samples.push({ info, states: difference(usage, this.#before.get(info.pid)) });
    }
    this.#before = now;
    return samples;
  }
}

/** Without a look before, since the process began. */
function difference(usage: Prusage, before: Prusage | undefined): Microstates {
  const totalNs = Number(usage.rtime - (before?.rtime ?? 0n));
  const share = (name: keyof Prusage): number => {
    const ns = Number(BigInt(usage[name]) - BigInt(before?.[name] ?? 0n));
    return totalNs <= 0 ? 0 : (ns * 100) / totalNs;
  };
  const count = (name: keyof Prusage): number =>
    Number(BigInt(usage[name]) - BigInt(before?.[name] ?? 0n));
  return {
    user: share('utime'),
    system: share('stime'),
    trap: share('ttime'),
    textFault: share('tftime'),
    dataFault: share('dftime'),
    lock: share('ltime'),
    sleep: share('slptime'),
    latency: share('wtime'),
    voluntary: count('vctx'),
    involuntary: count('ictx'),
    calls: count('sysc'),
    signals: count('sigs'),
  };
}

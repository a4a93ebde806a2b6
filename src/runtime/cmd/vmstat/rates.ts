/** Kernel statistics that vmstat, mpstat and iostat turn into rates. */
import type { Sys, Task } from '#kernel/syscall/sys.ts';

export interface CpuCounts {
  readonly id: number;
  readonly userNs: bigint;
  readonly systemNs: bigint;
  readonly idleNs: bigint;
  readonly calls: number;
  readonly switches: number;
  readonly involuntary: number;
  readonly interrupts: number;
  readonly crossCalls: number;
}

export interface SystemCounts {
  readonly timeNs: bigint;
  readonly cpus: readonly CpuCounts[];
  readonly freeKib: number;
  readonly swapKib: number;
}

const PAGE_KIB = 4;

export function* readCounts(sys: Sys): Task<SystemCounts> {
  const all = yield* sys.kstat();
  const cpus: CpuCounts[] = [];
  let pages: Readonly<Record<string, number | bigint | string>> = {};
  for (const { module, instance, name, data } of all) {
    if (module === 'unix' && name === 'system_pages') pages = data;
    if (module !== 'cpu' || name !== 'sys') continue;
    cpus.push({
      id: instance,
      userNs: BigInt(data['cpu_nsec_user'] ?? 0),
      systemNs: BigInt(data['cpu_nsec_kernel'] ?? 0),
      idleNs: BigInt(data['cpu_nsec_idle'] ?? 0),
      calls: Number(data['syscall'] ?? 0),
      switches: Number(data['pswitch'] ?? 0),
      involuntary: Number(data['inv_swtch'] ?? 0),
      interrupts: Number(data['intr'] ?? 0),
      crossCalls: Number(data['xcalls'] ?? 0),
    });
  }
  return {
    timeNs: yield* sys.gethrtime(),
    cpus: cpus.toSorted((a, b) => a.id - b.id),
    freeKib: Number(pages['freemem'] ?? 0) * PAGE_KIB,
    swapKib: Number(pages['availrmem'] ?? 0) * PAGE_KIB,
  };
}

/** Shares in percent that add up to 100, and counts a second. */
export interface CpuRates {
  readonly id: number;
  readonly user: number;
  readonly system: number;
  readonly idle: number;
  readonly calls: number;
  readonly switches: number;
  readonly involuntary: number;
  readonly interrupts: number;
  readonly crossCalls: number;
}

/** Without counts before, since boot. */
export function cpuRates(now: SystemCounts, before: SystemCounts | undefined): CpuRates[] {
  return now.cpus.map((cpu) => {
    const old = before?.cpus.find((one) => one.id === cpu.id);
    const user = Number(cpu.userNs - (old?.userNs ?? 0n));
    const system = Number(cpu.systemNs - (old?.systemNs ?? 0n));
    const idle = Number(cpu.idleNs - (old?.idleNs ?? 0n));
    const total = Math.max(1, user + system + idle);
    const seconds = before === undefined ? total / 1e9 : Number(now.timeNs - before.timeNs) / 1e9;
    const rate = (count: number, oldCount: number | undefined): number =>
      seconds <= 0 ? 0 : Math.round((count - (oldCount ?? 0)) / seconds);
    const userShare = Math.round((user * 100) / total);
    const systemShare = Math.min(100 - userShare, Math.round((system * 100) / total));
    return {
      id: cpu.id,
      user: userShare,
      system: systemShare,
      idle: 100 - userShare - systemShare,
      calls: rate(cpu.calls, old?.calls),
      switches: rate(cpu.switches, old?.switches),
      involuntary: rate(cpu.involuntary, old?.involuntary),
      interrupts: rate(cpu.interrupts, old?.interrupts),
      crossCalls: rate(cpu.crossCalls, old?.crossCalls),
    };
  });
}

/** The node as one processor: shares are means, counts are sums. */
export function systemRates(cpus: readonly CpuRates[]): Omit<CpuRates, 'id'> {
  const sum = (pick: (cpu: CpuRates) => number): number =>
    cpus.reduce((total, cpu) => total + pick(cpu), 0);
  const mean = (pick: (cpu: CpuRates) => number): number =>
    Math.round(sum(pick) / Math.max(1, cpus.length));
  const user = mean((cpu) => cpu.user);
  const system = Math.min(
    100 - user,
    mean((cpu) => cpu.system),
  );
  return {
    user,
    system,
    idle: 100 - user - system,
    calls: sum((cpu) => cpu.calls),
    switches: sum((cpu) => cpu.switches),
    involuntary: sum((cpu) => cpu.involuntary),
    interrupts: sum((cpu) => cpu.interrupts),
    crossCalls: sum((cpu) => cpu.crossCalls),
  };
}

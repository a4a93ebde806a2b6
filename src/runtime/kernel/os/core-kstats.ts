/**
 * The statistics that uptime, vmstat, mpstat, kstat and prstat ask for first: processors, the system
 * as a whole, its memory. Processors share one run loop, so each shows an equal part of the times.
 * @see uts/common/os/{cpu,kstat_fr}.c  @man kstat(3KSTAT)
 */
import { NS_PER_SEC } from '#base/units.ts';
import type { Kernel } from '#kernel/os/kernel.ts';

const PAGE_BYTES = 4096;
const FSCALE = 256;
const CLOCK_MHZ = 2400;

export function registerCoreKstats(kernel: Kernel): void {
  registerSystem(kernel);
  registerPages(kernel);
  for (let cpu = 0; cpu < kernel.options.cpuCount; cpu += 1) registerCpu(kernel, cpu);
}

function registerSystem(kernel: Kernel): void {
  kernel.kstats.add({
    module: 'unix',
    instance: 0,
    name: 'system_misc',
    class: 'misc',
    read: () => {
      const nowNs = kernel.dispatcher.nowNs();
      const [one, five, fifteen] = kernel.dispatcher.load.read(nowNs);
      return {
        ncpus: kernel.options.cpuCount,
        lbolt: (nowNs - kernel.bootedNs) / 10_000_000n,
        clk_intr: (nowNs - kernel.bootedNs) / 10_000_000n,
        deficit: 0,
        vac: 0,
        boot_time: kernel.bootedRealtimeNs / NS_PER_SEC,
        nproc: kernel.procs.count,
        avenrun_1min: Math.round(one * FSCALE),
        avenrun_5min: Math.round(five * FSCALE),
        avenrun_15min: Math.round(fifteen * FSCALE),
      };
    },
  });
}

function registerPages(kernel: Kernel): void {
  kernel.kstats.add({
    module: 'unix',
    instance: 0,
    name: 'system_pages',
    class: 'pages',
    read: () => {
      const physmem = Math.floor(kernel.options.ramBytes / PAGE_BYTES);
      const used = Math.ceil(kernel.memoryUsedBytes() / PAGE_BYTES);
      const free = Math.max(0, physmem - used);
      return {
        physmem,
        availrmem: free,
        freemem: free,
        pagestotal: physmem,
        pagesfree: free,
        pageslocked: used,
        pp_kernel: used,
        lotsfree: Math.floor(physmem / 64),
        desfree: Math.floor(physmem / 128),
        minfree: Math.floor(physmem / 256),
      };
    },
  });
}

function registerCpu(kernel: Kernel, cpu: number): void {
  const { dispatcher } = kernel;
  const share = BigInt(kernel.options.cpuCount);
  const part = (count: number): number => Math.floor(count / kernel.options.cpuCount);
  kernel.kstats.add({
    module: 'cpu_info',
    instance: cpu,
    name: `cpu_info${cpu}`,
    class: 'misc',
    read: () => ({
      brand: 'SmartOS Lab virtual processor',
      chip_id: 0,
      core_id: cpu,
      clock_MHz: CLOCK_MHZ,
      cpu_type: 'i386',
      fpu_type: 'i387 compatible',
      implementation: 'x86 (chipid 0x0)',
      state: 'on-line',
      state_begin: kernel.bootedRealtimeNs / NS_PER_SEC,
      vendor_id: 'SmartOSLab',
    }),
  });
  kernel.kstats.add({
    module: 'cpu',
    instance: cpu,
    name: 'sys',
    class: 'misc',
    read: () => ({
      cpu_nsec_idle: dispatcher.idleUntilNowNs(),
      cpu_nsec_kernel: dispatcher.systemNs / share,
      cpu_nsec_user: dispatcher.userNs / share,
      cpu_nsec_intr: 0n,
      cpu_nsec_dtrace: 0n,
      cpu_ticks_idle: dispatcher.idleUntilNowNs() / 10_000_000n,
      cpu_ticks_kernel: dispatcher.systemNs / share / 10_000_000n,
      cpu_ticks_user: dispatcher.userNs / share / 10_000_000n,
      cpu_ticks_wait: 0n,
      cpu_load_intr: 0,
      syscall: part(kernel.systemCalls),
      pswitch: part(dispatcher.switches),
      inv_swtch: part(dispatcher.preemptions),
      sysfork: part(kernel.forks),
      sysexec: part(kernel.execs),
      intr: 0,
      trap: 0,
      xcalls: 0,
    }),
  });
}

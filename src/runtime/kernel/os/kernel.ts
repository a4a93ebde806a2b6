/**
 * One kernel: the parts that every other part of it may ask for. node.ts makes it and registers
 * what lies above (pipes, mounts, programs); nothing here is shared between two nodes.
 */
import type { Clock, Log, RandomSource } from '#runtime/host.ts';
import { Dispatcher } from '#kernel/disp/dispatcher.ts';
import { schedProbes } from '#kernel/disp/probes.ts';
import { ContractTable } from '#kernel/os/contract.ts';
import { KERNEL_CREDENTIALS } from '#kernel/os/cred.ts';
import { ENOTSUP, type Errno } from '#kernel/os/errno.ts';
import { KstatRegistry } from '#kernel/os/kstat.ts';
import { MessageBuffer, type MessageLevel } from '#kernel/os/msgbuf.ts';
import { procProbes } from '#kernel/os/probes.ts';
import type { Proc, ProcEvent } from '#kernel/os/proc.ts';
import { ProcTable } from '#kernel/os/proctable.ts';
import { type Probe, ProbeRegistry } from '#kernel/sdt/registry.ts';
import type { Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

/** What does not change while the node is up. */
export interface KernelOptions {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly ramBytes: number;
  readonly cpuCount: number;
  readonly hostname: string;
  /** The machine's, the same at each boot; drawn when it is not given. */
  readonly hostid?: number;
  /** `YYYYMMDDThhmmssZ` of the platform image: uname's version is `joyent_STAMP`. */
  readonly platformStamp: string;
  readonly bootProperties: ReadonlyMap<string, string>;
}

/** uadmin(2): what init or a command asks the machine to do; node.ts does it. */
export type PowerRequest = (
  command: number,
  fcn: number,
  mdep: string | undefined,
) => Errno | undefined;

/** Where the boot or shutdown is, as init and the services tell it. */
export interface AnnouncedState {
  readonly kind: 'booting' | 'running' | 'shuttingDown';
  readonly step: string;
  readonly fraction: number;
}

/** Thrown to stop everything; node.ts catches it, writes the dump and shows the message. */
export class KernelPanic extends Error {
  override readonly name = 'KernelPanic';
}

export class Kernel {
  readonly options: KernelOptions;
  readonly sdt: ProbeRegistry = new ProbeRegistry();
  readonly probes: {
    readonly proc: Readonly<Record<keyof (typeof procProbes)['probes'], Probe>>;
    readonly sched: Readonly<Record<keyof (typeof schedProbes)['probes'], Probe>>;
  };
  readonly dispatcher: Dispatcher;
  readonly procs: ProcTable;
  readonly contracts: ContractTable = new ContractTable();
  readonly kstats: KstatRegistry;
  readonly messages: MessageBuffer = new MessageBuffer();
  readonly bootedNs: bigint;
  readonly bootedRealtimeNs: bigint;
  hostname: string;
  /** @man hostid(1) */
  readonly hostid: number;
  /** What getrandom(2) and /dev/urandom give. */
  readonly entropy: RandomSource;
  /** The root of the root filesystem, once mounted. */
  root: Vnode | null = null;
  /** Registered at node.ts. */
  power: PowerRequest = () => ENOTSUP;
  /** Registered at node.ts. */
  announce: (state: AnnouncedState) => void = () => {};
  /** Told of init's end. Registered at node.ts. */
  initExited: (init: Proc) => void = () => {};
  /** settimeofday(2) moves the node's wall clock against the machine's. */
  #realtimeOffsetNs = 0n;
  /** Told of every end of a process, after its files are closed. */
  readonly exitListeners: Set<(proc: Proc, event: ProcEvent) => void> = new Set();
  /** True while a system call's handler runs: an exception is then the kernel's fault. */
  isInKernel = false;
  readonly memorySources: Set<() => number> = new Set();
  systemCalls = 0;
  forks = 0;
  execs = 0;
  /** Calls of a system call that is not there, by name. */
  readonly unsupported: Map<string, number> = new Map();
  /** The kernel's own context for file operations. */
  readonly context: VnodeContext = { cred: KERNEL_CREDENTIALS, fileFlags: 0, proc: null };

  constructor(options: KernelOptions) {
    this.options = options;
    this.hostname = options.hostname;
    this.hostid = options.hostid ?? options.random.child('hostid').uint32() >>> 1;
    this.entropy = options.random.child('entropy');
    this.probes = {
      proc: this.sdt.provide(procProbes),
      sched: this.sdt.provide(schedProbes, 'unix'),
    };
    this.dispatcher = new Dispatcher(options.clock, this.probes.sched);
    this.procs = new ProcTable(maxProcesses(options.ramBytes));
    this.bootedNs = options.clock.monotonicNs();
    this.bootedRealtimeNs = options.clock.realtimeNs();
    this.kstats = new KstatRegistry(() => this.dispatcher.nowNs());
  }

  /** The node's wall time. */
  realtimeNs(): bigint {
    return this.options.clock.realtimeNs() + this.#realtimeOffsetNs;
  }

  setRealtimeNs(ns: bigint): void {
    this.#realtimeOffsetNs = ns - this.options.clock.realtimeNs();
  }

  /** @man cmn_err(9F) */
  log(level: MessageLevel, text: string): void {
    this.messages.add(this.realtimeNs(), level, text);
  }

  /** What counts against memory: each filesystem and program that holds some adds a source. */
  memoryUsedBytes(): number {
    let used = 0;
    for (const source of this.memorySources) used += source();
    return used;
  }

  panic(message: string): never {
    throw new KernelPanic(message);
  }
}

/** `max_nprocs` grows with memory; a process of ours costs about as much as one of theirs. */
function maxProcesses(ramBytes: number): number {
  const ramMiB = Math.floor(ramBytes / (1024 * 1024));
  return Math.max(256, Math.min(30_000, ramMiB));
}

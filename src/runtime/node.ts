/**
 * The composition root: the one place that knows every part of a node. It owns the power state, lets
 * the host's events in, runs the machine for a slice, and turns a panic into a state instead of an
 * exception. Nothing here knows what a process or a file is.
 */
import type { Host } from '#runtime/host.ts';
import type {
  InputEvent,
  Node,
  NodeListener,
  NodeOptions,
  NodeState,
  NodeStatistics,
  RecordedInput,
  RunResult,
} from '#runtime/node-contract.ts';
import type { ObservationReport, ObservationRequest } from '#runtime/observation.ts';
import { EMPTY_BYTES } from '#base/bytes.ts';
import { AD_BOOT, AD_FASTREBOOT, AD_IBOOT, A_REBOOT, A_SHUTDOWN } from '#abi/illumos/uadmin.ts';
import { EINVAL, type Errno } from '#kernel/os/errno.ts';
import type { AnnouncedState } from '#kernel/os/kernel.ts';
import type { NativeMain } from '#kernel/syscall/sys.ts';
import type { AssembledKernel } from '#runtime/node/assemble.ts';
import { bootMachine } from '#runtime/node/boot.ts';
import { digestOf } from '#runtime/node/digest.ts';
import { Firmware } from '#runtime/node/firmware.ts';
import { makeDump } from '#runtime/node/dump.ts';
import { InputQueue } from '#runtime/node/input-queue.ts';
import { Machine, type MachineOwner } from '#runtime/node/machine.ts';
import { PROGRAMS } from '#runtime/node/programs.ts';

/** What makes a node a SmartOS node; tests put in their own. */
export interface NodeParts {
  readonly programs: ReadonlyMap<string, NativeMain>;
  /** From power-on to the start of init. */
  boot(assembled: AssembledKernel, options: NodeOptions, host: Host): void;
}

export function createNode(options: NodeOptions, host: Host, listener: NodeListener): Node {
  return createNodeOf({ programs: PROGRAMS, boot: bootMachine }, options, host, listener);
}

export function createNodeOf(
  parts: NodeParts,
  options: NodeOptions,
  host: Host,
  listener: NodeListener,
): Node {
  return new LabNode(parts, options, host, listener);
}

class LabNode implements Node, MachineOwner {
  readonly #parts: NodeParts;
  readonly #options: NodeOptions;
  readonly #host: Host;
  readonly #listener: NodeListener;
  readonly #queue: InputQueue;
  #state: NodeState = { kind: 'off' };
  #machine: Machine | undefined;
  /** There while a medium is looked for and the loader runs; then the machine is. */
  #firmware: Firmware | undefined;
  /** What came for the machine before there was one. */
  #early: InputEvent[] = [];
  /** What uadmin(2) or a button asked for; carried out when the slice is over. */
  #wanted: 'off' | 'reset' | undefined;
  #slices = 0;

  constructor(parts: NodeParts, options: NodeOptions, host: Host, listener: NodeListener) {
    this.#parts = parts;
    this.#options = options;
    this.#host = host;
    this.#listener = listener;
    this.#queue = new InputQueue(host.clock);
  }

  get state(): NodeState {
    return this.#state;
  }

  get recording(): readonly RecordedInput[] {
    return this.#queue.recording;
  }

  post(event: InputEvent): void {
    this.#queue.post(event);
  }

  run(sliceNs: bigint): RunResult {
    this.#slices += 1;
    const untilNs = this.#host.clock.monotonicNs() + sliceNs;
    let isRunnable = false;
    try {
      for (const event of this.#queue.take()) this.#handle(event);
      this.#runFirmware();
      isRunnable = this.#machine?.run(untilNs) ?? false;
    } catch (error) {
      this.#panic(error);
    }
    if (this.#wanted !== undefined) {
      this.#changePower(this.#wanted);
      isRunnable = true;
    }
    if (this.#machine === undefined)
      return { isRunnable: !this.#queue.isEmpty, wakeAtNs: this.#firmware?.wakeAtNs };
    const wakeAtNs = this.#machine.assembled.kernel.dispatcher.callouts.earliestNs();
    return { isRunnable: isRunnable || !this.#queue.isEmpty, wakeAtNs };
  }

  statistics(): NodeStatistics {
    const kernel = this.#machine?.assembled.kernel;
    const dispatcher = kernel?.dispatcher;
    let threadCount = 0;
    for (const proc of kernel?.procs.all() ?? []) threadCount += proc.threads.length;
    return {
      uptimeNs: kernel === undefined ? 0n : this.#host.clock.monotonicNs() - kernel.bootedNs,
      idleNs: dispatcher?.idleUntilNowNs() ?? 0n,
      kernelNs: dispatcher?.systemNs ?? 0n,
      userNs: dispatcher?.userNs ?? 0n,
      slices: this.#slices,
      systemCalls: kernel?.systemCalls ?? 0,
      processCount: kernel?.procs.count ?? 0,
      threadCount,
      memoryUsedBytes: kernel?.memoryUsedBytes() ?? 0,
      memoryTotalBytes: this.#options.ramBytes,
    };
  }

  observe(request: ObservationRequest): ObservationReport {
    return this.#machine === undefined ? { kind: 'none' } : this.#machine.observe(request);
  }

  digest(): string {
    return digestOf(this.#machine?.assembled, this.#state, this.#host, this.#machine?.console.tty);
  }

  announce(state: AnnouncedState): void {
    if (state.kind !== 'booting') this.#setState({ kind: state.kind });
    else this.#setState({ kind: 'booting', step: state.step, fraction: state.fraction });
  }

  /** @man uadmin(2): filesystems are synced by now. */
  readonly power = (command: number, fcn: number): Errno | undefined => {
    if (command !== A_REBOOT && command !== A_SHUTDOWN) return EINVAL;
    const isBoot = fcn === AD_BOOT || fcn === AD_IBOOT || fcn === AD_FASTREBOOT;
    this.#wanted = isBoot ? 'reset' : 'off';
    this.#machine?.assembled.kernel.dispatcher.requestStop();
    return undefined;
  };

  #handle(event: InputEvent): void {
    if (event.kind === 'powerOn') {
      if (this.#machine === undefined && this.#firmware === undefined) this.#powerOn();
    } else if (this.#firmware !== undefined) {
      this.#handleEarly(this.#firmware, event);
    } else if (event.kind === 'reset') {
      if (this.#machine !== undefined || this.#state.kind === 'panicked') this.#wanted = 'reset';
    } else if (event.kind === 'nmi') {
      this.#machine?.assembled.kernel.panic('NMI received');
    } else if (this.#machine !== undefined) {
      this.#machine.handle(event);
    } else if (event.kind === 'exec') {
      this.#listener.execExited(event.request.id, { kind: 'killed', value: 9 });
    }
  }

  #handleEarly(firmware: Firmware, event: InputEvent): void {
    if (event.kind === 'consoleInput') firmware.input(event.bytes);
    else if (event.kind === 'reset') this.#wanted = 'reset';
    else if (event.kind === 'powerButton') this.#wanted = 'off';
    else this.#early.push(event);
  }

  #powerOn(): void {
    const { device = 'ram' } = this.#options.boot;
    if (device === 'ram') {
      this.#startMachine(this.#options, this.#host);
      return;
    }
    this.#setState({ kind: 'booting', step: 'Loader', fraction: 0 });
    this.#firmware = new Firmware(this.#host, this.#options.boot);
  }

  /** Lets the loader's time pass, and starts what it was told to boot. */
  #runFirmware(): void {
    const boot = this.#firmware?.tick(this.#host.clock.monotonicNs());
    if (boot === undefined) return;
    this.#firmware = undefined;
    if (boot === 'reboot') {
      this.#wanted = 'reset';
      return;
    }
    const { platform } = boot;
    this.#startMachine({ ...this.#options, boot: boot.boot }, { ...this.#host, platform });
    for (const event of this.#early.splice(0)) this.#handle(event);
  }

  #startMachine(options: NodeOptions, host: Host): void {
    this.#setState({ kind: 'booting', step: 'Loading the platform image', fraction: 0 });
    const machine = new Machine(options, host, this.#listener, this, this.#parts.programs);
    this.#machine = machine;
    this.#parts.boot(machine.assembled, options, host);
  }

  #changePower(wanted: 'off' | 'reset'): void {
    this.#wanted = undefined;
    this.#abandon();
    if (wanted === 'off') {
      this.#setState({ kind: 'off' });
      return;
    }
    try {
      this.#powerOn();
    } catch (error) {
      this.#panic(error);
    }
  }

  /** The machine stops where it is; the host and its other nodes go on. */
  #panic(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const origin = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const stack = origin instanceof Error ? (origin.stack ?? '') : '';
    const machine = this.#machine;
    const firstLine = message.split('\n', 1)[0] ?? message;
    // Without a machine the firmware found nothing to boot: there is no kernel to dump.
    let dump = EMPTY_BYTES;
    if (machine !== undefined) {
      const { kernel } = machine.assembled;
      kernel.log('CE_PANIC', firstLine);
      dump = makeDump(kernel, message, stack);
    }
    this.#listener.panicked(firstLine, dump);
    this.#abandon();
    this.#setState({ kind: 'panicked', message: firstLine });
  }

  /** Nothing runs any more; the host hears of every program that it asked for. */
  #abandon(): void {
    this.#machine?.abandon();
    this.#machine = undefined;
    this.#firmware = undefined;
    for (const event of this.#early.splice(0)) {
      if (event.kind !== 'exec') continue;
      this.#listener.execExited(event.request.id, { kind: 'killed', value: 9 });
    }
  }

  #setState(state: NodeState): void {
    this.#state = state;
    this.#listener.stateChanged(state);
  }
}

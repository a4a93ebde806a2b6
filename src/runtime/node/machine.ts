/**
 * One life of the machine, from power-on to power-off: a kernel, the console, the programs that the
 * host started. A reset makes a new one, so nothing of the old life can leak into the next but what
 * is on disk.
 */
import type { Host } from '#runtime/host.ts';
import { viewOf } from '#base/bytes.ts';
import type { ExecRequest, InputEvent, NodeListener, NodeOptions } from '#runtime/node-contract.ts';
import { SIGPWR } from '#abi/illumos/signal.ts';
import type { AnnouncedState, PowerRequest } from '#kernel/os/kernel.ts';
import { Console, consoleDrivers } from '#kernel/io/console.ts';
import { postSignal } from '#kernel/os/signal.ts';
import type { NativeMain } from '#kernel/syscall/sys.ts';
import { type AssembledKernel, assembleKernel } from '#runtime/node/assemble.ts';
import { makeObserver } from '#runtime/node/observe.ts';
import type { ObservationReport, ObservationRequest } from '#runtime/observation.ts';
import { type TerminalStreams, openHostTerminal } from '#runtime/node/host-terminal.ts';
import {
  Credit,
  HostProgram,
  PipeStreams,
  createHostProcess,
  startHostProcess,
} from '#runtime/node/host-program.ts';

/** From the first network port's address: what a pool remembers of its machine has to stay. */
function hostidOf(mac: Uint8Array | undefined): { hostid?: number } {
  if (mac === undefined) return {};
  return { hostid: viewOf(mac).getUint32(mac.length - 4, false) >>> 1 };
}

/** What the machine asks of its node. */
export interface MachineOwner {
  announce(state: AnnouncedState): void;
  power: PowerRequest;
}

export class Machine {
  readonly assembled: AssembledKernel;
  readonly console: Console;
  readonly #listener: NodeListener;
  readonly #programs = new Map<number, HostProgram>();
  #observer: ReturnType<typeof makeObserver> | undefined;
  /** Requests that came before multi-user. */
  #early: ExecRequest[] = [];
  #isMultiUser = false;
  #isButtonPressed = false;

  constructor(
    options: NodeOptions,
    host: Host,
    listener: NodeListener,
    owner: MachineOwner,
    programs: ReadonlyMap<string, NativeMain>,
  ) {
    this.#listener = listener;
    this.assembled = assembleKernel(
      {
        clock: host.clock,
        random: host.random,
        log: host.log,
        ramBytes: options.ramBytes,
        cpuCount: options.cpuCount,
        hostname: options.name,
        ...hostidOf(host.nics[0]?.mac),
        platformStamp: host.platform.stamp,
        bootProperties: options.boot.properties,
      },
      { codecs: host.codecs, disks: host.disks },
      programs,
    );
    const { kernel } = this.assembled;
    kernel.announce = (state) => {
      if (state.kind === 'running') this.#reachedMultiUser();
      owner.announce(state);
    };
    kernel.power = owner.power;
    this.console = new Console(host.console, host.clock);
    for (const driver of consoleDrivers(this.console)) this.assembled.drivers.register(driver);
    kernel.messages.console = (line) => this.console.print(line);
  }

  /** Between two slices. Throws when the kernel can't answer. */
  observe(request: ObservationRequest): ObservationReport {
    this.#observer ??= makeObserver(this.assembled);
    return this.#observer.observe(request);
  }

  /** Lets one event in. */
  handle(event: InputEvent): void {
    switch (event.kind) {
      case 'consoleInput':
        this.console.input(event.bytes);
        return;
      case 'consoleSize':
        this.console.resize(event.columns, event.rows);
        return;
      case 'consoleReady':
        this.console.ready();
        return;
      case 'exec':
        if (this.#isMultiUser) this.#exec(event.request);
        else this.#early.push(event.request);
        return;
      case 'execInput':
        this.#programs.get(event.id)?.streams.input(event.bytes);
        return;
      case 'execInputEnd':
        this.#programs.get(event.id)?.streams.inputEnd();
        return;
      case 'execSize':
        this.#programs.get(event.id)?.streams.resize(event.columns, event.rows);
        return;
      case 'execSignal':
        this.#programs.get(event.id)?.signal(event.signal);
        return;
      case 'execCredit':
        this.#programs.get(event.id)?.addCredit(event.byteCount);
        return;
      case 'powerButton':
        this.#pressPowerButton();
        return;
      default:
    }
  }

  /** True while there is something to run at once. */
  run(untilNs: bigint): boolean {
    this.#pump();
    const isRunnable = this.assembled.kernel.dispatcher.run(untilNs);
    return this.#pump() || isRunnable || this.assembled.kernel.dispatcher.runnableCount > 0;
  }

  /** The host hears of every program that it started: nothing runs any more. */
  abandon(): void {
    for (const id of this.#programs.keys()) {
      this.#listener.execExited(id, { kind: 'killed', value: 9 });
    }
    for (const request of this.#early) {
      this.#listener.execExited(request.id, { kind: 'killed', value: 9 });
    }
    this.#programs.clear();
    this.#early = [];
  }

  /**
   * As acpi's power button: init is told, and its inittab says what to do. Before multi-user init
   * does not listen yet: the button waits.
   */
  #pressPowerButton(): void {
    this.#isButtonPressed = !this.#isMultiUser;
    if (this.#isButtonPressed) return;
    const init = this.assembled.kernel.procs.get(1);
    if (init !== undefined) postSignal(init, SIGPWR);
  }

  #reachedMultiUser(): void {
    if (this.#isMultiUser) return;
    this.#isMultiUser = true;
    const early = this.#early;
    this.#early = [];
    for (const request of early) this.#exec(request);
    if (this.#isButtonPressed) this.#pressPowerButton();
  }

  #exec(request: ExecRequest): void {
    const proc = createHostProcess(request, this.assembled);
    const credit = new Credit();
    const terminal = this.#openTerminal(request, credit);
    const streams =
      terminal ?? new PipeStreams(request, proc, this.assembled, this.#listener, credit);
    this.#programs.set(request.id, new HostProgram(request.id, proc, streams, credit));
    startHostProcess(request, proc, this.assembled, terminal?.name);
  }

  #openTerminal(request: ExecRequest, credit: Credit): TerminalStreams | undefined {
    const { tty } = request;
    if (tty === undefined) return undefined;
    return openHostTerminal({ ...request, tty }, this.assembled.ptys, this.#listener, credit);
  }

  /** True when a program ended: its parent has something to do. */
  #pump(): boolean {
    let hasEnded = false;
    for (const [id, program] of this.#programs) {
      const event = program.pump();
      if (event === undefined) continue;
      this.#programs.delete(id);
      hasEnded = true;
      const kind = event.how === 'exited' ? 'exited' : 'killed';
      this.#listener.execExited(id, { kind, value: event.status });
    }
    return hasEnded;
  }
}

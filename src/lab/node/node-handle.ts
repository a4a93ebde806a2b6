/**
 * A node as the lab process holds it: its worker thread while it is on, its state, its console, the
 * programs started from outside. A worker may panic, die or hang; this object stays, says so and can
 * start another one. Nothing here waits for the worker but `powerOn`, for its first word.
 */
import type { Worker } from 'node:worker_threads';
import { LabError } from '#protocol/errors.ts';
import type { NodeStateShape } from '#protocol/model.ts';
import type { BootOptions } from '#runtime/node-contract.ts';
import type {
  ExecRequest,
  InputEvent,
  NodeState,
  NodeStatistics,
  ObservationReport,
  ObservationRequest,
} from '#runtime/index.ts';
import { ConsoleHub } from '#lab/node/console-hub.ts';
import { DiskPanel } from '#lab/node/disk-panel.ts';
import { ExecSession } from '#lab/node/exec-session.ts';
import type { FlipRequest, LastingFaults } from '#lab/node/fault-disk.ts';
import { Watchdog } from '#lab/node/watchdog.ts';
import type {
  Answer,
  FromWorker,
  NodeWorkerData,
  Question,
  ToWorker,
} from '#lab/node/worker-messages.ts';

export type StartNodeWorker = (data: NodeWorkerData) => Worker;

export interface NodeHandleOptions {
  readonly name: string;
  readonly startWorker: StartNodeWorker;
  readonly diskNames: () => readonly string[];
  /** Asked at each power on: the lab's file may have changed. */
  readonly describe: (boot: BootOptions) => NodeWorkerData;
  readonly onState: (state: NodeStateShape) => void;
  /** Keeps the dump; answers its file relative to the lab's folder, or null. */
  readonly keepDump: (message: string, dump: Uint8Array) => string | null;
  readonly onLog: (level: 'debug' | 'info' | 'warn' | 'error', text: string) => void;
  readonly watchdogLimitMs?: number;
}

const WATCHDOG_LIMIT_MS = 5_000;
const PLAIN_BOOT: BootOptions = { properties: new Map(), flags: [] };

interface Running {
  readonly worker: Worker;
  readonly watchdog: Watchdog;
  readonly sessions: Map<number, ExecSession>;
  statisticsWaiting: ((statistics: NodeStatistics | undefined) => void)[];
  /** Questions that wait for their answer, by serial. */
  readonly asked: Map<number, (answer: Answer | undefined) => void>;
  /** Settles `powerOn`: the worker has said its first word, or failed. */
  started: ((error: LabError | undefined) => void) | undefined;
}

export class NodeHandle {
  readonly name: string;
  readonly console: ConsoleHub;
  readonly disks: DiskPanel;
  readonly #options: NodeHandleOptions;
  #state: NodeStateShape = { kind: 'off' };
  /** The state to go back to when a silent worker answers after all. */
  #beforeSilence: NodeStateShape = { kind: 'off' };
  #running: Running | undefined;
  #consoleSize: { readonly columns: number; readonly rows: number } | undefined;
  #nextExecId = 1;
  #lastSerial = 0;
  poweredOnAtMs: number | null = null;

  constructor(options: NodeHandleOptions) {
    this.name = options.name;
    this.#options = options;
    this.disks = new DiskPanel(options.name, options.diskNames);
    this.console = new ConsoleHub((byteCount) => this.#send({ kind: 'consoleCredit', byteCount }));
  }

  get state(): NodeStateShape {
    return this.#state;
  }

  /** Off, or panicked: it holds nothing and can be changed or removed. */
  get isActive(): boolean {
    return this.#state.kind !== 'off' && this.#state.kind !== 'panicked';
  }

  /** Starts the worker and boots; resolves at its first word. Rejects when it can't be built. */
  async powerOn(boot: BootOptions = PLAIN_BOOT): Promise<void> {
    if (this.isActive) return;
    const worker = this.#options.startWorker(this.#options.describe(boot));
    const running: Running = {
      worker,
      watchdog: new Watchdog({
        limitMs: this.#options.watchdogLimitMs ?? WATCHDOG_LIMIT_MS,
        ping: (serial) => this.#send({ kind: 'ping', serial }),
        onSilent: () => this.#wentSilent(),
        onAnswer: () => this.#setState(this.#beforeSilence),
      }),
      sessions: new Map(),
      statisticsWaiting: [],
      asked: new Map(),
      started: undefined,
    };
    this.#running = running;
    this.console.restart();
    this.poweredOnAtMs = Date.now();
    this.#beforeSilence = { kind: 'off' };
    this.#setState({ kind: 'booting', step: 'Starting the machine', fraction: 0 });
    worker.on('message', (message: FromWorker) => {
      if (this.#running === running) this.#receive(running, message);
    });
    worker.on('error', (thrown) => {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.#died(running, error.message, error.stack ?? error.message);
    });
    worker.on('exit', (code) => {
      const message = `the node's worker thread ended with status ${code}`;
      this.#died(running, message, message);
    });
    const started = new Promise<LabError | undefined>((resolve) => {
      running.started = resolve;
    });
    this.#send({ kind: 'event', event: { kind: 'powerOn' } });
    const error = await started;
    if (error !== undefined) throw error;
  }

  /** The power button. */
  shutDown(): void {
    this.#mustRun('shut down');
    this.post({ kind: 'powerButton' });
  }

  async reset(): Promise<void> {
    if (this.#state.kind === 'panicked' || this.#state.kind === 'notResponding') {
      await this.kill();
      return this.powerOn();
    }
    this.#mustRun('reset');
    this.post({ kind: 'reset' });
  }

  nmi(): void {
    this.#mustRun('interrupt');
    this.post({ kind: 'nmi' });
  }

  /** Pulls the plug: resolves when the thread is gone. */
  async kill(): Promise<void> {
    const running = this.#running;
    if (running !== undefined) {
      this.#release(running);
      await running.worker.terminate();
    }
    if (this.#running === undefined) this.#setState({ kind: 'off' });
  }

  /** The terminal's size; kept, since a console that starts knows none. */
  resizeConsole(columns: number, rows: number): void {
    this.#consoleSize = { columns, rows };
    this.#tellConsoleSize();
  }

  #tellConsoleSize(): void {
    const size = this.#consoleSize;
    if (size !== undefined) this.post({ kind: 'consoleSize', ...size });
  }

  /** Queues an event for the node; lost when it is off, as a key press is. */
  post(event: InputEvent): void {
    this.#send({ kind: 'event', event });
  }

  exec(request: Omit<ExecRequest, 'id'>): ExecSession {
    this.#mustRun(`run "${request.argv.join(' ')}" on`);
    const running = this.#running as Running;
    const id = this.#nextExecId++;
    const session = new ExecSession({ ...request, id }, (event) => {
      if (this.#running === running) this.post(event);
    });
    running.sessions.set(id, session);
    return session;
  }

  /** A session by its number, for input that comes on another call. */
  session(id: number): ExecSession | undefined {
    return this.#running?.sessions.get(id);
  }

  /** Undefined when the node is off or does not answer. */
  statistics(): Promise<NodeStatistics | undefined> {
    const running = this.#running;
    if (running === undefined) return Promise.resolve(undefined);
    if (running.statisticsWaiting.length === 0) this.#send({ kind: 'statistics' });
    return new Promise((resolve) => running.statisticsWaiting.push(resolve));
  }

  /** Undefined when the node is off, does not answer, or could not. */
  async observe(request: ObservationRequest): Promise<ObservationReport | undefined> {
    const answer = await this.#ask({ kind: 'observe', request });
    if (answer?.kind === 'observed') return answer.report;
    if (answer?.kind === 'failed') {
      this.#options.onLog('warn', `${this.name}: ${request.kind}: ${answer.message}`);
    }
    return undefined;
  }

  /** A number for something to watch, different from all others of this node. */
  nextWatch(): number {
    this.#lastSerial += 1;
    return this.#lastSerial;
  }

  /** From now on, and at every power on. */
  setDiskFaults(disk: string, faults: LastingFaults): void {
    this.#send({ kind: 'diskFaults', disk, faults });
  }

  /** Flips bits on a disk. Throws LabError when the node is off or the disk holds nothing there. */
  async flipBits(disk: string, flip: FlipRequest): Promise<void> {
    const what = `flip bits on disk "${disk}" of`;
    this.#mustRun(what);
    const answer = await this.#ask({ kind: 'flipBits', disk, flip });
    const text = `Cannot ${what} node "${this.name}"`;
    if (answer?.kind === 'failed') throw new LabError('ioError', `${text}: ${answer.message}`);
    if (answer?.kind !== 'flipped') throw new LabError('nodeNotRunning', `${text}: it is off`);
    if (answer.atBytes.length === 0) {
      throw new LabError('badRequest', `${text}: nothing is stored there`);
    }
    this.disks.noteFlips(disk, answer.atBytes);
  }

  #ask(question: Question): Promise<Answer | undefined> {
    const running = this.#running;
    if (running === undefined) return Promise.resolve(undefined);
    const serial = this.nextWatch();
    return new Promise((resolve) => {
      running.asked.set(serial, resolve);
      this.#send({ kind: 'ask', serial, question });
    });
  }

  async dispose(): Promise<void> {
    await this.kill();
    this.console.dispose();
  }

  #send(message: ToWorker): void {
    this.#running?.worker.postMessage(message);
  }

  #mustRun(what: string): void {
    if (this.#running !== undefined && this.#state.kind !== 'notResponding') return;
    if (this.#state.kind === 'notResponding') {
      const text = `Cannot ${what} node "${this.name}": it does not respond (kill or reset it)`;
      throw new LabError('nodeNotResponding', text, { node: this.name });
    }
    const state = this.#state.kind === 'panicked' ? 'it has panicked' : 'it is off';
    const text = `Cannot ${what} node "${this.name}": ${state}`;
    throw new LabError('nodeNotRunning', text, { node: this.name });
  }

  #receive(running: Running, message: FromWorker): void {
    switch (message.kind) {
      case 'state':
        running.started?.(undefined);
        return this.#nodeState(running, message.state);
      case 'console':
        return this.console.append(message.bytes);
      case 'execOutput':
        return running.sessions.get(message.id)?.output(message);
      case 'execInputTaken':
        return running.sessions.get(message.id)?.inputTaken(message.byteCount);
      case 'execExited':
        running.sessions.get(message.id)?.end(message.status);
        running.sessions.delete(message.id);
        return;
      case 'panicked':
        return this.#panicked(running, message.message, message.dump);
      case 'failed': {
        const { started } = running;
        this.#release(running);
        void running.worker.terminate();
        this.#setState({ kind: 'off' });
        started?.(new LabError(message.code, message.message, { node: this.name }));
        return;
      }
      case 'log':
        return this.#options.onLog(message.level, `${this.name}: ${message.message}`);
      case 'pong':
        return running.watchdog.answered(message.serial);
      case 'statistics':
        for (const resolve of running.statisticsWaiting.splice(0)) resolve(message.statistics);
        return;
      case 'mended':
        return this.disks.noteMended(message.disk, message.atBytes);
      case 'answer':
        running.asked.get(message.serial)?.(message.answer);
        running.asked.delete(message.serial);
    }
  }

  #nodeState(running: Running, state: NodeState): void {
    // `panicked` comes again with the dump; without one there is no more to know than this.
    if (state.kind === 'panicked') return;
    if (state.kind === 'off') {
      this.#release(running);
      void running.worker.terminate();
    }
    if (state.kind === 'booting' && this.#beforeSilence.kind !== 'booting') this.#tellConsoleSize();
    this.#beforeSilence = state;
    if (this.#state.kind !== 'notResponding' || state.kind === 'off') this.#setState(state);
  }

  #wentSilent(): void {
    this.#beforeSilence = this.#state;
    this.#setState({ kind: 'notResponding', sinceMs: Date.now() });
  }

  #died(running: Running, message: string, report: string): void {
    if (this.#running !== running) return;
    this.#panicked(running, message, new TextEncoder().encode(`${report}\n`));
  }

  #panicked(running: Running, message: string, dump: Uint8Array): void {
    const { started } = running;
    this.#release(running);
    void running.worker.terminate();
    const dumpFile = dump.length === 0 ? null : this.#options.keepDump(message, dump);
    this.#options.onLog('error', `${this.name}: panic: ${message}`);
    this.#setState({ kind: 'panicked', message, dumpFile, atMs: Date.now() });
    started?.(new LabError('nodePanicked', `Node "${this.name}" panicked: ${message}`));
  }

  /** Lets go of a worker: what still comes from it is not heard. */
  #release(running: Running): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    this.poweredOnAtMs = null;
    running.watchdog.dispose();
    for (const session of running.sessions.values()) session.end({ kind: 'lost', value: 0 });
    for (const resolve of running.statisticsWaiting.splice(0)) resolve(undefined);
    for (const resolve of running.asked.values()) resolve(undefined);
    running.asked.clear();
    const { started } = running;
    running.started = undefined;
    queueMicrotask(() => started?.(undefined));
  }

  #setState(state: NodeStateShape): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

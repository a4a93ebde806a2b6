/**
 * A node small enough to test a host with: boots at once, echoes its console, and runs a handful of
 * programs that do what a host must cope with. The full contract of node-contract.ts holds.
 *   true · exit N · echo WORD… · cat · flood BYTES · panic MESSAGE · throw MESSAGE · hang
 */
import { encodeUtf8 } from '#base/bytes.ts';
import type { Host } from '#runtime/host.ts';
import type {
  ExecRequest,
  InputEvent,
  Node,
  NodeListener,
  NodeOptions,
  NodeState,
  NodeStatistics,
  ObservationReport,
  RecordedInput,
  RunResult,
} from '#runtime/index.ts';
import { EXEC_INITIAL_CREDIT_BYTES } from '#runtime/node-contract.ts';

interface Program {
  readonly id: number;
  readonly name: string;
  credit: number;
  /** Bytes that `flood` still prints. */
  rest: number;
}

const FLOOD_PIECE_BYTES = 8192;

export class FakeNode implements Node {
  state: NodeState = { kind: 'off' };
  readonly recording: readonly RecordedInput[] = [];
  readonly #options: NodeOptions;
  readonly #host: Host;
  readonly #listener: NodeListener;
  readonly #events: InputEvent[] = [];
  readonly #programs = new Map<number, Program>();
  #consoleFlood = 0;
  #slices = 0;

  constructor(options: NodeOptions, host: Host, listener: NodeListener) {
    this.#options = options;
    this.#host = host;
    this.#listener = listener;
  }

  post(event: InputEvent): void {
    this.#events.push(event);
  }

  run(_sliceNs: bigint): RunResult {
    this.#slices += 1;
    for (const event of this.#events.splice(0)) this.#handle(event);
    this.#floodConsole();
    for (const program of this.#programs.values()) {
      if (program.name === 'flood') this.#flood(program);
    }
    const isBusy = [...this.#programs.values()].some(
      (program) => program.name === 'flood' && program.credit > 0,
    );
    const isPrinting = this.#consoleFlood > 0 && this.#host.console.writable() > 0;
    return { isRunnable: isBusy || isPrinting || this.#events.length > 0, wakeAtNs: undefined };
  }

  statistics(): NodeStatistics {
    return {
      uptimeNs: this.#host.clock.monotonicNs(),
      idleNs: 0n,
      kernelNs: 0n,
      userNs: 0n,
      slices: this.#slices,
      systemCalls: 0,
      processCount: this.#programs.size,
      threadCount: this.#programs.size,
      memoryUsedBytes: 0,
      memoryTotalBytes: this.#options.ramBytes,
    };
  }

  observe(): ObservationReport {
    return { kind: 'none' };
  }

  digest(): string {
    return '';
  }

  #setState(state: NodeState): void {
    this.state = state;
    this.#listener.stateChanged(state);
  }

  #handle(event: InputEvent): void {
    switch (event.kind) {
      case 'powerOn':
      case 'reset':
        this.#setState({ kind: 'booting', step: 'Loading the fake', fraction: 0.5 });
        this.#print(`${this.#options.name} login: `);
        return this.#setState({ kind: 'running' });
      case 'powerButton':
        this.#setState({ kind: 'shuttingDown' });
        return this.#setState({ kind: 'off' });
      case 'nmi':
        return this.#panic('NMI received');
      case 'consoleSize':
        return this.#print(`[${event.columns}x${event.rows}]`);
      case 'consoleInput':
        return this.#key(event.bytes);
      case 'exec':
        return this.#exec(event.request);
      case 'execInput':
        this.#listener.execOutput(event.id, 'stdout', event.bytes);
        return this.#listener.execInputTaken(event.id, event.bytes.length);
      case 'execInputEnd':
        if (this.#programs.get(event.id)?.name === 'cat') this.#exit(event.id, 0);
        return;
      case 'execSignal':
        this.#programs.delete(event.id);
        return this.#listener.execExited(event.id, { kind: 'killed', value: event.signal });
      case 'execCredit': {
        const program = this.#programs.get(event.id);
        if (program !== undefined) program.credit += event.byteCount;
      }
    }
  }

  /** `!N` prints N KiB on the console; anything else is echoed. */
  #key(bytes: Uint8Array): void {
    const text = String.fromCharCode(...bytes.subarray(0, 20));
    if (text.startsWith('!')) this.#consoleFlood = Number(text.slice(1)) * 1024;
    else this.#host.console.write(bytes);
  }

  #exec({ id, argv, tty }: ExecRequest): void {
    const [name = '', ...words] = argv;
    this.#programs.set(id, { id, name, credit: EXEC_INITIAL_CREDIT_BYTES, rest: 0 });
    const text = words.join(' ');
    if (name === 'true') this.#exit(id, 0);
    else if (name === 'exit') this.#exit(id, Number(text));
    else if (name === 'panic') this.#panic(text);
    else if (name === 'throw') throw new Error(text);
    else if (name === 'hang') for (;;);
    else if (name === 'flood') (this.#programs.get(id) as Program).rest = Number(text);
    else if (name === 'echo') {
      this.#listener.execOutput(id, 'stdout', encodeUtf8(`${text}${tty ? '\r\n' : '\n'}`));
      this.#exit(id, 0);
    } else if (name !== 'cat') {
      this.#listener.execOutput(id, 'stderr', encodeUtf8(`${name}: not found\n`));
      this.#exit(id, 127);
    }
  }

  #flood(program: Program): void {
    while (program.credit > 0 && program.rest > 0) {
      const size = Math.min(program.rest, FLOOD_PIECE_BYTES);
      this.#listener.execOutput(program.id, 'stdout', new Uint8Array(size).fill(120));
      program.credit -= size;
      program.rest -= size;
    }
    if (program.rest === 0) this.#exit(program.id, 0);
  }

  #floodConsole(): void {
    while (this.#consoleFlood > 0 && this.#host.console.writable() > 0) {
      const size = Math.min(this.#consoleFlood, this.#host.console.writable(), FLOOD_PIECE_BYTES);
      this.#host.console.write(new Uint8Array(size).fill(120));
      this.#consoleFlood -= size;
    }
  }

  #exit(id: number, value: number): void {
    if (!this.#programs.delete(id)) return;
    this.#listener.execExited(id, { kind: 'exited', value });
  }

  #panic(message: string): void {
    this.#setState({ kind: 'panicked', message });
    this.#listener.panicked(message, encodeUtf8(`dump of: ${message}`));
  }

  #print(text: string): void {
    this.#host.console.write(encodeUtf8(text));
  }
}

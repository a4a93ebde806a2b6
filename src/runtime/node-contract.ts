/**
 * The types of the runtime's door: what a host tells a node and what it hears from it.
 */
import type { ObservationReport, ObservationRequest } from '#runtime/observation.ts';

export interface NodeOptions {
  /** Shown by hostname until the node has its own; also names its files in the lab. */
  readonly name: string;
  readonly ramBytes: number;
  readonly cpuCount: number;
  /** Seconds east of UTC are the node's business (/etc/default/init); the machine clock is UTC. */
  readonly boot: BootOptions;
}

export interface BootOptions {
  /** Boot properties (`-B`), e.g. `noimport` → `true`. */
  readonly properties: ReadonlyMap<string, string>;
  /** Kernel flags, e.g. `-v`, `-s`. */
  readonly flags: readonly string[];
  /** Where the firmware looks for a system; `ram` (the default) boots the host's platform. */
  readonly device?: 'ram' | 'usb' | 'iso';
}

/** Power state as a front panel would show it. */
export type NodeState =
  | { readonly kind: 'off' }
  | { readonly kind: 'booting'; readonly step: string; readonly fraction: number }
  | { readonly kind: 'running' }
  | { readonly kind: 'shuttingDown' }
  | { readonly kind: 'panicked'; readonly message: string };

/** A program started from outside the node, as by `lab exec` or a second terminal. */
export interface ExecRequest {
  /** Chosen by the caller, unique while it runs. */
  readonly id: number;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly uid: number;
  /** A pty of this size as stdin, stdout and stderr; undefined = three pipes. */
  readonly tty?: { readonly columns: number; readonly rows: number };
}

/** Everything that enters a node. Bytes are owned by the node after `post`. */
export type InputEvent =
  | { readonly kind: 'powerOn' }
  /** ACPI power button: an orderly shutdown. */
  | { readonly kind: 'powerButton' }
  | { readonly kind: 'reset' }
  /** Non-maskable interrupt: panics the node on purpose, with a dump. */
  | { readonly kind: 'nmi' }
  | { readonly kind: 'consoleInput'; readonly bytes: Uint8Array }
  | { readonly kind: 'consoleSize'; readonly columns: number; readonly rows: number }
  | { readonly kind: 'consoleReady' }
  | { readonly kind: 'exec'; readonly request: ExecRequest }
  | { readonly kind: 'execInput'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'execInputEnd'; readonly id: number }
  | {
      readonly kind: 'execSize';
      readonly id: number;
      readonly columns: number;
      readonly rows: number;
    }
  | { readonly kind: 'execSignal'; readonly id: number; readonly signal: number }
  /** The observer took `byteCount` bytes of output: the credit is his again. */
  | { readonly kind: 'execCredit'; readonly id: number; readonly byteCount: number }
  | { readonly kind: 'frame'; readonly port: string; readonly frame: Uint8Array };

/** An event and the monotonic time at which the node let it in. */
export interface RecordedInput {
  readonly atNs: bigint;
  readonly event: InputEvent;
}

/** What a node tells its host, from inside `run`. Bytes are borrowed: copy what is kept. */
export interface NodeListener {
  stateChanged(state: NodeState): void;
  /** Output of an exec; the program blocks when its credit (see `execCredit`) is used up. */
  execOutput(id: number, stream: 'stdout' | 'stderr', bytes: Uint8Array): void;
  /**
   * The program (or its pipe or tty) took `byteCount` bytes of `execInput`; those not taken wait in
   * the node. The host keeps at most `EXEC_INPUT_WINDOW_BYTES` waiting, so 1 GB into a program that
   * does not read costs one window.
   */
  execInputTaken(id: number, byteCount: number): void;
  /** The program ended, or could not start (`status` 126 or 127 with a message on stderr). */
  execExited(
    id: number,
    status: { readonly kind: 'exited' | 'killed'; readonly value: number },
  ): void;
  /**
   * The node wants its state kept for a person to look at: message, stack, kernel tables. `dump` is
   * empty when there was no kernel yet.
   */
  panicked(message: string, dump: Uint8Array): void;
}

/** When to call `run` again. */
export interface RunResult {
  /** True: at once, after letting the host's events in. */
  readonly isRunnable: boolean;
  /** Monotonic deadline of the earliest timer, when not runnable; undefined = only an event. */
  readonly wakeAtNs: bigint | undefined;
}

export interface NodeStatistics {
  readonly uptimeNs: bigint;
  readonly idleNs: bigint;
  readonly kernelNs: bigint;
  readonly userNs: bigint;
  readonly slices: number;
  readonly systemCalls: number;
  readonly processCount: number;
  readonly threadCount: number;
  readonly memoryUsedBytes: number;
  readonly memoryTotalBytes: number;
}

export interface Node {
  readonly state: NodeState;
  /** Queues an event. Never runs anything; call `run` soon. */
  post(event: InputEvent): void;
  /** Runs for at most `sliceNs` of the host's time, fewer when nothing is to do. */
  run(sliceNs: bigint): RunResult;
  statistics(): NodeStatistics;
  /** Answers a question about the inside, at once. Changes nothing that programs or disks show. */
  observe(request: ObservationRequest): ObservationReport;
  /** SHA-256 over the whole visible state, hexadecimal: equal for equal histories. */
  digest(): string;
  /** All input since it was made; kept only when the clock is a deterministic one. */
  readonly recording: readonly RecordedInput[];
}

/** Credit in bytes that every exec's output starts with. */
export const EXEC_INITIAL_CREDIT_BYTES = 256 * 1024;
/** Bytes of `execInput` a host posts before it waits for `execInputTaken`. */
export const EXEC_INPUT_WINDOW_BYTES = 256 * 1024;

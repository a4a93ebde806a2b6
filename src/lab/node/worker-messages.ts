/**
 * What the lab process and a node's worker thread say to each other. Both ends are ours and of one
 * build, so nothing is checked here: this is an inner wire, not an edge. Bytes are copied or moved.
 */
import type {
  InputEvent,
  NodeState,
  NodeStatistics,
  ObservationReport,
  ObservationRequest,
} from '#runtime/index.ts';
import type { BootOptions } from '#runtime/node-contract.ts';
import type { FlipRequest, LastingFaults } from '#lab/node/fault-disk.ts';

/** What a worker needs to build its node and its host; given as `workerData`. */
export interface NodeWorkerData {
  readonly name: string;
  readonly ramBytes: number;
  readonly cpuCount: number;
  readonly boot: BootOptions;
  readonly disks: readonly {
    readonly name: string;
    readonly file: string;
    readonly faults: LastingFaults;
  }[];
  readonly nics: readonly { readonly name: string; readonly mac: Uint8Array }[];
  /** Undefined: randomness from the host's generator, as a person wants it. */
  readonly seed: number | undefined;
  readonly platformFolder: string;
  /** Sticks and discs that are in; the firmware boots from them when `boot.device` says so. */
  readonly media: readonly { readonly kind: 'usb' | 'iso'; readonly file: string }[];
  readonly share: { readonly folder: string; readonly isReadOnly: boolean } | undefined;
  /** Console bytes the worker may send before it hears `consoleCredit`. */
  readonly consoleWindowBytes: number;
}

export type ToWorker =
  | { readonly kind: 'event'; readonly event: InputEvent }
  | { readonly kind: 'consoleCredit'; readonly byteCount: number }
  /** Answered between two slices: shows that the worker's loop turns. */
  | { readonly kind: 'ping'; readonly serial: number }
  | { readonly kind: 'statistics' }
  | { readonly kind: 'diskFaults'; readonly disk: string; readonly faults: LastingFaults }
  /** Each is answered by `answer` with the same serial. */
  | { readonly kind: 'ask'; readonly serial: number; readonly question: Question };

export type Question =
  | { readonly kind: 'observe'; readonly request: ObservationRequest }
  | { readonly kind: 'flipBits'; readonly disk: string; readonly flip: FlipRequest };

export type Answer =
  | { readonly kind: 'observed'; readonly report: ObservationReport }
  /** The bytes that a bit was flipped in. */
  | { readonly kind: 'flipped'; readonly atBytes: readonly number[] }
  | { readonly kind: 'failed'; readonly message: string };

export type FromWorker =
  | { readonly kind: 'state'; readonly state: NodeState }
  | { readonly kind: 'console'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'execOutput';
      readonly id: number;
      readonly stream: 'stdout' | 'stderr';
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'execInputTaken'; readonly id: number; readonly byteCount: number }
  | {
      readonly kind: 'execExited';
      readonly id: number;
      readonly status: { readonly kind: 'exited' | 'killed'; readonly value: number };
    }
  | { readonly kind: 'panicked'; readonly message: string; readonly dump: Uint8Array }
  /** The node could not be built: a disk or the platform image is missing, say. */
  | {
      readonly kind: 'failed';
      readonly code:
        | 'diskMissing'
        | 'mediumMissing'
        | 'platformMissing'
        | 'accessDenied'
        | 'ioError'
        | 'internal';
      readonly message: string;
    }
  | {
      readonly kind: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly message: string;
      readonly detail: string;
    }
  | { readonly kind: 'pong'; readonly serial: number }
  | { readonly kind: 'statistics'; readonly statistics: NodeStatistics }
  /** Flipped bytes of a disk were written over. */
  | { readonly kind: 'mended'; readonly disk: string; readonly atBytes: readonly number[] }
  | { readonly kind: 'answer'; readonly serial: number; readonly answer: Answer };

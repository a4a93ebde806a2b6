/**
 * A host in memory: virtual clock, seeded randomness, a console that records, disks in memory. With
 * the same seed two of them are equal, and so are the nodes that run on them.
 */
import type { BlockDevice, BootDevice, ConsolePort, Host, Log } from '#runtime/host.ts';
import type {
  InputEvent,
  Node,
  NodeListener,
  NodeState,
  RecordedInput,
} from '#runtime/node-contract.ts';
import { concatBytes, decodeUtf8 } from '#base/bytes.ts';
import { VirtualClock } from '#testing/sim/clock.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';

export class RecordingConsole implements ConsolePort {
  readonly #written: Uint8Array[] = [];

  write(bytes: Uint8Array): void {
    this.#written.push(bytes.slice());
  }

  writable(): number {
    return Infinity;
  }

  get text(): string {
    return decodeUtf8(concatBytes(this.#written));
  }
}

export class SimHost implements Host {
  readonly clock: VirtualClock = new VirtualClock();
  readonly random: SeededRandom;
  readonly logged: string[] = [];
  readonly log: Log = {
    write: (level, message, detail) => {
      this.logged.push(`${level}: ${message} ${typeof detail === 'string' ? detail : ''}`);
    },
  };
  readonly codecs: Host['codecs'] = nodeCodecs;
  readonly console: RecordingConsole = new RecordingConsole();
  readonly disks: readonly BlockDevice[];
  readonly nics: Host['nics'] = [];
  readonly platform: Host['platform'];
  readonly media: readonly BootDevice[];

  constructor(seed: number, parts: Partial<Pick<Host, 'disks' | 'platform' | 'media'>> = {}) {
    this.random = new SeededRandom(seed);
    this.disks = parts.disks ?? [];
    this.media = parts.media ?? [];
    this.platform = parts.platform ?? {
      stamp: '20261123T000000Z',
      bootArchive: new Uint8Array(0),
      bootArchiveHash: '',
    };
  }
}

/** Keeps what a node says. */
export class RecordingListener implements NodeListener {
  readonly states: NodeState[] = [];
  readonly outputs: Map<string, Uint8Array[]> = new Map();
  readonly exits: Map<number, { kind: 'exited' | 'killed'; value: number }> = new Map();
  readonly taken: Map<number, number> = new Map();
  panic: { message: string; dump: string } | undefined;
  /** Called for each piece of output: the place to give credit back. */
  onOutput: (id: number, byteCount: number) => void = () => {};

  stateChanged(state: NodeState): void {
    this.states.push(state);
  }

  execOutput(id: number, stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    const key = `${id} ${stream}`;
    const parts = this.outputs.get(key) ?? [];
    parts.push(bytes.slice());
    this.outputs.set(key, parts);
    this.onOutput(id, bytes.length);
  }

  execInputTaken(id: number, byteCount: number): void {
    this.taken.set(id, (this.taken.get(id) ?? 0) + byteCount);
  }

  execExited(id: number, status: { kind: 'exited' | 'killed'; value: number }): void {
    this.exits.set(id, status);
  }

  panicked(message: string, dump: Uint8Array): void {
    this.panic = { message, dump: decodeUtf8(dump) };
  }

  text(id: number, stream: 'stdout' | 'stderr' = 'stdout'): string {
    return decodeUtf8(concatBytes(this.outputs.get(`${id} ${stream}`) ?? []));
  }
}

const SLICE_NS = 3_000_000n;

/** Runs until nothing is left to do before `untilNs`; virtual time jumps over idle spells. */
export function runNode(node: Node, clock: VirtualClock, untilNs: bigint): void {
  while (clock.monotonicNs() < untilNs) {
    const { isRunnable, wakeAtNs } = node.run(SLICE_NS);
    if (isRunnable) continue;
    clock.advanceTo(wakeAtNs === undefined || wakeAtNs > untilNs ? untilNs : wakeAtNs);
  }
}

/** Posts each event when its time has come, then runs on until `untilNs`. */
export function replay(
  node: Node,
  clock: VirtualClock,
  inputs: readonly RecordedInput[],
  untilNs: bigint,
): void {
  for (const { atNs, event } of inputs) {
    runNode(node, clock, atNs);
    node.post(event);
  }
  runNode(node, clock, untilNs);
}

/** An input at so many virtual milliseconds after the start. */
export function inputAt(ms: number, event: InputEvent): RecordedInput {
  return { atNs: BigInt(ms) * 1_000_000n, event };
}

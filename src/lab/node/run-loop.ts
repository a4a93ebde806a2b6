/**
 * The loop of a node's worker thread: a slice of the node, then the host's events, then the next
 * slice; asleep on a timer when the node has nothing to do. What the node says during a slice is
 * gathered and posted once, so a program that prints bytes one by one costs one message a slice.
 */
import { concatBytes } from '#base/bytes.ts';
import type { ConsolePort } from '#runtime/host.ts';
import type { InputEvent, Node, NodeListener } from '#runtime/index.ts';
import type { FaultDisk } from '#lab/node/fault-disk.ts';
import type { Answer, FromWorker, Question, ToWorker } from '#lab/node/worker-messages.ts';

/** Long enough to be efficient, short enough that keys and clicks never wait for it. */
const SLICE_NS = 4_000_000n;
const NS_PER_MS_NUMBER = 1e6;
/** setTimeout's limit; a longer sleep just wakes once in between. */
const MAX_SLEEP_MS = 2 ** 31 - 1;

export interface LoopPort {
  postMessage(message: FromWorker): void;
  on(event: 'message', listener: (message: ToWorker) => void): void;
}

/** Gathers what the node says and posts it in order at `flush`. */
export class Outlet implements NodeListener, ConsolePort {
  readonly #port: LoopPort;
  #console: Uint8Array[] = [];
  #consoleCredit: number;
  #outputs: { id: number; stream: 'stdout' | 'stderr'; parts: Uint8Array[] }[] = [];

  constructor(port: LoopPort, consoleWindowBytes: number) {
    this.#port = port;
    this.#consoleCredit = consoleWindowBytes;
  }

  post(message: FromWorker): void {
    this.#port.postMessage(message);
  }

  // ConsolePort
  write(bytes: Uint8Array): void {
    this.#consoleCredit -= bytes.length;
    this.#console.push(bytes.slice());
  }

  writable(): number {
    return Math.max(0, this.#consoleCredit);
  }

  /** True when the console was closed by lack of credit and is open now. */
  addConsoleCredit(byteCount: number): boolean {
    const wasClosed = this.#consoleCredit <= 0;
    this.#consoleCredit += byteCount;
    return wasClosed && this.#consoleCredit > 0;
  }

  // NodeListener
  stateChanged(state: Node['state']): void {
    this.flush();
    this.post({ kind: 'state', state });
  }

  execOutput(id: number, stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    const last = this.#outputs.at(-1);
    if (last?.id === id && last.stream === stream) last.parts.push(bytes.slice());
    else this.#outputs.push({ id, stream, parts: [bytes.slice()] });
  }

  execInputTaken(id: number, byteCount: number): void {
    this.post({ kind: 'execInputTaken', id, byteCount });
  }

  execExited(id: number, status: { kind: 'exited' | 'killed'; value: number }): void {
    this.flush();
    this.post({ kind: 'execExited', id, status });
  }

  panicked(message: string, dump: Uint8Array): void {
    this.flush();
    this.post({ kind: 'panicked', message, dump: dump.slice() });
  }

  flush(): void {
    if (this.#console.length > 0) {
      this.post({ kind: 'console', bytes: concatBytes(this.#console) });
      this.#console = [];
    }
    for (const { id, stream, parts } of this.#outputs) {
      this.post({ kind: 'execOutput', id, stream, bytes: concatBytes(parts) });
    }
    this.#outputs = [];
  }
}

/**
 * Runs `node` for ever; returns at once. A throw out of the node is its panic: the message and the
 * stack go to the lab process and the loop stops.
 */
export function startRunLoop(
  node: Node,
  outlet: Outlet,
  port: LoopPort,
  monotonicNs: () => bigint,
  disks: readonly FaultDisk[] = [],
): void {
  let timer: NodeJS.Timeout | undefined;
  let isScheduled = false;
  let isDead = false;

  const schedule = (): void => {
    if (isScheduled || isDead) return;
    clearTimeout(timer);
    timer = undefined;
    isScheduled = true;
    setImmediate(turn);
  };
  const turn = (): void => {
    isScheduled = false;
    try {
      const { isRunnable, wakeAtNs } = node.run(SLICE_NS);
      outlet.flush();
      if (isRunnable) return schedule();
      if (wakeAtNs === undefined) return;
      const sleepMs = Math.ceil(Number(wakeAtNs - monotonicNs()) / NS_PER_MS_NUMBER);
      if (sleepMs <= 0) schedule();
      else timer = setTimeout(schedule, Math.min(sleepMs, MAX_SLEEP_MS));
    } catch (thrown) {
      isDead = true;
      const { message, report } = describeThrown(thrown);
      outlet.panicked(message, report);
    }
  };
  const post = (event: InputEvent): void => {
    node.post(event);
    schedule();
  };
  port.on('message', (message) => {
    switch (message.kind) {
      case 'event':
        return post(message.event);
      case 'consoleCredit':
        if (outlet.addConsoleCredit(message.byteCount)) post({ kind: 'consoleReady' });
        return;
      case 'ping':
        return outlet.post({ kind: 'pong', serial: message.serial });
      case 'statistics':
        if (!isDead) outlet.post({ kind: 'statistics', statistics: node.statistics() });
        return;
      case 'diskFaults': {
        const disk = disks.find(({ name }) => name === message.disk);
        if (disk !== undefined) disk.faults = message.faults;
        return;
      }
      case 'ask': {
        const { serial, question } = message;
        outlet.post({ kind: 'answer', serial, answer: answerTo(question, node, disks, isDead) });
      }
    }
  });
}

/** Between two slices, so that nothing moves meanwhile. A question that fails harms nobody else. */
function answerTo(
  question: Question,
  node: Node,
  disks: readonly FaultDisk[],
  isDead: boolean,
): Answer {
  try {
    if (question.kind === 'flipBits') {
      const disk = disks.find(({ name }) => name === question.disk);
      return { kind: 'flipped', atBytes: disk?.flipBits(question.flip) ?? [] };
    }
    const report = isDead ? { kind: 'none' as const } : node.observe(question.request);
    return { kind: 'observed', report };
  } catch (thrown) {
    return { kind: 'failed', message: describeThrown(thrown).message };
  }
}

function describeThrown(thrown: unknown): { message: string; report: Uint8Array } {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const report = new TextEncoder().encode(`${error.stack ?? error.message}\n`);
  return { message: error.message, report };
}

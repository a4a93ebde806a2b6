/**
 * Starts the lab process for Electron's main process and gives windows their ports. A utility process
 * where Electron's own Node.js is new enough; else a child under the Node.js that SMARTOS_LAB_NODE
 * names, with main in between. When it ends unasked, it is started again and windows get new ports.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { FromLab, ToLab } from '#hosts/electron/control-messages.ts';
import type { MainPort } from '#hosts/electron/main-port.ts';

/** The part of Electron's utility process that is used. */
export interface UtilityChild {
  postMessage(message: ToLab, transfer?: MainPort[]): void;
  on(event: 'message', listener: (message: FromLab) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  kill(): boolean;
}

export interface LabChild {
  /** `port` is the lab's end of a window's channel. */
  connect(port: MainPort): void;
  send(message: ToLab): void;
  onMessage(listener: (message: FromLab) => void): void;
  onExit(listener: () => void): void;
  kill(): void;
}

export function utilityLabChild(child: UtilityChild): LabChild {
  let connections = 0;
  return {
    connect: (port) => {
      connections += 1;
      child.postMessage({ kind: 'connect', connection: connections }, [port]);
    },
    send: (message) => child.postMessage(message),
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => child.on('exit', listener),
    kill: () => child.kill(),
  };
}

/** Runs `entry` under another Node.js and passes every window's messages on, unread. */
export function forkedLabChild(node: string, entry: string): LabChild {
  const child = fork(entry, [], {
    execPath: node,
    execArgv: [],
    serialization: 'advanced',
    env: { ...process.env, ELECTRON_RUN_AS_NODE: undefined },
  });
  return relayingLabChild(child);
}

export function relayingLabChild(child: ChildProcess): LabChild {
  const ports = new Map<number, MainPort>();
  let connections = 0;
  const send = (message: ToLab): void => {
    if (child.connected) child.send(message);
  };
  child.on('message', (raw) => {
    const message = raw as FromLab;
    if (message.kind === 'message') ports.get(message.connection)?.postMessage(message.message);
    else if (message.kind === 'disconnect') {
      ports.get(message.connection)?.close();
      ports.delete(message.connection);
    }
  });
  return {
    connect: (port) => {
      connections += 1;
      const connection = connections;
      ports.set(connection, port);
      send({ kind: 'connect', connection });
      port.on('message', ({ data }) => send({ kind: 'message', connection, message: data }));
      port.on('close', () => {
        if (ports.delete(connection)) send({ kind: 'disconnect', connection });
      });
      port.start();
    },
    send,
    onMessage: (listener) => child.on('message', (message) => listener(message as FromLab)),
    onExit: (listener) => child.on('exit', listener),
    kill: () => child.kill('SIGKILL'),
  };
}

/** Restarts in a row without a `ready` in between before it is given up. */
const MAX_FAILURES = 3;
const SHUTDOWN_LIMIT_MS = 35_000;

export interface LabLauncherOptions {
  readonly start: () => LabChild;
  /** A new lab process is up: give every window a new port. */
  readonly onReady: () => void;
  /** It can't start; a sentence for the person. */
  readonly onFailed: (message: string) => void;
  readonly onNotOpened: (message: string) => void;
}

export class LabLauncher {
  readonly #options: LabLauncherOptions;
  #child: LabChild | undefined;
  #isReady = false;
  #isEnding = false;
  #failures = 0;
  #onEnded: (() => void) | undefined;

  constructor(options: LabLauncherOptions) {
    this.#options = options;
    this.#start();
  }

  /** False when the lab is not up (yet): `onReady` will come. */
  connect(port: MainPort): boolean {
    if (!this.#isReady) return false;
    this.#child?.connect(port);
    return true;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  send(message: ToLab): void {
    this.#child?.send(message);
  }

  /** Resolves when the lab process has ended in good order, or did not in time. */
  shutDown(): Promise<void> {
    if (this.#child === undefined) return Promise.resolve();
    const child = this.#child;
    this.#isEnding = true;
    child.send({ kind: 'shutDown' });
    return new Promise((resolve) => {
      const timer = setTimeout(() => child.kill(), SHUTDOWN_LIMIT_MS);
      this.#onEnded = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  kill(): void {
    this.#isEnding = true;
    this.#child?.kill();
  }

  #start(): void {
    const child = this.#options.start();
    this.#child = child;
    child.onMessage((message) => {
      if (message.kind === 'ready') {
        this.#isReady = true;
        this.#failures = 0;
        this.#options.onReady();
      } else if (message.kind === 'failed') {
        this.#isEnding = true;
        this.#options.onFailed(message.message);
      } else if (message.kind === 'notOpened') this.#options.onNotOpened(message.message);
    });
    child.onExit(() => this.#ended());
  }

  #ended(): void {
    this.#isReady = false;
    this.#child = undefined;
    this.#onEnded?.();
    if (this.#isEnding) return;
    this.#failures += 1;
    if (this.#failures < MAX_FAILURES) this.#start();
    else this.#options.onFailed('The lab process ended three times in a row and is not restarted');
  }
}

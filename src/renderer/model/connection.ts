/**
 * Keeps the read model in step with the lab process: connects, asks for everything, follows the
 * events, and tries again with growing pauses when the connection is lost. A refusal (wrong token,
 * wrong version) is not retried: only the person can mend it.
 */
import { type ClientConnection, createClient, type LabClient } from '#protocol/client.ts';
import { LabError, toLabError } from '#protocol/errors.ts';
import type { LabEvent } from '#protocol/model.ts';
import type { Transport } from '#protocol/transport.ts';
import {
  applyEvent,
  type ConnectionState,
  findNode,
  refreshFor,
  withDetail,
  withLabs,
} from '#renderer/model/lab-state.ts';
import { announcement } from '#renderer/model/node-state.ts';
import { type LabLink, notify, report, type Workbench } from '#renderer/model/workbench.ts';

/** One way to the lab process. Called again for every attempt. */
export interface Connector {
  connect(): Promise<{ readonly transport: Transport; readonly token?: string }>;
}

const PAUSES_MS = [300, 1000, 2000, 4000, 8000] as const;
const REFUSALS = new Set(['unauthorized', 'protocolMismatch']);
/** A half-open connection must not look like a long connect. */
const CONNECT_LIMIT_MS = 10_000;

export class LabConnection implements LabLink {
  readonly #bench: Workbench;
  readonly #connector: Connector;
  readonly #onMenuCommand: (event: LabEvent & { kind: 'menuCommand' }) => void;
  #client: LabClient | undefined;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isConnecting = false;
  #isDisposed = false;
  #connection: ClientConnection | undefined;

  constructor(
    bench: Workbench,
    connector: Connector,
    onMenuCommand: (event: LabEvent & { kind: 'menuCommand' }) => void,
  ) {
    this.#bench = bench;
    this.#connector = connector;
    this.#onMenuCommand = onMenuCommand;
    bench.link = this;
  }

  client(): LabClient {
    if (this.#client !== undefined) return this.#client;
    throw new LabError('disconnected', 'Cannot reach the lab: there is no connection');
  }

  reconnect(): void {
    clearTimeout(this.#timer);
    if (this.#isConnecting || this.#client !== undefined || this.#isDisposed) return;
    void this.#run();
  }

  /** Ends the connection for good. */
  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#connection?.close();
  }

  async refreshLabs(): Promise<void> {
    const labs = await this.client().labs.list({});
    this.#bench.lab.setState((state) => withLabs(state, labs));
  }

  async #run(): Promise<void> {
    this.#isConnecting = true;
    this.#setConnection({ kind: 'connecting' });
    let connection: ClientConnection | undefined;
    try {
      const { transport, token } = await this.#connector.connect();
      const made = createClient(transport, token === undefined ? {} : { token });
      connection = made.connection;
      this.#connection = connection;
      await withLimit(connection.ready);
      this.#client = made.client;
      // Opened first: what happens while the rest is read must not be missed.
      const events = made.client.app.events({});
      await this.#readEverything();
      this.#attempt = 0;
      this.#isConnecting = false;
      this.#setConnection({ kind: 'online' });
      this.#follow(made.client, events);
      this.#lose(await connection.closed);
    } catch (thrown) {
      connection?.close();
      this.#lose(toLabError(thrown));
    }
  }

  #lose(reason: LabError): void {
    this.#client = undefined;
    this.#isConnecting = false;
    const isRefused = REFUSALS.has(reason.code);
    const pauseMs = PAUSES_MS[Math.min(this.#attempt, PAUSES_MS.length - 1)] ?? 8000;
    this.#attempt += 1;
    this.#setConnection({
      kind: 'lost',
      message: reason.message,
      retryAtMs: isRefused ? null : Date.now() + pauseMs,
      isRefused,
    });
    if (!isRefused && !this.#isDisposed) this.#timer = setTimeout(() => this.reconnect(), pauseMs);
  }

  async #readEverything(): Promise<void> {
    const client = this.client();
    const [app, settings, labs] = await Promise.all([
      client.app.info({}),
      client.settings.get({}),
      client.labs.list({}),
    ]);
    const open = labs.filter((lab) => lab.state === 'open');
    const details = await Promise.all(open.map((lab) => client.lab.get({ labId: lab.id })));
    this.#bench.lab.setState((state) => {
      const withList = withLabs({ ...state, app, settings }, labs);
      return details.reduce(withDetail, withList);
    });
    if (app.libraryProblem !== null) {
      report(this.#bench, new LabError('libraryDamaged', app.libraryProblem));
    }
  }

  #follow(client: LabClient, events: AsyncIterable<LabEvent>): void {
    const read = async (): Promise<void> => {
      for await (const event of events) await this.#take(event);
    };
    // The stream ends with the connection, which `closed` tells; anything else is reported.
    read().catch((thrown: unknown) => {
      if (this.#client === client) report(this.#bench, thrown);
    });
  }

  async #take(event: LabEvent): Promise<void> {
    this.#announce(event);
    this.#bench.lab.setState((state) => applyEvent(state, event));
    if (event.kind === 'notice') {
      const { level, message } = event;
      notify(this.#bench, { level, title: message }, level !== 'info');
    } else if (event.kind === 'menuCommand') {
      this.#onMenuCommand(event);
    }
    const refresh = refreshFor(event);
    try {
      if (refresh?.kind === 'labs') await this.refreshLabs();
      else if (refresh?.kind === 'everything') await this.#readEverything();
      else if (refresh?.kind === 'lab') {
        const detail = await this.client().lab.get({ labId: refresh.labId });
        this.#bench.lab.setState((state) => withDetail(state, detail));
      }
    } catch (thrown) {
      // A lab may be gone before it was asked for; the next list says so.
      if (toLabError(thrown).code !== 'labNotFound') report(this.#bench, thrown);
    }
  }

  #announce(event: LabEvent): void {
    if (event.kind !== 'nodeState') return;
    const before = findNode(this.#bench.lab.getState(), event);
    if (before?.state.kind === event.state.kind) return;
    this.#bench.ui.setState({ announcement: announcement(event.node, event.state) });
  }

  #setConnection(connection: ConnectionState): void {
    this.#bench.lab.setState({ connection });
  }
}

async function withLimit(ready: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new LabError('disconnected', 'The lab did not answer in time')),
      CONNECT_LIMIT_MS,
    );
  });
  try {
    await Promise.race([ready, late]);
  } finally {
    clearTimeout(timer);
  }
}

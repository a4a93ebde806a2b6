/**
 * The lab process, put together: library, open labs, events, and the answering of observers. The same
 * object serves under Electron, in the web host and in tests; they differ in what they give it.
 */
import process from 'node:process';
import type { Disposable } from '#base/disposable.ts';
import { contract, type Contract } from '#protocol/contract.ts';
import type { LabError } from '#protocol/errors.ts';
import type { AppInfo, LabEvent, MenuCommand, PlatformShape } from '#protocol/model.ts';
import { type Handlers, serve } from '#protocol/server.ts';
import type { Transport } from '#protocol/transport.ts';
import { Library } from '#lab/library/library.ts';
import type { LibraryStore } from '#lab/library/library-store.ts';
import type { LabEnvironment, OpenLab } from '#lab/open-lab.ts';
import { appHandlers } from '#lab/service/app-handlers.ts';
import { consoleHandlers } from '#lab/service/console-handlers.ts';
import type { ServiceContext } from '#lab/service/context.ts';
import { EventHub } from '#lab/service/event-hub.ts';
import { labsHandlers } from '#lab/service/labs-handlers.ts';
import { nodesHandlers } from '#lab/service/nodes-handlers.ts';
import { zfsHandlers } from '#lab/service/zfs-handlers.ts';
import { Uploads } from '#lab/service/uploads.ts';

export interface LabProcessOptions {
  readonly environment: LabEnvironment;
  readonly store: LibraryStore;
  /** New labs are made below it. */
  readonly libraryFolder: string;
  readonly libraryProblem: string | null;
  readonly host: AppInfo['host'];
  readonly version: string;
  readonly describePlatform: () => PlatformShape | undefined;
}

export interface ConnectOptions {
  readonly isAuthorized?: (token: string | undefined) => boolean;
  readonly onClosed?: (reason: LabError) => void;
}

export class LabProcess {
  readonly library: Library;
  readonly #options: LabProcessOptions;
  readonly #events = new EventHub<LabEvent>();
  readonly #uploads = new Uploads();
  readonly #handlers: Handlers<Contract>;
  readonly #connections = new Set<Disposable>();
  #nextConnectionId = 1;

  constructor(options: LabProcessOptions) {
    this.#options = options;
    this.library = new Library(options.store, options.libraryFolder, options.environment, (lab) =>
      this.#listenTo(lab),
    );
    const context: ServiceContext = {
      library: this.library,
      events: this.#events,
      uploads: this.#uploads,
      info: () => this.#info(),
    };
    this.#handlers = {
      ...appHandlers(context),
      ...labsHandlers(context),
      ...nodesHandlers(context),
      ...consoleHandlers(context),
      ...zfsHandlers(context),
    };
  }

  /** Answers one observer until either end closes. */
  connect(transport: Transport, options: ConnectOptions = {}): Disposable {
    const connection: Disposable = serve(contract, this.#handlers, transport, {
      connectionId: this.#nextConnectionId++,
      ...(options.isAuthorized === undefined ? {} : { isAuthorized: options.isAuthorized }),
      onInternalError: (error, where) =>
        this.#options.environment.onLog('error', `${where}: ${causeOf(error)}`),
      onClosed: (reason) => {
        this.#connections.delete(connection);
        options.onClosed?.(reason);
      },
    });
    this.#connections.add(connection);
    return connection;
  }

  /** A menu of the window was used: the window's own program acts on it. */
  menu(command: MenuCommand): void {
    this.#events.emit({ kind: 'menuCommand', command });
  }

  /** The library was changed from outside the protocol. */
  labsChanged(): void {
    this.#events.emit({ kind: 'labsChanged' });
  }

  /** Tells everybody who looks. */
  notice(level: 'info' | 'warning' | 'error', message: string): void {
    this.#events.emit({ kind: 'notice', level, message, labId: null, node: null });
  }

  /** Ends connections, kills nodes, gives locks back. */
  async dispose(): Promise<void> {
    for (const connection of this.#connections) connection.dispose();
    await this.library.dispose();
    this.#uploads.dispose();
  }

  #listenTo(lab: OpenLab): void {
    let activeCount = lab.activeNodeCount;
    lab.onNodeState((node, state) => {
      this.#events.emit({ kind: 'nodeState', labId: lab.id, node, state });
      if (lab.activeNodeCount === activeCount) return;
      activeCount = lab.activeNodeCount;
      this.#events.emit({ kind: 'labsChanged' });
    });
  }

  #info(): AppInfo {
    const { host, version, libraryFolder, libraryProblem, describePlatform } = this.#options;
    const { node, v8, electron } = process.versions;
    return {
      productName: 'SmartOS Lab',
      version,
      host,
      platform: describePlatform() ?? null,
      libraryPath: libraryFolder,
      operatingSystem: process.platform,
      engineVersions: { node, v8, ...(electron === undefined ? {} : { electron }) },
      libraryProblem,
    };
  }
}

function causeOf(error: LabError): string {
  const { cause } = error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : error.message;
}

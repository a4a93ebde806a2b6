/**
 * The lab's end of a connection. `serve` answers one transport with the handlers given: everything
 * that comes in is checked before a handler sees it, and what goes out is checked too, so a mistake
 * on this side shows here and not in a view. State belongs to the connection: its numbers, its
 * streams, its cancellations; nothing is shared with another one.
 */
import type * as z from 'zod/mini';
import { type Disposable, DisposableStore } from '#base/disposable.ts';
import { PROTOCOL_VERSION } from '#protocol/contract.ts';
import {
  badParams,
  type CallDefinition,
  type ContractShape,
  findDefinition,
  type StreamDefinition,
} from '#protocol/definition.ts';
import { LabError, toLabError } from '#protocol/errors.ts';
import { type ClientMessage, clientMessageSchema, type ServerMessage } from '#protocol/message.ts';
import { ServerStream } from '#protocol/server-stream.ts';
import type { StreamSource } from '#protocol/source.ts';
import type { Transport } from '#protocol/transport.ts';

/** One connected observer, as handlers see it. */
export interface Connection {
  /** Unique in this process. */
  readonly id: number;
  /** What lives as long as the connection, e.g. an upload. */
  readonly owned: DisposableStore;
}

export interface CallContext {
  readonly connection: Connection;
  /** The caller does not want the answer any more; called at most once. */
  onCancel(listener: () => void): void;
}

export interface StreamContext {
  readonly connection: Connection;
  /** Tell the server that the source has something again. */
  readonly wake: () => void;
}

type Handler<D> =
  D extends CallDefinition<infer P, infer R>
    ? (params: z.output<P>, context: CallContext) => z.input<R> | Promise<z.input<R>>
    : D extends StreamDefinition<infer P, infer I>
      ? (
          params: z.output<P>,
          context: StreamContext,
        ) => StreamSource<z.input<I>> | Promise<StreamSource<z.input<I>>>
      : never;

/** A handler for everything in the contract; the compiler wants them all. */
export type Handlers<C extends ContractShape> = {
  readonly [Group in keyof C]: { readonly [Name in keyof C[Group]]: Handler<C[Group][Name]> };
};

export interface ServeOptions {
  /** Unique in this process: names the connection in logs. */
  readonly connectionId: number;
  /** Answers whether the hello's token is right; left out where the transport is proof enough. */
  readonly isAuthorized?: (token: string | undefined) => boolean;
  /** Hears of errors that are ours (`internal`), with their cause; the peer gets the sentence. */
  readonly onInternalError?: (error: LabError, where: string) => void;
  readonly onClosed?: (reason: LabError) => void;
}

type AnyCall = (params: unknown, context: CallContext) => unknown;
type AnyStream = (
  params: unknown,
  context: StreamContext,
) => StreamSource<unknown> | Promise<StreamSource<unknown>>;

/** Calls and streams one connection may have open at a time: far above any view's need. */
const MAX_OPEN = 1024;

export function serve<C extends ContractShape>(
  contract: C,
  handlers: Handlers<C>,
  transport: Transport,
  options: ServeOptions,
): Disposable {
  return new ServerConnection(contract, handlers, transport, options);
}

class ServerConnection implements Connection, Disposable {
  readonly id: number;
  readonly owned: DisposableStore = new DisposableStore();
  readonly #contract: ContractShape;
  readonly #handlers: Handlers<ContractShape>;
  readonly #transport: Transport;
  readonly #options: ServeOptions;
  readonly #calls = new Map<number, { cancel: () => void }>();
  readonly #streams = new Map<number, ServerStream>();
  #isGreeted = false;
  #isOver = false;

  constructor(
    contract: ContractShape,
    handlers: Handlers<ContractShape>,
    transport: Transport,
    options: ServeOptions,
  ) {
    this.id = options.connectionId;
    this.#contract = contract;
    this.#handlers = handlers;
    this.#transport = transport;
    this.#options = options;
    transport.start({
      message: (raw) => this.#receive(raw),
      closed: (reason) => this.#finish(reason),
    });
  }

  /** Ends the connection from this side. */
  dispose(): void {
    this.#transport.close();
    this.#finish(new LabError('disconnected', 'The connection to the lab was closed'));
  }

  #receive(raw: unknown): void {
    if (this.#isOver) return;
    const parsed = clientMessageSchema.safeParse(raw);
    if (!parsed.success) {
      return this.#refuse(new LabError('badRequest', 'Cannot read the message: unknown shape'));
    }
    const message = parsed.data;
    if (!this.#isGreeted) return this.#greet(message);
    switch (message.kind) {
      case 'hello':
        return this.#refuse(new LabError('badRequest', 'Cannot read the message: a second hello'));
      case 'call':
      case 'open':
        return this.#begin(message);
      case 'credit':
        this.#streams.get(message.id)?.addCredit(message.amount);
        return;
      case 'cancel':
        this.#calls.get(message.id)?.cancel();
        this.#calls.delete(message.id);
        this.#streams.get(message.id)?.dispose();
        this.#streams.delete(message.id);
    }
  }

  #greet(message: ClientMessage): void {
    if (message.kind !== 'hello') {
      return this.#refuse(new LabError('badRequest', 'Cannot read the message: no hello yet'));
    }
    const { isAuthorized } = this.#options;
    if (isAuthorized !== undefined && !isAuthorized(message.token)) {
      return this.#refuse(new LabError('unauthorized', 'Cannot connect: the token is wrong'));
    }
    if (message.version !== PROTOCOL_VERSION) {
      const versions = { theirs: message.version, ours: PROTOCOL_VERSION };
      const text = `Cannot connect: the window and the lab are of different versions`;
      return this.#refuse(new LabError('protocolMismatch', text, versions));
    }
    this.#isGreeted = true;
    this.#send({ kind: 'hello', version: PROTOCOL_VERSION });
  }

  #begin(message: ClientMessage & { kind: 'call' | 'open' }): void {
    const { id, name } = message;
    if (this.#calls.has(id) || this.#streams.has(id)) {
      return this.#refuse(new LabError('badRequest', `Cannot begin "${name}": ${id} is in use`));
    }
    const definition = findDefinition(this.#contract, name);
    const wanted = message.kind === 'call' ? 'call' : 'stream';
    if (definition?.kind !== wanted) {
      return this.#fail(id, new LabError('unknownCall', `There is no ${wanted} "${name}"`));
    }
    if (this.#calls.size + this.#streams.size >= MAX_OPEN) {
      return this.#fail(
        id,
        new LabError('badRequest', `Cannot begin "${name}": too many are open`),
      );
    }
    const params = definition.params.safeParse(message.params);
    if (!params.success) return this.#fail(id, badParams(name, params.error));
    if (definition.kind === 'call') this.#call(id, name, definition, params.data);
    else this.#open(id, name, definition, params.data);
  }

  #handler(path: string): unknown {
    const [group = '', name = ''] = path.split('.');
    return (this.#handlers as Record<string, Record<string, unknown>>)[group]?.[name];
  }

  #call(id: number, name: string, definition: CallDefinition, params: unknown): void {
    const listeners: (() => void)[] = [];
    const entry = { cancel: () => listeners.splice(0).forEach((listener) => listener()) };
    this.#calls.set(id, entry);
    const context: CallContext = {
      connection: this,
      onCancel: (listener) => listeners.push(listener),
    };
    const answer = async (): Promise<void> => {
      try {
        const value = await (this.#handler(name) as AnyCall)(params, context);
        const checked = definition.result.safeParse(value);
        if (this.#calls.get(id) !== entry) return;
        if (!checked.success) {
          throw new LabError('internal', `The lab answered "${name}" in an unknown shape`, {
            problem: checked.error.issues[0]?.message ?? '',
          });
        }
        this.#send({ kind: 'result', id, value: checked.data });
      } catch (thrown) {
        if (this.#calls.get(id) === entry) this.#fail(id, this.#noted(thrown, name));
      } finally {
        if (this.#calls.get(id) === entry) this.#calls.delete(id);
      }
    };
    void answer();
  }

  #open(id: number, name: string, definition: StreamDefinition, params: unknown): void {
    const forget = (): void => {
      if (this.#streams.get(id) === stream) this.#streams.delete(id);
    };
    const stream: ServerStream = new ServerStream(definition, {
      item: (value) => this.#send({ kind: 'item', id, value }),
      end: () => {
        forget();
        this.#send({ kind: 'end', id });
      },
      fail: (error) => {
        forget();
        this.#fail(id, this.#noted(error, name));
      },
    });
    this.#streams.set(id, stream);
    const context: StreamContext = { connection: this, wake: () => stream.pump() };
    const attach = async (): Promise<void> => {
      try {
        stream.attach(await (this.#handler(name) as AnyStream)(params, context));
      } catch (thrown) {
        stream.fail(toLabError(thrown));
      }
    };
    void attach();
  }

  #noted(thrown: unknown, where: string): LabError {
    const error = toLabError(thrown);
    if (error.code === 'internal') this.#options.onInternalError?.(error, where);
    return error;
  }

  #fail(id: number, error: LabError): void {
    this.#send({ kind: 'error', id, error: error.toShape() });
  }

  /** The peer broke the protocol: says why, then ends the connection. */
  #refuse(error: LabError): void {
    this.#fail(0, error);
    this.#transport.close();
    this.#finish(error);
  }

  #send(message: ServerMessage): void {
    if (!this.#isOver) this.#transport.send(message);
  }

  #finish(reason: LabError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const call of this.#calls.values()) call.cancel();
    for (const stream of this.#streams.values()) stream.dispose();
    this.#calls.clear();
    this.#streams.clear();
    this.owned.dispose();
    this.#options.onClosed?.(reason);
  }
}

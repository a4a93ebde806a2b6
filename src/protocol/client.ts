/**
 * The observer's end of a connection. `createClient(transport)` answers an object shaped like the
 * contract: `client.labs.list({})` is a promise with a `cancel`, `client.console.attach({…})` a
 * stream to read with `for await`. Credit goes back when the reader asks for the next item, so a
 * reader that awaits its terminal slows the node, and at most one window of items waits here.
 * Surprising: it is a Proxy that answers undefined for `then`, or `await client` would call it.
 */
import type * as z from 'zod/mini';
import { contract as labContract, PROTOCOL_VERSION, type Contract } from '#protocol/contract.ts';
import {
  badParams,
  type CallDefinition,
  type ContractShape,
  findDefinition,
  type StreamDefinition,
} from '#protocol/definition.ts';
import { LabError, toLabError } from '#protocol/errors.ts';
import { type ClientMessage, type ServerMessage, serverMessageSchema } from '#protocol/message.ts';
import { ClientStream, type LabStream } from '#protocol/client-stream.ts';
import type { Transport } from '#protocol/transport.ts';

export type { LabStream } from '#protocol/client-stream.ts';

/** A promise for the answer; `cancel` rejects it with code `cancelled` and tells the lab. */
export type PendingCall<T> = Promise<T> & { cancel(): void };

type Method<D> =
  D extends CallDefinition<infer P, infer R>
    ? (params: z.input<P>) => PendingCall<z.output<R>>
    : D extends StreamDefinition<infer P, infer I>
      ? (params: z.input<P>) => LabStream<z.output<I>>
      : never;

export type ClientMethods<C extends ContractShape> = {
  readonly [Group in keyof C]: { readonly [Name in keyof C[Group]]: Method<C[Group][Name]> };
};

export interface ClientConnection {
  /** Settles when the lab's hello has come, with an error when it refuses. */
  readonly ready: Promise<void>;
  /** Resolves with the reason when the connection has ended, for whatever reason. */
  readonly closed: Promise<LabError>;
  close(): void;
}

/** The client of the lab's contract. */
export type LabClient = ClientMethods<Contract>;

export interface ClientOptions {
  /** Sent in hello; the web face wants it. */
  readonly token?: string;
}

interface Pending {
  readonly definition: CallDefinition;
  resolve(value: unknown): void;
  reject(error: LabError): void;
}

export function createClient(
  transport: Transport,
  options: ClientOptions = {},
): { client: LabClient; connection: ClientConnection } {
  return createClientFor(labContract, transport, options);
}

export function createClientFor<C extends ContractShape>(
  contract: C,
  transport: Transport,
  options: ClientOptions = {},
): { client: ClientMethods<C>; connection: ClientConnection } {
  const core = new ClientCore(contract, transport, options);
  const groups = new Map<string, unknown>();
  const client = readOnlyProxy((group) => {
    if (!Object.hasOwn(contract, group)) return undefined;
    const known = groups.get(group);
    if (known !== undefined) return known;
    const made = readOnlyProxy((name) => core.method(`${group}.${name}`));
    groups.set(group, made);
    return made;
  });
  return { client: client as ClientMethods<C>, connection: core };
}

function readOnlyProxy(get: (name: string) => unknown): object {
  return new Proxy(Object.freeze({}), {
    get: (_, name) => (typeof name === 'string' && name !== 'then' ? get(name) : undefined),
  });
}

class ClientCore implements ClientConnection {
  readonly ready: Promise<void>;
  readonly closed: Promise<LabError>;
  readonly #contract: ContractShape;
  readonly #transport: Transport;
  readonly #calls = new Map<number, Pending>();
  readonly #streams = new Map<number, ClientStream>();
  #nextId = 1;
  #end: LabError | undefined;
  #resolveClosed: (reason: LabError) => void = () => {};
  #resolveReady: () => void = () => {};
  #rejectReady: (reason: LabError) => void = () => {};

  constructor(contract: ContractShape, transport: Transport, options: ClientOptions) {
    this.#contract = contract;
    this.#transport = transport;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    // Whoever does not ask for `ready` hears of a refusal through his calls and `closed`.
    this.ready.catch(() => {});
    transport.start({
      message: (raw) => this.#receive(raw),
      closed: (reason) => this.#finish(reason),
    });
    const token = options.token === undefined ? {} : { token: options.token };
    this.#send({ kind: 'hello', version: PROTOCOL_VERSION, ...token });
  }

  close(): void {
    this.#transport.close();
    this.#finish(new LabError('disconnected', 'The connection to the lab was closed'));
  }

  method(path: string): unknown {
    const definition = findDefinition(this.#contract, path);
    if (definition === undefined) return undefined;
    return definition.kind === 'call'
      ? (params: unknown) => this.#call(path, definition, params)
      : (params: unknown) => this.#open(path, definition, params);
  }

  #call(name: string, definition: CallDefinition, params: unknown): PendingCall<unknown> {
    const id = this.#nextId++;
    const promise = new Promise((resolve, reject: (error: LabError) => void) => {
      const checked = definition.params.safeParse(params);
      if (this.#end !== undefined) return reject(this.#end);
      if (!checked.success) return reject(badParams(name, checked.error));
      this.#calls.set(id, { definition, resolve, reject });
      try {
        this.#send({ kind: 'call', id, name, params: checked.data });
      } catch (thrown) {
        this.#calls.delete(id);
        reject(toLabError(thrown));
      }
    });
    const cancel = (): void => {
      const pending = this.#calls.get(id);
      if (pending === undefined) return;
      this.#calls.delete(id);
      this.#send({ kind: 'cancel', id });
      pending.reject(new LabError('cancelled', `The call "${name}" was cancelled`));
    };
    return Object.assign(promise, { cancel });
  }

  #open(name: string, definition: StreamDefinition, params: unknown): LabStream<unknown> {
    const id = this.#nextId++;
    const stream = new ClientStream(definition, {
      credit: (amount) => this.#send({ kind: 'credit', id, amount }),
      cancel: () => {
        this.#streams.delete(id);
        this.#send({ kind: 'cancel', id });
      },
    });
    const checked = definition.params.safeParse(params);
    if (this.#end !== undefined) stream.fail(this.#end);
    else if (!checked.success) stream.fail(badParams(name, checked.error));
    else {
      this.#streams.set(id, stream);
      try {
        this.#send({ kind: 'open', id, name, params: checked.data });
      } catch (thrown) {
        this.#streams.delete(id);
        stream.fail(toLabError(thrown));
      }
    }
    return stream;
  }

  #send(message: ClientMessage): void {
    if (this.#end === undefined) this.#transport.send(message);
  }

  #receive(raw: unknown): void {
    const parsed = serverMessageSchema.safeParse(raw);
    if (parsed.success) return this.#dispatch(parsed.data);
    this.#transport.close();
    this.#finish(new LabError('badRequest', 'The lab sent a message that cannot be understood'));
  }

  #dispatch(message: ServerMessage): void {
    if (message.kind === 'hello') {
      this.#resolveReady();
    } else if (message.kind === 'error' && message.id === 0) {
      this.#transport.close();
      this.#finish(LabError.fromShape(message.error));
    } else if (message.kind === 'item' || message.kind === 'end') {
      // A number that is not there any more belongs to a stream that was cancelled meanwhile.
      if (message.kind === 'item') this.#streams.get(message.id)?.push(message.value);
      else this.#takeStream(message.id)?.end();
    } else if (message.kind === 'result') {
      this.#settle(message.id, message.value);
    } else {
      const error = LabError.fromShape(message.error);
      this.#calls.get(message.id)?.reject(error);
      this.#calls.delete(message.id);
      this.#takeStream(message.id)?.fail(error);
    }
  }

  #takeStream(id: number): ClientStream | undefined {
    const stream = this.#streams.get(id);
    this.#streams.delete(id);
    return stream;
  }

  #settle(id: number, value: unknown): void {
    const pending = this.#calls.get(id);
    this.#calls.delete(id);
    if (pending === undefined) return;
    const checked = pending.definition.result.safeParse(value);
    if (checked.success) pending.resolve(checked.data);
    else pending.reject(new LabError('badRequest', 'The lab answered in an unknown shape'));
  }

  #finish(reason: LabError): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    for (const pending of this.#calls.values()) pending.reject(reason);
    for (const stream of this.#streams.values()) stream.fail(reason);
    this.#calls.clear();
    this.#streams.clear();
    this.#rejectReady(reason);
    this.#resolveClosed(reason);
  }
}

/**
 * The words a contract is written in: a call (one question, one answer) and a stream (one question,
 * many items, with credit). Client, server and handlers take their types from these definitions, so
 * a name or a shape exists once.
 */
import type * as z from 'zod/mini';
import { LabError } from '#protocol/errors.ts';

export type Schema = z.ZodMiniType;

export interface CallDefinition<P extends Schema = Schema, R extends Schema = Schema> {
  readonly kind: 'call';
  readonly params: P;
  readonly result: R;
}

/**
 * Credit is what the consumer can still take. `items`: each item costs one. `bytes`: an item costs
 * the size of its `bytes` (at least one). The producer sends while credit is above zero, so it may
 * overdraw by one item.
 */
export interface StreamCredit {
  readonly unit: 'items' | 'bytes';
  readonly initial: number;
}

export interface StreamDefinition<P extends Schema = Schema, I extends Schema = Schema> {
  readonly kind: 'stream';
  readonly params: P;
  readonly item: I;
  readonly credit: StreamCredit;
}

export type Definition = CallDefinition | StreamDefinition;
/** Group → name → definition; on the wire the name is `group.name`. */
export type ContractShape = Readonly<Record<string, Readonly<Record<string, Definition>>>>;

export function call<P extends Schema, R extends Schema>(
  params: P,
  result: R,
): CallDefinition<P, R> {
  return { kind: 'call', params, result };
}

export function stream<P extends Schema, I extends Schema>(
  params: P,
  item: I,
  credit: StreamCredit,
): StreamDefinition<P, I> {
  return { kind: 'stream', params, item, credit };
}

/** What one item takes from the stream's credit. */
export function itemCost(definition: StreamDefinition, item: unknown): number {
  if (definition.credit.unit === 'items') return 1;
  const bytes = (item as { bytes?: unknown }).bytes;
  return bytes instanceof Uint8Array ? Math.max(1, bytes.length) : 1;
}

export function findDefinition(contract: ContractShape, path: string): Definition | undefined {
  const dot = path.indexOf('.');
  const group = path.slice(0, dot);
  const name = path.slice(dot + 1);
  if (dot < 0 || !Object.hasOwn(contract, group)) return undefined;
  const definitions = contract[group] as Readonly<Record<string, Definition>>;
  return Object.hasOwn(definitions, name) ? definitions[name] : undefined;
}

/** Says which parameter is wrong, in the words of the schema. */
export function badParams(name: string, error: z.core.$ZodError): LabError {
  const issue = error.issues[0];
  const where = issue === undefined ? '' : issue.path.map(String).join('.');
  const what = issue?.message ?? 'Invalid input';
  const subject = where === '' ? 'its parameters' : `"${where}"`;
  return new LabError('badRequest', `Cannot call "${name}": ${subject}: ${what}`, { call: name });
}

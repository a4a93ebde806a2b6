/**
 * The messages on a connection. The client numbers its calls and streams; every answer carries that
 * number, so answers can't go astray between connections or within one. The first message each way
 * is `hello`: the versions, and over WebSocket the token.
 */
import * as z from 'zod/mini';
import { LAB_ERROR_CODES } from '#protocol/errors.ts';

const id = z.number().check(z.int(), z.positive());
const name = z.string().check(z.maxLength(100));

export const clientMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('hello'),
    version: z.number(),
    token: z.optional(z.string().check(z.maxLength(200))),
  }),
  z.strictObject({ kind: z.literal('call'), id, name, params: z.unknown() }),
  z.strictObject({ kind: z.literal('open'), id, name, params: z.unknown() }),
  /** The consumer took this much: the producer may send as much again. */
  z.strictObject({
    kind: z.literal('credit'),
    id,
    amount: z.number().check(z.int(), z.positive(), z.lte(2 ** 31)),
  }),
  /** The answer, or further items, are not wanted any more. */
  z.strictObject({ kind: z.literal('cancel'), id }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

export const labErrorSchema = z.object({
  code: z.enum(LAB_ERROR_CODES),
  message: z.string(),
  detail: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
});

export const serverMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), version: z.number() }),
  z.object({ kind: z.literal('result'), id, value: z.unknown() }),
  z.object({ kind: z.literal('item'), id, value: z.unknown() }),
  /** The stream is complete. */
  z.object({ kind: z.literal('end'), id }),
  /** The call or stream failed; `id` 0: the connection itself, which ends now. */
  z.object({
    kind: z.literal('error'),
    id: z.number().check(z.int(), z.nonnegative()),
    error: labErrorSchema,
  }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;

/** What a message weighs on the wire, near enough for a limit: text, bytes, a little per value. */
export function messageSizeBytes(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (value instanceof Uint8Array) return value.byteLength;
  if (value instanceof ArrayBuffer) return value.byteLength;
  let size = 8;
  for (const [key, part] of Object.entries(value)) size += key.length + messageSizeBytes(part);
  return size;
}

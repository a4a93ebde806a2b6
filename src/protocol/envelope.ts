/**
 * The binary envelope of a message on a WebSocket: JSON for the structure, bytes as they are. Each
 * Uint8Array in the message becomes a number-keyed place holder in the JSON and its bytes follow, in
 * the order of the place holders. Sixty bytes of console output cost sixty bytes, not eighty of
 * base64 nor two hundred of JSON.
 *
 *   0          4                4+n
 *   | n: u32LE | n bytes: JSON  | bytes of holder 0 | bytes of holder 1 | …
 *
 * A place holder is `{"$bytes": size}`; nothing else in our messages has a key of that name.
 */
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { LabError } from '#protocol/errors.ts';

const HOLDER = '$bytes';
const HEADER_BYTES = 4;

/** A fresh buffer. The message is plain data: objects, arrays, text, numbers, booleans, bytes. */
export function encodeEnvelope(message: unknown): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const json = encodeUtf8(JSON.stringify(detachBytes(message, parts)));
  let size = HEADER_BYTES + json.length;
  for (const part of parts) size += part.length;
  const envelope = new Uint8Array(size);
  new DataView(envelope.buffer).setUint32(0, json.length, true);
  envelope.set(json, HEADER_BYTES);
  let at = HEADER_BYTES + json.length;
  for (const part of parts) {
    envelope.set(part, at);
    at += part.length;
  }
  return envelope;
}

/** The message; its byte strings are views of `envelope`. Throws LabError `badRequest`. */
export function decodeEnvelope(envelope: Uint8Array): unknown {
  if (envelope.length < HEADER_BYTES) throw malformed('it is shorter than its header');
  const view = new DataView(envelope.buffer, envelope.byteOffset, envelope.byteLength);
  const jsonEnd = HEADER_BYTES + view.getUint32(0, true);
  if (jsonEnd > envelope.length) throw malformed('its text is cut off');
  let structure: unknown;
  try {
    structure = JSON.parse(decodeUtf8(envelope.subarray(HEADER_BYTES, jsonEnd)));
  } catch {
    throw malformed('its text is not JSON');
  }
  const rest = { bytes: envelope, at: jsonEnd };
  const message = attachBytes(structure, rest);
  if (rest.at !== envelope.length) throw malformed('it has bytes that belong to nothing');
  return message;
}

function detachBytes(value: unknown, parts: Uint8Array[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    parts.push(value);
    return { [HOLDER]: value.length };
  }
  if (Array.isArray(value)) return value.map((part) => detachBytes(part, parts));
  const copy: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) copy[key] = detachBytes(part, parts);
  return copy;
}

function attachBytes(value: unknown, rest: { bytes: Uint8Array; at: number }): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((part) => attachBytes(part, rest));
  if (Object.hasOwn(value, HOLDER)) return takeBytes((value as { $bytes: unknown }).$bytes, rest);
  // Built from entries: a key named __proto__ stays a key and reaches no prototype.
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, attachBytes(part, rest)]),
  );
}

function takeBytes(size: unknown, rest: { bytes: Uint8Array; at: number }): Uint8Array {
  const isSize = typeof size === 'number' && Number.isInteger(size) && size >= 0;
  if (!isSize || rest.at + size > rest.bytes.length) throw malformed('its bytes are cut off');
  const bytes = rest.bytes.subarray(rest.at, rest.at + size);
  rest.at += size;
  return bytes;
}

function malformed(state: string): LabError {
  return new LabError('badRequest', `Cannot read the message: ${state}`);
}

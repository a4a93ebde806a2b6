/**
 * json: looks things up in JSON and prints it, as the tool of this name that SmartOS ships. What would
 * run JavaScript (-e, -c) is not there.
 * @man json(1)
 */
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { groupValues, type Json, lookUp, parseLookup } from '#cmd/json/lookup.ts';
import { type JsonRequest, parseJsonOptions } from '#cmd/json/options.ts';
import { describeProblem, syntaxProblem } from '#cmd/json/syntax.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported } from '#lib/libc/usage.ts';

const HELP = `Usage:
  <something generating JSON on stdout> | json [OPTIONS] [LOOKUPS...]
  json -f FILE [OPTIONS] [LOOKUPS...]

Prints JSON well laid out, or the parts of it that LOOKUPS name, such as
name, a.b, a.0.b or a['x.y']. A block of HTTP headers in front is left out.

  -g           group adjacent objects, or arrays on lines of their own
  -a, -A       take the input as an array, or as a single value
  -k, -M       show the keys, or an array of {key, value}
  -n           only check the input
  -o MODE      json or jsony (strings bare), with -N for the indent
  -j, -N       the same as -o json, and -o jsony-N
  -d DELIM     between values with -a (a blank)
  -D DELIM     between the keys of a lookup (a dot)
  -I -f FILE   change the file in place
  -q           no warnings
`;
const HEADERS = /^HTTP\/\d\.\d[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n/;

/** One value in the form asked for; strings are bare in the form jsony. */
function shown(value: Json, request: JsonRequest): string {
  if (request.mode === 'jsony' && typeof value === 'string') return value;
  return JSON.stringify(value, null, request.indent);
}

function toItems(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  return Object.entries(value).map(([key, one]) => ({ key, value: one }));
}

/** With -j several lookups of one value make an object of what was found. */
function picked(
  value: Json,
  lookups: readonly (readonly string[])[],
  names: readonly string[],
): Json {
  const found: Record<string, Json> = {};
  lookups.forEach((keys, index) => {
    const one = lookUp(value, keys);
    if (one !== undefined) found[names[index] as string] = one;
  });
  return found;
}

/** The text for a value, and for its lookups if there are any. */
function output(
  value: Json,
  request: JsonRequest,
  lookups: readonly (readonly string[])[],
): string {
  const isArray = request.asArray === true;
  const values: Json[] = isArray && Array.isArray(value) ? value : [value];
  if (lookups.length === 0) {
    if (!isArray || request.mode === 'json') return `${shown(value, request)}\n`;
    return values.map((one) => `${shown(one, request)}\n`).join('');
  }
  const names = request.lookups;
  if (request.mode === 'json') {
    if (isArray) {
      return `${shown(
        values.map((one) => picked(one, lookups, names)),
        request,
      )}\n`;
    }
    const [keys] = lookups;
    if (lookups.length > 1) return `${shown(picked(value, lookups, names), request)}\n`;
    const one = keys === undefined ? undefined : lookUp(value, keys);
    return one === undefined ? '' : `${shown(one, request)}\n`;
  }
  if (isArray) return rows(values, request, lookups);
  return lookups
    .map((keys) => lookUp(value, keys))
    .filter((one) => one !== undefined)
    .map((one) => `${shown(one, request)}\n`)
    .join('');
}

/** -a: a line an element; an object or array among them begins a line of its own. */
function rows(
  values: readonly Json[],
  request: JsonRequest,
  lookups: readonly (readonly string[])[],
): string {
  return values
    .map((value) => {
      const cells = lookups.map((keys) => {
        const one = lookUp(value, keys);
        return one === undefined ? '' : shown(one, request);
      });
      return `${cells.join(request.separator)}\n`;
    })
    .join('');
}

function* readInput(io: Stdio, sys: Sys, request: JsonRequest): Task<string | undefined> {
  if (request.file === undefined) return decodeUtf8(yield* io.in.readAll());
  const fd = yield* sys.open(request.file, O_RDONLY);
  if (isErrno(fd)) {
    yield* io.err.write(`json: error: ${request.file}: ${fd.message}\n`);
    return undefined;
  }
  const text = decodeUtf8(yield* new Input(sys, fd).readAll());
  yield* sys.close(fd);
  return text;
}

function* writeResult(io: Stdio, sys: Sys, request: JsonRequest, text: string): Task<number> {
  if (!request.inPlace || request.file === undefined) {
    yield* io.out.write(text);
    return 0;
  }
  const fd = yield* sys.open(request.file, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
  const result = isErrno(fd) ? fd : yield* sys.write(fd, encodeUtf8(text));
  if (isErrno(result)) {
    yield* io.err.write(`json: error: ${request.file}: ${result.message}\n`);
    return 1;
  }
  yield* io.err.write(`json: updated "${request.file}" in-place\n`);
  return 0;
}

function* process(io: Stdio, sys: Sys, request: JsonRequest): Task<number> {
  const lookups: string[][] = [];
  for (const text of request.lookups) {
    const keys = parseLookup(text, request.delimiter);
    if (typeof keys === 'string') {
      yield* io.err.write(`json: error: ${keys}\n`);
      return 1;
    }
    lookups.push(keys);
  }
  const input = yield* readInput(io, sys, request);
  if (input === undefined) return 1;
  const body = input.replace(HEADERS, '');
  if (body.trim() === '') return 0;
  const text = request.groups ? groupValues(body) : body;
  const problem = syntaxProblem(text);
  if (problem !== undefined) {
    if (!request.isQuiet) {
      const description = describeProblem(text, problem);
      yield* io.err.write(`json: error: input is not JSON: ${description}\n`);
    }
    if (!request.validates) yield* io.out.write(body.endsWith('\n') ? body : `${body}\n`);
    return 1;
  }
  if (request.validates) return 0;
  let value = JSON.parse(text) as Json;
  if (request.asItems) value = toItems(value);
  if (request.keysOnly)
    value = value !== null && typeof value === 'object' ? Object.keys(value) : [];
  return yield* writeResult(io, sys, request, output(value, request, lookups));
}

function* json(io: Stdio, sys: Sys): Task<number> {
  const request = parseJsonOptions(sys.argv.slice(1));
  if ('error' in request) {
    yield* io.err.write(`json: error: ${request.error}\n`);
    return 1;
  }
  if ('later' in request) return yield* notSupported(io, request.later);
  if ('shows' in request) {
    yield* io.out.write(request.shows === 'help' ? HELP : 'json of the lab\n');
    return 0;
  }
  return yield* process(io, sys, request);
}

export const JSON_TOOL: Command = { name: 'json', path: '/usr/bin/json', main: withStdio(json) };

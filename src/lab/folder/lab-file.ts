/**
 * lab.json: what a lab is made of. Read it, check it, write it. Written whole to a new file that is
 * then renamed over the old one, so a crash leaves either; never written over a file that could not
 * be read. Unknown keys are kept: a person or a newer lab may have put them there.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { LabError } from '#protocol/errors.ts';
import { labIdSchema, labNameSchema, nodeNameSchema } from '#protocol/model.ts';

export const LAB_FILE = 'lab.json';
/** Raised when an older lab process can't read what a newer one writes. */
export const LAB_FORMAT = 1;

const size = z.number().check(z.int(), z.positive());

const diskConfigSchema = z.looseObject({
  /** Device name in the node; the image is nodes/NODE/disks/NAME.img. */
  name: z.string().check(z.regex(/^c\d+t[0-9A-F]+d\d+$/)),
});

const nicConfigSchema = z.looseObject({
  name: z.string().check(z.regex(/^[a-z][a-z0-9]{0,30}\d+$/)),
  mac: z.string().check(z.regex(/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/)),
});

const nodeConfigSchema = z.looseObject({
  name: nodeNameSchema,
  ramBytes: size,
  cpuCount: z.number().check(z.int(), z.gte(1), z.lte(256)),
  disks: z.array(diskConfigSchema),
  nics: z.array(nicConfigSchema),
});
export type NodeConfig = z.infer<typeof nodeConfigSchema>;

const labConfigSchema = z.looseObject({
  format: z.literal(LAB_FORMAT),
  id: labIdSchema,
  name: labNameSchema,
  createdAt: z.string().check(z.iso.datetime()),
  /** Null: every boot draws from the host's generator. */
  seed: z.nullable(z.number().check(z.int(), z.gte(0), z.lte(0xffff_ffff))),
  nodes: z.array(nodeConfigSchema),
});
export type LabConfig = z.infer<typeof labConfigSchema>;

/** Throws LabError: `labNotFound` (no file), `labNewer`, `labDamaged` with file and position. */
export function readLabFile(folder: string): LabConfig {
  const file = join(folder, LAB_FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const what = `Cannot open lab "${folder}": there is no ${LAB_FILE} in it`;
      throw new LabError('labNotFound', what, { folder });
    }
    const denied = code === 'EACCES' || code === 'EPERM';
    const what = `Cannot open lab "${folder}": ${LAB_FILE} cannot be read: ${message}`;
    throw new LabError(denied ? 'accessDenied' : 'ioError', what, { folder });
  }
  return parseLabFile(text, file);
}

export function parseLabFile(text: string, file: string): LabConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw damaged(file, `it is not JSON: ${jsonPosition(thrown, text)}`);
  }
  const { format } = (value ?? {}) as { format?: unknown };
  if (typeof format === 'number' && format > LAB_FORMAT) {
    const what = `Cannot open "${file}": it was written by a newer SmartOS Lab (format ${format})`;
    throw new LabError('labNewer', what, { file, format });
  }
  const checked = labConfigSchema.safeParse(value);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  const path = issue?.path.map(String) ?? [];
  const key = path.length === 0 ? 'the whole' : `key "${path.join('.')}"`;
  const line = lineOfKey(text, path);
  throw damaged(file, `${key}${line}: ${issue?.message ?? 'is wrong'}`);
}

/** Atomic: after a crash the file is the old one or the new one. */
export function writeLabFile(folder: string, config: LabConfig): void {
  writeFileAtomically(join(folder, LAB_FILE), `${JSON.stringify(config, undefined, 2)}\n`);
}

/** Throws LabError `diskFull` or `ioError`; the old file is as it was then. */
export function writeFileAtomically(file: string, text: string): void {
  const temporary = `${file}.new`;
  try {
    const fd = openSync(temporary, 'w');
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, file);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw fileError(thrown, `Cannot write "${file}"`);
  }
}

/** A file call's error as one of ours. `action` begins the sentence. */
export function fileError(thrown: unknown, action: string): LabError {
  if (thrown instanceof LabError) return thrown;
  const { code = '', message } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL') {
    return new LabError('diskFull', `${action}: the disk is full`, {}, thrown);
  }
  const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
  return new LabError(denied ? 'accessDenied' : 'ioError', `${action}: ${message}`, {}, thrown);
}

function damaged(file: string, state: string): LabError {
  const what = `Cannot open "${file}": ${state} (mend it by hand or put a copy back; it is kept)`;
  return new LabError('labDamaged', what, { file });
}

/** `Unexpected token … (line 3, column 7)`. */
function jsonPosition(thrown: unknown, text: string): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const plain = message.replace(/,? ?"[^]*" is not valid JSON$/, '').replace(/ in JSON at .*$/, '');
  const at = /at position (\d+)/.exec(message)?.[1];
  const offset = at === undefined ? text.length : Number(at);
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  return `${plain} (line ${line}, column ${column})`;
}

/** Where the innermost named key of `path` stands, for a person who looks for it. */
function lineOfKey(text: string, path: readonly string[]): string {
  let at = -1;
  for (const key of path) {
    const found = text.indexOf(`"${key}"`, at + 1);
    if (found >= 0) at = found;
  }
  return at < 0 ? '' : ` (line ${text.slice(0, at).split('\n').length})`;
}

/**
 * The contract between a lab and its observers: every call and stream there is, with its shapes.
 * Client and server are made from this one object; nobody writes a channel's name as a string.
 * Recipe: add the definition here, its handler in src/lab/service, use it through `client.group.name`.
 */
import * as z from 'zod/mini';
import { call, stream } from '#protocol/definition.ts';
import {
  appInfoSchema,
  bytesSchema,
  consoleItemSchema,
  labDetailSchema,
  labEventSchema,
  labIdSchema,
  labNameSchema,
  labSummarySchema,
  nodeNameSchema,
  nodeSchema,
  nodeStateSchema,
  settingsSchema,
  statisticsSchema,
  terminalItemSchema,
} from '#protocol/model.ts';
import {
  datasetsItemSchema,
  diskFaultSchema,
  diskFaultStateSchema,
  diskMapItemSchema,
  diskMapViewSchema,
  diskNameSchema,
  poolNameSchema,
  zfsStatusSchema,
} from '#protocol/zfs-model.ts';

/** Raised when old clients can no longer talk to a new lab. */
export const PROTOCOL_VERSION = 1;
/** Limit for one message, both ways, all of it counted. */
export const MAX_MESSAGE_BYTES: number = 2 * 1024 * 1024;
/** Largest piece of console or terminal output, console input or upload in one message. */
export const MAX_CHUNK_BYTES: number = 64 * 1024;
export const MAX_UPLOAD_CHUNK_BYTES: number = 1024 * 1024;

const nothing = z.strictObject({});
const lab = { labId: labIdSchema };
const node = { labId: labIdSchema, node: nodeNameSchema };
const size = {
  columns: z.number().check(z.int(), z.gte(1), z.lte(1000)),
  rows: z.number().check(z.int(), z.gte(1), z.lte(1000)),
};
const inputBytes = bytesSchema.check(
  z.refine((bytes) => bytes.length <= MAX_CHUNK_BYTES, 'more than 64 KiB in one message'),
);
const uploadBytes = bytesSchema.check(
  z.refine((bytes) => bytes.length <= MAX_UPLOAD_CHUNK_BYTES, 'more than 1 MiB in one message'),
);
const uploadId = z.string().check(z.regex(/^[0-9a-f-]{36}$/));
const terminalId = z.number().check(z.int(), z.nonnegative());
const diskSize = z.number().check(z.int(), z.gte(64 * 1024 * 1024), z.lte(2 ** 44));
const ramSize = z.number().check(z.int(), z.gte(256 * 1024 * 1024), z.lte(2 ** 36));

export const contract = {
  app: {
    info: call(nothing, appInfoSchema),
    /** Everything that happens, from now on. */
    events: stream(nothing, labEventSchema, { unit: 'items', initial: 64 }),
  },

  settings: {
    get: call(nothing, settingsSchema),
    /** Changes the keys given; answers all of them. */
    set: call(z.partial(settingsSchema), settingsSchema),
  },

  labs: {
    list: call(nothing, z.array(labSummarySchema)),
    /** Makes a lab with one node in the library's folder; it is open afterwards. */
    create: call(
      z.strictObject({
        name: labNameSchema,
        node: z.optional(nodeNameSchema),
        ramBytes: z.optional(ramSize),
        diskSizesBytes: z.optional(z.array(diskSize).check(z.maxLength(16))),
        /** Same seed, same randomness in the nodes; left out: drawn once and written down. */
        seed: z.optional(z.number().check(z.int(), z.gte(0), z.lte(0xffff_ffff))),
      }),
      labDetailSchema,
    ),
    /** Takes the lab's lock. Opening an open lab is no error. */
    open: call(z.strictObject(lab), labDetailSchema),
    /** Kills what still runs, then gives the lock back. Shut nodes down first. */
    close: call(z.strictObject(lab), nothing),
    rename: call(z.strictObject({ ...lab, name: labNameSchema }), labSummarySchema),
    /** Deletes the lab's folder with its disks (`files`), or only forgets where it is (`entry`). */
    remove: call(z.strictObject({ ...lab, what: z.enum(['files', 'entry']) }), nothing),
    /** The lab as one file; nodes must be off. Save the bytes in order. */
    export: stream(z.strictObject(lab), z.object({ bytes: bytesSchema }), {
      unit: 'bytes',
      initial: 1024 * 1024,
    }),
    /** A new lab from an uploaded export file. */
    import: call(z.strictObject({ uploadId, name: z.optional(labNameSchema) }), labDetailSchema),
  },

  uploads: {
    /** Room for a file of `sizeBytes`; it is forgotten when the connection ends. */
    begin: call(
      z.strictObject({ sizeBytes: z.number().check(z.int(), z.nonnegative()) }),
      z.object({ uploadId: z.string() }),
    ),
    /** The next bytes, in order; answers how many are there now. */
    write: call(
      z.strictObject({ uploadId, bytes: uploadBytes }),
      z.object({ receivedBytes: z.number() }),
    ),
    abandon: call(z.strictObject({ uploadId }), nothing),
  },

  lab: {
    get: call(z.strictObject(lab), labDetailSchema),
  },

  nodes: {
    list: call(z.strictObject(lab), z.array(nodeSchema)),
    add: call(
      z.strictObject({
        ...node,
        ramBytes: z.optional(ramSize),
        diskSizesBytes: z.optional(z.array(diskSize).check(z.maxLength(16))),
      }),
      nodeSchema,
    ),
    /** Opens the lab if need be, starts the worker and boots. `flags` as for the kernel: -v, -s. */
    powerOn: call(
      z.strictObject({
        ...node,
        flags: z.optional(z.array(z.string().check(z.maxLength(100)))),
        properties: z.optional(z.record(z.string(), z.string())),
      }),
      nodeSchema,
    ),
    /** The power button: an orderly shutdown begins. */
    shutDown: call(z.strictObject(node), nodeSchema),
    /** The reset button: nothing is saved. */
    reset: call(z.strictObject(node), nodeSchema),
    /** Pulls the plug: the worker is ended, whether it answers or not. */
    kill: call(z.strictObject(node), nodeSchema),
    /** Non-maskable interrupt: a panic on purpose, with a dump. */
    nmi: call(z.strictObject(node), nodeSchema),
  },

  node: {
    /** The state now, then each change; a slow reader sees the latest only. */
    state: stream(z.strictObject(node), nodeStateSchema, { unit: 'items', initial: 4 }),
    /** Once a second while somebody looks and the node is on. */
    statistics: stream(z.strictObject(node), statisticsSchema, { unit: 'items', initial: 2 }),
  },

  console: {
    /** Scrollback, then live. `resume` continues where an earlier attachment stopped. */
    attach: stream(
      z.strictObject({
        ...node,
        resume: z.optional(
          z.strictObject({ epoch: z.string(), offset: z.number().check(z.int()) }),
        ),
      }),
      consoleItemSchema,
      { unit: 'bytes', initial: 256 * 1024 },
    ),
    /** Keys. Dropped when the node is off, as on a real one. */
    input: call(z.strictObject({ ...node, bytes: inputBytes }), nothing),
    resize: call(z.strictObject({ ...node, ...size }), nothing),
  },

  terminal: {
    /** Runs `argv` (left out: root's shell) on a pty of its own; ending the stream hangs up. */
    open: stream(
      z.strictObject({
        ...node,
        ...size,
        argv: z.optional(z.array(z.string()).check(z.minLength(1), z.maxLength(1000))),
      }),
      terminalItemSchema,
      { unit: 'bytes', initial: 256 * 1024 },
    ),
    input: call(z.strictObject({ ...node, terminalId, bytes: inputBytes }), nothing),
    resize: call(z.strictObject({ ...node, terminalId, ...size }), nothing),
    close: call(z.strictObject({ ...node, terminalId }), nothing),
  },

  zfs: {
    /** The node's pools, once a second while somebody looks and the node is on. */
    status: stream(z.strictObject(node), zfsStatusSchema, { unit: 'items', initial: 2 }),
    /** All datasets of a pool in pages, then what changes with each txg. */
    datasets: stream(z.strictObject({ ...node, pool: poolNameSchema }), datasetsItemSchema, {
      unit: 'items',
      initial: 4,
    }),
    /** What lies where, in coarse cells; then what each txg allocated and freed. */
    diskMap: stream(z.strictObject({ ...node, view: diskMapViewSchema }), diskMapItemSchema, {
      unit: 'items',
      initial: 4,
    }),
  },

  disks: {
    /** What is wrong with each disk of a node, now and after each change. Kept while it is off. */
    faults: stream(z.strictObject(node), z.array(diskFaultStateSchema), {
      unit: 'items',
      initial: 2,
    }),
    /** Breaks the hardware. The node is told nothing: it meets the errors. */
    inject: call(
      z.strictObject({ ...node, disk: diskNameSchema, fault: diskFaultSchema }),
      diskFaultStateSchema,
    ),
    /** Ends one kind of lasting fault, or all. Flipped bits stay flipped. */
    heal: call(
      z.strictObject({
        ...node,
        disk: diskNameSchema,
        what: z.optional(z.enum(['pull', 'slow', 'failReads', 'failWrites', 'corruptReads'])),
      }),
      diskFaultStateSchema,
    ),
  },
} as const;

export type Contract = typeof contract;

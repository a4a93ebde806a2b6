/**
 * The shapes that cross the protocol: labs, nodes, states, settings. Times are milliseconds since
 * 1970 as numbers, sizes are bytes as numbers: nothing here needs 64 bits. No path of the host goes
 * in; paths that come out are for the person to read.
 */
import * as z from 'zod/mini';

// zod's compiled fast path probes `new Function`, which a strict CSP reports as a violation.
z.config({ jitless: true });

const count = z.number().check(z.int(), z.nonnegative());
const text = (maxLength: number) => z.string().check(z.maxLength(maxLength));

export const bytesSchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** A lab's identity in the library; stable when it is renamed. */
export const labIdSchema = z.string().check(z.regex(/^[0-9a-f-]{36}$/));
/** A node's name: a host name label, and so also a safe file name on every system. */
export const nodeNameSchema = z.string().check(z.regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/));
/** A lab's name for people: any text on one line. */
export const labNameSchema = z
  .string()
  .check(z.minLength(1), z.maxLength(100), z.regex(/^\S(?:[^\u0000-\u001f\u007f]*\S)?$/));

export const nodeStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('off') }),
  /** `fraction` 0 … 1 of the boot. */
  z.object({ kind: z.literal('booting'), step: z.string(), fraction: z.number() }),
  z.object({ kind: z.literal('running') }),
  z.object({ kind: z.literal('shuttingDown') }),
  /** The node's kernel panicked or its worker died; `dumpFile` is relative to the lab's folder. */
  z.object({
    kind: z.literal('panicked'),
    message: z.string(),
    dumpFile: z.nullable(z.string()),
    atMs: z.number(),
  }),
  /** The worker has not answered since then; it may come back, or be killed. */
  z.object({ kind: z.literal('notResponding'), sinceMs: z.number() }),
]);
export type NodeStateShape = z.infer<typeof nodeStateSchema>;

export const diskSchema = z.object({
  /** Device name in the node, e.g. `c1t0d0`; the file is disks/NAME.img. */
  name: z.string(),
  sizeBytes: count,
  /** What the sparse file takes on the host; null where the host can't say. */
  allocatedBytes: z.nullable(count),
});

export const nodeSchema = z.object({
  name: nodeNameSchema,
  ramBytes: count,
  cpuCount: count,
  disks: z.array(diskSchema),
  state: nodeStateSchema,
  poweredOnAtMs: z.nullable(z.number()),
});
export type NodeShape = z.infer<typeof nodeSchema>;

export const labSummarySchema = z.object({
  id: labIdSchema,
  name: labNameSchema,
  /** The lab's folder, for the person to read. */
  path: z.string(),
  /** `locked`: another process has it; `damaged`: see `problem`; `missing`: its folder is gone. */
  state: z.enum(['closed', 'open', 'locked', 'damaged', 'missing']),
  /** One sentence for the person when the state is locked, damaged or missing. */
  problem: z.nullable(z.string()),
  nodeCount: count,
  /** Nodes that are not off. */
  activeNodeCount: count,
  createdAtMs: z.number(),
  openedAtMs: z.nullable(z.number()),
});
export type LabSummary = z.infer<typeof labSummarySchema>;

export const labDetailSchema = z.object({
  id: labIdSchema,
  name: labNameSchema,
  path: z.string(),
  createdAtMs: z.number(),
  nodes: z.array(nodeSchema),
});
export type LabDetail = z.infer<typeof labDetailSchema>;

export const statisticsSchema = z.object({
  atMs: z.number(),
  uptimeMs: z.number(),
  /** Share of one CPU, 0 … 1, over the last period: user, kernel; the rest was idle. */
  userFraction: z.number(),
  kernelFraction: z.number(),
  memoryUsedBytes: count,
  memoryTotalBytes: count,
  slicesPerSecond: z.number(),
  systemCallsPerSecond: z.number(),
  processCount: count,
  threadCount: count,
});
export type StatisticsShape = z.infer<typeof statisticsSchema>;

export const platformSchema = z.object({
  /** `YYYYMMDDThhmmssZ` */
  stamp: z.string(),
  bootArchiveBytes: count,
  /** SHA-1, lower-case hexadecimal, as in boot_archive.hash. */
  bootArchiveHash: z.string(),
});
export type PlatformShape = z.infer<typeof platformSchema>;

export const appInfoSchema = z.object({
  productName: z.string(),
  version: z.string(),
  host: z.enum(['electron', 'web', 'headless', 'test']),
  /** The platform image nodes boot from; null when it is not built. */
  platform: z.nullable(platformSchema),
  /** Where new labs are made, for the person to read. */
  libraryPath: z.string(),
  /** `linux`, `darwin`, `win32` … */
  operatingSystem: z.string(),
  engineVersions: z.record(z.string(), z.string()),
  /** Set when the library could not be used as it was found: it was kept aside, a new one made. */
  libraryProblem: z.nullable(z.string()),
});
export type AppInfo = z.infer<typeof appInfoSchema>;

export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  consoleFontSizePx: z.number().check(z.int(), z.gte(6), z.lte(48)),
  consoleFontFamily: text(200),
  consoleScrollbackLines: z.number().check(z.int(), z.gte(0), z.lte(100_000)),
  consoleCursorBlink: z.boolean(),
  /** Asked before a running node is killed or a lab is removed. */
  confirmDestructive: z.boolean(),
  /** The window's panes as the renderer wrote them; opaque here. */
  layout: z.nullable(text(256 * 1024)),
});
export type Settings = z.infer<typeof settingsSchema>;

export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  consoleFontSizePx: 14,
  consoleFontFamily: '',
  consoleScrollbackLines: 10_000,
  consoleCursorBlink: true,
  confirmDestructive: true,
  layout: null,
};

export const consoleItemSchema = z.discriminatedUnion('kind', [
  /**
   * First, once. The bytes that follow start at `offset` of the console's output since `epoch`
   * began. When `epoch` or `offset` are not the ones asked for, clear the terminal first: the
   * process was restarted, or more was printed meanwhile than the scrollback holds.
   */
  z.object({ kind: z.literal('start'), epoch: z.string(), offset: count }),
  /** Output. Before `live` it is scrollback. */
  z.object({ kind: z.literal('data'), offset: count, bytes: bytesSchema }),
  /** All that was there at the time of attaching has been sent. */
  z.object({ kind: z.literal('live'), offset: count }),
  /** This view was too slow for too long: output up to `offset` is lost to it. */
  z.object({ kind: z.literal('gap'), offset: count }),
]);
export type ConsoleItem = z.infer<typeof consoleItemSchema>;

export const exitStatusSchema = z.object({
  /** `value` is the exit status, or the signal's number. `lost`: the node went away under it. */
  kind: z.enum(['exited', 'killed', 'lost']),
  value: z.number(),
});
export type ExitStatus = z.infer<typeof exitStatusSchema>;

export const terminalItemSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('opened'), terminalId: count }),
  z.object({ kind: z.literal('output'), bytes: bytesSchema }),
  z.object({ kind: z.literal('exited'), status: exitStatusSchema }),
]);
export type TerminalItem = z.infer<typeof terminalItemSchema>;

/** What the window's menu asks of the renderer (Electron only). */
export const MENU_COMMANDS = [
  'newLab',
  'importLab',
  'exportLab',
  'settings',
  'commandPalette',
  'cheatSheet',
  'newTerminal',
  'closePane',
  'find',
  'powerOn',
  'shutDown',
  'reset',
] as const;
export type MenuCommand = (typeof MENU_COMMANDS)[number];

export const labEventSchema = z.discriminatedUnion('kind', [
  /** The list of labs, or a lab's summary, changed: ask labs.list again. */
  z.object({ kind: z.literal('labsChanged') }),
  /** A lab's nodes or their hardware changed: ask lab.get again. */
  z.object({ kind: z.literal('labChanged'), labId: labIdSchema }),
  z.object({
    kind: z.literal('nodeState'),
    labId: labIdSchema,
    node: nodeNameSchema,
    state: nodeStateSchema,
  }),
  z.object({ kind: z.literal('settingsChanged'), settings: settingsSchema }),
  /** Something the person should know that belongs to no call. */
  z.object({
    kind: z.literal('notice'),
    level: z.enum(['info', 'warning', 'error']),
    message: z.string(),
    labId: z.nullable(labIdSchema),
    node: z.nullable(nodeNameSchema),
  }),
  z.object({ kind: z.literal('menuCommand'), command: z.enum(MENU_COMMANDS) }),
  /** Events were dropped because they were not read: ask for everything again. */
  z.object({ kind: z.literal('lagged') }),
]);
export type LabEvent = z.infer<typeof labEventSchema>;

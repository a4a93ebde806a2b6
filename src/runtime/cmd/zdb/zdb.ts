/**
 * zdb: shows what is in a pool, and whether it is whole, without the kernel's help: the kernel's own
 * reading code runs here over devices and files that this program reads (libzpool).
 * @man zdb(8)  @see cmd/zdb/zdb.c
 */
import type { Command } from '#cmd/command.ts';
import { ENOENT, ENOTSUP, EINVAL, EIO, ENXIO, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { DslDataset } from '#kernel/fs/zfs/dsl/dsl-dataset.ts';
import { readBlkptr } from '#kernel/fs/zfs/ondisk/blkptr.ts';
import { nvlistPrint, nvlistUnpack } from '#kernel/fs/zfs/ondisk/nvlist.ts';
import { viewOf } from '#kernel/fs/zfs/ondisk/struct.ts';
import { ZfsError } from '#kernel/fs/zfs/ondisk/zfs-error.ts';
import type { LoadedPool } from '#kernel/fs/zfs/pool/spa-load.ts';
import { ZioContext } from '#kernel/fs/zfs/zio/zio.ts';
import { BlockDeviceError } from '#runtime/host.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { timezoneFrom } from '#lib/libc/time.ts';
import { UserPools } from '#lib/libzpool/open-pool.ts';
import { USER_CODECS } from '#lib/libzpool/user-codecs.ts';
import { dumpBlockStats } from '#cmd/zdb/block-stats.ts';
import { type CommandLine, parseCommandLine, parseObjectRange } from '#cmd/zdb/command-line.ts';
import { configText, historyText, labelText, uberblockText } from '#cmd/zdb/config-dump.ts';
import { fullBpobjText } from '#cmd/zdb/dsl-dump.ts';
import { dtlText, poolStatsText } from '#cmd/zdb/vdev-dump.ts';
import { dumpMetaslabs, logSpaceMapsText, metaslabGroupsText } from '#cmd/zdb/metaslab-dump.ts';
import { ObjsetDump, type ObjectRange } from '#cmd/zdb/objset-dump.ts';
import { pathText } from '#cmd/zdb/path-lookup.ts';
import { readBlockText } from '#cmd/zdb/read-block.ts';
import {
  allDatasets,
  featureCountsText,
  mosLeaksText,
  spaceMapRefcountText,
} from '#cmd/zdb/references.ts';
import { usageText } from '#cmd/zdb/usage.ts';
import { entriesOf, ZdbContext, ZdbPool } from '#cmd/zdb/zdb-context.ts';

/** `ZPOOL_CACHE` */
const CACHEFILE = '/etc/zfs/zpool.cache';
const O_RDONLY = 0;
const DEVICES = '/dev/dsk';
const NOT_BUILT: readonly (readonly [letter: string, what: string])[] = [
  ['S', 'simulating deduplication (-S)'],
  ['k', 'the checkpointed state (-k)'],
  ['x', 'saving the blocks that are read (-x)'],
  ['t', 'older uberblocks (-t)'],
  ['F', 'rewinding (-F)'],
  ['X', 'rewinding (-X)'],
];

function* main(io: Stdio, sys: Sys): Task<number> {
  const line = parseCommandLine(sys.argv.slice(1));
  if (typeof line === 'string') return yield* usage(io, line);
  const { counts, operands } = line;
  for (const [letter, what] of NOT_BUILT) {
    if (!counts.has(letter)) continue;
    yield* io.warn(`${what}: not supported yet`);
    return 2;
  }
  const context = new ZdbContext(counts, timezoneFrom(sys.env));
  const [target, ...rest] = operands;
  if (counts.has('R') && rest.length === 0) return yield* usage(io);
  if (counts.has('E'))
    return operands.length === 1 ? yield* embedded(io, target ?? '') : yield* usage(io);
  if (target === undefined) {
    if (counts.has('C') && !counts.has('e')) return yield* cachefile(io, sys, line);
    return yield* usage(io);
  }
  if (counts.has('l')) return yield* label(io, sys, context, target);
  if (counts.has('O') && operands.length !== 2) return yield* usage(io);
  return yield* pool(io, sys, line, context, target, rest);
}

function* usage(io: Stdio, complaint = ''): Task<number> {
  yield* io.err.write(complaint + usageText(io.name));
  return 1;
}

function* fatal(io: Stdio, message: string): Task<number> {
  yield* io.warn(message);
  return 1;
}

/** -E: the content of a block pointer given as sixteen words. */
function* embedded(io: Stdio, text: string): Task<number> {
  const words = text.split(':');
  if (words.length !== 16 || !words.every((word) => /^[0-9a-fA-F]{1,16}$/.test(word))) {
    yield* io.err.write('invalid input format\n');
    return 1;
  }
  const bytes = new Uint8Array(128);
  words.forEach((word, i) => viewOf(bytes).setBigUint64(i * 8, BigInt(`0x${word}`), true));
  try {
    yield* io.out.write(new ZioContext(USER_CODECS).read(readBlkptr(bytes, 0)));
    return 0;
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    yield* io.err.write('decode failed: 5\n');
    return 1;
  }
}

/** -C alone: the cache file. */
function* cachefile(io: Stdio, sys: Sys, line: CommandLine): Task<number> {
  const path = line.cachefile ?? CACHEFILE;
  const fd = yield* sys.open(path, O_RDONLY);
  if (isErrno(fd)) {
    yield* io.out.write(`cannot open '${path}': ${fd.message}\n`);
    return 1;
  }
  const bytes = yield* new Input(sys, fd).readAll();
  yield* sys.close(fd);
  try {
    for (const text of nvlistPrint(nvlistUnpack(bytes))) yield* io.out.write(`${text}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    yield* io.err.write('failed to unpack nvlist\n');
    return 1;
  }
}

/** -l: the labels of one device. */
function* label(io: Stdio, sys: Sys, zdb: ZdbContext, name: string): Task<number> {
  const pools = new UserPools(sys);
  let path = name;
  if (!name.startsWith('/') && isErrno(yield* sys.stat(name))) {
    path = `${DEVICES}/${name}`;
    if (isErrno(yield* sys.stat(path))) path = `${path}s0`;
    if (isErrno(yield* sys.stat(path))) {
      const advice = 'try specifying absolute path instead';
      yield* io.out.write(`failed to find device ${name}, ${advice}\n`);
      return 1;
    }
  }
  const device = yield* pools.openDevice(path);
  if (isErrno(device)) {
    yield* io.out.write(`cannot open '${path}': ${device.message}\n`);
    return 1;
  }
  try {
    const { text, status } = yield* pools.pager.run(() => labelText(zdb, device));
    yield* io.out.write(text);
    return status;
  } catch (error) {
    if (!(error instanceof BlockDeviceError)) throw error;
    yield* io.out.write([0, 1, 2, 3].map((l) => `failed to read label ${l}\n`).join(''));
    return 2;
  }
}

/** The system's word for what went wrong inside. */
function reason(error: ZfsError): string {
  const known: Readonly<Record<string, Errno>> = { ENOENT, ENOTSUP, EINVAL, ENXIO };
  return (known[error.code] ?? EIO).message;
}

/** Everything that needs an open pool. */
function* pool(
  io: Stdio,
  sys: Sys,
  line: CommandLine,
  context: ZdbContext,
  target: string,
  words: readonly string[],
): Task<number> {
  const name = target.replace(/[/@].*$/, '');
  const cannot = (why: string): string => `can't open '${target}': ${why}`;
  const pools = new UserPools(sys);
  const found = yield* pools.find(name, line.folders.length > 0 ? line.folders : [DEVICES]);
  if (isErrno(found)) return yield* fatal(io, cannot(found.message));
  let loaded: LoadedPool;
  try {
    loaded = yield* pools.load(found);
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    return yield* fatal(io, cannot(reason(error)));
  }
  const counts = new Map(line.counts);
  if (counts.has('O')) counts.set('v', (counts.get('v') ?? 0) + 3);
  const zdb = new ZdbPool(counts, context.zone, loaded, pools.pager);
  try {
    return yield* show(io, zdb, target, words);
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    return yield* fatal(io, error.message);
  }
}

function* show(io: Stdio, zdb: ZdbPool, target: string, words: readonly string[]): Task<number> {
  if (zdb.count('R') > 0) {
    for (const word of words) {
      const { out, err } = yield* zdb.pager.run(() => readBlockText(zdb, word));
      yield* io.err.write(err);
      yield* io.out.write(out);
    }
    return 0;
  }
  const ranges: ObjectRange[] = [];
  for (const word of zdb.count('d') > 0 && zdb.count('O') === 0 ? words : []) {
    const range = parseObjectRange(word);
    if (typeof range === 'string') {
      return yield* fatal(io, `Bad object or range: '${word}': ${range}\n`);
    }
    ranges.push(range);
  }
  if (!/[/@]/.test(target) && zdb.count('O') === 0) {
    if (ranges.length > 0 && zdb.count('m') === 0) {
      yield* new ObjsetDump(zdb, io.out, zdb.mos, null).run(ranges);
      return 0;
    }
    return yield* dumpPool(io, zdb, zdb.count('d') > 0 ? [] : words.map(Number));
  }
  const dataset = yield* zdb.pager.run(() => findDataset(zdb, target));
  if (dataset === undefined) {
    yield* io.err.write(`failed to hold dataset '${target}': ${ENOENT.message}\n`);
    return yield* fatal(io, `can't open '${target}': ${ENOENT.message}`);
  }
  if (zdb.count('O') > 0) {
    const path = words[0] ?? '';
    const { out, err, status } = yield* zdb.pager.run(() => pathText(zdb, dataset, target, path));
    yield* io.err.write(err);
    yield* io.out.write(out);
    return status;
  }
  const objset = yield* zdb.pager.run(() => dataset.objset);
  yield* new ObjsetDump(zdb, io.out, objset, dataset).run(ranges);
  return 0;
}

/** By name, or as `pool/number` by its object number. */
function findDataset(zdb: ZdbPool, target: string): DslDataset | undefined {
  const name = target.replace(/\/$/, '');
  const found = zdb.pool.dsl.findDataset(name);
  if (found !== undefined) return found;
  const number = /^[^/]+\/(\d+)$/.exec(name)?.[1];
  return allDatasets(zdb).find((dataset) => String(dataset.object) === number);
}

/** `dump_zpool` */
function* dumpPool(io: Stdio, zdb: ZdbPool, metaslabs: readonly number[]): Task<number> {
  const { out } = io;
  const { pager } = zdb;
  const text = function* text(work: () => string): Task<void> {
    yield* out.write(yield* pager.run(work));
  };
  let status = 0;
  if (zdb.count('C') > 0) yield* text(() => configText(zdb));
  if (zdb.count('u') > 0) {
    yield* text(() => `\nUberblock:\n${uberblockText(zdb, zdb.pool.uberblock)}\n`);
  }
  if (zdb.count('D') > 0) yield* text(() => dedupText(zdb));
  const showsMetaslabs = zdb.count('d') > 2 || zdb.count('m') > 0;
  if (showsMetaslabs) {
    const complaint = yield* dumpMetaslabs(zdb, out, metaslabs);
    if (complaint !== undefined) yield* io.err.write(complaint);
  }
  if (zdb.count('M') > 0) yield* text(() => metaslabGroupsText(zdb));
  if (showsMetaslabs) yield* text(() => logSpaceMapsText(zdb));
  if (zdb.count('d') > 0 || zdb.count('i') > 0) status = yield* dumpDatasets(io, zdb);
  if (status === 0 && (zdb.count('b') > 0 || zdb.count('c') > 0)) {
    status = yield* dumpBlockStats(zdb, io);
  }
  if (status === 0) {
    const mismatch = yield* pager.run(() => spaceMapRefcountText(zdb));
    yield* out.write(mismatch);
    if (mismatch !== '') status = 2;
  }
  if (zdb.count('s') > 0) yield* text(() => poolStatsText(zdb));
  if (zdb.count('h') > 0) yield* text(() => historyText(zdb));
  return status;
}

/** -d and -i: the MOS, all datasets, and whether references and features are right. */
function* dumpDatasets(io: Stdio, zdb: ZdbPool): Task<number> {
  const { out } = io;
  const { pager, pool: loaded } = zdb;
  yield* new ObjsetDump(zdb, out, zdb.mos, null).run([]);
  if (zdb.count('d') >= 3) {
    for (const [name, title] of [
      ['sync_bplist', 'Deferred frees'],
      ['free_bpobj', 'Pool snapshot frees'],
    ] as const) {
      const object = yield* pager.run(() => loaded.dsl.directoryNumber(name));
      if (object === undefined) continue;
      yield* out.write(yield* pager.run(() => fullBpobjText(zdb, object, title)));
    }
    yield* out.write(yield* pager.run(() => dtlText(zdb)));
  }
  const datasets = yield* pager.run(() => allDatasets(zdb));
  for (const dataset of datasets) {
    const objset = yield* pager.run(() => dataset.objset);
    yield* new ObjsetDump(zdb, out, objset, dataset).run([]);
  }
  let isRight = true;
  if (zdb.count('L') === 0) {
    const leaks = yield* pager.run(() => mosLeaksText(zdb, datasets));
    yield* out.write(leaks.text);
    isRight = !leaks.isLeaking;
  }
  const counts = yield* pager.run(() => featureCountsText(zdb, datasets));
  yield* out.write(counts.text);
  return isRight && counts.isRight ? 0 : 2;
}

/** -D. A pool of the lab has no deduplication tables; those of others are not decoded. */
function dedupText(zdb: ZdbPool): string {
  const tables = entriesOf(zdb.mos, 1).filter(({ name }) => name.startsWith('DDT-'));
  if (tables.length === 0) return 'All DDTs are empty\n';
  return tables.map(({ name }) => `${name}: not supported yet\n`).join('');
}

export const ZDB: Command = { name: 'zdb', path: '/usr/sbin/zdb', main: withStdio(main) };

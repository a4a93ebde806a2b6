/**
 * zfs create and clone.
 * @man zfs-create(8), zfs-clone(8)  @see cmd/zfs/zfs_main.c, libzfs_dataset.c zfs_create()
 */
import {
  type NvList,
  type NvValue,
  nvGetListArray,
  nvGetNumber,
  nvGetString,
  nvList,
  nvUint64,
} from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { ZFS_TYPE_FILESYSTEM, ZFS_TYPE_SNAPSHOT, ZFS_TYPE_VOLUME } from '#abi/illumos/zfs-prop.ts';
import type { ZfsRun } from '#cmd/zfs/run.ts';
import type { Errno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { ParsedOptions } from '#lib/libc/getopt.ts';
import { mountAgain } from '#lib/libzfs/changelist.ts';
import { findDataset, openZfs, poolOf } from '#lib/libzfs/dataset.ts';
import { parseDatasetProps } from '#lib/libzfs/dataset-prop-parse.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import { datasetNameProblem } from '#lib/libzfs/names.ts';
import { niceStringToNumber } from '#lib/libzfs/nicenum.ts';
import { openPoolCanFail } from '#lib/libzfs/pool.ts';
import { type RaidzShape, volsizeToReservation } from '#lib/libzfs/volsize.ts';

const OBJSET_TYPE_ZFS = 2;
const OBJSET_TYPE_ZVOL = 3;
const DEFAULT_VOLBLOCK = 8192;

/** `-o property=value`: all of them, or the exit status after a complaint. */
export function* parseProps(
  run: ZfsRun,
  { options }: ParsedOptions,
): Task<Map<string, string> | number> {
  const texts = new Map<string, string>();
  for (const { letter, value } of options) {
    if (letter !== 'o') continue;
    const at = value.indexOf('=');
    if (at < 0) return yield* run.usage("missing '=' for property=value argument");
    const name = value.slice(0, at);
    if (texts.has(name)) {
      return yield* run.fail(`property '${name}' specified multiple times\n`);
    }
    texts.set(name, value.slice(at + 1));
  }
  return texts;
}

/** `check_parents`: false after saying what is in the way of a new `name`. */
function* checkParents(zfs: LibZfs, name: string, action: string): Task<boolean> {
  const slash = name.lastIndexOf('/');
  if (slash < 0) return yield* zfs.errorAux('EZFS_INVALIDNAME', action, 'missing dataset name');
  const parent = yield* findDataset(zfs, name.slice(0, slash));
  if (parent !== undefined) {
    if (parent.isFileSystem) return true;
    return yield* zfs.errorAux('EZFS_BADTYPE', action, 'parent is not a filesystem');
  }
  const pool = poolOf(name);
  const isPool = (yield* findDataset(zfs, pool)) !== undefined;
  const why = isPool ? 'parent does not exist' : `no such pool '${pool}'`;
  return yield* zfs.errorAux('EZFS_NOENT', action, why);
}

/** Whether a dataset of this name can be made; false after saying why not. */
export function* checkNew(
  zfs: LibZfs,
  name: string,
  kind: 'filesystem' | 'volume',
  action: string,
): Task<boolean> {
  const problem = datasetNameProblem(name, kind, true);
  if (problem !== undefined) return yield* zfs.errorAux('EZFS_INVALIDNAME', action, problem);
  if ((yield* findDataset(zfs, name)) !== undefined) {
    return yield* zfs.errorAux('EZFS_EXISTS', action, 'dataset already exists');
  }
  return yield* checkParents(zfs, name, action);
}

function* createError(zfs: LibZfs, name: string, errno: Errno, action: string): Task<false> {
  if (errno.name === 'ENOENT') {
    const parent = name.slice(0, Math.max(name.lastIndexOf('/'), 0));
    return yield* zfs.errorAux('EZFS_NOENT', action, `no such parent '${parent}'`);
  }
  if (errno.name === 'EDOM') {
    const why = 'volume block size must be power of 2 from 512B to 128KB';
    return yield* zfs.errorAux('EZFS_BADPROP', action, why);
  }
  if (errno.name === 'EDQUOT') return yield* zfs.errorAux('EZFS_NOSPC', action, 'out of space');
  return yield* zfs.standardError(errno, action);
}

function source(type: number, props: NvList): NvList {
  return new Map<string, NvValue>([
    ['type', nvUint64(type)],
    ['props', nvList(props)],
  ]);
}

/** `create_parents`: the missing ones above `name`. */
export function* createAncestors(run: ZfsRun, name: string): Task<boolean> {
  const { zfs } = run;
  for (let slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
    const parent = name.slice(0, slash);
    if ((yield* findDataset(zfs, parent)) !== undefined) continue;
    const action = `cannot create '${parent}'`;
    if (!(yield* checkNew(zfs, parent, 'filesystem', action))) return false;
    const command = zfsCommand({ name: parent, source: source(OBJSET_TYPE_ZFS, new Map()) });
    const errno = yield* zfs.ioctl('ZFS_IOC_CREATE', command);
    if (errno !== undefined) return yield* createError(zfs, parent, errno, action);
    if (!(yield* mountAgain(zfs, parent))) return false;
  }
  return true;
}

interface CreateOptions {
  readonly isVolume: boolean;
  readonly isSparse: boolean;
  readonly isDryRun: boolean;
  readonly isVerbose: boolean;
  readonly isParsable: boolean;
  readonly hasParents: boolean;
  readonly texts: Map<string, string>;
}

function* parseCreate(
  run: ZfsRun,
  args: readonly string[],
): Task<{ options: CreateOptions; operands: readonly string[] } | number> {
  const parsed = yield* run.options(args, 'PV:b:nso:pv');
  if (typeof parsed === 'number') return parsed;
  const texts = yield* parseProps(run, parsed);
  if (typeof texts === 'number') return texts;
  const has = (wanted: string): boolean => parsed.options.some(({ letter }) => letter === wanted);
  for (const { letter, value } of parsed.options) {
    if (letter !== 'V' && letter !== 'b') continue;
    const size = niceStringToNumber(value);
    if (typeof size === 'object') {
      const what = letter === 'V' ? 'bad volume size' : 'bad volume block size';
      return yield* run.fail(`${what} '${value}': ${size.problem}\n`);
    }
    texts.set(letter === 'V' ? 'volsize' : 'volblocksize', String(size));
  }
  const isVolume = has('V');
  if ((has('s') || has('b')) && !isVolume) {
    return yield* run.usage("'-s' and '-b' can only be used when creating a volume");
  }
  const options: CreateOptions = {
    isVolume,
    isSparse: has('s'),
    isDryRun: has('n'),
    isVerbose: has('v') || has('P'),
    isParsable: has('P'),
    hasParents: has('p'),
    texts,
  };
  return { options, operands: parsed.operands };
}

/** The raidz vdevs of a pool, on which small blocks take more room. */
function* raidzShapes(zfs: LibZfs, pool: string): Task<RaidzShape[]> {
  const found = yield* openPoolCanFail(zfs, pool);
  if (found === undefined) return [];
  return nvGetListArray(found.tree, 'children')
    .filter((top) => nvGetString(top, 'type') === 'raidz')
    .map((top) => ({
      childCount: nvGetListArray(top, 'children').length,
      parity: nvGetNumber(top, 'nparity') ?? 1,
      ashift: nvGetNumber(top, 'ashift') ?? 9,
    }));
}

/** The size that a new volume reserves, unless it is sparse or says so itself. */
function* withReservation(
  zfs: LibZfs,
  name: string,
  props: NvList,
  isSparse: boolean,
): Task<NvList> {
  if (isSparse || props.has('refreservation') || props.has('reservation')) return props;
  const volsize = nvGetNumber(props, 'volsize') ?? 0;
  const blocksize = nvGetNumber(props, 'volblocksize') ?? DEFAULT_VOLBLOCK;
  const copies = nvGetNumber(props, 'copies') ?? 1;
  const raidz = yield* raidzShapes(zfs, poolOf(name));
  const reserved = volsizeToReservation(volsize, blocksize, copies, raidz);
  return new Map([...props, ['refreservation', nvUint64(reserved)]]);
}

export function* create(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* parseCreate(run, args);
  if (typeof parsed === 'number') return parsed;
  const { options, operands } = parsed;
  const [name, ...more] = operands;
  const kind = options.isVolume ? 'volume' : 'filesystem';
  if (name === undefined) return yield* run.usage(`missing ${kind} argument`);
  if (more.length > 0) return yield* run.usage('too many arguments');
  const { zfs } = run;
  const action = `cannot create '${name}'`;
  if (options.hasParents && !options.isDryRun) {
    const problem = datasetNameProblem(name, kind, true);
    if (problem !== undefined) {
      yield* zfs.errorAux('EZFS_INVALIDNAME', action, problem);
      return 1;
    }
    // With -p it is no error that the dataset is there.
    const there = yield* findDataset(zfs, name);
    if (there !== undefined) return 0;
    if (!(yield* createAncestors(run, name))) return 1;
  }
  if (!(yield* checkNew(zfs, name, kind, action))) return 1;
  const block = niceStringToNumber(options.texts.get('volblocksize') ?? '8192');
  const type = options.isVolume ? ZFS_TYPE_VOLUME : ZFS_TYPE_FILESYSTEM;
  let props = yield* parseDatasetProps(zfs, options.texts, action, {
    type,
    exists: false,
    ...(typeof block === 'bigint' ? { volblocksize: block } : {}),
  });
  if (props === false) return 1;
  if (options.isVolume) props = yield* withReservation(zfs, name, props, options.isSparse);
  if (options.isVerbose) yield* tell(run, name, options, props);
  if (options.isDryRun) return 0;
  const objset = options.isVolume ? OBJSET_TYPE_ZVOL : OBJSET_TYPE_ZFS;
  const command = zfsCommand({ name, source: source(objset, props) });
  const errno = yield* zfs.ioctl('ZFS_IOC_CREATE', command);
  if (errno !== undefined) {
    yield* createError(zfs, name, errno, action);
    return 1;
  }
  return yield* mountNew(run, name);
}

function* tell(run: ZfsRun, name: string, options: CreateOptions, props: NvList): Task<void> {
  const verb = options.isDryRun ? 'would create' : 'create';
  const isPlain = options.isParsable;
  yield* run.out(isPlain ? `create\t${name}\n` : `${verb} ${name}\n`);
  for (const [prop, pair] of props) {
    if (pair.type === 'uint64' || pair.type === 'string') {
      const value = `${prop}${isPlain ? '\t' : '='}${pair.value}`;
      yield* run.out(isPlain ? `property\t${value}\n` : `\t${value}\n`);
    }
  }
}

/** Mounts what was just made. A failure leaves it there. */
function* mountNew(run: ZfsRun, name: string): Task<number> {
  const made = yield* findDataset(run.zfs, name);
  if (made?.isFileSystem !== true) return 0;
  // noauto and off are for the person to mount.
  if ((made.number('canmount') ?? 1n) !== 1n) return 0;
  if (yield* mountAgain(run.zfs, name)) return 0;
  return yield* run.fail('filesystem successfully created, but not mounted\n');
}

export function* clone(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'o:p');
  if (typeof parsed === 'number') return parsed;
  const texts = yield* parseProps(run, parsed);
  if (typeof texts === 'number') return texts;
  const [from, name, ...more] = parsed.operands;
  if (from === undefined) return yield* run.usage('missing source dataset argument');
  if (name === undefined) return yield* run.usage('missing target dataset argument');
  if (more.length > 0) return yield* run.usage('too many arguments');
  const { zfs } = run;
  const origin = yield* openZfs(zfs, from, ZFS_TYPE_SNAPSHOT);
  if (origin === undefined) return 1;
  if (parsed.options.some(({ letter }) => letter === 'p')) {
    const there = yield* findDataset(zfs, name);
    if (there !== undefined) return 0;
    if (!(yield* createAncestors(run, name))) return 1;
  }
  const action = `cannot create '${name}'`;
  const isVolume = origin.stats?.type === 'volume';
  const kind = isVolume ? 'volume' : 'filesystem';
  if (!(yield* checkNew(zfs, name, kind, action))) return 1;
  if (origin.pool !== poolOf(name)) {
    zfs.aux('source and target pools differ');
    yield* zfs.error('EZFS_CROSSTARGET', action);
    return 1;
  }
  const type = isVolume ? ZFS_TYPE_VOLUME : ZFS_TYPE_FILESYSTEM;
  const props = yield* parseDatasetProps(zfs, texts, action, { type, exists: false });
  if (props === false) return 1;
  const command = zfsCommand({ name, value: from, source: new Map([['props', nvList(props)]]) });
  const errno = yield* zfs.ioctl('ZFS_IOC_CLONE', command);
  if (errno !== undefined) {
    yield* createError(zfs, name, errno, action);
    return 1;
  }
  return yield* mountNew(run, name);
}

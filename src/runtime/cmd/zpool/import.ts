/** `zpool import`. @man zpool-import(8)  @see cmd/zpool/zpool_main.c zpool_do_import() */
import {
  type NvList,
  type NvValue,
  nvGetList,
  nvGetNumber,
  nvGetString,
  nvGetUint64,
} from '#abi/illumos/nvpair.ts';
import { POOL_STATE_DESTROYED, POOL_STATE_EXPORTED } from '#abi/illumos/zfs-stat.ts';
import {
  ZFS_IMPORT_ANY_HOST,
  ZFS_IMPORT_MISSING_LOG,
  ZFS_IMPORT_ONLY,
  zfsCommand,
} from '#abi/illumos/zfs-ioctl.ts';
import { addPoolProp } from '#cmd/zpool/create.ts';
import { showImport } from '#cmd/zpool/import-show.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import type { Errno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption, optionValue, type ParsedOptions } from '#lib/libc/getopt.ts';
import { enableDatasets } from '#lib/libzfs/mount.ts';
import { poolNameProblem } from '#lib/libzfs/names.ts';
import { allPools } from '#lib/libzfs/pool.ts';
import { validPoolProps } from '#lib/libzfs/prop-parse.ts';

interface ImportOptions {
  readonly search: readonly string[];
  readonly flags: number;
  readonly props: ReadonlyMap<string, string>;
  readonly mountOptions: string | undefined;
  readonly wantsDestroyed: boolean;
}

const EMPTY: NvList = new Map();

/** -o and -R; a text is the complaint. */
function takeProps(
  parsed: ParsedOptions,
): { props: Map<string, string>; mountOptions: string | undefined } | string {
  const props = new Map<string, string>();
  let mountOptions: string | undefined;
  for (const { letter, value } of parsed.options) {
    let complaint: string | undefined;
    if (letter === 'o' && value.includes('=')) {
      const equals = value.indexOf('=');
      complaint = addPoolProp(props, value.slice(0, equals), value.slice(equals + 1));
    } else if (letter === 'o') mountOptions = value;
    else if (letter === 'R') {
      complaint = addPoolProp(props, 'altroot', value);
      if (!props.has('cachefile')) props.set('cachefile', 'none');
    }
    if (complaint !== undefined) return complaint;
  }
  return { props, mountOptions };
}

function* search(run: ZpoolRun, options: ImportOptions): Task<NvList[] | Errno> {
  const source = new Map<string, NvValue>([
    ['search', { type: 'string_array', value: options.search }],
  ]);
  const command = zfsCommand({ source });
  const errno = yield* run.zfs.ioctl('ZFS_IOC_POOL_TRYIMPORT', command);
  if (errno !== undefined) return errno;
  return [...(command.destination ?? EMPTY).values()].flatMap((pair) =>
    pair.type === 'nvlist' ? [pair.value] : [],
  );
}

/** What the kernel's refusal means. */
function* importError(run: ZpoolRun, errno: Errno, answer: NvList, action: string): Task<false> {
  const { zfs } = run;
  const info = nvGetList(answer, 'load_info') ?? EMPTY;
  if (errno.name === 'ENOTSUP') {
    yield* printFeatures(run, info);
    return yield* zfs.error('EZFS_BADVERSION', action);
  }
  if (errno.name === 'EINVAL') return yield* zfs.error('EZFS_INVALCONFIG', action);
  if (errno.name === 'EROFS') {
    return yield* zfs.errorAux('EZFS_BADDEV', action, 'one or more devices is read only');
  }
  yield* zfs.poolError(errno, action);
  if (errno.name !== 'ENXIO' && errno.name !== 'EEXIST') {
    yield* run.out('\tDestroy and re-create the pool from\n\ta backup source.\n');
  }
  return false;
}

function* printFeatures(run: ZpoolRun, info: NvList): Task<void> {
  const features = nvGetList(info, 'unsup_feat');
  if (features === undefined) return;
  yield* run.out('This pool uses the following feature(s) not supported by this system:\n');
  for (const [name, pair] of features) {
    const description = pair.type === 'string' ? pair.value : '';
    yield* run.out(description === '' ? `\t${name}\n` : `\t${name} (${description})\n`);
  }
  if (!info.has('can_rdonly')) return;
  yield* run.out(
    'All unsupported features are only required for writing to the pool.\n' +
      "The pool can be imported using '-o readonly=on'.\n",
  );
}

/** Whether another system may have the pool; the complaint. */
function* hostProblem(run: ZpoolRun, config: NvList): Task<string | undefined> {
  const state = nvGetNumber(config, 'state');
  const hostid = nvGetNumber(config, 'hostid') ?? 0;
  const own = nvGetNumber(config, 'system_hostid') ?? 0;
  if (state === POOL_STATE_EXPORTED || state === POOL_STATE_DESTROYED || hostid === own) {
    return undefined;
  }
  const hostname = nvGetString(config, 'hostname') ?? '<unknown>';
  const time = nvGetNumber(config, 'timestamp') ?? 0;
  return (
    `cannot import '${nvGetString(config, 'name') ?? ''}': ` +
    'pool was previously in use from another system.\n' +
    `Last accessed by ${hostname} (hostid=${hostid.toString(16)}) at ${run.ctime(time)}` +
    "The pool can be imported, use 'zpool import -f' to import the pool.\n"
  );
}

/** `do_import`: one pool, and its file systems; false after saying why not. */
function* importOne(
  run: ZpoolRun,
  config: NvList,
  newName: string | undefined,
  options: ImportOptions,
): Task<boolean> {
  const { zfs } = run;
  const oldName = nvGetString(config, 'name') ?? '';
  if ((options.flags & ZFS_IMPORT_ANY_HOST) === 0) {
    const problem = yield* hostProblem(run, config);
    if (problem !== undefined) {
      yield* run.err(problem);
      return false;
    }
  }
  const name = newName ?? oldName;
  const problem = newName === undefined ? undefined : poolNameProblem(newName, true);
  if (problem !== undefined) {
    return yield* zfs.errorAux('EZFS_INVALIDNAME', `cannot import '${name}'`, problem);
  }
  const version = nvGetNumber(config, 'version') ?? 1;
  const context = { pool: oldName, occasion: 'import', version } as const;
  const props = yield* validPoolProps(
    zfs,
    options.props,
    `cannot import pool '${oldName}'`,
    context,
  );
  if (props === false) return false;
  const source = new Map<string, NvValue>([
    ...props,
    ['search', { type: 'string_array', value: options.search }],
  ]);
  const guid = nvGetUint64(config, 'pool_guid') ?? 0n;
  const command = zfsCommand({ name, guid, config, source, cookie: options.flags });
  const errno = yield* zfs.ioctl('ZFS_IOC_POOL_IMPORT', command);
  if (errno !== undefined) {
    const action =
      newName === undefined ? `cannot import '${name}'` : `cannot import '${oldName}' as '${name}'`;
    return yield* importError(run, errno, command.destination ?? EMPTY, action);
  }
  if ((options.flags & ZFS_IMPORT_ONLY) !== 0) return true;
  const altroot = options.props.get('altroot') ?? '';
  return yield* enableDatasets(zfs, name, altroot, options.mountOptions);
}

function optionFlags(parsed: ParsedOptions): number {
  let flags = 0;
  if (hasOption(parsed, 'f')) flags |= ZFS_IMPORT_ANY_HOST;
  if (hasOption(parsed, 'm')) flags |= ZFS_IMPORT_MISSING_LOG;
  if (hasOption(parsed, 'N')) flags |= ZFS_IMPORT_ONLY;
  return flags;
}

function takeOptions(parsed: ParsedOptions): ImportOptions | string {
  const taken = takeProps(parsed);
  if (typeof taken === 'string') return taken;
  const places = parsed.options.filter(({ letter }) => letter === 'd').map(({ value }) => value);
  return {
    ...taken,
    search: places.length > 0 ? places : ['/dev/dsk'],
    flags: optionFlags(parsed),
    wantsDestroyed: hasOption(parsed, 'D'),
  };
}

/** All that can be imported: shown, or imported with -a. */
function* importAll(
  run: ZpoolRun,
  found: readonly NvList[],
  options: ImportOptions,
  isAll: boolean,
): Task<number> {
  let result = 0;
  for (const [n, config] of found.entries()) {
    if (isAll) {
      if (!(yield* importOne(run, config, undefined, options))) result = 1;
      continue;
    }
    if (n > 0) yield* run.out('\n');
    yield* showImport(run, config);
  }
  if (found.length === 0) yield* run.err('no pools available to import\n');
  return result;
}

/** The one pool with this name or number. */
function* importNamed(
  run: ZpoolRun,
  found: readonly NvList[],
  options: ImportOptions,
  words: readonly string[],
): Task<number> {
  const [word = '', newName] = words;
  const isGuid = /^\d+$/.test(word);
  const matches = found.filter((config) =>
    isGuid
      ? String(nvGetUint64(config, 'pool_guid')) === word
      : nvGetString(config, 'name') === word,
  );
  const [config, ...more] = matches;
  if (config === undefined) {
    yield* run.err(`cannot import '${word}': no such pool available\n`);
    return 1;
  }
  if (more.length > 0) {
    yield* run.err(
      `cannot import '${word}': more than one matching pool\nimport by numeric ID instead\n`,
    );
    return 1;
  }
  return (yield* importOne(run, config, newName, options)) ? 0 : 1;
}

/** A pool of that name is open already. */
function* nameClash(
  run: ZpoolRun,
  words: readonly string[],
  found: readonly NvList[],
): Task<string | undefined> {
  const [word = '', newName] = words;
  const open = (yield* allPools(run.zfs)).some(
    (pool) => pool.name === word || String(nvGetUint64(pool.config, 'pool_guid')) === word,
  );
  if (!open) return undefined;
  const isFound = found.some((config) => nvGetString(config, 'name') === word);
  if (!isFound) {
    return (
      `cannot import '${word}': a pool with that name is already created/imported,\n` +
      'and no additional pools with that name were found\n'
    );
  }
  if (newName !== undefined && newName !== word) return undefined;
  return (
    `cannot import '${word}': a pool with that name already exists\n` +
    "use the form 'zpool import [-t] <pool | id> <newpool>' to give it a new temporary " +
    'or permanent name\n'
  );
}

function* unsupported(run: ZpoolRun, parsed: ParsedOptions): Task<number | undefined> {
  for (const letter of ['c', 'C', 'E', 'F', 'n', 'l', 't', 'T', 'V', 'X']) {
    if (hasOption(parsed, letter)) return yield* run.notSupported(`import -${letter}`);
  }
  return undefined;
}

export function* importPools(run: ZpoolRun, args: readonly string[]): Task<number> {
  if (args.includes('--rewind-to-checkpoint')) {
    return yield* run.notSupported('import --rewind-to-checkpoint');
  }
  const parsed = yield* run.options(args, ':aCc:d:DEfFlmnNo:rR:tT:VX');
  if (typeof parsed === 'number') return parsed;
  const isAll = hasOption(parsed, 'a');
  const words = parsed.operands;
  if (optionValue(parsed, 'c') !== undefined && hasOption(parsed, 'd')) {
    return yield* run.usage('-c is incompatible with -d');
  }
  if ((hasOption(parsed, 'n') || hasOption(parsed, 'X')) && !hasOption(parsed, 'F')) {
    return yield* run.usage('-n or -X only meaningful with -F');
  }
  if (words.length > (isAll ? 0 : 2)) return yield* run.usage('too many arguments');
  const refused = yield* unsupported(run, parsed);
  if (refused !== undefined) return refused;
  const options = takeOptions(parsed);
  if (typeof options === 'string') {
    yield* run.err(options);
    return 1;
  }
  const all = yield* search(run, options);
  if (!Array.isArray(all)) {
    if (words.length === 0) yield* run.err('cannot discover pools: permission denied\n');
    else yield* run.zfs.poolError(all as Errno, `cannot import '${words[0]}'`);
    return 1;
  }
  if (words.length > 0) {
    const clash = yield* nameClash(run, words, all);
    if (clash !== undefined) {
      yield* run.err(clash);
      return 1;
    }
  }
  const found = all.filter(
    (config) => (nvGetNumber(config, 'state') === POOL_STATE_DESTROYED) === options.wantsDestroyed,
  );
  if (words.length === 0) return yield* importAll(run, found, options, isAll);
  return yield* importNamed(run, found, options, words);
}

/** `zpool create` and `zpool add`. @man zpool-create(8), zpool-add(8)  @see zpool_main.c */
import { type NvList, nvGetListArray, nvList } from '#abi/illumos/nvpair.ts';
import { isFeatureProp, zfsProp, zpoolProp } from '#abi/illumos/zfs-prop.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import { makeRootVdev, withAshift } from '#cmd/zpool/root-vdev.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption, type ParsedOptions } from '#lib/libc/getopt.ts';
import { parseDatasetProps } from '#lib/libzfs/dataset-prop-parse.ts';
import { mountFileSystem, mountProps } from '#lib/libzfs/mount.ts';
import { poolNameProblem } from '#lib/libzfs/names.ts';
import { openPool } from '#lib/libzfs/pool.ts';
import { validPoolProps } from '#lib/libzfs/prop-parse.ts';
import { isLogVdev, vdevName, type VdevNameFlags } from '#lib/libzfs/vdev-name.ts';

/** What -o, -O, -m, -R and -t say. */
interface CreateProps {
  readonly pool: Map<string, string>;
  readonly root: Map<string, string>;
  altroot: string | undefined;
  mountpoint: string | undefined;
  tname: string | undefined;
  enablesFeatures: boolean;
}

/** `add_prop_list` for a pool: the complaint, if any. */
export function addPoolProp(
  props: Map<string, string>,
  name: string,
  value: string,
): string | undefined {
  const row = zpoolProp(name);
  if (row === undefined && !isFeatureProp(name)) {
    return `property '${name}' is not a valid pool property\n`;
  }
  const hasFeature = [...props.keys()].some(isFeatureProp);
  const isClash = row?.name === 'version' ? hasFeature : row === undefined && props.has('version');
  if (isClash) return "'feature@' and 'version' properties cannot be specified together\n";
  const normal = row?.name ?? name;
  if (props.has(normal) && normal !== 'cachefile') {
    return `property '${name}' specified multiple times\n`;
  }
  props.set(normal, value);
  return undefined;
}

function addRootProp(props: Map<string, string>, name: string, value: string): string | undefined {
  const normal = zfsProp(name)?.name ?? name;
  if (props.has(normal)) return `property '${name}' specified multiple times\n`;
  props.set(normal, value);
  return undefined;
}

function takeProp(props: CreateProps, letter: 'o' | 'O', text: string): string | undefined {
  const equals = text.indexOf('=');
  if (equals < 0) return `missing '=' for -${letter} option\n`;
  const [name, value] = [text.slice(0, equals), text.slice(equals + 1)];
  if (letter === 'O') {
    if (name !== 'mountpoint') return addRootProp(props.root, name, value);
    props.mountpoint = value;
    return undefined;
  }
  if (name === 'version' && /^\d+$/.test(value) && Number(value) < 5000) {
    props.enablesFeatures = false;
  }
  if (name === 'altroot') props.altroot = value;
  return addPoolProp(props.pool, name, value);
}

/** Takes all options in order; a text is a complaint. */
function takeOptions(parsed: ParsedOptions): CreateProps | string {
  const props: CreateProps = {
    pool: new Map(),
    root: new Map(),
    altroot: undefined,
    mountpoint: undefined,
    tname: undefined,
    enablesFeatures: !hasOption(parsed, 'd'),
  };
  for (const { letter, value } of parsed.options) {
    let complaint: string | undefined;
    if (letter === 'o' || letter === 'O') complaint = takeProp(props, letter, value);
    else if (letter === 'm') props.mountpoint = value;
    else if (letter === 'R') {
      props.altroot = value;
      complaint = addPoolProp(props.pool, 'altroot', value);
      if (!props.pool.has('cachefile')) props.pool.set('cachefile', 'none');
    } else if (letter === 't') {
      if (value.includes('/')) {
        return (
          `cannot create '${value}': invalid character '/' in temporary name\n` +
          "use 'zfs create' to create a dataset\n"
        );
      }
      complaint = addPoolProp(props.pool, 'tname', value);
      props.tname = value;
    }
    if (complaint !== undefined) return complaint;
  }
  return props;
}

/** Whether something is in the way of the pool's own file system; the complaint. */
function* mountpointProblem(
  run: ZpoolRun,
  pool: string,
  { mountpoint, altroot }: CreateProps,
): Task<string | undefined> {
  if (mountpoint === 'legacy' || mountpoint === 'none') return undefined;
  if (mountpoint !== undefined && !mountpoint.startsWith('/')) {
    return (
      `invalid mountpoint '${mountpoint}': ` + "must be an absolute path, 'legacy', or 'none'\n"
    );
  }
  const path = `${altroot ?? ''}${mountpoint ?? `/${pool}`}`;
  const hint = "use '-m' option to provide a different default\n";
  const fd = yield* run.sys.open(path, 0);
  if (isErrno(fd)) {
    return fd.name === 'ENOENT' ? undefined : `mountpoint '${path}' : ${fd.message}\n${hint}`;
  }
  const entries = yield* run.sys.getdents(fd);
  yield* run.sys.close(fd);
  if (isErrno(entries)) return `mountpoint '${path}' : ${entries.message}\n${hint}`;
  return entries.length > 2 ? `mountpoint '${path}' exists and is not empty\n${hint}` : undefined;
}

/** `print_vdev_tree`: a layout for -n. */
export function* printLayout(
  run: ZpoolRun,
  name: string | undefined,
  vdev: NvList,
  indent: number,
  wantsLogs: boolean,
  flags: VdevNameFlags = {},
): Task<void> {
  const children = nvGetListArray(vdev, 'children');
  const line = name === undefined ? '' : `\t${' '.repeat(indent)}${name}\n`;
  if (children.length === 0) {
    yield* run.out(line);
    return;
  }
  const shown = children.filter((child) => isLogVdev(child) === wantsLogs);
  if (shown.length > 0) yield* run.out(line);
  for (const child of shown) {
    yield* printLayout(run, vdevName(child, flags), child, indent + 2, false, flags);
  }
}

/** What the kernel's errors mean when devices are made part of a pool. */
export function* deviceError(
  run: ZpoolRun,
  errno: Errno,
  action: string,
  isNew: boolean,
): Task<false> {
  const { zfs } = run;
  switch (errno.name) {
    case 'EBUSY':
      return yield* zfs.errorAux(
        'EZFS_BADDEV',
        action,
        'one or more vdevs refer to the same device',
      );
    case 'EOVERFLOW':
      return yield* zfs.errorAux(
        'EZFS_BADDEV',
        action,
        isNew
          ? 'one or more devices is less than the minimum size (64M)'
          : 'device is less than the minimum size (64M)',
      );
    case 'ENOSPC':
      return yield* zfs.errorAux('EZFS_BADDEV', action, 'one or more devices is out of space');
    case 'ENOTBLK':
      return yield* zfs.errorAux(
        'EZFS_BADDEV',
        action,
        'cache device must be a disk or disk slice',
      );
    case 'ERANGE':
      return yield* zfs.errorAux('EZFS_BADPROP', action, 'record size invalid');
    default:
      return yield* zfs.poolError(errno, action);
  }
}

/** `zpool_create`; false after saying why not. */
function* createPool(run: ZpoolRun, pool: string, root: NvList, props: CreateProps): Task<boolean> {
  const { zfs } = run;
  const action = `cannot create '${pool}'`;
  const problem = poolNameProblem(pool, true);
  if (problem !== undefined) return yield* zfs.errorAux('EZFS_INVALIDNAME', action, problem);
  const context = { pool, occasion: 'create', version: 1 } as const;
  // A feature that is to stay disabled is simply not there.
  const disabled = [...props.pool].filter(([n, text]) => isFeatureProp(n) && text === 'disabled');
  const given = new Map([...props.pool].filter(([name]) => !disabled.some(([n]) => n === name)));
  const poolProps = yield* validPoolProps(zfs, given, action, context);
  if (poolProps === false) return false;
  const rootProps = yield* parseDatasetProps(zfs, props.root, action);
  if (rootProps === false) return false;
  const source = new Map(poolProps);
  if (rootProps.size > 0) source.set('root-props-nvl', nvList(rootProps));
  source.set('features', nvList(featureChoice(props, disabled)));
  const command = zfsCommand({ name: pool, config: root, source });
  const errno = yield* zfs.ioctl('ZFS_IOC_POOL_CREATE', command);
  return errno === undefined || (yield* deviceError(run, errno, action, true));
}

/** Which features the new pool gets: `all` but `disabled@…`, or only those named. */
function featureChoice(
  props: CreateProps,
  disabled: readonly (readonly [string, string])[],
): NvList {
  const choice = new Map();
  if (props.enablesFeatures) choice.set('all', { type: 'boolean' });
  for (const [name] of disabled)
    choice.set(name.replace('feature@', 'disabled@'), { type: 'boolean' });
  return choice;
}

/** Everything up to the moment when the pool is made; a number is the exit status. */
function* prepare(run: ZpoolRun, parsed: ParsedOptions, props: CreateProps): Task<NvList | number> {
  const [pool = '', ...words] = parsed.operands;
  const root = yield* makeRootVdev(run, words, {
    isForced: hasOption(parsed, 'f'),
    isReplacing: false,
    checksReplication: !hasOption(parsed, 'f'),
    pool: undefined,
  });
  if (root === undefined) return 1;
  if (nvGetListArray(root, 'children').every(isLogVdev)) {
    yield* run.err('invalid vdev specification: at least one toplevel vdev must be specified\n');
    return 1;
  }
  if (props.altroot !== undefined && !props.altroot.startsWith('/')) {
    yield* run.err(`invalid alternate root '${props.altroot}': must be an absolute path\n`);
    return 1;
  }
  const problem = yield* mountpointProblem(run, pool, props);
  if (problem !== undefined) {
    yield* run.err(problem);
    return 1;
  }
  if (props.mountpoint !== undefined) props.root.set('mountpoint', props.mountpoint);
  return withAshift(root, props.pool.get('ashift'));
}

export function* create(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, ':fndBR:m:o:O:t:');
  if (typeof parsed === 'number') return parsed;
  if (hasOption(parsed, 'B')) return yield* run.notSupported('create -B');
  const props = takeOptions(parsed);
  if (typeof props === 'string') {
    yield* run.err(props);
    return 1;
  }
  const [pool, ...words] = parsed.operands;
  if (pool === undefined) return yield* run.usage('missing pool name argument');
  if (words.length === 0) return yield* run.usage('missing vdev specification');
  if (pool.includes('/')) {
    yield* run.err(
      `cannot create '${pool}': invalid character '/' in pool name\n` +
        "use 'zfs create' to create a dataset\n",
    );
    return 1;
  }
  if (props.tname !== undefined) return yield* run.notSupported('create -t');
  const root = yield* prepare(run, parsed, props);
  if (typeof root === 'number') return root;
  if (hasOption(parsed, 'n')) {
    yield* run.out(`would create '${pool}' with the following layout:\n\n`);
    yield* printLayout(run, pool, root, 0, false);
    yield* printLayout(run, 'logs', root, 0, true);
    return 0;
  }
  if (!(yield* createPool(run, pool, root, props))) {
    if (run.zfs.lastError === 'EZFS_INVALIDNAME')
      yield* run.err('pool name may have been omitted\n');
    return 1;
  }
  const where = yield* mountProps(run.zfs, pool, props.altroot ?? '');
  return where !== undefined && (yield* mountFileSystem(run.zfs, where)) ? 0 : 1;
}

export function* add(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'fgLnPo:');
  if (typeof parsed === 'number') return parsed;
  const props = new Map<string, string>();
  for (const { letter, value } of parsed.options) {
    if (letter !== 'o') continue;
    if (!value.includes('=')) return yield* run.usage("missing '=' for -o option");
    const [name = '', text = ''] = value.split('=');
    if (name !== 'ashift' || addPoolProp(props, name, text) !== undefined)
      return yield* run.usage();
  }
  const [name, ...words] = parsed.operands;
  if (name === undefined) return yield* run.usage('missing pool name argument');
  if (words.length === 0) return yield* run.usage('missing vdev specification');
  const pool = yield* openPool(run.zfs, name);
  if (pool === undefined) return 1;
  const isForced = hasOption(parsed, 'f');
  const made = yield* makeRootVdev(run, words, {
    isForced,
    isReplacing: false,
    checksReplication: !isForced,
    pool: pool.config,
  });
  if (made === undefined) return 1;
  const root = withAshift(made, props.get('ashift'));
  if (hasOption(parsed, 'n')) {
    const flags = { path: hasOption(parsed, 'P'), guid: hasOption(parsed, 'g') };
    yield* run.out(`would update '${name}' to the following configuration:\n`);
    yield* printLayout(run, name, pool.tree, 0, false, { ...flags, typeId: true });
    yield* printLayout(run, undefined, root, 0, false, flags);
    yield* printLayout(run, 'logs', pool.tree, 0, true, flags);
    yield* printLayout(run, undefined, root, 0, true, flags);
    return 0;
  }
  const errno = yield* pool.ioctl('ZFS_IOC_VDEV_ADD', { config: root });
  if (errno === undefined) return 0;
  const action = `cannot add to '${name}'`;
  if (errno.name === 'ENOTSUP') {
    yield* run.zfs.errorAux('EZFS_BADVERSION', action, 'pool must be upgraded to add these vdevs');
  } else yield* deviceError(run, errno, action, false);
  return 1;
}

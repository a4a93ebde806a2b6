/** Ioctls on whole pools. The work is in pool/. @see uts/common/fs/zfs/zfs_ioctl.c */
import {
  type NvList,
  type NvValue,
  nvGetList,
  nvGetNumber,
  nvGetString,
  nvList,
} from '#abi/illumos/nvpair.ts';
import type { Feature } from '#abi/illumos/zfs-feature.table.ts';
import { ZFS_IMPORT_MISSING_LOG, type ZfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { EBUSY, EEXIST, EINVAL, ENOENT, EROFS, type Errno, isErrno } from '#kernel/os/errno.ts';
import { propSet } from '../dsl/dsl-prop.ts';
import type { Spa } from '../pool/spa.ts';
import { spaCreate } from '../pool/spa-create.ts';
import { spaPropGet, spaPropSet } from '../pool/spa-prop.ts';
import { spaDestroy, spaExport } from '../pool/spa-open.ts';
import { spaVdevAdd } from '../pool/spa-vdev-add.ts';
import { propsFrom } from './property.ioctl.ts';
import { poolRow, type ZfsIoctlRow, type ZfsOpen } from './ioctl-row.ts';
import { importPool, releaseAux, searchPools } from './pool-import.ts';
import { poolStats } from './pool-stats.ts';
import { type ReadRequest, SpecReader } from './vdev-spec.ts';
import type { ZfsModule } from './zfs-module.ts';

function poolCreate(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  if (module.pool(command.name) !== undefined) return EEXIST;
  const reader = new SpecReader(module);
  const request = reader.readRoot(command.config ?? new Map());
  if (isErrno(request)) return reader.failed(request);
  const { data, ...others } = request;
  const size = others.ashift === undefined ? {} : { ashift: others.ashift };
  if (data.length === 0) return reader.failed(EINVAL);
  const source = command.source ?? new Map();
  const rootProps = propsFrom(nvGetList(source, 'root-props-nvl') ?? new Map());
  if (isErrno(rootProps)) return reader.failed(rootProps);
  try {
    const spa = spaCreate(command.name, data, {
      ...module.poolOptions(),
      ...size,
      wantsFeature: featureChoice(source),
      configure: (root) => {
        for (const [name, value] of rootProps) propSet(root, name, 'local', value);
      },
    });
    const error = addOthers(spa, others);
    if (error !== undefined) return reader.failed(error);
    module.addPool(spa);
    setPoolProps(spa, source);
    module.postEvent(spa, 'pool_create');
  } catch (error) {
    reader.abandon();
    throw error;
  }
  return undefined;
}

/** Logs, spares and cache devices of a pool that was just made; without them it goes again. */
function addOthers(spa: Spa, others: Omit<ReadRequest, 'data'>): Errno | undefined {
  const { logs, spares, caches } = others;
  if (logs.length + spares.length + caches.length === 0) return undefined;
  const error = spaVdevAdd(spa, others);
  if (error !== undefined) spaDestroy(spa);
  return error;
}

/** `features` in `source`: `all` but `disabled@…`; without `all` only those named `feature@…`. */
function featureChoice(source: NvList): (feature: Feature) => boolean {
  const choice = nvGetList(source, 'features');
  return ({ name, support }) => {
    if (source.has(`feature@${name}`)) return support === 'create' || support === 'write';
    if (support !== 'create') return false;
    if (choice === undefined) return true;
    return choice.has('all') && !choice.has(`disabled@${name}`);
  };
}

/** Pool properties given at creation or import. */
function setPoolProps(spa: Spa, source: NvList): void {
  const altroot = nvGetString(source, 'altroot');
  if (altroot !== undefined) spa.altroot = altroot;
  const props = [...source].filter(([name]) => SETTABLE.includes(name));
  if (props.length > 0 && !spa.isReadOnly) spaPropSet(spa, new Map(props));
}

/** What can be set with `-o` when a pool is made or imported, beside features and altroot. */
const SETTABLE = [
  'comment',
  'delegation',
  'autoreplace',
  'failmode',
  'listsnapshots',
  'autoexpand',
  'dedupditto',
  'multihost',
  'ashift',
  'autotrim',
];

/** What destroying and exporting have in common. */
function takeAway(
  command: ZfsCommand,
  module: ZfsModule,
  open: ZfsOpen,
  close: (spa: Spa) => void,
  event: string,
): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  if (module.isAnyMounted(command.name)) return EBUSY;
  if (spa.isReadOnly && close === spaDestroy) return EROFS;
  if (command.string !== '') module.logCommand(command.name, command.string, open.context.cred);
  close(spa);
  module.removePool(spa);
  module.postEvent(spa, event);
  return undefined;
}

function poolConfigs(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  if (command.cookie === module.generation) return EEXIST;
  command.cookie = module.generation;
  const pools = module.pools().map((spa): [string, NvValue] => {
    return [spa.identity.name, nvList(poolStats(spa, module.ageNs(spa)))];
  });
  command.destination = new Map(pools);
  return undefined;
}

function stats(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  command.config = poolStats(spa, module.ageNs(spa));
  return undefined;
}

/** Where to look: `search` in `source`, as `zpool import -d` gives it. */
function searchPath(source: NvList | undefined): readonly string[] {
  const pair = source?.get('search');
  return pair?.type === 'string_array' ? pair.value : ['/dev/dsk'];
}

/** Every pool that can be found, by guid, as it would be after an import. */
function tryImport(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const found = searchPools(module, searchPath(command.source));
  command.destination = new Map(
    found.map((pool) => [String(pool.found.guid), nvList(pool.config)] as const),
  );
  for (const pool of found) pool.release();
  releaseAux(module, found);
  return undefined;
}

function poolImport(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  if (module.pool(command.name) !== undefined) return EEXIST;
  const all = searchPools(module, searchPath(command.source));
  const wanted = all.find((pool) => pool.found.guid === command.guid);
  for (const pool of all) if (pool !== wanted) pool.release();
  if (wanted === undefined) {
    releaseAux(module, all);
    return ENOENT;
  }
  try {
    const isReadOnly = nvGetNumber(command.source ?? new Map(), 'readonly') === 1;
    const mayMissLog = (command.cookie & ZFS_IMPORT_MISSING_LOG) !== 0;
    const spa = importPool(module, wanted, command.name, { isReadOnly, mayMissLog });
    module.addPool(spa);
    setPoolProps(spa, command.source ?? new Map());
    module.postEvent(spa, 'pool_import');
  } catch (error) {
    wanted.release();
    const info = wanted.config.get('load_info');
    if (info !== undefined) command.destination = new Map([['load_info', info]]);
    throw error;
  } finally {
    releaseAux(module, all);
  }
  return undefined;
}

function getProps(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  command.destination = spaPropGet(spa);
  return undefined;
}

function setProps(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  return spa.isReadOnly ? EROFS : spaPropSet(spa, command.source ?? new Map());
}

function poolSync(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  module.syncPool(spa);
  return undefined;
}

/** The event after number `cookie`; ENOENT when there is none. */
function eventsNext(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const event = module.events.after(command.cookie);
  if (event === undefined) return ENOENT;
  command.cookie = event.id;
  command.string = event.className;
  command.destination = new Map<string, NvValue>([
    ['time', { type: 'int64', value: event.timeNs }],
    ['payload', nvList(event.payload)],
  ]);
  return undefined;
}

function eventsClear(command: ZfsCommand, module: ZfsModule): undefined {
  command.cookie = module.events.clear();
  return undefined;
}

const anybody = { security: 'none', names: 'none', needsRunning: false, isLogged: false } as const;
const config = { ...anybody, security: 'config' } as const;
const readPool = { ...anybody, security: 'read', names: 'pool' } as const;

export const POOL_IOCTLS: readonly ZfsIoctlRow[] = [
  { ...poolRow('ZFS_IOC_POOL_CREATE', poolCreate), needsRunning: false },
  {
    ...poolRow('ZFS_IOC_POOL_DESTROY', (command, module, open) =>
      takeAway(command, module, open, spaDestroy, 'pool_destroy'),
    ),
    isLogged: false,
  },
  {
    ...poolRow('ZFS_IOC_POOL_EXPORT', (command, module, open) =>
      takeAway(command, module, open, spaExport, 'pool_export'),
    ),
    isLogged: false,
  },
  { ...poolRow('ZFS_IOC_POOL_IMPORT', poolImport), needsRunning: false },
  { ...config, name: 'ZFS_IOC_POOL_TRYIMPORT', run: tryImport },
  { ...anybody, name: 'ZFS_IOC_POOL_CONFIGS', run: poolConfigs },
  { ...readPool, name: 'ZFS_IOC_POOL_STATS', run: stats },
  { ...readPool, name: 'ZFS_IOC_POOL_SYNC', run: poolSync },
  { ...readPool, name: 'ZFS_IOC_POOL_GET_PROPS', run: getProps },
  poolRow('ZFS_IOC_POOL_SET_PROPS', setProps),
  { ...config, name: 'ZFS_IOC_EVENTS_NEXT', run: eventsNext },
  { ...config, name: 'ZFS_IOC_EVENTS_CLEAR', run: eventsClear },
];

/** Ioctls on whole pools. The work is in pool/. @see uts/common/fs/zfs/zfs_ioctl.c */
import {
  type NvList,
  type NvValue,
  nvGetListArray,
  nvGetUint64,
  nvList,
  nvString,
} from '#abi/illumos/nvpair.ts';
import type { ZfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { EBUSY, EEXIST, EINVAL, ENOENT, type Errno, isErrno } from '#kernel/os/errno.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import type { Spa } from '../pool/spa.ts';
import { spaCreate } from '../pool/spa-create.ts';
import { spaDestroy, spaExport } from '../pool/spa-open.ts';
import type { VdevSpec } from '../pool/vdev-create.ts';
import { poolRow, type ZfsIoctlRow } from './ioctl-row.ts';
import { importPool, searchPools } from './pool-import.ts';
import { poolStats } from './pool-stats.ts';
import { SpecReader } from './vdev-spec.ts';
import type { ZfsModule } from './zfs-module.ts';

function poolCreate(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  if (module.pool(command.name) !== undefined) return EEXIST;
  const reader = new SpecReader(module);
  const specs: VdevSpec[] = [];
  for (const child of nvGetListArray(command.config ?? new Map(), 'children')) {
    const spec = reader.read(child);
    if (isErrno(spec)) {
      reader.abandon();
      return spec;
    }
    specs.push(spec);
  }
  if (specs.length === 0) return EINVAL;
  const ashift = nvGetUint64(command.source ?? new Map(), 'ashift');
  try {
    const options = { ...module.poolOptions(), ...(ashift ? { ashift: Number(ashift) } : {}) };
    const spa = spaCreate(command.name, specs, options);
    module.addPool(spa);
    module.postPoolEvent(spa, 'pool_create');
  } catch (error) {
    reader.abandon();
    throw error;
  }
  return undefined;
}

/** What destroying and exporting have in common. */
function takeAway(
  command: ZfsCommand,
  module: ZfsModule,
  close: (spa: Spa) => void,
  event: string,
): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  if (module.isAnyMounted(command.name)) return EBUSY;
  close(spa);
  module.removePool(spa);
  module.postPoolEvent(spa, event);
  return undefined;
}

function poolConfigs(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  if (command.cookie === module.generation) return EEXIST;
  command.cookie = module.generation;
  const pools = module.pools().map((spa): [string, NvValue] => {
    return [spa.identity.name, nvList(poolStats(spa))];
  });
  command.destination = new Map(pools);
  return undefined;
}

function stats(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  command.config = poolStats(spa);
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
  return undefined;
}

function poolImport(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  if (module.pool(command.name) !== undefined) return EEXIST;
  const all = searchPools(module, searchPath(command.source));
  const wanted = all.find((pool) => pool.found.guid === command.guid);
  for (const pool of all) if (pool !== wanted) pool.release();
  if (wanted === undefined) return ENOENT;
  try {
    const spa = importPool(module, wanted, command.name);
    module.addPool(spa);
    module.postPoolEvent(spa, 'pool_import');
  } catch (error) {
    wanted.release();
    if (error instanceof ZfsError) {
      command.destination = new Map([['load_info', nvList(loadInfo(error))]]);
    }
    throw error;
  }
  return undefined;
}

function loadInfo(error: ZfsError): NvList {
  return new Map([['message', nvString(error.message)]]);
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
    ...poolRow('ZFS_IOC_POOL_DESTROY', (command, module) =>
      takeAway(command, module, spaDestroy, 'pool_destroy'),
    ),
    isLogged: false,
  },
  {
    ...poolRow('ZFS_IOC_POOL_EXPORT', (command, module) =>
      takeAway(command, module, spaExport, 'pool_export'),
    ),
    isLogged: false,
  },
  { ...poolRow('ZFS_IOC_POOL_IMPORT', poolImport), needsRunning: false },
  { ...config, name: 'ZFS_IOC_POOL_TRYIMPORT', run: tryImport },
  { ...anybody, name: 'ZFS_IOC_POOL_CONFIGS', run: poolConfigs },
  { ...readPool, name: 'ZFS_IOC_POOL_STATS', run: stats },
  { ...readPool, name: 'ZFS_IOC_POOL_SYNC', run: poolSync },
  { ...config, name: 'ZFS_IOC_EVENTS_NEXT', run: eventsNext },
  { ...config, name: 'ZFS_IOC_EVENTS_CLEAR', run: eventsClear },
];

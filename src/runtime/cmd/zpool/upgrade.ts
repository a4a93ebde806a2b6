/** `zpool upgrade`. @man zpool-upgrade(8)  @see cmd/zpool/zpool_main.c zpool_do_upgrade() */
import { SPA_FEATURES } from '#abi/illumos/zfs-feature.table.ts';
import { nvUint64 } from '#abi/illumos/nvpair.ts';
import { LEGACY_VERSIONS } from '#cmd/zpool/legacy-versions.table.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption, optionValue } from '#lib/libc/getopt.ts';
import { allPools, type Pool, poolsNamed } from '#lib/libzfs/pool.ts';
import { missingFeatures } from '#lib/libzfs/pool-status.ts';

const SPA_VERSION = 5000;
const SPA_VERSION_BEFORE_FEATURES = 28;

function isSupported(version: number): boolean {
  return (version >= 1 && version <= SPA_VERSION_BEFORE_FEATURES) || version === SPA_VERSION;
}

function versionsText(): string {
  const features = SPA_FEATURES.filter(({ support }) => support === 'create' || support === 'write')
    .map(({ name, description, isReadOnlyCompatible }) => {
      const compatible = isReadOnlyCompatible ? ' (read-only compatible)' : '';
      return `${name.padEnd(37)}${compatible}\n     ${description}\n`;
    })
    .join('');
  const versions = LEGACY_VERSIONS.map((text, n) => ` ${String(n + 1).padEnd(2)}  ${text}\n`).join(
    '',
  );
  return (
    'The following features are supported:\n\n' +
    `FEAT DESCRIPTION\n${'-'.repeat(61)}\n${features}\n` +
    'The following legacy versions are also supported:\n\n' +
    `VER  DESCRIPTION\n---  ${'-'.repeat(56)}\n${versions}` +
    '\nFor more information on a particular version, including supported releases,\n' +
    'see the ZFS Administration Guide.\n\n'
  );
}

/** `upgrade_enable_all`: how many features were enabled; undefined after an error. */
function* enableAll(run: ZpoolRun, pool: Pool): Task<number | undefined> {
  const missing = missingFeatures(pool.config);
  for (const [n, name] of missing.entries()) {
    const source = new Map([[`feature@${name}`, nvUint64(0)]]);
    const errno = yield* pool.ioctl('ZFS_IOC_POOL_SET_PROPS', { source });
    if (errno !== undefined) {
      yield* run.zfs.poolError(errno, `cannot set property for '${pool.name}'`);
      return undefined;
    }
    if (n === 0) yield* run.out(`Enabled the following features on '${pool.name}':\n`);
    yield* run.out(`  ${name}\n`);
  }
  return missing.length;
}

/** Moves a pool of an old version up; false after saying why not. */
function* upgradeVersion(run: ZpoolRun, pool: Pool, version: number): Task<boolean> {
  const errno = yield* pool.ioctl('ZFS_IOC_POOL_UPGRADE', { cookie: version });
  if (errno !== undefined) {
    return yield* run.zfs.poolError(errno, `cannot upgrade '${pool.name}'`);
  }
  const to = version >= SPA_VERSION ? 'feature flags' : `version ${version}`;
  yield* run.out(`Successfully upgraded '${pool.name}' from version ${pool.version} to ${to}.\n`);
  return true;
}

function* upgradeOne(run: ZpoolRun, pool: Pool, version: number): Task<number> {
  if (pool.name === 'log') {
    yield* run.out(
      "'log' is now a reserved word\n" +
        "Pool 'log' must be renamed using export and import to upgrade.\n",
    );
    return 1;
  }
  if (pool.version > version) {
    yield* run.out(
      `Pool '${pool.name}' is already formatted using more current version '${pool.version}'.\n\n`,
    );
    return 0;
  }
  if (version !== SPA_VERSION && pool.version === version) {
    yield* run.out(`Pool '${pool.name}' is already formatted using version ${version}.\n\n`);
    return 0;
  }
  const isOld = pool.version !== version;
  if (isOld && !(yield* upgradeVersion(run, pool, version))) return 1;
  const count = version >= SPA_VERSION ? yield* enableAll(run, pool) : 0;
  if (count === undefined) return 1;
  if (count === 0 && !isOld) {
    yield* run.out(`Pool '${pool.name}' already has all supported features enabled.\n`);
  } else yield* run.out('\n');
  return 0;
}

function* upgradeAll(run: ZpoolRun, version: number): Task<number> {
  let isFirst = true;
  for (const pool of yield* allPools(run.zfs)) {
    const isOld = pool.version < version;
    if (isOld && !(yield* upgradeVersion(run, pool, version))) return 1;
    const count = version >= SPA_VERSION ? yield* enableAll(run, pool) : 0;
    if (count === undefined) return 1;
    if (!isOld && count === 0) continue;
    isFirst = false;
    yield* run.out('\n');
  }
  if (!isFirst) return 0;
  yield* run.out(
    version === SPA_VERSION
      ? 'All pools are already formatted using feature flags.\n\n' +
          'Every feature flags pool already has all supported features enabled.\n'
      : `All pools are already formatted with version ${version} or higher.\n`,
  );
  return 0;
}

const OLDER_HEAD =
  'The following pools are formatted with legacy version numbers and can\n' +
  'be upgraded to use feature flags.  After being upgraded, these pools\n' +
  'will no longer be accessible by software that does not support feature\nflags.\n\n' +
  'VER  POOL\n---  ------------\n';
const DISABLED_HEAD =
  '\nSome supported features are not enabled on the following pools. Once a\n' +
  'feature is enabled the pool may become incompatible with software\n' +
  'that does not support the feature. See zpool-features(7) for details.\n\n' +
  'POOL  FEATURE\n---------------\n';

/** Without arguments: what could be upgraded. */
function* showUpgradable(run: ZpoolRun): Task<void> {
  const pools = yield* allPools(run.zfs);
  const older = pools.filter(({ version }) => version < SPA_VERSION);
  if (older.length === 0) yield* run.out('All pools are formatted using feature flags.\n\n');
  else {
    yield* run.out(OLDER_HEAD);
    for (const { version, name } of older) {
      yield* run.out(`${String(version).padStart(2)}   ${name}\n`);
    }
    yield* run.out("\nUse 'zpool upgrade -v' for a list of available legacy versions.\n");
  }
  const lacking = pools.filter(
    (pool) => pool.version >= SPA_VERSION && missingFeatures(pool.config).length > 0,
  );
  if (lacking.length === 0) {
    yield* run.out('Every feature flags pool has all supported features enabled.\n');
    return;
  }
  yield* run.out(DISABLED_HEAD);
  for (const pool of lacking) {
    const names = missingFeatures(pool.config).map((name) => `      ${name}\n`);
    yield* run.out(`${pool.name}\n${names.join('')}`);
  }
  yield* run.out('\n');
}

export function* upgrade(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, ':avV:');
  if (typeof parsed === 'number') return parsed;
  const isAll = hasOption(parsed, 'a');
  const names = parsed.operands;
  const given = optionValue(parsed, 'V');
  if (given !== undefined && (!/^\d+$/.test(given) || !isSupported(Number(given)))) {
    return yield* run.usage(`invalid version '${given}'`);
  }
  if (given !== undefined && !isAll && names.length === 0) {
    return yield* run.usage('-V option is incompatible with other arguments');
  }
  const version = Number(given ?? SPA_VERSION);
  const isVersions = hasOption(parsed, 'v');
  if (isVersions && (isAll || names.length > 0)) {
    return yield* run.usage('-v option is incompatible with other arguments');
  }
  if (!isVersions && isAll && names.length > 0) {
    return yield* run.usage('-a option should not be used along with a pool name');
  }
  yield* run.out('This system supports ZFS pool feature flags.\n\n');
  if (isVersions) {
    yield* run.out(versionsText());
    run.logsHistory = false;
    return 0;
  }
  if (isAll) return yield* upgradeAll(run, version);
  if (names.length === 0) {
    run.logsHistory = false;
    yield* showUpgradable(run);
    return 0;
  }
  const { pools, failed } = yield* poolsNamed(run.zfs, names);
  let result = failed ? 1 : 0;
  for (const pool of pools) if ((yield* upgradeOne(run, pool, version)) !== 0) result = 1;
  return result;
}

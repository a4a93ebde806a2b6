/** zfs upgrade. @man zfs-upgrade(8)  @see cmd/zfs/zfs_main.c zfs_do_upgrade() */
import { nvUint64 } from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { ZFS_TYPE_FILESYSTEM } from '#abi/illumos/zfs-prop.ts';
import { datasetsFor } from '#cmd/zfs/iterate.ts';
import type { ZfsRun } from '#cmd/zfs/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption, optionValue } from '#lib/libc/getopt.ts';
import type { ZfsDataset } from '#lib/libzfs/dataset.ts';
import { PropReader } from '#lib/libzfs/dataset-prop.ts';

const CURRENT = 5;
const VERSIONS = [
  'Initial ZFS filesystem version',
  'Enhanced directory entries',
  'Case insensitive and filesystem user identifier (FUID)',
  'userquota, groupquota properties',
  'System attributes',
];

function* versionOf(reader: PropReader, dataset: ZfsDataset): Task<number> {
  return Number((yield* reader.get(dataset, 'version'))?.value ?? CURRENT);
}

export function* upgrade(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'rvV:a');
  if (typeof parsed === 'number') return parsed;
  const { operands } = parsed;
  const isAll = hasOption(parsed, 'a');
  if (hasOption(parsed, 'v')) {
    if (operands.length > 0 || parsed.options.length > 1) return yield* run.usage();
    return yield* showVersions(run);
  }
  if (isAll && operands.length > 0) return yield* run.usage();
  const reader = new PropReader(run.zfs, false);
  if (!isAll && operands.length === 0) return yield* showOld(run, reader);
  const wanted = Number(optionValue(parsed, 'V') ?? CURRENT);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > CURRENT) {
    return yield* run.fail(`invalid version ${optionValue(parsed, 'V')}\n`);
  }
  const depth = isAll || hasOption(parsed, 'r') ? Infinity : 0;
  const { datasets, failed } = yield* datasetsFor(run, operands, {
    types: ZFS_TYPE_FILESYSTEM,
    depth,
  });
  let status = failed ? 1 : 0;
  let upgraded = 0;
  let same = 0;
  for (const dataset of datasets) {
    const version = yield* versionOf(reader, dataset);
    if (version >= wanted) {
      if (version > wanted) {
        yield* run.err(
          `${dataset.name}: can not be downgraded; it is already at version ${version}\n`,
        );
        status = 1;
      } else same += 1;
      continue;
    }
    const command = zfsCommand({
      name: dataset.name,
      source: new Map([['version', nvUint64(wanted)]]),
    });
    const errno = yield* run.zfs.ioctl('ZFS_IOC_SET_PROP', command);
    if (errno === undefined) upgraded += 1;
    else {
      yield* run.zfs.standardError(errno, `cannot set property for '${dataset.name}'`);
      status = 1;
    }
  }
  yield* run.out(`${upgraded} filesystems upgraded\n`);
  if (same > 0) yield* run.out(`${same} filesystems already at this version\n`);
  return status;
}

function* showVersions(run: ZfsRun): Task<number> {
  const rows = VERSIONS.map((text, i) => ` ${i + 1}   ${text}\n`);
  yield* run.out(
    'The following filesystem versions are supported:\n\nVER  DESCRIPTION\n' +
      `---  ${'-'.repeat(56)}\n${rows.join('')}\n` +
      'For more information on a particular version, including supported releases,\n' +
      'see the ZFS Administration Guide.\n\n',
  );
  return 0;
}

function* showOld(run: ZfsRun, reader: PropReader): Task<number> {
  yield* run.out(`This system is currently running ZFS filesystem version ${CURRENT}.\n\n`);
  const { datasets } = yield* datasetsFor(run, [], {
    types: ZFS_TYPE_FILESYSTEM,
    depth: Infinity,
  });
  let isFirst = true;
  for (const dataset of datasets) {
    const version = yield* versionOf(reader, dataset);
    if (version >= CURRENT) continue;
    if (isFirst) {
      yield* run.out(
        'The following filesystems are out of date, and can be upgraded.  After being\n' +
          "upgraded, these filesystems (and any 'zfs send' streams generated from\n" +
          'subsequent snapshots) will no longer be accessible by older software versions.\n\n\n' +
          'VER  FILESYSTEM\n---  ------------\n',
      );
    }
    isFirst = false;
    yield* run.out(`${String(version).padStart(2)}   ${dataset.name}\n`);
  }
  if (isFirst) yield* run.out('All filesystems are formatted with the current version.\n');
  return 0;
}

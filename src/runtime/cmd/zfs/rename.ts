/**
 * zfs rename and promote. @man zfs-rename(8)  @see libzfs_dataset.c zfs_rename(), zfs_promote()
 */
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { ZFS_TYPE_DATASET, ZFS_TYPE_FILESYSTEM, ZFS_TYPE_VOLUME } from '#abi/illumos/zfs-prop.ts';
import { checkNew, createAncestors } from '#cmd/zfs/create.ts';
import type { ZfsRun } from '#cmd/zfs/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption } from '#lib/libc/getopt.ts';
import { ChangeList } from '#lib/libzfs/changelist.ts';
import { findDataset, openZfs, poolOf, type ZfsDataset } from '#lib/libzfs/dataset.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import { datasetNameProblem } from '#lib/libzfs/names.ts';

const HEADS: number = ZFS_TYPE_FILESYSTEM | ZFS_TYPE_VOLUME;

/** The full new name of a snapshot, which may be given as `@new`; undefined after a complaint. */
function* snapshotTarget(zfs: LibZfs, dataset: ZfsDataset, to: string): Task<string | undefined> {
  if (!to.includes('@')) return `${dataset.head}@${to}`;
  const name = to.startsWith('@') ? dataset.head + to : to;
  if (name.replace(/@.*$/, '') === dataset.head) return name;
  const action = `cannot rename to '${to}'`;
  yield* zfs.errorAux('EZFS_CROSSTARGET', action, 'snapshots must be part of same dataset');
  return undefined;
}

/** Whether a file system can have this name; false after saying why not. */
function* checkTarget(zfs: LibZfs, dataset: ZfsDataset, to: string): Task<boolean> {
  const action = `cannot rename to '${to}'`;
  const kind = dataset.isFileSystem ? 'filesystem' : 'volume';
  const problem = datasetNameProblem(to, kind, true);
  if (problem !== undefined) return yield* zfs.errorAux('EZFS_INVALIDNAME', action, problem);
  if (poolOf(to) !== dataset.pool) {
    return yield* zfs.errorAux('EZFS_CROSSTARGET', action, 'datasets must be within same pool');
  }
  if (to.startsWith(`${dataset.name}/`)) {
    zfs.aux('New dataset name cannot be a descendant of current dataset name');
    return yield* zfs.error('EZFS_INVALIDNAME', action);
  }
  if (!(yield* checkNew(zfs, to, kind, action))) return false;
  return true;
}

export function* rename(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'prf');
  if (typeof parsed === 'number') return parsed;
  const [from, to, ...more] = parsed.operands;
  const isRecursive = hasOption(parsed, 'r');
  const hasParents = hasOption(parsed, 'p');
  if (from === undefined) return yield* run.usage('missing source dataset argument');
  if (to === undefined) return yield* run.usage('missing target dataset argument');
  if (more.length > 0) return yield* run.usage('too many arguments');
  if (isRecursive && hasParents) {
    return yield* run.usage('-p and -r options are mutually exclusive');
  }
  if (isRecursive && !from.includes('@')) {
    return yield* run.usage('source dataset for recursive rename must be a snapshot');
  }
  const { zfs } = run;
  const dataset = yield* openZfs(zfs, from, hasParents ? HEADS : ZFS_TYPE_DATASET);
  if (dataset === undefined) return 1;
  if (hasParents && !(yield* createAncestors(run, to))) return 1;
  const action = `cannot rename '${from}'`;
  if (dataset.isSnapshot) return yield* renameSnapshot(run, dataset, to, isRecursive);
  if (dataset.name === to) return 0;
  if (!(yield* checkTarget(zfs, dataset, to))) return 1;
  if (!dataset.name.includes('/')) {
    yield* zfs.errorAux('EZFS_BADTYPE', action, 'dataset is the root of the pool');
    return 1;
  }
  const changes = yield* ChangeList.forRename(zfs, dataset, hasOption(parsed, 'f'));
  if (!(yield* changes.prefix())) return 1;
  const errno = yield* zfs.ioctl('ZFS_IOC_RENAME', zfsCommand({ name: from, value: to }));
  if (errno === undefined) changes.renamed(from, to);
  const isMounted = yield* changes.postfix();
  if (errno === undefined) return isMounted ? 0 : 1;
  if (errno.name === 'ENAMETOOLONG') {
    yield* zfs.errorAux('EZFS_INVALIDNAME', action, 'name is too long');
  } else yield* zfs.standardError(errno, action);
  return 1;
}

function* renameSnapshot(
  run: ZfsRun,
  dataset: ZfsDataset,
  to: string,
  isRecursive: boolean,
): Task<number> {
  const { zfs } = run;
  const value = yield* snapshotTarget(zfs, dataset, to);
  if (value === undefined) return 1;
  if (value === dataset.name) return 0;
  const problem = datasetNameProblem(value, 'snapshot', true);
  if (problem !== undefined) {
    yield* zfs.errorAux('EZFS_INVALIDNAME', `cannot rename to '${value}'`, problem);
    return 1;
  }
  const cookie = isRecursive ? 1 : 0;
  const command = zfsCommand({ name: dataset.name, value, cookie });
  const errno = yield* zfs.ioctl('ZFS_IOC_RENAME', command);
  if (errno === undefined) return 0;
  const action = `cannot rename '${dataset.name}'`;
  if (isRecursive && errno.name === 'EEXIST') {
    zfs.aux('a child dataset already has a snapshot with the new name');
    yield* zfs.error('EZFS_EXISTS', action);
  } else yield* zfs.standardError(errno, action);
  return 1;
}

export function* promote(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, '');
  if (typeof parsed === 'number') return parsed;
  const [name, ...more] = parsed.operands;
  if (name === undefined) return yield* run.usage('missing clone filesystem argument');
  if (more.length > 0) return yield* run.usage('too many arguments');
  const { zfs } = run;
  const clone = yield* openZfs(zfs, name, HEADS);
  if (clone === undefined) return 1;
  const action = `cannot promote '${name}'`;
  const origin = clone.stats?.origin ?? '';
  if (origin === '') {
    yield* zfs.errorAux('EZFS_BADTYPE', action, 'not a cloned filesystem');
    return 1;
  }
  const command = zfsCommand({ name });
  const errno = yield* zfs.ioctl('ZFS_IOC_PROMOTE', command);
  if (errno === undefined) return 0;
  if (errno.name === 'EEXIST') {
    const parent = (yield* findDataset(zfs, origin))?.head ?? origin.replace(/@.*$/, '');
    zfs.aux(`conflicting snapshot '${command.string}' from parent '${parent}'`);
    yield* zfs.error('EZFS_EXISTS', action);
  } else yield* zfs.standardError(errno, action);
  return 1;
}

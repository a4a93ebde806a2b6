/** zfs diff. @man zfs-diff(8)  @see cmd/zfs/zfs_main.c zfs_do_diff(), libzfs_diff.c */
import { ZFS_TYPE_FILESYSTEM } from '#abi/illumos/zfs-prop.ts';
import type { ZfsRun } from '#cmd/zfs/run.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption } from '#lib/libc/getopt.ts';
import { mountedDatasets, openZfs } from '#lib/libzfs/dataset.ts';
import { type DiffFlags, diffTemporarySnapshot, zfsShowDiffs } from '#lib/libzfs/diff.ts';
import { datasetNameProblem } from '#lib/libzfs/names.ts';

interface Names {
  /** The file system whose paths are shown. */
  readonly fs: string;
  readonly from: string;
  /** undefined for the present. */
  readonly to: string | undefined;
}

/** `get_snapshot_names`: what is compared, or undefined after saying why that can't be. */
function* snapshotNames(run: ZfsRun, first: string, second?: string): Task<Names | undefined> {
  const { zfs } = run;
  if (second === undefined) {
    const problem = datasetNameProblem(first, 'snapshot', false);
    if (problem === undefined) {
      return { fs: first.replace(/@.*$/, ''), from: first, to: undefined };
    }
    yield* zfs.errorAux('EZFS_INVALIDNAME', `Badly formed snapshot name ${first}`, problem);
    return undefined;
  }
  const [fromFs = '', fromSnap] = first.split('@');
  const [toFs = '', toSnap] = second.split('@');
  const isBad = fromSnap === undefined || fromSnap === '' || toSnap === '';
  if (isBad || (fromFs === '' && toFs === '')) {
    const action = 'Unable to determine which snapshots to compare';
    yield* zfs.error('EZFS_INVALIDNAME', action);
    return undefined;
  }
  const fs = fromFs === '' ? toFs : fromFs;
  if (toFs !== '' && toFs !== fs) {
    // Another file system is right when it is a clone.
    const other = yield* openZfs(zfs, toFs, ZFS_TYPE_FILESYSTEM);
    const origin = other?.stats?.origin ?? '';
    if (!origin.startsWith(`${fs}@`)) {
      yield* zfs.error('EZFS_INVALIDNAME', 'Not an earlier snapshot from the same fs');
      return undefined;
    }
    const to = toSnap === undefined ? undefined : second;
    return { fs: toFs, from: `${fs}@${fromSnap}`, to };
  }
  return {
    fs,
    from: `${fs}@${fromSnap}`,
    to: toSnap === undefined ? undefined : `${fs}@${toSnap}`,
  };
}

export function* diff(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'FHt');
  if (typeof parsed === 'number') return parsed;
  const [first, second, ...more] = parsed.operands;
  if (first === undefined) return yield* run.usage('must provide at least one snapshot name');
  if (more.length > 0) return yield* run.usage('too many arguments');
  const { zfs } = run;
  const named = first.startsWith('@') ? second : first;
  if (named === undefined) return yield* run.usage();
  const opened = yield* openZfs(zfs, named.replace(/@.*$/, ''), ZFS_TYPE_FILESYSTEM);
  if (opened === undefined) return 1;
  const names = yield* snapshotNames(run, first, second);
  if (names === undefined) return 1;
  const mount = (yield* mountedDatasets(zfs)).findLast(({ name }) => name === names.fs);
  if (mount === undefined) {
    yield* zfs.error('EZFS_BADTYPE', 'Cannot diff an unmounted snapshot');
    return 1;
  }
  const to = names.to ?? (yield* diffTemporarySnapshot(zfs, names.fs));
  if (isErrno(to)) {
    yield* zfs.standardError(to, `cannot create snapshot of '${names.fs}'`);
    return 1;
  }
  const flags: DiffFlags = {
    isClassified: hasOption(parsed, 'F'),
    isParsable: hasOption(parsed, 'H'),
    hasTimes: hasOption(parsed, 't'),
  };
  const goal = { from: names.from, to, mountPoint: mount.mountPoint };
  return (yield* zfsShowDiffs(zfs, goal, flags)) ? 0 : 1;
}

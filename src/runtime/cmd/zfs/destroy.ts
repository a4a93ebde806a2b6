/**
 * zfs destroy: datasets with what hangs on them, ranges of snapshots, bookmarks.
 * @man zfs-destroy(8)  @see cmd/zfs/zfs_main.c zfs_do_destroy()
 */
import { nvBoolean, nvGetUint64, nvList, nvString, type NvValue } from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { ZFS_TYPE_FILESYSTEM, ZFS_TYPE_VOLUME } from '#abi/illumos/zfs-prop.ts';
import type { ZfsRun } from '#cmd/zfs/run.ts';
import { errnoByNumber, type Errno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption } from '#lib/libc/getopt.ts';
import { unmountDataset } from '#lib/libzfs/changelist.ts';
import {
  clonesOf,
  dependentsOf,
  findDataset,
  openZfs,
  snapshotsOf,
  treeOf,
  type ZfsDataset,
} from '#lib/libzfs/dataset.ts';
import { datasetNameProblem } from '#lib/libzfs/names.ts';
import { zfsNicenum } from '#lib/libzfs/nicenum.ts';

interface DestroyOptions {
  readonly isForced: boolean;
  readonly isDryRun: boolean;
  readonly isParsable: boolean;
  readonly isVerbose: boolean;
  readonly isRecursive: boolean;
  readonly hasClones: boolean;
  readonly isDefer: boolean;
}

class Destroyer {
  readonly run: ZfsRun;
  readonly options: DestroyOptions;

  constructor(run: ZfsRun, options: DestroyOptions) {
    this.run = run;
    this.options = options;
  }

  *tell(name: string): Task<void> {
    const { isVerbose, isParsable, isDryRun } = this.options;
    if (!isVerbose) return;
    const verb = isDryRun ? 'would destroy' : 'will destroy';
    yield* this.run.out(isParsable ? `destroy\t${name}\n` : `${verb} ${name}\n`);
  }

  /** `destroy_check_dependent`: false after saying what stands in the way. */
  *check(target: ZfsDataset, dependents: readonly ZfsDataset[]): Task<boolean> {
    const { isRecursive, hasClones } = this.options;
    if (hasClones) return true;
    let isFirst = true;
    for (const { name } of dependents) {
      const isBelow = /^[/@]/.test(name.slice(target.name.length)) && name.startsWith(target.name);
      if (isBelow && isRecursive) continue;
      // Clones elsewhere matter only when their origins are to go.
      if (!isBelow && !isRecursive && !target.isSnapshot) continue;
      if (isFirst) {
        const what = isBelow ? 'children' : 'dependent clones';
        yield* this.run.err(
          `cannot destroy '${target.name}': ${target.typeName} has ${what}\n` +
            `use '-${isBelow ? 'r' : 'R'}' to destroy the following datasets:\n`,
        );
      }
      isFirst = false;
      yield* this.run.err(`${name}\n`);
    }
    return isFirst;
  }

  /** Destroys a file system or volume that nothing depends on any more. */
  *head(dataset: ZfsDataset): Task<boolean> {
    const { zfs } = this.run;
    // The pool's own file system stays.
    if (!dataset.name.includes('/')) return true;
    yield* this.tell(dataset.name);
    if (this.options.isDryRun) return true;
    if (!(yield* unmountDataset(zfs, dataset.name, this.options.isForced))) return false;
    const errno = yield* zfs.ioctl('ZFS_IOC_DESTROY', zfsCommand({ name: dataset.name }));
    if (errno === undefined) return true;
    return yield* zfs.standardError(errno, `cannot destroy '${dataset.name}'`);
  }

  /** Destroys snapshots of one pool in one go. */
  *snapshots(names: readonly string[]): Task<boolean> {
    const { zfs } = this.run;
    const [first] = names;
    if (first === undefined || this.options.isDryRun) return true;
    for (const name of names) yield* unmountDataset(zfs, name, true);
    const snaps = nvList(new Map(names.map((name) => [name, nvBoolean()])));
    const source = new Map<string, NvValue>([['snaps', snaps]]);
    if (this.options.isDefer) source.set('defer', nvBoolean());
    const pool = first.replace(/[/@].*$/, '');
    const command = zfsCommand({ name: pool, source });
    const errno = yield* zfs.ioctl('ZFS_IOC_DESTROY_SNAPS', command);
    if (errno === undefined) return true;
    const errors = [...(command.destination ?? new Map<string, NvValue>())];
    if (errors.length === 0) return yield* this.#snapError(first, errno);
    for (const [name, pair] of errors) {
      const number = pair.type === 'int32' ? pair.value : errno.number;
      yield* this.#snapError(name, errnoByNumber(number) ?? errno);
    }
    return false;
  }

  *#snapError(name: string, errno: Errno): Task<false> {
    const action = `cannot destroy snapshot ${name}`;
    const { zfs } = this.run;
    if (errno.name === 'EEXIST') {
      return yield* zfs.errorAux('EZFS_EXISTS', action, 'snapshot is cloned');
    }
    return yield* zfs.standardError(errno, action);
  }

  /** Datasets in an order in which they can go; snapshots in a row together. */
  *all(datasets: readonly ZfsDataset[]): Task<boolean> {
    let batch: string[] = [];
    for (const dataset of datasets) {
      if (dataset.isSnapshot) {
        yield* this.tell(dataset.name);
        batch.push(dataset.name);
        continue;
      }
      if (!(yield* this.snapshots(batch))) return false;
      batch = [];
      if (!(yield* this.head(dataset))) return false;
    }
    return yield* this.snapshots(batch);
  }
}

/** Names of snapshots of a file system that `a,b%c,%d` stands for; gaps are told. */
function* snapshotNames(run: ZfsRun, fs: string, spec: string): Task<string[]> {
  const all = (yield* snapshotsOf(run.zfs, fs)).map(({ name }) => name.slice(fs.length + 1));
  const found: string[] = [];
  for (const part of spec.split(',')) {
    if (!part.includes('%')) {
      if (all.includes(part)) found.push(part);
      continue;
    }
    const [first = '', last = ''] = part.split('%');
    const from = first === '' ? 0 : all.indexOf(first);
    const to = last === '' ? all.length - 1 : all.indexOf(last);
    if (from < 0 || to < 0) {
      const missing = from < 0 ? first : last;
      yield* run.err(`cannot open '${fs}@${missing}': snapshot does not exist\n`);
      continue;
    }
    found.push(...all.slice(from, to + 1));
  }
  return [...new Set(found)];
}

/** What would be free after the snapshots of `fs` are gone. */
function* reclaimed(run: ZfsRun, names: readonly string[]): Task<bigint> {
  let sum = 0n;
  const byHead = new Map<string, string[]>();
  for (const name of names) {
    const head = name.replace(/@.*$/, '');
    byHead.set(head, [...(byHead.get(head) ?? []), name]);
  }
  for (const [, own] of byHead) {
    const [first = ''] = own;
    const last = own.at(-1) ?? first;
    const source = new Map([['firstsnap', nvString(first)]]);
    const command = zfsCommand({ name: last, source });
    const errno = yield* run.zfs.ioctl('ZFS_IOC_SPACE_SNAPS', command);
    if (errno === undefined) sum += nvGetUint64(command.destination ?? new Map(), 'used') ?? 0n;
  }
  return sum;
}

function* destroySnapshots(
  run: ZfsRun,
  options: DestroyOptions,
  fs: string,
  spec: string,
): Task<number> {
  const head = yield* openZfs(run.zfs, fs, ZFS_TYPE_FILESYSTEM | ZFS_TYPE_VOLUME);
  if (head === undefined) return 1;
  const heads = options.isRecursive ? yield* treeOf(run.zfs, head) : [head];
  const names: string[] = [];
  for (const { name } of heads) {
    for (const each of yield* snapshotNames(run, name, spec)) names.push(`${name}@${each}`);
  }
  if (names.length === 0) {
    return yield* run.fail('could not find any snapshots to destroy; check snapshot names.\n');
  }
  const destroyer = new Destroyer(run, options);
  const order: ZfsDataset[] = [];
  for (const name of names) {
    const snapshot = yield* findDataset(run.zfs, name);
    if (snapshot === undefined) continue;
    if (!options.isDefer || options.hasClones) {
      const dependents = yield* dependentsOf(run.zfs, snapshot);
      const isClear = clonesOf(snapshot).length === 0;
      // -d leaves a snapshot with clones until they are gone.
      if (!isClear && !(yield* destroyer.check(snapshot, dependents))) return 1;
      order.push(...dependents);
    }
    order.push(snapshot);
  }
  const space = options.isVerbose ? yield* reclaimed(run, names) : 0n;
  const isGood = yield* destroyer.all(order);
  if (options.isVerbose) {
    const verb = options.isDryRun ? 'would reclaim' : 'will reclaim';
    const text = options.isParsable ? `reclaim\t${space}` : `${verb} ${zfsNicenum(space)}`;
    yield* run.out(`${text}\n`);
  }
  return isGood ? 0 : 1;
}

function* destroyBookmark(run: ZfsRun, name: string): Task<number> {
  const [head = ''] = name.split('#');
  const problem = datasetNameProblem(name, 'bookmark', false);
  const action = `cannot destroy bookmark ${name}`;
  if (problem !== undefined) {
    yield* run.zfs.errorAux('EZFS_INVALIDNAME', `cannot open '${name}'`, problem);
    return 1;
  }
  const command = zfsCommand({ name: head, source: new Map([[name, nvBoolean()]]) });
  const marks = zfsCommand({ name: head });
  yield* run.zfs.ioctl('ZFS_IOC_GET_BOOKMARKS', marks);
  if (marks.destination?.has(name.slice(head.length + 1)) !== true) {
    return yield* run.fail(`bookmark '${name}' does not exist.\n`);
  }
  const errno = yield* run.zfs.ioctl('ZFS_IOC_DESTROY_BOOKMARKS', command);
  if (errno === undefined) return 0;
  yield* run.zfs.standardError(errno, action);
  return 1;
}

function* destroyHead(run: ZfsRun, options: DestroyOptions, name: string): Task<number> {
  const dataset = yield* openZfs(run.zfs, name, ZFS_TYPE_FILESYSTEM | ZFS_TYPE_VOLUME);
  if (dataset === undefined) return 1;
  const isAny = options.isRecursive || options.hasClones;
  if (!isAny && !name.includes('/')) {
    return yield* run.fail(
      `cannot destroy '${name}': operation does not apply to pools\n` +
        `use 'zfs destroy -r ${name}' to destroy all datasets in the pool\n` +
        `use 'zpool destroy ${name}' to destroy the pool itself\n`,
    );
  }
  const destroyer = new Destroyer(run, options);
  const dependents = yield* dependentsOf(run.zfs, dataset);
  if (!(yield* destroyer.check(dataset, dependents))) return 1;
  // Without -r nothing below is there; clones elsewhere do not depend on the head.
  const order = isAny ? [...dependents, dataset] : [dataset];
  return (yield* destroyer.all(order)) ? 0 : 1;
}

export function* destroy(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'vpndfrR');
  if (typeof parsed === 'number') return parsed;
  const has = (letter: string): boolean => hasOption(parsed, letter);
  const options: DestroyOptions = {
    isForced: has('f'),
    isDryRun: has('n'),
    isParsable: has('p'),
    isVerbose: has('v') || has('p'),
    isRecursive: has('r') || has('R'),
    hasClones: has('R'),
    isDefer: has('d'),
  };
  const [name, ...more] = parsed.operands;
  if (name === undefined) return yield* run.usage('missing dataset argument');
  if (more.length > 0) return yield* run.usage('too many arguments');
  const at = name.indexOf('@');
  if (at >= 0) return yield* destroySnapshots(run, options, name.slice(0, at), name.slice(at + 1));
  if (name.includes('#')) return yield* destroyBookmark(run, name);
  if (options.isDefer) return yield* run.usage('-d can only be used with snapshots');
  return yield* destroyHead(run, options, name);
}

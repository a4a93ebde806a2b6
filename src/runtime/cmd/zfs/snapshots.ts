/**
 * zfs snapshot, rollback, bookmark, hold, holds and release.
 * @see cmd/zfs/zfs_main.c zfs_do_snapshot(), zfs_do_rollback(), zfs_do_hold()
 */
import {
  type NvList,
  nvBoolean,
  nvGetUint64,
  nvList,
  nvString,
  type NvValue,
} from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { ZFS_TYPE_FILESYSTEM, ZFS_TYPE_SNAPSHOT, ZFS_TYPE_VOLUME } from '#abi/illumos/zfs-prop.ts';
import { parseProps } from '#cmd/zfs/create.ts';
import type { ZfsRun } from '#cmd/zfs/run.ts';
import { errnoByNumber, type Errno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption } from '#lib/libc/getopt.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';
import {
  bookmarksOf,
  dependentsOf,
  findDataset,
  openZfs,
  snapshotsOf,
  treeOf,
  type ZfsDataset,
} from '#lib/libzfs/dataset.ts';
import { parseDatasetProps } from '#lib/libzfs/dataset-prop-parse.ts';
import { unmountDataset } from '#lib/libzfs/changelist.ts';
import { datasetNameProblem } from '#lib/libzfs/names.ts';

const HEADS: number = ZFS_TYPE_FILESYSTEM | ZFS_TYPE_VOLUME;

/** Errors by name that an ioctl answered; the first argument's when it named none. */
function errorsOf(destination: NvList | undefined, errno: Errno, name: string): [string, Errno][] {
  const errors = [...(destination ?? new Map<string, NvValue>())];
  if (errors.length === 0) return [[name, errno]];
  return errors.map(([each, pair]) => {
    const number = pair.type === 'int32' ? pair.value : errno.number;
    return [each, errnoByNumber(number) ?? errno];
  });
}

export function* snapshot(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'ro:');
  if (typeof parsed === 'number') return parsed;
  const texts = yield* parseProps(run, parsed);
  if (typeof texts === 'number') return texts;
  if (parsed.operands.length === 0) return yield* run.usage('missing snapshot argument');
  const names: string[] = [];
  for (const operand of parsed.operands) {
    const at = operand.indexOf('@');
    if (at < 0) return yield* run.usage();
    const head = yield* openZfs(run.zfs, operand.slice(0, at), HEADS);
    if (head === undefined) return yield* run.usage();
    const heads = hasOption(parsed, 'r') ? yield* treeOf(run.zfs, head) : [head];
    names.push(...heads.map(({ name }) => name + operand.slice(at)));
  }
  const [first = ''] = names;
  const action = (name: string): string => `cannot create snapshot '${name}'`;
  for (const name of names) {
    const problem = datasetNameProblem(name, 'snapshot', true);
    if (problem === undefined) continue;
    yield* run.zfs.errorAux('EZFS_INVALIDNAME', action(name), problem);
    return yield* run.fail('no snapshots were created\n');
  }
  const props = yield* parseDatasetProps(run.zfs, texts, action(first), {
    type: ZFS_TYPE_SNAPSHOT,
    exists: false,
  });
  if (props === false) return yield* run.fail('no snapshots were created\n');
  const source = new Map([
    ['snaps', nvList(new Map(names.map((name) => [name, nvBoolean()])))],
    ['props', nvList(props)],
  ]);
  const pool = first.replace(/[/@].*$/, '');
  const command = zfsCommand({ name: pool, source });
  const errno = yield* run.zfs.ioctl('ZFS_IOC_SNAPSHOT', command);
  if (errno === undefined) return 0;
  if (errno.name === 'EXDEV' && (command.destination?.size ?? 0) === 0) {
    run.zfs.aux('multiple snapshots of same fs not allowed');
    yield* run.zfs.error('EZFS_EXISTS', 'cannot create snapshots ');
    return yield* run.fail('no snapshots were created\n');
  }
  let culprit = first;
  if (errno.name === 'EEXIST') {
    for (const name of names) {
      if ((yield* findDataset(run.zfs, name)) === undefined) continue;
      culprit = name;
      break;
    }
  }
  for (const [name, error] of errorsOf(command.destination, errno, culprit)) {
    yield* run.zfs.standardError(error, action(name));
  }
  return yield* run.fail('no snapshots were created\n');
}

/** What is newer than the snapshot that is gone back to. */
function* newerThan(run: ZfsRun, target: ZfsDataset): Task<ZfsDataset[]> {
  const all = [
    ...(yield* snapshotsOf(run.zfs, target.head)),
    ...(yield* bookmarksOf(run.zfs, target.head)),
  ];
  const isNewer = (each: ZfsDataset): boolean =>
    each.createTxg > target.createTxg && each.name !== target.name;
  return all.filter(isNewer);
}

export function* rollback(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'rRf');
  if (typeof parsed === 'number') return parsed;
  const hasClones = hasOption(parsed, 'R');
  const isRecursive = hasOption(parsed, 'r') || hasClones;
  const [name, ...more] = parsed.operands;
  if (name === undefined) return yield* run.usage('missing dataset argument');
  if (more.length > 0) return yield* run.usage('too many arguments');
  const { zfs } = run;
  const target = yield* openZfs(zfs, name, ZFS_TYPE_SNAPSHOT);
  if (target === undefined) return 1;
  const newer = yield* newerThan(run, target);
  if (newer.length > 0 && !isRecursive) {
    yield* run.err(
      `cannot rollback to '${name}': more recent snapshots or bookmarks exist\n` +
        "use '-r' to force deletion of the following snapshots and bookmarks:\n" +
        newer.map((each) => `${each.name}\n`).join(''),
    );
    return 1;
  }
  const clones: ZfsDataset[] = [];
  for (const each of newer) clones.push(...(yield* dependentsOf(zfs, each)));
  if (clones.length > 0 && !hasClones) {
    yield* run.err(
      `cannot rollback to '${name}': clones of previous snapshots exist\n` +
        "use '-R' to force deletion of the following clones and dependents:\n" +
        clones.map((each) => `${each.name}\n`).join(''),
    );
    return 1;
  }
  for (const each of [...clones, ...newer.toReversed()]) {
    if (!(yield* remove(run, each, hasOption(parsed, 'f')))) return 1;
  }
  const command = zfsCommand({ name: target.head, value: name });
  const errno = yield* zfs.ioctl('ZFS_IOC_ROLLBACK', command);
  if (errno === undefined) return 0;
  const action = `cannot rollback '${target.head}'`;
  if (errno.name === 'EEXIST') {
    zfs.aux(`there is a snapshot or bookmark more recent\nthan '${name}'`);
    yield* zfs.error('EZFS_EXISTS', action);
  } else yield* zfs.standardError(errno, action);
  return 1;
}

/** Destroys what rollback must have out of the way. */
function* remove(run: ZfsRun, dataset: ZfsDataset, isForced: boolean): Task<boolean> {
  const { zfs } = run;
  const { name } = dataset;
  const action = `cannot destroy '${name}'`;
  if (name.includes('#')) {
    const source = new Map([[name, nvBoolean()]]);
    const command = zfsCommand({ name: dataset.head, source });
    const errno = yield* zfs.ioctl('ZFS_IOC_DESTROY_BOOKMARKS', command);
    return errno === undefined || (yield* zfs.standardError(errno, action));
  }
  if (!(yield* unmountDataset(zfs, name, isForced || dataset.isSnapshot))) return false;
  const errno = yield* zfs.ioctl('ZFS_IOC_DESTROY', zfsCommand({ name }));
  return errno === undefined || (yield* zfs.standardError(errno, action));
}

const BOOKMARK_ERRORS: Readonly<Record<string, string>> = {
  EXDEV: 'bookmark is in a different pool',
  EEXIST: 'bookmark exists',
  EINVAL: 'invalid argument',
  ENOTSUP: 'bookmark feature not enabled',
  ENOSPC: 'out of space',
  ENOENT: 'dataset does not exist',
};

export function* bookmark(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, '');
  if (typeof parsed === 'number') return parsed;
  const [from, given] = parsed.operands;
  if (from === undefined) return yield* run.usage('missing snapshot argument');
  if (given === undefined) return yield* run.usage('missing bookmark argument');
  if (!given.includes('#'))
    return yield* run.usage(`invalid bookmark name '${given}' -- must contain a '#'`);
  const [head = ''] = from.split(/[@#]/);
  const name = given.startsWith('#') ? head + given : given;
  const source = from.startsWith('@') ? given.replace(/#.*$/, '') + from : from;
  const { zfs } = run;
  const problem = datasetNameProblem(source, 'snapshot', false);
  if (problem !== undefined)
    return yield* run.usage(`invalid snapshot name '${source}': ${problem}`);
  if ((yield* openZfs(zfs, source, ZFS_TYPE_SNAPSHOT)) === undefined) return yield* run.usage();
  const command = zfsCommand({
    name: name.replace(/#.*$/, ''),
    source: new Map([[name, nvString(source)]]),
  });
  const errno = yield* zfs.ioctl('ZFS_IOC_BOOKMARK', command);
  if (errno === undefined) return 0;
  const [[, error] = ['', errno]] = errorsOf(command.destination, errno, name);
  const why = BOOKMARK_ERRORS[error.name] ?? error.message;
  return yield* run.fail(`cannot create bookmark '${name}': ${why}\n`);
}

/** Snapshots of one name in all file systems below, or the one. */
function* snapshotsNamed(run: ZfsRun, name: string, isRecursive: boolean): Task<string[] | false> {
  const at = name.indexOf('@');
  if (at < 0) {
    yield* run.err(`'${name}' is not a snapshot\n`);
    return false;
  }
  const head = yield* openZfs(run.zfs, name.slice(0, at), HEADS);
  if (head === undefined) return false;
  if (!isRecursive) return [name];
  const found: string[] = [];
  for (const each of yield* treeOf(run.zfs, head)) {
    const full = each.name + name.slice(at);
    if ((yield* findDataset(run.zfs, full)) !== undefined) found.push(full);
  }
  return found;
}

function* holdOrRelease(run: ZfsRun, args: readonly string[], isHold: boolean): Task<number> {
  const parsed = yield* run.options(args, 'rt');
  if (typeof parsed === 'number') return parsed;
  const [tag, ...names] = parsed.operands;
  if (tag === undefined || names.length === 0) return yield* run.usage();
  if (isHold && tag.startsWith('.')) return yield* run.fail("tag may not start with '.'\n");
  let status = 0;
  for (const name of names) {
    const snapshots = yield* snapshotsNamed(run, name, hasOption(parsed, 'r'));
    if (snapshots === false) {
      status = 1;
      continue;
    }
    const isGood = isHold
      ? yield* hold(run, snapshots, tag, name)
      : yield* release(run, snapshots, tag, name);
    if (!isGood) status = 1;
  }
  return status;
}

function* hold(
  run: ZfsRun,
  snapshots: readonly string[],
  tag: string,
  name: string,
): Task<boolean> {
  const { zfs } = run;
  const holds = nvList(new Map(snapshots.map((each) => [each, nvString(tag)])));
  const command = zfsCommand({
    name: name.replace(/@.*$/, ''),
    source: new Map([['holds', holds]]),
  });
  const errno = yield* zfs.ioctl('ZFS_IOC_HOLD', command);
  const isPartial = (command.destination?.size ?? 0) > 0;
  if (errno === undefined && !isPartial) return true;
  const first = errno ?? (errnoByNumber(2) as Errno);
  for (const [each, error] of errorsOf(command.destination, first, snapshots[0] ?? name)) {
    const action = `cannot hold snapshot '${each}'`;
    if (error.name === 'EEXIST') yield* zfs.error('EZFS_REFTAG_HOLD', action);
    else if (error.name === 'E2BIG') yield* zfs.error('EZFS_TAGTOOLONG', action);
    else if (error.name === 'EINVAL') yield* zfs.error('EZFS_BADTYPE', action);
    else yield* zfs.standardError(error, action);
  }
  return false;
}

function* release(
  run: ZfsRun,
  snapshots: readonly string[],
  tag: string,
  name: string,
): Task<boolean> {
  const { zfs } = run;
  const tags = nvList(new Map([[tag, nvBoolean()]]));
  const source = new Map(snapshots.map((each) => [each, tags]));
  const command = zfsCommand({ name: name.replace(/@.*$/, ''), source });
  const errno = yield* zfs.ioctl('ZFS_IOC_RELEASE', command);
  const isPartial = (command.destination?.size ?? 0) > 0;
  if (errno === undefined && !isPartial) return true;
  const first = errno ?? (errnoByNumber(3) as Errno);
  for (const [each, error] of errorsOf(command.destination, first, snapshots[0] ?? name)) {
    const [snapshot = each, missing] = each.split('#');
    const action = `cannot release hold from snapshot '${snapshot}'`;
    // A tag that is not there is told as SNAPSHOT#TAG.
    const isTag = error.name === 'ESRCH' || missing !== undefined;
    if (isTag) yield* zfs.error('EZFS_REFTAG_RELE', action);
    else if (error.name === 'EINVAL') yield* zfs.error('EZFS_BADTYPE', action);
    else yield* zfs.standardError(error, action);
  }
  return false;
}

export const holdSnapshots = (run: ZfsRun, args: readonly string[]): Task<number> =>
  holdOrRelease(run, args, true);

export const releaseSnapshots = (run: ZfsRun, args: readonly string[]): Task<number> =>
  holdOrRelease(run, args, false);

export function* holds(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'rH');
  if (typeof parsed === 'number') return parsed;
  if (parsed.operands.length === 0) return yield* run.usage();
  const isScripted = hasOption(parsed, 'H');
  const rows: [name: string, tag: string, time: string][] = [];
  let status = 0;
  const zone = timezoneFrom(run.sys.env);
  for (const operand of parsed.operands) {
    const names = yield* snapshotsNamed(run, operand, hasOption(parsed, 'r'));
    if (names === false) {
      status = 1;
      continue;
    }
    for (const name of names) {
      const command = zfsCommand({ name });
      const errno = yield* run.zfs.ioctl('ZFS_IOC_GET_HOLDS', command);
      if (errno !== undefined) {
        yield* run.zfs.standardError(errno, `cannot get holds for '${name}'`);
        status = 1;
        continue;
      }
      const list = command.destination ?? new Map<string, NvValue>();
      for (const tag of list.keys()) {
        const seconds = nvGetUint64(list, tag) ?? 0n;
        const time = strftime('%a %b %e %k:%M %Y', localtime(seconds * 1_000_000_000n, zone));
        rows.push([name, tag, time]);
      }
    }
  }
  yield* printHolds(run, rows, isScripted);
  return status;
}

function* printHolds(
  run: ZfsRun,
  rows: readonly (readonly [string, string, string])[],
  isScripted: boolean,
): Task<void> {
  const nameWidth = Math.max(4, ...rows.map(([name]) => name.length));
  const tagWidth = Math.max(3, ...rows.map(([, tag]) => tag.length));
  const line = (name: string, tag: string, time: string): string =>
    isScripted
      ? `${name}\t${tag}\t${time}\n`
      : `${name.padEnd(nameWidth)}  ${tag.padEnd(tagWidth)}  ${time}\n`;
  if (!isScripted) yield* run.out(line('NAME', 'TAG', 'TIMESTAMP'));
  for (const row of rows) yield* run.out(line(...row));
}

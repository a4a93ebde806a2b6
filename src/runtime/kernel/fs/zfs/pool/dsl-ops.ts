/**
 * What can be done to datasets, by name: the checks that refuse, and the change itself as a sync task
 * of the next txg. Errors are values; the sentences are libzfs's.
 * @see uts/common/fs/zfs/zfs_ioctl.c, dsl_dataset.c, dsl_dir.c
 */
import {
  EBUSY,
  EEXIST,
  EINVAL,
  ENAMETOOLONG,
  ENOENT,
  type Errno,
  EXDEV,
} from '#kernel/os/errno.ts';
import { createDataset, createDir, createSnapshot } from '../dsl/dsl-create.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import {
  destroyHead,
  destroySnapshot,
  renameDir,
  renameSnapshot,
  rollback,
} from '../dsl/dsl-destroy.ts';
import { createFileSystem } from './spa-create.ts';
import type { Spa } from './spa.ts';
import { spaSync } from './spa-sync.ts';

/** `ZFS_MAX_DATASET_NAME_LEN`, with its NUL. */
const MAX_NAME = 256;
const COMPONENT = /^[A-Za-z0-9_.:\- ]+$/;

/** `zfs_namecheck`: what a dataset's or snapshot's name may be. */
export function checkName(name: string): Errno | undefined {
  if (name.length >= MAX_NAME) return ENAMETOOLONG;
  const [path = '', snapshot, ...rest] = name.split('@');
  if (rest.length > 0) return EINVAL;
  const components = snapshot === undefined ? path.split('/') : [...path.split('/'), snapshot];
  const isBad = (part: string): boolean => !COMPONENT.test(part) || part === '.' || part === '..';
  return components.some(isBad) ? EINVAL : undefined;
}

function runTask(spa: Spa, task: () => void): void {
  spa.syncTasks.push(task);
  spaSync(spa);
}

function splitLast(name: string): [parent: string, last: string] {
  const at = name.lastIndexOf('/');
  return [name.slice(0, Math.max(at, 0)), name.slice(at + 1)];
}

/** A new file system. */
export function zfsCreate(spa: Spa, name: string): Errno | undefined {
  const error = checkName(name);
  if (error !== undefined) return error;
  const [parentName, last] = splitLast(name);
  const parent = spa.dsl.findDir(parentName);
  if (parent === undefined) return ENOENT;
  if (parent.child(last) !== undefined) return EEXIST;
  runTask(spa, () => {
    createFileSystem(spa, createDir(spa.dsl, parent, last));
  });
  return undefined;
}

/** Snapshots of several file systems in one txg: all of the same moment. */
export function zfsSnapshot(spa: Spa, names: readonly string[]): Errno | undefined {
  const heads: [DslDataset, string][] = [];
  for (const full of names) {
    const error = checkName(full);
    if (error !== undefined) return error;
    const [name = '', snapshot = ''] = full.split('@');
    const head = spa.dsl.findDataset(name);
    if (head === undefined || snapshot === '') return ENOENT;
    if (head.snapshot(snapshot) !== undefined) return EEXIST;
    heads.push([head, snapshot]);
  }
  runTask(spa, () => {
    for (const [head, snapshot] of heads) createSnapshot(head, snapshot);
  });
  return undefined;
}

export function zfsClone(spa: Spa, snapshot: string, name: string): Errno | undefined {
  const error = checkName(name);
  if (error !== undefined) return error;
  const origin = spa.dsl.findDataset(snapshot);
  const [parentName, last] = splitLast(name);
  const parent = spa.dsl.findDir(parentName);
  if (origin?.snapshotName === undefined || parent === undefined) return ENOENT;
  if (parent.child(last) !== undefined) return EEXIST;
  runTask(spa, () => {
    createDataset(createDir(spa.dsl, parent, last), origin);
  });
  return undefined;
}

/** A snapshot without clones, or a file system without children and snapshots. */
export function zfsDestroy(spa: Spa, name: string): Errno | undefined {
  const dataset = spa.dsl.findDataset(name);
  if (dataset === undefined) return ENOENT;
  if (dataset.longHolds > 0) return EBUSY;
  if (dataset.snapshotName !== undefined) {
    if (dataset.phys.numChildren > 1) return EEXIST;
    if (dataset.phys.userrefsObj !== 0) return EBUSY;
    runTask(spa, () => destroySnapshot(dataset));
    return undefined;
  }
  if (dataset.dir.parent === null) return EINVAL;
  if (dataset.dir.children().length > 0 || dataset.snapshots().length > 0) return EBUSY;
  runTask(spa, () => destroyHead(dataset));
  return undefined;
}

/** To the newest snapshot; EEXIST when there are newer ones than `snapshot`. */
export function zfsRollback(spa: Spa, snapshot: string): Errno | undefined {
  const target = spa.dsl.findDataset(snapshot);
  if (target?.snapshotName === undefined) return ENOENT;
  const head = spa.dsl.head(target.dir);
  if (head.phys.prevSnapObj !== target.object) return EEXIST;
  runTask(spa, () => rollback(head));
  return undefined;
}

export function zfsRename(spa: Spa, from: string, to: string): Errno | undefined {
  const error = checkName(to);
  if (error !== undefined) return error;
  const dataset = spa.dsl.findDataset(from);
  if (dataset === undefined) return ENOENT;
  if (dataset.snapshotName !== undefined) {
    const [path, name] = to.split('@');
    if (path !== dataset.dir.fullName || name === undefined) return EXDEV;
    if (spa.dsl.head(dataset.dir).snapshot(name) !== undefined) return EEXIST;
    runTask(spa, () => renameSnapshot(dataset, name));
    return undefined;
  }
  const [parentName, last] = splitLast(to);
  const parent = spa.dsl.findDir(parentName);
  if (parent === undefined) return to.startsWith(`${spa.identity.name}/`) ? ENOENT : EXDEV;
  if (parent.child(last) !== undefined) return EEXIST;
  if (dataset.dir.parent === null) return EINVAL;
  for (let up = parent; ; up = up.parent) {
    if (up === dataset.dir) return EINVAL;
    if (up.parent === null) break;
  }
  runTask(spa, () => renameDir(dataset.dir, parent, last));
  return undefined;
}

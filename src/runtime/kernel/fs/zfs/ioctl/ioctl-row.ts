/**
 * One ioctl of /dev/zfs as data: who may, what must be true of the name and the pool, what is done.
 * Handlers translate only; the work is in pool/.
 * @see uts/common/fs/zfs/zfs_ioctl.c zfs_ioc_vec_t
 */
import type { ZfsCommand, ZfsIoctlName } from '#abi/illumos/zfs-ioctl.ts';
import { EINVAL, ENOENT, EPERM, EAGAIN, EROFS, type Errno } from '#kernel/os/errno.ts';
import { isPrivileged } from '#kernel/vfs/policy.ts';
import type { VnodeContext } from '#kernel/vfs/vnode.ts';
import type { ZfsModule } from './zfs-module.ts';

/** One open of /dev/zfs: work that goes on over several calls hangs here. */
export interface ZfsOpen {
  readonly context: VnodeContext;
  /** Called at close, in order: half-done work is undone. */
  readonly closers: Set<() => void>;
  /** Work in steps, by a number that the program gets in `cookie`. */
  readonly sessions: Map<number, unknown>;
}

export type ZfsIoctlHandler = (
  command: ZfsCommand,
  module: ZfsModule,
  open: ZfsOpen,
) => Errno | undefined;

export interface ZfsIoctlRow {
  readonly name: ZfsIoctlName;
  /** `none` and `read`: anybody; `config` (pools) and `write` (datasets): who is privileged. */
  readonly security: 'none' | 'read' | 'config' | 'write';
  /** What `name` must be. */
  readonly names: 'none' | 'pool' | 'dataset';
  /** Whether the pool must not be suspended. */
  readonly needsRunning: boolean;
  /** Whether `ZFS_IOC_LOG_HISTORY` after it puts the command line into the pool's history. */
  readonly isLogged: boolean;
  readonly run: ZfsIoctlHandler;
}

const MAX_NAME = 256;
const COMPONENT = /^[A-Za-z0-9_.:\- %]+$/;

/** The name part of `zfs_ioctl`'s checks; finer ones are the handler's. */
function checkName(row: ZfsIoctlRow, name: string): Errno | undefined {
  if (row.names === 'none') return undefined;
  if (name === '' || name.length >= MAX_NAME) return EINVAL;
  const parts = name.split(/[/@#]/);
  if (row.names === 'pool' && parts.length > 1) return EINVAL;
  return parts.every((part) => COMPONENT.test(part)) ? undefined : EINVAL;
}

/** Runs `row`; errors of the structure below are still thrown. */
export function runRow(
  row: ZfsIoctlRow,
  command: ZfsCommand,
  module: ZfsModule,
  open: ZfsOpen,
): Errno | undefined {
  const isOpenToAll = row.security === 'none' || row.security === 'read';
  if (!isOpenToAll && !isPrivileged(open.context.cred)) return EPERM;
  const refused = checkName(row, command.name);
  if (refused !== undefined) return refused;
  const spa = row.names === 'none' ? undefined : module.poolOf(command.name);
  if (row.needsRunning) {
    if (spa === undefined) return ENOENT;
    if (spa.isSuspended) return EAGAIN;
    if (spa.isReadOnly && row.isLogged) return EROFS;
  }
  return row.run(command, module, open);
}

/** A row that changes a dataset: privileged, logged, the pool must run. */
export function datasetRow(name: ZfsIoctlName, run: ZfsIoctlHandler): ZfsIoctlRow {
  return { name, security: 'write', names: 'dataset', needsRunning: true, isLogged: true, run };
}

/** A row that answers questions about a dataset. */
export function readRow(name: ZfsIoctlName, run: ZfsIoctlHandler): ZfsIoctlRow {
  return { name, security: 'read', names: 'dataset', needsRunning: false, isLogged: false, run };
}

/** A row that changes a pool or its vdevs: privileged, logged, the pool must run. */
export function poolRow(name: ZfsIoctlName, run: ZfsIoctlHandler): ZfsIoctlRow {
  return { name, security: 'config', names: 'pool', needsRunning: true, isLogged: true, run };
}

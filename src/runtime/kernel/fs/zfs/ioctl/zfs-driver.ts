/**
 * /dev/zfs: ioctl(2) with a `ZfsCommand` finds its row and runs it.
 * @see uts/common/fs/zfs/zfs_ioctl.c zfsdev_ioctl()
 */
import { type ZfsCommand, ZFS_IOC_NUMBERS } from '#abi/illumos/zfs-ioctl.ts';
import { EFAULT, EINVAL, ENOTTY, isErrno } from '#kernel/os/errno.ts';
import { type Driver, MAJORS, OpenDevice } from '#kernel/io/device.ts';
import type { Blocking, VnodeContext } from '#kernel/vfs/vnode.ts';
import { guard } from '../zpl/zfs-errno.ts';
import { DATASET_IOCTLS } from './dataset.ioctl.ts';
import { DIFF_IOCTLS } from './diff.ioctl.ts';
import { runRow, type ZfsIoctlRow, type ZfsOpen } from './ioctl-row.ts';
import { LABEL_IOCTLS } from './label.ioctl.ts';
import { POOL_IOCTLS } from './pool.ioctl.ts';
import { PROPERTY_IOCTLS } from './property.ioctl.ts';
import { SNAPSHOT_IOCTLS } from './snapshot.ioctl.ts';
import { SCAN_IOCTLS } from './scan.ioctl.ts';
import { STREAM_IOCTLS } from './stream.ioctl.ts';
import { VDEV_IOCTLS } from './vdev.ioctl.ts';
import type { ZfsModule } from './zfs-module.ts';

const TABLES: readonly (readonly ZfsIoctlRow[])[] = [
  POOL_IOCTLS,
  LABEL_IOCTLS,
  DATASET_IOCTLS,
  PROPERTY_IOCTLS,
  SNAPSHOT_IOCTLS,
  SCAN_IOCTLS,
  VDEV_IOCTLS,
  STREAM_IOCTLS,
  DIFF_IOCTLS,
];

const ROWS: ReadonlyMap<number, ZfsIoctlRow> = new Map(
  TABLES.flat().map((row) => [ZFS_IOC_NUMBERS[row.name], row]),
);

const LOG_HISTORY = ZFS_IOC_NUMBERS.ZFS_IOC_LOG_HISTORY;

function isCommand(argument: unknown): argument is ZfsCommand {
  return (
    typeof argument === 'object' &&
    argument !== null &&
    'name' in argument &&
    typeof argument.name === 'string'
  );
}

class ZfsControl extends OpenDevice {
  readonly #module: ZfsModule;
  readonly #closers: Set<() => void> = new Set();
  readonly #sessions: Map<number, unknown> = new Map();
  /** The pool whose history the next LOG_HISTORY may write; once. */
  #mayLog: string | undefined;

  constructor(module: ZfsModule) {
    super();
    this.#module = module;
  }

  override ioctl(number: number, argument: unknown, context: VnodeContext): Blocking<number> {
    if (!isCommand(argument)) return EFAULT;
    if (number === LOG_HISTORY) return this.#logHistory(argument, context);
    const row = ROWS.get(number);
    if (row === undefined) return ENOTTY;
    const open: ZfsOpen = { context, closers: this.#closers, sessions: this.#sessions };
    // What the row changes may be the name itself (a pool that is gone, a dataset renamed).
    const [pool] = argument.name.split(/[/@#]/, 1);
    const result = guard(() => runRow(row, argument, this.#module, open));
    if (isErrno(result)) return result;
    if (row.isLogged) this.#mayLog = pool;
    return 0;
  }

  /** What was typed, after it was done: `zpool history` shows it. */
  #logHistory(command: ZfsCommand, context: VnodeContext): Blocking<number> {
    const pool = this.#mayLog;
    this.#mayLog = undefined;
    if (pool === undefined || command.string === '') return EINVAL;
    const result = guard(() => this.#module.logCommand(pool, command.string, context.cred));
    return isErrno(result) ? result : 0;
  }

  override close(): void {
    for (const closer of this.#closers) closer();
    this.#closers.clear();
  }
}

export function zfsDriver(module: ZfsModule): Driver {
  return {
    name: 'zfs',
    major: MAJORS.zfs,
    open: (minor) => (minor === 0 ? new ZfsControl(module) : module.volumes.open(minor)),
  };
}

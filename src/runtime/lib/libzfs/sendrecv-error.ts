/**
 * What went wrong with a receive, in libzfs's words.
 * @see lib/libzfs/common/libzfs_sendrecv.c zfs_receive_one()
 */
import type { Errno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import { receiveResumeToken } from '#lib/libzfs/receive-partial.ts';

export interface ReceiveContext {
  /** The snapshot that was to be made, by its full name. */
  readonly snapshot: string;
  readonly isNew: boolean;
  readonly isResumable: boolean;
}

const DAMAGED = 'checksum mismatch or incomplete stream';

/** `recv_ecksum_set_aux`: with the command that goes on, where the receive can be resumed. */
function* damaged(zfs: LibZfs, { snapshot, isResumable }: ReceiveContext): Task<string> {
  if (!isResumable) return DAMAGED;
  const [name = ''] = snapshot.split('@');
  const token = yield* receiveResumeToken(zfs, name);
  if (token === undefined) return DAMAGED;
  return (
    `${DAMAGED}.\nPartially received snapshot is saved.\n` +
    'A resuming stream can be generated on the sending system by running:\n' +
    `    zfs send -t ${token}`
  );
}

/** Tells the error; always false. */
export function* receiveError(
  zfs: LibZfs,
  error: Errno,
  action: string,
  context: ReceiveContext,
): Task<false> {
  const [name = ''] = context.snapshot.split('@');
  switch (error.name) {
    case 'ENODEV':
      zfs.aux(`most recent snapshot of ${name} does not\nmatch incremental source`);
      return yield* zfs.error('EZFS_BADRESTORE', action);
    case 'ETXTBSY':
      zfs.aux(`destination ${name} has been modified\nsince most recent snapshot`);
      return yield* zfs.error('EZFS_BADRESTORE', action);
    case 'EEXIST': {
      zfs.aux('destination already exists');
      const what = context.isNew ? name : context.snapshot;
      return yield* zfs.error('EZFS_EXISTS', `cannot restore to ${what}`);
    }
    case 'EINVAL':
      return yield* zfs.error('EZFS_BADSTREAM', action);
    case 'EBADE':
      zfs.aux(yield* damaged(zfs, context));
      return yield* zfs.error('EZFS_BADSTREAM', action);
    case 'ENOTSUP':
      zfs.aux('pool must be upgraded to receive this stream.');
      return yield* zfs.error('EZFS_BADVERSION', action);
    case 'EDQUOT':
      zfs.aux(`destination ${name} space quota exceeded`);
      return yield* zfs.error('EZFS_NOSPC', action);
    case 'EBUSY':
      zfs.aux(`destination ${name} contains partially-complete state from "zfs receive -s".`);
      return yield* zfs.error('EZFS_BUSY', action);
    default:
      return yield* zfs.standardError(error, action);
  }
}

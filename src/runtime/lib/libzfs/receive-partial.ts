/**
 * A receive that broke off and may be gone on with: its token, and how it is given up.
 * @man zfs-receive(8)  @see cmd/zfs/zfs_main.c zfs_do_receive()
 */
import { nvGetString } from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';

/** The token for `zfs send -t` of a receive into `name` that broke off. */
export function* receiveResumeToken(zfs: LibZfs, name: string): Task<string | undefined> {
  const command = zfsCommand({ name });
  const error = yield* zfs.ioctl('ZFS_IOC_RECV_TOKEN', command);
  if (error !== undefined) return undefined;
  return nvGetString(command.destination ?? new Map(), 'receive_resume_token');
}

/** `zfs receive -A`: forgets what a receive has left half done. */
export function* zfsReceiveAbort(zfs: LibZfs, name: string): Task<boolean> {
  const error = yield* zfs.ioctl('ZFS_IOC_RECV_ABORT', zfsCommand({ name }));
  if (error === undefined) return true;
  if (error.name === 'ENOENT') {
    const why = 'does not have any resumable receive state to abort';
    yield* zfs.io.err.write(`'${name}' ${why}\n`);
    return false;
  }
  return yield* zfs.standardError(error, `cannot destroy '${name}'`);
}

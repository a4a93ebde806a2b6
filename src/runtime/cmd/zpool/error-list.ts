/**
 * The files that a pool can no longer read. @see zpool_main.c print_error_log(), libzfs
 * zpool_get_errlog(), zpool_obj_to_path()
 */
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { Pool } from '#lib/libzfs/pool.ts';

/** One name an object with errors, sorted, each once; undefined when one may not know. */
function* errorNames(pool: Pool): Task<readonly string[] | undefined> {
  const command = zfsCommand({ name: pool.name });
  const errno = yield* pool.zfs.ioctl('ZFS_IOC_ERROR_LOG', command);
  const list = command.destination?.get('errors');
  if (errno !== undefined || list?.type !== 'string_array') return undefined;
  return [...new Set(list.value)];
}

export function* uniqueErrorCount(pool: Pool): Task<number | undefined> {
  return (yield* errorNames(pool))?.length;
}

export function* printErrorList(run: ZpoolRun, pool: Pool): Task<void> {
  const names = yield* errorNames(pool);
  if (names === undefined) {
    yield* run.out('errors: List of errors unavailable (insufficient privileges)\n');
    return;
  }
  yield* run.out('errors: Permanent errors have been detected in the following files:\n\n');
  for (const name of names) yield* run.out(`${' '.repeat(7)} ${name}\n`);
}

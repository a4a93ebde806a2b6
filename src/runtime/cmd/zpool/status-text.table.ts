/**
 * What `zpool status` and `zpool import` say of a pool's condition: the state of things and what to
 * do about it, in illumos's words. @see cmd/zpool/zpool_main.c status_callback(), show_import()
 */
import type { PoolStatus } from '#lib/libzfs/pool-status.ts';

export interface StatusText {
  readonly status: string;
  /** '' where the pool itself says what can be done. */
  readonly action: string;
}

const ONLINE_MISSING = "Attach the missing device and online it using 'zpool online'.";
const ONLINE_OR_REPLACE =
  "Online the device using 'zpool online' or replace the device with\n\t'zpool replace'.";
const DEGRADED_STATE =
  'Sufficient replicas exist for the pool to continue functioning in a\n\tdegraded state.';
const IO_FAILURE: StatusText = {
  status: 'One or more devices are faulted in response to IO failures.',
  action: "Make sure the affected devices are connected, then run 'zpool clear'.",
};

/** Of an open pool. */
export const STATUS_TEXT: Partial<Readonly<Record<PoolStatus, StatusText>>> = {
  MISSING_DEV_R: {
    status:
      'One or more devices could not be opened.  Sufficient replicas exist for\n' +
      '\tthe pool to continue functioning in a degraded state.',
    action: ONLINE_MISSING,
  },
  MISSING_DEV_NR: {
    status:
      'One or more devices could not be opened.  There are insufficient\n' +
      '\treplicas for the pool to continue functioning.',
    action: ONLINE_MISSING,
  },
  CORRUPT_LABEL_R: {
    status:
      'One or more devices could not be used because the label is missing or\n' +
      '\tinvalid.  Sufficient replicas exist for the pool to continue\n' +
      '\tfunctioning in a degraded state.',
    action: "Replace the device using 'zpool replace'.",
  },
  CORRUPT_LABEL_NR: {
    status:
      'One or more devices could not be used because the label is missing \n' +
      '\tor invalid.  There are insufficient replicas for the pool to continue\n' +
      '\tfunctioning.',
    action: 'Destroy and re-create the pool from\n\ta backup source.',
  },
  FAILING_DEV: {
    status:
      'One or more devices has experienced an unrecoverable error.  An\n' +
      '\tattempt was made to correct the error.  Applications are unaffected.',
    action:
      'Determine if the device needs to be replaced, and clear the errors\n' +
      "\tusing 'zpool clear' or replace the device with 'zpool replace'.",
  },
  OFFLINE_DEV: {
    status: `One or more devices has been taken offline by the administrator.\n\t${DEGRADED_STATE}`,
    action: ONLINE_OR_REPLACE,
  },
  REMOVED_DEV: {
    status: `One or more devices has been removed by the administrator.\n\t${DEGRADED_STATE}`,
    action: ONLINE_OR_REPLACE,
  },
  RESILVERING: {
    status:
      'One or more devices is currently being resilvered.  The pool will\n' +
      '\tcontinue to function, possibly in a degraded state.',
    action: 'Wait for the resilver to complete.',
  },
  CORRUPT_DATA: {
    status:
      'One or more devices has experienced an error resulting in data\n' +
      '\tcorruption.  Applications may be affected.',
    action:
      'Restore the file in question if possible.  Otherwise restore the\n' +
      '\tentire pool from backup.',
  },
  CORRUPT_POOL: {
    status: 'The pool metadata is corrupted and the pool cannot be opened.',
    action: 'Destroy and re-create the pool from\n\ta backup source.',
  },
  VERSION_OLDER: {
    status:
      'The pool is formatted using a legacy on-disk format.  The pool can\n' +
      '\tstill be used, but some features are unavailable.',
    action:
      "Upgrade the pool using 'zpool upgrade'.  Once this is done, the\n" +
      '\tpool will no longer be accessible on software that does not support feature\n\tflags.',
  },
  VERSION_NEWER: {
    status:
      'The pool has been upgraded to a newer, incompatible on-disk version.\n' +
      '\tThe pool cannot be accessed on this system.',
    action:
      'Access the pool from a system running more recent software, or\n' +
      '\trestore the pool from backup.',
  },
  FEAT_DISABLED: {
    status:
      'Some supported features are not enabled on the pool. The pool can\n' +
      '\tstill be used, but some features are unavailable.',
    action:
      "Enable all features using 'zpool upgrade'. Once this is done,\n" +
      '\tthe pool may no longer be accessible by software that does not support\n' +
      '\tthe features. See zpool-features(7) for details.',
  },
  FAULTED_DEV_R: {
    status:
      'One or more devices are faulted in response to persistent errors.\n' + `\t${DEGRADED_STATE}`,
    action: "Replace the faulted device, or use 'zpool clear' to mark the device\n\trepaired.",
  },
  FAULTED_DEV_NR: {
    status:
      'One or more devices are faulted in response to persistent errors.  ' +
      'There are insufficient replicas for the pool to\n\tcontinue functioning.',
    action:
      'Destroy and re-create the pool from a backup source.  ' +
      'Manually marking the device\n' +
      "\trepaired using 'zpool clear' may allow some data to be recovered.",
  },
  IO_FAILURE_WAIT: IO_FAILURE,
  IO_FAILURE_CONTINUE: IO_FAILURE,
  BAD_LOG: {
    status:
      'An intent log record could not be read.\n' +
      '\tWaiting for adminstrator intervention to fix the faulted pool.',
    action:
      "Either restore the affected device(s) and run 'zpool online',\n" +
      "\tor ignore the intent log records by running 'zpool clear'.",
  },
};

const MISSING = 'One or more devices are missing from the system.';
const DAMAGED = 'One or more devices contains corrupted data.';
const FAULTED = 'One or more devices are faulted.';

/** Of a pool that can be imported: what is the matter. */
export const IMPORT_STATUS_TEXT: Partial<Readonly<Record<PoolStatus, string>>> = {
  MISSING_DEV_R: MISSING,
  MISSING_DEV_NR: MISSING,
  BAD_GUID_SUM: MISSING,
  CORRUPT_LABEL_R: DAMAGED,
  CORRUPT_LABEL_NR: DAMAGED,
  CORRUPT_DATA: 'The pool data is corrupted.',
  OFFLINE_DEV: 'One or more devices are offlined.',
  CORRUPT_POOL: 'The pool metadata is corrupted.',
  VERSION_OLDER: 'The pool is formatted using a legacy on-disk version.',
  VERSION_NEWER: 'The pool is formatted using an incompatible version.',
  FEAT_DISABLED: 'Some supported features are not enabled on the pool.',
  HOSTID_MISMATCH: 'The pool was last accessed by another system.',
  FAULTED_DEV_R: FAULTED,
  FAULTED_DEV_NR: FAULTED,
  BAD_LOG: 'An intent log record cannot be read.',
  RESILVERING: 'One or more devices were being resilvered.',
};

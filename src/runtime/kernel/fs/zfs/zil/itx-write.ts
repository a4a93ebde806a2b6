/**
 * How a write goes into the log: its data copied at once, fetched when it is logged, or written to
 * its own place then.
 * @see uts/common/fs/zfs/zfs_log.c zfs_log_write(), zvol.c zvol_log_write()
 */
import { LOGBIAS_THROUGHPUT, type Zil } from './zil.ts';

/** `zfs_immediate_write_sz`: from here on data goes to its place, and the log points to it. */
const IMMEDIATE_WRITE_SIZE = 32_768;
/** `zil_max_copied_data`, about: larger writes are fetched when they are logged. */
const MAX_COPIED = 65_000;

export interface LoggedWrite {
  readonly object: number;
  readonly offset: number;
  /** Borrowed. */
  readonly source: Uint8Array;
  readonly blockSize: number;
  /** Somebody waits for it to last. */
  readonly isSync: boolean;
  readonly hasLogDevice: boolean;
}

export function assignWrite(zil: Zil, write: LoggedWrite): void {
  const { object, offset, source, blockSize, isSync, hasLogDevice } = write;
  const { length } = source;
  const isForThroughput = zil.objset.settings.logBias === LOGBIAS_THROUGHPUT;
  if (!isForThroughput && (hasLogDevice || length < IMMEDIATE_WRITE_SIZE)) {
    const data = isSync && length <= MAX_COPIED ? source.slice() : null;
    const state = data === null ? 'needCopy' : 'copied';
    zil.assign({ kind: 'write', object, isSync, state, offset, length, data });
    return;
  }
  // One record a block.
  for (let done = 0; done < length; ) {
    const at = offset + done;
    const count = Math.min(blockSize - (at % blockSize), length - done);
    const state = 'indirect';
    zil.assign({ kind: 'write', object, isSync, state, offset: at, length: count, data: null });
    done += count;
  }
}

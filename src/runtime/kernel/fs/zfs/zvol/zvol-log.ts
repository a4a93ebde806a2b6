/**
 * The intent log of a volume: its writes and discards, logged when somebody flushes it.
 * @see uts/common/fs/zfs/zvol.c zvol_log_write(), zvol_replay_write()
 */
import { dmuWrite } from '../dmu/dmu.ts';
import type { Objset } from '../dmu/objset.ts';
import { lrTruncate, lrWrite, TX_TRUNCATE, TX_WRITE } from '../ondisk/zil-phys.ts';
import { readBlkptr } from '../ondisk/blkptr.ts';
import { corrupt, ZfsError } from '../ondisk/zfs-error.ts';
import { newRecord } from '../zil/itx.ts';
import { assignWrite } from '../zil/itx-write.ts';
import type { LogRecord } from '../zil/zil-block.ts';
import { indirectPointer } from '../zil/zil-parse.ts';
import { type LogSource, SYNC_ALWAYS, type Zil } from '../zil/zil.ts';

/** A volume's object never loses its name. */
const SOURCE: LogSource = { isLinked: () => true };

/** A write that is done already, at its end. */
export function logVolumeWrite(
  zil: Zil,
  write: { object: number; offset: number; source: Uint8Array; blockSize: number },
  hasLogDevice: boolean,
): void {
  assignWrite(zil, { ...write, isSync: false, hasLogDevice });
  if (zil.objset.settings.sync === SYNC_ALWAYS) commitVolume(zil, write.object);
}

export function logVolumeDiscard(zil: Zil, object: number, offset: number, length: number): void {
  zil.assign({
    kind: 'record',
    object,
    isSync: false,
    encode: () => {
      const record = newRecord(TX_TRUNCATE, lrTruncate.sizeBytes);
      lrTruncate.write(record, 0, { foid: object, offset, length });
      return record;
    },
  });
}

export function commitVolume(zil: Zil, object: number): void {
  zil.commit(object, SOURCE);
}

/** Does again what a log of before a crash says. `discard` zeroes a range. */
export function replayVolume(
  zil: Zil,
  objset: Objset,
  object: number,
  discard: (offset: number, length: number) => void,
): void {
  if (!zil.needsReplay) return;
  zil.replay((record) => {
    try {
      if (record.type === TX_WRITE) replayWrite(objset, object, record);
      if (record.type !== TX_TRUNCATE) return;
      const { offset, length } = lrTruncate.read(record.bytes);
      discard(offset, length);
    } catch (error) {
      // What can't be done again is left; records after it may still be good.
      if (!(error instanceof ZfsError)) throw error;
    }
  });
}

function replayWrite(objset: Objset, object: number, record: LogRecord): void {
  const lr = lrWrite.read(record.bytes);
  const dnode = objset.dnode(object);
  if (record.bytes.length > lrWrite.sizeBytes) {
    const data = record.bytes.subarray(lrWrite.sizeBytes, lrWrite.sizeBytes + lr.length);
    if (data.length !== lr.length) throw corrupt('lr_write_t', `${lr.length} bytes are missing`);
    dmuWrite(dnode, lr.offset, data);
    return;
  }
  const pointer = indirectPointer(record);
  const { lsize } = readBlkptr(lr.blkptr, 0);
  const content = pointer === undefined ? new Uint8Array(lsize) : objset.arc.read(pointer);
  const isWhole = lr.length < lsize;
  const offset = isWhole ? lr.offset - (lr.offset % lsize) : lr.offset;
  dmuWrite(dnode, offset, content.subarray(0, isWhole ? lsize : lr.length));
}

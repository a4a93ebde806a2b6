/**
 * Where a scrub or resilver is: kept in the MOS's object directory as `scan`, so that it goes on
 * after a reboot.
 * @see sys/dsl_scan.h
 */
import { n64, type StructOf, s64, struct } from './struct.ts';

export const DSL_SCAN_PHYS_SIZE = 192;
/** `DSF_VISIT_DS_AGAIN`, `DSF_SCRUB_PAUSED` */
export const DSF_VISIT_DS_AGAIN = 1;
export const DSF_SCRUB_PAUSED = 2;
/** `ZB_DESTROYED_OBJSET`: the dataset that was being looked at is gone. */
export const ZB_DESTROYED_OBJSET = -1;

type N = ReturnType<typeof n64>;
type S = ReturnType<typeof s64>;

const fields: {
  func: N;
  state: N;
  queueObj: N;
  minTxg: N;
  maxTxg: N;
  curMinTxg: N;
  curMaxTxg: N;
  startTime: N;
  endTime: N;
  toExamine: N;
  examined: N;
  toProcess: N;
  processed: N;
  errors: N;
  ddtClassMax: N;
  objset: S;
  object: S;
  level: S;
  blkid: N;
  flags: N;
} = {
  func: n64(0),
  state: n64(8),
  queueObj: n64(16),
  minTxg: n64(24),
  maxTxg: n64(32),
  curMinTxg: n64(40),
  curMaxTxg: n64(48),
  startTime: n64(56),
  endTime: n64(64),
  toExamine: n64(72),
  examined: n64(80),
  toProcess: n64(88),
  processed: n64(96),
  errors: n64(104),
  ddtClassMax: n64(112),
  // Four words of a place in dedup tables, which we don't have, are left out.
  objset: s64(152),
  object: s64(160),
  level: s64(168),
  blkid: n64(176),
  flags: n64(184),
};

/** `dsl_scan_phys_t` */
export const dslScanPhys: ReturnType<typeof struct<typeof fields>> = struct(
  'dsl_scan_phys_t',
  DSL_SCAN_PHYS_SIZE,
  fields,
);
export type DslScanPhys = StructOf<typeof dslScanPhys>;

/**
 * Where the history's ring begins and ends: the bonus of the history object.
 * @see sys/spa_impl.h spa_history_phys_t
 */
import { n64, struct, type StructOf } from './struct.ts';

type N = ReturnType<typeof n64>;

const fields: { poolCreateLen: N; physMaxOff: N; bof: N; eof: N; recordsLost: N } = {
  /** End of what `zpool create` wrote, which stays. */
  poolCreateLen: n64(0),
  /** Size of the whole. */
  physMaxOff: n64(8),
  /** Logical begin and end; they only grow. */
  bof: n64(16),
  eof: n64(24),
  recordsLost: n64(32),
};
export const spaHistoryPhys: ReturnType<typeof struct<typeof fields>> = struct(
  'spa_history_phys_t',
  40,
  fields,
);
export type SpaHistoryPhys = StructOf<typeof spaHistoryPhys>;

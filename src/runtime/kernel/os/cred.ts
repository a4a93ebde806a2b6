/**
 * Credentials: who a process is. Immutable; a change makes a new object, so that they can be shared.
 * @see uts/common/sys/cred_impl.h
 */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly effectiveUid: number;
  readonly effectiveGid: number;
  readonly savedUid: number;
  readonly savedGid: number;
  readonly groups: readonly number[];
  readonly zoneId: number;
}

/** The kernel's own credentials, and init's at start. */
export const KERNEL_CREDENTIALS: Credentials = {
  uid: 0,
  gid: 0,
  effectiveUid: 0,
  effectiveGid: 0,
  savedUid: 0,
  savedGid: 0,
  groups: [],
  zoneId: 0,
};

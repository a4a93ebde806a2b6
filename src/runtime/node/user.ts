/** Credentials of a user whom the host names by number. */
import type { Credentials } from '#kernel/os/cred.ts';

/** A user with no other groups. */
export function userCredentials(uid: number, gid: number = uid === 0 ? 0 : uid): Credentials {
  return {
    uid,
    gid,
    effectiveUid: uid,
    effectiveGid: gid,
    savedUid: uid,
    savedGid: gid,
    groups: [gid],
    zoneId: 0,
  };
}
